"""One bar's strokes: chords, grace notes, hands and ties put together into notes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from station.charts.drum_staff import FEET
from station.charts.lanes import Place
from station.charts.musicxml_strokes import Stroke
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

_HANDS = {"R": Sticking.RIGHT, "L": Sticking.LEFT}
_GRACES = {1: Ornament.FLAM, 2: Ornament.DRAG}
# Rolls become their strokes, so that a few notes could be millions.
MAX_NOTES = 100_000

# What is struck: a place, and its MIDI note.
Struck = tuple[Place, int]
TiedNotes = dict[Struck, bool]


@lru_cache(maxsize=1024)
def _note(
    pad: Pad, zone: Zone, midi_note: int, dynamic: Dynamic, sticking: Sticking, ornament: Ornament
) -> Note:
    """A note whose tick is still 0: of those there are few, each of them very often."""
    return Note(0, pad, zone, midi_note, dynamic, sticking, ornament)


@dataclass(slots=True)
class _Chord:
    """What is struck at once in one voice, with its grace notes."""

    strokes: list[Stroke] = field(default_factory=list)
    graces: dict[Hashable, int] = field(default_factory=dict)
    grace_count: int = 0


def _hands_of(chord: _Chord) -> str:
    """The sticking of a chord in which a hand plays one note, wherever in it that stands."""
    by_hand = sum(stroke.place[0] not in FEET for stroke in chord.strokes)
    return next((s.hands for s in chord.strokes if s.hands), "") if by_hand == 1 else ""


def _letter(stroke: Stroke, shared: str) -> str:
    """The sticking on the note itself, else its chord's."""
    return "" if stroke.place[0] in FEET else stroke.hands or shared


class Voices:
    """Hears a bar's notes in the order of the file, and puts them together.

    Parameters
    ----------
    own
        What stands on a note of a chord is that note's alone.
    tied
        What goes on sounding from the bar before, and whether it rolls; kept from bar to bar.
    """

    def __init__(self, own: bool, tied: TiedNotes) -> None:
        self._own, self._tied = own, tied
        self._chords: list[_Chord] = []
        self._now: dict[str, _Chord] = {}
        self._graces: dict[str, _Chord] = {}
        self._hands: dict[Fraction, list[str]] = defaultdict(list)
        self._grace_hands: dict[Fraction, int] = Counter()
        self._problems: list[str] = []
        self._notes: list[tuple[Fraction, Fraction, bool, Note]] | None = None

    def next_chord(self, voice: str) -> None:
        """A new note or rest begins in a voice."""
        chord = self._graces.pop(voice, None) or _Chord()
        self._chords.append(chord)
        self._now[voice] = chord

    def hear(self, voice: str, stroke: Stroke) -> None:
        """A stroke of the chord that began last in its voice."""
        if voice not in self._now:
            self.next_chord(voice)
        self._now[voice].strokes.append(stroke)

    def hear_grace(self, voice: str, key: Hashable, in_chord: bool, at: Fraction) -> None:
        """A grace note before the next chord of its voice; `key` says for which of its notes."""
        waiting = self._graces.setdefault(voice, _Chord())
        waiting.graces[key] = waiting.graces.get(key, 0) + 1
        waiting.grace_count += not in_chord
        self._grace_hands[at] += 1

    def hear_hands(self, at: Fraction, hands: str) -> None:
        """A sticking that stands beside the notes."""
        self._hands[at].append(hands)

    def notes(self) -> Iterator[tuple[Fraction, Fraction, bool, Note]]:
        """Each note: where it is written, how much later it is played, whether it swings.

        Raises
        ------
        ValueError
            When there are more than `MAX_NOTES`.
        """
        if self._notes is None:
            self._notes = list(islice(self._put_together(), MAX_NOTES + 1))
            if len(self._notes) > MAX_NOTES:
                raise ValueError(f"it has a bar of more than {MAX_NOTES:,} notes")
        yield from self._notes

    def problems(self) -> list[str]:
        """What cannot be read, once the bar is over; raises as `notes`."""
        list(self.notes())
        return self._problems

    def _put_together(self) -> Iterator[tuple[Fraction, Fraction, bool, Note]]:
        if self._graces:
            self._problems.append("grace notes with no note behind them are left out")
        hands = self._hands_beside()
        for chord in self._chords:
            self._share(chord)
            ornaments = self._ornaments(chord)
            shared = "" if self._own else _hands_of(chord)
            for stroke in chord.strokes:
                ornament = ornaments.get(id(stroke), Ornament.NONE)
                letter = _letter(stroke, shared) or hands.get(id(stroke), "")
                yield from self._strokes(stroke, ornament, letter)

    def _share(self, chord: _Chord) -> None:
        """In others' files an accent stands on the stem, and so on the whole chord."""
        if self._own or len(chord.strokes) < 2:
            return
        if any(s.dynamic is Dynamic.ACCENT for s in chord.strokes):
            for stroke in chord.strokes:
                stroke.dynamic = Dynamic.ACCENT
        if any(s.roll or s.buzz for s in chord.strokes):
            self._problems.append("a roll on a chord is read on the note that it stands on")

    def _ornaments(self, chord: _Chord) -> dict[int, Ornament]:
        ornaments: dict[int, Ornament] = {id(s): Ornament.BUZZ for s in chord.strokes if s.buzz}
        if not chord.graces:
            return ornaments
        if not chord.strokes:
            self._problems.append("grace notes with no note behind them are left out")
            return ornaments
        known = {s.key: s for s in chord.strokes}
        first = next((s for s in chord.strokes if s.place[0] not in FEET), chord.strokes[0])
        same = [key for key in chord.graces if key in known]
        counts = (
            {id(known[key]): chord.graces[key] for key in same}
            if len(same) == len(chord.graces)
            else {id(first): chord.grace_count}
        )
        for key, count in counts.items():
            if count in _GRACES:
                ornaments[key] = _GRACES[count]
            else:
                self._problems.append(f"a ruff of {count} grace notes is read without them")
        return ornaments

    def _hands_beside(self) -> dict[int, str]:
        """Stickings beside the notes, each to the one note there that a hand plays."""
        found: dict[int, str] = {}
        by_place: dict[Fraction, list[Stroke]] = defaultdict(list)
        for stroke in self._all_strokes() if self._hands else ():
            if stroke.at in self._hands and stroke.place[0] not in FEET:
                by_place[stroke.at].append(stroke)
        for at, texts in self._hands.items():
            here = by_place[at]
            letters = "".join(texts)
            graces = self._grace_hands.get(at, 0)
            if not here:
                self._problems.append(f"the sticking '{letters}' stands at no note for a hand")
            elif len(here) > 1:
                self._problems.append(
                    f"the sticking '{letters}' stands at several notes for hands and is not read"
                )
            elif len(letters) > 1 + graces:
                self._problems.append(f"the sticking '{letters}' is too much for one note")
            else:
                # What comes before it is for the grace notes.
                found[id(here[0])] = letters[-1]
        return found

    def _all_strokes(self) -> Iterator[Stroke]:
        for chord in self._chords:
            yield from chord.strokes

    def _strokes(
        self, stroke: Stroke, ornament: Ornament, letter: str
    ) -> Iterator[tuple[Fraction, Fraction, bool, Note]]:
        pad, zone = stroke.place
        key = (stroke.place, stroke.midi_note)
        rolls = bool(stroke.roll) or stroke.buzz
        # A tied note is no new stroke. At the end of a roll it is: the roll leads to it.
        rolled = self._tied.pop(key, None) if stroke.tied_from else None
        silent = stroke.tied_from and not (rolled and not rolls) and not stroke.roll
        if stroke.tied_to:
            self._tied[key] = rolls
        if silent:
            return
        sticking = _HANDS.get(letter[-1:].upper(), Sticking.NONE)
        note = _note(pad, zone, stroke.midi_note, stroke.dynamic, sticking, ornament)
        yield stroke.at, stroke.late, stroke.swings, note
        if stroke.roll:
            dynamic = min(stroke.dynamic, Dynamic.NORMAL)
            following = replace(
                note, dynamic=dynamic, sticking=Sticking.NONE, ornament=Ornament.NONE
            )
            # A long roll is even; one on a short note has to fit where that note swings.
            swings = stroke.swings and stroke.length < 1
            for i in range(1, int(stroke.length / stroke.roll)):
                yield stroke.at + i * stroke.roll, stroke.late, swings, following
