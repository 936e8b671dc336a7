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
_JUMPS = ("tocoda", "dalsegno", "dacapo", "fine", "segno", "coda")


@dataclass(slots=True)
class Said:
    """What one direction says.

    Attributes
    ----------
    offset, sound_offset
        How far behind its place in the file it is drawn, and how far behind it what sounds of it
        begins, in divisions.
    ns_per_quarter, swing
        From here on; None where it says nothing.
    hands
        Stickings, as written.
    problems
        What of it cannot be read.
    jumps
        It says where to go on.
    """

    offset: Fraction = Fraction(0)
    sound_offset: Fraction = Fraction(0)
    ns_per_quarter: Fraction | None = None
    swing: Swing | None = None
    hands: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    jumps: bool = False


def read_direction(direction: Element, marks: Marks) -> Said:
    """A `direction` element; its jumps go to `marks`."""
    offset = decimal(text_of(direction, "offset")) or Fraction(0)
    moves = direction.find("offset[@sound='yes']") is not None
    said = Said(offset, offset if moves else Fraction(0))
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
        _read_words(text, said)
    _read_jumps(direction, sound, marks, said)
    return said


def read_sound(sound: Element, marks: Marks) -> Said:
    """A `sound` element that stands for itself; its jumps go to `marks`."""
    said = Said()
    _read_sound(sound, marks, said)
    return said


def _read_sound(sound: Element, marks: Marks, said: Said) -> None:
    tempo = sound.get("tempo")
    if tempo is not None:
        try:
            said.ns_per_quarter = ns_per_quarter_from_text(tempo)
        except ValueError:
            said.problems.append(f"the tempo '{shown(tempo, 12)}' is no number and is not read")
    own_offset = decimal(text_of(sound, "offset"))
    if own_offset is not None:
        said.sound_offset = own_offset
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
    marks.fine |= sound.get("fine") not in (None, "no")
    marks.forward |= sound.get("forward-repeat") == "yes"
    said.jumps |= any(sound.get(name) for name in _JUMPS)
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


def _read_words(text: str, said: Said) -> None:
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


def _read_jumps(direction: Element, sound: Element | None, marks: Marks, said: Said) -> None:
    """Words and drawn signs together: programs split 'To Coda' into a word and the sign."""
    line = _line(direction)
    named = sound.attrib if sound is not None else {}
    if words.is_second_sign(line):
        said.problems.append(f"'{shown(line)}' is not read: only one segno and one coda are known")
        return
    if words.is_da_capo(line):
        marks.da_capo = True
    elif words.is_dal_segno(line):
        marks.dal_segno = marks.dal_segno or ""
    elif words.is_to_coda(line):
        marks.to_coda = marks.to_coda or ""
    elif words.is_fine(line):
        marks.fine = True
    elif not any(key in named for key in ("dalsegno", "tocoda", "dacapo")):
        # The place itself, where nothing is said of how it sounds.
        if words.is_segno(line) and "segno" not in named:
            marks.segnos.add("segno")
        elif words.is_coda(line) and "coda" not in named:
            marks.codas.add("coda")
        elif words.times(line):
            marks.said_times = words.times(line)
        else:
            return
    if marks.da_capo or marks.dal_segno is not None:
        marks.until = words.jump_ends(line) or marks.until
        marks.with_repeats |= words.is_with_repeats(line)
    said.jumps = True


def _line(direction: Element) -> str:
    """All words of a direction, its signs by their names."""
    parts = [
        one.tag if one.tag in ("segno", "coda") else one.text or ""
        for one in direction.iterfind("direction-type/*")
        if one.tag in ("words", "symbol", "segno", "coda")
    ]
    return words.with_signs_named(" ".join(parts))
