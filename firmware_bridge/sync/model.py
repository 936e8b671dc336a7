"""The board's clock as the host knows it: fed with exchanges, asked for host times."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.sync.exchange import Exchange
from firmware_bridge.sync.line import BinnedLine
from firmware_bridge.sync.mapping import MonotoneMap
from firmware_bridge.sync.unwrap import unwrap_us
from station.units import NS_PER_MS, NS_PER_US

# Twelve of the sixteen pings at the beginning: some 60 ms.
ENOUGH_EXCHANGES = 12
# An exchange bounds the line from both sides. So much outside of it, so often in a row, is
# not the clock that was learned. A clock that stood still (a host that slept) is off by about
# as long as nothing was heard; a slope that was learned badly is off by a little of it.
_ELSEWHERE_NS = NS_PER_MS
_ELSEWHERE_SLOPE = 0.02 * NS_PER_US
_ELSEWHERE_IN_A_ROW = 3
# A board's stamps may jitter; one that was reset is back by more.
_BACK_US = 1_000


@dataclass(frozen=True, slots=True)
class HostTime:
    """A host time in ns, and the standard deviation of how well it is known."""

    t_ns: int
    sigma_ns: int


@dataclass(frozen=True, slots=True)
class SyncState:
    """How well the clocks are tied, for people.

    Attributes
    ----------
    epoch
        Counts from 0; another one after every reset or jump of either clock.
    exchanges
        In the window now.
    ppm
        How much faster than the host's the board's clock runs.
    sigma_ns
        Of a stamp made now, bias included.
    bias_ns
        The bound of what an unequal way there and back can hide.
    """

    epoch: int
    exchanges: int
    ppm: float
    sigma_ns: int
    bias_ns: int


class ClockSync:
    """One board's clock against the host's. Pure: no clock, no I/O.

    Within an epoch the map from board time to host time only grows; across epochs no host
    time is before one that was said already.

    Parameters
    ----------
    wire_ns
        Part of every round trip known to be spent on the wire, equally there and back.

    Attributes
    ----------
    epoch
        Counts from 0; another one after every `restart` and every jump of a clock.
    """

    def __init__(self, wire_ns: int = 0) -> None:
        self.epoch = 0
        self._wire_ns = wire_ns
        self._floor_ns: int | None = None
        self._said_ns: int | None = None
        self._map: MonotoneMap | None = None
        self._board_us = 0
        self._received_us = 0
        self._elsewhere = 0
        self._begin(None)

    @property
    def usable(self) -> bool:
        """Whether board times can be told in host times."""
        return self._map is not None

    @property
    def board_us(self) -> int:
        """The board's time as last heard; 0 before anything was."""
        return self._board_us

    @property
    def state(self) -> SyncState | None:
        """How well the clocks are tied; None before they are."""
        if self._map is None:
            return None
        line = self._map.line
        sigma_ns = round(self._map.host_ns(line.heard_us)[1])
        return SyncState(self.epoch, len(self._fit), line.ppm, sigma_ns, round(line.bias_ns))

    def hear(self, exchange: Exchange) -> bool:
        """Learn from the next exchange, in the order of the wire.

        Returns
        -------
        bool
            False when one of the clocks has jumped: an epoch began with this exchange, and
            the board should be asked who it is.
        """
        if not exchange.possible:
            return True
        went_back = exchange.received_us < self._received_us - _BACK_US
        if not went_back and self._is_elsewhere(exchange):
            self._elsewhere += 1
            if self._elsewhere < _ELSEWHERE_IN_A_ROW:
                return True
        jumped = went_back or self._elsewhere >= _ELSEWHERE_IN_A_ROW
        if jumped:
            self.restart()
        self._elsewhere = 0
        self._received_us = max(self._received_us, exchange.received_us)
        self.note_board_time(exchange.answered_us)
        self._fit.hear(exchange)
        if self._map is not None:
            self._map.follow(self._fit.fit())
        elif len(self._fit) >= ENOUGH_EXCHANGES:
            self._map = MonotoneMap(self._fit.fit())
        return not jumped

    def note_board_time(self, board_us: int) -> None:
        """A 64-bit time that the board said, for unwrapping the short ones."""
        self._board_us = max(self._board_us, board_us)

    def restart(self, *, same_board: bool = True) -> None:
        """Begin an epoch: the board was reset, or another one is there.

        Parameters
        ----------
        same_board
            How fast its clock runs is remembered.
        """
        self.epoch += 1
        self._floor_ns = self._said_ns
        self._begin(self._map.line.ns_per_us if same_board and self._map else None)

    def host_time(self, board_us: int) -> HostTime:
        """Host time of a 64-bit board time. Only when `usable`."""
        assert self._map is not None, "asked before the clocks were tied"
        t_ns, sigma_ns = self._map.host_ns(board_us)
        if self._floor_ns is not None:
            t_ns = max(t_ns, self._floor_ns)
        if self._said_ns is None or t_ns > self._said_ns:
            self._said_ns = t_ns
        return HostTime(t_ns, round(sigma_ns))

    def unwrap(self, low_us: int) -> int:
        """The 64-bit board time of a hit's 32-bit stamp."""
        return unwrap_us(low_us, self._board_us)

    def board_time(self, host_ns: int) -> int:
        """Board time in µs of a host time, for cues. Only when `usable`."""
        assert self._map is not None, "asked before the clocks were tied"
        return self._map.line.board_us_at(host_ns)

    def _begin(self, slope: float | None) -> None:
        """Nothing is known any more, but perhaps how fast the board's clock runs."""
        self._fit = BinnedLine(self._wire_ns, slope)
        self._map = None
        self._board_us = 0
        self._received_us = 0
        self._elsewhere = 0

    def _is_elsewhere(self, exchange: Exchange) -> bool:
        """Whether the exchange and the line cannot both be right.

        The board had the ping after it was sent and answered before it was heard; a line
        that says otherwise, by more than it is unsure, is another clock's.
        """
        if self._map is None:
            return False
        line = self._map.line
        early_ns = exchange.sent_ns - line.host_ns - line.at(exchange.received_us)
        late_ns = line.host_ns + line.at(exchange.answered_us) - exchange.heard_ns
        since_us = abs(exchange.received_us - line.heard_us)
        unsure_ns = 4 * line.sigma_ns(exchange.received_us) + _ELSEWHERE_SLOPE * since_us
        return max(early_ns, late_ns) > max(_ELSEWHERE_NS, unsure_ns)
