"""What is chosen with: lists and numbers that leave the window's keys to the window."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QStandardItemModel
from PyQt6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QWidget

from ui import shapes, theme, words

_ROWS_SHOWN = 18
# A list and a number are stepped through with these; all other keys are the window's.
_LIST_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_NUMBER_KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
}
_DIGITS = "0123456789.,"


class Choice(QComboBox):
    """A list to choose from, with an arrow that the style sheet alone would not draw.

    Signals
    -------
    closed
        The list was opened, and is closed again.
    """

    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setMaxVisibleItems(_ROWS_SHOWN)
        # As wide as it is made, whatever the longest entry is.
        self.setMinimumContentsLength(1)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def show_items(self, items: Sequence[tuple[str, object]]) -> None:
        """Fill the list, without a signal; what is chosen stays chosen."""
        blocker, chosen = QSignalBlocker(self), self.currentData()
        self.clear()
        for text, data in items:
            self.addItem(text, data)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        blocker.unblock()

    def choose(self, data: object) -> None:
        """Choose an entry, without a signal; the first one when there is none such."""
        blocker = QSignalBlocker(self)
        self.setCurrentIndex(max(0, self.findData(data)))
        blocker.unblock()

    def add_heading(self, text: str) -> None:
        """An entry that cannot be chosen."""
        self.addItem(text, None)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(self.count() - 1)
        assert item is not None
        item.setEnabled(False)
        item.setForeground(QColor(theme.MUTED))
        face = QFont()
        face.setBold(True)
        item.setFont(face)

    def event(self, event: QEvent | None) -> bool:
        """Keep the keys that step through the list."""
        if _wants(event, _LIST_KEYS, ""):
            return True
        return super().event(event)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list, wide enough to be read."""
        view = self.view()
        if view is not None:
            view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + self.height()))
        super().showPopup()

    def hidePopup(self) -> None:  # noqa: N802 - Qt's name
        """Close the list."""
        super().hidePopup()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.height() * 0.2
        tip_x, tip_y = self.width() - self.height() * 0.42, self.height() * 0.6
        painter.fillPath(shapes.pointer(tip_x, tip_y, size, down=True), QColor(theme.MUTED))
        painter.end()


class Number(QDoubleSpinBox):
    """A number with its unit.

    Parameters
    ----------
    low, high, step
        Bounds, and what the arrow keys add.
    before, after
        What stands around it.
    decimals
        At most so many are shown.

    Signals
    -------
    entered
        The enter key was pressed: the number is typed.
    """

    entered = pyqtSignal()

    def __init__(
        self,
        low: float,
        high: float,
        *,
        step: float = 1,
        before: str = "",
        after: str = "",
        decimals: int = 0,
    ) -> None:
        super().__init__()
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setPrefix(before)
        self.setSuffix(after)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        edit = self.lineEdit()
        assert edit is not None
        edit.installEventFilter(self)
        edit.returnPressed.connect(self.entered)

    def show_value(self, value: float) -> None:
        """Show it, without a signal."""
        blocker = QSignalBlocker(self)
        self.setValue(value)
        blocker.unblock()

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        """330, 132.4."""
        return words.bpm(value) if self.decimals() else f"{value:.0f}"

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Leave to the window what is no part of a number: the space bar, letters."""
        return _left_to_window(event) or super().eventFilter(watched, event)

    def event(self, event: QEvent | None) -> bool:
        """The same for the field itself."""
        if _left_to_window(event):
            return True
        return super().event(event)


def _wants(event: QEvent | None, keys: set[Qt.Key], letters: str) -> bool:
    """Whether a key is the field's own; it then comes as a key, not as a shortcut."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    mine = event.key() in keys or (bool(event.text()) and event.text() in letters)
    if mine:
        event.accept()
    return mine


def _left_to_window(event: QEvent | None) -> bool:
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    if held or _wants(event, _NUMBER_KEYS, _DIGITS):
        return False
    event.ignore()
    return True


def name_field(widget: QWidget, name: str) -> None:
    """What a screen reader calls it."""
    widget.setAccessibleName(name.replace("&", ""))
