"""Swing: a mark, and how it is found again in a chart whose notes lie where they are played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from station.charts.steps import swung

_MIN_RATIO, _MAX_RATIO = Fraction(1, 4), Fraction(4)
# What a beat can be cut into without a swing mark.
_EVEN = (8, 6, 5, 7)


@dataclass(frozen=True, slots=True)
class Swing:
    """Of each pair of 1/`unit` notes the first lasts `ratio` times the second."""

    unit: int = 8
    ratio: Fraction = Fraction(1)

    @property
    def pair(self) -> Fraction:
        """Both together, in quarter notes."""
        return Fraction(8, self.unit)


STRAIGHT = Swing()


def swing_of(places: Iterable[Fraction] | Mapping[Fraction, int]) -> Swing | None:
    """The one swing that explains where everything lies.

    Parameters
    ----------
    places
        In quarter notes from the bar line; each, or how often each.

    Returns
    -------
    Swing or None
        `STRAIGHT` where no mark is needed; None where there is no such swing.
    """
    within: Counter[Fraction] = Counter()
    for place, count in Counter(places).items():
        within[place % 1] += count
    if all(place % Fraction(1, 8) == 0 for place in within):
        return STRAIGHT
    for unit in (8, 16):
        pair = Fraction(8, unit)
        offsets: Counter[Fraction] = Counter()
        for place, count in within.items():
            offsets[place % pair] += count
        del offsets[Fraction(0)]
        for long, _ in offsets.most_common():
            if _explains(long, pair, set(offsets)):
                return Swing(unit, long / (pair - long))
    return STRAIGHT if _is_even(within) else None


def straightened(place: Fraction, swing: Swing) -> Fraction:
    """Where a swung place is written."""
    if swing.ratio == 1:
        return place
    return swung(place, swing.pair, swing.ratio, back=True)


def _explains(long: Fraction, pair: Fraction, offsets: set[Fraction]) -> bool:
    ratio = long / (pair - long)
    if not _MIN_RATIO <= ratio <= _MAX_RATIO or long * 8 % 1 == 0:
        return False
    # A triplet's or quintuplet's place is swing only where nothing else of a tuplet is struck.
    if any((long / pair * even) % 1 == 0 for even in _EVEN):
        return offsets == {long}
    swing = Swing(int(8 / pair), ratio)
    return all((straightened(offset, swing) / pair * 4) % 1 == 0 for offset in offsets)


def _is_even(places: Iterable[Fraction]) -> bool:
    return all(any((place * even) % 1 == 0 for even in _EVEN) for place in places)
