"""Pads set up as a player would: by what they are, and by some strikes of known strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware_bridge.bench import firmware_heard, firmware_peer
from firmware_bridge.bench.firmware_heard import Heard, Settings
from firmware_bridge.bench.firmware_peer import PeerSettings
from firmware_bridge.bench.firmware_scores import Score
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Converter, Pad, PadKind, Rig, Strike, playing
from firmware_bridge.piezo.converter import HALF_SCALE

# Found by trying, on pads of other seeds than those that are measured.
SETTINGS: dict[PadKind, Settings] = {
    PadKind.MESH: {"scan": 3_000, "mask": 8_000, "decay": 45, "over ring": 170},
    PadKind.RUBBER: {"scan": 1_300, "mask": 8_000, "decay": 45, "over ring": 170},
    PadKind.CYMBAL: {"scan": 3_000, "mask": 8_000, "decay": 60, "over ring": 160},
    PadKind.KICK: {"scan": 4_000, "mask": 12_000, "decay": 60, "over ring": 200},
}
_STRIKES = 40
_ROUGH_RANGE_DB = 50
_ROUGH: Settings = {"gain": 100, "range": _ROUGH_RANGE_DB, "threshold": 8}
_THRESHOLD_PERCENT = 1
# Softer strikes are too near to the noise to set anything up by.
_SOFTEST = 25.0
_PEER_MASKS_MS = (8, 12, 18, 25, 35, 45, 60, 80, 110, 150, 200)
_PEER_DOUBLES = 0.005
_PEER_NOISES = 5.0


@dataclass(frozen=True, slots=True)
class SetUp:
    """One pad's parameters, for the core and for its peer."""

    own: Settings
    peer: PeerSettings


def set_up(pad: Pad, seed: int, converter: Converter, variant: str = "host") -> SetUp:
    """Strike a pad some forty times, and set gain, range, rise (and the peer's mask) by it.

    Parameters
    ----------
    seed
        Of the strikes; they are others than any that are measured.
    converter, variant
        What reads the pad, and which build of the core hears it.
    """
    strikes = playing.singles(np.random.default_rng([seed, 77]), _STRIKES)
    rig = Rig((pad,), seed, converter=converter, coupling_db=None)
    recording = rig.play(strikes, playing.length_s(strikes), seed=99)
    score = Score()
    rough = {**SETTINGS[pad.kind], **_ROUGH, "rise": 0}
    score.add(strikes, firmware_heard.hear(recording, [rough], variant), HitFlag(0))
    true = np.array(score.velocity)
    under_db = (1.0 - (np.array(score.velocity_error) + true) / 127.0) * _ROUGH_RANGE_DB
    clear = true > _SOFTEST
    slope, at_full = np.polyfit(under_db[clear], true[clear] / 127.0, 1)
    range_db = -1.0 / slope
    own = {
        **SETTINGS[pad.kind],
        "gain": round(100.0 * 10.0 ** ((at_full - 1.0) * range_db / 20.0)),
        "range": round(range_db),
        "threshold": _THRESHOLD_PERCENT,
        "rise": max(0, round(float(np.median(np.array(score.stamp_us)[clear])))),
    }
    full = HALF_SCALE * pad.sensitivity
    noise = float(np.std(recording.readings[: int(0.5e6 / recording.period_us), 0]))
    readings_a_ms = 1_000.0 / recording.period_us
    scan = round(SETTINGS[pad.kind]["scan"] / recording.period_us)
    threshold = max(2, round(_PEER_NOISES * noise))
    for mask_ms in _PEER_MASKS_MS:
        peer = PeerSettings(threshold, scan, round(mask_ms * readings_a_ms), full)
        doubles = Score()
        doubles.add(strikes, firmware_peer.hear(recording, [peer]), HitFlag(0))
        if doubles.extra <= _PEER_DOUBLES * _STRIKES:
            break
    return SetUp(own, peer)


def hear_both(
    rig: Rig, settings: list[SetUp], strikes: list[Strike], seed: int, variant: str
) -> tuple[list[Heard], list[Heard]]:
    """The core's and the peer's hits of the same recording."""
    recording = rig.play(strikes, playing.length_s(strikes), seed)
    own = firmware_heard.hear(recording, [s.own for s in settings], variant)
    return own, firmware_peer.hear(recording, [s.peer for s in settings])
