"""Which bars stand on one line of the sheet: few enough to be read from two metres away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Bar, Chart
from station.model import Ornament
from station.sheet.parcel import ORNAMENT, ORNAMENTS, TICK, columns_of

# In staff spaces: how much room bars take by the engraver's own spacing, fitted to the charts
# that ship (off by 2.5 on average).
_COLUMN = 1.9
_GRACE = 0.85
_BAR = 4.7
_CLEF = 4.7
# A line that is nearly full already cannot be spaced evenly.
_FULL = 0.95
_MOST_BARS = 4
_GRACE_STROKES = {Ornament.FLAM: 1, Ornament.DRAG: 2}


@dataclass(frozen=True, slots=True)
class System:
    """One line of the sheet.

    Attributes
    ----------
    number
        From 0.
    first_bar, last_bar
        Its bars are `first_bar` (inclusive) to `last_bar` (exclusive).
    first_note, last_note
        Its notes, as places in the chart.
    edges_ns
        Chart time at each bar line, from its beginning to its end; one more than bars.
    width
        How wide it is to be, in staff spaces: as asked for, or as a very full bar needs.
    shows_metre
        Whether the metre is written at its beginning, being new there.
    likeness
        Systems with the same one look the same.
    """

    number: int
    first_bar: int
    last_bar: int
    first_note: int
    last_note: int
    edges_ns: tuple[int, ...]
    width: float
    shows_metre: bool
    likeness: bytes

    @property
    def start_ns(self) -> int:
        """Chart time at its beginning."""
        return self.edges_ns[0]

    @property
    def end_ns(self) -> int:
        """Chart time at its end."""
        return self.edges_ns[-1]


def systems_of(
    chart: Chart, width: float, columns: NDArray[np.int64] | None = None
) -> tuple[System, ...]:
    """Cut a chart into lines of about `width` staff spaces.

    A line has 1, 2 or 4 bars: phrases stay together. It holds a part of one pass through a
    loop, or whole passes. An empty chart has no line. `columns` are those of `columns_of`, where
    they are known already.
    """
    bars = list(chart.bars())
    if not bars:
        return ()
    columns = columns_of(chart) if columns is None else columns
    a_pass = chart.bars_a_pass
    edges = np.array([bar.tick for bar in bars] + [chart.length_ticks], dtype=np.int64)
    edge_notes = np.searchsorted(columns[:, TICK], edges)
    edge_ns = chart.tempo.ns_of(edges)
    widths = _widths(columns, edge_notes)
    total = np.concatenate([[0.0], np.cumsum(widths)])
    found: list[System] = []
    first = 0
    while first < len(bars):
        last = first + 1
        wider = first + 2
        while (
            wider - first <= _MOST_BARS
            and wider <= len(bars)
            and _in_passes(first, wider, a_pass)
            and total[wider] - total[first] <= _FULL * width - _CLEF
        ):
            last, wider = wider, first + 2 * (wider - first)
        a, b = int(edge_notes[first]), int(edge_notes[last])
        shows_metre = first == 0 or _metre(bars, chart, first) != _metre(bars, chart, first - 1)
        found.append(
            System(
                number=len(found),
                first_bar=first,
                last_bar=last,
                first_note=a,
                last_note=b,
                edges_ns=tuple(edge_ns[first : last + 1].tolist()),
                width=max(width, float(total[last] - total[first]) + _CLEF),
                shows_metre=shows_metre,
                likeness=_likeness(chart, bars[first:last], columns[a:b], shows_metre=shows_metre),
            )
        )
        first = last
    return tuple(found)


def _in_passes(first: int, last: int, a_pass: int) -> bool:
    return first % a_pass + last - first <= a_pass or (first % a_pass, last % a_pass) == (0, 0)


def _widths(columns: NDArray[np.int64], edge_notes: NDArray[np.int64]) -> NDArray[np.float64]:
    """About how wide each bar wants to be, in staff spaces."""
    ticks = columns[:, TICK]
    new = np.ones(len(ticks), dtype=bool)
    new[1:] = ticks[1:] != ticks[:-1]
    graces = np.zeros(len(ticks))
    for ornament, strokes in _GRACE_STROKES.items():
        graces[columns[:, ORNAMENT] == ORNAMENTS.index(ornament)] = strokes
    wants = np.concatenate([[0.0], np.cumsum(new * _COLUMN + graces * _GRACE)])
    return _BAR + np.diff(wants[edge_notes])


def _metre(bars: Sequence[Bar], chart: Chart, bar: int) -> tuple[int, int, tuple[int, ...]]:
    metre = chart.metre_at(bars[bar].tick)
    return metre.beats, metre.unit, metre.groups


def _likeness(
    chart: Chart, bars: Sequence[Bar], columns: NDArray[np.int64], *, shows_metre: bool
) -> bytes:
    start = bars[0].tick
    relative = columns.copy()
    relative[:, TICK] -= start
    metres = [
        (bar.tick - start, bar.end_tick - start, *_metre(bars, chart, i))
        for i, bar in enumerate(bars)
    ]
    ends = bars[-1].end_tick == chart.length_ticks
    return repr((metres, shows_metre, ends)).encode() + relative.tobytes()
