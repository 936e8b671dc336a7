"""What a hit costs the verdict, beside the least that a call from Python can cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.bench.verdict_trials import pulse
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from station.timing.beam import CONFIRMED, HEARD
from station.timing.judging import Judging
from station.timing.kernel import kernel
from station.timing.verdict import RunningVerdict

Floats = NDArray[np.float64]

_HITS = 4_800
_ROUNDS = 200
_CALL_ROUNDS = 7


@kernel
def _nothing(settled: NDArray[np.void]) -> None:
    pass


def kit_eighths(bars: int) -> Chart:
    """Hi-hat eighths with kick and snare: 3 notes a beat, with limbs and swing to tell."""
    notes = []
    for beat in range(4 * bars):
        hands = (
            Note(480 * beat, Pad.KICK, Zone.HEAD, 36),
            Note(480 * beat, Pad.SNARE, Zone.HEAD, 38),
        )
        notes += [
            hands[beat % 2],
            Note(480 * beat, Pad.HI_HAT, Zone.CLOSED, 42),
            Note(480 * beat + 240, Pad.HI_HAT, Zone.CLOSED, 42),
        ]
    tempo = TempoMap.constant(330, 480)
    return Chart("kit eighths", tempo, (MetreChange(0, 4, 4),), tuple(notes), 4 * bars * 480)


def speed() -> dict[str, Any]:
    """Nanoseconds a hit in the kernel, and microseconds of calls from Python for one hit.

    `whole_hit_*` is all of the analysis: labelled, settled, and put to the verdict.
    """
    kit, sparse = kit_eighths(_HITS // 12), pulse(_HITS)
    floor_us, call_us = _quietest(lambda: _one_by_one(kit))
    (whole_us,) = _quietest(lambda: (_whole(kit),))
    return {
        "kit_ns": round(_in_kernel(kit), 1),
        "a_hit_a_beat_ns": round(_in_kernel(sparse), 1),
        "empty_call_us_p50": round(float(np.percentile(floor_us, 50)), 2),
        "empty_call_us_p999": round(float(np.percentile(floor_us, 99.9)), 2),
        "one_call_us_p50": round(float(np.percentile(call_us, 50)), 2),
        "one_call_us_p999": round(float(np.percentile(call_us, 99.9)), 2),
        "one_call_over_empty": round(float(np.median(call_us) / np.median(floor_us)), 2),
        "whole_hit_us_p50": round(float(np.percentile(whole_us, 50)), 2),
        "whole_hit_us_p999": round(float(np.percentile(whole_us, 99.9)), 2),
    }


def _quietest(measure: Callable[[], tuple[Floats, ...]]) -> tuple[Floats, ...]:
    """The round in which the machine did least else: with the lowest 99.9th percentile."""
    rounds = [measure() for _ in range(_CALL_ROUNDS)]
    return min(rounds, key=lambda took: float(np.percentile(took[-1], 99.9)))


def _whole(chart: Chart) -> Floats:
    """One hit after the other through the matcher and the verdict, µs each."""
    judging = Judging(chart, calibrated=True)
    hits = np.zeros(len(chart.notes), dtype=HEARD)
    played = chart.written_ns + np.random.default_rng(1).normal(0, 6e6, len(hits)).astype(np.int64)
    order = np.argsort(played, kind="stable")
    hits["t_ns"], hits["lane"] = played[order], chart.lanes[order]
    hits["velocity"] = 90
    times = hits["t_ns"].tolist()
    took = np.zeros(len(hits))
    for i, t_ns in enumerate(times):
        one = hits[i : i + 1]
        begin = time.perf_counter_ns()
        judging.hear(one)
        judging.advance(t_ns)
        took[i] = time.perf_counter_ns() - begin
    return took / 1e3


def _rows(chart: Chart) -> NDArray[np.void]:
    rows = np.zeros(len(chart.notes), dtype=CONFIRMED)
    rows["ticket"] = rows["chart_index"] = np.arange(len(rows))
    rows["offset_ns"] = np.random.default_rng(1).normal(0, 11e6, len(rows))
    rows["counts"] = 1
    return rows


def _in_kernel(chart: Chart) -> float:
    """Of the quickest of some rounds: what else the machine does is not the verdict's."""
    rows = _rows(chart)
    took = []
    for _ in range(_ROUNDS):
        running = RunningVerdict(chart, calibrated=True)
        begin = time.perf_counter_ns()
        running.feed(rows)
        took.append(time.perf_counter_ns() - begin)
    return min(took) / len(rows)


def _one_by_one(chart: Chart) -> tuple[Floats, ...]:
    """An empty kernel, and the verdict's: µs for each of many calls with one hit."""
    rows = _rows(chart)
    running = RunningVerdict(chart, calibrated=True)
    _nothing(rows[:1])
    running.feed(rows[:0])
    took = np.zeros((2, len(rows)))
    for i in range(len(rows)):
        one = rows[i : i + 1]
        begin = time.perf_counter_ns()
        _nothing(one)
        between = time.perf_counter_ns()
        running.feed(one)
        took[:, i] = between - begin, time.perf_counter_ns() - between
    return took[0] / 1e3, took[1] / 1e3
