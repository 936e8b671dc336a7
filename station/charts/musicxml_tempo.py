"""A tempo as MusicXML's decimal number, and back without loss.

MusicXML counts quarter notes a minute in decimals. A tempo that no short decimal is (one from
a MIDI file, whole microseconds a quarter note) is written with so many digits that the
fraction which it was can be found again.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction

from station import units

_DIGITS = 40
_SHORT = 12
_NUMBER = re.compile(r"\d{1,12}(\.\d{0,60})?|\.\d{1,60}")


def text_from_ns_per_quarter(ns_per_quarter: Fraction) -> str:
    """Quarter notes a minute, as a decimal."""
    bpm = units.NS_PER_MINUTE / ns_per_quarter
    for digits in (_SHORT, _DIGITS):
        context = Context(prec=digits)
        quotient = context.divide(Decimal(bpm.numerator), Decimal(bpm.denominator))
        if digits == _DIGITS or Fraction(quotient) == bpm:
            break
    text = f"{quotient:f}"
    return text.rstrip("0").rstrip(".") if "." in text and digits == _SHORT else text


def ns_per_quarter_from_text(text: str) -> Fraction:
    """A quarter note's length from a decimal of quarter notes a minute.

    Raises
    ------
    ValueError
        When it is no number above 0.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not Fraction(text):
        raise ValueError(f"'{text[:20]}' is no tempo")
    bpm = Fraction(text)
    digits = text.replace(".", "").lstrip("0")
    if len(digits) < _DIGITS:
        return units.NS_PER_MINUTE / bpm
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    minute = units.NS_PER_MINUTE
    return _simplest(minute / (bpm + half), minute / (bpm - half))


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator between two positive ones (Stern and Brocot)."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    floor = low.numerator // low.denominator
    return floor + 1 / _simplest(1 / (high - floor), 1 / (low - floor))
