"""What one note of a score says about a stroke: where, how loud, which hand, how it rolls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from xml.etree.ElementTree import Element

from station.charts import gm
from station.charts.lanes import Place
from station.charts.musicxml_elements import is_yes, text_in, text_of, whole
from station.charts.musicxml_words import is_hands, is_other_sticking
from station.model import Dynamic, Pad, Zone

# In quarter notes.
TYPES: dict[str, Fraction] = {
    "long": Fraction(16),
    "breve": Fraction(8),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4),
    "32nd": Fraction(1, 8),
    "64th": Fraction(1, 16),
    "128th": Fraction(1, 32),
    "256th": Fraction(1, 64),
}
_MAX_MARKS = 8
_OPEN = frozenset({"open", "open-string", "harmonic"})
_ACCENTS = frozenset({"accent", "strong-accent"})
_HAND_SIGNS = ("fingering", "pluck", "other-technical")
# The notations that are groups of signs; the others are signs themselves.
_GROUPS = frozenset({"articulations", "technical", "ornaments"})
_Signs = dict[str, list[Element]]


@dataclass(slots=True)
class Stroke:
    """A note as it stands in the score.

    Attributes
    ----------
    at, length
        In quarter notes; `at` from the bar line.
    place, midi_note
        What is struck.
    key
        What its grace notes call it.
    dynamic
        Ghost, normal, accent.
    hands
        A sticking on the note itself, as written; empty for none.
    roll
        The time from one stroke of an open roll to the next, in quarter notes; 0 for none.
    buzz
        A multiple bounce roll.
    tied_from, tied_to
        It goes on sounding from the note before, or into the next.
    swings
        It is as long as it looks, so that swing moves it.
    late
        How much later than written it is played, in quarter notes; the writer's own.
    """

    at: Fraction
    length: Fraction
    place: Place
    midi_note: int
    key: Hashable = None
    dynamic: Dynamic = Dynamic.NORMAL
    hands: str = ""
    roll: Fraction = Fraction(0)
    buzz: bool = False
    tied_from: bool = False
    tied_to: bool = False
    swings: bool = False
    late: Fraction = Fraction(0)


def stroke_of(
    note: Element,
    inside: Mapping[str, Element],
    at: Fraction,
    length: Fraction,
    found: tuple[Place, int],
) -> tuple[Stroke, list[str]]:
    """A note's stroke, and what of it cannot be read.

    Parameters
    ----------
    note, inside
        The element, and its `children`.
    at, length
        In quarter notes.
    found
        What it strikes.
    """
    place, midi_note = found
    stroke = Stroke(at, length, place, midi_note, found)
    head = inside.get("notehead")
    if head is not None and is_yes(head, "parentheses"):
        stroke.dynamic = Dynamic.GHOST
    stroke.swings = "time-modification" not in inside and length == _written_value(note, inside)
    problems: list[str] = []
    # Most notes have none of these around them.
    if "notations" in inside or "lyric" in inside or "tie" in inside:
        problems = list(_read_marks(note, stroke))
    return stroke, problems


def _read_marks(note: Element, stroke: Stroke) -> Iterator[str]:
    """Fill in what stands around the note; yields what cannot be read."""
    signs = _signs_around(note)
    if stroke.place == (Pad.HI_HAT, Zone.CLOSED):
        # A circle over a closed hi-hat opens it, whatever its instrument is.
        zone = _opening(signs["technical"])
        if zone is not None:
            stroke.place = (Pad.HI_HAT, zone)
            stroke.midi_note = gm.note_of_place(*stroke.place)
    if _ACCENTS & _tags(signs["articulations"]):
        stroke.dynamic = Dynamic.ACCENT
    ties = {one.get("type") for one in [*note.iterfind("tie"), *signs["tied"]]}
    stroke.tied_from, stroke.tied_to = "stop" in ties, "start" in ties
    yield from _rolls(note, signs, stroke)
    stickings = list(_stickings(note, signs))
    stroke.hands = next(filter(is_hands, stickings), "")
    if any(map(is_other_sticking, stickings)):
        yield "a sticking for both hands at once is not read"


def _signs_around(note: Element) -> _Signs:
    """All signs in a note's notations: by their group, or by themselves where they have none."""
    signs: _Signs = defaultdict(list)
    for notations in note.iterfind("notations"):
        for one in notations:
            signs[one.tag] += one if one.tag in _GROUPS else (one,)
    return signs


def _opening(technical: list[Element]) -> Zone | None:
    """How far signs open a hi-hat; None where they do not."""
    if any(one.tag == "half-muted" or "HalfOpen" in one.get("smufl", "") for one in technical):
        return Zone.HALF_OPEN
    return Zone.OPEN if _OPEN & _tags(technical) else None


def _tags(signs: list[Element]) -> set[str]:
    return {sign.tag for sign in signs}


def _stickings(note: Element, signs: _Signs) -> Iterator[str]:
    """Texts on a note that may be its sticking, wherever programs put it."""
    texts = [one.findtext("text") for one in note.iterfind("lyric")]
    for tag in _HAND_SIGNS:
        texts += [one.text for one in signs["technical"] if one.tag == tag]
    texts += [one.text for one in signs["articulations"] if one.tag == "other-articulation"]
    for text in texts:
        yield (text or "").strip()


def _written_value(note: Element, inside: Mapping[str, Element]) -> Fraction | None:
    dots = len(note.findall("dot")) if "dot" in inside else 0
    return _value(text_in(inside, "type"), dots)


@lru_cache(maxsize=256)
def _value(kind: str, dots: int) -> Fraction | None:
    value = TYPES.get(kind)
    return None if value is None else value * (2 - Fraction(1, 2**dots))


def _rolls(note: Element, signs: _Signs, stroke: Stroke) -> Iterator[str]:
    """Fill in the roll; yields what cannot be read."""
    for ornament in signs["ornaments"]:
        if ornament.tag == "tremolo":
            yield from _tremolo(note, ornament, stroke)
        elif ornament.tag == "other-ornament" and _means_buzz(ornament):
            stroke.buzz = True
        elif ornament.tag in ("trill-mark", "mordent", "turn", "shake"):
            yield f"a {ornament.tag.removesuffix('-mark')} is read as a single stroke"
    if signs["fermata"]:
        yield "a fermata is not read; the time goes on"


def _tremolo(note: Element, tremolo: Element, stroke: Stroke) -> Iterator[str]:
    kind = tremolo.get("type", "single")
    marks = whole(tremolo.text or "")
    if kind == "unmeasured" or _means_buzz(tremolo) or marks == 0:
        stroke.buzz = True
        return
    if kind != "single":
        yield "a tremolo between two notes is read as one stroke on each"
        return
    value = TYPES.get(text_of(note, "type"))
    if marks is None or not 1 <= marks <= _MAX_MARKS or value is None:
        yield "a roll that does not say how fast it is was read as a single stroke"
        return
    # The marks come on top of the note's own flags; a quarter note and longer have none.
    step = min(value, Fraction(1)) / 2**marks * _tuplet_ratio(note)
    if stroke.length % step:
        yield "a roll with no whole number of strokes is read as a single stroke"
        return
    stroke.roll = step


def _means_buzz(sign: Element) -> bool:
    return (sign.text or "").strip().lower() == "z" or sign.get("smufl") == "buzzRoll"


def _tuplet_ratio(note: Element) -> Fraction:
    actual = whole(text_of(note, "time-modification/actual-notes"))
    normal = whole(text_of(note, "time-modification/normal-notes"))
    return Fraction(normal, actual) if actual and normal else Fraction(1)
