"""What is chosen of the chart, on the sheet: the loop from A to B, and a frame around a bar."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen

from station.sheet.line import HEADER
from ui import theme
from ui.practice import Practice
from ui.sheet.ink import PlacedLine
from ui.widgets.painted import write

# What is not played, under a veil.
_VEIL = QColor(10, 13, 19, 150)


def paint_chosen(painter: QPainter, place: PlacedLine, practice: Practice) -> None:
    """Paint it over one line."""
    system = place.line.system
    height = place.bottom - place.top
    for bar in range(system.first_bar, system.last_bar):
        left, right, _ = place.line.picture.bars[bar - system.first_bar]
        x, width = place.left + left * place.scale, (right - left) * place.scale
        box = QRectF(x, place.top, width, height)
        if practice.loop and practice.first <= bar <= practice.last:
            band = QRectF(x, place.top, width, HEADER * place.scale)
            painter.fillRect(band, QColor(theme.LOOP_BACK))
            ends = ((practice.first, "A"), (practice.last, "B"))
            words = " ".join([str(bar + 1), *(name for at, name in ends if at == bar)])
            px = band.height() * 0.8
            write(painter, band.adjusted(8, 0, -8, 0), words, px, theme.LOOP_TEXT)
        elif practice.loop:
            painter.fillRect(box, _VEIL)
        if bar == practice.bar:
            painter.setPen(QPen(QColor(theme.PLAYHEAD), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
