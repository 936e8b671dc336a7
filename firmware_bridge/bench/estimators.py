"""Ways to tie two clocks, each in its plainest form, to be compared with ours.

All are told the same exchanges and asked for the host time of a board time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from firmware_bridge.sync import ClockSync, Exchange
from firmware_bridge.sync.line import STEEPEST, WINDOW_US
from station.units import NS_PER_US


class Estimator(Protocol):
    """A way to tie two clocks."""

    def hear(self, exchange: Exchange) -> object:
        """Learn from the next exchange."""
        ...

    def host_ns(self, board_us: int) -> float:
        """Host time of a board time; only asked when something was heard."""
        ...


class OneExchange:
    """The newest exchange alone."""

    def hear(self, exchange: Exchange) -> None:
        """Forget the last one."""
        self._last = exchange

    def host_ns(self, board_us: int) -> float:
        """From its middle, at the nominal rate."""
        return _from_middle(self._last, board_us)


class SmallestOfEight:
    """The quickest of the last eight exchanges (the minimum filter of NTP)."""

    def __init__(self) -> None:
        self._last: deque[Exchange] = deque(maxlen=8)

    def hear(self, exchange: Exchange) -> None:
        """Forget the ninth."""
        self._last.append(exchange)

    def host_ns(self, board_us: int) -> float:
        """From the quickest one's middle, at the nominal rate."""
        return _from_middle(min(self._last, key=lambda e: e.round_trip_ns), board_us)


class DecayedRegression:
    """A line through all middles, older ones counting less and less (as Klipper does it)."""

    _DECAY = 1 / 30

    def __init__(self) -> None:
        self._origin: Exchange | None = None

    def hear(self, exchange: Exchange) -> None:
        """Renew means, variance and covariance."""
        if self._origin is None:
            self._origin = exchange
            self._x, self._y = _middle(exchange, exchange)
            self._xx = self._xy = 0.0
            return
        x, y = _middle(exchange, self._origin)
        dx, dy = x - self._x, y - self._y
        self._x += self._DECAY * dx
        self._y += self._DECAY * dy
        self._xx = (1 - self._DECAY) * (self._xx + dx * dx * self._DECAY)
        self._xy = (1 - self._DECAY) * (self._xy + dx * dy * self._DECAY)

    def host_ns(self, board_us: int) -> float:
        """On the line."""
        assert self._origin is not None
        slope = self._xy / self._xx if self._xx else 0.0
        x = board_us - self._origin.received_us
        nominal_ns = self._origin.sent_ns + NS_PER_US * x
        return nominal_ns + self._y + slope * (x - self._x)


class TwoSidedBounds:
    """The line farthest from every bound: after each sending, before each hearing (as WALT).

    The distance is a concave function of the slope, so that halving finds the best.
    """

    _HALVINGS = 40

    def __init__(self) -> None:
        self._last: deque[Exchange] = deque()

    def hear(self, exchange: Exchange) -> None:
        """Find the line anew."""
        self._last.append(exchange)
        while self._last[0].received_us < exchange.received_us - WINDOW_US:
            self._last.popleft()
        origin = self._origin = self._last[-1]
        rows = np.array(
            [
                (
                    e.received_us - origin.received_us,
                    e.sent_ns - origin.sent_ns,
                    e.answered_us - origin.received_us,
                    e.heard_ns - origin.sent_ns,
                )
                for e in self._last
            ],
            dtype=float,
        ).T
        low, high = (NS_PER_US * (1 + far) for far in (-STEEPEST, STEEPEST))
        for _ in range(self._HALVINGS):
            third = (high - low) / 3
            if _room(rows, low + third)[0] < _room(rows, high - third)[0]:
                low += third
            else:
                high -= third
        self._slope = (low + high) / 2
        self._height = _room(rows, self._slope)[1]

    def host_ns(self, board_us: int) -> float:
        """On the line."""
        x = board_us - self._origin.received_us
        return self._origin.sent_ns + self._height + self._slope * x


class BinnedLineMap:
    """Ours, map and all."""

    def __init__(self) -> None:
        self.sync = ClockSync()

    def hear(self, exchange: Exchange) -> None:
        """As in a session."""
        self.sync.hear(exchange)

    def host_ns(self, board_us: int) -> float:
        """As a hit is told."""
        return self.sync.host_time(board_us).t_ns


ESTIMATORS: dict[str, Callable[[], Estimator]] = {
    "one exchange": OneExchange,
    "smallest of 8": SmallestOfEight,
    "decayed regression": DecayedRegression,
    "two-sided bounds": TwoSidedBounds,
    "binned line": BinnedLineMap,
}
OURS = "binned line"


def _middle(exchange: Exchange, origin: Exchange) -> tuple[float, float]:
    """Its middle on the board's clock, and how much later than nominal on the host's."""
    x = (exchange.received_us + exchange.answered_us) / 2 - origin.received_us
    host_ns = (exchange.sent_ns + exchange.heard_ns) / 2 - origin.sent_ns
    return x, host_ns - NS_PER_US * x


def _from_middle(exchange: Exchange, board_us: int) -> float:
    _, late_ns = _middle(exchange, exchange)
    return exchange.sent_ns + late_ns + NS_PER_US * (board_us - exchange.received_us)


def _room(rows: np.ndarray, slope: float) -> tuple[float, float]:
    """How much room the bounds leave for a slope, and the height in the middle of it."""
    received, sent, answered, heard = rows
    low = float(np.max(sent - slope * received))
    high = float(np.min(heard - slope * answered))
    return high - low, (low + high) / 2
