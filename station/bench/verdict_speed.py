"""What a hit costs the verdict, beside the least that a call from Python can cost."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.bench.verdict_trials import pulse
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from station.timing.kernel import kernel
from station.timing.match_kernels import CONFIRMED
from station.timing.verdict import RunningVerdict

_HITS = 4_800
_ROUNDS = 200
_ONE_BY_ONE = 20_000


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
    """Nanoseconds a hit in the kernel, and microseconds of one call for one hit."""
    kit, sparse = kit_eighths(_HITS // 12), pulse(_HITS)
    floor_us, call_us = _one_by_one(kit_eighths(_ONE_BY_ONE // 12 + 1))
    return {
        "kit_ns": round(_in_kernel(kit), 1),
        "a_hit_a_beat_ns": round(_in_kernel(sparse), 1),
        "empty_call_us_p50": round(float(np.percentile(floor_us, 50)), 2),
        "empty_call_us_p999": round(float(np.percentile(floor_us, 99.9)), 2),
        "one_call_us_p50": round(float(np.percentile(call_us, 50)), 2),
        "one_call_us_p999": round(float(np.percentile(call_us, 99.9)), 2),
        "one_call_over_empty": round(float(np.median(call_us) / np.median(floor_us)), 2),
    }


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


def _one_by_one(chart: Chart) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """An empty kernel, and the verdict's: µs for each of many calls with one hit."""
    rows = _rows(chart)
    running = RunningVerdict(chart, calibrated=True)
    _nothing(rows[:1])
    running.feed(rows[:0])
    took = np.zeros((2, _ONE_BY_ONE))
    for i in range(_ONE_BY_ONE):
        one = rows[i : i + 1]
        begin = time.perf_counter_ns()
        _nothing(one)
        between = time.perf_counter_ns()
        running.feed(one)
        took[:, i] = between - begin, time.perf_counter_ns() - between
    return took[0] / 1e3, took[1] / 1e3
