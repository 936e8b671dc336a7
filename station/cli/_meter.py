"""An early/late meter as text: `EARLY ······●···|·········· LATE  −3.2 ms`."""

from __future__ import annotations

from dataclasses import dataclass

_CELLS = 15  # to each side of the middle
_SPAN_MS = 45.0  # 3 ms a cell


@dataclass(frozen=True, slots=True)
class Signs:
    """What the meter is drawn with."""

    empty: str
    dot: str
    middle: str
    on_beat: str
    off_beat: str
    block: str
    minus: str


PRETTY = Signs("·", "●", "|", "●", "○", "█", "−")
PLAIN = Signs(".", "o", "|", "#", "-", "#", "-")


def signs_for(encoding: str | None) -> Signs:
    """The pretty signs where a stream with this encoding can show them all."""
    try:
        "".join((PRETTY.empty, PRETTY.dot, PRETTY.off_beat, PRETTY.block, PRETTY.minus)).encode(
            encoding or "ascii"
        )
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return PRETTY


def meter(offset_ms: float | None, signs: Signs = PRETTY) -> str:
    """One line; the dot stays at the end of the scale beyond it, the number does not.

    Parameters
    ----------
    offset_ms
        Negative is early; None while nothing has been played.
    """
    cells = [signs.empty] * (2 * _CELLS + 1)
    cells[_CELLS] = signs.middle
    if offset_ms is None:
        return f"EARLY {''.join(cells)} LATE"
    place = round(offset_ms / _SPAN_MS * _CELLS)
    cells[_CELLS + max(-_CELLS, min(_CELLS, place))] = signs.dot
    return f"EARLY {''.join(cells)} LATE  {signed(offset_ms, signs)} ms"


def signed(value: float, signs: Signs = PRETTY) -> str:
    """A number with one decimal and its sign."""
    rounded = round(value, 1)
    sign = signs.minus if rounded < 0 else "+" if rounded > 0 else " "
    return f"{sign}{abs(rounded):.1f}"


def beats(on: int, count: int, signs: Signs = PRETTY) -> str:
    """The beats of a bar with the one that is now: `○ ● ○ ○`.

    Parameters
    ----------
    on
        From 0.
    """
    return " ".join(signs.on_beat if i == on else signs.off_beat for i in range(count))


# Three by five, row by row.
_DIGITS = (
    ("███", "█ █", "█ █", "█ █", "███"),
    (" █ ", "██ ", " █ ", " █ ", "███"),
    ("███", "  █", "███", "█  ", "███"),
    ("███", "  █", " ██", "  █", "███"),
    ("█ █", "█ █", "███", "  █", "  █"),
    ("███", "█  ", "███", "  █", "███"),
    ("███", "█  ", "███", "█ █", "███"),
    ("███", "  █", "  █", "  █", "  █"),
    ("███", "█ █", "███", "█ █", "███"),
    ("███", "█ █", "███", "  █", "███"),
)


def big_number(value: int, signs: Signs = PRETTY) -> list[str]:
    """A number from 0 in five rows, each cell two columns wide: legible from the stool."""
    digits = [_DIGITS[int(d)] for d in str(value)]
    rows = ["  ".join(digit[row] for digit in digits) for row in range(5)]
    return ["".join(signs.block * 2 if c == "█" else "  " for c in row).rstrip() for row in rows]
