"""Rows of choices: names above their fields."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui.widgets.fields import name_field

Row = tuple[tuple[QLabel | str, QWidget, int], ...]


def laid_out(row: Row) -> QGridLayout:
    """Names above their fields.

    Parameters
    ----------
    row
        For each: its name (& before the letter that Alt reaches it by), the field, and its
        share of the width; 0 is as narrow as it can be.
    """
    layout = QGridLayout()
    layout.setHorizontalSpacing(10)
    layout.setVerticalSpacing(0)
    for column, (name, widget, stretch) in enumerate(row):
        label = name if isinstance(name, QLabel) else QLabel(name)
        label.setProperty("role", "small")
        if not isinstance(widget, QPushButton):
            label.setBuddy(widget)
        if label.text() and not widget.accessibleName():
            name_field(widget, label.text())
        ignored = QSizePolicy.Policy.Ignored
        label.setSizePolicy(ignored, QSizePolicy.Policy.Fixed)
        policy = ignored if stretch else QSizePolicy.Policy.Fixed
        widget.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        layout.addWidget(label, 0, column, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(widget, 1, column)
        layout.setColumnStretch(column, stretch)
    return layout
