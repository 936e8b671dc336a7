"""A chart: notes, tempo map, metre, title, and where it came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.tempo import MAX_TICK, TempoMap
from station.model import PAD_INDEX, Note


@dataclass(frozen=True, slots=True)
class MetreChange:
    """From `tick` on, a bar has `beats` beats of a 1/`unit` note: 7/4, 14/8."""

    tick: int
    beats: int
    unit: int


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
        As in the metre.
    """

    number: int
    tick: int
    end_tick: int
    beats: int
    unit: int

    def beat_ticks(self) -> list[int]:
        """The tick of each beat."""
        return [
            self.tick + (self.end_tick - self.tick) * i // self.beats for i in range(self.beats)
        ]


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
        Sorted by (tick, midi_note): a note's place here is its `chart_index`.
    length_ticks
        To the end of the last bar.
    origin
        The file or the name that it came from; empty when made in memory.

    Raises
    ------
    ValueError
        When ticks are negative, too large or out of order, or a metre cannot be divided.
    """

    title: str
    tempo: TempoMap
    metre: tuple[MetreChange, ...]
    notes: tuple[Note, ...]
    length_ticks: int
    origin: str = ""
    _written: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the order and compute the written times once."""
        if not self.metre or self.metre[0].tick != 0:
            raise ValueError("a chart's first metre begins at tick 0")
        for m in self.metre:
            if m.beats < 1 or m.unit not in (1, 2, 4, 8, 16, 32):
                raise ValueError(f"a metre of {m.beats}/{m.unit} cannot be counted")
            if (self.ppq * 4) % m.unit:
                raise ValueError(f"{self.ppq} ticks a quarter cannot hold a 1/{m.unit} note")
        if not 0 <= self.length_ticks <= MAX_TICK:
            raise ValueError(f"a chart of {self.length_ticks} ticks is outside 0 to {MAX_TICK}")
        before = (-1, -1)
        for note in self.notes:
            here = (note.tick, note.midi_note)
            if here < before or note.tick < 0 or note.tick > MAX_TICK:
                raise ValueError(f"notes out of order at tick {note.tick}")
            before = here
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
        """All bars, from first to last; a metre change cuts a bar short."""
        tick, number = 0, 0
        change_ticks = [m.tick for m in self.metre[1:]]
        while tick < self.length_ticks:
            metre = self.metre_at(tick)
            end = tick + metre.beats * self.ppq * 4 // metre.unit
            cut = next((t for t in change_ticks if tick < t < end), end)
            yield Bar(number, tick, cut, metre.beats, metre.unit)
            tick, number = cut, number + 1

    def beat_ticks(self) -> NDArray[np.int64]:
        """Every beat's tick, shape (beats,)."""
        ticks = [t for bar in self.bars() for t in bar.beat_ticks()]
        return np.array(ticks, dtype=np.int64)

    def at_bpm(self, bpm: float | Fraction) -> Chart:
        """The same chart so that it begins at `bpm` (beats of its metre's unit a minute)."""
        quarter_bpm = Fraction(str(bpm)) * 4 / self.metre[0].unit
        ratio = self.tempo.changes[0].ns_per_quarter / units.ns_per_beat_from_bpm(quarter_bpm)
        return replace(self, tempo=self.tempo.scaled(ratio))

    def repeated(self, times: int) -> Chart:
        """The chart `times` times in a row, unrolled."""
        if times < 1:
            raise ValueError(f"a chart is played at least once, not {times} times")
        shifts = [i * self.length_ticks for i in range(times)]
        return Chart(
            title=self.title,
            tempo=TempoMap(
                self.ppq,
                tuple(
                    replace(c, tick=c.tick + s)
                    for i, s in enumerate(shifts)
                    for c in (self.tempo.changes if i == 0 or len(self.tempo.changes) > 1 else ())
                ),
            ),
            metre=tuple(
                replace(m, tick=m.tick + s)
                for i, s in enumerate(shifts)
                for m in (self.metre if i == 0 or len(self.metre) > 1 else ())
            ),
            notes=tuple(replace(n, tick=n.tick + s) for s in shifts for n in self.notes),
            length_ticks=self.length_ticks * times,
            origin=self.origin,
        )
