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
from ui.sheet.view import SheetView
from ui.state import Dashboard, Phase
from ui.widgets.call import Call
from ui.widgets.count import Count
from ui.widgets.lanes import Lanes
from ui.widgets.meter import Meter
from ui.widgets.pulse import Pulse
from ui.widgets.setup import Setup

_WARM_AFTER_MS = 2500
# Of the height: count and call, picture, meter. Two lines of notes need more than lanes.
_LANES_SHARES, _SHEET_SHARES = (35, 44, 14), (20, 62, 11)


class PlayPage(QWidget):
    """Everything that is seen while playing.

    Attributes
    ----------
    count, pulse, call, lanes, sheet, meter, setup
        Its parts; lanes or sheet is shown.
    bar
        The bar that was last played; negative in the count-in.

    Signals
    -------
    stop_asked, picture_asked
        The button to stop, or for the other picture, was pressed.
    """

    stop_asked = pyqtSignal()
    picture_asked = pyqtSignal()

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
        self._other.clicked.connect(self.picture_asked)
        self.pulse = Pulse()
        self.pulse.hide()
        self.bar = 0
        self._said: tuple[str, str] | None = None
        self._running = QLabel()
        self._running.setWordWrap(True)
        self._stop = QPushButton("■  STOP")
        self._stop.setProperty("role", "action")
        self._stop.setAccessibleName("Stop (space bar)")
        self._stop.clicked.connect(self.stop_asked)
        self._running_row = self._make_running()
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.pulse, 18)
        top.addWidget(self.count, 32)
        top.addWidget(self.call, 68)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self._picture)
        layout.addWidget(self.meter)
        self._parts = layout
        choices = QHBoxLayout()
        choices.setSpacing(10)
        choices.addWidget(self.setup, 1)
        choices.addWidget(self._other, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(choices)
        layout.addWidget(self._running_row)
        self.show_picture(sheet=False)
        # When the window has opened and nobody waits for it.
        QTimer.singleShot(_WARM_AFTER_MS, sheets.start)
        self.refresh()

    @property
    def showing_sheet(self) -> bool:
        """Whether the sheet is shown in place of the lanes."""
        return self._picture.currentWidget() is self.sheet

    def change_by_heart(self) -> None:
        """Hide the notes of the sheet, or show them again."""
        self.sheet.show_by_heart(not self.sheet.by_heart)

    def show_picture(self, *, sheet: bool) -> None:
        """Show the sheet, or the lanes."""
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
        silent = place is not None and state.sound_choice.is_silent(place.bar)
        self.pulse.show_place(None if silent else place)
        if place is not None and state.grid is not None:
            self.bar = place.bar
            bar_words = state.grid.bar_words(place.bar)
            if silent:
                self.count.show_silent(bar_words)
            else:
                self.count.show_place(place, bar_words)
        elif state.phase is Phase.PLAYING and state.start_ns is not None:
            over = now_ns > state.start_ns
            self.count.show_word("END" if over else "READY", "listening for the last hits")
        if self.showing_sheet:
            self.sheet.show_time(now_ns)
        else:
            self.lanes.show_time(now_ns)

    def say(self, word: str, line: str) -> None:
        """What a key has just changed, in big letters, until something else happens."""
        self._said = word, line
        self.refresh()

    def refresh(self) -> None:
        """Follow the phase."""
        state = self._state
        if state.playing:
            self._said = None
        match state.phase:
            case Phase.STARTING:
                self.count.show_word("…", state.progress)
            case Phase.IDLE:
                self.count.show_word(*(self._said or ("READY", "SPACE PLAYS · ? KEYS")))
            case Phase.ASKED:
                self.count.show_word("READY", "starting")
            case Phase.AWAITING:
                self.count.show_word("STRIKE", "your first hit is the first note")
            case Phase.DEAD:
                self.count.show_word("—", "no engine")
            case Phase.PLAYING:
                pass
        self.call.show_verdict(state.verdict)
        # In a take the lanes have the room of the choices.
        self.setup.setVisible(not state.playing)
        self._other.setVisible(not state.playing)
        self._running_row.setVisible(state.playing)
        kept = f"Kept as it is played, as take {words.short_id(state.take_id)}."
        said = state.notice or state.uncalled or (kept if state.take_id else "Every take is kept.")
        muted = "The click is muted (M).  " if state.muted else ""
        self._running.setText(f"{muted}{said}  Space bar or Esc stops.")
