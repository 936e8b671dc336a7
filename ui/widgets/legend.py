"""What the marks mean, in one row: shape, colour, word, and a number where one is counted."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from station.outcome import Outcome
from ui import shapes, theme
from ui.widgets.painted import write


def paint_legend(painter: QPainter, box: QRectF, missed: int, extra: int, ratio: float) -> None:
    """Paint it into a box; `ratio` is the screen's pixel ratio."""
    counts = {Outcome.MISSED: missed, Outcome.EXTRA: extra}
    height, top = box.height(), box.top()
    size = max(10, round(height * 0.58))
    step = box.width() / len(theme.OUTCOME_WORDS)
    for i, (outcome, word) in enumerate(theme.OUTCOME_WORDS.items()):
        x = box.left() + i * step
        pixmap = shapes.mark_pixmap(outcome, size, ratio)
        painter.drawPixmap(QPointF(x, top + (height - size) / 2 - 2), pixmap)
        text = f"{word} {counts[outcome]}" if counts.get(outcome) else word
        text_box = QRectF(x + size * 1.4, top - 2, step - size * 1.6, height)
        write(painter, text_box, text, height * 0.56, theme.MUTED)
