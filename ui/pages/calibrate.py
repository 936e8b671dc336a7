"""The page one calibrates at: tap along, see the taps counted, and what came of them."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from station.charts.tempo import MAX_BPM, MIN_BPM
from station.engine.messages import Calibrated
from station.model import Calibration
from station.units import ms_from_ns
from ui import calibration_words, words
from ui.state import Dashboard, Phase
from ui.widgets.count import Count
from ui.widgets.fields import Number
from ui.widgets.rows import laid_out

_BPM, _CLICKS = 90, 24
_FEWEST_CLICKS, _MOST_CLICKS = 20, 400
_HOW = (
    "Tap any pad with each click: four count in, then go on to the last. What lies between the "
    "click that you hear and the hit that the kit reports is then taken off every hit. You are "
    "part of it: 'centred' will be where you tap at ease."
)


class CalibratePage(QWidget):
    """A calibration by tapping.

    Attributes
    ----------
    count
        The taps, or the constant.
    bpm, clicks
        The click's tempo, and how many there are after a count-in.
    start, back
        Buttons.

    Signals
    -------
    start_asked, back_asked
        One was pressed.
    """

    start_asked = pyqtSignal()
    back_asked = pyqtSignal()

    def __init__(self, state: Dashboard) -> None:
        super().__init__()
        self._state = state
        self.count = Count()
        self._said, self._kept = _text("large"), _text("title")
        self.bpm = Number(MIN_BPM, MAX_BPM, step=5, after=" BPM")
        self.bpm.show_value(_BPM)
        self.clicks = Number(_FEWEST_CLICKS, _MOST_CLICKS, step=4)
        self.clicks.show_value(_CLICKS)
        self.start = QPushButton()
        self.start.setProperty("role", "action")
        self.start.clicked.connect(self.start_asked)
        self.back = QPushButton("Back (Esc)")
        self.back.setAccessibleName("Back to the choices (escape key)")
        self.back.clicked.connect(self.back_asked)
        for number in (self.bpm, self.clicks):
            number.entered.connect(self.start.setFocus)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addLayout(laid_out((("&Tempo", self.bpm, 1), ("Clic&ks", self.clicks, 1))), 40)
        foot.addStretch(20)
        for button in (self.back, self.start):
            foot.addWidget(button, 20, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.count, 45)
        layout.addWidget(self._said, 40)
        layout.addWidget(self._kept, 10)
        layout.addLayout(foot)
        self.refresh()

    @property
    def said(self) -> str:
        """What is said below the count."""
        return self._said.text()

    @property
    def kept(self) -> str:
        """What is said to be kept."""
        return self._kept.text()

    def refresh(self) -> None:
        """Follow the view-model."""
        state = self._state
        tapping = state.tapping
        self.start.setText("■  STOP" if tapping else "▶  TAP")
        self.start.setAccessibleName("Stop (space bar)" if tapping else "Tap (space bar)")
        for widget in (self.bpm, self.clicks, self.back):
            widget.setEnabled(not tapping)
        now = state.calibration
        found = now.calibration if now is not None else None
        self._kept.setText(f"Kept: {calibration_words.kept(found)}." if found else "")
        self._said.setText(_HOW)
        if tapping:
            self._show_taps()
        elif state.calibrated is not None:
            self._show_outcome(state.calibrated)
        else:
            missing = not (state.sound_choice.clicks and now is not None and now.sound)
            line = "CHOOSE A SOUND FIRST" if missing else "SPACE BEGINS"
            self.count.show_word("TAP ALONG", line)

    def show_frame(self) -> None:
        """Count on."""
        if self._state.tapping:
            self._show_taps()

    def _show_taps(self) -> None:
        state = self._state
        if state.phase is Phase.PLAYING and state.taps:
            self.count.show_word(str(state.taps), f"TAPS · {self.clicks.value():.0f} CLICKS")
        else:
            # No beat is counted here: nothing but the click may lead the player.
            self.count.show_word("LISTEN", "FOUR COUNT IN, THEN TAP")

    def _show_outcome(self, told: Calibrated) -> None:
        if told.calibration is None:
            self.count.show_word("NOT TAKEN", "NOTHING IS CHANGED")
            self._said.setText(told.refused)
            return
        self.count.show_word(*_result(told.calibration, told.sd_ms))
        self._said.setText(
            "It is kept, and takes on this kit with this sound are judged with it: 'ahead' and "
            "'behind' are now from where you tap at ease."
        )


def _result(found: Calibration, sd_ms: float) -> tuple[str, str]:
    latency, spread = ms_from_ns(found.latency_ns), ms_from_ns(found.spread_ns)
    line = f"±{words.plain(spread)} MS · {found.count} TAPS, EACH ±{words.plain(sd_ms)} MS"
    return f"{words.signed(latency)} ms", line


def _text(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    return label
