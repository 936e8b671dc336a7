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
_FINE = re.compile(r"\W*fine\W*", re.IGNORECASE)
_SEGNO = re.compile(r"\W*segno\W*", re.IGNORECASE)
_CODA = re.compile(r"\W*coda(\W+coda)?\W*", re.IGNORECASE)
_SECOND_SIGN = re.compile(
    r"\bd\.?\s?s\.?\s?s\b|\bdouble\s+(coda|segno)\b|\b(coda|segno|d\.?\s?s\.?)\s*(2|ii)\b",
    re.IGNORECASE,
)
_WITH_REPEATS = re.compile(r"\bwith\s+(all\s+)?repeats?\b|\bcon\s+rep", re.IGNORECASE)
_TIMES = re.compile(r"\W*(play\s*)?(\d{1,3})\s*(x|times)\W*", re.IGNORECASE)
# Signs as letters of a music font, in Unicode and in SMuFL.
_NAMES = {
    "\U0001d10b": " segno ", "\ue047": " segno ", "\U0001d10c": " coda ", "\ue048": " coda ",
}  # fmt: skip
_SWING = re.compile(r"\b(swing|swung|shuffle)\b", re.IGNORECASE)
_SIXTEENTHS = re.compile(r"\b16|sixteenth", re.IGNORECASE)
_STRAIGHT = re.compile(
    r"\bstraight\b|\b(no|not|without)\s+(swing|swung)\b|\beven\s+(8|16|eighth|sixteenth)",
    re.IGNORECASE,
)
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


def is_segno(text: str) -> bool:
    """Whether it is the sign that a jump leads back to."""
    return _SEGNO.fullmatch(text) is not None


def is_coda(text: str) -> bool:
    """Whether the coda begins here."""
    return _CODA.fullmatch(text) is not None


def is_second_sign(text: str) -> bool:
    """Whether it names one of several segnos or codas."""
    return _SECOND_SIGN.search(text) is not None


def is_with_repeats(text: str) -> bool:
    """Whether repeats are played after the jump, too."""
    return _WITH_REPEATS.search(text) is not None


def times(text: str) -> int:
    """How often a repeat is played that `4x` stands over; 0 when it does not say.

    `1x` is a place that is played the first time only, and is not meant.
    """
    found = _TIMES.fullmatch(text)
    return int(found[2]) if found and int(found[2]) > 1 else 0


def with_signs_named(text: str) -> str:
    """A text with `segno` and `coda` for the letters of music fonts."""
    for sign, name in _NAMES.items():
        text = text.replace(sign, name)
    return " ".join(text.split())


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
