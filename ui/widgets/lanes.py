"""The lanes: what is written and what was struck, each at its true place in time.

The page stands still and a playhead sweeps over it, as on a heart monitor: behind it stay the
last hits, and well ahead of it the next bars have replaced what was there. Nothing scrolls,
so that a mark can be read from afar at 330 BPM.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent

from station.model import PAD_INDEX, PADS, Dynamic
from station.outcome import Outcome
from station.units import NS_PER_MS
from ui import shapes, theme, words
from ui.grid import Grid, Page
from ui.marks import SeenMarks
from ui.state import Dashboard, Phase
from ui.widgets.legend import paint_legend
from ui.widgets.painted import Painted, write

# How much of a page's width the coming notes are ahead of the playhead.
_AHEAD = 0.6
# The first and the last moment of a page lie a little inside, so that no mark is cut.
_INSET = 16.0
_HEARD_NS = 120 * NS_PER_MS
# More marks than these are gathered into one mark a cell.
_MOST_MARKS = 700
_KEPT_LAYERS = 3
_NOTE_HEIGHTS = {Dynamic.GHOST: 0.30, Dynamic.NORMAL: 0.52, Dynamic.ACCENT: 0.76}
_SAID_EVERY_NS = 1000 * NS_PER_MS


class Lanes(Painted):
    """Grid, notes and hits.

    Attributes
    ----------
    drawn
        How many marks the last painting put down.
    """

    def __init__(self, state: Dashboard) -> None:
        super().__init__("Lanes: written notes and hits")
        self.drawn = 0
        self._state = state
        self._now_ns = 0
        self._front = 1.0
        self._said_ns = 0
        self._layers: dict[int, QPixmap] = {}
        self._laid_out: Grid | None = None
        self._shown: tuple[object, ...] | None = None
        self.say("Nothing played yet.")

    def show_time(self, now_ns: int) -> None:
        """Paint the moment `now_ns` of the monotonic clock."""
        self._now_ns = now_ns
        if now_ns - self._said_ns > _SAID_EVERY_NS and self._state.take_id:
            self._said_ns = now_ns
            s = self._state
            self.say(f"{s.hits} hits on a note, {s.missed} missed, {s.extra} extra.")
        if self._moving():
            self.update()

    def _moving(self) -> bool:
        """Whether anything differs from what was painted last; between takes nothing does."""
        state = self._state
        shown = (state.phase, state.grid, state.take_id, state.practice)
        heard = self._now_ns - int(state.heard_ns.max()) < 2 * _HEARD_NS
        moving = state.phase is Phase.PLAYING or heard or shown != self._shown
        self._shown = shown
        return moving

    # ----------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The page, the marks on it, the playhead."""
        painter = self.begin()
        grid = self._state.grid
        if grid is not self._laid_out:
            self._laid_out, self._front = grid, 1.0
            self._layers.clear()
        if grid is None or not grid.lanes:
            box = QRectF(self.rect())
            align = Qt.AlignmentFlag.AlignHCenter
            write(painter, box, "No chart chosen", 30, theme.MUTED, align=align)
        else:
            self._paint_names(painter, grid)
            self._paint_sweep(painter, grid)
            self._paint_legend(painter)
        painter.end()

    def _paint_sweep(self, painter: QPainter, grid: Grid) -> None:
        t_ns = self._state.chart_ns(self._now_ns)
        if t_ns is not None:
            self._front = grid.position(t_ns) + _AHEAD
        elif not self._state.take_id:
            # Before a take: the whole page with the chosen bar.
            bar = self._state.practice.bar if self._state.practice is not None else 0
            self._front = 1.0 + (grid.page_with(bar) if bar < grid.bars else 0)
        number = int(np.floor(self._front))
        front = self._front - number
        area = self._area
        x = area.left() + (_x_of(front, area.width()) if front > 0 else 0.0)
        new, old = grid.page(number), grid.page(number - 1)
        self._paint_layer(painter, grid, new, area.left(), x)
        self._paint_layer(painter, grid, old, x, area.right())
        marks = self._state.marks
        split_new = new.start_ns + int(front * new.length_ns)
        split_old = old.start_ns + int(front * old.length_ns)
        self.drawn = 0
        self._paint_marks(painter, grid, new, marks.between(new.start_ns, split_new))
        self._paint_marks(painter, grid, old, marks.between(split_old, old.end_ns))
        if not self._state.take_id and t_ns is None and not self._state.playing:
            self._paint_chosen(painter, grid, old)
        if t_ns is not None:
            head = self._front - _AHEAD
            at = _x_of(head - np.floor(head), area.width())
            self._paint_playhead(painter, area.left() + float(at))

    def _paint_layer(
        self, painter: QPainter, grid: Grid, page: Page, left: float, right: float
    ) -> None:
        if right <= left:
            return
        layer = self._layers.get(page.number)
        if layer is None:
            layer = self._make_layer(grid, page)
            while len(self._layers) >= _KEPT_LAYERS:
                self._layers.pop(next(iter(self._layers)))
            self._layers[page.number] = layer
        ratio = layer.devicePixelRatio()
        top, height = self._area.top(), self._area.height()
        source = QRectF(
            (left - self._area.left()) * ratio, 0, (right - left) * ratio, height * ratio
        )
        painter.drawPixmap(QRectF(left, top, right - left, height), layer, source)

    def _paint_marks(self, painter: QPainter, grid: Grid, page: Page, seen: SeenMarks) -> None:
        if not len(seen):
            return
        area, rows = self._area, len(grid.lanes)
        row_height = self._row_height(rows)
        size = self._mark_size(grid)
        row = grid.row_of_pad[np.minimum(seen.pad, len(PADS) - 1)]
        # What is struck but not written stands below the last lane.
        row = np.where(row < 0, rows, row)
        x = _x_of((seen.t_ns - page.start_ns) / page.length_ns, area.width())
        x, row, outcome = _gathered(x, row, seen.outcome, size, area.width())
        self.drawn += len(x)
        ratio = self.devicePixelRatioF()
        left, half = area.left(), size / 2
        first = self._first_row_top + row_height / 2
        for kind in Outcome:
            mine = outcome == kind
            if not mine.any():
                continue
            pixmap = shapes.mark_pixmap(kind, size, ratio)
            xs = (x[mine] + (left - half)).tolist()
            ys = (row[mine] * row_height + (first - half)).tolist()
            for at_x, at_y in zip(xs, ys, strict=True):
                painter.drawPixmap(QPointF(at_x, at_y), pixmap)

    def _paint_playhead(self, painter: QPainter, x: float) -> None:
        area = self._area
        painter.fillRect(QRectF(x - 1.5, area.top(), 3, area.height()), QColor(theme.PLAYHEAD))
        tip = area.top() + self._header_height * 0.5
        path = shapes.pointer(x, tip, self._header_height * 0.5, down=True)
        painter.fillPath(path, QColor(theme.PLAYHEAD))

    def _paint_chosen(self, painter: QPainter, grid: Grid, page: Page) -> None:
        """The loop as a band from A to B, and a frame around the chosen bar."""
        practice = self._state.practice
        if practice is None or practice.bars != grid.bars:
            return
        area, header = self._area, self._header_height
        painter.setPen(Qt.PenStyle.NoPen)
        for _, bar in page.bar_starts:
            begin, end = grid.bar_ns(bar)
            left, right = (
                area.left() + float(_x_of((t - page.start_ns) / page.length_ns, area.width()))
                for t in (begin, end)
            )
            box = QRectF(left, area.top(), right - left, area.height())
            if practice.loop and practice.first <= bar <= practice.last:
                band = QRectF(left, area.top(), right - left, header)
                painter.fillRect(band, QColor(theme.LOOP_BACK))
                ends = ((practice.first, "A"), (practice.last, "B"))
                words_ = " ".join([str(bar + 1), *(name for at, name in ends if at == bar)])
                write(painter, band.adjusted(8, 0, -8, 0), words_, header * 0.62, theme.LOOP_TEXT)
            elif practice.loop:
                painter.fillRect(box, QColor(10, 13, 19, 150))
            if bar == practice.bar:
                painter.setPen(QPen(QColor(theme.PLAYHEAD), 3))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
                painter.setPen(Qt.PenStyle.NoPen)

    def _paint_names(self, painter: QPainter, grid: Grid) -> None:
        row_height = self._row_height(len(grid.lanes))
        px = min(row_height * 0.44, self.height() * 0.085, self._gutter * 0.17)
        names = [(words.pad_name(pad), self._heard(PAD_INDEX[pad])) for pad in grid.lanes]
        others = [i for i in range(len(PADS)) if grid.row_of_pad[i] < 0]
        names.append(("not written", any(self._heard(i) for i in others)))
        for row, (name, heard) in enumerate(names):
            top = self._first_row_top + row * row_height
            lane = row < len(grid.lanes)
            box = QRectF(12, top, self._gutter - 18, row_height)
            if heard:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.RAISED))
                painter.drawRoundedRect(box.adjusted(-6, 2, 6, -2), 6, 6)
            colour = theme.TEXT if lane or heard else theme.MUTED
            weight = theme.BOLD if lane else theme.NORMAL
            if lane or heard:
                write(painter, box, name, px, colour, weight)

    def _paint_legend(self, painter: QPainter) -> None:
        top = self.height() - self._legend_height
        box = QRectF(self._area.left(), top, self._area.width(), self._legend_height)
        ratio = self.devicePixelRatioF()
        paint_legend(painter, box, self._state.missed, self._state.extra, ratio)

    def _make_layer(self, grid: Grid, page: Page) -> QPixmap:
        """A page without hits: painted once, then only put down."""
        area, ratio = self._area, self.devicePixelRatioF()
        layer = QPixmap(round(area.width() * ratio), round(area.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(QColor(theme.PANEL))
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, rows = area.width(), len(grid.lanes)
        row_height = self._row_height(rows)
        head, bottom = self._header_height, self._header_height + row_height * rows
        for row in range(rows):
            if row % 2 == 0:
                painter.fillRect(
                    QRectF(0, head + row * row_height, width, row_height), QColor("#161e2a")
                )

        def x_of(t_ns: int) -> float:
            return float(_x_of((t_ns - page.start_ns) / page.length_ns, width))

        painter.setPen(QPen(QColor(theme.BEAT_LINE), 1.5))
        for t_ns in page.beats_ns.tolist():
            painter.drawLine(QPointF(x_of(t_ns), head), QPointF(x_of(t_ns), bottom))
        for t_ns, bar in page.bar_starts:
            x = x_of(t_ns)
            painter.setPen(QPen(QColor(theme.BAR_LINE), 3))
            painter.drawLine(QPointF(x, head * 0.1), QPointF(x, bottom))
            number = str(grid.written_bar(bar))
            write(painter, QRectF(x + 8, 0, 90, head), number, head * 0.62, theme.MUTED)
        if page.number < 0:
            box = QRectF(8, 0, width - 16, head)
            write(painter, box, "count-in", head * 0.62, theme.MUTED)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.MUTED))
        written = grid.chart.written_ns
        for i in range(page.first_note, page.last_note):
            row = int(grid.row_of_pad[grid.lanes_of_notes[i]])
            tall = row_height * _NOTE_HEIGHTS[grid.chart.notes[i].dynamic]
            middle = head + (row + 0.5) * row_height
            x = x_of(int(written[i]))
            painter.drawRoundedRect(QRectF(x - 2.5, middle - tall / 2, 5, tall), 2.5, 2.5)
        painter.end()
        return layer

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paint the pages again."""
        self._layers.clear()

    # ------------------------------------------------------------------- measures

    @property
    def _gutter(self) -> float:
        return min(240.0, max(96.0, self.width() * 0.13))

    @property
    def _header_height(self) -> float:
        return max(18.0, self.height() * 0.09)

    @property
    def _legend_height(self) -> float:
        return max(22.0, self.height() * 0.1)

    @property
    def _area(self) -> QRectF:
        """Where time runs."""
        height = self.height() - self._legend_height - 8
        return QRectF(self._gutter, 4, self.width() - self._gutter - 14, height)

    @property
    def _first_row_top(self) -> float:
        return self._area.top() + self._header_height

    def _row_height(self, rows: int) -> float:
        # Half a row more: what is struck but not written.
        return (self._area.height() - self._header_height) / (rows + 0.6)

    def _mark_size(self, grid: Grid) -> int:
        return max(9, min(30, round(self._row_height(len(grid.lanes)) * 0.5)))

    def _heard(self, pad: int) -> bool:
        heard_ns = int(self._state.heard_ns[pad])
        return heard_ns > 0 and self._now_ns - heard_ns < _HEARD_NS


def _x_of(share: Any, width: float) -> Any:
    """Pixels from the left for a share of the page, number or array."""
    return _INSET + share * (width - 2 * _INSET)


def _gathered(
    x: np.ndarray, row: np.ndarray, outcome: np.ndarray, size: int, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At most some hundred marks: those of one kind that lie on each other become one."""
    cell = size / 4
    while len(x) > _MOST_MARKS:
        columns = int(width / cell) + 1
        column = np.clip(x / cell, 0, columns - 1).astype(np.int64)
        key = (row * len(Outcome) + outcome) * columns + column
        taken = np.zeros(int(key.max()) + 1, dtype=bool)
        taken[key] = True
        cells = np.flatnonzero(taken)
        x = (cells % columns + 0.5) * cell
        outcome = cells // columns % len(Outcome)
        row = cells // columns // len(Outcome)
        cell *= 2
    return x, row, outcome
