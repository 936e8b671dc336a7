"""Lights and motors on a board, switched at times of the host's clock.

A cue goes to the board a little ahead and is done by the board's own clock, so that neither the
line's delay nor a busy host moves it. Not far ahead: the clocks are tied better from second to
second, the board keeps only a few cues, and forgets them when the line was gone.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from station.hal.api import TakesCues
from station.units import NS_PER_MS

# Cues go out so long before their time, and the board (which keeps 8) never holds more.
AHEAD_NS = 250 * NS_PER_MS
AT_ONCE = 6
# What could not be sent in time is done at once when it is only a little late, or not at all:
# a click in the wrong place is worse than none.
_TOO_LATE_NS = 15 * NS_PER_MS
FULL = 65_535


@dataclass(frozen=True, slots=True)
class WantedCue:
    """A light or a motor at a time.

    Attributes
    ----------
    at_ns
        When, on the host's clock.
    output
        The board's number of the light or motor.
    value
        0 off to 65535.
    duration_us
        How long; 0: until the next cue of this output.
    """

    at_ns: int
    output: int
    value: int
    duration_us: int


@dataclass(frozen=True, slots=True)
class CueDone:
    """A cue that was done.

    Attributes
    ----------
    wanted_ns, done_ns
        When it should have been, and when it was, on the host's clock.
    """

    wanted_ns: int
    done_ns: int


# Told when a cue was done; None: it never was.
WhenDone = Callable[[CueDone | None], None]


@dataclass(slots=True)
class Waiting:
    """A cue on its way, and who wants to know."""

    cue: WantedCue
    done: WhenDone


class CueQueue:
    """Cues in the order of their times, given out when they are due to be sent. Pure."""

    def __init__(self) -> None:
        self._coming: list[tuple[int, int, Waiting]] = []
        self._numbers = itertools.count()
        self._on_board: dict[int, Waiting] = {}

    def __len__(self) -> int:
        return len(self._coming) + len(self._on_board)

    def want(self, cue: WantedCue, done: WhenDone = lambda _: None) -> None:
        """Take a cue for later."""
        heapq.heappush(self._coming, (cue.at_ns, next(self._numbers), Waiting(cue, done)))

    def due(self, now_ns: int) -> list[tuple[int, WantedCue]]:
        """What to send now, each with the number under which it is told done or dropped."""
        due: list[tuple[int, WantedCue]] = []
        while self._coming and self._coming[0][0] <= now_ns + AHEAD_NS:
            if self._coming[0][0] < now_ns - _TOO_LATE_NS:
                heapq.heappop(self._coming)[2].done(None)
                continue
            if len(self._on_board) >= AT_ONCE:
                break
            _, number, waiting = heapq.heappop(self._coming)
            self._on_board[number] = waiting
            due.append((number, waiting.cue))
        return due

    @property
    def next_ns(self) -> int | None:
        """When `due` has something next; None when nothing is, or the board has to be first."""
        if not self._coming or len(self._on_board) >= AT_ONCE:
            return None
        return self._coming[0][0] - AHEAD_NS

    def finish(self, number: int, done_ns: int | None) -> None:
        """The board has done it at this host time, or (None) will not."""
        waiting = self._on_board.pop(number, None)
        if waiting is not None:
            done = None if done_ns is None else CueDone(waiting.cue.at_ns, done_ns)
            waiting.done(done)

    def take_back(self) -> None:
        """The board has forgotten what it had: those whose time is to come are sent anew."""
        for number, waiting in self._on_board.items():
            heapq.heappush(self._coming, (waiting.cue.at_ns, number, waiting))
        self._on_board.clear()


class RushDragLight:
    """Two lights: one when a hit was early, one when it was late, the brighter the further off.

    Parameters
    ----------
    kit
        Whose lights.
    early, late
        The board's numbers of the two.
    within_ns
        What counts as in time: no light.
    full_ns
        From here on a light is at its brightest.
    """

    LASTS_NS = 90 * NS_PER_MS
    _DIMMEST = 0.15

    def __init__(
        self,
        kit: TakesCues,
        early: int = 0,
        late: int = 1,
        within_ns: int = 6 * NS_PER_MS,
        full_ns: int = 30 * NS_PER_MS,
    ) -> None:
        self._kit = kit
        self._outputs = early, late
        self._within_ns = within_ns
        self._full_ns = full_ns

    def show(self, offset_ns: int, now_ns: int) -> bool:
        """Show how a hit lay; whether there was anything to show.

        Parameters
        ----------
        offset_ns
            Played − written: negative is early.
        now_ns
            The light comes at once; a light for what is over has no better time.
        """
        off_ns = abs(offset_ns)
        if off_ns <= self._within_ns:
            return False
        part = min(1.0, (off_ns - self._within_ns) / (self._full_ns - self._within_ns))
        strength = self._DIMMEST + (1 - self._DIMMEST) * part
        return self._kit.cue(now_ns, self._outputs[offset_ns > 0], strength, self.LASTS_NS)


def silent_click(
    kit: TakesCues,
    clicks: Iterable[tuple[int, bool]],
    output: int = 2,
    lasts_ns: int = 40 * NS_PER_MS,
    weak: float = 0.5,
) -> int:
    """A click that is felt or seen and not heard.

    Parameters
    ----------
    kit
        Whose motor or light.
    clicks
        (host time in ns, whether it is the first of its bar) of each click.
    output
        The board's number of the motor or light.
    lasts_ns
        How long each is.
    weak
        Strength of all but the bar's first.

    Returns
    -------
    int
        How many clicks the kit has taken.
    """
    return sum(kit.cue(at_ns, output, 1.0 if first else weak, lasts_ns) for at_ns, first in clicks)
