"""Sound: the station makes none yet, but a person wants to know what there is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from station.cli.checks.finding import Finding, ok, remark

_CARDS = Path("/proc/asound/cards")
_CARD = re.compile(r"^\s*\d+\s+\[.*?\]:\s*(?P<name>.+)$", re.M)


def check(cards: Path = _CARDS) -> list[Finding]:
    """Which sound cards there are, where the system says so."""
    if not sys.platform.startswith("linux"):
        return [ok("sound", "not used yet")]
    try:
        names = [match["name"].strip() for match in _CARD.finditer(cards.read_text())]
    except OSError:
        names = []
    if not names:
        return [remark("sound", "no sound card here; sound is not used yet")]
    return [ok("sound", f"not used yet; sound cards: {'; '.join(names)}")]
