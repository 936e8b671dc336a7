"""Events that are known beforehand, handed out: at their times, or as fast as it goes."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Protocol

from station.clock import Clock
from station.hal.api import END_OF_TIME_NS, KitEvent, LinkEvent, LinkState, MidiEvent, StrikeEvent
from station.hal.inbox import Inbox
from station.units import NS_PER_S

CHUNK = 4096
# A lost link holds the watermark back, but not for longer than this.
_LONGEST_HOLD_NS = 2 * NS_PER_S
_CLOSE_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """An event and when it is to be handed out, at the earliest."""

    due_ns: int
    event: KitEvent


class Playback(Protocol):
    """Cues on their way; the methods are those of a `KitSource`."""

    def read(self) -> Sequence[KitEvent]:
        """Everything handed out since the last call."""
        ...

    def watermark_ns(self) -> int:
        """No event with an earlier `t_ns` will be read any more."""
        ...

    def close(self) -> None:
        """Hand out nothing more."""
        ...


class FastPlayback:
    """Everything as fast as it is read, in bounded chunks.

    Parameters
    ----------
    cues
        In the order of the wire.
    wake
        Called whenever `read` has more.
    """

    def __init__(self, cues: Iterable[Cue], wake: Callable[[], None]) -> None:
        self._events = [cue.event for cue in cues]
        self._bounds = _earliest_to_come(self._events)
        self._wake = wake
        self._next = 0
        wake()

    def read(self) -> Sequence[KitEvent]:
        """The next `CHUNK` events."""
        chunk = self._events[self._next : self._next + CHUNK]
        self._next += len(chunk)
        if self._next < len(self._events):
            self._wake()
        return chunk

    def watermark_ns(self) -> int:
        """The earliest time still to come; `END_OF_TIME_NS` when all is read."""
        return self._bounds[self._next]

    def close(self) -> None:
        """Hand out nothing more."""
        self._next = len(self._events)


class TimedPlayback:
    """Each event when it is due, by a thread of its own.

    Parameters
    ----------
    cues
        In the order of the wire, due times on the clock of the events.
    clock
        What is waited on.
    wake
        Called from the thread whenever `read` has more.
    speed
        Above 1, the clock of the events goes faster than `clock` from now on: they come
        sooner, but say the same times.
    """

    def __init__(
        self, cues: Sequence[Cue], clock: Clock, wake: Callable[[], None], speed: float = 1.0
    ) -> None:
        self._cues = cues
        self._bounds = _earliest_to_come([cue.event for cue in cues])
        self._clock = clock
        self._speed = speed
        self._began_ns = clock.now_ns()
        self._inbox = Inbox(wake)
        self._sent = 0  # written by the thread after each put, read by the reader
        self._bound_ns = self._bounds[0]
        self._lost_at_ns: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name="kit-playback", daemon=True)
        self._thread.start()

    def read(self) -> Sequence[KitEvent]:
        """Everything that came due since the last call."""
        # Before the inbox is emptied: what is sent in between is still to be read.
        sent = self._sent
        events = self._inbox.drain()
        self._bound_ns = self._bounds[sent]
        for event in events:
            if isinstance(event, LinkEvent):
                lost = event.state is LinkState.LOST
                self._lost_at_ns = event.t_ns if lost else None
        return events

    def watermark_ns(self) -> int:
        """Now, or the earliest time that is not read yet; the end of time after an `ENDED`."""
        if self._bound_ns == END_OF_TIME_NS and self._ends:
            return END_OF_TIME_NS
        now_ns = self._now_ns()
        if self._lost_at_ns is not None and now_ns < self._lost_at_ns + _LONGEST_HOLD_NS:
            now_ns = self._lost_at_ns
        return min(now_ns, self._bound_ns)

    def close(self) -> None:
        """Stop the thread; what it has sent can still be read."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_WITHIN_S)

    @property
    def _ends(self) -> bool:
        last = self._cues[-1].event if self._cues else None
        return isinstance(last, LinkEvent) and last.state is LinkState.ENDED

    def _now_ns(self) -> int:
        now_ns = self._clock.now_ns()
        if self._speed == 1.0:
            return now_ns
        return self._began_ns + round((now_ns - self._began_ns) * self._speed)

    def _play(self) -> None:
        for number, cue in enumerate(self._cues, start=1):
            while (left_ns := cue.due_ns - self._now_ns()) > 0:
                if self._clock.wait(self._stop, math.ceil(left_ns / self._speed)):
                    return
            if self._stop.is_set():
                return
            self._inbox.put(_arrived(cue.event, self._now_ns()))
            self._sent = number


def _arrived(event: KitEvent, now_ns: int) -> KitEvent:
    if isinstance(event, MidiEvent | StrikeEvent):
        return replace(event, arrival_ns=now_ns)
    return event


def _earliest_to_come(events: Sequence[KitEvent]) -> list[int]:
    """For each event, the earliest time of it and all behind it; and the end of time."""
    backwards = (event.t_ns for event in reversed(events))
    return [*accumulate(backwards, min, initial=END_OF_TIME_NS)][::-1]
