"""The count: beat and bar in huge figures, and a click that can be seen."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen

from station.units import NS_PER_MS
from ui import theme
from ui.grid import Place
from ui.widgets.painted import Painted, fitting_px, write

# At 330 BPM the click flashes 5.5 times a second. More than three flashes a second are safe
# only when they are small (WCAG 2.3.1), so the click is a dot and not the whole panel.
FLASH_NS = 70 * NS_PER_MS


class Count(Painted):
    """Beat, bar and click.

    Attributes
    ----------
    figure
        The huge figure or word.
    line
        What stands beside it.
    """

    def __init__(self) -> None:
        super().__init__("Count")
        self.figure = ""
        self.line = ""
        self._beat, self._beats, self._flash = -1, 0, False
        self.show_word("READY", "")

    def show_word(self, word: str, line: str) -> None:
        """No count: what the station waits for."""
        self._set(word, line, -1, 0, flash=False)

    def show_place(self, place: Place, bar_words: str) -> None:
        """Where we are; `bar_words` say in which bar."""
        line = "COUNT-IN" if place.bar < 0 else bar_words
        flash = place.since_ns < FLASH_NS
        self._set(str(place.beat + 1), line, place.beat, place.beats, flash=flash)

    def show_silent(self, bar_words: str) -> None:
        """A silent bar: no beat is shown in it, as none is heard; which bar it is, is."""
        self._set("SILENT", bar_words, -1, 0, flash=False)

    def _set(self, figure: str, line: str, beat: int, beats: int, *, flash: bool) -> None:
        shown = (self.figure, self.line, self._beat, self._beats, self._flash)
        if shown == (figure, line, beat, beats, flash):
            return
        if (figure, line) != shown[:2]:
            self.say(f"{line}, beat {figure}" if beats else f"{figure}. {line}")
        self.figure, self.line = figure, line
        self._beat, self._beats, self._flash = beat, beats, flash
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Figure, line, dots."""
        painter = self.begin()
        w, h = self.width(), self.height()
        pad = h * 0.08
        # The first beat of a bar stands out, for those who see it; the dots say it as well.
        colour = theme.IN_TIME if self._beat == 0 else theme.TEXT
        box = QRectF(pad, 0, w - 2 * pad, h * 0.66)
        px = fitting_px(self.figure, theme.BLACK, box.width(), h * 0.96)
        write(painter, box, self.figure, px, colour, theme.BLACK, Qt.AlignmentFlag.AlignHCenter)
        box = QRectF(pad, h * 0.65, w - 2 * pad, h * 0.16)
        write(
            painter,
            box,
            self.line,
            h * 0.13,
            theme.TEXT,
            theme.BOLD,
            Qt.AlignmentFlag.AlignHCenter,
        )
        self._paint_dots(painter, QRectF(pad, h * 0.82, w - 2 * pad, h * 0.13))
        painter.end()

    def _paint_dots(self, painter: QPainter, box: QRectF) -> None:
        if not self._beats:
            return
        step = min(box.width() / self._beats, box.height() * 1.9)
        size = min(box.height(), step * 0.78)
        x = box.center().x() - step * (self._beats - 1) / 2
        for beat in range(self._beats):
            here = beat == self._beat
            radius = size * (0.5 if here else 0.3)
            if here:
                lit = theme.PLAYHEAD if self._flash else theme.BAR_LINE
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(lit))
            else:
                painter.setPen(QPen(QColor(theme.BAR_LINE), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x + beat * step, box.center().y()), radius, radius)
