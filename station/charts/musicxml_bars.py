"""A part's bars, one after the other: what is struck when, the tempo, and where to go on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from station.charts.complaints import Complaints
from station.charts.musicxml_barlines import is_repeat_within, read_barline
from station.charts.musicxml_beams import BEAMED_UNIT, Beams
from station.charts.musicxml_directions import Said, read_direction, read_sound
from station.charts.musicxml_elements import (
    Exact,
    children,
    exact,
    shown,
    text_in,
    text_of,
    whole,
)
from station.charts.musicxml_jumps import Marks
from station.charts.musicxml_metre import read_metre
from station.charts.musicxml_own import grace_of, own_dynamic
from station.charts.musicxml_parts import DrumPart, described
from station.charts.musicxml_strokes import Stroke, stroke_of
from station.charts.musicxml_voices import TiedNotes, Voices
from station.charts.steps import swung
from station.charts.swing import STRAIGHT, Swing
from station.model import Note

_MAX_DIVISIONS = 2**20
# A chart holds a day; a bar of more than this is a mistake.
_MAX_QUARTERS = 4096
DEFAULT_NS_PER_QUARTER = Fraction(500_000_000)
_NOTHING = Fraction(0)


@dataclass(slots=True)
class WrittenBar:
    """A bar as written.

    Attributes
    ----------
    name
        What the file calls it.
    beats, unit, groups
        Its metre, and how its beats stand together; no groups: it does not say.
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
    groups: tuple[int, ...]
    quarters: Fraction
    notes: list[tuple[Fraction, Note]]
    tempi: list[tuple[Fraction, Fraction]]
    marks: Marks
    repeats: int = 0


@dataclass(slots=True)
class _Open:
    """A bar while it is read.

    Attributes
    ----------
    at, onset, end
        Where the next note begins, where the last one did, and how far the bar has come: in
        divisions, which are whole numbers in nearly every file.
    jumps
        Where words and signs stand that say where to go on, in divisions, too.
    """

    name: str
    marks: Marks
    voices: Voices
    at: Exact = 0
    onset: Exact = 0
    end: Exact = 0
    empty: bool = True
    tempi: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    swings: list[tuple[Fraction, Swing]] = field(default_factory=list)
    jumps: list[Exact] = field(default_factory=list)
    beams: Beams = field(default_factory=Beams)


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
        self._divisions: Exact = 1
        self._quarters: dict[Exact, Fraction] = {}
        self._metre = (4, 4)
        self._groups: tuple[int, ...] = ()
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
        if any(0 < at < bar.onset for at in bar.jumps):
            self._complain(bar, "a jump within the bar is made at its end")
        beats, unit = self._metre
        nominal = Fraction(4 * beats, unit)
        quarters = self._in_quarters(bar.end) if not bar.empty and bar.end else nominal
        if quarters > nominal:
            self._complain(bar, "it is longer than its metre and is read as long as it is written")
        pickup = index == 0 or measure.get("implicit") == "yes"
        shift = nominal - quarters if pickup and quarters < nominal else Fraction(0)
        notes = list(self._swung(bar, shift))
        repeats = self._repeats if not notes else 0
        groups = self._groups or bar.beams.groups(beats, unit)
        return WrittenBar(name, beats, unit, groups, quarters, notes, bar.tempi, bar.marks, repeats)

    def _take(self, element: Element, bar: _Open) -> None:
        match element.tag:
            case "note":
                self._note(element, bar)
            case "backup" | "forward":
                length = self._length(element, text_of(element, "duration"), bar)
                bar.at += length if element.tag == "forward" else -length
                if bar.at < 0:
                    self._complain(bar, "a voice begins before the bar line; it is read from there")
                    bar.at = 0
                bar.end = max(bar.end, bar.at)
                bar.empty &= element.tag == "backup"
            case "attributes":
                self._attributes(element, bar)
            case "direction":
                self._said(read_direction(element, bar.marks), bar)
            case "sound":
                self._said(read_sound(element, bar.marks), bar)
            case "barline":
                read_barline(element, bar.marks)
                if is_repeat_within(element):
                    self._complain(bar, "a repeat sign within the bar is read at the bar line")

    def _complain(self, bar: _Open, what: str) -> None:
        self._complaints.add(bar.name, what)

    def _length(self, element: Element, text: str, bar: _Open) -> Exact:
        """A duration, in divisions."""
        length = exact(text)
        if length is None or length < 0:
            self._complain(bar, f"a {element.tag} without a length is left out")
            return 0
        if length > _MAX_QUARTERS * self._divisions:
            raise ValueError(f"bar {bar.name} has a length that cannot be counted")
        return length

    def _in_quarters(self, divisions: Exact) -> Fraction:
        found = self._quarters.get(divisions)
        if found is None:
            found = self._quarters[divisions] = Fraction(divisions) / self._divisions
        return found

    def _count_in(self, divisions: Exact, bar: _Open) -> None:
        """From here on a quarter note has so many divisions."""
        if divisions == self._divisions:
            return
        ratio = Fraction(divisions) / self._divisions
        bar.at, bar.onset, bar.end = bar.at * ratio, bar.onset * ratio, bar.end * ratio
        bar.jumps = [at * ratio for at in bar.jumps]
        self._divisions = divisions
        self._quarters.clear()

    def _attributes(self, attributes: Element, bar: _Open) -> None:
        divisions = text_of(attributes, "divisions")
        if divisions:
            number = exact(divisions)
            if number is None or not 0 < number <= _MAX_DIVISIONS:
                raise ValueError(
                    f"bar {bar.name} has {shown(divisions, 12)} divisions a quarter note, which "
                    "cannot be counted"
                )
            self._count_in(number, bar)
        for time in attributes.iterfind("time"):
            if time.find("senza-misura") is not None:
                self._complain(bar, "it has no metre; it is read as long as it is written")
            else:
                self._metre, self._groups = read_metre(time, bar.name)
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
        at = self._place(bar.at + said.sound_offset)
        if said.ns_per_quarter is not None:
            self.tempo_said = True
            self._ns_per_quarter = said.ns_per_quarter
            while bar.tempi and bar.tempi[-1][0] >= at:
                bar.tempi.pop()
            bar.tempi.append((at, said.ns_per_quarter))
        if said.swing is not None:
            self._swing = said.swing
            bar.swings.append((at, said.swing))
        for hands in said.hands:
            bar.voices.hear_hands(self._place(bar.at + said.offset), hands)
        if said.jumps:
            bar.jumps.append(bar.at)
        for problem in said.problems:
            self._complain(bar, problem)

    def _place(self, divisions: Exact) -> Fraction:
        return self._in_quarters(divisions) if divisions > 0 else _NOTHING

    def _note(self, note: Element, bar: _Open) -> None:
        inside = children(note)
        voice = text_in(inside, "voice")
        is_grace, in_chord = "grace" in inside, "chord" in inside
        length = 0 if is_grace else self._length(note, text_in(inside, "duration"), bar)
        at = bar.onset if in_chord and not is_grace else bar.at
        if not is_grace and not in_chord:
            bar.onset, bar.at = bar.at, bar.at + length
            bar.end = max(bar.end, bar.at)
            bar.empty = False
            bar.voices.next_chord(voice)
            if "beam" in inside and self._beams_say():
                start, end = self._in_quarters(bar.onset), self._in_quarters(bar.at)
                bar.beams.hear(voice, text_in(inside, "beam"), start, end)
        if "rest" in inside:
            return
        if not self._is_drum(inside):
            self._complain(bar, "notes on a staff that is not for drums are left out")
            return
        if note.get("print-object") == "no":
            self._complain(bar, "a hidden note is left out")
            return
        if "cue" in inside:
            self._complain(bar, "a cue note is left out")
            return
        meant = self._part.meant_by(inside)
        if self._slashes or (meant.where is not None and meant.where.head == "slash"):
            self._complain(bar, "slashes (play as you like) are left out")
            return
        if is_grace:
            key = grace_of(note) if self._own else meant.found
            bar.voices.hear_grace(voice, key, in_chord, self._in_quarters(at))
        elif meant.found is None:
            self._complain(bar, f"{described(meant)} is left out: no drum is known there")
        else:
            place, long = self._in_quarters(at), self._in_quarters(length)
            stroke, problems = stroke_of(note, inside, place, long, meant.found)
            if self._own:
                self._read_own(note, stroke)
            bar.voices.hear(voice, stroke)
            for problem in problems:
                self._complain(bar, problem)

    def _beams_say(self) -> bool:
        """Whether beams may say how beats are grouped: the metre does not, and they have flags."""
        return not self._groups and not self._own and self._metre[1] >= BEAMED_UNIT

    def _read_own(self, note: Element, stroke: Stroke) -> None:
        """What the writer leaves for this reader."""
        stroke.key = note.get("id") or stroke.key
        dynamic = own_dynamic(note)
        stroke.dynamic = stroke.dynamic if dynamic is None else dynamic
        late = exact(note.get("attack", ""))
        stroke.late = self._in_quarters(late) if late else _NOTHING

    def _is_drum(self, inside: Mapping[str, Element]) -> bool:
        """Unpitched, or on a staff with a percussion clef."""
        staff = text_in(inside, "staff") or "1"
        if "unpitched" in inside:
            # Where one staff is a percussion staff, the others are somebody else's.
            return self._percussion.get(staff, True) or not any(self._percussion.values())
        return self._percussion.get(staff, False)

    def _swung(self, bar: _Open, shift: Fraction) -> Iterator[tuple[Fraction, Note]]:
        """The bar's notes where they are played."""
        swings = sorted(bar.swings, key=_first)
        straight = all(swing.ratio == 1 for _, swing in swings)
        for at, late, swings_too, note in bar.voices.notes():
            place = at
            if swings_too and not straight:
                _, swing = swings[bisect_right(swings, at, key=_first) - 1]
                place = swung(at + shift, swing.pair, swing.ratio) - shift
            yield max(_NOTHING, place + late) if late else place, note


def _first(pair: tuple[Fraction, Swing]) -> Fraction:
    return pair[0]
