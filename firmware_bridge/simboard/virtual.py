"""A session and a simulated board on a line in virtual time: hours in seconds, no threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from firmware_bridge.events import BoardEvent
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard.faults import FaultyLine


class LineEnd(Protocol):
    """A board as a line knows it: bytes and true times in, bytes out."""

    @property
    def next_ns(self) -> int:
        """When `output` has something to say next, if nothing is asked before."""
        ...

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the host came."""
        ...

    def output(self, now_ns: int) -> bytes:
        """Everything that the board has to say by this time."""
        ...


class VirtualLine:
    """Carries bytes between the two with delays; what is sent first arrives first.

    Parameters
    ----------
    session, board
        The two ends. The session must be told to `connect` by whoever made it.
    now_ns
        True time at the beginning.
    delay_ns
        How long the next bytes take, one way; asked anew for every portion.
    to_host, to_board
        What the line does to bytes on each way.

    Attributes
    ----------
    now_ns
        True time.
    plugged
        While False everything sent is lost.
    """

    def __init__(
        self,
        session: BoardSession,
        board: LineEnd,
        now_ns: int,
        delay_ns: Callable[[], int],
        to_host: FaultyLine | None = None,
        to_board: FaultyLine | None = None,
    ) -> None:
        self.session = session
        self.board = board
        self.now_ns = now_ns
        self.plugged = True
        self._delay_ns = delay_ns
        self._to_host = to_host or FaultyLine()
        self._to_board = to_board or FaultyLine()
        self._up: deque[tuple[int, bytes]] = deque()
        self._down: deque[tuple[int, bytes]] = deque()

    def run_until(self, end_ns: int) -> list[BoardEvent]:
        """Let time pass; what the session said, in order."""
        events: list[BoardEvent] = []
        while True:
            self._exchange(events)
            next_ns = self._next_ns()
            if next_ns > end_ns:
                self.now_ns = max(self.now_ns, end_ns)
                return events
            self.now_ns = max(self.now_ns, next_ns)

    def stall(self, for_ns: int) -> None:
        """Whatever is sent from now on arrives after a while, or later."""
        for way in (self._up, self._down):
            way.append((self.now_ns + for_ns, b""))

    def unplug(self) -> list[BoardEvent]:
        """Lose the line and everything on it."""
        self.plugged = False
        self._up.clear()
        self._down.clear()
        return self.session.disconnect()

    def plug(self) -> None:
        """The line is back."""
        self.plugged = True
        self.session.connect(self.now_ns)

    def _exchange(self, events: list[BoardEvent]) -> None:
        now_ns = self.now_ns
        while self._down and self._down[0][0] <= now_ns:
            self.board.receive(self._down.popleft()[1], now_ns)
        self._send(self._up, self._to_host, self.board.output(now_ns))
        while self._up and self._up[0][0] <= now_ns:
            events += self.session.receive(self._up.popleft()[1], now_ns)
        data, more = self.session.to_send(now_ns)
        events += more
        self._send(self._down, self._to_board, data)

    def _send(self, way: deque[tuple[int, bytes]], line: FaultyLine, data: bytes) -> None:
        if data and self.plugged:
            arrives_ns = self.now_ns + self._delay_ns()
            if way:
                arrives_ns = max(arrives_ns, way[-1][0])
            way.append((arrives_ns, line.carry(data)))

    def _next_ns(self) -> int:
        times = [self.board.next_ns]
        if self._up:
            times.append(self._up[0][0])
        if self._down:
            times.append(self._down[0][0])
        session_ns = self.session.next_ns if self.plugged else None
        if session_ns is not None:
            times.append(session_ns)
        return min(times)
