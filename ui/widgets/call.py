"""The call: rushing, dragging, steady or undecided, in one big word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPaintEvent

from station.model import TempoCall
from ui import theme, words
from ui.widgets.painted import Painted, fitting_px, write

CALL_COLOURS: dict[TempoCall, str] = {
    TempoCall.RUSHING: theme.EARLY,
    TempoCall.DRAGGING: theme.LATE,
    TempoCall.STEADY: theme.IN_TIME,
    TempoCall.UNDECIDED: theme.MUTED,
}
# A shape beside the word, for a glance from far away.
CALL_SHAPES: dict[TempoCall, str] = {
    TempoCall.RUSHING: "▲",
    TempoCall.DRAGGING: "▼",
    TempoCall.STEADY: "●",
    TempoCall.UNDECIDED: "",
}


class Call(Painted):
    """The tempo's call with its interval, and the placement beside it."""

    def __init__(self) -> None:
        super().__init__("The call: rushing or dragging")
        self._verdict: Mapping[str, Any] | None = None
        self.show_verdict(None)

    @property
    def word(self) -> str:
        """The big word."""
        return words.tempo_call(self._verdict).value.upper()

    def show_verdict(self, verdict: Mapping[str, Any] | None) -> None:
        """The JSON of a verdict, or None before the first."""
        self._verdict = verdict
        self.say(
            f"{self.word}. {words.tempo_line(verdict)}. "
            f"Placement: {words.placement(verdict).lower()}."
        )
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Word, interval, placement."""
        painter = self.begin()
        w, h = self.width(), self.height()
        pad = h * 0.09
        call = words.tempo_call(self._verdict)
        text = f"{CALL_SHAPES[call]} {self.word}".strip()
        # One size for all calls, so that the word does not jump when it changes.
        px = fitting_px("▼ DRAGGING", theme.BLACK, w - 2 * pad, h * 0.58)
        box = QRectF(pad, h * 0.01, w - 2 * pad, h * 0.53)
        write(painter, box, text, px, CALL_COLOURS[call], theme.BLACK)
        box = QRectF(pad, h * 0.54, w - 2 * pad, h * 0.18)
        write(painter, box, words.tempo_line(self._verdict), h * 0.14, theme.TEXT)
        box = QRectF(pad, h * 0.76, w - 2 * pad, h * 0.16)
        line = f"PLACEMENT  {words.placement(self._verdict)}"
        write(painter, box, line, h * 0.115, theme.TEXT)
        painter.end()
