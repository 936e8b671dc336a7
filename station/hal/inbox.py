"""Between a driver's thread and `read`: events in order, bounded, and nothing lost silently."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from station.hal.api import KitEvent, LinkEvent, OverflowEvent

# Twenty seconds of the densest burst that the station promises to carry (10,000 hits a second).
DEFAULT_LIMIT = 200_000


def _sleep_on() -> None:
    """Wake nobody."""


class Inbox:
    """What a driver's thread fills and the reader empties.

    Any thread may `put`, one thread drains. Neither waits for the other: the lock is touched
    only while events are being dropped. What is dropped is hits; a `LinkEvent` always gets in.

    Parameters
    ----------
    wake
        Called after every `put`, on the thread of the `put`. Must not block.
    limit
        How many events wait at most; what comes on top is counted and reported by an
        `OverflowEvent` in its place among the others.
    """

    def __init__(self, wake: Callable[[], None] = _sleep_on, limit: int = DEFAULT_LIMIT) -> None:
        self._wake = wake
        self._limit = limit
        self._events: deque[KitEvent] = deque()
        self._dropping = threading.Lock()
        self._lost = 0
        self._lost_since_ns = 0

    def put(self, event: KitEvent) -> None:
        """Add an event and wake the reader."""
        if self._lost or len(self._events) >= self._limit:
            self._put_in_need(event)
        else:
            self._events.append(event)
        self._wake()

    def drain(self) -> list[KitEvent]:
        """Everything put since the last call, in that order."""
        events = self._events
        out = [events.popleft() for _ in range(len(events))]
        if self._lost:
            with self._dropping:
                out.extend(events.popleft() for _ in range(len(events)))
                out.extend(self._overflow())
        return out

    def _put_in_need(self, event: KitEvent) -> None:
        with self._dropping:
            if len(self._events) < self._limit or isinstance(event, LinkEvent):
                self._events.extend(self._overflow())
                self._events.append(event)
                return
            if not self._lost:
                self._lost_since_ns = event.t_ns
            self._lost += event.lost if isinstance(event, OverflowEvent) else 1

    def _overflow(self) -> list[OverflowEvent]:
        """What was dropped so far, said once; the caller holds the lock."""
        if not self._lost:
            return []
        said = OverflowEvent(self._lost_since_ns, self._lost)
        self._lost = 0
        return [said]
