"""The numbers under a judged line: for each note its offset, in the order of the staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from station.outcome import Outcome
from station.sheet.line import Line
from station.sheet.played import NOT_YET, Played
from station.units import ms_from_ns

ROW = 1.45
SIZE = 1.2
_GAP = 0.4


@dataclass(frozen=True, slots=True)
class OffsetText:
    """An offset: the middle of its text, its base line, and what is said.

    `x` and `y` are in staff spaces from the line's upper left corner.
    """

    x: float
    y: float
    text: str
    outcome: Outcome


def rows_of(line: Line) -> int:
    """How many notes are struck at once in a line, at most."""
    written = _at_once(line)
    return max(map(len, written), default=0)


def height_of(line: Line) -> float:
    """Of a line and the numbers under it."""
    return line.height + _GAP + ROW * rows_of(line)


def offset_texts(line: Line, played: Played) -> Iterator[OffsetText]:
    """The numbers under a line: milliseconds, negative is early; the upper drum stands first."""
    heads = line.picture.heads
    for struck in _at_once(line):
        for row, i in enumerate(sorted(struck, key=lambda i: heads[i, 1])):
            note = line.system.first_note + i
            outcome = int(played.outcome[note])
            if outcome == NOT_YET:
                continue
            x = float(heads[i, 0] + heads[i, 2] / 2)
            y = line.height + _GAP + ROW * (row + 0.8)
            yield OffsetText(x, y, _text(outcome, int(played.offset_ns[note])), Outcome(outcome))


def _text(outcome: int, offset_ns: int) -> str:
    if outcome == Outcome.MISSED:
        return "–"
    rounded = round(ms_from_ns(offset_ns))
    return f"{rounded:+d}".replace("-", "−") if rounded else "0"


def _at_once(line: Line) -> list[list[int]]:
    """The line's notes, those that stand above each other together."""
    heads = line.picture.heads
    if not len(heads):
        return []
    order = np.argsort(heads[:, 0], kind="stable")
    groups: list[list[int]] = []
    right = -np.inf
    for i in order.tolist():
        if heads[i, 0] < right:
            groups[-1].append(i)
        else:
            groups.append([i])
            right = heads[i, 0] + heads[i, 2]
    return groups
