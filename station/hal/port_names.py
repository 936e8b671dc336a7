"""Which port a person means, and which one is the same after a replug."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

CLIENT = "edrum-station"

# What a system adds to a port's name and changes when it is plugged in again: ALSA client and
# port number; WinMM the port's place, JACK a count behind a client's name that is taken.
_ADDED_BY_ALSA = re.compile(r" \d+:\d+$")
_ADDED_BY_OTHERS = re.compile(r" \d+$|-0\d(?=:)")
_NOT_A_KIT = re.compile(rf"Midi Through|{re.escape(CLIENT)}(-\d\d)?:", re.I)


def bare(name: str) -> str:
    """A port's name without what its system adds."""
    without, count = _ADDED_BY_ALSA.subn("", name)
    return without if count else _ADDED_BY_OTHERS.sub("", name)


def may_be_a_kit(name: str) -> bool:
    """False for ALSA's loop and for ports of our own."""
    return _NOT_A_KIT.match(name) is None


def meant(typed: str, names: Sequence[str]) -> list[str]:
    """The ports that somebody may mean; one when it is clear.

    An exact name wins over a part of one, upper and lower case count the same, and ports that
    are no kits are looked at only when nothing else fits.
    """
    wanted = typed.strip().casefold()
    kits = [name for name in names if may_be_a_kit(name)]
    rest = [name for name in names if not may_be_a_kit(name)]
    for some in (kits, rest):
        for form in (str, bare):
            exact = [name for name in some if form(name).casefold() == wanted]
            if exact:
                return exact
        parts = [name for name in some if wanted in name.casefold()]
        if parts:
            return parts
    return []


def same_again(lost: str, names: Sequence[str], others: Collection[str]) -> str | None:
    """The port that is `lost` come back, or None.

    Parameters
    ----------
    lost
        Its full name when it was there.
    names
        What is there now.
    others
        What was there without it: a second kit of the same make is not the lost one.
    """
    if lost in names:
        return lost
    new = [name for name in names if name not in others and bare(name) == bare(lost)]
    return new[0] if new else None
