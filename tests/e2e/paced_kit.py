"""A kit whose board is an emulator at the pace of the clock, and what may be asked of it.

The computer may be too busy to keep an emulator at its pace. Nothing is lost or made up then, but
a board whose clock has stood still has no times worth comparing. That it did is taken from what
the emulator says of its own pace, and how well a time is known from what the station says of its
own doubt, never from the mismatch.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from firmware_bridge.board_talk import BoardTalk
from firmware_bridge.firmware.pace import Pace
from firmware_bridge.piezo import Strike
from firmware_bridge.source import SerialSource
from station.hal.api import (
    ChokeEvent,
    KitEvent,
    KitSource,
    LinkEvent,
    LinkState,
    OverflowEvent,
    StrikeEvent,
)
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
    def chokes(self) -> list[ChokeEvent]:
        return of_kind(ChokeEvent, self.events)

    @property
    def lost(self) -> int:
        """Hits that the station knows to have missed."""
        return sum(event.lost for event in of_kind(OverflowEvent, self.events))

    @property
    def hits(self) -> list[StrikeEvent]:
        return of_kind(StrikeEvent, self.events)

    def until(self, done: Callable[[], bool]) -> None:
        """Read until this holds."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            left_s = end - time.monotonic()
            assert left_s > 0, f"no more came than {self.events[-3:]}"
            self._woken.wait(left_s)
            self._woken.clear()
            self.events += self.source.read()

    def until_hits(self, count: int) -> None:
        """Read until so many hits have come, or are known to be lost."""
        self.until(lambda: len(self.hits) + self.lost >= count)

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

    def check(self, strikes: Sequence[Strike], began_us: float, pace: Pace) -> None:
        """All that was struck was heard, and nothing else; in its order, and at its time.

        Parameters
        ----------
        strikes
            In order of time.
        began_us
            Time 0 of theirs on the board's clock.
        pace
            How well the emulator kept up.
        """
        assert self.lost == 0 or pace.was_held_up
        links = [event.state for event in of_kind(LinkEvent, self.events)]
        assert LinkState.LOST not in links or pace.was_held_up
        pads, truth = [hit.pad for hit in self.hits], [strike.pad for strike in strikes]
        if pace.slipped_us:
            assert not Counter(pads) - Counter(truth)
            assert len(pads) + self.lost == len(truth)
            return
        assert pads == truth
        assert all(a.t_ns < b.t_ns for a, b in pairwise(self.hits))
        for hit, strike in zip(self.hits, strikes, strict=True):
            off_ns = hit.t_ns - pace.host_ns(began_us + strike.onset_us)
            assert abs(off_ns) < FROM_THE_TOUCH_NS + _SIGMAS * hit.t_sigma_ns
