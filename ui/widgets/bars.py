"""The bars around the picture: which kit, which chart, and what must be said."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from station.hal.api import LinkState
from station.model import StampedBy
from ui import words
from ui.state import Dashboard


class Line(QLabel):
    """One line of text that is cut short with an ellipsis when there is no room."""

    def __init__(self, role: str, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show it, and the whole of it as a tool tip."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as need be."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The text, or as much of it as fits."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment(), text)
        painter.end()


class KitBar(QFrame):
    """The kit and what its time is worth; the chart, its tempo and who plays."""

    def __init__(self, state: Dashboard) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAccessibleName("Kit and chart")
        self._state = state
        right = Qt.AlignmentFlag.AlignRight
        self._kit, self._stamps = Line("title"), Line("muted")
        self._chart, self._tempo = Line("title", right), Line("muted", right)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 8, 18, 8)
        for lines, share in (((self._kit, self._stamps), 5), ((self._chart, self._tempo), 4)):
            column = QVBoxLayout()
            column.setSpacing(0)
            for line in lines:
                column.addWidget(line)
            layout.addLayout(column, share)
        self.refresh()

    def refresh(self) -> None:
        """Show what the view-model says now."""
        kit, stamps = self._kit_texts()
        chart, tempo = self._chart_texts()
        self._kit.show_text(kit)
        self._stamps.show_text(stamps)
        self._chart.show_text(chart)
        self._tempo.show_text(tempo)
        self.setAccessibleDescription(f"{kit}. {stamps}. {chart}. {tempo}.")

    def _kit_texts(self) -> tuple[str, str]:
        kits = list(self._state.kits.values())
        if not kits:
            return "No kit connected", "choose a kit below, or plug one in"
        names = " + ".join(f"{kit.name} · {words.kit_state(kit)}" for kit in kits)
        about = []
        for kit in kits:
            about.append(words.kit_stamps(kit))
            if kit.profile:
                about.append(f"profile {kit.profile}")
            about += [text for text in (kit.hint, kit.detail) if text]
        return names, " · ".join(about)

    def _chart_texts(self) -> tuple[str, str]:
        grid = self._state.grid
        if grid is None:
            return "No chart", ""
        metre = grid.chart.metre[0]
        parts = [
            f"{words.bpm(grid.chart.bpm)} BPM",
            f"{metre.beats}/{metre.unit}",
            grid.length_words(),
        ]
        if self._state.player:
            parts.append(self._state.player)
        return grid.chart.title, " · ".join(parts)


class Banner(QFrame):
    """A strip with one sentence, and perhaps a way out; hidden while there is nothing to say.

    Attributes
    ----------
    text
        The sentence, empty when hidden.
    """

    def __init__(self, role: str, name: str) -> None:
        super().__init__()
        self.text = ""
        self.setProperty("role", role)
        self.setAccessibleName(name)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QHBoxLayout()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 6, 12, 6)
        layout.addWidget(self._label, 1)
        layout.addLayout(self._buttons)
        self.hide()

    def offer(self, text: str, act: Callable[[], None]) -> QPushButton:
        """A button on the strip."""
        button = QPushButton(text)
        button.clicked.connect(lambda _checked: act())
        self._buttons.addWidget(button)
        return button

    def show_text(self, text: str) -> None:
        """Say it; an empty text hides the strip."""
        if text == self.text:
            return
        self.text = text
        self._label.setText(text)
        self.setAccessibleDescription(text)
        self.setVisible(bool(text))


def lost_text(state: Dashboard) -> str:
    """What must be said when a kit has gone away."""
    lost = [kit.name for kit in state.kits.values() if kit.state == LinkState.LOST]
    if not lost:
        return ""
    goes_on = " The take goes on, and the gap is marked." if state.playing else ""
    return f"{' and '.join(lost)}: the connection is lost; plug it in again.{goes_on}"


def simulated_text(state: Dashboard) -> str:
    """What must be said when nobody strikes."""
    if not state.simulated:
        return ""
    played_back = all(kit.stamped_by == StampedBy.FILE for kit in state.kits.values())
    return f"◇  {words.PLAYED_BACK if played_back else words.SIMULATED}"
