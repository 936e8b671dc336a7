"""Names for takes: UUIDs of version 7, which sort by the time they were made.

Layout after RFC 9562, section 5.7; the order within a millisecond is kept by its section 6.2,
method 2: the random part counts on by a random step. (Python has `uuid.uuid7` from 3.14 on.)
"""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable

from station.takes import wall

_TAIL_BITS = 74  # rand_a (12 bits) and rand_b (62 bits), counted as one number
_STEP_BITS = 32
_RAND_B_BITS = 62
_VERSION = 7 << 76
_VARIANT = 0b10 << 62


class IdMaker:
    """Makes ids that are unique, and that rise within this process even if the clock goes back.

    Attributes
    ----------
    now_ms
        The wall clock, in ms since 1970.
    """

    def __init__(self, now_ms: Callable[[], int] = wall.now_ms) -> None:
        self.now_ms = now_ms
        self._lock = threading.Lock()
        self._ms = 0
        self._tail = 0

    def make(self) -> str:
        """A new id as text: 36 characters, lower case."""
        with self._lock:
            ms = max(self.now_ms(), self._ms)
            tail = self._tail + 1 + secrets.randbits(_STEP_BITS)
            if ms == self._ms and tail >> _TAIL_BITS:
                ms += 1  # the millisecond is used up: borrow the next
            if ms != self._ms:
                # The top bit stays clear, so that a millisecond holds at least 2**41 ids.
                tail = secrets.randbits(_TAIL_BITS - 1)
            self._ms, self._tail = ms, tail
        rand_a, rand_b = divmod(tail, 1 << _RAND_B_BITS)
        return str(uuid.UUID(int=ms << 80 | _VERSION | rand_a << 64 | _VARIANT | rand_b))


uuid7 = IdMaker().make
