"""The judged sheet of a take, all its lines below each other, with every offset in figures."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QWidget

from station.charts.chart import Chart
from station.sheet.client import SheetClient
from station.sheet.line import Line
from station.sheet.offsets import ROW, SIZE, offset_texts, rows_of
from station.sheet.played import Played
from station.sheet.sheet import WIDTH
from ui import theme
from ui.sheet.ink import InkPots, PlacedLine
from ui.widgets.legend import paint_legend
from ui.widgets.painted import write

_INSET = 14.0
# Room for a line and its figures before it is known, in staff spaces.
_LINE_HEIGHT, _LEAST_ROWS = 17.0, 3
_LEGEND_HEIGHT = 34.0


class _Paper(QWidget):
    """All lines; only those that are seen are engraved and painted."""

    def __init__(self, sheets: SheetClient) -> None:
        super().__init__()
        self._sheets = sheets
        self._pots = InkPots()
        self._chart: Chart | None = None
        self._played: Played | None = None
        self._extra = self._missed = 0
        self.placed: list[PlacedLine] = []

    def show_take(self, chart: Chart, played: Played, missed: int, extra: int) -> None:
        self._chart, self._played = chart, played
        self._missed, self._extra = missed, extra
        self._pots.clear()
        self._sheets.lay(chart)
        self.fit(self.width())

    def poll(self) -> None:
        if self._sheets.poll():
            self.update()

    def fit(self, width: int) -> None:
        """Be as high as all lines need at this width."""
        self._pots.clear()
        lines = len(self._sheets.systems)
        self.setFixedHeight(round(lines * self._row(width) + _LEGEND_HEIGHT + 2 * _INSET))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The lines in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(event.rect() if event is not None else self.rect())
        painter.fillRect(seen, QColor(theme.PANEL))
        if self._played is None:
            return
        ratio = self.devicePixelRatioF()
        box = QRectF(_INSET, _INSET / 2, self.width() - 2 * _INSET, _LEGEND_HEIGHT)
        paint_legend(painter, box, self._missed, self._extra, ratio)
        numbers = list(self._numbers())
        # What comes next when the player scrolls on is engraved, too.
        self._sheets.want([*numbers, *range(numbers[-1] + 1, numbers[-1] + 4)] if numbers else [])
        self.placed = []
        if self._sheets.problem:
            write(painter, seen, self._sheets.problem, 24, theme.MUTED)
        for number in numbers:
            line = self._sheets.line(number)
            if line is not None:
                self._paint_line(painter, line, ratio)
        painter.end()

    def _paint_line(self, painter: QPainter, line: Line, ratio: float) -> None:
        assert self._played is not None
        row = self._row(self.width())
        scale = self._scale(self.width())
        wanted = line.height + ROW * rows_of(line) + 1.0
        scale = min(scale, row / wanted, self.width() / (line.width + 2))
        top = _LEGEND_HEIGHT + _INSET + line.system.number * row
        place = PlacedLine(line, _INSET, top, scale)
        place.paint_ink(painter, self._pots, ratio)
        place.paint_marks(painter, self._played, ratio)
        self.placed.append(place)
        px = SIZE * scale
        for one in offset_texts(line, self._played):
            x, y = _INSET + one.x * scale, top + one.y * scale
            box = QRectF(x - 3 * px, y - px, 6 * px, px * 1.1)
            align = Qt.AlignmentFlag.AlignHCenter
            write(painter, box, one.text, px, theme.OUTCOME_COLOURS[one.outcome], align=align)

    def _numbers(self) -> Iterator[int]:
        """The lines in sight."""
        row = self._row(self.width())
        region = self.visibleRegion().boundingRect()
        first = int((region.top() - _LEGEND_HEIGHT - _INSET) // row)
        last = int((region.bottom() - _LEGEND_HEIGHT - _INSET) // row)
        yield from range(max(0, first), min(last + 1, len(self._sheets.systems)))

    def _scale(self, width: int) -> float:
        return (width - 2 * _INSET) / WIDTH

    def _row(self, width: int) -> float:
        return (_LINE_HEIGHT + ROW * _LEAST_ROWS) * self._scale(width)


class SheetScroll(QScrollArea):
    """The judged sheet, to be scrolled through."""

    def __init__(self, sheets: SheetClient) -> None:
        super().__init__()
        self.setAccessibleName("Judged sheet")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setWidgetResizable(True)
        self._paper = _Paper(sheets)
        self.setWidget(self._paper)

    @property
    def placed(self) -> list[PlacedLine]:
        """The lines that were painted last."""
        return self._paper.placed

    def show_take(self, chart: Chart, played: Played, missed: int, extra: int) -> None:
        """Show a take that was played to `chart`."""
        self._paper.show_take(chart, played, missed, extra)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def poll(self) -> None:
        """Take over what has been engraved; to be called at every frame while it is shown."""
        self._paper.poll()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lines are as wide as there is room."""
        super().resizeEvent(event)
        viewport = self.viewport()
        self._paper.fit(viewport.width() if viewport is not None else self.width())
