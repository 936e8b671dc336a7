"""Small questions to an element of MusicXML: its number, its text, yes or no."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

_DECIMAL = re.compile(r"[-+]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})")
_WHOLE = re.compile(r"\d{1,9}")


def text_of(element: Element, path: str) -> str:
    """The text under `path`, without blanks around it; empty where there is none."""
    return (element.findtext(path) or "").strip()


def decimal(text: str) -> Fraction | None:
    """A decimal number; None where it is none."""
    text = text.strip()
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


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
