"""How the board's clock runs against the host's: a line through the quickest exchanges.

An exchange that took long tells little: its answer may have waited anywhere. Of each sixth of
the last while, the three with the smallest round trips are taken (a third of them in the
beginning, when they are few), and a line is drawn through their midpoints, each weighted by
how long it took beyond the quickest of all. Taking some of *each* sixth keeps the line long
(its slope sure) and young (a clock wanders). Minimum filters and lines are NTP's and Paxson's
("On Calibrating Measurements of Packet Transit Times", 1998); `firmware_bridge.bench` compares
this one with its peers.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from firmware_bridge.sync.exchange import Exchange
from station.units import NS_PER_US

WINDOW_US = 36_000_000
BINS = 6
KEPT_OF_A_BIN = 3

# What even the quickest exchanges differ by: caches, interrupts, the grain of the stamps.
STAMP_SIGMA_NS = 20 * NS_PER_US
# A ceramic resonator is within 5,000 ppm; nothing better is known of a board never met.
UNKNOWN_SLOPE_SIGMA = 5e-3
# A line beyond this is a queue that fills or empties on a busy host, not a clock.
STEEPEST = 6e-3
# A board met before runs as it did, but for its temperature.
KNOWN_SLOPE_SIGMA = 1e-4
# How far a clock strays from its line in the time that is not yet measured.
WANDER = 2e-6


@dataclass(frozen=True, slots=True)
class Line:
    """Board time to host time, as known at one moment.

    Attributes
    ----------
    board_us, host_ns
        One point of it.
    ns_per_us
        Its slope: host nanoseconds in a microsecond of the board's.
    variance_ns2, covariance, slope_variance
        Of the point's height, of height and slope, and of the slope (ns per µs).
    heard_us
        The newest exchange in it, on the board's clock.
    bias_ns
        Half of the smallest round trip: no method can tell a way there that is longer than
        the way back by less than this.
    """

    board_us: int
    host_ns: int
    ns_per_us: float
    variance_ns2: float
    covariance: float
    slope_variance: float
    heard_us: int
    bias_ns: float

    def at(self, board_us: int) -> float:
        """Host time in ns, relative to `host_ns`."""
        return (board_us - self.board_us) * self.ns_per_us

    def sigma_ns(self, board_us: int) -> float:
        """Standard deviation of the host time at this board time.

        The bias may be anywhere within its bound, hence the root of 3.
        """
        x = board_us - self.board_us
        fit = self.variance_ns2 + 2 * x * self.covariance + x * x * self.slope_variance
        stray = WANDER * NS_PER_US * max(0, board_us - self.heard_us)
        return math.sqrt(max(fit, 0.0) + stray * stray + self.bias_ns**2 / 3)

    def board_us_at(self, host_ns: int) -> int:
        """The board time at this host time."""
        return self.board_us + round((host_ns - self.host_ns) / self.ns_per_us)

    @property
    def ppm(self) -> float:
        """How much faster than the host's the board's clock runs, in parts per million."""
        return (NS_PER_US / self.ns_per_us - 1) * 1e6


class _Point(NamedTuple):
    """An exchange as a point: its middle on both clocks, and its round trip."""

    round_trip_ns: int
    board_us: int
    host_ns: int


class BinnedLine:
    """The last exchanges, and the line through the quickest of them.

    Parameters
    ----------
    wire_ns
        Part of every round trip that is known to be spent on the wire, equally there and
        back (bytes at a baud rate): no doubt comes of it. Not believed once an exchange was
        quicker: on USB a baud rate is only a number.
    slope
        What is known of the slope beforehand, in ns per µs; None when nothing is.
    """

    def __init__(self, wire_ns: int = 0, slope: float | None = None) -> None:
        self._wire_ns = wire_ns
        self._slope = float(NS_PER_US) if slope is None else slope
        self._slope_sigma = UNKNOWN_SLOPE_SIGMA if slope is None else KNOWN_SLOPE_SIGMA
        self._points: deque[_Point] = deque()

    def __len__(self) -> int:
        return len(self._points)

    def hear(self, exchange: Exchange) -> None:
        """Add the next exchange, in the order of the wire."""
        middle_us = (exchange.received_us + exchange.answered_us) // 2
        # The middle of an odd number of microseconds: the other half goes to the host's side.
        odd_ns = (exchange.received_us + exchange.answered_us) % 2 * (NS_PER_US // 2)
        middle_ns = (exchange.sent_ns + exchange.heard_ns) // 2 - odd_ns
        self._points.append(_Point(exchange.round_trip_ns, middle_us, middle_ns))
        while self._points[0].board_us < middle_us - WINDOW_US:
            self._points.popleft()

    def fit(self) -> Line:
        """The line as of now; there must have been an exchange."""
        points = self._quickest()
        quickest_ns = points[0].round_trip_ns
        # Were none of the others nearly as quick, the quickest was hardly the quickest possible.
        usual_ns = points[len(points) // 2].round_trip_ns - quickest_ns
        least_sigma = STAMP_SIGMA_NS + usual_ns / 8
        wire_ns = self._wire_ns if quickest_ns >= self._wire_ns else 0
        newest = self._points[-1]
        # Relative to the newest point and the expected slope the numbers are small.
        sw = swx = swxx = swy = swxy = swyy = 0.0
        for p in points:
            sigma = least_sigma + (p.round_trip_ns - quickest_ns) / 2
            w = 1 / (sigma * sigma)
            x = p.board_us - newest.board_us
            y = p.host_ns - newest.host_ns - x * self._slope
            sw += w
            swx += w * x
            swxx += w * x * x
            swy += w * y
            swxy += w * x * y
            swyy += w * y * y
        swxx += (self._slope_sigma * NS_PER_US) ** -2
        determinant = sw * swxx - swx * swx
        slope = (sw * swxy - swx * swy) / determinant
        low, high = (NS_PER_US * (1 + far) - self._slope for far in (-STEEPEST, STEEPEST))
        slope = min(high, max(low, slope))
        height = (swy - slope * swx) / sw
        # What is left, against what was expected to be: above one, the line is less sure.
        left = swyy - 2 * (height * swy + slope * swxy) + height * height * sw
        left += 2 * height * slope * swx + slope * slope * swxx
        scatter = max(1.0, left / max(1, len(points) - 2)) / determinant
        return Line(
            board_us=newest.board_us,
            host_ns=newest.host_ns + round(height),
            ns_per_us=self._slope + slope,
            variance_ns2=swxx * scatter,
            covariance=-swx * scatter,
            slope_variance=sw * scatter,
            heard_us=newest.board_us,
            bias_ns=max(0, quickest_ns - wire_ns) / 2,
        )

    def _quickest(self) -> list[_Point]:
        """The points of the line, the quickest first."""
        first_us = self._points[0].board_us
        width_us = max(1.0, (self._points[-1].board_us - first_us) / BINS)
        bins: list[list[_Point]] = [[] for _ in range(BINS)]
        for point in self._points:
            bins[min(BINS - 1, int((point.board_us - first_us) / width_us))].append(point)
        return sorted(p for members in bins for p in heapq.nsmallest(_kept(members), members))


def _kept(members: list[_Point]) -> int:
    """How many of a bin are taken: of a few, the quickest third says more than all."""
    return min(KEPT_OF_A_BIN, max(1, round(len(members) / 3)))
