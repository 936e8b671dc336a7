from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.model import (
    Note,
    Pad,
    PlacementCall,
    PlacementVerdict,
    TempoCall,
    TempoVerdict,
    Zone,
)
from station.timing import evidence, following
from station.timing.beam import CONFIRMED, DOUBLE, MISSED, STRAY
from station.timing.verdict import RunningVerdict

BEAT = 500.0  # ms


def pulse(beats, tempo=None):
    notes = tuple(Note(i * 480, Pad.SNARE, Zone.HEAD, 38) for i in range(beats))
    tempo = tempo or TempoMap.constant(120, 480)
    return Chart("pulse", tempo, (MetreChange(0, 4, 4),), notes, beats * 480)


def jitter(n, mean=0.0, sd=8.0, seed=1):
    rng = random.Random(seed)
    return [rng.gauss(mean, sd) for _ in range(n)]


def rows_of(offsets_ms):
    """What is settled: a number is a pair, None a missed note, STRAY and DOUBLE a hit."""
    rows, note = [], 0
    for ticket, x in enumerate(offsets_ms):
        if isinstance(x, int):
            rows.append((ticket, x, 0, 0))
            continue
        rows.append((MISSED, note, 0, 0) if x is None else (ticket, note, 1, round(x * 1e6)))
        note += 1
    return np.array(rows, dtype=CONFIRMED)


def told(offsets_ms, chart=None):
    rows = rows_of(offsets_ms)
    running = RunningVerdict(chart or pulse(int(rows["chart_index"].max()) + 1), calibrated=True)
    running.feed(rows)
    return running


@pytest.mark.parametrize("at", [3, 64, 65, 66, 67, 200])
@pytest.mark.parametrize("beats", [1, -1, 4])
def test_a_dropped_beat_is_neither_slow_nor_late(at, beats):
    offsets = [x + beats * BEAT * (i >= at) for i, x in enumerate(jitter(400))]
    verdict = told(offsets).verdict()
    assert verdict.tempo.call is TempoCall.STEADY
    assert verdict.placement.call is PlacementCall.CENTRED
    assert verdict.spread.sd_ms == pytest.approx(8, rel=0.15)


def test_who_drops_a_beat_again_and_again_is_where_he_is():
    offsets = [x + BEAT * (i // 50) for i, x in enumerate(jitter(800, 15))]
    verdict = told(offsets).verdict()
    assert verdict.tempo.call is TempoCall.STEADY
    assert verdict.placement.call is PlacementCall.BEHIND
    assert verdict.placement.offset_ms == pytest.approx(15, abs=1.5)


def test_a_take_that_begins_a_beat_late_is_on_the_click():
    verdict = told(jitter(400, BEAT)).verdict()
    assert verdict.placement.call is PlacementCall.CENTRED


def test_half_a_beat_is_no_whole_one():
    offsets = [x + 0.5 * BEAT * (i >= 100) for i, x in enumerate(jitter(400))]
    verdict = told(offsets).verdict()
    assert verdict.tempo.call is TempoCall.STEADY
    assert verdict.placement.call is PlacementCall.BEHIND


def test_a_beat_is_as_long_as_it_is_there():
    # Twice as fast from the middle on: a beat late is half as late.
    minute = 60_000_000_000
    changes = tuple(
        TempoChange(tick, Fraction(minute, bpm)) for tick, bpm in ((0, 120), (96_000, 240))
    )
    offsets = [
        x + (0 if i < 100 else BEAT if i < 200 else BEAT / 2) for i, x in enumerate(jitter(400))
    ]
    verdict = told(offsets, pulse(400, TempoMap(480, changes))).verdict()
    assert verdict.placement.call is PlacementCall.CENTRED
    assert verdict.placement.offset_ms == pytest.approx(0, abs=1.5)


def test_a_rush_is_no_jump():
    offsets = [x - 0.05 * BEAT * i for i, x in enumerate(jitter(400))]
    running = told(offsets)
    assert running.verdict().tempo.ratio_percent == pytest.approx(100 * 0.05 / 0.95, abs=0.1)
    assert running.tables()[2]["fresh"].sum() == 0


def test_a_rush_goes_on_after_a_dropped_beat():
    offsets = [x - 0.01 * BEAT * i + BEAT * (i >= 120) for i, x in enumerate(jitter(400))]
    tempo = told(offsets).verdict().tempo
    assert tempo.call is TempoCall.RUSHING
    assert tempo.ratio_percent == pytest.approx(1.0, abs=0.1)


def test_a_hit_taken_for_another_note_counts_like_none():
    offsets = jitter(200)
    wrong = [x + (BEAT if i in {50, 51, 120} else 0) for i, x in enumerate(offsets)]
    missed = [None if i in {50, 51, 120} else x for i, x in enumerate(offsets)]
    assert told(wrong).verdict().placement == told(missed).verdict().placement
    assert told(wrong).verdict().tempo == told(missed).verdict().tempo


def test_the_gambler_wins_by_hits_that_are_near():
    stakes = following._STAKE
    offsets = [20.0, -10.0, 30.0]
    level, fortune = 0.0, 1.0
    for i, x in enumerate(offsets):
        away = x / BEAT - level
        fortune *= 1 + stakes * (1 - 4 * abs(away))
        level += away * (0.2 if i == 0 else 0.45)
    assert told(offsets).tables()[3]["chance"][0] == pytest.approx(fortune)


def test_hits_by_chance_are_seldom_proven():
    rng = np.random.default_rng(6)
    chart, proven = pulse(300), 0
    for _ in range(400):
        running = RunningVerdict(chart, calibrated=True)
        rows = rows_of(rng.uniform(-BEAT / 2, BEAT / 2, 300).tolist())
        for row in np.split(rows, 10):
            running.feed(row)
            if running.tables()[3]["chance"][0] >= following.PROVEN:
                proven += 1
                break
    assert proven <= 8  # of 4 that are expected at most


def test_a_chart_that_is_followed_is_known_soon():
    assert told(jitter(8)).verdict().matched is None
    assert told(jitter(24)).verdict().matched is True
    # Half a gap between two notes is four standard deviations: less clear.
    assert told(jitter(200, sd=BEAT / 8)).verdict().matched is True


def test_nothing_is_called_before_the_chart_is_known_to_be_followed():
    rng = np.random.default_rng(2)
    verdict = told(rng.uniform(30, 220, 100).tolist()).verdict()
    if verdict.matched is None:
        assert verdict.placement.call is PlacementCall.UNDECIDED


@pytest.mark.parametrize(
    ("take", "matched"),
    [
        ([0.0, None] * 150, True),  # every second note
        ([0.0, None, None] * 100, True),
        ([0.0, STRAY] * 150, True),  # every note, and one between
        ([0.0, DOUBLE, DOUBLE] * 100, True),  # a pad that triggers twice and more
        ([0.0, None, STRAY] * 150, False),  # as many beside the notes as on them
        ([STRAY] * 8 + [0.0] * 100, True),  # a count-in
        ([0.0] * 100 + [None] * 200 + [0.0] * 100, True),  # a rest
        ([0.0] * 100 + [STRAY] * 200, True),  # an encore
        ([STRAY] * 300 + [None] * 300, None),
    ],
)
def test_hits_and_notes_that_find_no_partner(take, matched):
    noise = iter(jitter(1000))
    offsets = [next(noise) if x == 0.0 and not isinstance(x, int) else x for x in take]
    assert told(offsets).verdict().matched is matched


@pytest.mark.parametrize(
    ("pairs", "missed", "ratio", "matched"),
    [(100, 300, 0.09, False), (100, 300, -0.01, True), (100, 50, 0.09, True)],
)
def test_few_notes_at_another_tempo_are_another_chart(pairs, missed, ratio, matched):
    state = np.zeros(1, dtype=evidence.STATE)[0]
    state["heard"] = state["hits"] = state["pairs"] = pairs
    state["missed"] = missed
    state["chance"] = following.PROVEN
    assert following.follows(state, ratio) is matched
    assert following.follows(state, None) is True


def test_of_hits_that_do_not_follow_nothing_is_told():
    noise = iter(jitter(1000))
    take = [next(noise) if x is None else x for x in [None, STRAY, STRAY, STRAY] * 100]
    verdict = told([None if i % 8 == 0 else x for i, x in enumerate(take)]).verdict()
    assert verdict.matched is False
    assert verdict.tempo == TempoVerdict(TempoCall.UNDECIDED)
    assert verdict.placement == PlacementVerdict(PlacementCall.UNDECIDED, calibrated=True)
    assert verdict.spread is verdict.limbs is verdict.swing is None


@pytest.mark.parametrize(("ratio", "call"), [(0.0, TempoCall.STEADY), (-0.02, TempoCall.DRAGGING)])
def test_every_second_bar_alone_is_enough(ratio, call):
    offsets = [None if i // 4 % 2 else x - ratio * BEAT * i for i, x in enumerate(jitter(640))]
    verdict = told(offsets).verdict()
    assert verdict.matched is True
    assert verdict.tempo.call is call


def test_off_beats_are_told_from_chance_by_their_own_place():
    notes = tuple(Note(i * 480 + d, Pad.SNARE, Zone.HEAD, 38) for i in range(160) for d in (0, 240))
    chart = Chart("e", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 160 * 480)
    offsets = [None if i % 2 == 0 else 60 + x for i, x in enumerate(jitter(320))]
    verdict = told(offsets, chart).verdict()
    assert verdict.matched is True
    assert verdict.placement.call is PlacementCall.UNDECIDED
