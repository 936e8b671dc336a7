"""Graces and bounces of the simulated drummer: where, how loud, how many."""

from dataclasses import replace

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import PRESETS, Cause, DrummerParams, perform
from station.drummer.truth import truth_from_json, truth_to_json
from station.model import Note, Ornament, Pad, Zone

MS = 1_000_000


def strokes(ornament, n=8, bpm=120):
    notes = tuple(Note(i * 480, Pad.SNARE, Zone.HEAD, 38, ornament=ornament) for i in range(n))
    return Chart("t", TempoMap.constant(bpm, 480), (MetreChange(0, 4, 4),), notes, n * 480)


def around(chart, performance, cause):
    """For each note its strokes of that cause: ms after the main stroke, and velocities."""
    main = {s.chart_index: s.t_ns for s in performance.strikes if s.cause is Cause.NOTE}
    told = {i: [] for i in range(len(chart.notes))}
    for s in performance.strikes:
        if s.cause is cause:
            told[s.chart_index].append(((s.t_ns - main[s.chart_index]) / MS, s.velocity))
    return told


@pytest.mark.parametrize(
    ("ornament", "before"), [(Ornament.FLAM, [-30.0]), (Ornament.DRAG, [-80.0, -40.0])]
)
def test_a_perfect_drummer_has_them_at_their_width_and_softly(ornament, before):
    chart = strokes(ornament)
    told = around(chart, perform(chart, DrummerParams()), Cause.GRACE)
    assert all([ms for ms, _ in graces] == before for graces in told.values())
    assert {velocity for graces in told.values() for _, velocity in graces} == {40}


def test_widths_scatter_as_asked():
    chart = strokes(Ornament.FLAM, 600)
    told = around(chart, perform(chart, DrummerParams(flam_ms=35, grace_sd_ms=6)), Cause.GRACE)
    widths = np.array([-ms for graces in told.values() for ms, _ in graces])
    assert widths.mean() == pytest.approx(35, abs=1)
    assert widths.std() == pytest.approx(6, abs=0.6)


def test_graces_do_not_overtake_the_stroke_before():
    chart = strokes(Ornament.DRAG, 40, bpm=1000)  # 60 ms from note to note
    for seed in range(5):
        performance = perform(chart, DrummerParams(grace_sd_ms=20, seed=seed))
        order = [s.chart_index for s in performance.strikes]
        assert order == sorted(order)
        told = around(chart, performance, Cause.GRACE)
        assert all(-36.1 < ms < 0 for n in range(1, 40) for ms, _ in told[n])


def test_some_are_left_out_and_a_missed_note_has_none():
    chart = strokes(Ornament.FLAM, 1000)
    performance = perform(chart, DrummerParams(grace_miss_rate=0.25, miss_rate=0.1))
    graced = {s.chart_index for s in performance.strikes if s.cause is Cause.GRACE}
    assert graced.isdisjoint(performance.missed)
    played = 1000 - len(performance.missed)
    assert len(graced) == pytest.approx(0.75 * played, abs=45)


def test_a_buzz_bounces_ever_softer_and_ends_before_the_next_stroke():
    chart = strokes(Ornament.BUZZ, bpm=400)  # 150 ms from note to note
    told = around(chart, perform(chart, DrummerParams()), Cause.BOUNCE)
    assert [ms for ms, _ in told[0]] == [28.0, 56.0, 84.0, 112.0, 140.0]
    loud = [velocity for _, velocity in told[0]]
    assert loud == sorted(loud, reverse=True)
    assert loud[0] < 90
    fast = strokes(Ornament.BUZZ, bpm=900)  # 67 ms
    told = around(fast, perform(fast, DrummerParams()), Cause.BOUNCE)
    assert [[ms for ms, _ in told[n]] for n in (0, 7)] == [[28, 56], [28, 56, 84, 112, 140]]
    assert not around(fast, perform(fast, DrummerParams(bounces=0)), Cause.BOUNCE)[0]


@pytest.mark.parametrize("ornament", [Ornament.FLAM, Ornament.DRAG, Ornament.BUZZ])
def test_the_notes_are_struck_as_if_nothing_were_around_them(ornament):
    player = replace(PRESETS["beginner"], seed=4)
    with_it, without = (perform(strokes(o, 200), player) for o in (ornament, Ornament.NONE))
    of_notes = [s for s in with_it.strikes if s.cause not in (Cause.GRACE, Cause.BOUNCE)]
    assert of_notes == list(without.strikes)
    assert len(with_it.strikes) > len(of_notes)


def test_the_truth_keeps_whose_they_are():
    performance = perform(strokes(Ornament.DRAG), PRESETS["human"])
    assert truth_from_json(truth_to_json(performance), "t") == performance
