from __future__ import annotations

import copy
from fractions import Fraction

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.model import Note, Pad, Zone
from station.timing.beam import HEARD, BeamMatcher
from station.timing.judging import Judging
from station.timing.verdict import RunningVerdict
from station.units import NS_PER_MINUTE

BARS = 60
NOTES = [
    note
    for beat in range(4 * BARS)
    for note in (
        Note(480 * beat, (Pad.KICK, Pad.SNARE)[beat % 2], Zone.HEAD, 36 + 2 * (beat % 2)),
        Note(480 * beat, Pad.HI_HAT, Zone.CLOSED, 42),
        Note(480 * beat + 240, Pad.HI_HAT, Zone.CLOSED, 42),
    )
]
CHART = Chart("t", TempoMap.constant(330, 480), (MetreChange(0, 4, 4),), tuple(NOTES), 1920 * BARS)
BAR_NS = 4 * NS_PER_MINUTE // 330


def stumbling() -> np.ndarray:
    """Hits with notes missed, strays, and a beat lost in the middle."""
    rng = np.random.default_rng(4)
    written = CHART.written_ns
    late = np.where(written > BARS // 2 * BAR_NS, BAR_NS // 4, 0)
    kept = rng.random(len(written)) > 0.05
    times = (written + late + rng.normal(-15e6, 6e6, len(written)).astype(np.int64))[kept]
    strays = rng.integers(0, BARS * BAR_NS, 30)
    hits = np.zeros(len(times) + 30, dtype=HEARD)
    hits["t_ns"] = np.concatenate((times, strays))
    hits["lane"] = np.concatenate((CHART.lanes[kept], rng.choice(CHART.lanes, 30)))
    hits["velocity"] = rng.integers(1, 128, len(hits))
    return hits[np.argsort(hits["t_ns"], kind="stable")]


def slow_then_fast(slow_bars: int, fast_bars: int, metre: tuple[MetreChange, ...]) -> Chart:
    """Eighths on the snare, at 60 BPM and then at 330."""
    at = 1920 * slow_bars
    tempo = TempoMap(
        480,
        (
            TempoChange(0, Fraction(NS_PER_MINUTE, 60)),
            TempoChange(at, Fraction(NS_PER_MINUTE, 330)),
        ),
    )
    length = at + 1920 * fast_bars
    notes = tuple(Note(tick, Pad.SNARE, Zone.HEAD, 38) for tick in range(0, length, 240))
    return Chart("t", tempo, metre, notes, length)


def hits_of(chart: Chart, played: np.ndarray) -> np.ndarray:
    hits = np.zeros(int(played.sum()), dtype=HEARD)
    hits["t_ns"] = chart.written_ns[played]
    hits["lane"] = chart.lanes[played]
    return hits


def test_a_stop_is_as_long_as_bars_are_where_it_is():
    chart = slow_then_fast(4, 60, (MetreChange(0, 4, 4),))
    back_ns = int(chart.written_ns[8 * 34])
    stopped = (chart.written_ns >= back_ns - 2 * BAR_NS) & (chart.written_ns < back_ns)
    judging = Judging(chart, calibrated=True)
    judging.hear(hits_of(chart, ~stopped))
    judging.finish()
    assert [r.stopped_ns // BAR_NS for r in judging.resyncs] == [2]


def test_a_label_waits_for_a_bar_of_the_metre_that_is_in_force():
    chart = slow_then_fast(1, 8, (MetreChange(0, 4, 4), MetreChange(1920, 2, 4)))
    judging = Judging(chart, calibrated=True)
    hits = hits_of(chart, np.arange(len(chart.notes)) < 30)
    judging.hear(hits)
    judging.advance(int(hits["t_ns"][-2]) + BAR_NS // 2 + 1)
    assert judging.advance(int(hits["t_ns"][-1]) + BAR_NS // 2 - 1)["ticket"].tolist() == []
    assert judging.advance(int(hits["t_ns"][-1]) + BAR_NS // 2 + 1)["ticket"].tolist() == [29]


def test_accents_by_place_in_the_beat_are_evidence():
    beat = [Note(480 * i + 120 * k, Pad.SNARE, Zone.HEAD, 38) for i in range(100) for k in range(4)]
    chart = Chart("t", TempoMap.constant(330, 480), (MetreChange(0, 4, 4),), tuple(beat), 48_000)
    # A beat in which the second and third sixteenth are missing, and one comes between them.
    jitter = np.random.default_rng(1).normal(0.0, 8e6, 398).astype(np.int64)
    times = np.delete(chart.written_ns, [201, 202]) + jitter
    hits = np.zeros(len(times) + 1, dtype=HEARD)
    between = (int(chart.written_ns[201]) + int(chart.written_ns[202])) // 2
    hits["t_ns"] = np.insert(times, 201, between)
    hits["lane"] = chart.lanes[0]
    loud = np.tile([110, 80, 50, 80], 100)
    for velocity, note in ((80, 201), (50, 202)):
        hits["velocity"] = np.insert(np.delete(loud, [201, 202]), 201, velocity)
        judging = Judging(chart, calibrated=True)
        judging.hear(hits.copy())
        settled = judging.finish()
        assert settled["chart_index"][settled["ticket"] == 201].tolist() == [note]


def test_all_in_one_call_says_what_its_parts_say_one_after_the_other():
    matcher = BeamMatcher(CHART.written_ns, CHART.lanes, bar_ns=BAR_NS)
    running = RunningVerdict(CHART, calibrated=True)
    judging = Judging(CHART, calibrated=True)
    hits, again = stumbling(), stumbling()
    for i, t_ns in enumerate(hits["t_ns"].tolist()):
        matcher.hear(again[i : i + 1])
        expected = matcher.advance(t_ns)
        running.feed(expected)
        assert judging.judge(hits[i : i + 1], t_ns).tolist() == expected.tolist()
        if i % 100 == 0:
            assert judging.verdict() == running.verdict()
    expected = matcher.finish()
    running.feed(expected)
    assert judging.finish().tolist() == expected.tolist()
    assert hits.tolist() == again.tolist()
    assert judging.resyncs == list(matcher.resyncs)
    assert len(judging.resyncs) > 0
    assert judging.verdict() == running.verdict()
    assert judging.verdict().placement.offset_ms is not None


def test_more_than_there_is_room_for_is_settled_in_one_call():
    hits = stumbling()
    end_ns = int(hits["t_ns"][-1])
    at_once = Judging(CHART, calibrated=True)
    settled = at_once.judge(hits, end_ns)
    in_pieces = Judging(CHART, calibrated=True)
    expected = np.concatenate(
        [in_pieces.judge(one, int(one["t_ns"][0])).copy() for one in np.split(hits, len(hits))]
    )
    assert len(settled) > 512
    assert settled.tolist() == expected.tolist()
    assert at_once.verdict() == in_pieces.verdict()


def test_the_state_of_a_take_is_not_copied():
    with pytest.raises(TypeError, match="not copied"):
        copy.deepcopy(BeamMatcher(CHART.written_ns, CHART.lanes, bar_ns=BAR_NS))
