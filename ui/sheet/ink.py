"""Lines of the sheet as pixmaps, light on dark, and the marks that lie on them."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PyQt6.QtCore import QByteArray, QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from station.model import PADS
from station.outcome import Outcome
from station.sheet.drawing import document, draw_line, glyphs_of
from station.sheet.line import HEADER, Line
from station.sheet.played import Played
from ui import shapes, theme

# A mark hides the head that it stands for; both in staff spaces.
_MARK = 1.9
_MARGIN = 0.6
_KEPT = 24


class InkPots:
    """Pixmaps of lines, painted once and then only put down; the last used are kept."""

    def __init__(self) -> None:
        self._pixmaps: OrderedDict[tuple[int, float, float], QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Forget all: another chart is on the desk."""
        self._pixmaps.clear()

    def has(self, line: Line, scale: float, ratio: float) -> bool:
        """Whether `pixmap` would only have to hand it out."""
        return (line.system.number, scale, ratio) in self._pixmaps

    def pixmap(self, line: Line, scale: float, ratio: float) -> QPixmap:
        """A line at `scale` pixels a staff space, for a screen of `ratio`."""
        key = (line.system.number, scale, ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = _paint_line(line, scale, ratio)
            while len(self._pixmaps) >= _KEPT:
                self._pixmaps.popitem(last=False)
            self._pixmaps[key] = pixmap
        self._pixmaps.move_to_end(key)
        return pixmap


def _paint_line(line: Line, scale: float, ratio: float) -> QPixmap:
    width, height = line.width + 2 * _MARGIN, line.height
    pixmap = QPixmap(max(1, round(width * scale * ratio)), max(1, round(height * scale * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(theme.PANEL))
    body = f'<g transform="translate({_MARGIN},0)">{draw_line(line, theme.TEXT, theme.MUTED)}</g>'
    svg = document(body, width, height, glyphs_of([line]))
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, width * scale, height * scale))
    painter.end()
    return pixmap


class PlacedLine:
    """A line at its place in a widget.

    Parameters
    ----------
    line
        The line.
    left, top
        Where its upper left corner is, in pixels.
    scale
        Pixels a staff space.
    """

    def __init__(self, line: Line, left: float, top: float, scale: float) -> None:
        self.line, self.left, self.top, self.scale = line, left, top, scale
        heads = line.picture.heads
        self._x = left + (heads[:, 0] + heads[:, 2] / 2) * scale
        self._y = top + (heads[:, 1] + heads[:, 3] / 2 + HEADER) * scale

    def paint_ink(self, painter: QPainter, pots: InkPots, ratio: float) -> None:
        """The notes as written."""
        pixmap = pots.pixmap(self.line, self.scale, ratio)
        painter.drawPixmap(QPointF(self.left - _MARGIN * self.scale, self.top), pixmap)

    def paint_marks(self, painter: QPainter, played: Played, ratio: float) -> int:
        """How each note was played; how many marks were put down."""
        system = self.line.system
        size = max(9, round(_MARK * self.scale))
        outcome = played.outcome[system.first_note : system.last_note]
        drawn = 0
        if len(outcome):
            for kind in (Outcome.MISSED, Outcome.IN_TIME, Outcome.EARLY, Outcome.LATE):
                mine = outcome == kind
                drawn += _stamp(painter, kind, self._x[mine], self._y[mine], size, ratio)
        here = (played.extra_ns >= system.start_ns) & (played.extra_ns < system.end_ns)
        if here.any():
            x = np.interp(played.extra_ns[here], self.line.t_ns, self.line.x)
            y = [self.line.y_of(PADS[min(i, len(PADS) - 1)]) for i in played.extra_pad[here]]
            xs, ys = self.left + x * self.scale, self.top + np.array(y) * self.scale
            drawn += _stamp(painter, Outcome.EXTRA, xs, ys, size, ratio)
        return drawn

    def paint_cover(self, painter: QPainter, bar: int) -> None:
        """An empty bar over what is written in it: the player knows it by heart."""
        picture = self.line.picture
        first, right, begins = picture.bars[bar - self.line.system.first_bar]
        edge = 0.25
        x = self.left + max(first + edge, begins - 1.2) * self.scale
        width = self.left + (right - edge) * self.scale - x
        top = self.top + HEADER * self.scale
        height = (self.line.height - HEADER) * self.scale
        painter.fillRect(QRectF(x, top, width, height), QColor(theme.PANEL))
        lines = 1 if picture.staff_top == picture.staff_bottom else 5
        for i in range(lines):
            y = self.top + (picture.staff_top + HEADER + i) * self.scale
            painter.fillRect(QRectF(x, y - 0.5, width, 1.0), QColor(theme.TEXT))

    def x_at(self, t_ns: int) -> float:
        """Where a moment of chart time is, in pixels."""
        return self.left + self.line.x_at(t_ns) * self.scale

    @property
    def bottom(self) -> float:
        """Its lower edge, in pixels."""
        return self.top + self.line.height * self.scale


def _stamp(
    painter: QPainter, kind: Outcome, xs: np.ndarray, ys: np.ndarray, size: int, ratio: float
) -> int:
    if not len(xs):
        return 0
    pixmap = shapes.mark_pixmap(kind, size, ratio)
    for x, y in zip((xs - size / 2).tolist(), (ys - size / 2).tolist(), strict=True):
        painter.drawPixmap(QPointF(x, y), pixmap)
    return len(xs)
