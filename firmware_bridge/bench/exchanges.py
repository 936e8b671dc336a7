"""A model of a line and a clock: exchanges as a host sees them, with the truth beside them.

A way takes a base, and then waits: mostly a little, sometimes (more often on a busy host)
for a turn of the processor. What is sent first arrives first. The numbers of the two lines
give the errors of single exchanges that were measured over a real pty, 0.6–0.8 ms (SD) on an
idle host and 2.8 ms beside three busy processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from firmware_bridge.schedule import PingSchedule
from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.sync import Exchange
from station.units import NS_PER_S, NS_PER_US

START_NS = 1_000 * NS_PER_S
_ANSWER_NS = 20 * NS_PER_US


@dataclass(frozen=True, slots=True)
class LineModel:
    """How long a way takes.

    Attributes
    ----------
    base_ns, jitter_ns
        What it takes without waiting, and the standard deviation of that: caches, interrupts,
        clocks that change with the load. Without it the quickest exchange would be exact, and
        methods that trust the extremes would look better than over a real pty.
    quick
        Share of the ways that wait but little.
    quick_wait_ns, slow_wait_ns
        Mean of the two kinds of waits.
    """

    base_ns: int
    jitter_ns: int
    quick: float
    quick_wait_ns: int
    slow_wait_ns: int

    def way_ns(self, random: Random) -> int:
        """How long the next way takes."""
        wait_ns = self.quick_wait_ns if random.random() < self.quick else self.slow_wait_ns
        base_ns = max(self.base_ns / 2, random.gauss(self.base_ns, self.jitter_ns))
        return round(base_ns + random.expovariate(1 / wait_ns))


LINES = {
    "idle": LineModel(150_000, 30_000, 0.5, 150_000, 1_400_000),
    "busy": LineModel(150_000, 30_000, 0.45, 100_000, 5_000_000),
}


def exchanges(
    line: LineModel, clock: SimClock, seconds: float, seed: int
) -> Iterator[tuple[Exchange, int]]:
    """Exchanges of a take.

    Yields
    ------
    exchange, until_ns
        The exchange, and the true time until which nothing newer will be known.
    """
    random = Random(seed)
    schedule = PingSchedule(random)
    schedule.start(START_NS)
    there_ns = back_ns = 0
    last: Exchange | None = None
    while schedule.next_ns is not None and schedule.next_ns < START_NS + seconds * NS_PER_S:
        sent_ns = schedule.next_ns
        schedule.due(sent_ns)
        there_ns = max(there_ns, sent_ns + line.way_ns(random))
        answered_ns = there_ns + _ANSWER_NS
        back_ns = max(back_ns, answered_ns + line.way_ns(random))
        if last is not None:
            yield last, back_ns
        last = Exchange(sent_ns, clock.now_us(there_ns), clock.now_us(answered_ns), back_ns)
