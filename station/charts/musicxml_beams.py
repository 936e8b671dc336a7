"""How the beams of a bar group its beats."""

from __future__ import annotations

from fractions import Fraction

from station.charts.grouping import usual_groups

# Beats of this and shorter ones have flags, and so beams.
BEAMED_UNIT = 8


class Beams:
    """Hears where the beams of one bar begin and end, in quarter notes from the bar line."""

    def __init__(self) -> None:
        self._open: dict[str, Fraction] = {}
        self._spans: set[tuple[Fraction, Fraction]] = set()

    def hear(self, voice: str, beam: str, start: Fraction, end: Fraction) -> None:
        """A note from `start` to `end` with what its first beam does there."""
        if beam == "begin":
            self._open[voice] = start
        elif beam == "end" and voice in self._open:
            self._spans.add((self._open.pop(voice), end))

    def groups(self, beats: int, unit: int) -> tuple[int, ...]:
        """How many beats each beam joins, where beams fill the bar.

        Empty where they do not, where they differ from voice to voice, or where they say no more
        than what is usual in the metre.
        """
        found: list[int] = []
        here = Fraction(0)
        for begin, end in sorted(self._spans):
            count = (end - here) * unit / 4
            if begin != here or count.denominator > 1 or count < 2:
                return ()
            found.append(int(count))
            here = end
        groups = tuple(found)
        says = len(groups) > 1 and sum(groups) == beats and groups != usual_groups(beats, unit)
        return groups if says else ()
