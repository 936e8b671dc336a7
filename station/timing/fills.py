"""Which bars of a chart are fills: those that depart from the pattern around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AROUND = 4  # bars on each side
_FEWEST_BEFORE = 2
_FEWEST_NOTES = 4  # less is a stop or a last stroke
# Share of notes that two bars do not have in common. A ghost note more or a kick elsewhere is
# about .15 of a bar of rock, a fill of one beat .4, one of two beats .7.
_DEPARTS = 0.3
_ALIKE = 0.25
_TIMES_AS_FAR = 2.0
_MOST_FILLS = 0.34


def fill_bars(lanes: NDArray[np.uint8], bar: Ints, place: Ints, bar_ticks: Ints) -> Ints:
    """Bars unlike the four before and unlike the four behind, which are alike among themselves.

    Where the pattern changes for good, a bar is like those behind it and no fill. On which
    pads a fill is played does not matter. Where more than a third of the bars would be fills,
    nobody can say which is the pattern, and none is.

    Parameters
    ----------
    lanes, bar, place, bar_ticks
        Of the chart's notes in its order: the pad, the number of the bar, ticks from the bar's
        begin, the bar's length; shape (notes,).

    Returns
    -------
    Ints
        Numbers of bars, ascending.
    """
    if not len(bar):
        return np.zeros(0, dtype=np.int64)
    bars = int(bar[-1]) + 1
    pads = int(lanes.max()) + 1
    width = int(bar_ticks.max()) * pads
    strokes = np.unique(bar * width + place * pads + lanes)
    notes = np.bincount(strokes // width, minlength=bars)
    length = np.full(bars, -1, dtype=np.int64)
    length[bar] = bar_ticks
    before = np.full((bars, _AROUND), np.nan)
    behind = np.full((bars, _AROUND), np.nan)
    for i in range(min(_AROUND, bars - 1)):
        lag = i + 1
        distance = _distance(strokes, notes, width, lag)
        # A bar of another metre, or without a note, says nothing about this one.
        distance[(length[lag:] != length[:-lag]) | (length[lag:] < 0)] = np.nan
        before[lag:, i] = distance
        behind[:-lag, i] = distance
    departs = _middle(before)
    departs = np.where(np.isnan(_middle(behind)), departs, np.minimum(departs, _middle(behind)))
    departs[np.isfinite(before).sum(axis=1) < _FEWEST_BEFORE] = np.nan
    usual = _around(departs)
    is_fill = (
        (departs >= _DEPARTS)
        & (usual <= _ALIKE)
        & (departs >= _TIMES_AS_FAR * usual)
        & (notes >= _FEWEST_NOTES)
    )
    fills = np.flatnonzero(is_fill)
    return fills if len(fills) <= _MOST_FILLS * bars else fills[:0]


def _distance(strokes: Ints, notes: Ints, width: int, lag: int) -> Floats:
    """Jaccard's distance of each bar from that `lag` bars before it, shape (bars − lag,)."""
    shifted = strokes + lag * width
    at = np.minimum(np.searchsorted(strokes, shifted), len(strokes) - 1)
    common = np.bincount(shifted[strokes[at] == shifted] // width, minlength=len(notes))[lag:]
    together = notes[lag:] + notes[:-lag] - common
    distance: Floats = 1 - common / np.maximum(together, 1)
    return distance


def _around(departs: Floats) -> Floats:
    """How far the bars around each one depart in the middle; 0 where nobody can say."""
    padded = np.pad(departs, _AROUND, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    middle = _middle(np.delete(windows, _AROUND, axis=1))
    return np.where(np.isnan(middle), 0.0, middle)


def _middle(rows: Floats) -> Floats:
    """The lower median of each row's numbers, NaN where there is none."""
    ordered = np.sort(rows, axis=1)  # NaN last
    count = np.isfinite(rows).sum(axis=1)
    middle: Floats = ordered[np.arange(len(rows)), np.maximum(count - 1, 0) // 2]
    return middle
