"""A few bars as the score that is engraved: MusicXML, without what the sheet draws itself.

Tempo, swing and bar numbers are the sheet's own, in a row above the staff: so bars that are
alike are engraved once, wherever they stand. Rests of the feet are left out, as drummers write
them; one pad alone stands on one line.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from station.charts.chart import Chart
from station.charts.drum_staff import on_staff
from station.charts.musicxml_out import ScoreWriter
from station.sheet.systems import System

# The one line of a staff of one line, named as in a treble clef.
_LINE_STEP, _LINE_OCTAVE = "E", "4"
_FEET_VOICE = "2"


class SheetScore:
    """Writes systems of one chart.

    Parameters
    ----------
    chart
        What is engraved.

    Attributes
    ----------
    swing_words
        Where swing begins or ends: the bar, and what is written over it.
    """

    def __init__(self, chart: Chart) -> None:
        self._writer = ScoreWriter(chart)
        self._one_line = stands_on_one_line(chart)
        self.swing_words = tuple(self._writer.swing_words())

    def write(self, system: System) -> str:
        """A system as MusicXML; its notes and bars have the ids of the whole chart."""
        root = ET.fromstring(self._writer.document("", system.first_bar, system.last_bar))
        for measure in root.iterfind("part/measure"):
            for direction in measure.findall("direction"):
                measure.remove(direction)
            _leave_out_rests(measure)
        time = root.find("part/measure/attributes/time")
        if time is not None and not system.shows_metre:
            time.set("print-object", "no")
        if self._one_line:
            _put_on_one_line(root)
        return ET.tostring(root, encoding="unicode")


def stands_on_one_line(chart: Chart) -> bool:
    """Whether all notes have the same place on the staff."""
    struck = {(note.pad, note.zone) for note in chart.notes}
    places = {on_staff(pad, zone) for pad, zone in struck}
    return len({(place.step, place.octave) for place in places}) <= 1


def _leave_out_rests(measure: ET.Element) -> None:
    for note in measure.iterfind("note"):
        if note.find("rest") is not None and note.findtext("voice") == _FEET_VOICE:
            note.set("print-object", "no")


def _put_on_one_line(root: ET.Element) -> None:
    attributes = root.find("part/measure/attributes")
    if attributes is not None:
        details = ET.SubElement(attributes, "staff-details")
        ET.SubElement(details, "staff-lines").text = "1"
    for place in root.iter("unpitched"):
        for tag, text in (("display-step", _LINE_STEP), ("display-octave", _LINE_OCTAVE)):
            found = place.find(tag)
            if found is not None:
                found.text = text
