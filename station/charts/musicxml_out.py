"""A chart as MusicXML 4.0, as drummers expect it; also what the sheet is engraved from.

Hands are voice 1 with stems up, feet voice 2 with stems down. Every note carries the id `n` and
its place in the chart (a grace note that and `-g1`, counted back from the note), every measure
`b` and the bar's number from 0. Swing is written straight with a mark. A stroke on no grid that
can be drawn stands at the nearest place, and `attack` says how far off it is; `dynamics` says
how loud each note of a chord is, and the chart's PPQ is kept beside the title: so the same
chart comes back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from xml.sax.saxutils import escape

from station.charts.chart import Bar, Chart, MetreChange
from station.charts.drum_staff import FEET, StaffPlace, on_staff
from station.charts.musicxml_own import DYNAMICS, PPQ_FIELD, SOFTWARE, note_id
from station.charts.musicxml_parts import SOUND_OF_PAD
from station.charts.musicxml_swing import quarters_of, swing_mark, swing_words, swings_of
from station.charts.musicxml_tempo import text_from_ns_per_quarter
from station.charts.notation import Written, write_bar
from station.charts.swing import STRAIGHT, Swing, straightened
from station.model import Dynamic, Note, Ornament, Sticking

_HEADER = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" \
"http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
"""
_UNIT_NAMES = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "16th", 32: "32nd"}
_GRACES = {Ornament.FLAM: 1, Ornament.DRAG: 2}
_SLASH = ' slash="yes"'
_WHOLE_BAR = '<rest measure="yes"/>'
_HAND, _FOOT = "1", "2"
_STEMS = {_HAND: "up", _FOOT: "down"}

_Placed = tuple[int, Note, Fraction]
_Voice = tuple[str, tuple[Written, ...], list[_Placed]]


def write_musicxml(chart: Chart, *, title: str | None = None) -> str:
    """A chart as a MusicXML 4.0 document (score-partwise).

    Parameters
    ----------
    chart
        Any chart.
    title
        Instead of the chart's own.
    """
    return ScoreWriter(chart).document(chart.title if title is None else title)


class ScoreWriter:
    """Writes a chart as MusicXML, whole or a few bars of it.

    What holds for the whole chart (swing) is found once; bars are laid out when they are
    written.

    Parameters
    ----------
    chart
        Any chart.
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        kinds = sorted({(n.midi_note, n.pad, n.zone) for n in chart.notes})
        self._ids = {
            (pad, zone, midi_note): f"P1-I{i}"
            for i, (midi_note, pad, zone) in enumerate(kinds, start=1)
        }
        self._bars = list(chart.bars())
        self._notes = list(_by_bar(chart, self._bars))
        self._swings = swings_of(chart, self._bars, self._notes)
        self._first = 0
        self._voices: dict[int, list[_Voice]] = {}
        self._divisions = chart.ppq

    def document(self, title: str, first_bar: int = 0, last_bar: int | None = None) -> str:
        """A score of the bars from `first_bar` to `last_bar` (exclusive; None: to the end).

        Ids and bar numbers are those of the whole chart. The first bar has clef and metre;
        tempo and swing are marked only where they change.
        """
        bars = range(first_bar, len(self._bars) if last_bar is None else last_bar)
        self._first = first_bar
        self._voices = {
            i: list(self._lay_out(self._bars[i], self._notes[i], self._swings[i])) for i in bars
        }
        lengths = {
            one.length for bar in self._voices.values() for _, voice, _ in bar for one in voice
        }
        self._divisions = lcm(self._chart.ppq, *(length.denominator for length in lengths))
        return "".join(self._lines(title, bars))

    def swing_words(self) -> list[tuple[int, str]]:
        """Where swing begins or ends: the bar, and what is written over it."""
        return [
            (i, swing_words(swing))
            for i, swing in enumerate(self._swings)
            if swing != self._swing_before(i)
        ]

    def _lines(self, title: str, bars: range) -> Iterator[str]:
        yield _HEADER
        if _clean(title):
            yield f"<work><work-title>{_clean(title)}</work-title></work>\n"
        yield (
            f"<identification><encoding><software>{SOFTWARE}</software></encoding>"
            f'<miscellaneous><miscellaneous-field name="{PPQ_FIELD}">{self._chart.ppq}'
            "</miscellaneous-field></miscellaneous></identification>\n"
        )
        yield from self._part_list()
        yield '<part id="P1">\n'
        for i in bars:
            yield from self._measure(i)
        yield "</part>\n</score-partwise>\n"

    def _part_list(self) -> Iterator[str]:
        yield '<part-list><score-part id="P1"><part-name print-object="no">Drums</part-name>\n'
        for (pad, zone, _), key in self._ids.items():
            sound = SOUND_OF_PAD.get(pad)
            yield (
                f'<score-instrument id="{key}"><instrument-name>{pad.value}-{zone.value}'
                "</instrument-name>"
            )
            yield f"<instrument-sound>{sound}</instrument-sound>" if sound else ""
            yield "</score-instrument>\n"
        for (_, _, midi_note), key in self._ids.items():
            yield (
                f'<midi-instrument id="{key}"><midi-channel>10</midi-channel>'
                # MusicXML counts from 1.
                f"<midi-unpitched>{midi_note + 1}</midi-unpitched></midi-instrument>\n"
            )
        yield "</score-part></part-list>\n"

    def _lay_out(self, bar: Bar, notes: Sequence[_Placed], swing: Swing) -> Iterator[_Voice]:
        """Each voice of a bar that has notes, as it is drawn; a rest where there is none."""
        metre = self._chart.metre_at(bar.tick)
        quarters = Fraction(bar.end_tick - bar.tick, self._chart.ppq)
        for voice in (_HAND, _FOOT):
            mine = [n for n in notes if (n[1].pad in FEET) == (voice == _FOOT)]
            if mine:
                places = tuple(straightened(place, swing) for _, _, place in mine)
                yield voice, _written(quarters, metre, places), mine
        if not notes:
            yield _HAND, (Written(Fraction(0), quarters, "measure"),), []

    def _measure(self, i: int) -> Iterator[str]:
        bar = self._bars[i]
        yield f'<measure number="{bar.number + 1}" id="b{bar.number}">\n'
        yield from self._attributes(i)
        yield from self._directions(i)
        for n, (voice, written, notes) in enumerate(self._voices[i]):
            if n:
                back = self._units(written[-1].at + written[-1].length)
                yield f"<backup><duration>{back}</duration></backup>\n"
            for one in written:
                yield from self._event(voice, one, notes)
        if i + 1 == len(self._bars):
            yield '<barline location="right"><bar-style>light-heavy</bar-style></barline>\n'
        yield "</measure>\n"

    def _attributes(self, i: int) -> Iterator[str]:
        metre = self._metre(i)
        before = self._metre(i - 1) if i > self._first else None
        if before is not None and replace(before, tick=metre.tick) == metre:
            return
        yield "<attributes>"
        if before is None:
            yield f"<divisions>{self._divisions}</divisions><key><fifths>0</fifths></key>"
        beats = "+".join(map(str, metre.groups)) or metre.beats
        yield f"<time><beats>{beats}</beats><beat-type>{metre.unit}</beat-type></time>"
        if before is None:
            yield "<clef><sign>percussion</sign></clef>"
        yield "</attributes>\n"

    def _metre(self, i: int) -> MetreChange:
        return self._chart.metre_at(self._bars[i].tick)

    def _directions(self, i: int) -> Iterator[str]:
        bar, unit = self._bars[i], self._metre(i).unit
        changes = self._chart.tempo.changes
        first = bisect_left(changes, bar.tick, key=lambda c: c.tick)
        last = bisect_left(changes, bar.end_tick, key=lambda c: c.tick)
        for change in changes[first:last]:
            text = text_from_ns_per_quarter(change.ns_per_quarter)
            shown = f"{float(Fraction(text) * unit / 4):.2f}".rstrip("0").rstrip(".")
            offset = self._units(Fraction(change.tick - bar.tick, self._chart.ppq))
            yield '<direction placement="above"><direction-type><metronome>'
            yield f"<beat-unit>{_UNIT_NAMES[unit]}</beat-unit><per-minute>{shown}</per-minute>"
            yield "</metronome></direction-type>"
            yield f'<offset sound="yes">{offset}</offset>' if offset else ""
            yield f'<sound tempo="{text}"/></direction>\n'
        swing = self._swings[i]
        if swing != self._swing_before(i):
            yield swing_mark(swing)

    def _swing_before(self, i: int) -> Swing:
        return self._swings[i - 1] if i else STRAIGHT

    def _event(self, voice: str, one: Written, notes: Sequence[_Placed]) -> Iterator[str]:
        if not one.strokes:
            yield self._rest(voice, one)
            return
        struck = [(notes[i], late) for i, late in zip(one.strokes, one.late, strict=True)]
        yield from self._graces(voice, [(index, note) for (index, note, _), _ in struck])
        accented = any(note.dynamic is Dynamic.ACCENT for (_, note, _), _ in struck)
        verse = 0
        for place, ((index, note, _), late) in enumerate(struck):
            attack = f' attack="{self._units(late)}"' if late else ""
            verse += note.sticking is not Sticking.NONE
            yield f'<note id="{note_id(index)}" dynamics="{DYNAMICS[note.dynamic]}"{attack}>'
            yield "<chord/>" if place else ""
            yield _unpitched(on_staff(note.pad, note.zone))
            yield f"<duration>{self._units(one.length)}</duration>"
            yield from self._drawn(voice, one, note, first=place == 0)
            yield _notations(voice, one, note, accented=accented and not place, first=not place)
            yield _lyric(note.sticking, verse)
            yield "</note>\n"

    def _drawn(self, voice: str, one: Written, note: Note, *, first: bool) -> Iterator[str]:
        head = on_staff(note.pad, note.zone).head
        yield f'<instrument id="{self._id(note)}"/><voice>{voice}</voice>'
        yield _value(one)
        yield f"<stem>{_STEMS[voice]}</stem>"
        if note.dynamic is Dynamic.GHOST:
            yield f'<notehead parentheses="yes">{head}</notehead>'
        elif head != "normal":
            yield f"<notehead>{head}</notehead>"
        if first:
            yield from (
                f'<beam number="{level}">{beam}</beam>'
                for level, beam in enumerate(one.beams, start=1)
            )

    def _graces(self, voice: str, notes: Sequence[tuple[int, Note]]) -> Iterator[str]:
        """The grace strokes before what is struck at once; the last ones together."""
        most = max(_GRACES.get(note.ornament, 0) for _, note in notes)
        flam = most == 1
        for left in range(most, 0, -1):
            here = [(i, note) for i, note in notes if _GRACES.get(note.ornament, 0) >= left]
            for place, (index, note) in enumerate(here):
                where = on_staff(note.pad, note.zone)
                yield f'<note id="{note_id(index, left)}"><grace{_SLASH if flam else ""}/>'
                yield "<chord/>" if place else ""
                yield f'{_unpitched(where)}<instrument id="{self._id(note)}"/>'
                yield f"<voice>{voice}</voice><type>{'eighth' if flam else '16th'}</type>"
                yield f"<stem>{_STEMS[voice]}</stem>"
                yield f"<notehead>{where.head}</notehead>" if where.head != "normal" else ""
                if not flam and not place:
                    beam = "begin" if left == most else "end"
                    yield f'<beam number="1">{beam}</beam><beam number="2">{beam}</beam>'
                yield "</note>\n"

    def _rest(self, voice: str, one: Written) -> str:
        whole = one.value == "measure"
        value = "" if whole else _value(one)
        tuplet = _tuplet(one)
        notations = f"<notations>{tuplet}</notations>" if tuplet else ""
        return (
            f"<note>{_WHOLE_BAR if whole else '<rest/>'}"
            f"<duration>{self._units(one.length)}</duration><voice>{voice}</voice>"
            f"{value}{notations}</note>\n"
        )

    def _id(self, note: Note) -> str:
        return self._ids[note.pad, note.zone, note.midi_note]

    def _units(self, quarters: Fraction) -> int:
        return int(quarters * self._divisions)


def _by_bar(chart: Chart, bars: Sequence[Bar]) -> Iterator[list[_Placed]]:
    """Each bar's notes: place in the chart, note, and where in the bar in quarter notes."""
    first = 0
    for bar in bars:
        last = first
        while last < len(chart.notes) and chart.notes[last].tick < bar.end_tick:
            last += 1
        yield [
            (i, chart.notes[i], quarters_of(chart.notes[i].tick - bar.tick, chart.ppq))
            for i in range(first, last)
        ]
        first = last


def _written(
    quarters: Fraction, metre: MetreChange, places: tuple[Fraction, ...]
) -> tuple[Written, ...]:
    return write_bar(quarters, metre.beats, metre.unit, places, metre.groups)


def _unpitched(where: StaffPlace) -> str:
    return (
        f"<unpitched><display-step>{where.step}</display-step>"
        f"<display-octave>{where.octave}</display-octave></unpitched>"
    )


def _value(one: Written) -> str:
    text = f"<type>{one.value}</type>" if one.value else ""
    text += "<dot/>" * one.dots
    if one.tuplet:
        actual, normal = one.tuplet
        text += (
            f"<time-modification><actual-notes>{actual}</actual-notes>"
            f"<normal-notes>{normal}</normal-notes></time-modification>"
        )
    return text


def _notations(voice: str, one: Written, note: Note, *, accented: bool, first: bool) -> str:
    # One accent stands for all that is struck at once; each note's `dynamics` says which.
    text = _tuplet(one) if first else ""
    if note.ornament is Ornament.BUZZ:
        text += '<ornaments><tremolo type="unmeasured">0</tremolo></ornaments>'
    if accented:
        side = "above" if voice == _HAND else "below"
        text += f'<articulations><accent placement="{side}"/></articulations>'
    return f"<notations>{text}</notations>" if text else ""


def _tuplet(one: Written) -> str:
    text = '<tuplet type="start" number="1"/>' if one.tuplet_begins else ""
    return text + ('<tuplet type="stop" number="1"/>' if one.tuplet_ends else "")


def _lyric(sticking: Sticking, verse: int) -> str:
    if sticking is Sticking.NONE:
        return ""
    return (
        f'<lyric number="{verse}" placement="below"><syllabic>single</syllabic>'
        f"<text>{sticking.value}</text></lyric>"
    )


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return escape(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
