from __future__ import annotations

import random

import numpy as np
import pytest
import twins

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, PlacementCall, TempoCall, Zone
from station.timing.matching import CONFIRMED, MISSED
from station.timing.verdict import RunningVerdict

MS = 1_000_000


def pulse(n_beats, bpm=120, per_beat=1):
    step = 480 // per_beat
    notes = tuple(Note(i * step, Pad.SNARE, Zone.HEAD, 38) for i in range(n_beats * per_beat))
    metre = (MetreChange(0, 4, 4),)
    return Chart("pulse", TempoMap.constant(bpm, 480), metre, notes, n_beats * 480)


def settled(offsets_ms):
    rows = [
        (MISSED, i, 0, 0) if offset is None else (i, i, round(offset * MS), 1)
        for i, offset in enumerate(offsets_ms)
    ]
    return np.array(rows, dtype=CONFIRMED)


def verdict_of(offsets_ms, chart=None, *, calibrated=True):
    running = RunningVerdict(chart or pulse(len(offsets_ms)), calibrated=calibrated)
    running.feed(settled(offsets_ms))
    return running.verdict()


def jitter(n, mean=0.0, sd=8.0, seed=1):
    rng = random.Random(seed)
    return [rng.gauss(mean, sd) for _ in range(n)]


def drifting(n, ratio, sd=5.0, bpm=120, seed=2):
    """Offsets of a player at `1 + ratio` times the tempo, all inside their windows."""
    beat_ms = 60_000 / bpm
    return [x + i * beat_ms * (1 / (1 + ratio) - 1) for i, x in enumerate(jitter(n, 0, sd, seed))]


def test_early_is_ahead():
    placement = verdict_of(jitter(320, -14)).placement
    assert placement.call is PlacementCall.AHEAD
    assert placement.high < -6
    assert placement.low < placement.offset_ms < placement.high
    assert placement.called_at_beat % 16 == 0
    assert placement.calibrated


def test_late_is_behind():
    assert verdict_of(jitter(320, 14)).placement.call is PlacementCall.BEHIND


def test_centred_and_steady_are_proven():
    verdict = verdict_of(jitter(640, 1))
    assert verdict.placement.call is PlacementCall.CENTRED
    assert -6 < verdict.placement.low < 1 < verdict.placement.high < 6
    assert verdict.tempo.call is TempoCall.STEADY
    assert -0.3 < verdict.tempo.low < 0 < verdict.tempo.high < 0.3


def test_faster_is_rushing_and_slower_is_dragging():
    fast, slow = verdict_of(drifting(400, 0.01)).tempo, verdict_of(drifting(400, -0.01)).tempo
    assert fast.call is TempoCall.RUSHING
    assert 0.3 < fast.low < 1.0 < fast.high
    assert fast.ratio_percent == pytest.approx(1.0, abs=0.01)
    assert fast.called_at_beat % 8 == 0
    assert slow.call is TempoCall.DRAGGING
    assert slow.ratio_percent == pytest.approx(-1.0, abs=0.01)


def test_without_calibration_only_the_tempo_is_called():
    verdict = verdict_of(drifting(400, 0.01), calibrated=False)
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.placement.offset_ms is None
    assert not verdict.placement.calibrated
    assert verdict.tempo.call is TempoCall.RUSHING


@pytest.mark.parametrize("offsets", [[], [-30.0], [-30.0] * 15, [None] * 64])
def test_too_little_says_nothing(offsets):
    verdict = verdict_of(offsets)
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.placement.offset_ms is None
    assert verdict.tempo.call is TempoCall.UNDECIDED
    assert verdict.tempo.low is None


def test_an_unbounded_interval_is_none():
    placement = verdict_of(jitter(32, -30)).placement
    assert placement.call is PlacementCall.UNDECIDED
    assert placement.offset_ms == pytest.approx(-30, abs=8)
    assert placement.low is None
    assert placement.high is None


def test_a_robot_is_centred_and_steady():
    verdict = verdict_of([0.0] * 160)
    assert verdict.placement.call is PlacementCall.CENTRED
    assert verdict.placement.low == verdict.placement.high == 0
    assert verdict.tempo.call is TempoCall.STEADY


def test_means_are_over_batches_of_beats():
    offsets = [x if i % 3 else None for i, x in enumerate(jitter(64, -9))]
    chart = pulse(32, per_beat=2)
    played = [(i // 2, x) for i, x in enumerate(offsets) if x is not None]
    means = twins.batch_means([b for b, _ in played], [x for _, x in played], 16)
    expected = sum(mean for _, mean in means) / len(means)
    assert verdict_of(offsets, chart).placement.offset_ms == pytest.approx(expected, abs=1e-5)


def test_a_batch_cut_short_by_the_end_of_the_chart_does_not_count():
    offsets = [-10.0] * 16 + [90.0] * 15
    assert verdict_of(offsets).placement.offset_ms == pytest.approx(-10)
    assert verdict_of([*offsets, 90.0]).placement.offset_ms == pytest.approx(40)


def test_a_tempo_is_not_told_from_batches_that_touch():
    # Only the last beat of one batch and the first of the next were played.
    offsets = [None] * 7 + [30.0, -30.0] + [None] * 7
    assert verdict_of(offsets).tempo.ratio_percent is None


def calls_of(batches):
    """The call after each batch of 16 beats, repeats left out, with its interval."""
    running = RunningVerdict(pulse(16 * len(batches)), calibrated=True)
    rows = settled([x for batch in batches for x in batch])
    told = []
    for i in range(len(batches)):
        running.feed(rows[16 * i : 16 * i + 16])
        placement = running.verdict().placement
        if not told or told[-1].call is not placement.call:
            told.append(placement)
    return told


def test_a_contradicted_call_is_replaced():
    told = calls_of([jitter(16, -12 if i < 40 else 12, seed=i) for i in range(400)])
    assert [p.call for p in told] == [
        PlacementCall.UNDECIDED,
        PlacementCall.AHEAD,
        PlacementCall.CENTRED,
        PlacementCall.BEHIND,
    ]


def test_a_call_that_the_interval_excludes_is_withdrawn():
    told = calls_of([[-12.0 - i % 2] * 16 for i in range(20)] + [[50.0] * 16] * 20)
    assert [p.call for p in told[:3]] == [
        PlacementCall.UNDECIDED,
        PlacementCall.AHEAD,
        PlacementCall.UNDECIDED,
    ]
    assert told[2].low > -6
    assert told[2].called_at_beat is None


def test_a_call_stands_while_the_interval_only_widens():
    steps = [[-8.0 - 0.1 * (i % 2)] * 16 for i in range(10)]
    told = calls_of([*steps, [10.0] * 16])
    assert [p.call for p in told] == [PlacementCall.UNDECIDED, PlacementCall.AHEAD]
    running = RunningVerdict(pulse(16 * 11), calibrated=True)
    running.feed(settled([x for batch in [*steps, [10.0] * 16] for x in batch]))
    placement = running.verdict().placement
    assert placement.low < -6 < placement.high
    assert placement.called_at_beat == told[1].called_at_beat


def test_fed_in_pieces_it_is_the_same_to_the_bit():
    rows = settled(drifting(400, 0.005))
    whole, pieces = (RunningVerdict(pulse(400), calibrated=True) for _ in range(2))
    whole.feed(rows)
    for i in range(0, 400, 7):
        pieces.feed(rows[i : i + 7])
    assert pieces.verdict() == whole.verdict()
