"""Dropouts of a card as marks of a take: few, however badly it stumbles."""

from __future__ import annotations

from collections.abc import Sequence

from station.model import Mark, MarkKind
from station.sound.clockfit import ClockFit
from station.sound.desk import Gap
from station.units import NS_PER_S

_AT_MOST_EVERY_NS = NS_PER_S


class GapMarks:
    """Gathers gaps, and gives one mark a second at most."""

    def __init__(self) -> None:
        self._count = 0
        self._lost_ms = 0.0
        self._first_ns = 0
        self._next_ns = 0

    def add(self, gaps: Sequence[Gap], fit: ClockFit, rate_hz: int) -> None:
        """Gaps as they were found."""
        for gap in gaps:
            if self._count == 0:
                self._first_ns = fit.host_ns(gap.frame)
            self._count += 1
            self._lost_ms += gap.lost * 1000 / rate_hz

    def due(self, now_ns: int) -> tuple[Mark, ...]:
        """The mark that is to be kept now, if there is one."""
        if self._count == 0 or now_ns < self._next_ns:
            return ()
        times = "once" if self._count == 1 else f"{self._count} times"
        lost = f"{self._lost_ms:.1f} ms of it lost" if self._lost_ms else "nothing lost"
        self._next_ns = now_ns + _AT_MOST_EVERY_NS
        self._count, self._lost_ms = 0, 0.0
        return (Mark(self._first_ns, MarkKind.SOUND_GAP, f"sound broke off {times}, {lost}"),)
