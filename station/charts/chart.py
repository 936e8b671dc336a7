"""A chart: notes, tempo map, metre, title, and where it came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.tempo import MAX_TICK, TempoMap
from station.model import PAD_INDEX, Note, Sticking

# Against files that are wrong or hostile: more than anybody plays without getting up.
MAX_LENGTH_NS = 24 * 3600 * units.NS_PER_S
MAX_BEATS = 1_000_000
BEAT_UNITS = (1, 2, 4, 8, 16, 32)
_OTHER_HAND = {
    Sticking.NONE: Sticking.NONE,
    Sticking.RIGHT: Sticking.LEFT,
    Sticking.LEFT: Sticking.RIGHT,
}


@dataclass(frozen=True, slots=True)
class MetreChange:
    """From `tick` on, a bar has `beats` beats of a 1/`unit` note: 7/4, 14/8.

    `groups` says how many of them stand together each time, like 3, 2, 2; empty: as is usual.
    """

    tick: int
    beats: int
    unit: int
    groups: tuple[int, ...] = ()

    def beat_ticks(self, ppq: int) -> int:
        """Length of a beat at `ppq` ticks a quarter note."""
        return ppq * 4 // self.unit

    def bar_ticks(self, ppq: int) -> int:
        """Length of a bar at `ppq` ticks a quarter note."""
        return self.beats * self.beat_ticks(ppq)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it begins and ends, and its metre.

    Attributes
    ----------
    number
        From 0.
    tick, end_tick
        First tick, and the first tick of the next bar.
    beats, unit
        As in the metre; a bar that is cut short has only the beats that begin in it.
    ticks_per_beat
        From one beat to the next.
    """

    number: int
    tick: int
    end_tick: int
    beats: int
    unit: int
    ticks_per_beat: int

    def beat_ticks(self) -> list[int]:
        """The tick of each beat."""
        return list(range(self.tick, self.end_tick, self.ticks_per_beat))


@dataclass(frozen=True, slots=True)
class Chart:
    """What should be played.

    Attributes
    ----------
    title
        For people.
    tempo
        From ticks to time; carries the PPQ.
    metre
        Sorted by tick, the first at 0.
    notes
        Sorted by (tick, midi_note), all before `length_ticks`: a note's place here is its
        `chart_index`.
    length_ticks
        To the end of the last bar.
    origin
        The file or the name that it came from; empty when made in memory.
    first_bar
        Number, from 0, of its first bar in the chart that it is a part of.
    pass_ticks
        Length of one pass where the same is played several times in a row; 0: played once.

    Raises
    ------
    ValueError
        When ticks are negative, too large or out of order, a note lies behind the end, a
        metre cannot be counted, a pass is none, or the chart is longer than a day.
    """

    title: str
    tempo: TempoMap
    metre: tuple[MetreChange, ...]
    notes: tuple[Note, ...]
    length_ticks: int
    origin: str = ""
    first_bar: int = 0
    pass_ticks: int = 0
    _written: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the order and compute the written times once."""
        check_metre(self.metre, self.ppq)
        if not 0 <= self.length_ticks <= MAX_TICK:
            raise ValueError(f"a chart of {self.length_ticks} ticks is outside 0 to {MAX_TICK}")
        if self.length_ns > MAX_LENGTH_NS:
            raise ValueError("a chart lasts at most 24 hours")
        if _count(self.metre, self.ppq, self.length_ticks, MetreChange.beat_ticks) > MAX_BEATS:
            raise ValueError(f"a chart has at most {MAX_BEATS:,} beats")
        if self.first_bar < 0 or not 0 <= self.pass_ticks <= self.length_ticks:
            raise ValueError(
                f"passes of {self.pass_ticks} ticks from bar {self.first_bar} are none of a chart "
                f"of {self.length_ticks} ticks"
            )
        before = (0, 0)
        for note in self.notes:
            here = (note.tick, note.midi_note)
            if here < before:
                raise ValueError(f"notes out of order at tick {note.tick}")
            before = here
        if self.notes and self.notes[-1].tick >= self.length_ticks:
            raise ValueError(
                f"the note at tick {before[0]} lies behind the chart's end at {self.length_ticks}"
            )
        ticks = np.array([n.tick for n in self.notes], dtype=np.int64)
        written = self.tempo.ns_of(ticks)
        written.flags.writeable = False
        object.__setattr__(self, "_written", written)

    @property
    def ppq(self) -> int:
        """Ticks a quarter note."""
        return self.tempo.ppq

    @property
    def written_ns(self) -> NDArray[np.int64]:
        """When each note is written, ns from tick 0, shape (notes,); read-only."""
        return self._written

    @property
    def lanes(self) -> NDArray[np.uint8]:
        """Each note's pad as its place in `model.PADS`, shape (notes,)."""
        return np.array([PAD_INDEX[n.pad] for n in self.notes], dtype=np.uint8)

    @property
    def length_ns(self) -> int:
        """From tick 0 to the end of the last bar."""
        return self.tempo.ns_at(self.length_ticks)

    @property
    def bpm(self) -> float:
        """Tempo at the start, in beats of the metre's own unit a minute."""
        return self.tempo.bpm_at(0) * self.metre[0].unit / 4

    def metre_at(self, tick: int) -> MetreChange:
        """The metre in force at `tick`."""
        return self.metre[max(0, bisect_right(self.metre, tick, key=lambda m: m.tick) - 1)]

    def bars(self) -> Iterator[Bar]:
        """All bars, from first to last; a metre change or the chart's end cuts a bar short."""
        number = 0
        for metre, end in _segments(self.metre, self.length_ticks):
            beat, step = metre.beat_ticks(self.ppq), metre.bar_ticks(self.ppq)
            for tick in range(metre.tick, end, step):
                bar_end = min(tick + step, end)
                beats = -((tick - bar_end) // beat)
                yield Bar(number, tick, bar_end, beats, metre.unit, beat)
                number += 1

    @property
    def bar_count(self) -> int:
        """How many bars it has."""
        return _count(self.metre, self.ppq, self.length_ticks, MetreChange.bar_ticks)

    @property
    def bars_a_pass(self) -> int:
        """How many bars one pass has; all of them when the chart is played once."""
        end = self.pass_ticks or self.length_ticks
        return _count(self.metre, self.ppq, end, MetreChange.bar_ticks)

    def written_bar(self, bar: int) -> int:
        """The number, from 0, that a bar of this chart has where it is written."""
        return self.first_bar + bar % max(1, self.bars_a_pass)

    def beat_ticks(self) -> NDArray[np.int64]:
        """Every beat's tick, shape (beats,)."""
        ticks = [t for bar in self.bars() for t in bar.beat_ticks()]
        return np.array(ticks, dtype=np.int64)

    def at_bpm(self, bpm: float | Fraction) -> Chart:
        """The same chart so that it begins at `bpm` (beats of its metre's unit a minute)."""
        if not bpm > 0:
            raise ValueError(f"a tempo of {bpm} BPM cannot be played")
        quarter_bpm = Fraction(str(bpm)) * 4 / self.metre[0].unit
        ratio = self.tempo.changes[0].ns_per_quarter / units.ns_per_beat_from_bpm(quarter_bpm)
        return replace(self, tempo=self.tempo.scaled(ratio))

    def left_handed(self) -> Chart:
        """The same chart with right and left hand changed over."""
        return replace(
            self, notes=tuple(replace(n, sticking=_OTHER_HAND[n.sticking]) for n in self.notes)
        )

    def repeated(self, times: int) -> Chart:
        """The chart `times` times in a row, unrolled; an empty chart stays as it is.

        Each time begins a new bar.
        """
        if times < 1:
            raise ValueError(f"a chart is played at least once, not {times} times")
        if self.length_ticks == 0 or times == 1:
            return self
        tempi = [c for c in self.tempo.changes if c.tick < self.length_ticks]
        metres = [m for m in self.metre if m.tick < self.length_ticks]
        # One metre goes on by itself, unless it is in the middle of a bar where it begins anew.
        goes_on = len(metres) == 1 and self.length_ticks % metres[0].bar_ticks(self.ppq) == 0
        shifts = [i * self.length_ticks for i in range(times)]
        return Chart(
            title=self.title,
            tempo=TempoMap(
                self.ppq,
                tuple(
                    replace(c, tick=c.tick + s)
                    for i, s in enumerate(shifts)
                    for c in (tempi if i == 0 or len(tempi) > 1 else ())
                ),
            ),
            metre=tuple(
                replace(m, tick=m.tick + s)
                for i, s in enumerate(shifts)
                for m in (() if i and goes_on else metres)
            ),
            notes=tuple(replace(n, tick=n.tick + s) for s in shifts for n in self.notes),
            length_ticks=self.length_ticks * times,
            origin=self.origin,
            first_bar=self.first_bar,
            pass_ticks=self.length_ticks,
        )


def check_metre(metre: Sequence[MetreChange], ppq: int) -> None:
    """Refuse a metre that does not begin at 0, goes back, or cannot be counted.

    Raises
    ------
    ValueError
        Naming the metre and the tick.
    """
    if not metre or metre[0].tick != 0:
        raise ValueError("a chart's first metre begins at tick 0")
    for before, after in pairwise(metre):
        if after.tick <= before.tick:
            raise ValueError(f"metre changes out of order at tick {after.tick}")
    for m in metre:
        if m.beats < 1 or m.unit not in BEAT_UNITS:
            raise ValueError(f"a metre of {m.beats}/{m.unit} cannot be counted")
        if m.groups and (len(m.groups) < 2 or min(m.groups) < 1 or sum(m.groups) != m.beats):
            said = "+".join(map(str, m.groups))
            raise ValueError(f"groups of {said} beats are no bar of {m.beats}/{m.unit}")
        if (ppq * 4) % m.unit:
            raise ValueError(f"{ppq} ticks a quarter note cannot hold a 1/{m.unit} note")


def _segments(metre: Sequence[MetreChange], length_ticks: int) -> Iterator[tuple[MetreChange, int]]:
    """Each metre and the tick where it ends."""
    for i, m in enumerate(metre):
        end = metre[i + 1].tick if i + 1 < len(metre) else length_ticks
        yield m, min(end, length_ticks)


def _count(
    metre: Sequence[MetreChange],
    ppq: int,
    length_ticks: int,
    ticks: Callable[[MetreChange, int], int],
) -> int:
    """Beats or bars of a chart, by the length of one in its metre, without laying them out."""
    return sum(
        max(0, -((m.tick - end) // ticks(m, ppq))) for m, end in _segments(metre, length_ticks)
    )
