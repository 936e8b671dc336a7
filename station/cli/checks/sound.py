"""Sound: PortAudio, and the cards that the click and the kit's voices can go to."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from station.cli.checks.finding import Finding, ok, remark
from station.errors import SoundError
from station.sound.portaudio import card_names

_CARDS = Path("/proc/asound/cards")
_CARD = re.compile(r"^\s*\d+\s+\[.*?\]:\s*(?P<name>.+)$", re.M)
_INSTEAD = "one can play: the click is seen, or the drum module plays it (--midi-click)"


def check(cards: Path = _CARDS) -> list[Finding]:
    """Whether PortAudio is there and which cards it finds; without them one plays in silence."""
    try:
        names = card_names()
    except SoundError as error:
        said, _, way_out = str(error).rstrip(".").partition("; ")
        return [remark("sound", f"{said}; {_INSTEAD}", way_out)]
    if names:
        return [ok("sound", f"PortAudio finds {'; '.join(names)} (the first is audio://default)")]
    return [_without_card(cards)]


def _without_card(cards: Path) -> Finding:
    hidden = _cards_of_the_system(cards)
    if hidden:
        return remark(
            "sound",
            f"the system has {'; '.join(hidden)}, but PortAudio finds no card; {_INSTEAD}",
            "close the program that uses it, or 'sudo usermod -aG audio $USER' and log in again",
        )
    return remark(
        "sound",
        f"PortAudio finds no sound card; {_INSTEAD}",
        "plug one in, or start a JACK server, then ask again",
    )


def _cards_of_the_system(cards: Path) -> list[str]:
    """What Linux itself lists; nothing on other systems."""
    if not sys.platform.startswith("linux"):
        return []
    try:
        return [match["name"].strip() for match in _CARD.finditer(cards.read_text())]
    except OSError:
        return []
