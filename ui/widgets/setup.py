"""What to play next: what of which chart, how fast and how often, and who plays on what."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from station.charts.excerpt import MAX_SPEED_PERCENT, MIN_SPEED_PERCENT
from station.charts.tempo import MAX_BPM, MIN_BPM
from station.files import CHART_SUFFIXES, ChartEntry
from station.model import Pad
from ui import words
from ui.chartlist import grouped
from ui.kitsearch import FoundKit
from ui.plan import SIMULATED_DRUMMER, Plan
from ui.practice import BPM_STEP, SPEED_STEP_PERCENT, UNTIL_STOPPED, Practice
from ui.widgets.fields import Choice, Number
from ui.widgets.rows import Row, laid_out
from ui.widgets.sound_row import SoundRow
from ui.written import Written

_OPEN_A_FILE = "Open a file …"
_MOST_REPEATS = 500
_MOST_BARS = 1_000_000
# Bars of count-in; 0 is: on the first hit.
_BEGINNINGS = (("1 bar count", 1), ("2 bars count", 2), ("my first hit", 0))
_HANDS = (("right", False), ("left", True))
_NO_START_PAD = "none"


class Setup(QWidget):
    """The choices for the next take.

    Attributes
    ----------
    practice
        What is played of the chart, as chosen.
    sound
        How it sounds: a row of its own.
    learn
        The button that has the start pad learnt by striking it.

    Signals
    -------
    kit_chosen(str)
        Another kit's address was chosen or typed.
    chart_chosen
        Another chart, or the other hand for it.
    plan_changed
        What is played of it was changed.
    start_pad_chosen
        Another pad that starts and stops.
    start_asked
        The big button was pressed.
    search_asked
        Kits are to be looked for again.
    """

    kit_chosen = pyqtSignal(str)
    chart_chosen = pyqtSignal()
    plan_changed = pyqtSignal()
    start_pad_chosen = pyqtSignal()
    start_asked = pyqtSignal()
    search_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.practice = Practice.of_whole(1)
        self._written: Written | None = None
        self._usual: dict[str, tuple[float, float] | None] = {}
        self._address = self._chart = ""
        self.chart = Choice()
        self.from_bar = Number(1, _MOST_BARS)
        self.to_bar = Number(1, _MOST_BARS)
        self.loop = QPushButton("loop")
        self.loop.setCheckable(True)
        self.loop.setToolTip("Only bars A to B (L)")
        self.speed = Number(
            MIN_SPEED_PERCENT, MAX_SPEED_PERCENT, step=SPEED_STEP_PERCENT, after=" %", decimals=1
        )
        self.bpm = Number(MIN_BPM, MAX_BPM, step=BPM_STEP, after=" BPM", decimals=1)
        self._bpm_name = QLabel()
        self.repeats = Number(UNTIL_STOPPED, _MOST_REPEATS, before="× ")
        self.repeats.setSpecialValueText("∞")
        self.repeats.setToolTip("How often; 0 is over and over until you stop")
        self.hand = Choice()
        for text, left in _HANDS:
            self.hand.addItem(text, left)
        self.kit = Choice()
        self.kit.setEditable(True)
        self.kit.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.kit.setToolTip("A kit from the list, or an address like midi://TD-17")
        self.again = QPushButton("⟳")
        self.again.setAccessibleName("Look for kits again")
        self.again.setToolTip("Look for kits again (F5)")
        self.beginning = Choice()
        for text, bars in _BEGINNINGS:
            self.beginning.addItem(text, bars)
        self.start_pad = Choice()
        self.start_pad.setToolTip("Two strikes on this pad start a take, and stop it")
        self.start_pad.addItem(_NO_START_PAD, None)
        for pad in Pad:
            self.start_pad.addItem(words.pad_name(pad), pad.value)
        self.learn = QPushButton()
        self.player = QLineEdit()
        self.player.setPlaceholderText("your name")
        self.player.setMaxLength(80)
        self.sound = SoundRow()
        self.start = QPushButton("▶  PLAY")
        self.start.setProperty("role", "action")
        self.start.setAccessibleName("Play (space bar)")
        self._lay_out()
        self._join()

    # ------------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        rows: tuple[Row, ...] = (
            (
                ("&Chart", self.chart, 28),
                ("&A: from bar", self.from_bar, 12),
                ("&B: to bar", self.to_bar, 11),
                ("", self.loop, 9),
                ("&Speed", self.speed, 11),
                (self._bpm_name, self.bpm, 20),
                ("&Repeats", self.repeats, 9),
            ),
            (
                ("&Kit", self.kit, 28),
                ("", self.again, 0),
                ("Be&gin with", self.beginning, 20),
                ("&Hand", self.hand, 12),
                ("Start &pad", self.start_pad, 20),
                ("", self.learn, 15),
                ("Pla&yer", self.player, 17),
            ),
        )
        choices = QVBoxLayout()
        choices.setSpacing(4)
        for row in rows:
            choices.addLayout(laid_out(row))
        self.start.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        beside = QHBoxLayout()
        beside.setSpacing(12)
        beside.addLayout(choices, 82)
        beside.addWidget(self.start, 18)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(beside)
        layout.addWidget(self.sound)

    def _join(self) -> None:
        self.kit.activated.connect(self._kit_picked)
        edit = self.kit.lineEdit()
        assert edit is not None
        edit.returnPressed.connect(self._kit_picked)
        self.again.clicked.connect(self.search_asked)
        self.chart.activated.connect(self._chart_picked)
        self.hand.activated.connect(self.chart_chosen)
        self.start_pad.activated.connect(self.start_pad_chosen)
        self.from_bar.valueChanged.connect(self._loop_typed)
        self.to_bar.valueChanged.connect(self._loop_typed)
        self.loop.clicked.connect(lambda: self._practise(self.practice.toggled()))
        self.speed.valueChanged.connect(self._speed_typed)
        self.bpm.valueChanged.connect(self._bpm_typed)
        self.repeats.valueChanged.connect(self._repeats_typed)
        self.start.clicked.connect(self.start_asked)
        for number in (self.from_bar, self.to_bar, self.speed, self.bpm, self.repeats):
            number.entered.connect(self.start.setFocus)
        self.sound.done.connect(self.start.setFocus)
        for choice in (self.chart, self.hand, self.beginning, self.start_pad):
            choice.closed.connect(self.start.setFocus)

    # ----------------------------------------------------------------- contents

    def plan(self) -> Plan:
        """What is chosen now."""
        bars = int(self.beginning.currentData())
        practice = self.practice
        return Plan(
            kit=self._address,
            chart=str(self.chart.currentData() or ""),
            repeats=practice.repeats,
            count_in_bars=bars,
            on_first_hit=bars == 0,
            player=self.player.text().strip(),
            speed=practice.speed,
            part=practice.played if practice.loop else None,
            left_handed=bool(self.hand.currentData()),
        )

    @property
    def written_bpm(self) -> Fraction:
        """The tempo that is written where what is played begins."""
        assert self._written is not None
        return self._written.bpm_at(self.practice.played[0])

    @property
    def pad(self) -> Pad | None:
        """The pad that starts and stops, or None."""
        chosen = self.start_pad.currentData()
        return None if chosen is None else Pad(chosen)

    def show_plan(self, plan: Plan, written: Written) -> None:
        """Choose all this, without a signal."""
        self.show_address(plan.kit)
        if self.chart.findData(plan.chart) < 0:
            blocker = QSignalBlocker(self.chart)
            self.chart.insertItem(0, plan.chart.rsplit("/", 1)[-1], plan.chart)
            blocker.unblock()
        self.chart.choose(plan.chart)
        self._chart = plan.chart
        self.hand.choose(plan.left_handed)
        self.beginning.choose(0 if plan.on_first_hit else max(1, plan.count_in_bars))
        self.player.setText(plan.player)
        self._written = written
        practice = Practice.of_whole(written.bars, speed=plan.speed)
        if plan.part is not None:
            practice = practice.between(plan.part[0], plan.part[1] - 1).at(plan.part[0])
        self.practice = practice.repeated(plan.repeats)
        if plan.bpm is not None:
            typed = Fraction(str(plan.bpm))
            self.practice = self.practice.at_bpm(typed, self.written_bpm)
        self.show_practice(self.practice)

    def show_chart(self, written: Written) -> None:
        """Another chart: all of it, as it is written; how often stays as it was."""
        self._written = written
        self.show_practice(Practice.of_whole(written.bars, self.practice.whole().repeats))

    def show_hand(self, written: Written) -> None:
        """The same chart for the other hand: what is played of it stays."""
        self._written = written

    def show_practice(self, practice: Practice) -> None:
        """Show what is played of the chart, without a signal."""
        self.practice = practice
        for field in (self.from_bar, self.to_bar):
            blocker = QSignalBlocker(field)
            field.setRange(1, max(1, practice.bars))
            blocker.unblock()
        self.from_bar.show_value(practice.first + 1)
        self.to_bar.show_value(practice.last + 1)
        self.loop.setChecked(practice.loop)
        percent = float(practice.speed * 100)
        blocker = QSignalBlocker(self.speed)
        # A tempo may be typed that is further off than the speed's keys go.
        self.speed.setRange(min(MIN_SPEED_PERCENT, percent), max(MAX_SPEED_PERCENT, percent))
        blocker.unblock()
        self.speed.show_value(percent)
        self.bpm.show_value(float(practice.bpm(self.written_bpm)))
        self.repeats.show_value(practice.repeats)
        usual = self._usual.get(str(self.chart.currentData()))
        self._bpm_name.setText(words.tempo_name(usual))
        self.bpm.setToolTip(self._bpm_name.text().replace("&", ""))

    def show_kits(self, kits: Sequence[FoundKit]) -> None:
        """Fill the list; what is chosen stays chosen."""
        self.kit.clear()
        for kit in kits:
            self.kit.addItem(kit.name, kit.address)
        if all(kit.address != SIMULATED_DRUMMER for kit in kits):
            self.kit.addItem("Simulated drummer", SIMULATED_DRUMMER)
        self.show_address(self._address)

    def show_address(self, address: str) -> None:
        """Choose a kit, whether it is in the list or not."""
        self._address = address
        place = self.kit.findData(address)
        self.kit.setCurrentIndex(place)
        if place < 0:
            self.kit.setEditText(address)

    def show_charts(self, entries: Sequence[ChartEntry]) -> None:
        """Fill the list with what can be read, in groups; what is chosen stays chosen."""
        chosen = self.chart.currentData()
        self._usual = {entry.name: entry.usual_bpm for entry in entries}
        blocker = QSignalBlocker(self.chart)
        self.chart.clear()
        self.chart.addItem(_OPEN_A_FILE, "")
        for heading, charts in grouped(entries):
            self.chart.add_heading(heading)
            for entry in charts:
                self.chart.addItem(entry.title or entry.name, entry.name)
        self.chart.setCurrentIndex(max(0, self.chart.findData(chosen)))
        blocker.unblock()

    def show_start_pad(self, pad: Pad | None) -> None:
        """Choose the pad that starts and stops, without a signal."""
        self.start_pad.choose(None if pad is None else pad.value)

    # ------------------------------------------------------------------ choices

    def _practise(self, practice: Practice) -> None:
        self.show_practice(practice)
        self.plan_changed.emit()

    def _loop_typed(self) -> None:
        first, last = int(self.from_bar.value()) - 1, int(self.to_bar.value()) - 1
        # What was typed last holds; the other end gives way.
        if self.sender() is self.to_bar:
            first = min(first, last)
        self._practise(self.practice.between(first, max(first, last)).at(first))

    def _speed_typed(self) -> None:
        self._practise(self.practice.at_speed(Fraction(words.bpm(self.speed.value())) / 100))

    def _bpm_typed(self) -> None:
        typed = Fraction(words.bpm(self.bpm.value()))
        self._practise(self.practice.at_bpm(typed, self.written_bpm))

    def _repeats_typed(self) -> None:
        self._practise(self.practice.repeated(int(self.repeats.value())))

    def _kit_picked(self) -> None:
        text = self.kit.currentText().strip()
        place = self.kit.findText(text)
        address = str(self.kit.itemData(place)) if place >= 0 else text
        if address and address != self._address:
            self._address = address
            self.kit_chosen.emit(address)
        self.start.setFocus()

    def _chart_picked(self) -> None:
        if self.chart.currentData() == "":
            # Given up, the dialog leaves the chart that was there.
            self.chart.choose(self._chart)
            kinds = " ".join(f"*{suffix}" for suffix in CHART_SUFFIXES)
            path, _ = QFileDialog.getOpenFileName(self, "A chart", "", f"Charts ({kinds})")
            if path:
                self.chart.insertItem(0, path.rsplit("/", 1)[-1], path)
                self.chart.setCurrentIndex(0)
        self._chart = str(self.chart.currentData())
        self.chart_chosen.emit()
