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
from station.engine.engine import Engine
from station.model import PADS, Hit, Note, Pad, Zone
from station.timing.beam import CONFIRMED, HEARD
from station.timing.judging import Judging
from station.timing.kernel import kernel
from station.timing.verdict import RunningVerdict
from station.units import NS_PER_MINUTE

Floats = NDArray[np.float64]

_HITS = 4_800
_ROUNDS = 200
_CALL_ROUNDS = 7
_MANY_CALLS = 16


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

    `whole_hit_*` is all of the analysis, as the engine has it done: labelled, settled, and put
    to the verdict. `stumbling_hit_*` is the same for a player who misses notes, adds others,
    stops for a bar and loses a beat. `engine_hit_*` is the engine around it, from hits to
    judgements. Of each: `*_own_us_p999` is over the hits' quickest of some rounds, which is what
    they cost themselves; `*_empty_*` is of empty calls in a row that take about as long, by
    turns with the hits: what their tail is, the machine does to anybody.
    """
    kit, sparse = kit_eighths(_HITS // 12), pulse(_HITS)
    floor_us, call_us = _quietest(lambda: _one_by_one(kit))
    told = {
        "kit_ns": round(_in_kernel(kit), 1),
        "a_hit_a_beat_ns": round(_in_kernel(sparse), 1),
        "empty_call_us_p50": round(float(np.percentile(floor_us, 50)), 2),
        "empty_call_us_p999": round(float(np.percentile(floor_us, 99.9)), 2),
        "one_call_us_p50": round(float(np.percentile(call_us, 50)), 2),
        "one_call_us_p999": round(float(np.percentile(call_us, 99.9)), 2),
        "one_call_over_empty": round(float(np.median(call_us) / np.median(floor_us)), 2),
    }
    played, stumbled = _played(kit), _stumbled(kit)
    for name, path in (
        ("whole_hit", lambda calls: _whole(kit, played, calls)),
        ("stumbling_hit", lambda calls: _whole(kit, stumbled, calls)),
        ("engine_hit", lambda calls: _engine(kit, played, calls)),
    ):
        told |= _beside_empty(name, path)
    return told


def _beside_empty(name: str, path: Callable[[int], tuple[Floats, Floats]]) -> dict[str, float]:
    """Median and tail of one path, and of empty calls that take as long."""
    many_us, took_us = path(_MANY_CALLS)
    calls = max(round(_MANY_CALLS * float(np.median(took_us) / np.median(many_us))), 1)
    rounds = [path(calls) for _ in range(_CALL_ROUNDS)]
    as_long_us, took_us = (min(each, key=_tail) for each in zip(*rounds, strict=True))
    own_us = np.min([took for _, took in rounds], axis=0)
    tail_us, empty_tail_us = _tail(took_us), _tail(as_long_us)
    return {
        f"{name}_us_p50": round(float(np.median(took_us)), 2),
        f"{name}_us_p999": round(tail_us, 2),
        f"{name}_own_us_p999": round(float(np.percentile(own_us, 99.9)), 2),
        f"{name}_empty_us_p50": round(float(np.median(as_long_us)), 2),
        f"{name}_empty_us_p999": round(empty_tail_us, 2),
        f"{name}_p999_over_empty": round(tail_us / empty_tail_us, 2),
    }


def _tail(took_us: Floats) -> float:
    return float(np.percentile(took_us, 99.9))


def _quietest(measure: Callable[[], tuple[Floats, ...]]) -> tuple[Floats, ...]:
    """The round in which the machine did least else: with the lowest 99.9th percentile."""
    return min((measure() for _ in range(_CALL_ROUNDS)), key=lambda took: _tail(took[-1]))


def _played(chart: Chart) -> NDArray[np.void]:
    """A take of all its notes."""
    jitter = np.random.default_rng(1).normal(0, 6e6, len(chart.notes)).astype(np.int64)
    return _hits(chart.written_ns + jitter, chart.lanes)


def _stumbled(chart: Chart) -> NDArray[np.void]:
    """A take with 5 % of notes missed and 4 % of strays, a stop of a bar, and a beat lost."""
    rng = np.random.default_rng(2)
    written, lanes = chart.written_ns, chart.lanes
    end_ns = int(written[-1])
    beat_ns = round(NS_PER_MINUTE / chart.bpm)
    since_stop = written - 2 * end_ns // 5
    kept = (rng.random(len(written)) > 0.05) & ~((since_stop > 0) & (since_stop < 4 * beat_ns))
    late = np.where(written > 3 * end_ns // 5, beat_ns, 0)
    times = (written + late + rng.normal(0, 8e6, len(written)).astype(np.int64))[kept]
    strays = len(written) // 25
    return _hits(
        np.concatenate((times, rng.integers(0, end_ns, strays))),
        np.concatenate((lanes[kept], rng.choice(lanes, strays))),
    )


def _hits(times_ns: NDArray[np.int64], lanes: NDArray[np.integer]) -> NDArray[np.void]:
    hits = np.zeros(len(times_ns), dtype=HEARD)
    order = np.argsort(times_ns, kind="stable")
    hits["t_ns"], hits["lane"], hits["velocity"] = times_ns[order], lanes[order], 90
    return hits


def _whole(chart: Chart, hits: NDArray[np.void], calls: int) -> tuple[Floats, Floats]:
    """So many empty calls, and one hit through matcher and verdict, by turns: µs each."""
    judging = Judging(chart, calibrated=True)
    pieces = [(hits[i : i + 1].copy(), t_ns) for i, t_ns in enumerate(hits["t_ns"].tolist())]
    return _by_turns(judging.judge, pieces, calls)


def _engine(chart: Chart, hits: NDArray[np.void], calls: int) -> tuple[Floats, Floats]:
    """The same through the engine: from a hit to what it was, and to what is confirmed by it."""
    engine = Engine(chart, 0, calibrated=True)
    pieces = [
        ([Hit(i, t_ns, 0, t_ns, PADS[lane], Zone.HEAD, velocity)], t_ns)
        for i, (t_ns, lane, velocity, *_) in enumerate(hits.tolist())
    ]

    def judge(heard: list[Hit], watermark_ns: int) -> None:
        engine.judge(heard, watermark_ns)
        engine.confirmed()

    return _by_turns(judge, pieces, calls)


def _by_turns(
    judge: Callable[[Any, int], object], pieces: list[tuple[Any, int]], calls: int
) -> tuple[Floats, Floats]:
    row = np.zeros(1, dtype=CONFIRMED)
    empty = range(calls)
    took = np.zeros((2, len(pieces)))
    for i, (heard, watermark_ns) in enumerate(pieces):
        begin = time.perf_counter_ns()
        for _ in empty:
            _nothing(row)
        between = time.perf_counter_ns()
        judge(heard, watermark_ns)
        took[:, i] = between - begin, time.perf_counter_ns() - between
    return took[0] / 1e3, took[1] / 1e3


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
