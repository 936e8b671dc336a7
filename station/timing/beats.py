"""Where a chart's notes lie in its beats and bars, for whole arrays of notes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart


def note_ticks(chart: Chart) -> NDArray[np.int64]:
    """Every note's tick, shape (notes,)."""
    return np.array([note.tick for note in chart.notes], dtype=np.int64)


def count(chart: Chart, ticks: NDArray[np.int64], *, bars: bool = False) -> NDArray[np.int64]:
    """The number of the beat (or bar) that each tick lies in, from 0, shape as `ticks`.

    Beats are those of the metre; a metre change begins a new beat and a new bar. Counted in
    one step a metre change, whatever the length of the chart.
    """
    starts = np.array([change.tick for change in chart.metre], dtype=np.int64)
    lengths = np.array(
        [m.bar_ticks(chart.ppq) if bars else m.beat_ticks(chart.ppq) for m in chart.metre],
        dtype=np.int64,
    )
    counted = -(-np.diff(starts) // lengths[:-1])
    before = np.concatenate(([0], np.cumsum(counted)))
    metre = np.maximum(np.searchsorted(starts, ticks, side="right") - 1, 0)
    numbers: NDArray[np.int64] = before[metre] + (ticks - starts[metre]) // lengths[metre]
    return numbers


def in_bar(chart: Chart, ticks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ticks from the begin of the bar that each tick lies in, and that bar's length.

    A bar that is cut short by a metre change has the length of its metre.
    """
    return _since(chart, ticks, [change.bar_ticks(chart.ppq) for change in chart.metre])


def passed(chart: Chart, ticks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many ticks of its beat have passed at each tick, and how many the beat has."""
    return _since(chart, ticks, [change.beat_ticks(chart.ppq) for change in chart.metre])


def _since(
    chart: Chart, ticks: NDArray[np.int64], lengths_of_metres: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts = np.array([change.tick for change in chart.metre], dtype=np.int64)
    lengths = np.array(lengths_of_metres, dtype=np.int64)
    metre = np.maximum(np.searchsorted(starts, ticks, side="right") - 1, 0)
    return (ticks - starts[metre]) % lengths[metre], lengths[metre]


def half_beats_ns(chart: Chart, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Half a beat of the metre at the tempo in force at each tick, shape as `ticks`."""
    tempo_starts = np.array([change.tick for change in chart.tempo.changes], dtype=np.int64)
    quarters = np.array([float(c.ns_per_quarter) for c in chart.tempo.changes])
    metre_starts = np.array([change.tick for change in chart.metre], dtype=np.int64)
    units = np.array([change.unit for change in chart.metre], dtype=np.int64)
    quarter = quarters[np.maximum(np.searchsorted(tempo_starts, ticks, side="right") - 1, 0)]
    unit = units[np.maximum(np.searchsorted(metre_starts, ticks, side="right") - 1, 0)]
    halves: NDArray[np.int64] = (quarter * 2 / unit).astype(np.int64)
    return halves
