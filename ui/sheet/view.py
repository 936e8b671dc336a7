"""The sheet while it is played: two lines, and a playhead that runs over them.

Nothing scrolls, so that it can be read from afar: while one line is played, the other is
changed for the next one, well before that is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent

from station.charts.chart import Chart
from station.sheet.client import SheetClient
from station.sheet.line import HEADER, Line
from station.sheet.sheet import WIDTH
from ui import shapes, theme
from ui.practice import Practice
from ui.sheet.chosen import paint_chosen
from ui.sheet.ink import InkPots, PlacedLine
from ui.state import Dashboard, Phase
from ui.widgets.legend import paint_legend
from ui.widgets.painted import Painted, write

_SLOTS = 2
# So much of a line has been played when the one before it is changed for the next.
_TURN = 0.25
# Lines that are engraved ahead of the playhead.
_AHEAD = 6
_INSET, _GAP = 14.0, 6.0
# Lines of one chart differ a little in height; a much taller one is drawn smaller.
_TALLER = 1.08
_SAID_EVERY_NS = 1_000_000_000


class SheetView(Painted):
    """The chart as drum notation.

    Parameters
    ----------
    state
        What is shown.
    sheets
        Engraves.

    Attributes
    ----------
    by_heart
        Whether all notes are hidden; the playhead runs on.
    drawn
        How many marks the last painting put down.
    placed
        The lines that the last painting showed, from top to bottom.
    """

    def __init__(self, state: Dashboard, sheets: SheetClient) -> None:
        super().__init__("Sheet: the notes, and how each was played")
        self.by_heart = False
        self.drawn = 0
        self.placed: list[PlacedLine] = []
        self._state, self._sheets = state, sheets
        self._pots = InkPots()
        self._chart: Chart | None = None
        self._starts: list[int] = []
        self._first_bars: list[int] = []
        self._hidden: frozenset[int] = frozenset()
        self._line_height = 0.0
        self._current = 0
        self._now_ns = self._said_ns = 0
        self._shown: object = None
        self.say("Nothing played yet.")

    def hide_bars(self, bars: Iterable[int]) -> None:
        """Show these bars, from 0, without their notes; all others with them."""
        self._hidden = frozenset(bars)
        self.update()

    def show_by_heart(self, by_heart: bool) -> None:
        """Hide all notes, or show them again."""
        self.by_heart = by_heart
        self.update()

    def show_time(self, now_ns: int) -> None:
        """Paint the moment `now_ns` of the monotonic clock."""
        self._now_ns = now_ns
        state = self._state
        if now_ns - self._said_ns > _SAID_EVERY_NS and state.take_id:
            self._said_ns = now_ns
            self.say(f"{state.hits} hits on a note, {state.missed} missed, {state.extra} extra.")
        self._follow()
        came = self._sheets.poll()
        shown = (state.phase, state.grid, state.take_id, state.practice)
        if came or state.phase is Phase.PLAYING or shown != self._shown:
            self._shown = shown
            self.update()

    # ------------------------------------------------------------------- lines

    def _follow(self) -> None:
        """Lay the chart of the moment on the desk, and have what comes next engraved."""
        grid = self._state.grid
        if grid is None:
            return
        if grid.chart is not self._chart:
            self._chart = grid.chart
            self._pots.clear()
            self._line_height = 0.0
            self._sheets.lay(grid.chart)
            self._starts = [system.start_ns for system in self._sheets.systems]
            self._first_bars = [system.first_bar for system in self._sheets.systems]
            self._current = 0
        t_ns = self._state.chart_ns(self._now_ns)
        if t_ns is not None:
            self._current = max(0, bisect_right(self._starts, t_ns) - 1)
        elif not self._state.take_id:
            # Before a take: the line with the chosen bar.
            bar = self._state.practice.bar if self._state.practice is not None else 0
            self._current = max(0, bisect_right(self._first_bars, bar) - 1)
        ahead = range(self._current, self._current + _AHEAD)
        self._sheets.want([*ahead[:2], self._current - 1, *ahead[2:]])

    def _numbers(self, t_ns: int | None) -> list[int]:
        """The lines to be shown, from top to bottom; −1 for an empty place."""
        current, last = self._current, len(self._starts) - 1
        system = self._sheets.systems[current]
        share = 0.0
        if t_ns is not None:
            share = (t_ns - system.start_ns) / max(1, system.end_ns - system.start_ns)
        other = current + 1 if share >= _TURN or current == 0 else current - 1
        if other > last:
            other = current - 1
        numbers = [-1] * _SLOTS
        numbers[current % _SLOTS] = current
        numbers[other % _SLOTS] = other
        return numbers[: last + 1]

    def _place(self, number: int, slot: int, slots: int) -> PlacedLine | None:
        line = self._sheets.line(number)
        if line is None:
            return None
        area = self._area
        slot_height = area.height() / slots
        if not self._line_height:
            self._line_height = line.height * _TALLER
        scale = self._scale(line, slot_height)
        left = area.left() + (area.width() - max(line.width, WIDTH) * scale) / 2
        top = area.top() + slot * slot_height + (slot_height - line.height * scale) / 2
        return PlacedLine(line, left, top, scale)

    def _scale(self, line: Line, slot_height: float) -> float:
        """Pixels a staff space: alike for all lines, but for those that are very full."""
        width = self._area.width() / max(WIDTH, line.width)
        return min(width, slot_height / max(self._line_height, line.height))

    @property
    def _legend_height(self) -> float:
        return max(22.0, self.height() * 0.075)

    @property
    def _area(self) -> QRectF:
        width = self.width() - 2 * _INSET
        return QRectF(_INSET, _GAP, width, self.height() - self._legend_height - 2 * _GAP)

    # ---------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The lines, the marks on them, the playhead."""
        painter = self.begin()
        grid = self._state.grid
        problem = self._sheets.problem
        if problem or grid is None or not self._starts or grid.chart is not self._chart:
            text = problem or ("No chart chosen" if grid is None else "")
            align = Qt.AlignmentFlag.AlignHCenter
            write(painter, QRectF(self.rect()), text, 30, theme.MUTED, align=align)
            painter.end()
            return
        t_ns = self._state.chart_ns(self._now_ns)
        numbers = self._numbers(t_ns)
        found = [self._place(number, i, len(numbers)) for i, number in enumerate(numbers)]
        self.placed = [place for place in found if place is not None]
        ratio = self.devicePixelRatioF()
        played = self._state.played.played()
        self.drawn = 0
        choosing = self._choosing()
        for place in self.placed:
            place.paint_ink(painter, self._pots, ratio)
            self._cover(painter, place)
            self.drawn += place.paint_marks(painter, played, ratio)
            if t_ns is not None and place.line.system.number == self._current:
                self._paint_playhead(painter, place, t_ns)
            elif choosing:
                paint_chosen(painter, place, choosing)
        self._prepare(ratio)
        bottom = self.height() - self._legend_height
        box = QRectF(_INSET, bottom, self.width() - 2 * _INSET, self._legend_height)
        paint_legend(painter, box, self._state.missed, self._state.extra, ratio)
        painter.end()

    def _choosing(self) -> Practice | None:
        """What is chosen of the chart, while nothing is played or has been."""
        state = self._state
        practice, grid = state.practice, state.grid
        if state.take_id or state.playing or practice is None or grid is None:
            return None
        return practice if practice.bars == grid.bars else None

    def _cover(self, painter: QPainter, place: PlacedLine) -> None:
        system = place.line.system
        for bar in range(system.first_bar, system.last_bar):
            if self.by_heart or bar in self._hidden:
                place.paint_cover(painter, bar)

    def _paint_playhead(self, painter: QPainter, place: PlacedLine, t_ns: int) -> None:
        x, scale = place.x_at(t_ns), place.scale
        top = place.top + HEADER * 0.45 * scale
        painter.setOpacity(1.0 if t_ns >= 0 else 0.5)
        painter.fillRect(QRectF(x - 1.5, top, 3, place.bottom - top), QColor(theme.PLAYHEAD))
        size = 0.9 * scale
        painter.fillPath(shapes.pointer(x, top + size, size, down=True), QColor(theme.PLAYHEAD))
        painter.setOpacity(1.0)

    def _prepare(self, ratio: float) -> None:
        """Paint the line after next now, one a frame, so that no turn has to wait for it."""
        if not self.placed:
            return
        slot_height = self._area.height() / min(_SLOTS, len(self._starts))
        for number in (self._current + 1, self._current + 2):
            line = self._sheets.line(number)
            if line is None:
                continue
            scale = self._scale(line, slot_height)
            if not self._pots.has(line, scale, ratio):
                self._pots.pixmap(line, scale, ratio)
                return

    def middle_of(self, chart_index: int) -> QPointF | None:
        """Where a note's head is in the widget; None when its line is not shown."""
        for place in self.placed:
            system = place.line.system
            if system.first_note <= chart_index < system.last_note:
                x, y = place.line.middle_of(chart_index)
                return QPointF(place.left + x * place.scale, place.top + y * place.scale)
        return None
