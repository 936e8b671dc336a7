"""A performance: every strike, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from station.drummer.params import DrummerParams
from station.model import Pad, Zone


class Cause(StrEnum):
    """Why a strike is there."""

    NOTE = "note"
    GRACE = "grace"
    BOUNCE = "bounce"
    EXTRA = "extra"
    DOUBLE = "double"
    CROSSTALK = "crosstalk"


@dataclass(frozen=True, slots=True)
class Strike:
    """One strike of a simulated drummer, as the kit would report it.

    Attributes
    ----------
    t_ns
        When, from the chart's tick 0; the first may come before it.
    pad, zone, midi_note
        What is struck.
    velocity
        1 to 127.
    cause
        Why.
    chart_index
        The note that was meant, also by its grace strokes and bounces; −1 for what no note
        asks for.
    """

    t_ns: int
    pad: Pad
    zone: Zone
    midi_note: int
    velocity: int
    cause: Cause
    chart_index: int


@dataclass(frozen=True, slots=True)
class Performance:
    """One take of a simulated drummer, with its truth.

    Attributes
    ----------
    chart_title, chart_notes
        What was played, and how many notes it has.
    params
        Who played.
    strikes
        In time order.
    missed
        Chart indices that were not struck, ascending.
    """

    chart_title: str
    chart_notes: int
    params: DrummerParams
    strikes: tuple[Strike, ...]
    missed: tuple[int, ...]

    def not_before_zero(self) -> Performance:
        """The same with strikes from before tick 0 moved to it, as a MIDI file holds them."""
        moved = tuple(replace(s, t_ns=0) if s.t_ns < 0 else s for s in self.strikes)
        return replace(self, strikes=moved)
