"""The trigger on one pad: strikes found once each, how hard, when; and its parameters."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge.bench.firmware_heard import hear, listen
from firmware_bridge.bench.firmware_pads import SETTINGS, set_up
from firmware_bridge.bench.firmware_scores import Score
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad, playing

pytestmark = pytest.mark.usefixtures("zig")

SEED = 7
FIRST_US = playing.FIRST_US


def take(strikes, kind=PadKind.RUBBER, *, seconds=None, sensitivity=0.8, **rig):
    """A recording of one pad by itself."""
    pad = make_pad(kind, SEED, sensitivity=sensitivity)
    rig.setdefault("coupling_db", None)
    return Rig((pad,), SEED, **rig).play(strikes, seconds or playing.length_s(strikes))


def at(*velocities, apart_us=300_000.0):
    """Strikes at an even distance."""
    return [Strike(FIRST_US + n * apart_us, 0, v) for n, v in enumerate(velocities)]


def scored(strikes, heard):
    score = Score()
    score.add(sorted(strikes), heard, HitFlag.RETRIGGER_SUSPECT)
    return score


@pytest.mark.parametrize("kind", list(PadKind))
@pytest.mark.parametrize(
    ("converter", "variant"), [(Converter.pico(), "host"), (Converter.uno(), "host-small")]
)
def test_strikes_of_all_strengths_are_found_once_each(kind, converter, variant):
    pad = make_pad(kind, SEED)
    own = set_up(pad, SEED, converter, variant).own
    strikes = playing.singles(np.random.default_rng(SEED), 60)
    rig = Rig((pad,), SEED, converter=converter, coupling_db=None)
    score = scored(strikes, hear(rig.play(strikes, playing.length_s(strikes)), [own], variant))
    assert score.found >= 59
    assert score.extra == 0
    assert np.sqrt(np.mean(np.square(score.velocity_error))) < 0.05 * 127.0
    late = np.array(score.stamp_us)[np.array(score.velocity) > 10.0]
    assert np.max(np.abs(late)) < 350.0
    assert np.std(late) < 125.0


@pytest.mark.parametrize("kind", [PadKind.MESH, PadKind.RUBBER, PadKind.CYMBAL])
@pytest.mark.parametrize("scene", [playing.roll, playing.doubles])
def test_a_roll_of_two_hands_comes_through(kind, scene):
    pad = make_pad(kind, SEED)
    own = set_up(pad, SEED, Converter.pico()).own
    strikes = scene(np.random.default_rng(SEED), 80, 22.0)
    rig = Rig((pad,), SEED, coupling_db=None)
    score = scored(strikes, hear(rig.play(strikes, playing.length_s(strikes)), [own]))
    assert score.found >= 79
    assert score.extra == 0


def test_a_rubber_pad_is_on_the_wire_within_five_milliseconds():
    strikes = at(20.0, 60.0, 100.0, 127.0)
    heard = hear(take(strikes), [SETTINGS[PadKind.RUBBER]])
    assert [h.sent_us - s.onset_us < 5_000.0 for h, s in zip(heard, strikes, strict=True)]


def test_a_board_that_nobody_has_set_up_hears_a_pad():
    strikes = at(25.0, 50.0, 75.0, 100.0, 120.0)
    heard = hear(take(strikes), [{}])
    velocities = [h.velocity for h in heard]
    assert len(heard) == 5
    assert velocities == sorted(velocities)


def test_rise_puts_the_stamp_back_to_the_touch():
    strikes = at(60.0, 100.0)
    recording = take(strikes, PadKind.MESH)
    plain, set_back = (
        [h.t_us for h in hear(recording, [{**SETTINGS[PadKind.MESH], "rise": rise}])]
        for rise in (0, 700)
    )
    assert [a - b for a, b in zip(plain, set_back, strict=True)] == [700.0, 700.0]


def test_threshold_keeps_the_soft_ones_out():
    strikes = at(15.0, 30.0, 60.0, 90.0)
    heard = hear(take(strikes), [{**SETTINGS[PadKind.RUBBER], "threshold": 35}])
    assert [h.velocity > 0.35 * 127.0 for h in heard] == [True, True]


def test_gain_range_and_curve_are_the_velocitys():
    recording = take(at(60.0))
    base = SETTINGS[PadKind.RUBBER]
    (plain,) = hear(recording, [base])
    (louder,) = hear(recording, [{**base, "gain": 250}])
    (wider,) = hear(recording, [{**base, "range": 60}])
    (bent,) = hear(recording, [{**base, "curve": 80}])
    assert louder.velocity - plain.velocity == pytest.approx(6.02 / 42.0 * 127.0, abs=1.5)
    assert wider.velocity > plain.velocity + 10.0
    assert bent.velocity > plain.velocity + 10.0


def test_the_mask_is_deaf_but_not_to_a_strike_twice_as_loud():
    first = Strike(FIRST_US, 0, 60.0)
    settings = [{**SETTINGS[PadKind.RUBBER], "mask": 30_000}]
    for second, hits in ((55.0, 1), (115.0, 2)):
        strikes = [first, Strike(FIRST_US + 15_000.0, 0, second)]
        assert len(hear(take(strikes), settings)) == hits


def test_a_hot_piezo_is_flagged_and_a_good_one_is_not():
    strikes = at(127.0)
    (hot,) = hear(take(strikes, sensitivity=3.0), [SETTINGS[PadKind.RUBBER]])
    (good,) = hear(take(strikes), [SETTINGS[PadKind.RUBBER]])
    assert hot.flags & HitFlag.CLIPPED
    assert hot.velocity == 127.0
    assert not good.flags & HitFlag.CLIPPED


def test_a_dead_piezo_is_heard_where_it_still_speaks():
    heard = hear(
        take(at(85.0, 120.0), sensitivity=0.04), [{**SETTINGS[PadKind.RUBBER], "gain": 2_000}]
    )
    assert len(heard) == 2


def test_the_half_wave_circuit_works_when_the_board_is_told():
    converter = Converter(half_wave=True)
    recording = take(at(40.0, 80.0, 120.0), converter=converter)
    messages, board = listen(recording, [SETTINGS[PadKind.RUBBER]], whole_board={"rest": 0})
    assert len([m for m in messages if hasattr(m, "velocity")]) == 3
    assert board.dc_fault == 0
    assert listen(recording, [SETTINGS[PadKind.RUBBER]])[1].dc_fault == 1


def test_a_pad_that_is_off_says_nothing():
    assert hear(take(at(100.0, 100.0)), [{"kind": 0}]) == []


def test_position_goes_from_the_middle_to_the_edge():
    pad = make_pad(PadKind.MESH, SEED)
    strikes = [
        Strike(FIRST_US + n * 300_000.0, 0, 90.0, place) for n, place in enumerate((0.0, 0.5, 1.0))
    ]
    recording = Rig((pad,), SEED, coupling_db=None).play(strikes, 2.0)
    settings = {**SETTINGS[PadKind.MESH], "position": 50}
    places = [m.position for m in listen(recording, [settings])[0] if hasattr(m, "position")]
    assert places == sorted(places)
    assert places[-1] > places[0] + 40
    said = listen(recording, [SETTINGS[PadKind.MESH]])[0]
    assert {m.position for m in said if hasattr(m, "position")} == {255}
