"""The steadiest and the least steady passage of a take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.timing.free.curve import Segment
from station.timing.free.onsets import Floats

# At least so many beats, and so long: shorter passages are steady or not by chance.
_BEATS = 16
_LENGTH_S = 8.0
_HEARD = 0.6


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage, and how steady it is.

    Attributes
    ----------
    start_s, end_s
        From the first hit of the take.
    bpm
        Of the steady pulse that fits the passage best.
    departure_ms
        Root mean square of the beats' distance to that pulse: what is not steady, be it
        spread or drift.
    spread_ms
        The same to a pulse that changes its tempo evenly.
    drift_percent
        By how much the tempo changes from the passage's beginning to its end; positive is
        faster.
    """

    start_s: float
    end_s: float
    bpm: float
    departure_ms: float
    spread_ms: float
    drift_percent: float


def steadiest_and_least(segments: list[Segment]) -> tuple[Passage, Passage] | None:
    """By the departure relative to the beat; None when there are not two passages apart."""
    found = [passage for segment in segments for passage in _passages(segment)]
    if not found:
        return None
    ranked = sorted(found, key=lambda p: p.departure_ms * p.bpm)
    steadiest = ranked[0]
    for least in reversed(ranked):
        if least.start_s >= steadiest.end_s or least.end_s <= steadiest.start_s:
            return steadiest, least
    return None


def _passages(segment: Segment) -> list[Passage]:
    """Every passage of the segment, each half a passage after the one before."""
    beat_s = float(np.median(segment.length_s))
    beats = max(_BEATS, int(np.ceil(_LENGTH_S / beat_s)))
    starts = range(0, len(segment.heard_s) - beats, max(1, beats // 4))
    passages = (_passage(segment.heard_s[s : s + beats + 1]) for s in starts)
    return [passage for passage in passages if passage is not None]


def _passage(heard_s: Floats) -> Passage | None:
    heard = np.flatnonzero(~np.isnan(heard_s))
    if len(heard) < _HEARD * len(heard_s):
        return None
    middle = 0.5 * (len(heard_s) - 1)
    x, y = heard - middle, heard_s[heard]
    slope, start = np.polyfit(x, y, 1)
    bend, bent_slope, bent_start = np.polyfit(x, y, 2)
    if slope <= 0 or bent_slope <= 0:
        return None
    straight = y - slope * x - start
    bent = y - bend * x**2 - bent_slope * x - bent_start
    return Passage(
        start_s=float(start - slope * middle),
        end_s=float(start + slope * middle),
        bpm=60.0 / float(slope),
        departure_ms=1e3 * float(np.sqrt((straight**2).mean())),
        spread_ms=1e3 * float(np.sqrt((bent**2).mean())),
        drift_percent=-100.0 * float(4 * bend * middle / bent_slope),
    )
