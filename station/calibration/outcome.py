"""What came of a measurement: a constant and what it is worth, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A constant.

    Attributes
    ----------
    latency_ns
        Positive is later: what is to be taken off.
    spread_ns
        Its standard error.
    sd_ns
        Standard deviation of the single strikes or clicks.
    count
        How many it is from.
    """

    latency_ns: int
    spread_ns: int
    sd_ns: int
    count: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing that could be relied on.

    Attributes
    ----------
    reason
        One sentence: what is wrong, and the way out.
    """

    reason: str


Outcome = Measured | Refused
