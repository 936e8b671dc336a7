"""A board's hits on the host's side: none twice, none made up, each with its time. Pure.

A hit is numbered, held back until the clocks are tied, and told in host time; what is missing
is asked for again. From all this follows how far it is quiet: up to when nothing will come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.counters import SessionCounters
from firmware_bridge.events import BoardEvent, HitsLost, Strike
from firmware_bridge.handshake import BoardInfo
from firmware_bridge.messages import HitFlag, PadHit, Resend
from firmware_bridge.sequence import HitSequence, Order
from firmware_bridge.sync import ClockSync

_RESENT = int(HitFlag.RESENT)
# A hit from the future, or from so long ago without having been asked for, is noise whose
# check happened to be right.
_FUTURE_US = 100_000
_PAST_US = 60_000_000
# Nobody strikes as much before the clocks are tied; what is beyond is lost, and said so.
_HELD_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class _Early:
    """A hit that came before the board had said who it is."""

    seq: int
    hit: PadHit
    arrival_ns: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A hit that waits until the clocks are tied."""

    hit: PadHit
    number: int
    arrival_ns: int
    late: bool


class BoardHits:
    """The hits of one board, across resets.

    Parameters
    ----------
    sync
        Its clock.
    counters
        Where hits that are none are counted.
    emit
        Takes the events `Strike` and `HitsLost`.

    Attributes
    ----------
    quiet_until_ns
        No hit with an earlier time will be emitted any more, but for one that comes after it
        was given up; never goes back.
    """

    def __init__(
        self, sync: ClockSync, counters: SessionCounters, emit: Callable[[BoardEvent], None]
    ) -> None:
        self.quiet_until_ns = -(2**63)
        self._sync = sync
        self._counters = counters
        self._emit = emit
        self._sequence = HitSequence(ring=0)
        self._held: list[_Held] = []
        self._early: list[_Early] = []

    @property
    def missing(self) -> int:
        """Hits that are known to be missing and may still come."""
        return self._sequence.missing

    @property
    def next_ns(self) -> int | None:
        """When `to_ask` has something to say next; None when nothing is missing."""
        return self._sequence.next_ns

    def begin(self, ring: int, expected: int) -> None:
        """The board was started anew, or is another one: give up what was before.

        Parameters
        ----------
        ring
            How many hits it keeps; 0 when it sends nothing again.
        expected
            Number of the first hit that is wanted.
        """
        self._lose(len(self._held))
        self._held.clear()
        self._lose(self._sequence.missing)
        self._sequence = HitSequence(ring, expected)

    def hear(self, board: BoardInfo | None, seq: int, hit: PadHit, arrival_ns: int) -> None:
        """A hit came; `board` is None before it has said who it is on this connection."""
        if board is None:
            if len(self._early) < _HELD_LIMIT:
                self._early.append(_Early(seq, hit, arrival_ns))
            return
        if not self._plausible(board, hit, arrival_ns):
            self._counters.implausible += 1
            return
        numbered = self._sequence.hear(seq, hit.t_us, resent=bool(hit.flags & _RESENT))
        self._say_lost()
        if numbered.order is Order.TWICE:
            self._counters.twice += 1
            return
        held = _Held(hit, numbered.number, arrival_ns, numbered.order is Order.LATE)
        if self._sync.usable:
            self._strike(board, held)
        elif len(self._held) < _HELD_LIMIT:
            self._held.append(held)
        else:
            self._lose(1)

    def greeted(self, board: BoardInfo, *, same_boot: bool) -> None:
        """What came before the greeting is this board's, if it has not been reset since."""
        if self._sync.usable:  # a pong that came before the greeting may have tied the clocks
            self.tied(board)
        early, self._early = self._early, []
        if same_boot:
            for one in early:
                self.hear(board, one.seq, one.hit, one.arrival_ns)

    def tied(self, board: BoardInfo) -> None:
        """The clocks are tied: tell what was held back."""
        held, self._held = self._held, []
        for one in held:
            if self._plausible(board, one.hit, one.arrival_ns):
                self._strike(board, one)
            else:
                # Noise, or a clock that ran otherwise before it was tied: the board knows.
                self._counters.implausible += 1
                self._sequence.again(one.number, one.hit.t_us)

    def told(self, hits: int) -> None:
        """The board says that its next hit will have this number."""
        self._sequence.told(hits)
        self._say_lost()

    def cannot(self, before: int, since: int) -> None:
        """The board has no hits from `since` up to before `before` any more."""
        self._sequence.cannot(before, since)
        self._say_lost()

    def to_ask(self, now_ns: int) -> list[Resend]:
        """What to ask for again now."""
        requests = [Resend(ask.first, ask.last) for ask in self._sequence.to_ask(now_ns)]
        self._say_lost()
        return requests

    def quiet_at(self, board: BoardInfo, board_us: int, arrival_ns: int) -> None:
        """Everything that the board had decided by then has come, unless a number is missing.

        The map from board time to host time grows and keeps its past, so that what is promised
        by it now holds for whatever it becomes.
        """
        if not self._sync.usable or self._sequence.missing or self._held:
            return
        until_us = max(0, board_us - board.longest_decision_us)
        quiet_ns = min(self._sync.host_time(until_us).t_ns, arrival_ns)
        self.quiet_until_ns = max(self.quiet_until_ns, quiet_ns)

    def _plausible(self, board: BoardInfo, hit: PadHit, arrival_ns: int) -> bool:
        if hit.pad >= board.pads:
            return False
        if not self._sync.usable:
            return True
        now_us = self._sync.board_time(arrival_ns)
        ago_us = now_us - self._sync.unwrap(hit.t_us)
        if hit.flags & _RESENT:
            return ago_us > -_FUTURE_US
        return -_FUTURE_US < ago_us < _PAST_US

    def _strike(self, board: BoardInfo, held: _Held) -> None:
        board_us = self._sync.unwrap(held.hit.t_us)
        when = self._sync.host_time(board_us)
        # Nothing is struck after it has arrived.
        t_ns = min(when.t_ns, held.arrival_ns)
        self._emit(Strike(held.number, t_ns, when.sigma_ns, held.arrival_ns, held.hit, held.late))
        if not held.late:
            self.quiet_at(board, board_us + held.hit.decided_after_us, held.arrival_ns)

    def _say_lost(self) -> None:
        self._lose(self._sequence.take_lost())

    def _lose(self, count: int) -> None:
        if count:
            self._emit(HitsLost(count))
