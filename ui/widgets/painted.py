"""What every painted widget has: a panel to stand on, and words for those who cannot see it."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ui import theme

_PROBE_PX = 100


class Painted(QWidget):
    """A painted widget.

    Parameters
    ----------
    name
        What it is, for a screen reader.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # Every pixel is painted by us, so Qt need not clear it first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def say(self, text: str) -> None:
        """What it shows, in words."""
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def begin(self) -> QPainter:
        """A painter on a cleared panel with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.BACKGROUND))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.PANEL))
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        return painter


def fitting_px(text: str, weight: QFont.Weight, width: float, height: float) -> float:
    """The largest type size in pixels at which `text` fits into a box."""
    metrics = QFontMetricsF(theme.font(_PROBE_PX, weight))
    by_width = width / max(1.0, metrics.horizontalAdvance(text)) * _PROBE_PX
    # Hinting makes small type a little wider than the probe says.
    return min(0.95 * by_width, height / metrics.height() * _PROBE_PX)


def write(
    painter: QPainter,
    box: QRectF,
    text: str,
    px: float,
    colour: str = theme.TEXT,
    weight: QFont.Weight = QFont.Weight.Normal,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line of text, centred upright in its box; made smaller when it does not fit."""
    px = min(px, fitting_px(text, weight, box.width(), box.height() * 1.3))
    painter.setFont(theme.font(px, weight))
    painter.setPen(QPen(QColor(colour)))
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
