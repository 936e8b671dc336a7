"""A metronome on a card whose every sample is kept, and charts that are only beats."""

from __future__ import annotations

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import ManualClock
from station.sound.metronome import Metronome, Pumped
from station.sound.simulated import SimulatedCard
from station.units import NS_PER_MS

PPQ = 480


def beats(
    bpm: float = 120, bars: int = 8, metre: tuple[int, int] = (4, 4), ppq: int = PPQ
) -> Chart:
    """So many bars without a note; the tempo counts quarter notes."""
    count, unit = metre
    change = MetreChange(0, count, unit)
    length = bars * change.bar_ticks(ppq)
    return Chart("beats", TempoMap.constant(bpm, ppq), (change,), (), length)


class Stage:
    """A metronome on a simulated card, and a clock that goes when it is told to."""

    def __init__(self) -> None:
        self.clock = ManualClock(10**12)
        self.metronome = Metronome(self.clock)
        self.cards: list[SimulatedCard] = []
        self.pumped: list[Pumped] = []

    @property
    def card(self) -> SimulatedCard:
        return self.cards[-1]

    def go_on(self, seconds: float) -> list[Pumped]:
        """What came of it."""
        came = []
        end_ns = self.clock.t_ns + round(seconds * 1e9)
        while self.clock.t_ns < end_ns:
            self.clock.advance(5 * NS_PER_MS)
            came.append(self.metronome.pump(self.clock.t_ns))
        self.pumped += came
        return came
