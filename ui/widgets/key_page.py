"""The page of keys, over everything else: to be read from the stool."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPaintEvent, QPen

from ui import theme
from ui.keys import PAGE
from ui.widgets.painted import Painted, fitting_px, write

_COLUMNS = 2


class KeyPage(Painted):
    """What every key does; hidden until it is asked for.

    Attributes
    ----------
    text_px
        The height of the type as painted last.
    """

    def __init__(self) -> None:
        super().__init__("Keys")
        self.text_px = 0.0
        self.say(". ".join(f"{line.keys}: {line.does}" for line in PAGE) + ".")
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Two columns of keys, as large as they fit."""
        painter = self.begin()
        w, h = self.width(), self.height()
        foot = h * 0.09
        rows = -(-len(PAGE) // _COLUMNS)
        column_w, row_h = w / _COLUMNS, (h - foot) / rows
        key_w = column_w * 0.24
        does_w = column_w * 0.68
        longest = max((line.does for line in PAGE), key=len)
        does_px = fitting_px(longest, theme.BOLD, does_w, row_h * 0.6)
        self.text_px = does_px
        key_px = min(fitting_px("SPACE", theme.BLACK, key_w * 0.88, row_h * 0.5), does_px)
        for i, line in enumerate(PAGE):
            column, row = divmod(i, rows)
            left, top = column * column_w + column_w * 0.04, row * row_h
            cap = QRectF(left, top + row_h * 0.18, key_w, row_h * 0.64)
            painter.setPen(QPen(QColor(theme.BAR_LINE), 2))
            painter.setBrush(QColor(theme.RAISED))
            painter.drawRoundedRect(cap, row_h * 0.12, row_h * 0.12)
            inside = cap.adjusted(key_w * 0.06, 0, -key_w * 0.06, 0)
            middle = Qt.AlignmentFlag.AlignHCenter
            write(painter, inside, line.keys, key_px, theme.TEXT, theme.BLACK, middle)
            box = QRectF(cap.right() + column_w * 0.03, top, does_w, row_h)
            write(painter, box, line.does, does_px, theme.TEXT, theme.BOLD)
        box = QRectF(0, h - foot, w, foot)
        text = "In a take SPACE and ESC stop it, and M mutes the click.   ? closes this page."
        write(painter, box, text, foot * 0.42, theme.MUTED, align=Qt.AlignmentFlag.AlignHCenter)
        painter.end()
