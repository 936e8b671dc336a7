"""What to play next: kit, chart, tempo, how often, how it begins, and who plays."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from station.charts.tempo import MAX_BPM, MIN_BPM
from station.files import CHART_SUFFIXES, ChartEntry
from ui import shapes, theme
from ui.kitsearch import FoundKit
from ui.plan import SIMULATED_DRUMMER, Plan

_OPEN_A_FILE = "Open a file …"
_MOST_REPEATS = 500
# Bars of count-in; 0 is: on the first hit.
_BEGINNINGS = (("1 bar count-in", 1), ("2 bars count-in", 2), ("on my first hit", 0))


class Choice(QComboBox):
    """A list to choose from, with an arrow that the style sheet alone would not draw."""

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.height() * 0.2
        tip_x, tip_y = self.width() - self.height() * 0.42, self.height() * 0.6
        painter.fillPath(shapes.pointer(tip_x, tip_y, size, down=True), QColor(theme.MUTED))
        painter.end()


class Setup(QWidget):
    """The choices for the next take.

    Signals
    -------
    kit_chosen(str)
        Another kit's address was chosen or typed.
    plan_changed
        Anything else was changed.
    start_asked
        The big button was pressed.
    search_asked
        Kits are to be looked for again.
    """

    kit_chosen = pyqtSignal(str)
    plan_changed = pyqtSignal()
    start_asked = pyqtSignal()
    search_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._file = ""
        self.kit = Choice()
        self.kit.setEditable(True)
        self.kit.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.kit.setToolTip("A kit from the list, or an address like midi://TD-17")
        self.again = QPushButton("⟳")
        self.again.setAccessibleName("Look for kits again")
        self.again.setToolTip("Look for kits again (F5)")
        self.chart = Choice()
        self.bpm = QDoubleSpinBox()
        self.bpm.setRange(MIN_BPM, MAX_BPM)
        self.bpm.setDecimals(1)
        self.bpm.setSingleStep(5)
        self.bpm.setKeyboardTracking(False)
        self.bpm.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.repeats = QSpinBox()
        self.repeats.setRange(1, _MOST_REPEATS)
        self.repeats.setPrefix("× ")
        self.repeats.setKeyboardTracking(False)
        self.repeats.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.beginning = Choice()
        for text, bars in _BEGINNINGS:
            self.beginning.addItem(text, bars)
        self.player = QLineEdit()
        self.player.setPlaceholderText("your name")
        self.player.setMaxLength(80)
        self.start = QPushButton("▶  PLAY")
        self.start.setProperty("role", "action")
        self.start.setAccessibleName("Play (space bar)")
        self._lay_out()
        self._join()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(10)
        layout.setVerticalSpacing(2)
        kit_row: tuple[tuple[str, QWidget, int], ...] = (
            ("&Kit", self.kit, 26),
            ("", self.again, 0),
            ("&Chart", self.chart, 24),
            ("&Tempo, BPM", self.bpm, 12),
            ("&Repeats", self.repeats, 9),
            ("Be&gin", self.beginning, 17),
            ("Pl&ayer", self.player, 12),
            ("Space bar", self.start, 18),
        )
        for column, (name, widget, stretch) in enumerate(kit_row):
            label = QLabel(name)
            label.setProperty("role", "muted")
            if isinstance(widget, QPushButton):
                label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            else:
                label.setBuddy(widget)
                widget.setAccessibleName(name.replace("&", ""))
            policy = QSizePolicy.Policy.Ignored if stretch else QSizePolicy.Policy.Fixed
            widget.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
            layout.addWidget(label, 0, column)
            layout.addWidget(widget, 1, column)
            layout.setColumnStretch(column, stretch)

    def _join(self) -> None:
        self.kit.activated.connect(self._kit_picked)
        edit = self.kit.lineEdit()
        assert edit is not None
        edit.returnPressed.connect(self._kit_picked)
        self.again.clicked.connect(self.search_asked)
        self.chart.activated.connect(self._chart_picked)
        self.bpm.valueChanged.connect(self.plan_changed)
        self.repeats.valueChanged.connect(self.plan_changed)
        self.beginning.currentIndexChanged.connect(self.plan_changed)
        self.start.clicked.connect(self.start_asked)
        self.bpm.installEventFilter(self)
        self.repeats.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Leave the space bar to the window: a number has no blanks."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Space
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    # ----------------------------------------------------------------- contents

    def plan(self) -> Plan:
        """What is chosen now."""
        bars = int(self.beginning.currentData())
        return Plan(
            kit=self._address,
            chart=self._file or str(self.chart.currentData() or ""),
            bpm=self.bpm.value(),
            repeats=self.repeats.value(),
            count_in_bars=bars,
            on_first_hit=bars == 0,
            player=self.player.text().strip(),
        )

    def show_plan(self, plan: Plan, bpm: float) -> None:
        """Choose all this, without a signal; `bpm` is the chart's as played."""
        blockers = [
            QSignalBlocker(w)
            for w in (self.kit, self.chart, self.bpm, self.repeats, self.beginning)
        ]
        self.show_address(plan.kit)
        place = self.chart.findData(plan.chart)
        if place < 0:
            self.chart.insertItem(0, plan.chart, plan.chart)
            place = 0
        self.chart.setCurrentIndex(place)
        self.bpm.setValue(bpm)
        self.repeats.setValue(plan.repeats)
        bars = 0 if plan.on_first_hit else max(1, plan.count_in_bars)
        self.beginning.setCurrentIndex(max(0, self.beginning.findData(bars)))
        self.player.setText(plan.player)
        for blocker in blockers:
            blocker.unblock()

    def show_bpm(self, bpm: float) -> None:
        """A chart's own tempo, without a signal."""
        blocker = QSignalBlocker(self.bpm)
        self.bpm.setValue(bpm)
        blocker.unblock()

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
        """Fill the list with what can be read; what is chosen stays chosen."""
        chosen = self.chart.currentData()
        self.chart.clear()
        for entry in entries:
            if not entry.problem:
                self.chart.addItem(entry.title or entry.name, entry.name)
        self.chart.addItem(_OPEN_A_FILE, "")
        self.chart.setCurrentIndex(max(0, self.chart.findData(chosen)))

    # ------------------------------------------------------------------ choices

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
            kinds = " ".join(f"*{suffix}" for suffix in CHART_SUFFIXES)
            path, _ = QFileDialog.getOpenFileName(self, "A chart", "", f"Charts ({kinds})")
            if path:
                self.chart.insertItem(0, path.rsplit("/", 1)[-1], path)
            self.chart.setCurrentIndex(0)
        self.plan_changed.emit()
