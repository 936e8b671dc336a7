"""What is practised of a chart: which bars, how fast, how often. Plain values, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from station.charts.excerpt import MAX_SPEED_PERCENT, MIN_SPEED_PERCENT
from station.charts.tempo import MAX_BPM, MIN_BPM

UNTIL_STOPPED = 0
SPEED_STEP_PERCENT = 5
BPM_STEP, BPM_FINE_STEP = 5, 1
_SLOWEST, _FASTEST = Fraction(MIN_SPEED_PERCENT, 100), Fraction(MAX_SPEED_PERCENT, 100)


@dataclass(frozen=True, slots=True)
class Practice:
    """The choices about one chart; every method gives another one.

    Attributes
    ----------
    bars
        How many the chart has.
    bar
        The bar that is chosen, from 0: where A and B are set.
    first, last
        The loop from A to B, both inclusive, from 0.
    loop
        Whether only that is played.
    repeats
        How often; `UNTIL_STOPPED` is over and over.
    speed
        Times the written tempo, exact.
    """

    bars: int
    bar: int = 0
    first: int = 0
    last: int = 0
    loop: bool = False
    repeats: int = 1
    speed: Fraction = Fraction(1)

    @classmethod
    def of_whole(cls, bars: int, repeats: int = 1, speed: Fraction = Fraction(1)) -> Practice:
        """All of a chart."""
        return cls(bars, last=max(0, bars - 1), repeats=repeats, speed=speed)

    @property
    def played(self) -> tuple[int, int]:
        """The bars that are played, as of a slice."""
        return (self.first, self.last + 1) if self.loop else (0, self.bars)

    # -------------------------------------------------------------------- bars

    def moved(self, bars: int) -> Practice:
        """Another bar is chosen, so many further on."""
        return self.at(self.bar + bars)

    def at(self, bar: int) -> Practice:
        """Bar `bar` is chosen, or the nearest that there is."""
        return replace(self, bar=max(0, min(self.bars - 1, bar)))

    def from_here(self) -> Practice:
        """A is the chosen bar, and the loop is on."""
        return self.between(self.bar, max(self.bar, self.last))

    def to_here(self) -> Practice:
        """B is the chosen bar, and the loop is on."""
        return self.between(min(self.bar, self.first), self.bar)

    def between(self, first: int, last: int) -> Practice:
        """The loop goes from `first` to `last`, as near as there are bars, and is on."""
        a = max(0, min(self.bars - 1, first))
        b = max(a, min(self.bars - 1, last))
        return replace(self, first=a, last=b)._looping()

    def toggled(self) -> Practice:
        """The loop on or off; A and B stay where they are."""
        if not self.loop:
            return self._looping()
        # Over and over is what a loop is for; the whole chart ends.
        once = 1 if self.repeats == UNTIL_STOPPED else self.repeats
        return replace(self, loop=False, repeats=once)

    def whole(self) -> Practice:
        """The whole chart from its first bar; no A, no B."""
        off = self.toggled() if self.loop else self
        return replace(off, bar=0, first=0, last=max(0, self.bars - 1))

    def repeated(self, times: int) -> Practice:
        """So often."""
        return replace(self, repeats=max(UNTIL_STOPPED, times))

    def _looping(self) -> Practice:
        repeats = UNTIL_STOPPED if self.repeats == 1 else self.repeats
        return replace(self, loop=True, repeats=repeats)

    # ------------------------------------------------------------------- tempo

    def bpm(self, written_bpm: Fraction) -> Fraction:
        """The tempo that a written one is played at."""
        return written_bpm * self.speed

    def at_bpm(self, bpm: Fraction, written_bpm: Fraction) -> Practice:
        """So fast that what is written as `written_bpm` is played at `bpm`."""
        inside = max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), bpm))
        return replace(self, speed=inside / written_bpm)

    def stepped_bpm(self, step: int, written_bpm: Fraction) -> Practice:
        """To the next whole tempo that is a multiple of `step` BPM, up or down."""
        now = self.bpm(written_bpm)
        size = abs(step)
        # From 132.4, five up is 135: the next one, not 137.4.
        place = now // size + 1 if step > 0 else -(-now // size) - 1
        return self.at_bpm(Fraction(place * size), written_bpm)

    def stepped_speed(self, percent: int) -> Practice:
        """To the next multiple of `percent` % of the written tempo, up or down, in bounds."""
        now, size = self.speed * 100, abs(percent)
        place = now // size + 1 if percent > 0 else -(-now // size) - 1
        return self.at_speed(Fraction(place * size, 100))

    def at_speed(self, speed: Fraction) -> Practice:
        """So many times as fast as written, in bounds."""
        return replace(self, speed=max(_SLOWEST, min(_FASTEST, speed)))

    # ------------------------------------------------------------------- words

    def bars_line(self) -> str:
        """Bars 5 to 8, over and over; whole chart, 3 times."""
        first, end = self.played
        if not self.loop:
            what = "whole chart"
        else:
            what = f"bar {end}" if end == first + 1 else f"bars {first + 1}–{end}"
        if self.repeats == UNTIL_STOPPED:
            return f"{what}, over and over"
        return what if self.repeats == 1 else f"{what}, {self.repeats} times"
