"""Which kits are there: `python -m ui.kitsearch` prints one JSON array."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ui.asked_apart import AskedApart, alone_on_stdout, answer


@dataclass(frozen=True, slots=True)
class FoundKit:
    """A kit that could be opened.

    Attributes
    ----------
    address, name, detail
        As in `hal.api.KitInfo`.
    simulated
        True for one that nobody strikes.
    """

    address: str
    name: str
    simulated: bool
    detail: str


class KitSearch:
    """One search, in a process of its own; begins when it is made."""

    def __init__(self) -> None:
        self._asked = AskedApart("ui.kitsearch")

    def poll(self) -> list[FoundKit] | None:
        """What was found, or None while it is being looked for; never blocks.

        A search that fails has found nothing. After an answer, do not ask again.
        """
        if not self._asked.answered:
            return None
        return [FoundKit(**kit) for kit in self._asked.take() or []]

    def cancel(self) -> None:
        """Give up; may be called at any time."""
        self._asked.cancel()


def main() -> int:
    """Print what can be opened now."""
    from station.hal.registry import discover  # noqa: PLC0415 - loads the drivers' registry

    out = alone_on_stdout()
    kits = [
        {"address": k.address, "name": k.name, "simulated": k.simulated, "detail": k.detail}
        for k in discover()
    ]
    answer(kits, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
