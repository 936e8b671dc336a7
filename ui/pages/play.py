"""The page one plays at: count, call, lanes, meter, and the choices for the next take."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station.sheet.client import SheetClient
from ui import words
from ui.choices import remember, remembered
from ui.sheet.view import SheetView
from ui.state import Dashboard, Phase
from ui.widgets.call import Call
from ui.widgets.count import Count
from ui.widgets.lanes import Lanes
from ui.widgets.meter import Meter
from ui.widgets.setup import Setup

_SHEET = "sheet"
_WARM_AFTER_MS = 2500
# Of the height: count and call, picture, meter. Two lines of notes need more than lanes.
_LANES_SHARES, _SHEET_SHARES = (32, 46, 15), (19, 63, 11)


class PlayPage(QWidget):
    """Everything that is seen while playing.

    Attributes
    ----------
    count, call, lanes, sheet, meter, setup
        Its parts; lanes or sheet is shown.

    Signals
    -------
    stop_asked
        The stop button was pressed.
    """

    stop_asked = pyqtSignal()

    def __init__(self, state: Dashboard, sheets: SheetClient) -> None:
        super().__init__()
        self._state = state
        self._offsets = state.offsets_ns
        self.count, self.call, self.meter = Count(), Call(), Meter()
        self.lanes, self.sheet, self.setup = Lanes(state), SheetView(state, sheets), Setup()
        self._picture = QStackedWidget()
        self._picture.addWidget(self.lanes)
        self._picture.addWidget(self.sheet)
        self._other = QPushButton()
        self._other.clicked.connect(self.change_picture)
        self._running = QLabel()
        self._stop = QPushButton("■  STOP")
        self._stop.setProperty("role", "action")
        self._stop.setAccessibleName("Stop (space bar)")
        self._stop.clicked.connect(self.stop_asked)
        self._foot = QStackedWidget()
        self._foot.addWidget(self.setup)
        self._foot.addWidget(self._make_running())
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.count, 32)
        top.addWidget(self.call, 68)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self._picture)
        layout.addWidget(self.meter)
        self._parts = layout
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self._other, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(foot)
        self._show_picture(sheet=remembered(_SHEET, False))
        if not self.showing_sheet:
            # When the window has opened and nobody waits for it.
            QTimer.singleShot(_WARM_AFTER_MS, sheets.start)
        self.refresh()

    @property
    def showing_sheet(self) -> bool:
        """Whether the sheet is shown in place of the lanes."""
        return self._picture.currentWidget() is self.sheet

    def change_picture(self) -> None:
        """From lanes to sheet and back; the choice is remembered."""
        self._show_picture(sheet=not self.showing_sheet)
        remember(_SHEET, self.showing_sheet)

    def change_by_heart(self) -> None:
        """Hide the notes of the sheet, or show them again."""
        self.sheet.show_by_heart(not self.sheet.by_heart)

    def _show_picture(self, *, sheet: bool) -> None:
        self._picture.setCurrentWidget(self.sheet if sheet else self.lanes)
        for part, share in enumerate(_SHEET_SHARES if sheet else _LANES_SHARES):
            self._parts.setStretch(part, share)
        other = "Lanes" if sheet else "Sheet"
        self._other.setText(f"{other} (S)")
        self._other.setAccessibleName(f"Show the {other.lower()} (S key)")

    def _make_running(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.addWidget(self._running, 1)
        layout.addWidget(self._stop)
        return row

    def show_frame(self, now_ns: int) -> None:
        """Bring what moves to the moment `now_ns`."""
        state = self._state
        if state.offsets_ns is not self._offsets:
            self._offsets = state.offsets_ns
            self.meter.show_offsets(self._offsets)
        place = state.place(now_ns)
        if place is not None and state.grid is not None:
            self.count.show_place(place, state.grid.bars)
        elif state.phase is Phase.PLAYING and state.start_ns is not None:
            over = now_ns > state.start_ns
            self.count.show_word("END" if over else "READY", "listening for the last hits")
        if self.showing_sheet:
            self.sheet.show_time(now_ns)
        else:
            self.lanes.show_time(now_ns)

    def refresh(self) -> None:
        """Follow the phase."""
        state = self._state
        match state.phase:
            case Phase.STARTING:
                self.count.show_word("…", state.progress)
            case Phase.IDLE:
                self.count.show_word("READY", "SPACE BAR TO PLAY")
            case Phase.ASKED:
                self.count.show_word("READY", "starting")
            case Phase.AWAITING:
                self.count.show_word("STRIKE", "your first hit is the first note")
            case Phase.DEAD:
                self.count.show_word("—", "no engine")
            case Phase.PLAYING:
                pass
        self.call.show_verdict(state.verdict)
        self._foot.setCurrentIndex(1 if state.playing else 0)
        kept = f"Kept as it is played, as take {words.short_id(state.take_id)}."
        said = state.notice or (kept if state.take_id else "Every take is kept.")
        self._running.setText(f"{said}  Space bar or Esc stops.")
