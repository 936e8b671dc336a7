"""A line that loses and changes bytes: pure, and the same for the same seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class LineFaults:
    """How bad a line is.

    Attributes
    ----------
    bit_errors
        Probability that a bit is turned over.
    drops
        Probability that a byte is lost.
    """

    bit_errors: float = 0.0
    drops: float = 0.0


class FaultyLine:
    """Bytes as they come out of a bad line.

    Parameters
    ----------
    faults
        How bad it is; may be set anew at any time.
    seed
        For the places of the faults.
    """

    def __init__(self, faults: LineFaults | None = None, seed: int = 1) -> None:
        self.faults = faults or LineFaults()
        self._random = Random(seed)

    def carry(self, data: bytes) -> bytes:
        """What comes out of what goes in."""
        out = bytearray(data)
        for at in self._places(len(out) * 8, self.faults.bit_errors):
            out[at // 8] ^= 1 << at % 8
        for at in reversed(self._places(len(out), self.faults.drops)):
            del out[at]
        return bytes(out)

    def _places(self, length: int, rate: float) -> list[int]:
        """Places of independent events, found by their gaps: cheap when they are rare."""
        if rate <= 0:
            return []
        if rate >= 1:
            return list(range(length))
        places: list[int] = []
        at = -1
        while True:
            at += 1 + int(math.log(1.0 - self._random.random()) / math.log1p(-rate))
            if at >= length:
                return places
            places.append(at)
