"""Which part of a score is the drums', and which instrument of it a note sounds on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from station.charts import gm
from station.charts.complaints import Complaints
from station.charts.drum_staff import StaffPlace, read_from_staff
from station.charts.lanes import PLACES, Place
from station.charts.musicxml_elements import shown, text_in, text_of, whole
from station.model import Pad, Zone

# What the writer calls an instrument: exact, where General MIDI is not.
OWN_NAMES: dict[str, Place] = {
    f"{pad.value}-{zone.value}": (pad, zone) for pad in Pad for zone in Zone
} | PLACES
# MusicXML's standard sounds; where one covers several pads, the place on the staff decides.
_PADS_OF_SOUND: dict[str, tuple[Pad, ...]] = {
    "drum.bass-drum": (Pad.KICK,),
    "drum.kick-drum": (Pad.KICK,),
    "drum.snare-drum": (Pad.SNARE,),
    "drum.tom-tom": (Pad.TOM_1, Pad.TOM_2, Pad.TOM_3, Pad.TOM_4),
    "drum.tambourine": (Pad.TAMBOURINE,),
    "metal.hi-hat": (Pad.HI_HAT, Pad.HI_HAT_PEDAL),
    "metal.cymbal.crash": (Pad.CRASH_1, Pad.CRASH_2),
    "metal.cymbal.ride": (Pad.RIDE,),
    "metal.cymbal.splash": (Pad.SPLASH,),
    "metal.cymbal.chinese": (Pad.CHINA,),
    "metal.bells.cowbell": (Pad.COWBELL,),
}
SOUND_OF_PAD: dict[Pad, str] = {
    pad: sound for sound, pads in reversed(_PADS_OF_SOUND.items()) for pad in pads
}
# Heads that a program names by their sign in the music font.
_SHAPES = (
    ("noteheadCircleX", "circle-x"),
    ("noteheadX", "x"),
    ("noteheadHeavyX", "x"),
    ("noteheadDiamond", "diamond"),
    ("noteheadSlash", "slash"),
    ("noteheadBlack", "normal"),
)
_FIRST_ZONE = {
    Pad.HI_HAT: Zone.CLOSED,
    Pad.RIDE: Zone.BOW,
    Pad.SPLASH: Zone.BOW,
    Pad.CHINA: Zone.BOW,
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument of a part: what it is called, sounds like, and its MIDI note (0 to 127)."""

    name: str = ""
    sound: str = ""
    midi_note: int | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What a note means.

    Attributes
    ----------
    instrument
        The one that it names; None where it names none that is known.
    where
        Where it stands; None when it does not say.
    found
        What it strikes, and its MIDI note; None when nothing says so.
    """

    instrument: Instrument | None
    where: StaffPlace | None
    found: tuple[Place, int] | None


@dataclass(frozen=True, slots=True)
class DrumPart:
    """The part that is read.

    Attributes
    ----------
    name
        For people.
    measures
        Its bars, as elements.
    instruments
        By id; those whose notes stand in several places are left out: they are a whole kit,
        and the place on the staff says what is struck.
    only
        The instrument of a note that names none; None when there are several.
    """

    name: str
    measures: tuple[Element, ...]
    instruments: dict[str, Instrument]
    only: Instrument | None
    _known: dict[tuple[str | None, str, str, str], Meant] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def meant_by(self, inside: Mapping[str, Element]) -> Meant:
        """What a note means, by the `children` of its element."""
        named = inside.get("instrument")
        # A part has few different notes, each of them very often.
        key = (None if named is None else named.get("id", ""), *_position(inside))
        meant = self._known.get(key)
        if meant is None:
            instrument = self.only if key[0] is None else self.instruments.get(key[0])
            where = _staff_place(*key[1:])
            meant = self._known[key] = Meant(instrument, where, place_of(instrument, where))
        return meant


def drum_part(root: Element, complaints: Complaints) -> DrumPart:
    """The part with the most unpitched notes; the others are named.

    Raises
    ------
    ValueError
        When no part is for drums.
    """
    listed = {part.get("id", ""): part for part in root.iterfind("part-list/score-part")}
    parts = dict(_measures(root))
    counts = {key: _drum_notes(measures) for key, measures in parts.items()}
    chosen = max(counts, key=lambda key: counts[key], default=None)
    if chosen is None or not counts[chosen]:
        raise ValueError("it has no drum part (none with unpitched notes or a percussion clef)")
    names = {key: _part_name(listed.get(key), key) for key in parts}
    others = [f"'{name}'" for key, name in names.items() if key != chosen]
    if others:
        few = ", ".join(others[:6]) + (f" and {len(others) - 6} more" if len(others) > 6 else "")
        what = "is the part that is read" if len(others) == 1 else "is the one part that is read"
        complaints.add("", f"'{names[chosen]}' {what}; left out: {few}")
    instruments = _instruments(listed.get(chosen))
    spread = _several_places(parts[chosen], instruments)
    told = {key: one for key, one in instruments.items() if key not in spread}
    only = next(iter(told.values())) if len(instruments) == 1 and told else None
    return DrumPart(names[chosen], parts[chosen], told, only)


def place_of(instrument: Instrument | None, where: StaffPlace | None) -> tuple[Place, int] | None:
    """What a note strikes, and its MIDI note; None when nothing says so.

    Its instrument's MIDI note is asked first (where that has none of the percussion key map,
    its name), then the instrument's sound, then the place on the staff.
    """
    if instrument is not None:
        midi_note = instrument.midi_note
        own = OWN_NAMES.get(instrument.name)
        if own is not None:
            return own, gm.note_of_place(*own) if midi_note is None else midi_note
        if midi_note is None or midi_note < gm.FIRST_NOTE:
            known = gm.note_of_name(instrument.name)
        else:
            known = midi_note if midi_note in gm.PLACE_OF_NOTE else None
        if known is not None:
            return gm.place_of_note(known), known
        by_sound = _by_sound(instrument.sound, where)
        if by_sound is not None:
            return by_sound, gm.note_of_place(*by_sound)
        if midi_note is not None or _is_elsewhere(instrument.sound):
            # It is said what it is, and that is nothing on a drum kit.
            return None
    found = read_from_staff(where) if where is not None else None
    return None if found is None else (found, gm.note_of_place(*found))


def described(meant: Meant) -> str:
    """A note, as a person finds it on the page."""
    where, instrument = meant.where, meant.instrument
    called = f" ('{shown(instrument.name)}')" if instrument and instrument.name else ""
    if where is None:
        return f"a note{called}"
    head = "" if where.head == "normal" else f" with the head '{shown(where.head, 20)}'"
    return f"a note on {shown(where.step, 2)}{where.octave}{head}{called}"


def _position(inside: Mapping[str, Element]) -> tuple[str, str, str]:
    """Step, octave and head of a note, as written; empty where it does not say."""
    step, octave = _step_and_octave(inside.get("unpitched"), inside.get("pitch"))
    head = text_in(inside, "notehead")
    if head == "other":
        glyph = inside["notehead"].get("smufl", "")
        head = next((shape for sign, shape in _SHAPES if glyph.startswith(sign)), head)
    return step, octave, head


def _step_and_octave(unpitched: Element | None, pitch: Element | None) -> tuple[str, str]:
    position, named = (pitch, "") if unpitched is None else (unpitched, "display-")
    if position is None:
        return "", ""
    step, octave = position.findtext(f"{named}step"), position.findtext(f"{named}octave")
    return (step or "").strip(), (octave or "").strip()


def _staff_place(step: str, octave: str, head: str) -> StaffPlace | None:
    number = whole(octave)
    return StaffPlace(step, number, head or "normal") if step and number is not None else None


def _measures(root: Element) -> Iterator[tuple[str, tuple[Element, ...]]]:
    """Each part's bars, whichever way round the score is written."""
    if root.tag == "score-partwise":
        for part in root.iterfind("part"):
            yield part.get("id", ""), tuple(part.iterfind("measure"))
        return
    bars: dict[str, list[Element]] = defaultdict(list)
    for measure in root.iterfind("measure"):
        for part in measure.iterfind("part"):
            bar = Element("measure", measure.attrib)
            bar.extend(part)
            bars[part.get("id", "")].append(bar)
    for key, measures in bars.items():
        yield key, tuple(measures)


def _drum_notes(measures: tuple[Element, ...]) -> int:
    """Unpitched notes; all notes where the clef is a percussion clef."""
    percussion = False
    count = 0
    for measure in measures:
        percussion |= any(
            clef.text == "percussion" for clef in measure.iterfind("attributes/clef/sign")
        )
        for note in measure.iterfind("note"):
            is_drum = note.find("unpitched") is not None
            count += is_drum or (percussion and note.find("pitch") is not None)
    return count


def _part_name(listed: Element | None, key: str) -> str:
    name = shown(text_of(listed, "part-name")) if listed is not None else ""
    return name or shown(key) or "?"


def _instruments(listed: Element | None) -> dict[str, Instrument]:
    if listed is None:
        return {}
    midi: dict[str, int] = {}
    for one in listed.iterfind("midi-instrument"):
        number = whole(text_of(one, "midi-unpitched"))
        if number is not None and 1 <= number <= 128:
            midi[one.get("id", "")] = number - 1  # MusicXML counts from 1
    return {
        one.get("id", ""): Instrument(
            text_of(one, "instrument-name"),
            text_of(one, "instrument-sound"),
            midi.get(one.get("id", "")),
        )
        for one in listed.iterfind("score-instrument")
    }


def _several_places(measures: tuple[Element, ...], instruments: dict[str, Instrument]) -> set[str]:
    """The instruments whose notes stand in more than one place on the staff."""
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    alone = next(iter(instruments)) if len(instruments) == 1 else ""
    for measure in measures:
        for note in measure.iterfind("note"):
            step, octave = _step_and_octave(note.find("unpitched"), note.find("pitch"))
            if step and octave:
                named = note.find("instrument")
                key = alone if named is None else named.get("id", "")
                seen[key].add((step, octave))
    return {key for key, places in seen.items() if len(places) > 1}


def _by_sound(sound: str, where: StaffPlace | None) -> Place | None:
    pads = next(
        (pads for known, pads in _PADS_OF_SOUND.items() if f"{sound}.".startswith(f"{known}.")),
        None,
    )
    if pads is None:
        return None
    found = read_from_staff(where) if where is not None else None
    if found is not None and found[0] in pads:
        return found
    if pads[0] in (Pad.CRASH_1, Pad.HI_HAT):
        # Struck with a stick unless it stands where the other pad does.
        return pads[0], _FIRST_ZONE.get(pads[0], Zone.BOW)
    return (pads[0], _FIRST_ZONE.get(pads[0], Zone.HEAD)) if len(pads) == 1 else None


def _is_elsewhere(sound: str) -> bool:
    """Whether a sound is one, and not just 'a drum kit'."""
    return bool(sound) and not sound.startswith("drum.group")
