"""Turning a take's grid so that it stays on a card's clock, a little ahead of time."""

from __future__ import annotations

from typing import NamedTuple

from station.grid_clock import MAX_RATE_PPB, GridClock
from station.sound.clockfit import ClockFit
from station.units import NS_PER_MS, NS_PER_S

# What is said of a moment stays said: so it is said before that moment comes.
_AHEAD_NS = 20 * NS_PER_MS
# A turn makes good what has gathered in this time, and the next one comes before it is over.
_MADE_GOOD_NS = 400 * NS_PER_MS
_EVERY_NS = 200 * NS_PER_MS
# A card that stood still is caught up with at once.
_SHORT_MADE_GOOD_NS = 60 * NS_PER_MS
_HURRY_NS = 100_000
# Below this, the grid runs on as it does.
_GOOD_ENOUGH_NS = 3_000


class Turn(NamedTuple):
    """From a moment of the host's clock on, the grid runs at another rate (`GridClock.turn`)."""

    host_ns: int
    rate_ppb: int


class GridTurns:
    """The turns of one take.

    Parameters
    ----------
    rate_hz
        The card's.
    zero_frame
        The frame that is the chart's tick 0.
    start_ns
        Tick 0 on the host's clock; grid time is the same there.
    """

    def __init__(self, fit: ClockFit, rate_hz: int, zero_frame: int, start_ns: int) -> None:
        self._fit = fit
        self._rate_hz = rate_hz
        self._zero_frame = zero_frame
        self._start_ns = start_ns
        # The same arithmetic as the take's own.
        self._grid = GridClock()
        self._next_ns = 0

    def grid_ns(self, frame: float) -> float:
        """The grid's true time of a frame."""
        return self._start_ns + (frame - self._zero_frame) * NS_PER_S / self._rate_hz

    def next(self, now_ns: int) -> Turn | None:
        """The turn that is due, if one is; to be called every few milliseconds."""
        from_ns = now_ns + _AHEAD_NS
        last = self._grid.last
        if last is not None and from_ns <= last.host_ns:
            return None
        at = self._grid.at(from_ns)
        behind_ns = self.grid_ns(self._fit.frame(from_ns)) - at
        hurry = abs(behind_ns) > _HURRY_NS
        if from_ns < self._next_ns and not hurry:
            return None
        within_ns = _SHORT_MADE_GOOD_NS if hurry else _MADE_GOOD_NS
        until_ns = from_ns + within_ns
        target = self.grid_ns(self._fit.frame(until_ns))
        if last is not None and abs(target - self._grid.at(until_ns)) < _GOOD_ENOUGH_NS:
            self._next_ns = from_ns + _EVERY_NS
            return None
        rate_ppb = round(((target - at) / within_ns - 1) * NS_PER_S)
        turn = Turn(from_ns, min(MAX_RATE_PPB, max(-MAX_RATE_PPB, rate_ppb)))
        self._grid.turn(*turn)
        self._next_ns = from_ns + within_ns // 2
        return turn

    def let_go(self, now_ns: int) -> Turn:
        """The card is gone: from now on the grid runs as it last ran, without catching up."""
        turn = Turn(now_ns + _AHEAD_NS, round(self._fit.rate * NS_PER_S))
        self._grid.turn(*turn)
        return turn
