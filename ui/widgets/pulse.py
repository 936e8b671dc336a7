"""The visual click: a big pulse on every beat, for those who cannot hear one, or will not.

It is drawn from the time of the frame: bright at the beat, and dark again a moment later. No
timer counts beats, so a late frame shows what is true by then, and nothing can drift.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPaintEvent, QPen

from station.units import NS_PER_MS
from ui import shapes, theme
from ui.grid import Place
from ui.widgets.painted import Painted

# Long enough for a glance, and over before the next beat at any tempo.
GLOW_NS = 140 * NS_PER_MS
GLOW_SHARE = 0.7
# More than three flashes a second are safe while they fill less than a quarter of the middle
# ten degrees of what is seen: 21,824 of 1024 × 768 pixels (WCAG 2.3.1).
MOST_OF_WINDOW = 21_824 / (1024 * 768)
_OTHER_BEATS_SIZE = 0.74


def level_of(place: Place) -> float:
    """How bright, 1 at the beat itself, 0 when the glow is over."""
    glow_ns = min(GLOW_NS, GLOW_SHARE * place.beat_ns)
    return max(0.0, 1.0 - place.since_ns / max(1.0, glow_ns))


class Pulse(Painted):
    """A diamond on the first beat of a bar, a smaller disc on the others.

    Attributes
    ----------
    level
        How bright, 0 to 1.
    accented
        Whether it is a bar's first beat.
    """

    def __init__(self) -> None:
        super().__init__("Visual click")
        self.say("A pulse on every beat, larger on the first one of a bar.")
        self.level = 0.0
        self.accented = False

    def show_place(self, place: Place | None) -> None:
        """Where in the music this frame is; None while no music runs."""
        level = 0.0 if place is None else level_of(place)
        accented = place is not None and place.beat == 0
        if (level, accented) != (self.level, self.accented):
            self.level, self.accented = level, accented
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The shape, as bright as it is now, in an outline that says where to look."""
        painter = self.begin()
        centre = QPointF(self.width() / 2, self.height() / 2)
        size = self._size()
        painter.setPen(QPen(QColor(theme.LINE), 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shapes.diamond(centre, size))
        if self.level > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            colour = QColor(theme.ACTION if self.accented else theme.PLAYHEAD)
            painter.setOpacity(self.level)
            painter.setBrush(colour)
            if self.accented:
                painter.drawPath(shapes.diamond(centre, size))
            else:
                radius = size * _OTHER_BEATS_SIZE / 2 / math.sqrt(2)
                painter.drawEllipse(centre, radius, radius)
        painter.end()

    def _size(self) -> float:
        """The diamond's width and height: its area is half the square of that."""
        window = self.window() or self
        most = math.sqrt(2 * MOST_OF_WINDOW * window.width() * window.height())
        return min(most, 0.92 * min(self.width(), self.height()))
