"""A system with its picture and its time line: where each moment, note and pad is in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.charts.drum_staff import on_staff
from station.model import Pad, Zone
from station.sheet.picture import Picture
from station.sheet.systems import System

# What stands above the staff: bar numbers, tempo, swing.
HEADER = 2.3
_STEPS = "CDEFGAB"
# The uppermost line of a staff of five.
_TOP_STEP, _TOP_OCTAVE = "F", 5
_ZONES: dict[Pad, Zone] = {Pad.HI_HAT: Zone.CLOSED, Pad.HI_HAT_PEDAL: Zone.FOOT}
# Of a label: the width of a letter, the gap behind it, and how far from its place it may be.
_LETTER, _GAP, _FURTHEST = 1.25, 0.9, 14.0


@dataclass(frozen=True, slots=True)
class Label:
    """Something above the staff.

    Attributes
    ----------
    x
        Its left edge, in staff spaces.
    text
        What is written.
    beat_unit
        For a tempo, the note it counts: 4 is a quarter; else 0.
    number
        Whether it is a bar's number.
    """

    x: float
    text: str
    beat_unit: int = 0
    number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A system as it is drawn. Measures are in staff spaces from its upper left corner, which
    lies `HEADER` above the picture's.

    Attributes
    ----------
    system, picture
        What it is made of.
    labels
        What stands above it, from left to right.
    t_ns, x
        Moments of chart time and where they are, both ascending; shape (n,).
    """

    system: System
    picture: Picture
    labels: tuple[Label, ...]
    t_ns: NDArray[np.int64]
    x: NDArray[np.float64]

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.picture.width

    @property
    def height(self) -> float:
        """From the labels to the lowest sign."""
        return self.picture.height + HEADER

    def x_at(self, t_ns: int) -> float:
        """Where a moment of chart time is; clipped to the line's two ends."""
        return float(np.interp(t_ns, self.t_ns, self.x))

    def middle_of(self, chart_index: int) -> tuple[float, float]:
        """The middle of a note's head."""
        left, top, width, height = self.picture.heads[chart_index - self.system.first_note]
        return float(left + width / 2), float(top + height / 2) + HEADER

    def y_of(self, pad: Pad) -> float:
        """Where a pad stands on the staff, whether the line has a note of it or not."""
        picture = self.picture
        top = picture.staff_top + HEADER
        if picture.staff_top == picture.staff_bottom:
            return top
        where = on_staff(pad, _ZONES.get(pad, Zone.HEAD))
        down = 7 * (_TOP_OCTAVE - where.octave)
        down += _STEPS.index(_TOP_STEP) - _STEPS.index(where.step)
        return top + 0.5 * down


class Headings:
    """What stands above the staff throughout a chart, but for bar numbers.

    Parameters
    ----------
    chart
        The chart.
    swing_words
        See `SheetScore.swing_words`.
    """

    def __init__(self, chart: Chart, swing_words: Iterable[tuple[int, str]]) -> None:
        self._items: list[tuple[int, str, int]] = []
        before = ""
        for change in chart.tempo.changes:
            unit = chart.metre_at(change.tick).unit
            text = f"= {chart.tempo.bpm_at(change.tick) * unit / 4:.1f}".removesuffix(".0")
            if text != before:
                self._items.append((chart.tempo.ns_at(change.tick), text, unit))
            before = text
        words = dict(swing_words)
        self._items += [
            (chart.tempo.ns_at(bar.tick), words[bar.number], 0)
            for bar in (chart.bars() if words else ())
            if bar.number in words
        ]
        self._items.sort(key=lambda item: item[0])

    def of(self, system: System) -> list[tuple[int, str, int]]:
        """Of a system: chart time, text, and the beat's unit of a tempo or 0."""
        first = bisect_left(self._items, system.start_ns, key=lambda item: item[0])
        last = bisect_left(self._items, system.end_ns, key=lambda item: item[0])
        return self._items[first:last]


def line_of(chart: Chart, system: System, picture: Picture, headings: Headings) -> Line:
    """Put a picture where it stands in a chart.

    Parameters
    ----------
    chart
        The chart.
    system, picture
        One of its systems, and a picture of it or of one that looks the same.
    headings
        Of the chart.
    """
    t_ns, x = _time_line(chart, system, picture)
    wanted = [
        Label(float(left), str(chart.written_bar(bar) + 1), number=True)
        for bar, left in enumerate(picture.bars[:, 0], start=system.first_bar)
    ]
    for at_ns, text, unit in headings.of(system):
        bar = int(np.searchsorted(system.edges_ns, at_ns, side="right")) - 1
        at_bar_line = system.edges_ns[bar] == at_ns
        left = picture.bars[bar, 0] if at_bar_line else np.interp(at_ns, t_ns, x)
        wanted.append(Label(float(left), text, beat_unit=unit))
    return Line(system, picture, tuple(_side_by_side(wanted)), t_ns, x)


def _side_by_side(wanted: list[Label]) -> Iterator[Label]:
    """Labels moved right until none lies on another; what would stand too far off is left out."""
    free = 0.0
    for label in sorted(wanted, key=lambda one: (one.x, not one.number)):
        x = max(label.x, free)
        if x - label.x > _FURTHEST:
            continue
        free = x + _LETTER * (len(label.text) + (2 if label.beat_unit else 0)) + _GAP
        yield replace(label, x=x)


def _time_line(
    chart: Chart, system: System, picture: Picture
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Notes, bar lines and beginnings of bars, each moment once."""
    written = chart.written_ns[system.first_note : system.last_note]
    middles = picture.heads[:, 0] + picture.heads[:, 2] / 2
    edges = np.array(system.edges_ns, dtype=np.int64)
    # A bar that begins with a note begins there.
    empty = ~np.isin(edges[:-1], written)
    t_ns = np.concatenate([written, edges[:-1][empty], edges[-1:]])
    x = np.concatenate([middles, picture.bars[empty, 2], picture.bars[-1:, 1]])
    # Of all that is struck at once, what stands furthest left comes first.
    order = np.lexsort((x, t_ns))
    t_ns, x = t_ns[order], x[order]
    first = np.ones(len(t_ns), dtype=bool)
    first[1:] = t_ns[1:] != t_ns[:-1]
    return t_ns[first], np.maximum.accumulate(x[first])
