"""The shapes of marks: early points left, late points right, in time is a disc, extra a cross,
missed a ring."""

from __future__ import annotations

from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from station.outcome import Outcome
from ui import theme


def paint_mark(painter: QPainter, outcome: Outcome, centre: QPointF, size: float) -> None:
    """One mark, `size` pixels wide."""
    colour = QColor(theme.OUTCOME_COLOURS[outcome])
    half = size / 2
    edge = QPen(QColor(theme.BACKGROUND), max(1.0, size * 0.08))
    edge.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.translate(centre)
    painter.setPen(edge)
    painter.setBrush(colour)
    match outcome:
        case Outcome.IN_TIME:
            painter.drawEllipse(QRectF(-half * 0.82, -half * 0.82, size * 0.82, size * 0.82))
        case Outcome.EARLY | Outcome.LATE:
            tip = -half if outcome is Outcome.EARLY else half
            triangle = [QPointF(tip, 0), QPointF(-tip * 0.8, -half), QPointF(-tip * 0.8, half)]
            painter.drawPolygon(QPolygonF(triangle))
        case Outcome.EXTRA:
            for wide, ink in ((0.38, theme.BACKGROUND), (0.24, theme.EXTRA)):
                pen = QPen(QColor(ink), size * wide)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                arm = half * 0.68
                painter.drawLine(QPointF(-arm, -arm), QPointF(arm, arm))
                painter.drawLine(QPointF(-arm, arm), QPointF(arm, -arm))
        case Outcome.MISSED:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, max(1.5, size * 0.14)))
            painter.drawEllipse(QRectF(-half * 0.8, -half * 0.8, size * 0.8, size * 0.8))
    painter.restore()


@lru_cache(maxsize=64)
def mark_pixmap(outcome: Outcome, size: int, ratio: float) -> QPixmap:
    """The same, ready to be put down by the hundred; `ratio` is the screen's pixel ratio."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, outcome, QPointF(size / 2, size / 2), size * 0.94)
    painter.end()
    return pixmap


def pointer(x: float, y: float, size: float, *, down: bool) -> QPainterPath:
    """A triangle with its tip at (x, y)."""
    back = -size if down else size
    path = QPainterPath(QPointF(x, y))
    path.lineTo(x - size * 0.62, y + back)
    path.lineTo(x + size * 0.62, y + back)
    path.closeSubpath()
    return path


def diamond(centre: QPointF, size: float) -> QPainterPath:
    """A square on its tip, `size` wide and high."""
    half = size / 2
    path = QPainterPath(QPointF(centre.x(), centre.y() - half))
    path.lineTo(centre.x() + half, centre.y())
    path.lineTo(centre.x(), centre.y() + half)
    path.lineTo(centre.x() - half, centre.y())
    path.closeSubpath()
    return path
