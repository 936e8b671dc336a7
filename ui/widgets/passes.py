"""How each pass of a loop went: a column a pass, so that one sees it settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QSizePolicy

from ui import theme, words
from ui.widgets.painted import Painted, write

_ROWS = ("pass", "offset, ms", "spread, ms", "missed")
_LEAST_COLUMN = 5.2  # in heights of a line
_FIRST = 3
_ONCE = "Played once."


class Passes(Painted):
    """The passes of a take, the first ones and the last ones as far as there is room.

    Attributes
    ----------
    shown
        The columns as painted last: the number of each pass, None for those left out.
    """

    def __init__(self) -> None:
        super().__init__("Passes of the loop")
        self.shown: tuple[int | None, ...] = ()
        self._passes: Sequence[Mapping[str, Any]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(_ONCE)
        self.hide()

    def show_passes(self, passes: Sequence[Mapping[str, Any]], line_px: int) -> None:
        """Those of a report; hidden for fewer than two. `line_px` is the height of a line."""
        self._passes = passes
        self.setFixedHeight(len(_ROWS) * line_px + line_px // 2)
        self.setVisible(len(passes) > 1)
        self.say(". ".join(_sentence(one) for one in passes) or _ONCE)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Names on the left, then the columns."""
        painter = self.begin()
        line = self.height() / (len(_ROWS) + 0.5)
        names = line * 6.5
        room = max(_FIRST + 2, int((self.width() - names) / (line * _LEAST_COLUMN / 1.6)))
        columns = _fitting(self._passes, room)
        self.shown = tuple(None if one is None else int(one["pass"]) for one in columns)
        step = (self.width() - names - line) / max(1, len(columns))
        step = min(step, line * _LEAST_COLUMN)
        for row, name in enumerate(_ROWS):
            top = line * (row + 0.25)
            write(painter, QRectF(line * 0.8, top, names, line), name, line * 0.72, theme.MUTED)
            for place, one in enumerate(columns):
                text = "…" if one is None else _cells(one)[row]
                box = QRectF(names + place * step, top, step, line)
                colour = theme.MUTED if row == 0 else theme.TEXT
                align = Qt.AlignmentFlag.AlignRight
                write(painter, box, text, line * 0.72, colour, theme.BOLD, align)
        painter.end()


def _fitting(passes: Sequence[Mapping[str, Any]], room: int) -> list[Mapping[str, Any] | None]:
    if len(passes) <= room:
        return list(passes)
    return [*passes[:_FIRST], None, *passes[_FIRST + 1 - room :]]


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    offset, spread = one["offset_ms"], one["spread_ms"]
    return (
        str(one["pass"]),
        "–" if offset is None else words.signed(offset),
        "–" if spread is None else words.plain(spread),
        str(one["missed"]),
    )


def _sentence(one: Mapping[str, Any]) -> str:
    number, offset, spread, missed = _cells(one)
    return f"Pass {number}: offset {offset} ms, spread {spread} ms, {missed} missed"
