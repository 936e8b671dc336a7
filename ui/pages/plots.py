"""The report's plots: offsets over time, and how they spread on each pad.

Imported when the first report is shown: pyqtgraph takes a quarter of a second to load.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt

from station.outcome import IN_TIME_NS, Outcome
from station.units import NS_PER_MS
from ui import theme, words
from ui.summary import Summary

_SYMBOLS = {Outcome.IN_TIME: "o", Outcome.EARLY: "t3", Outcome.LATE: "t2"}
_MOST_POINTS = 4000
_LEAST_REACH_MS = 30.0
_BINS = 40
# Of this many hits on, marks are smaller.
_MANY_POINTS = 300
_MARK_PX, _SMALL_MARK_PX = 11, 8
_ZONE_MS = IN_TIME_NS / NS_PER_MS

pg.setConfigOptions(antialias=True, background=theme.PANEL, foreground=theme.MUTED, useNumba=False)


class OffsetsPlot(pg.PlotWidget):  # type: ignore[misc]
    """Every hit's offset over the take; what was missed or extra along the lower edge."""

    def __init__(self) -> None:
        super().__init__()
        _still(self.getPlotItem())
        self.setFrameStyle(0)
        self.setAccessibleName("Offsets over time")

    def show_summary(self, summary: Summary, text_px: int) -> None:
        """Draw a take, with type of `text_px` pixels."""
        plot = self.getPlotItem()
        plot.clear()
        _set_type(plot, text_px)
        reach = _reach_ms(summary)
        plot.setYRange(-reach * 1.25, reach * 1.1, padding=0)
        plot.setLabel("left", "early  −  ms  +  late")
        step = -(-len(summary.t_s) // _MOST_POINTS)
        every = f", every {step}th hit" if step > 1 else ""
        plot.setLabel("bottom", f"seconds{every}")
        _zone(plot, "horizontal")
        size = _MARK_PX if summary.hits < _MANY_POINTS else _SMALL_MARK_PX
        shown = slice(None, None, max(1, step))
        t_s = summary.t_s[shown]
        offset = np.clip(summary.offset_ms[shown], -reach, reach)
        outcome = summary.outcome[shown]
        for kind, symbol in _SYMBOLS.items():
            mine = outcome == kind
            plot.addItem(
                _points(t_s[mine], offset[mine], symbol, theme.OUTCOME_COLOURS[kind], size)
            )
        edge = -reach * 1.14
        for at_s, symbol, ink, filled in (
            (summary.extra_s, "x", theme.EXTRA, True),
            (summary.missed_s, "o", theme.MISSED, False),
        ):
            at = at_s[:: max(1, -(-len(at_s) // _MOST_POINTS))]
            plot.addItem(_points(at, np.full(len(at), edge), symbol, ink, size, filled=filled))
        self.setAccessibleDescription(
            f"{summary.paired} hits on a note: {summary.share(Outcome.EARLY)} early, "
            f"{summary.share(Outcome.IN_TIME)} in time, {summary.share(Outcome.LATE)} late; "
            f"{summary.missed} missed, {summary.extra} extra."
        )


class SpreadPlot(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """How the offsets of each pad spread, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameStyle(0)
        self.setAccessibleName("Offsets by pad")

    def show_summary(self, summary: Summary, text_px: int, pads: int) -> None:
        """Draw a take: the `pads` pads that were hit most, with type of `text_px` pixels."""
        self.clear()
        names = summary.pads_by_hits()[:pads]
        reach = _reach_ms(summary)
        said = []
        for row, pad in enumerate(names):
            offsets = summary.offsets_of(pad)
            mean, count = float(offsets.mean()), len(offsets)
            said.append(f"{words.pad_name(pad)}: mean {words.signed(mean)} ms, {count} hits")
            plot = self.addPlot(row=row, col=0)
            _still(plot)
            _set_type(plot, text_px)
            plot.setXRange(-reach, reach, padding=0)
            title = f"{words.pad_name(pad)} &nbsp; {words.signed(mean)} ms &nbsp; {count} hits"
            plot.setTitle(title, color=theme.TEXT, size=f"{text_px}px", bold=True, justify="left")
            plot.hideAxis("left")
            plot.showAxis("bottom", row == len(names) - 1)
            _zone(plot, "vertical")
            self._add_bars(plot, np.clip(offsets, -reach, reach), reach)
            pen = pg.mkPen(theme.TEXT, width=2, style=Qt.PenStyle.DashLine)
            plot.addItem(pg.InfiniteLine(mean, angle=90, pen=pen))
        if names:
            plot.setLabel("bottom", "◀ early &nbsp; &nbsp; ms &nbsp; &nbsp; late ▶")
        self.setAccessibleDescription(". ".join(said) + "." if said else "No hits on a note.")

    @staticmethod
    def _add_bars(plot: pg.PlotItem, offsets: np.ndarray, reach: float) -> None:
        counts, edges = np.histogram(offsets, bins=_BINS, range=(-reach, reach))
        middles = (edges[:-1] + edges[1:]) / 2
        kinds = np.where(
            np.abs(middles) <= _ZONE_MS,
            Outcome.IN_TIME,
            np.where(middles < 0, Outcome.EARLY, Outcome.LATE),
        )
        for kind in (Outcome.EARLY, Outcome.IN_TIME, Outcome.LATE):
            mine = kinds == kind
            bars = pg.BarGraphItem(
                x=middles[mine],
                height=counts[mine],
                width=edges[1] - edges[0],
                brush=theme.OUTCOME_COLOURS[kind],
                pen=pg.mkPen(theme.PANEL, width=1),
            )
            plot.addItem(bars)


def _points(
    x: np.ndarray, y: np.ndarray, symbol: str, colour: str, size: int, *, filled: bool = True
) -> pg.ScatterPlotItem:
    pen = pg.mkPen(theme.PANEL, width=0.5) if filled else pg.mkPen(colour, width=1.5)
    brush = pg.mkBrush(colour) if filled else pg.mkBrush(None)
    return pg.ScatterPlotItem(x=x, y=y, symbol=symbol, size=size, pen=pen, brush=brush)


def _zone(plot: pg.PlotItem, orientation: str) -> None:
    zone = pg.LinearRegionItem(
        (-_ZONE_MS, _ZONE_MS),
        orientation=orientation,
        movable=False,
        brush=theme.RAISED,
        pen=pg.mkPen(None),
    )
    zone.setZValue(-10)
    plot.addItem(zone)
    angle = 0 if orientation == "horizontal" else 90
    plot.addItem(pg.InfiniteLine(0, angle=angle, pen=pg.mkPen(theme.BAR_LINE, width=1.5)))


def _still(plot: pg.PlotItem) -> None:
    """A picture, not a tool: no wheel, no menu, no auto-range button."""
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(False)
    plot.hideButtons()


def _set_type(plot: pg.PlotItem, text_px: int) -> None:
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setTickFont(theme.font(text_px))
        axis.setTextPen(theme.MUTED)
        axis.label.setFont(theme.font(text_px))


def _reach_ms(summary: Summary) -> float:
    if not summary.paired:
        return _LEAST_REACH_MS
    widest = float(np.percentile(np.abs(summary.offset_ms), 99))
    return max(_LEAST_REACH_MS, 10.0 * math.ceil(widest / 10))
