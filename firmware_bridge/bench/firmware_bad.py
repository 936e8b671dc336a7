"""Inputs where no good pad is: what is heard of them, and whether the pad beside them suffers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.bench import firmware_heard, firmware_peer
from firmware_bridge.bench.firmware_pads import set_up
from firmware_bridge.bench.firmware_scenes import Board
from firmware_bridge.piezo import PadKind, Recording, Rig, faults, make_pad, playing

Floats = NDArray[np.float64]
_PLAYED, _BAD = 0, 1
_STRIKES = 30
_RAILS = (0, 4095)
_HUMS = (40.0, 150.0, 600.0)
_HUM_FROM_S = 3.0


def _inputs(recording: Recording, seed: int) -> dict[str, Floats]:
    count, period_us = len(recording.readings), recording.period_us
    good = recording.readings[:, _BAD].astype(np.float64)
    inputs = {"floating": faults.floating(count, period_us, seed)}
    for rail in _RAILS:
        inputs[f"stuck at {rail}"] = faults.stuck(count, rail, seed)
    for peak in _HUMS:
        for mains_hz in (50.0, 60.0):
            for name, from_s in (("always", 0.0), (f"from {_HUM_FROM_S:g} s on", _HUM_FROM_S)):
                hum = faults.humming(count, period_us, peak, mains_hz, from_s, seed)
                inputs[f"{mains_hz:g} Hz of {peak:g} steps, {name}"] = good + hum
    return inputs


def bad_inputs(board: Board, seeds: range) -> dict[str, dict[str, Any]]:
    """Hits of each bad input and how many strikes on the pad beside it were found.

    Returns
    -------
    dict
        By input: seconds, false hits of the core and of its peer, strikes and found ones.
    """
    out: dict[str, dict[str, Any]] = {}
    for seed in seeds:
        pads = (make_pad(PadKind.MESH, seed), make_pad(PadKind.MESH, seed + 1))
        settings = [
            set_up(pad, seed + n, board.converter, board.variant) for n, pad in enumerate(pads)
        ]
        rig = Rig(pads, seed, converter=board.converter, coupling_db=None)
        strikes = playing.singles(np.random.default_rng([seed, 9]), _STRIKES, _PLAYED)
        recording = rig.play(strikes, playing.length_s(strikes))
        for name, signal in _inputs(recording, seed).items():
            bad = faults.with_channel(recording, _BAD, signal)
            own = firmware_heard.hear(bad, [s.own for s in settings], board.variant)
            peer = firmware_peer.hear(bad, [s.peer for s in settings])
            row = out.setdefault(
                name, {"seconds": 0.0, "false": 0, "peer_false": 0, "strikes": 0, "found": 0}
            )
            row["seconds"] = round(row["seconds"] + playing.length_s(strikes), 1)
            row["false"] += sum(h.pad == _BAD for h in own)
            row["peer_false"] += sum(h.pad == _BAD for h in peer)
            row["strikes"] += _STRIKES
            row["found"] += sum(h.pad == _PLAYED for h in own)
    return out
