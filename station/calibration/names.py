"""For which kit and which sound a calibration holds."""

from __future__ import annotations

from collections.abc import Iterable

# Of simulated kits: what is played, not how late it comes in.
_OF_ONE_TAKE = frozenset({"seed", "loop", "realtime", "unplug_at_s", "unplug_for_s"})


def kit_name(addresses: Iterable[str]) -> str:
    """One or several kits that are played as one, without what changes from take to take."""
    return " + ".join(sorted(_lasting(address) for address in addresses))


def sound_name(address: str, card: str) -> str:
    """A sound card, as calibrations name it: `audio://default` is not always the same one.

    Parameters
    ----------
    card
        The open card's own name.
    """
    return f"{address.partition('://')[0]}://{card}"


def _lasting(address: str) -> str:
    target, question, query = address.partition("?")
    if not question:
        return target
    kept = [part for part in query.split("&") if part.partition("=")[0] not in _OF_ONE_TAKE]
    return f"{target}?{'&'.join(sorted(kept))}" if kept else target
