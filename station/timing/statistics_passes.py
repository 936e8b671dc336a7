"""How each pass of a loop went: a player who loops a bar wants to see it settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.timing import beats

# Of fewer, what is left about a line says nothing about the pass.
FEWEST_HITS = 4


@dataclass(frozen=True, slots=True)
class Pass:
    """One time through what was looped.

    Attributes
    ----------
    number
        From 1.
    hits, missed
        Notes of it that were played, and that were not.
    offset_ms
        Mean of played − written; None when nothing was played.
    spread_ms
        Standard deviation of the offsets about a line through them, so that a steady rush is no
        spread; None of fewer than `FEWEST_HITS`, or when all were at one place.
    """

    number: int
    hits: int
    missed: int
    offset_ms: float | None
    spread_ms: float | None


def by_pass(
    chart: Chart,
    chart_index: NDArray[np.int32],
    offset_ns: NDArray[np.int64],
    missed: Sequence[int],
) -> list[Pass]:
    """Every pass up to the last one in which a note was played or missed.

    Parameters
    ----------
    chart
        What should have been played; none of its passes is told where it is played once.
    chart_index, offset_ns
        Of the hits: which note, −1 for an extra hit; played − written; shape (hits,).
    missed
        Notes without a hit.
    """
    if not chart.pass_ticks:
        return []
    of_note = beats.note_ticks(chart) // chart.pass_ticks
    on_note = chart_index >= 0
    played = of_note[chart_index[on_note]]
    not_played = of_note[list(missed)]
    count = int(max(played.max(initial=-1), not_played.max(initial=-1))) + 1
    offset_ms = offset_ns[on_note] / float(units.NS_PER_MS)
    written_ms = chart.written_ns[chart_index[on_note]] / float(units.NS_PER_MS)
    hits = np.bincount(played, minlength=count)
    missing = np.bincount(not_played, minlength=count)
    mean_ms = np.bincount(played, weights=offset_ms, minlength=count) / np.maximum(hits, 1)
    spread_ms = _about_lines(played, written_ms, offset_ms, hits)
    return [
        Pass(
            number=i + 1,
            hits=int(hits[i]),
            missed=int(missing[i]),
            offset_ms=float(mean_ms[i]) if hits[i] else None,
            spread_ms=None if np.isnan(spread_ms[i]) else float(spread_ms[i]),
        )
        for i in range(count)
    ]


def _about_lines(
    group: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    hits: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Standard deviation of `y` about a least-squares line over `x` in each group, or NaN."""

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(group, weights=values, minlength=len(hits)).astype(np.float64)

    x = x - (total(x) / np.maximum(hits, 1))[group]
    y = y - (total(y) / np.maximum(hits, 1))[group]
    wide = total(x * x)
    slope = total(x * y) / np.where(wide > 0, wide, 1.0)
    left: NDArray[np.float64] = np.sqrt(
        total((y - slope[group] * x) ** 2) / np.maximum(hits - 2, 1)
    )
    return np.where((hits >= FEWEST_HITS) & (wide > 0), left, np.nan)
