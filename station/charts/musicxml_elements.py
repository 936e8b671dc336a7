"""Small questions to an element of MusicXML: its number, its text, yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from xml.etree.ElementTree import Element

_DECIMAL = re.compile(r"[-+]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})")
# A score says the same few numbers many thousand times.
_FEW = 4096
# Exact; whole numbers as int, with which a computer counts many times faster.
Exact = int | Fraction
_WHOLE = re.compile(r"\d{1,9}")


def text_of(element: Element, path: str) -> str:
    """The text under `path`, without blanks around it; empty where there is none."""
    return (element.findtext(path) or "").strip()


def children(element: Element) -> dict[str, Element]:
    """What stands in an element, by tag; of several the first."""
    return {child.tag: child for child in element[::-1]}


def text_in(inside: Mapping[str, Element], tag: str) -> str:
    """The same as `text_of` for one of the `children`."""
    child = inside.get(tag)
    return (child.text or "").strip() if child is not None else ""


@lru_cache(maxsize=_FEW)
def exact(text: str) -> Exact | None:
    """A decimal number; None where it is none."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    number = Fraction(text)
    return number.numerator if number.denominator == 1 else number


def decimal(text: str) -> Fraction | None:
    """The same, always as a fraction."""
    number = exact(text)
    return None if number is None else Fraction(number)


def whole(text: str) -> int | None:
    """A whole number from 0; None where it is none."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def is_yes(element: Element, attribute: str) -> bool:
    """Whether an attribute says yes."""
    return element.get(attribute) == "yes"


def shown(text: str, most: int = 30) -> str:
    """A text from a file, fit to stand in a sentence."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"
