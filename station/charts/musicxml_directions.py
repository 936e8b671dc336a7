"""What stands above and below the notes: tempo, swing, jumps, hands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from station.charts import musicxml_words as words
from station.charts.musicxml_elements import decimal, shown, text_of, whole
from station.charts.musicxml_jumps import Marks
from station.charts.musicxml_strokes import TYPES
from station.charts.musicxml_tempo import ns_per_quarter_from_text
from station.charts.swing import Swing
from station.units import NS_PER_MINUTE

_PER_MINUTE = re.compile(r"\D{0,12}?(\d{1,4}([.,]\d{1,6})?)\s*")
_TRIPLET = Fraction(2)


@dataclass(slots=True)
class Said:
    """What one direction says.

    Attributes
    ----------
    offset
        How far behind the place where it stands, in divisions.
    ns_per_quarter, swing
        From here on; None where it says nothing.
    hands
        Stickings, as written.
    problems
        What of it cannot be read.
    """

    offset: Fraction = Fraction(0)
    ns_per_quarter: Fraction | None = None
    swing: Swing | None = None
    hands: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_direction(direction: Element, marks: Marks) -> Said:
    """A `direction` element; its jumps go to `marks`."""
    said = Said(offset=decimal(text_of(direction, "offset")) or Fraction(0))
    sound = direction.find("sound")
    texts = [
        (one.text or "").strip()
        for one in direction.iterfind("direction-type/words")
        if (one.text or "").strip()
    ]
    if sound is not None:
        _read_sound(sound, marks, said)
    _read_metronomes(direction, said)
    for text in texts:
        _read_words(text, marks, said)
    _read_signs(direction, texts, sound, marks)
    return said


def read_sound(sound: Element, marks: Marks) -> Said:
    """A `sound` element that stands for itself; its jumps go to `marks`."""
    said = Said(offset=decimal(text_of(sound, "offset")) or Fraction(0))
    _read_sound(sound, marks, said)
    return said


def _read_sound(sound: Element, marks: Marks, said: Said) -> None:
    tempo = sound.get("tempo")
    if tempo is not None:
        try:
            said.ns_per_quarter = ns_per_quarter_from_text(tempo)
        except ValueError:
            said.problems.append(f"the tempo '{shown(tempo, 12)}' is no number and is not read")
    swing = sound.find("swing")
    if swing is not None:
        _read_swing(swing, said)
    marks.segnos |= {sound.get("segno", "")} - {""}
    marks.codas |= {sound.get("coda", "")} - {""}
    if sound.get("tocoda") is not None:
        marks.to_coda = sound.get("tocoda")
    if sound.get("dalsegno") is not None:
        marks.dal_segno = sound.get("dalsegno")
    marks.da_capo |= sound.get("dacapo") == "yes"
    marks.fine |= sound.get("fine") is not None
    marks.passes |= {int(n) for n in re.findall(r"\d{1,4}", sound.get("time-only", ""))}


def _read_swing(swing: Element, said: Said) -> None:
    if swing.find("straight") is not None:
        said.swing = Swing()
        return
    first, second = whole(text_of(swing, "first")), whole(text_of(swing, "second"))
    if not first or not second or not Fraction(1, 4) <= Fraction(first, second) <= 4:
        said.problems.append("a swing without a ratio between 1:4 and 4:1 is not read")
        return
    unit = 16 if text_of(swing, "swing-type") == "16th" else 8
    said.swing = Swing(unit, Fraction(first, second))


def _read_metronomes(direction: Element, said: Said) -> None:
    for mark in direction.iterfind("direction-type/metronome"):
        if mark.find("metronome-note") is not None:
            _read_equation(mark, said)
            continue
        if said.ns_per_quarter is not None:  # what sounds is said more exactly than what shows
            continue
        units = mark.findall("beat-unit")
        match = _PER_MINUTE.fullmatch(text_of(mark, "per-minute"))
        value = TYPES.get((units[0].text or "").strip()) if len(units) == 1 else None
        if match is None or value is None or not float(match[1].replace(",", ".")):
            said.problems.append("a metronome mark without one note and one number is not read")
            continue
        dots = len(mark.findall("beat-unit-dot"))
        value *= 2 - Fraction(1, 2**dots)
        bpm = Fraction(match[1].replace(",", "."))
        said.ns_per_quarter = NS_PER_MINUTE / bpm / value


def _read_equation(mark: Element, said: Said) -> None:
    """Two even notes that equal a triplet's long and short are a swing of 2 to 1."""
    notes = [
        (text_of(one, "metronome-type"), one.find("metronome-tuplet") is not None)
        for one in mark.iterfind("metronome-note")
    ]
    for unit, even, long in ((8, "eighth", "quarter"), (16, "16th", "eighth")):
        if [kind for kind, _ in notes] == [even, even, long, even] and any(t for _, t in notes[2:]):
            said.swing = said.swing or Swing(unit, _TRIPLET)
            return
    said.problems.append("an equation of note values is not read")


def _read_words(text: str, marks: Marks, said: Said) -> None:
    if words.is_hands(text):
        said.hands.append(text)
        return
    if words.is_other_sticking(text):
        said.problems.append("a sticking for both hands at once is not read")
        return
    unit = words.swing_unit(text)
    if unit is not None and said.swing is None:
        said.swing = Swing(unit or 8, _TRIPLET if unit else Fraction(1))
        if unit:
            said.problems.append(f"'{shown(text)}' gives no ratio and is read as 2 to 1")
    if words.is_gradual(text):
        said.problems.append(f"'{shown(text)}' is not read; the tempo stays as it was")
    if words.is_da_capo(text):
        marks.da_capo = True
    elif words.is_dal_segno(text):
        marks.dal_segno = marks.dal_segno or ""
    elif words.is_to_coda(text):
        marks.to_coda = marks.to_coda or ""
    elif words.is_fine(text):
        marks.fine = True
    if marks.da_capo or marks.dal_segno is not None:
        marks.until = words.jump_ends(text) or marks.until


def _read_signs(direction: Element, texts: list[str], sound: Element | None, marks: Marks) -> None:
    """The signs as drawn, where nothing is said of how they sound."""
    named = sound.attrib if sound is not None else {}
    jumps = any(words.is_dal_segno(t) or words.is_to_coda(t) or words.is_da_capo(t) for t in texts)
    jumps = jumps or any(key in named for key in ("dalsegno", "tocoda", "dacapo"))
    if jumps:
        return
    if direction.find("direction-type/segno") is not None and "segno" not in named:
        marks.segnos.add("segno")
    if direction.find("direction-type/coda") is not None and "coda" not in named:
        marks.codas.add("coda")
