"""Which kits are there: asked in a process of its own.

Looking for kits loads drivers and talks to sound systems, some of which hold Python's lock
while they wait or print what they like. `python -m ui.kitsearch` prints one JSON array.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass


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
    """One search; begins when it is made."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ui.kitsearch"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def poll(self) -> list[FoundKit] | None:
        """What was found, or None while it is being looked for; never blocks.

        A search that fails has found nothing. After an answer, do not ask again.
        """
        if self._process.poll() is None:
            return None
        # The answer of a few kits fits into the pipe, so the process did not wait for us.
        answer, _ = self._process.communicate()
        if self._process.returncode:
            return []
        return [FoundKit(**kit) for kit in json.loads(answer)]

    def cancel(self) -> None:
        """Give up; may be called at any time."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def main() -> int:
    """Print what can be opened now."""
    from station.hal.registry import discover  # noqa: PLC0415 - loads the drivers' registry

    # What a sound system prints must not end up in the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    kits = [
        {"address": k.address, "name": k.name, "simulated": k.simulated, "detail": k.detail}
        for k in discover()
    ]
    with answer:
        json.dump(kits, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
