"""Players with known truth, in odd conditions: no call may contradict it.

Hits go through the matcher and the verdict together, as in the engine. The examples are the same
every time: a call is allowed to be wrong once in a hundred takes at the margin, and no oftener
here than anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import analyse
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import DrummerParams, perform
from station.engine.engine import Engine
from station.model import Hit, Note, Pad, PlacementCall, SwingCall, TempoCall, Zone
from station.units import NS_PER_MINUTE, NS_PER_MS

PPQ = 2520
HANDS = (Pad.KICK, 36), (Pad.SNARE, 38)
ODD = settings(max_examples=40, deadline=None, derandomize=True)


def kit(bpm, beats, middle=0.5):
    """Hi-hat twice a beat, the second at `middle`; kick and snare by turns."""
    notes = []
    for beat in range(beats):
        hand, number = HANDS[beat % 2]
        notes += [
            Note(PPQ * beat, hand, Zone.HEAD, number),
            Note(PPQ * beat, Pad.HI_HAT, Zone.CLOSED, 42),
            Note(PPQ * beat + round(PPQ * middle), Pad.HI_HAT, Zone.CLOSED, 42),
        ]
    tempo = TempoMap.constant(bpm, PPQ)
    return Chart("kit", tempo, (MetreChange(0, 4, 4),), tuple(notes), beats * PPQ)


def one_pad(bpm, beats, per_beat=2):
    step = PPQ // per_beat
    notes = tuple(Note(i * step, Pad.SNARE, Zone.HEAD, 38) for i in range(beats * per_beat))
    tempo = TempoMap.constant(bpm, PPQ)
    return Chart("pad", tempo, (MetreChange(0, 4, 4),), notes, beats * PPQ)


def hits_of(times_ns, pads):
    return [
        Hit(i, int(t), 0, int(t), pad, Zone.HEAD, 90)
        for i, (t, pad) in enumerate(zip(times_ns, pads, strict=True))
    ]


def played(chart, player):
    """Times and pads of a take."""
    strikes = perform(chart, player).strikes
    return np.array([s.t_ns for s in strikes]), [s.pad for s in strikes]


def place_of(mean_ms):
    if abs(mean_ms) <= 6:
        return PlacementCall.CENTRED
    return PlacementCall.AHEAD if mean_ms < 0 else PlacementCall.BEHIND


def tempo_of(percent):
    if abs(percent) <= 0.3:
        return TempoCall.STEADY
    return TempoCall.DRAGGING if percent < 0 else TempoCall.RUSHING


@st.composite
def players(draw, **fixed):
    return replace(
        DrummerParams(
            timekeeper_sd_ms=draw(st.sampled_from([3.0, 6.0])),
            motor_sd_ms=draw(st.sampled_from([2.0, 5.0])),
            phase_correction=0.33,
            offset_ms=draw(st.sampled_from([-15.0, -1.0, 0.0, 12.0])),
            miss_rate=draw(st.sampled_from([0.0, 0.03])),
            extra_rate=draw(st.sampled_from([0.0, 0.03])),
            seed=draw(st.integers(0, 10_000)),
        ),
        **fixed,
    )


@dataclass(frozen=True)
class Truth:
    placement: PlacementCall
    tempo: TempoCall


def check(verdict, truth):
    """Undecided is always true; and who follows the chart is not told that he does not."""
    assert verdict.matched is not False
    assert verdict.placement.call in (truth.placement, PlacementCall.UNDECIDED)
    assert verdict.tempo.call in (truth.tempo, TempoCall.UNDECIDED)


@ODD
@given(
    players(),
    st.sampled_from([120, 330]),
    st.lists(st.integers(20, 380), min_size=1, max_size=8, unique=True),
)
def test_who_drops_beats_is_where_he_is_against_the_click(player, bpm, at_beats):
    chart = kit(bpm, 400)
    times, pads = played(chart, player)
    beat_ns = NS_PER_MINUTE / bpm
    late = sum((times > (at - 0.2) * beat_ns) * round(beat_ns) for at in at_beats)
    verdict = analyse(hits_of(times + late, pads), chart).verdict
    check(verdict, Truth(place_of(player.offset_ms), TempoCall.STEADY))


@ODD
@given(
    players(miss_rate=0.0, extra_rate=0.0),
    st.sampled_from([120, 330]),
    st.sampled_from([0.5, 0.6, 2 / 3]),
    st.sampled_from([0.5, 11 / 21, 0.6, 2 / 3]),
)
def test_whose_swing_is_another_is_where_he_is_on_the_beat(player, bpm, written, middle):
    times, pads = played(kit(bpm, 400, middle), player)
    verdict = analyse(hits_of(times, pads), kit(bpm, 400, written)).verdict
    check(verdict, Truth(place_of(player.offset_ms), TempoCall.STEADY))
    assert verdict.swing is not None
    margin = max(6.0, 0.0125 * 60_000 / bpm) * bpm / 60_000
    wider = middle - written
    near = SwingCall.WIDER if wider > margin else SwingCall.NARROWER
    expected = SwingCall.AS_WRITTEN if abs(wider) < margin else near
    assert verdict.swing.call in (expected, SwingCall.UNDECIDED)
    if abs(wider) > 2 * margin:
        assert verdict.swing.call is expected
    if verdict.spread is not None:
        assert verdict.spread.sd_ms < 2.5 * (player.timekeeper_sd_ms + player.motor_sd_ms)


@ODD
@given(
    players(),
    st.sampled_from([-2.0, 0.0, 1.5]),
    st.sampled_from(["all", "on the beat", "every second beat", "every second bar", "half"]),
)
def test_who_leaves_notes_out_is_judged_by_the_others(player, percent, what):
    chart = kit(330, 400)
    times, pads = played(chart, replace(player, tempo_percent=percent))
    beats = times * (1 + percent / 100) / (NS_PER_MINUTE / 330)
    nearest = np.rint(beats)
    kept = {
        "all": beats > -1,
        "on the beat": abs(beats - nearest) < 0.25,
        "every second beat": nearest % 2 == 0,
        "every second bar": beats % 8 < 3.75,
        "half": beats < 200,
    }[what]
    verdict = analyse(
        hits_of(times[kept], [p for p, k in zip(pads, kept, strict=True) if k]), chart
    ).verdict
    assert verdict.matched is not False
    assert verdict.tempo.call in (tempo_of(percent), TempoCall.UNDECIDED)
    if percent == 0:
        check(verdict, Truth(place_of(player.offset_ms), TempoCall.STEADY))


@ODD
@given(
    st.integers(0, 10_000),
    st.floats(2, 20),
    st.booleans(),
)
def test_hits_at_random_call_nothing(seed, per_second, on_one_pad):
    rng = np.random.default_rng(seed)
    chart = one_pad(330, 500) if on_one_pad else kit(330, 500)
    times = np.sort(rng.uniform(0, chart.length_ns, int(per_second * chart.length_ns / 1e9)))
    pads = [chart.notes[int(i)].pad for i in rng.integers(0, len(chart.notes), len(times))]
    verdict = analyse(hits_of(times, pads), chart).verdict
    assert verdict.tempo.call is TempoCall.UNDECIDED
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.matched is not True


@ODD
@given(players(offset_ms=0.0), st.sampled_from([0.5, 2.0, 120 / 330]), st.booleans())
def test_another_tempo_is_no_rush(player, times_as_fast, on_one_pad):
    chart = one_pad(330, 400) if on_one_pad else kit(330, 400)
    times, pads = played(chart, player)
    verdict = analyse(hits_of(times / times_as_fast, pads), chart).verdict
    # At half the tempo the hits are on the click, some of them on notes.
    assert verdict.tempo.call in (TempoCall.UNDECIDED, TempoCall.STEADY)
    assert verdict.placement.call in (PlacementCall.UNDECIDED, PlacementCall.CENTRED)


@pytest.mark.parametrize("seed", range(6))
def test_a_rush_that_is_given_back_is_no_rush(seed):
    chart = kit(330, 1000)
    player = DrummerParams(timekeeper_sd_ms=6, motor_sd_ms=5, phase_correction=0.33, seed=seed)
    times, pads = played(chart, player)
    fast, back = 200 * NS_PER_MINUTE / 330, 300 * NS_PER_MINUTE / 330
    lead = np.interp(times, [0, fast, back], [0, fast * (1 - 1 / 1.02), 0])
    tempo = analyse(hits_of(times - lead, pads), chart).verdict.tempo
    assert abs(tempo.ratio_percent) < 0.3
    assert tempo.call in (TempoCall.STEADY, TempoCall.UNDECIDED)


@settings(max_examples=10, deadline=None)
@given(players(), st.integers(1, 60), st.lists(st.integers(30, 170), max_size=3))
def test_the_report_says_what_the_engine_said_to_the_bit(player, piece, at_beats):
    chart = kit(330, 200, 2 / 3)
    times, pads = played(chart, player)
    beat_ns = NS_PER_MINUTE // 330
    hits = hits_of(times + sum((times > at * beat_ns) * beat_ns for at in at_beats), pads)
    engine = Engine(chart, 0, calibrated=True)
    for begin in range(0, len(hits), piece):
        some = hits[begin : begin + piece]
        engine.judge(some, some[-1].t_ns - 5 * NS_PER_MS)
        engine.verdict()
    engine.finish()
    assert engine.verdict() == analyse(hits, chart).verdict
