"""A chart's sheet: its lines, each engraved when it is asked for, alike ones once."""

from __future__ import annotations

from station.charts.chart import Chart
from station.sheet.engraver import Engraver
from station.sheet.line import Headings, Line, line_of
from station.sheet.picture import Picture, read_picture
from station.sheet.score import SheetScore
from station.sheet.systems import System, systems_of

# A line of so many staff spaces has two bars of sixteenth notes or four of eighths.
WIDTH = 105.0


class Sheet:
    """The sheet of one chart, in the process that asks.

    Parameters
    ----------
    chart
        What is engraved.
    engraver
        Verovio.
    width
        Of a line, in staff spaces.

    Attributes
    ----------
    systems
        All lines' systems.
    swing_words
        See `SheetScore.swing_words`.
    """

    def __init__(self, chart: Chart, engraver: Engraver, width: float = WIDTH) -> None:
        self._chart, self._engraver = chart, engraver
        self._score = SheetScore(chart)
        self._headings = Headings(chart, self._score.swing_words)
        self._pictures: dict[bytes, Picture] = {}
        self.swing_words = self._score.swing_words
        self.systems: tuple[System, ...] = systems_of(chart, width)

    def picture(self, number: int) -> Picture:
        """A system's picture.

        Raises
        ------
        StationBug
            When it cannot be engraved.
        """
        system = self.systems[number]
        picture = self._pictures.get(system.likeness)
        if picture is None:
            svg = self._engraver.engrave(self._score.write(system), system.width)
            picture = read_picture(
                svg,
                self._engraver.glyph_boxes,
                first_note=system.first_note,
                notes=system.last_note - system.first_note,
            )
            self._pictures[system.likeness] = picture
        return picture

    def line(self, number: int) -> Line:
        """A system with its picture, as it is drawn."""
        return line_of(self._chart, self.systems[number], self.picture(number), self._headings)
