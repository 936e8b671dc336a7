"""A chart as it is written, and with which tempo each of its bars begins."""

from __future__ import annotations

from fractions import Fraction

from station.charts.chart import Chart
from station.charts.excerpt import at_speed
from station.units import NS_PER_MINUTE
from ui.grid import Grid


class Written:
    """A chart on the desk, before anything is chosen of it.

    Attributes
    ----------
    chart
        All of it, at its own tempo.
    bars
        How many it has.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._bar_ticks = [bar.tick for bar in chart.bars()]
        self.bars = len(self._bar_ticks)
        self._laid_out: tuple[Fraction, Grid] | None = None

    def bpm_at(self, bar: int) -> Fraction:
        """The tempo that a bar begins with, in beats of its metre's unit a minute; exact."""
        tick = self._bar_ticks[bar] if bar < self.bars else 0
        quarter = self.chart.tempo.segment_at(tick).ns_per_quarter
        return NS_PER_MINUTE / quarter * self.chart.metre_at(tick).unit / 4

    def grid_at(self, speed: Fraction) -> Grid:
        """All of it at a speed, laid out; the same grid as long as the speed is the same.

        Raises
        ------
        ValueError
            When that speed cannot be played.
        """
        if self._laid_out is None or self._laid_out[0] != speed:
            self._laid_out = speed, Grid(at_speed(self.chart, speed))
        return self._laid_out[1]
