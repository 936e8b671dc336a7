"""Which hits are missing, twice or late, by their numbers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto

from station.units import NS_PER_MS

_BYTE = 256
# A request may be lost like anything else. The first repeats come soon, since a lively player
# fills a ring of 64 in a tenth of a second; the last ones late, since a board may be stalled.
ASK_AGAIN_NS = 20 * NS_PER_MS
ASK_TIMES = 10
_LATER = 1.5
_LATEST_NS = 200 * NS_PER_MS


class Order(Enum):
    """What a hit is in the row of numbers."""

    NEXT = auto()  # the one expected, or one behind a gap
    LATE = auto()  # fills a gap
    TWICE = auto()  # was here before


@dataclass(frozen=True, slots=True)
class Numbered:
    """A hit's place: its full number, and what it is in the row."""

    number: int
    order: Order


@dataclass(frozen=True, slots=True)
class Ask:
    """Hits `first` to `last`, both included, are to be asked for again."""

    first: int
    last: int


@dataclass(slots=True)
class _Gap:
    """A missing hit: when it is to be asked for, and how often it was."""

    due_ns: int | None = None
    times: int = 0


class HitSequence:
    """Numbers of one board's hits since its start.

    A frame has only the lowest byte of the number; the board says the whole one with every
    pong.

    Parameters
    ----------
    ring
        How many hits the board keeps; 0 when it sends nothing again.
    expected
        Number of the next hit.

    Attributes
    ----------
    expected
        Number of the next new hit.
    lost
        Hits given up since the last `take_lost`.
    """

    def __init__(self, ring: int, expected: int = 0) -> None:
        self.expected = expected
        self.lost = 0
        self._ring = ring
        self._missing: OrderedDict[int, _Gap] = OrderedDict()
        self._recent: OrderedDict[tuple[int, int], None] = OrderedDict()

    @property
    def missing(self) -> int:
        """How many hits are being waited for."""
        return len(self._missing)

    def hear(self, seq: int, t_us: int, *, resent: bool = False) -> Numbered:
        """A hit came.

        Parameters
        ----------
        seq
            Lowest byte of its number.
        t_us
            Its stamp as on the wire: with `seq` it tells one hit from another.
        resent
            It was asked for. Any other hit is new, since a line keeps the order.
        """
        twice = (seq, t_us) in self._recent
        if twice or resent:
            number = self.expected - ((self.expected - seq) % _BYTE or _BYTE)
            was_missing = self._missing.pop(number, None) is not None
            if twice:
                # It had been taken for a hit 256 numbers before, which never came.
                self.lost += was_missing
                return Numbered(number, Order.TWICE)
        else:
            number = self.expected + (seq - self.expected) % _BYTE
            self._skip_to(number)
            self.expected = number + 1
        self._recent[(seq, t_us)] = None
        if len(self._recent) > _BYTE:
            self._recent.popitem(last=False)
        return Numbered(number, Order.LATE if resent else Order.NEXT)

    def told(self, hits: int) -> None:
        """The board says that its next hit will have this number."""
        if hits > self.expected:
            self._skip_to(hits)
            self.expected = hits

    def again(self, number: int, t_us: int) -> None:
        """A hit came, but cannot be told as it is: it is missing, and asked for."""
        self._recent.pop((number % _BYTE, t_us), None)
        self._missing[number] = _Gap()

    def cannot(self, before: int, since: int = 0) -> None:
        """The board has no hits from `since` up to before `before` any more."""
        for number in [n for n in self._missing if since <= n < before]:
            self._give_up(number)

    def to_ask(self, now_ns: int) -> list[Ask]:
        """What to ask for now; each missing hit several times, less and less often."""
        self.cannot(self.expected - self._ring)
        due: list[int] = []
        for number, gap in list(self._missing.items()):
            if gap.due_ns is not None and now_ns < gap.due_ns:
                continue
            if gap.times >= ASK_TIMES:
                self._give_up(number)
                continue
            gap.due_ns = now_ns + min(_LATEST_NS, round(ASK_AGAIN_NS * _LATER**gap.times))
            gap.times += 1
            due.append(number)
        return _ranges(due)

    @property
    def next_ns(self) -> int | None:
        """When `to_ask` has something to say next; None when nothing is missing."""
        times = [0 if gap.due_ns is None else gap.due_ns for gap in self._missing.values()]
        return min(times, default=None)

    def take_lost(self) -> int:
        """Hits given up since the last call."""
        lost, self.lost = self.lost, 0
        return lost

    def _skip_to(self, number: int) -> None:
        first = max(self.expected, number - self._ring)
        self.lost += first - self.expected
        for missing in range(first, number):
            self._missing[missing] = _Gap()

    def _give_up(self, number: int) -> None:
        del self._missing[number]
        self.lost += 1


def _ranges(numbers: list[int]) -> list[Ask]:
    """Growing numbers as runs."""
    runs: list[Ask] = []
    for number in numbers:
        if runs and runs[-1].last == number - 1:
            runs[-1] = Ask(runs[-1].first, number)
        else:
            runs.append(Ask(number, number))
    return runs
