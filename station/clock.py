"""The one place that reads the host's clock.

Everything that happens in time takes a `Clock`, so that tests can hold time still.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock, and a way to wait on it."""

    def now_ns(self) -> int:
        """Nanoseconds on this clock."""
        ...

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        """Wait for `event`, at most `timeout_ns`; true when it was set."""
        ...


class MonotonicClock:
    """The host's monotonic clock (the same for all processes of the host)."""

    def now_ns(self) -> int:
        """Nanoseconds of `time.monotonic_ns`."""
        return time.monotonic_ns()

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        """Block the calling thread until `event` is set or the time is over."""
        return event.wait(max(0, timeout_ns) / 1e9)


class ManualClock:
    """A clock that stands still until it is told to go on; for tests and for replays.

    Attributes
    ----------
    t_ns
        What `now_ns` says.
    """

    def __init__(self, t_ns: int = 0) -> None:
        self.t_ns = t_ns

    def now_ns(self) -> int:
        """Nanoseconds as last set."""
        return self.t_ns

    def advance(self, by_ns: int) -> None:
        """Let `by_ns` nanoseconds pass."""
        self.t_ns += by_ns

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        """Let the whole time pass at once, unless `event` is already set."""
        if not event.is_set():
            self.advance(max(0, timeout_ns))
        return event.is_set()


MONOTONIC = MonotonicClock()
