"""The early/late meter: the last hits on a scale of milliseconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen

from station.outcome import IN_TIME_NS, Outcome
from station.units import NS_PER_MS
from ui import shapes, theme, words
from ui.widgets.painted import Painted, write

# Half of an eighth note's distance to its neighbour at 330 BPM is 45 ms: nothing that is
# paired at fast tempi lies outside.
REACH_MS = 50
_TICKS_MS = (-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50)
_FAINTEST = 0.4


class Meter(Painted):
    """Shows the last confirmed offsets and their mean.

    Attributes
    ----------
    mean_ms
        Of the offsets shown, or None while there are none.
    """

    def __init__(self) -> None:
        super().__init__("Early or late meter")
        self.mean_ms: float | None = None
        self._offsets_ms: NDArray[np.float64] = np.empty(0)
        self.show_offsets(np.empty(0, dtype=np.int64))

    def show_offsets(self, offsets_ns: NDArray[np.int64]) -> None:
        """Offsets in ns, oldest first."""
        self._offsets_ms = offsets_ns / NS_PER_MS
        self.mean_ms = float(self._offsets_ms.mean()) if len(offsets_ns) else None
        self.say(self._sentence())
        self.update()

    def _sentence(self) -> str:
        if self.mean_ms is None:
            return "No hits yet."
        return f"Last {len(self._offsets_ms)} hits: mean {self._mean_words()}."

    def _mean_words(self) -> str:
        assert self.mean_ms is not None
        within = abs(self.mean_ms) <= IN_TIME_NS / NS_PER_MS
        side = "in time" if within else "early" if self.mean_ms < 0 else "late"
        return f"{words.signed(self.mean_ms)} ms, {side}"

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Scale, marks, mean."""
        painter = self.begin()
        w, h = self.width(), self.height()
        end = min(w * 0.16, h * 1.9)
        word_px = min(h * 0.30, end * 0.25)
        left = QRectF(w * 0.015, h * 0.12, end, h * 0.76)
        right = QRectF(w * 0.985 - end, h * 0.12, end, h * 0.76)
        write(painter, left, "◀ EARLY", word_px, theme.EARLY, theme.BOLD)
        write(
            painter, right, "LATE ▶", word_px, theme.LATE, theme.BOLD, Qt.AlignmentFlag.AlignRight
        )
        scale = QRectF(left.right() + w * 0.02, 0, right.left() - left.right() - w * 0.04, h)
        self._paint_scale(painter, scale)
        self._paint_marks(painter, scale)
        painter.end()

    def _x(self, scale: QRectF, ms: float) -> float:
        inside = max(-REACH_MS, min(REACH_MS, ms))
        return scale.center().x() + inside / (2 * REACH_MS) * scale.width()

    def _paint_scale(self, painter: QPainter, scale: QRectF) -> None:
        h = scale.height()
        top, bottom = h * 0.36, h * 0.72
        zone_ms = IN_TIME_NS / NS_PER_MS
        zone_left, zone_right = self._x(scale, -zone_ms), self._x(scale, zone_ms)
        painter.fillRect(
            QRectF(zone_left, top, zone_right - zone_left, bottom - top), QColor(theme.RAISED)
        )
        painter.setPen(QPen(QColor(theme.BAR_LINE), 2))
        middle = (top + bottom) / 2
        painter.drawLine(QPointF(scale.left(), middle), QPointF(scale.right(), middle))
        step = scale.width() / len(_TICKS_MS)
        for ms in _TICKS_MS:
            x = self._x(scale, ms)
            painter.setPen(QPen(QColor(theme.TEXT if ms == 0 else theme.BAR_LINE), 2))
            reach = (bottom - top) * (0.5 if ms == 0 else 0.22)
            painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle + reach))
            box = QRectF(x - step / 2, bottom, step, h * 0.24)
            text = "0 ms" if ms == 0 else words.signed(ms, 0)
            write(painter, box, text, h * 0.15, theme.MUTED, align=Qt.AlignmentFlag.AlignHCenter)

    def _paint_marks(self, painter: QPainter, scale: QRectF) -> None:
        h = scale.height()
        middle, size = h * 0.54, max(10, round(h * 0.26))
        if self.mean_ms is None:
            box = QRectF(scale.left(), 0, scale.width(), h * 0.34)
            write(
                painter,
                box,
                "no hits yet",
                h * 0.2,
                theme.MUTED,
                align=Qt.AlignmentFlag.AlignHCenter,
            )
            return
        count = len(self._offsets_ms)
        zone_ms = IN_TIME_NS / NS_PER_MS
        for age, ms in zip(range(count - 1, -1, -1), self._offsets_ms.tolist(), strict=True):
            outcome = (
                Outcome.IN_TIME if abs(ms) <= zone_ms else Outcome.EARLY if ms < 0 else Outcome.LATE
            )
            painter.setOpacity(1 - (1 - _FAINTEST) * age / max(1, count - 1))
            pixmap = shapes.mark_pixmap(outcome, size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(self._x(scale, ms) - size / 2, middle - size / 2), pixmap)
        painter.setOpacity(1)
        x = self._x(scale, self.mean_ms)
        painter.fillPath(shapes.pointer(x, h * 0.40, h * 0.13, down=True), QColor(theme.TEXT))
        wide = h * 2.6
        box_x = max(scale.left(), min(scale.right() - wide, x - wide / 2))
        box = QRectF(box_x, 0, wide, h * 0.28)
        write(
            painter,
            box,
            self._mean_words(),
            h * 0.21,
            theme.TEXT,
            theme.BOLD,
            Qt.AlignmentFlag.AlignHCenter,
        )
