"""One bar of a TOML chart: its metre, its grid and its lines of letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from station.charts import gm
from station.charts.chart import BEAT_UNITS
from station.charts.lanes import PLACES
from station.charts.steps import MAX_STEPS, parse_sticking, parse_strokes, swung
from station.model import Note, Pad, Sticking
from station.toml_source import Table

T = TypeVar("T")

# What a bar may say for itself, and the whole chart for all its bars.
GRID_KEYS = ("metre", "steps", "swing", "swing_unit")
MAX_BEATS = 64
MIN_SWING, MAX_SWING = 0.25, 4.0
_SWING_UNITS = (4, 8, 16, 32)
_FEET = (Pad.KICK, Pad.HI_HAT_PEDAL)
_METRE = re.compile(r"([1-9]\d{0,2}(?:\s*\+\s*[1-9]\d{0,2})*)\s*/\s*([1-9]\d?)")


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """A bar as written.

    Attributes
    ----------
    beats, unit, groups
        Its metre, and how its beats stand together where that is said.
    notes
        Exact place in quarter notes from the bar line, and the note, its tick still 0.
    """

    beats: int
    unit: int
    groups: tuple[int, ...]
    notes: tuple[tuple[Fraction, Note], ...]

    @property
    def quarters(self) -> Fraction:
        """Length in quarter notes."""
        return Fraction(4 * self.beats, self.unit)


def read_bar(root: Table, table: Table) -> WrittenBar:
    """A bar from its table; what it leaves open, `root` says.

    Raises
    ------
    ChartError
        Naming the line and the key.
    """
    table.only((*GRID_KEYS, "sticking", *PLACES))
    groups, unit = _metre(_holder(root, table, "metre"))
    beats = sum(groups)
    steps = _holder(root, table, "steps").integer("steps", 1, MAX_STEPS)
    quarters = Fraction(4 * beats, unit)
    positions = _positions(root, table, quarters, steps)
    hands: dict[int, Sticking] = _parsed(table, "sticking", steps, parse_sticking) or {}
    notes = []
    for key in table:
        if key not in PLACES:
            continue
        pad, zone = PLACES[key]
        for stroke in _parsed(table, key, steps, parse_strokes) or ():
            note = Note(
                tick=0,
                pad=pad,
                zone=zone,
                midi_note=gm.note_of_place(pad, zone),
                dynamic=stroke.dynamic,
                sticking=Sticking.NONE if pad in _FEET else hands.get(stroke.step, Sticking.NONE),
                ornament=stroke.ornament,
            )
            notes.append((positions[stroke.step], note))
    _check_once(table, positions, notes)
    _check_hands(table, positions, notes, hands)
    said = groups if len(groups) > 1 else ()
    return WrittenBar(beats, unit, said, tuple(sorted(notes, key=lambda n: (n[0], n[1].midi_note))))


def _holder(root: Table, table: Table, key: str) -> Table:
    return table if key in table else root


def _metre(table: Table) -> tuple[tuple[int, ...], int]:
    """Its groups of beats, one of all where nothing else is said; and their unit."""
    text = table.text("metre")
    match = _METRE.fullmatch(text.strip())
    groups = tuple(int(part) for part in match[1].split("+")) if match else ()
    unit = int(match[2]) if match else 0
    if unit not in BEAT_UNITS or not 1 <= sum(groups) <= MAX_BEATS:
        table.fail(
            "metre",
            f"'{text[:20]}' cannot be counted; write beats and their unit, like \"7/4\", "
            f'"14/8" or "3+2+2/8" (1 to {MAX_BEATS} beats of 1/{BEAT_UNITS[0]} to '
            f"1/{BEAT_UNITS[-1]}).",
        )
    return groups, unit


def _positions(root: Table, table: Table, quarters: Fraction, steps: int) -> list[Fraction]:
    """Where each step lies, in quarter notes from the bar line, swung as asked."""
    straight = [quarters * i / steps for i in range(steps)]
    holder = _holder(root, table, "swing")
    # The decimal as typed, not the binary number next to it.
    ratio = Fraction(str(holder.number("swing", MIN_SWING, MAX_SWING, 1.0)))
    unit_holder = _holder(root, table, "swing_unit")
    unit = unit_holder.integer("swing_unit", _SWING_UNITS[0], _SWING_UNITS[-1], 8)
    if unit not in _SWING_UNITS:
        choice = ", ".join(map(str, _SWING_UNITS))
        unit_holder.fail("swing_unit", f"{unit} is no note value; write one of {choice}.")
    if ratio == 1:
        return straight
    half = Fraction(4, unit)
    step = quarters / steps
    if quarters % (2 * half):
        holder.fail(
            "swing", f"the bar has no whole pairs of 1/{unit} notes; set swing = 1 in this bar."
        )
    if half % step:
        fitting = quarters / half
        holder.fail(
            "swing",
            f"1/{unit} notes do not fall on the grid of {steps} steps; write steps = {fitting} or "
            f"{2 * fitting}, or swing = 1 in this bar.",
        )
    return [swung(position, 2 * half, ratio) for position in straight]


def _parsed(table: Table, key: str, steps: int, parse: Callable[[str, int], T]) -> T | None:
    if key not in table:
        return None
    try:
        return parse(table.text(key), steps)
    except ValueError as error:
        table.fail(key, str(error))


def _check_once(
    table: Table, positions: list[Fraction], notes: list[tuple[Fraction, Note]]
) -> None:
    """A pad can be struck once at a time, in whichever zone."""
    struck: set[tuple[Fraction, Pad]] = set()
    for position, note in notes:
        if (position, note.pad) in struck:
            key = next(k for k in reversed(table.values) if PLACES.get(k, (None,))[0] is note.pad)
            step = positions.index(position) + 1
            table.fail(key, f"step {step} strikes the {note.pad} twice at once; leave one out.")
        struck.add((position, note.pad))


def _check_hands(
    table: Table,
    positions: list[Fraction],
    notes: list[tuple[Fraction, Note]],
    hands: dict[int, Sticking],
) -> None:
    """A hand in the sticking plays exactly one note."""
    for step in hands:
        struck = [n.pad for at, n in notes if at == positions[step] and n.pad not in _FEET]
        if len(struck) != 1:
            what = " and ".join(struck) or "no hand"
            table.fail(
                "sticking",
                f"step {step + 1} names one hand, but {what} plays there; write - for it.",
            )
