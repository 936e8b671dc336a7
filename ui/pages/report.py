"""The page that is shown when a take has ended: the verdict, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station.model import TakeState
from station.outcome import Outcome
from station.sheet.client import SheetClient
from station.sheet.played import played_of
from ui import calibration_words, words
from ui.grid import Grid
from ui.sheet.scroll import SheetScroll
from ui.summary import Summary, summary_of
from ui.widgets.call import Call
from ui.widgets.passes import Passes

if TYPE_CHECKING:
    from ui.pages.plots import OffsetsPlot, SpreadPlot


_LEAST_TEXT_PX = 11
_PASSES_FROM_PX = 480


class Card(QFrame):
    """A name and what is said about it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAccessibleName(name)
        title = QLabel(name)
        title.setProperty("role", "muted")
        self._text = QLabel()
        self._text.setProperty("role", "card")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(0)
        layout.addWidget(title)
        layout.addWidget(self._text)
        layout.addStretch(1)

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def show_text(self, text: str) -> None:
        """Say it."""
        self._text.setText(text)
        self.setAccessibleDescription(text)


class ReportPage(QWidget):
    """A take's report.

    Attributes
    ----------
    call
        The big word.
    cards
        By name: hits, timing, spread, swing, limbs, and ornaments where the chart has any.
    passes
        How each pass of a loop went; hidden for what was played once.
    sheet
        The notes as they were played, in place of the plots.

    Signals
    -------
    again_asked, back_asked
        A button was pressed.
    """

    again_asked = pyqtSignal()
    back_asked = pyqtSignal()

    def __init__(self, sheets: SheetClient) -> None:
        super().__init__()
        self.call = Call()
        self.sheet = SheetScroll(sheets)
        self._other = QPushButton()
        self._other.clicked.connect(self.change_picture)
        self.cards = {
            "hits": Card("Hits"),
            "timing": Card("Against the click"),
            "spread": Card("Spread"),
            "swing": Card("Swing, long to short"),
            "limbs": Card("Limbs"),
            "ornaments": Card("Flams, drags, buzzes"),
        }
        self.passes = Passes()
        self._kept = QLabel()
        self._kept.setWordWrap(True)
        self._kept.setProperty("role", "muted")
        self._kept.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = QPushButton("▶  PLAY AGAIN")
        self.again.setProperty("role", "action")
        self.again.setAccessibleName("Play again (space bar)")
        self.again.clicked.connect(self.again_asked)
        self._back = QPushButton("Choose (Esc)")
        self._back.setAccessibleName("Back to the choices (escape key)")
        self._back.clicked.connect(self.back_asked)
        self._offsets: OffsetsPlot | None = None
        self._spread: SpreadPlot | None = None
        plots = QWidget()
        self._plots = QHBoxLayout(plots)
        self._plots.setContentsMargins(0, 0, 0, 0)
        self._plots.setSpacing(10)
        self._picture = QStackedWidget()
        self._picture.addWidget(plots)
        self._picture.addWidget(_framed(self.sheet))
        self._lay_out()
        self._name_other()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(10)
        places = {"hits": (0, 0), "timing": (0, 1), "spread": (1, 0), "swing": (1, 1)}
        for name, (row, column) in places.items():
            grid.addWidget(self.cards[name], row, column)
        aside = QVBoxLayout()
        aside.setSpacing(10)
        aside.addWidget(self.cards["limbs"], 1)
        aside.addWidget(self.cards["ornaments"], 1)
        grid.addLayout(aside, 0, 2, 2, 1)
        self.cards["ornaments"].hide()
        for column, stretch in enumerate((10, 10, 11)):
            grid.setColumnStretch(column, stretch)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.call, 44)
        top.addLayout(grid, 56)
        foot = QHBoxLayout()
        foot.addWidget(self._kept, 1)
        foot.addWidget(self._other)
        foot.addWidget(self._back)
        foot.addWidget(self.again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(top, 36)
        layout.addWidget(self.passes)
        layout.addWidget(self._picture, 64)
        layout.addLayout(foot)

    @property
    def showing_sheet(self) -> bool:
        """Whether the sheet is shown in place of the plots."""
        return self._picture.currentIndex() == 1

    def change_picture(self) -> None:
        """From plots to sheet and back."""
        self._picture.setCurrentIndex(0 if self.showing_sheet else 1)
        self._name_other()

    def show_frame(self) -> None:
        """Show what has been engraved since."""
        if self.showing_sheet:
            self.sheet.poll()

    def _name_other(self) -> None:
        other = "Plots" if self.showing_sheet else "Sheet"
        self._other.setText(f"{other} (S)")
        self._other.setAccessibleName(f"Show the {other.lower()} (S key)")

    def show_report(
        self, report: Mapping[str, Any], take_id: str, grid: Grid, uncalled: str = ""
    ) -> None:
        """Show a take (`station.take/1`) that was played to the chart of `grid`.

        Parameters
        ----------
        uncalled
            Why placement is not called in it, where it is not calibrated.
        """
        summary = summary_of(report, grid.chart.written_ns)
        verdict = report["verdict"]
        self.call.show_verdict(verdict)
        self.cards["hits"].show_text(_hits_text(summary))
        self.cards["timing"].show_text(
            f"◀ {summary.share(Outcome.EARLY)} early\n● {summary.share(Outcome.IN_TIME)} in time\n"
            f"▶ {summary.share(Outcome.LATE)} late"
        )
        self.cards["spread"].show_text(_on_two_lines(words.spread_line(verdict)))
        self.cards["swing"].show_text(_on_two_lines(words.swing_line(verdict)))
        self.cards["limbs"].show_text("\n".join(words.limb_lines(verdict)))
        ornaments = report.get("ornaments")
        self.cards["ornaments"].show_text("\n".join(words.ornament_lines(ornaments)))
        self.cards["ornaments"].setVisible(ornaments is not None)
        # A chart of flams is mostly one pad's, and says nothing of limbs.
        self.cards["limbs"].setVisible(ornaments is None or bool(verdict.get("limbs")))
        # In the smallest window the plots need the room.
        room = self.height() >= _PASSES_FROM_PX
        self.passes.show_passes(report.get("passes", []) if room else [], self.height() // 30)
        how = "broken off, and " if report.get("state") == TakeState.BROKEN_OFF else ""
        said = _calibration_text(report, uncalled)
        self._kept.setText(f"This take is {how}kept as {words.short_id(take_id)}. {said}".strip())
        self._show_plots(summary)
        played = played_of(report, len(grid.chart.notes))
        self.sheet.show_take(grid.chart, played, summary.missed, summary.extra)

    def _show_plots(self, summary: Summary) -> None:
        from ui.pages.plots import OffsetsPlot, SpreadPlot  # noqa: PLC0415 - see there

        if self._offsets is None or self._spread is None:
            self._offsets, self._spread = OffsetsPlot(), SpreadPlot()
            self._plots.addWidget(_framed(self._offsets), 62)
            self._plots.addWidget(_framed(self._spread), 38)
        text_px = max(_LEAST_TEXT_PX, self.height() // 48)
        self._offsets.show_summary(summary, text_px)
        self._spread.show_summary(summary, text_px, pads=min(4, max(2, self.height() // 160)))


def _calibration_text(report: Mapping[str, Any], uncalled: str) -> str:
    """With what the take was calibrated, or why its placement is not called."""
    placement = report["verdict"].get("placement") or {}
    if placement.get("calibrated") is False:
        return uncalled
    told = report.get("calibration")
    return calibration_words.kept_with_take(told) if told else ""


def _framed(plot: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("role", "panel")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(10, 10, 10, 6)
    layout.addWidget(plot)
    return frame


def _on_two_lines(text: str) -> str:
    """A value, and its interval below it."""
    return text.replace("  ", "\n")


def _hits_text(summary: Summary) -> str:
    # Of a take that was stopped, the notes that were reached.
    due = summary.paired + summary.missed
    text = f"{summary.paired} of {due} notes\n{summary.missed} missed\n"
    text += f"{summary.extra} extra"
    return f"{text}\n{summary.suspects} suspect" if summary.suspects else text
