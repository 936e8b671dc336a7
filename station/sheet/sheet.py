"""A chart's sheet: its lines, each engraved when it is asked for, alike ones once."""

from __future__ import annotations

from functools import cached_property

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
    swing_words
        See `SheetScore.swing_words`.
    """

    def __init__(self, chart: Chart, engraver: Engraver, width: float = WIDTH) -> None:
        self._chart, self._engraver, self._width = chart, engraver, width
        self._score = SheetScore(chart)
        self._headings = Headings(chart, self._score.swing_words)
        self._pictures: dict[bytes, Picture] = {}
        self.swing_words = self._score.swing_words

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """All lines' systems."""
        return systems_of(self._chart, self._width)

    def picture(self, system: System) -> Picture:
        """A picture of one of the chart's systems.

        Raises
        ------
        StationBug
            When it cannot be engraved.
        """
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
        system = self.systems[number]
        return line_of(self._chart, system, self.picture(system), self._headings)
