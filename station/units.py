"""Conversions between the station's units, each a tiny pure function.

Inside: integer nanoseconds (`_ns`) on the host's monotonic clock, and integer ticks. For
people: milliseconds (`_ms`) and beats per minute (`_bpm`). For libraries: seconds (`_s`).
"""

from __future__ import annotations

from fractions import Fraction

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
NS_PER_MINUTE = 60 * NS_PER_S


def ns_from_ms(ms: float) -> int:
    """Milliseconds to whole nanoseconds, rounded half to even."""
    return round(ms * NS_PER_MS)


def ms_from_ns(ns: float) -> float:
    """Nanoseconds to milliseconds."""
    return ns / NS_PER_MS


def ns_from_s(s: float) -> int:
    """Seconds to whole nanoseconds, rounded half to even."""
    return round(s * NS_PER_S)


def s_from_ns(ns: float) -> float:
    """Nanoseconds to seconds."""
    return ns / NS_PER_S


def ns_per_beat_from_bpm(bpm: float | Fraction) -> Fraction:
    """Exact length of one beat in nanoseconds.

    A float is taken as the decimal that a person typed: 132.4 is 1324/10, not the binary
    number next to it.
    """
    exact = bpm if isinstance(bpm, Fraction) else Fraction(str(bpm))
    return NS_PER_MINUTE / exact


def bpm_from_ns_per_beat(ns_per_beat: float | Fraction) -> float:
    """Beats per minute of a beat that lasts this many nanoseconds."""
    return float(NS_PER_MINUTE / Fraction(ns_per_beat))
