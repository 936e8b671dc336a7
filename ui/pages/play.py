"""The page one plays at: count, call, lanes, meter, and the choices for the next take."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui import words
from ui.state import Dashboard, Phase
from ui.widgets.call import Call
from ui.widgets.count import Count
from ui.widgets.lanes import Lanes
from ui.widgets.meter import Meter
from ui.widgets.pulse import Pulse
from ui.widgets.setup import Setup


class PlayPage(QWidget):
    """Everything that is seen while playing.

    Attributes
    ----------
    count, pulse, call, lanes, meter, setup
        Its parts.
    bar
        The bar that was last played; negative in the count-in.

    Signals
    -------
    stop_asked
        The stop button was pressed.
    """

    stop_asked = pyqtSignal()

    def __init__(self, state: Dashboard) -> None:
        super().__init__()
        self._state = state
        self._offsets = state.offsets_ns
        self.count, self.call, self.meter = Count(), Call(), Meter()
        self.lanes, self.setup = Lanes(state), Setup()
        self.pulse = Pulse()
        self.pulse.hide()
        self.bar = 0
        self._said: tuple[str, str] | None = None
        self._running = QLabel()
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
        layout.addLayout(top, 32)
        layout.addWidget(self.lanes, 46)
        layout.addWidget(self.meter, 15)
        layout.addWidget(self.setup)
        layout.addWidget(self._running_row)
        self.refresh()

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
        self.pulse.show_place(place)
        if place is not None and state.grid is not None:
            self.bar = place.bar
            self.count.show_place(place, state.grid.bar_words(place.bar))
        elif state.phase is Phase.PLAYING and state.start_ns is not None:
            over = now_ns > state.start_ns
            self.count.show_word("END" if over else "READY", "listening for the last hits")
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
        self._running_row.setVisible(state.playing)
        kept = f"Kept as it is played, as take {words.short_id(state.take_id)}."
        said = state.notice or (kept if state.take_id else "Every take is kept.")
        self._running.setText(f"{said}  Space bar or Esc stops.")
