"""When to ask the board what time it is.

Sixteen pings at once make stamps usable. A line through so short a while says little of the
clock's rate, so the gaps grow slowly from there: some twenty more pings in the first second
halve the errors of its hits.
"""

from __future__ import annotations

from random import Random

from station.units import NS_PER_MS

FIRST_PINGS = 16
_FIRST_GAP_NS = (3 * NS_PER_MS, 7 * NS_PER_MS)
_GROWTH = 1.15
PLAYING_GAP_NS = 100 * NS_PER_MS
IDLE_GAP_NS = 1000 * NS_PER_MS
# Gaps differ by so much from each other, or the pings fall in step with the board's own
# rhythm (USB frames, ADC blocks) and always wait equally long.
_DITHER = 0.2


class PingSchedule:
    """Sixteen pings at once, then fewer and fewer, down to ten a second while somebody plays and
    one when nobody does.

    Parameters
    ----------
    random
        For the gaps.

    Attributes
    ----------
    playing
        Whether somebody plays; may be set at any time.
    """

    def __init__(self, random: Random) -> None:
        self.playing = True
        self._random = random
        self._first_left = 0
        self._last_ns: int | None = None
        self._gap_ns = 0
        self._longest_ns = 0.0

    def start(self, now_ns: int) -> None:
        """Begin again with the first sixteen, the first of them now."""
        self._first_left = FIRST_PINGS
        self._last_ns = now_ns
        self._gap_ns = 0

    def stop(self) -> None:
        """No pings until the next `start`."""
        self._last_ns = None

    @property
    def next_ns(self) -> int | None:
        """When the next ping is due; None when stopped."""
        if self._last_ns is None:
            return None
        if self._first_left:
            return self._last_ns + self._gap_ns
        # The gap is kept as a fraction of the longest, so that `playing` works at once.
        longest_ns = min(self._longest_ns, PLAYING_GAP_NS if self.playing else IDLE_GAP_NS)
        return self._last_ns + round(self._gap_ns * longest_ns / IDLE_GAP_NS)

    def due(self, now_ns: int) -> bool:
        """Whether to ping now; true once for each ping."""
        next_ns = self.next_ns
        if next_ns is None or now_ns < next_ns:
            return False
        self._last_ns = now_ns
        if self._first_left:
            self._first_left -= 1
        if self._first_left:
            self._gap_ns = self._random.randint(*_FIRST_GAP_NS)
            self._longest_ns = _FIRST_GAP_NS[1]
        else:
            self._longest_ns = min(self._longest_ns * _GROWTH, IDLE_GAP_NS)
            self._gap_ns = round(IDLE_GAP_NS * self._random.uniform(1 - _DITHER, 1 + _DITHER))
        return True
