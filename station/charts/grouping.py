"""How a metre's beats stand together: what is beamed as one, and where a bar leans.

Fives, sevens and their like have no groups of one length. What a chart does not say is taken
as players expect it: 2+2+3 for seven eighths, 3+2 for five.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

_USUAL: dict[int, tuple[int, ...]] = {
    5: (3, 2),
    8: (3, 3, 2),
    10: (3, 3, 2, 2),
    11: (3, 3, 3, 2),
    13: (3, 3, 3, 2, 2),
    14: (2, 2, 3, 2, 2, 3),
}
# Up to an eighth, beats are counted one by one; shorter ones are felt in groups.
_SHORT = 8
_QUARTER = Fraction(1)


def usual_groups(beats: int, unit: int) -> tuple[int, ...]:
    """How many beats of 1/`unit` stand together, one group after the other."""
    if unit < _SHORT:
        return (1,) * beats
    if beats % 3 == 0:
        return (3,) * (beats // 3)
    a_quarter = unit // 4
    if unit > _SHORT and beats % a_quarter == 0:
        return (a_quarter,) * (beats // a_quarter)
    return _USUAL.get(beats) or _twos_and_a_three(beats)


def group_lengths(beats: int, unit: int, groups: tuple[int, ...]) -> Iterator[Fraction]:
    """How long each group is that is written together, in quarter notes, bar after bar."""
    beat = Fraction(4, unit)
    if unit < _SHORT:
        # People read quarter notes, whatever the beats of a long metre are.
        while True:
            yield _QUARTER
    lengths = [
        part * beat
        for group in groups or usual_groups(beats, unit)
        for part in _readable(group, unit)
    ]
    while True:
        yield from lengths


def _readable(group: int, unit: int) -> tuple[int, ...]:
    """A group as it is read at a glance: at most three beats, or a quarter of short ones."""
    if group <= 3 or (unit > _SHORT and group * 4 <= unit and group & (group - 1) == 0):
        return (group,)
    return (3,) * (group // 3) if group % 3 == 0 else _twos_and_a_three(group)


def _twos_and_a_three(beats: int) -> tuple[int, ...]:
    if beats < 4 or beats % 2 == 0:
        return (2,) * (beats // 2) or (beats,)
    return (*((2,) * ((beats - 3) // 2)), 3)
