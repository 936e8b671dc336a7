"""Step notation: one line of letters for one pad in one bar.

::

    x normal   X accent   o ghost   f flam   F accented flam   d drag   D accented drag
    b buzz (multiple bounce)   B accented buzz
    - rest     | and blanks only help the eye
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from station.model import Dynamic, Ornament, Sticking

MAX_STEPS = 192

_STROKES: dict[str, tuple[Dynamic, Ornament]] = {
    "x": (Dynamic.NORMAL, Ornament.NONE),
    "X": (Dynamic.ACCENT, Ornament.NONE),
    "o": (Dynamic.GHOST, Ornament.NONE),
    "f": (Dynamic.NORMAL, Ornament.FLAM),
    "F": (Dynamic.ACCENT, Ornament.FLAM),
    "d": (Dynamic.NORMAL, Ornament.DRAG),
    "D": (Dynamic.ACCENT, Ornament.DRAG),
    "b": (Dynamic.NORMAL, Ornament.BUZZ),
    "B": (Dynamic.ACCENT, Ornament.BUZZ),
}
_HANDS = {"R": Sticking.RIGHT, "L": Sticking.LEFT}
_REST = "-"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One letter: which step (from 0), and how it is struck."""

    step: int
    dynamic: Dynamic
    ornament: Ornament


def parse_strokes(line: str, steps: int) -> list[Stroke]:
    """A pad's line to its strokes.

    Raises
    ------
    ValueError
        When it has another number of steps, or a letter that is none; says the way out.
    """
    letters = _letters(line, steps, f"{''.join(_STROKES)} {_REST}")
    return [Stroke(i, *_STROKES[letter]) for i, letter in enumerate(letters) if letter != _REST]


def parse_sticking(line: str, steps: int) -> dict[int, Sticking]:
    """A sticking line to the hand of each step that has one.

    Raises
    ------
    ValueError
        As for `parse_strokes`.
    """
    letters = _letters(line, steps, f"{''.join(_HANDS)} {_REST}")
    return {i: _HANDS[letter] for i, letter in enumerate(letters) if letter != _REST}


def swung(position: Fraction, pair: Fraction, ratio: Fraction, back: bool = False) -> Fraction:
    """Where a straight position comes to lie in swing.

    Within each pair the first half is stretched and the second shortened so that they last as
    `ratio` : 1; finer steps stretch with the half that they stand in.

    Parameters
    ----------
    position, pair
        In quarter notes.
    ratio
        Long over short; 1 is straight.
    back
        The other way: where a swung position came from.
    """
    whole, x = divmod(position, pair)
    half, long = pair / 2, pair * ratio / (1 + ratio)
    here, there = (long, half) if back else (half, long)
    moved = x / here * there if x < here else there + (x - here) / (pair - here) * (pair - there)
    return whole * pair + moved


def _letters(line: str, steps: int, known: str) -> str:
    letters = "".join(line.replace("|", "").split())
    for place, letter in enumerate(letters, start=1):
        if letter not in known:
            shown = f"'{letter}'" if letter.isprintable() else "a control character"
            raise ValueError(f"{shown} at step {place} is no letter of it; write {known}.")
    if len(letters) != steps:
        raise ValueError(f"{len(letters)} steps where the bar has {steps}; add or take away some.")
    return letters
