"""Second zones, choking, and the hi-hat's foot."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from firmware_bridge.bench.firmware_heard import listen
from firmware_bridge.bench.firmware_pads import SETTINGS
from firmware_bridge.messages import HitFlag, PadHit, Pedal
from firmware_bridge.piezo import (
    Grab,
    PadKind,
    Rig,
    RimKind,
    Strike,
    faults,
    make_pad,
    make_rim,
    pedal,
)

pytestmark = pytest.mark.usefixtures("zig")

FIRST_US = 700_000.0
TWO_PIEZOS, WITH_SWITCH = 2, 3
STOMP, SPLASH = 3, 4


def zoned(kind, rim_kind, zones, seed, grabs=(), **settings):
    """A pad with a rim, struck on these zones: the hits."""
    rim = make_rim(rim_kind, seed)
    rig = Rig((make_pad(kind, seed),), seed, coupling_db=None, rims={0: rim})
    strikes = [
        Strike(FIRST_US + n * 250_000.0, 0, 60.0 + 10.0 * (n % 5), zone=zone)
        for n, zone in enumerate(zones)
    ]
    recording = rig.play(strikes, FIRST_US / 1e6 + 0.25 * len(zones) + 0.5, grabs=grabs)
    own = {
        **SETTINGS[kind],
        "kind": TWO_PIEZOS if rim_kind is RimKind.PIEZO else WITH_SWITCH,
        "rim input": rig.rim_channel(0) + 1,
        **settings,
    }
    return [m for m in listen(recording, [own])[0] if isinstance(m, PadHit)]


@pytest.mark.parametrize("seed", range(20, 24))
def test_head_and_rim_are_told_apart_by_two_piezos(seed):
    zones = [0, 1, 1, 0, 1, 0, 0, 1, 0, 1]
    hits = zoned(PadKind.MESH, RimKind.PIEZO, zones, seed)
    assert [hit.zone for hit in hits] == zones


def test_rim_gain_moves_the_border():
    zones = [1, 1, 1]
    deaf = zoned(PadKind.MESH, RimKind.PIEZO, zones, 20, **{"rim gain": 10})
    assert {hit.zone for hit in deaf} == {0}


@pytest.mark.parametrize("seed", range(20, 24))
def test_bow_edge_and_bell_are_told_apart_by_a_switch(seed):
    zones = [0, 1, 2, 0, 2, 1, 1, 0]
    hits = zoned(PadKind.CYMBAL, RimKind.SWITCH, zones, seed)
    assert [hit.zone for hit in hits] == zones


def test_a_hand_on_the_edge_chokes_once():
    held = Grab(0, FIRST_US + 100_000.0, FIRST_US + 900_000.0)
    hits = zoned(PadKind.CYMBAL, RimKind.SWITCH, [0], 20, grabs=[held])
    (choke,) = [hit for hit in hits if hit.flags & HitFlag.CHOKE]
    assert choke.velocity == 0
    assert choke.t_us == pytest.approx(held.from_us + 120_000.0, abs=3_000.0)
    assert len(hits) == 2


def test_a_touch_is_no_choke_and_a_board_may_be_told_not_to_choke():
    touch = Grab(0, FIRST_US + 100_000.0, FIRST_US + 180_000.0)
    assert len(zoned(PadKind.CYMBAL, RimKind.SWITCH, [0], 20, grabs=[touch])) == 1
    held = replace(touch, to_us=FIRST_US + 600_000.0)
    assert len(zoned(PadKind.CYMBAL, RimKind.SWITCH, [0], 20, grabs=[held], choke=0)) == 1


def footed(steps, kind=pedal.PedalKind.POT, seconds=2.5, **settings):
    """A hi-hat with a pedal: what is said."""
    rig = Rig((make_pad(PadKind.CYMBAL, 5), make_pad(PadKind.CYMBAL, 6)), 5, coupling_db=None)
    recording = rig.play([], seconds)
    times = np.arange(len(recording.readings)) * recording.period_us
    rng = np.random.default_rng(5)
    signal = pedal.readings(kind, pedal.places(steps, times), rng)
    own = {
        **SETTINGS[PadKind.CYMBAL],
        "pedal input": 2,
        "pedal open": round(pedal.OPEN_READING),
        "pedal closed": round(pedal.CLOSED_READING),
        **settings,
    }
    said = listen(faults.with_channel(recording, 1, signal), [own, {"kind": 0}])[0]
    return [m for m in said if isinstance(m, PadHit)], [m for m in said if isinstance(m, Pedal)]


@pytest.mark.parametrize("kind", list(pedal.PedalKind))
def test_a_pedal_says_where_it_is_and_not_too_often(kind):
    steps = [pedal.Step(800_000.0, 1.0, 600_000.0), pedal.Step(1_600_000.0, 0.0, 600_000.0)]
    hits, places = footed(steps, kind)
    assert hits == []
    assert max(p.value for p in places) > 64_000
    assert places[-1].value < 1_000
    assert len(places) < 250
    going_down = [p.value for p in places if 850_000 < p.t_us < 1_350_000]
    assert len(going_down) > 10
    assert all(later > earlier - 1_500 for earlier, later in pairwise(going_down))


@pytest.mark.parametrize("kind", list(pedal.PedalKind))
def test_a_stomp_is_a_hit_and_the_quicker_the_louder(kind):
    loud = []
    for takes_us in (12_000.0, 25_000.0, 45_000.0):
        (hit,) = footed(pedal.stomp(1_000_000.0, takes_us), kind)[0]
        assert hit.zone == STOMP
        assert 1_000_000 < hit.t_us < 1_000_000 + takes_us + 3_000
        loud.append(hit.velocity)
    assert loud == sorted(loud, reverse=True)


def test_a_splash_is_a_stomp_that_opens_at_once():
    hits, _ = footed(pedal.splash(1_000_000.0))
    assert [hit.zone for hit in hits] == [STOMP, SPLASH]
    assert hits[1].flags & HitFlag.RETRIGGER_SUSPECT
    assert not hits[0].flags


def test_closing_slowly_is_no_stomp():
    assert footed([pedal.Step(800_000.0, 1.0, 300_000.0)])[0] == []


def test_a_pedal_may_be_wired_the_other_way_round():
    steps = pedal.stomp(1_000_000.0)
    ends = {"pedal open": round(pedal.CLOSED_READING), "pedal closed": round(pedal.OPEN_READING)}
    _, places = footed(steps, **ends)
    assert places[0].value > 64_000
    assert places[-1].value < 1_000
