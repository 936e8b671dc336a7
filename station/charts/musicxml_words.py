"""What words in a score tell a drummer: hands, jumps, swing, and tempi that change by and by."""

from __future__ import annotations

import re

_HANDS = re.compile(r"[RLrl]{1,4}")
_OTHER_STICKING = re.compile(r"[RLBrlb]{1,4}")
_DA_CAPO = re.compile(r"\b(d\.?\s?c\b\.?|da\s+capo)", re.IGNORECASE)
_DAL_SEGNO = re.compile(r"\b(d\.?\s?s\b\.?|dal\s+segno)", re.IGNORECASE)
_AL_FINE = re.compile(r"\bal\s+fine\b", re.IGNORECASE)
_AL_CODA = re.compile(r"\bal\s+coda\b", re.IGNORECASE)
_TO_CODA = re.compile(r"\bto\s+coda\b", re.IGNORECASE)
_FINE = re.compile(r"\s*fine\s*", re.IGNORECASE)
_SWING = re.compile(r"\b(swing|swung|shuffle)\b", re.IGNORECASE)
_SIXTEENTHS = re.compile(r"\b16|sixteenth", re.IGNORECASE)
_STRAIGHT = re.compile(r"\bstraight\b", re.IGNORECASE)
_GRADUAL = re.compile(
    r"\b(rit(\.|ard(ando)?\b|enuto\b)|rall(\.|entando\b)|accel(\.|erando\b)|string(\.|endo\b)|"
    r"allarg(\.|ando\b)|slow(ing)?\s+down|speed(ing)?\s+up|poco\s+a\s+poco)",
    re.IGNORECASE,
)


def is_hands(text: str) -> bool:
    """Whether it says which hand plays: `R`, `l`, or `lR` for a grace and its note."""
    return _HANDS.fullmatch(text) is not None


def is_other_sticking(text: str) -> bool:
    """Whether it is a sticking that a chart cannot say: `B` is both hands at once."""
    return _OTHER_STICKING.fullmatch(text) is not None and not is_hands(text)


def is_da_capo(text: str) -> bool:
    """Whether it sends the player to the beginning."""
    return _DA_CAPO.search(text) is not None


def is_dal_segno(text: str) -> bool:
    """Whether it sends the player to the sign."""
    return _DAL_SEGNO.search(text) is not None


def jump_ends(text: str) -> str:
    """How far a jump back is played: `fine`, `coda`, or empty when it does not say."""
    if _AL_FINE.search(text):
        return "fine"
    return "coda" if _AL_CODA.search(text) else ""


def is_to_coda(text: str) -> bool:
    """Whether it sends the player to the coda."""
    return _TO_CODA.search(text) is not None


def is_fine(text: str) -> bool:
    """Whether the piece ends here after a jump."""
    return _FINE.fullmatch(text) is not None


def swing_unit(text: str) -> int | None:
    """Which notes swing when it says so, 8 or 16; 0 for straight, None for neither."""
    if _STRAIGHT.search(text):
        return 0
    if _SWING.search(text):
        return 16 if _SIXTEENTHS.search(text) else 8
    return None


def is_gradual(text: str) -> bool:
    """Whether the tempo is to change by and by."""
    return _GRADUAL.search(text) is not None
