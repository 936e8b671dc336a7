"""Rims, switches and a hi-hat's pedal on the emulated Pico, up to the hits of the station."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from paced_kit import PacedKit, of_kind

from firmware_bridge.bench.firmware_pads import SETTINGS
from firmware_bridge.control import BoardControl
from firmware_bridge.firmware.emulated import Feed, PicoOnPty, missing
from firmware_bridge.piezo import (
    Converter,
    Grab,
    PadKind,
    Rig,
    RimKind,
    Strike,
    make_pad,
    make_rim,
    pedal,
)
from firmware_bridge.piezo.waves import RATE_HZ
from firmware_bridge.source import SerialSource
from station.hal.api import PedalEvent
from station.kits.library import pick_profile
from station.kits.translate import Translator
from station.model import Flag, Pad, Zone

WHY_NOT = missing()
if WHY_NOT is not None:
    pytest.skip(WHY_NOT, allow_module_level=True)

MS = 1_000.0
SECONDS = 2.6
# As the profile for trigger boards has them.
SNARE, HI_HAT, CRASH = 1, 2, 6
BOARD_PADS = 8
FIRST_RIM, PEDAL_CHANNEL, CHANNELS = 8, 16, 17
TWO_PIEZOS, WITH_SWITCH = 2, 3
REST = 2048
SEED = 20

PLAYED = [
    Strike(500 * MS, SNARE, 90.0, zone=0),
    Strike(600 * MS, HI_HAT, 80.0),  # open
    Strike(750 * MS, SNARE, 100.0, zone=1),
    Strike(850 * MS, CRASH, 100.0, zone=1),
    Strike(1_150 * MS, HI_HAT, 80.0),  # closed
    Strike(1_250 * MS, CRASH, 90.0, zone=0),
]
HELD = Grab(CRASH, 1_500 * MS, 1_900 * MS)
FOOT = [
    pedal.Step(700 * MS, 1.0, 350 * MS),  # slowly: no stomp
    pedal.Step(1_300 * MS, 0.0, 150 * MS),
    *pedal.stomp(1_600 * MS),
    pedal.Step(1_900 * MS, 0.0, 150 * MS),
    *pedal.splash(2_200 * MS),
]


def readings() -> NDArray[np.uint16]:
    """What lies at the Pico's multiplexers and its pedal's input: shape [readings, 17]."""
    kinds = {HI_HAT: PadKind.CYMBAL, CRASH: PadKind.CYMBAL}
    pads = tuple(make_pad(kinds.get(n, PadKind.MESH), SEED) for n in range(BOARD_PADS))
    rims = {SNARE: make_rim(RimKind.PIEZO, SEED), CRASH: make_rim(RimKind.SWITCH, SEED)}
    fine = Converter(period_us=1e6 / RATE_HZ, noise=1.6, wide_codes=False)
    rig = Rig(pads, SEED, fine, coupling_db=None, rims=rims)
    heard = rig.play(PLAYED, SECONDS, grabs=[HELD]).readings
    out = np.full((len(heard), CHANNELS), REST, np.uint16)
    out[:, :BOARD_PADS] = heard[:, :BOARD_PADS]
    for pad in rims:
        out[:, FIRST_RIM + pad] = heard[:, rig.rim_channel(pad)]
    times_us = np.arange(len(heard)) * 1e6 / RATE_HZ
    foot = pedal.readings(
        pedal.PedalKind.POT, pedal.places(FOOT, times_us), np.random.default_rng(SEED)
    )
    out[:, PEDAL_CHANNEL] = np.round(foot)
    return out


def set_up(control: BoardControl) -> None:
    """As TRIGGER.md says for these pads."""
    cymbal = SETTINGS[PadKind.CYMBAL]
    values = {
        SNARE: {**SETTINGS[PadKind.MESH], "kind": TWO_PIEZOS},
        HI_HAT: {
            **cymbal,
            "pedal input": PEDAL_CHANNEL + 1,
            "pedal open": round(pedal.OPEN_READING),
            "pedal closed": round(pedal.CLOSED_READING),
        },
        CRASH: {**cymbal, "kind": WITH_SWITCH},
    }
    for pad, settings in values.items():
        for name, value in settings.items():
            assert control.set(name, value, pad) == value


# In order of time; the foot's are of the board's own making.
STOMP, SPLASH = 3, 4
STRUCK = [(strike.pad, strike.zone) for strike in PLAYED]
STRUCK += [(HI_HAT, STOMP), (HI_HAT, STOMP), (HI_HAT, SPLASH)]
HEARD = [
    (Pad.SNARE, Zone.HEAD),
    (Pad.HI_HAT, Zone.OPEN),
    (Pad.SNARE, Zone.RIM),
    (Pad.CRASH_1, Zone.EDGE),
    (Pad.HI_HAT, Zone.CLOSED),
    (Pad.CRASH_1, Zone.BOW),
    (Pad.HI_HAT_PEDAL, Zone.FOOT),
    (Pad.HI_HAT_PEDAL, Zone.FOOT),
    (Pad.HI_HAT_PEDAL, Zone.SPLASH),
]


def test_rim_edge_choke_and_the_hi_hats_foot_reach_the_station() -> None:
    signals = readings()
    with PicoOnPty() as board, PacedKit(board.path) as kit:
        assert isinstance(kit.source, SerialSource)
        # Plugged in before it is set up: a switch that nothing is plugged into looks held.
        board.play(Feed(signals[:1], float(RATE_HZ)))
        set_up(BoardControl(kit.source))
        board.play(Feed(signals, float(RATE_HZ)))
        kit.until(lambda: len(kit.hits) + kit.lost >= len(STRUCK) and bool(kit.chokes))
        profile = pick_profile(kit.source.info.name).profile
    if board.pace().was_held_up:
        assert len(kit.hits) + kit.lost == len(STRUCK)
        return
    assert kit.lost == 0
    assert sorted((hit.pad, hit.zone) for hit in kit.hits) == sorted(STRUCK)
    assert [(choke.pad, choke.zone) for choke in kit.chokes] == [(CRASH, 1)]
    moved = of_kind(PedalEvent, kit.events)
    assert {event.pad for event in moved} == {HI_HAT}
    assert min(event.openness for event in moved) == 0
    assert max(event.openness for event in moved) == 127
    if board.pace().slipped_us:
        return  # what came out of the board's ring may be behind what its pedal did later
    hits = Translator(profile).translate(kit.events).hits
    assert [(hit.pad, hit.zone) for hit in hits] == HEARD
    # The same step once more, told as such; nothing else is suspect.
    assert [hit.flags for hit in hits] == [Flag.NONE] * 8 + [Flag.DOUBLE_TRIGGER]
