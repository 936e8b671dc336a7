"""A kit whose board is an emulator at the pace of the clock, and what may be asked of it.

The computer may be too busy to keep an emulator at its pace. What is heard, and in which order, is
the same then; how far a time may be off, and whether a link may have been lost, is taken from what
the emulator says of its own pace and the station of its own doubt, never from the mismatch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from firmware_bridge.board_talk import BoardTalk
from firmware_bridge.firmware.pace import Pace
from firmware_bridge.source import SerialSource
from station.hal.api import KitEvent, KitSource, LinkEvent, LinkState, StrikeEvent
from station.hal.registry import create_source

# Nothing that a test waits for takes so long, but on a computer that does not come to it.
PATIENCE_S = 100.0
# A stamp is taken as far behind the touch as the pad's `rise` is from what the board thinks it is.
FROM_THE_TOUCH_NS = 3_000_000
# How many of its standard deviations a time may be off; the bias in them has a bound of 1.7.
_SIGMAS = 6
# Well known is what a drummer does not hear.
KNOWN_NS = 20_000_000

T = TypeVar("T")


def of_kind(kind: type[T], said: Sequence[object]) -> list[T]:
    return [message for message in said if isinstance(message, kind)]


class PacedKit:
    """A kit that is read when it wakes; a context manager."""

    def __init__(self, path: object) -> None:
        self.source: KitSource = create_source(f"serial://{path}")
        self.events: list[KitEvent] = []
        self._woken = threading.Event()

    def __enter__(self) -> PacedKit:
        self.source.open(self._woken.set)
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    @property
    def hits(self) -> list[StrikeEvent]:
        return of_kind(StrikeEvent, self.events)

    def until(self, kind: type[T], count: int) -> list[T]:
        """Read until so many events of a kind are there."""
        end = time.monotonic() + PATIENCE_S
        while len(found := of_kind(kind, self.events)) < count:
            left_s = end - time.monotonic()
            assert left_s > 0, f"no more came than {len(found)}: {self.events[-3:]}"
            self._woken.wait(left_s)
            self._woken.clear()
            self.events += self.source.read()
        return found

    def until_clock_is_known(self) -> None:
        """Wait until the station says that it knows the board's clock well.

        A board's that never stands still it does in the end, however busy the computer is.
        """
        assert isinstance(self.source, SerialSource)
        assert isinstance(self.source.talk, BoardTalk)
        sync = self.source.talk.session.sync
        end = time.monotonic() + PATIENCE_S
        while (state := sync.state) is None or _SIGMAS * state.sigma_ns > KNOWN_NS:
            assert time.monotonic() < end, f"the board's clock was never known: {state}"
            time.sleep(0.01)

    def check_order(self, pace: Pace) -> None:
        """One after the other, and nothing lost on the way."""
        times = [hit.t_ns for hit in self.hits]
        assert all(a <= b for a, b in pairwise(times))
        # Whose clock stood still begins anew, and says nothing before what it has said already.
        assert pace.slipped_us or len(set(times)) == len(times)
        links = [event.state for event in of_kind(LinkEvent, self.events)]
        assert LinkState.LOST not in links or pace.was_held_up

    def check_times(self, touched_us: Sequence[float], pace: Pace) -> None:
        """Each hit at its time, as well as the station says that it knows."""
        for hit, touch_us in zip(self.hits, touched_us, strict=True):
            off_ns = hit.t_ns - pace.host_ns(touch_us)
            doubt_ns = FROM_THE_TOUCH_NS + _SIGMAS * hit.t_sigma_ns
            assert -doubt_ns < off_ns < doubt_ns + pace.slipped_ns
