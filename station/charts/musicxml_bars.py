"""A part's bars, one after the other: what is struck when, the tempo, and where to go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from station.charts.chart import BEAT_UNITS
from station.charts.complaints import Complaints
from station.charts.musicxml_directions import Said, read_direction, read_sound
from station.charts.musicxml_elements import decimal, shown, text_of, whole
from station.charts.musicxml_jumps import Marks
from station.charts.musicxml_own import grace_of, own_dynamic
from station.charts.musicxml_parts import DrumPart, place_of, staff_place
from station.charts.musicxml_strokes import stroke_of
from station.charts.musicxml_voices import TiedNotes, Voices
from station.charts.steps import swung
from station.charts.swing import STRAIGHT, Swing
from station.model import Note

MAX_BEATS = 255
_MAX_DIVISIONS = 2**20
# A chart holds a day; a bar of more than this is a mistake.
_MAX_QUARTERS = 4096
DEFAULT_NS_PER_QUARTER = Fraction(500_000_000)


@dataclass(slots=True)
class WrittenBar:
    """A bar as written.

    Attributes
    ----------
    name
        What the file calls it.
    beats, unit
        Its metre.
    quarters
        How long it is, in quarter notes.
    notes
        Exact place in quarter notes from the bar line, and the note, its tick still 0.
    tempi
        From which place a quarter note lasts how many ns; the first from 0.
    marks
        Where to go on.
    repeats
        It repeats the bar so many bars before it; 0: it says for itself what is played.
    """

    name: str
    beats: int
    unit: int
    quarters: Fraction
    notes: list[tuple[Fraction, Note]]
    tempi: list[tuple[Fraction, Fraction]]
    marks: Marks
    repeats: int = 0


@dataclass(slots=True)
class _Open:
    """A bar while it is read."""

    name: str
    marks: Marks
    voices: Voices
    at: Fraction = Fraction(0)
    onset: Fraction = Fraction(0)
    end: Fraction = Fraction(0)
    empty: bool = True
    tempi: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    swings: list[tuple[Fraction, Swing]] = field(default_factory=list)


class BarReader:
    """Reads bars in the order in which they are written; each knows what stood before.

    Parameters
    ----------
    part
        Whose bars they are.
    complaints
        Gets what cannot be read.
    own
        The file is the writer's own: what stands on a note of a chord is that note's alone;
        `dynamics` says how loud it is and `attack` how far it lies from where it is drawn.
    """

    def __init__(self, part: DrumPart, complaints: Complaints, own: bool) -> None:
        self._part, self._complaints, self._own = part, complaints, own
        self.tempo_said = False
        self._divisions = Fraction(1)
        self._metre = (4, 4)
        self._ns_per_quarter = DEFAULT_NS_PER_QUARTER
        self._swing = STRAIGHT
        self._percussion: dict[str, bool] = {}
        self._repeats = 0
        self._slashes = False
        self._tied: TiedNotes = {}

    def read(self, measure: Element, index: int) -> WrittenBar:
        """The next bar.

        Raises
        ------
        ValueError
            When its metre or its divisions cannot be counted.
        """
        name = shown(measure.get("number", ""), 12) or str(index + 1)
        bar = _Open(name, Marks(), Voices(self._own, self._tied))
        bar.tempi.append((Fraction(0), self._ns_per_quarter))
        bar.swings.append((Fraction(0), self._swing))
        for element in measure:
            self._take(element, bar)
        for problem in bar.voices.problems():
            self._complain(bar, problem)
        beats, unit = self._metre
        nominal = Fraction(4 * beats, unit)
        quarters = bar.end if not bar.empty and bar.end else nominal
        if quarters > nominal:
            self._complain(bar, "it is longer than its metre and is read as long as it is written")
        pickup = index == 0 or measure.get("implicit") == "yes"
        shift = nominal - quarters if pickup and quarters < nominal else Fraction(0)
        notes = list(self._swung(bar, shift))
        repeats = self._repeats if not notes else 0
        return WrittenBar(name, beats, unit, quarters, notes, bar.tempi, bar.marks, repeats)

    def _take(self, element: Element, bar: _Open) -> None:
        match element.tag:
            case "note":
                self._note(element, bar)
            case "backup" | "forward":
                length = self._length(element, bar)
                bar.at += length if element.tag == "forward" else -length
                if bar.at < 0:
                    self._complain(bar, "a voice begins before the bar line; it is read from there")
                    bar.at = Fraction(0)
                bar.end = max(bar.end, bar.at)
                bar.empty &= element.tag == "backup"
            case "attributes":
                self._attributes(element, bar)
            case "direction":
                self._said(read_direction(element, bar.marks), bar)
            case "sound":
                self._said(read_sound(element, bar.marks), bar)
            case "barline":
                _read_barline(element, bar.marks)

    def _complain(self, bar: _Open, what: str) -> None:
        self._complaints.add(bar.name, what)

    def _length(self, element: Element, bar: _Open) -> Fraction:
        length = decimal(text_of(element, "duration"))
        if length is None or length < 0:
            self._complain(bar, f"a {element.tag} without a length is left out")
            return Fraction(0)
        quarters = length / self._divisions
        if quarters > _MAX_QUARTERS:
            raise ValueError(f"bar {bar.name} has a length that cannot be counted")
        return quarters

    def _attributes(self, attributes: Element, bar: _Open) -> None:
        divisions = text_of(attributes, "divisions")
        if divisions:
            number = decimal(divisions)
            if number is None or not 0 < number <= _MAX_DIVISIONS:
                raise ValueError(
                    f"bar {bar.name} has {shown(divisions, 12)} divisions a quarter note, which "
                    "cannot be counted"
                )
            self._divisions = number
        for time in attributes.iterfind("time"):
            if time.find("senza-misura") is not None:
                self._complain(bar, "it has no metre; it is read as long as it is written")
            else:
                self._metre = _read_metre(time, bar.name)
        for clef in attributes.iterfind("clef"):
            self._percussion[clef.get("number", "1")] = text_of(clef, "sign") == "percussion"
        for style in attributes.iterfind("measure-style"):
            self._measure_style(style, bar)

    def _measure_style(self, style: Element, bar: _Open) -> None:
        repeat = style.find("measure-repeat")
        if repeat is not None:
            begins = repeat.get("type") == "start"
            self._repeats = (whole(repeat.text or "") or 1) if begins else 0
        slash = style.find("slash")
        if slash is not None:
            self._slashes = slash.get("type") == "start"
        beat = style.find("beat-repeat")
        if beat is not None and beat.get("type") == "start":
            self._complain(bar, "a sign that repeats beats is not read")

    def _said(self, said: Said, bar: _Open) -> None:
        at = max(Fraction(0), bar.at + said.offset / self._divisions)
        if said.ns_per_quarter is not None:
            self.tempo_said = True
            self._ns_per_quarter = said.ns_per_quarter
            bar.tempi = [t for t in bar.tempi if t[0] < at] + [(at, said.ns_per_quarter)]
        if said.swing is not None:
            self._swing = said.swing
            bar.swings.append((at, said.swing))
        for hands in said.hands:
            bar.voices.hear_hands(at, hands)
        for problem in said.problems:
            self._complain(bar, problem)

    def _note(self, note: Element, bar: _Open) -> None:
        voice = text_of(note, "voice")
        tags = {child.tag for child in note}
        is_grace, in_chord = "grace" in tags, "chord" in tags
        length = Fraction(0) if is_grace else self._length(note, bar)
        at = bar.onset if in_chord and not is_grace else bar.at
        if not is_grace and not in_chord:
            bar.onset, bar.at = bar.at, bar.at + length
            bar.end = max(bar.end, bar.at)
            bar.empty = False
            bar.voices.next_chord(voice)
        if "rest" in tags:
            return
        if not self._is_drum(note):
            self._complain(bar, "notes on a staff that is not for drums are left out")
            return
        if "cue" in tags:
            self._complain(bar, "a cue note is left out")
            return
        where = staff_place(note)
        if self._slashes or (where is not None and where.head == "slash"):
            self._complain(bar, "slashes (play as you like) are left out")
            return
        found = place_of(self._part.instrument_of(note), where)
        if is_grace:
            key = grace_of(note) if self._own else found
            bar.voices.hear_grace(voice, key, in_chord, at)
        elif found is None:
            what = _described(note, self._part)
            self._complain(bar, f"{what} is left out: no drum is known there")
        else:
            stroke, problems = stroke_of(note, at, length, *found)
            if self._own:
                stroke.key = note.get("id") or stroke.key
                exact = own_dynamic(note)
                stroke.dynamic = stroke.dynamic if exact is None else exact
                stroke.late = (decimal(note.get("attack", "")) or Fraction(0)) / self._divisions
            bar.voices.hear(voice, stroke)
            for problem in problems:
                self._complain(bar, problem)

    def _is_drum(self, note: Element) -> bool:
        """Unpitched, or on a staff with a percussion clef."""
        staff = text_of(note, "staff") or "1"
        if note.find("unpitched") is not None:
            # Where one staff is a percussion staff, the others are somebody else's.
            return self._percussion.get(staff, True) or not any(self._percussion.values())
        return self._percussion.get(staff, False)

    def _swung(self, bar: _Open, shift: Fraction) -> Iterator[tuple[Fraction, Note]]:
        """The bar's notes where they are played."""
        swings = sorted(bar.swings, key=lambda s: s[0])
        straight = all(swing.ratio == 1 for _, swing in swings)
        for at, late, swings_too, note in bar.voices.notes():
            place = at
            if swings_too and not straight:
                swing = [s for from_, s in swings if from_ <= at][-1]
                place = swung(at + shift, swing.pair, swing.ratio) - shift
            yield max(Fraction(0), place + late), note


def _read_metre(time: Element, name: str) -> tuple[int, int]:
    beats = [one.text or "" for one in time.iterfind("beats")]
    units = [whole(one.text or "") or 0 for one in time.iterfind("beat-type")]
    counts = [_sum(text) for text in beats]
    said = f"{'+'.join(beats)}/{units[-1] if units else ''}"
    if not counts or len(counts) != len(units) or not all(u in BEAT_UNITS for u in units):
        raise ValueError(f"bar {name} is in {shown(said, 20)}, which cannot be counted")
    unit = max(units)
    total = sum(count * (unit // own) for count, own in zip(counts, units, strict=True))
    if not all(counts) or not 1 <= total <= MAX_BEATS:
        raise ValueError(f"bar {name} is in {shown(said, 20)}, which cannot be counted")
    return total, unit


def _sum(text: str) -> int:
    """`4`, or `3+2`; 0 when it is neither."""
    numbers = [whole(part) for part in text.split("+")]
    return sum(n for n in numbers if n) if all(numbers) else 0


def _read_barline(barline: Element, marks: Marks) -> None:
    repeat = barline.find("repeat")
    if repeat is not None:
        if repeat.get("direction") == "forward":
            marks.forward = True
        else:
            marks.backward = True
            marks.times = whole(repeat.get("times", "")) or 0
            marks.after_jump = repeat.get("after-jump") == "yes"
    ending = barline.find("ending")
    if ending is not None:
        if ending.get("type") == "start":
            numbers = re.findall(r"\d{1,3}", ending.get("number", ""))
            marks.ending_starts = frozenset(int(n) for n in numbers if int(n)) or frozenset({1})
        else:
            marks.ending_stops = True
    if barline.find("segno") is not None or barline.get("segno") is not None:
        marks.segnos.add(barline.get("segno") or "segno")
    if barline.find("coda") is not None or barline.get("coda") is not None:
        marks.codas.add(barline.get("coda") or "coda")


def _described(note: Element, part: DrumPart) -> str:
    """A note, as a person finds it on the page."""
    where = staff_place(note)
    instrument = part.instrument_of(note)
    called = f" ('{shown(instrument.name)}')" if instrument and instrument.name else ""
    if where is None:
        return f"a note{called}"
    head = "" if where.head == "normal" else f" with the head '{shown(where.head, 20)}'"
    return f"a note on {shown(where.step, 2)}{where.octave}{head}{called}"
