"""Which sound cards and MIDI outputs are there: asked in a process of its own.

For the reasons of `kitsearch`. `python -m ui.soundsearch` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundSounds:
    """What could sound.

    Attributes
    ----------
    cards
        Names of sound cards, the system's own choice first.
    ports
        Names of MIDI ports that listen.
    """

    cards: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()


class SoundSearch:
    """One search; begins when it is made."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ui.soundsearch"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def poll(self) -> FoundSounds | None:
        """What was found, or None while it is being looked for; never blocks.

        A search that fails has found nothing. After an answer, do not ask again.
        """
        if self._process.poll() is None:
            return None
        # The answer of a few names fits into the pipe, so the process did not wait for us.
        answer, _ = self._process.communicate()
        if self._process.returncode:
            return FoundSounds()
        told = json.loads(answer)
        return FoundSounds(tuple(told["cards"]), tuple(told["ports"]))

    def cancel(self) -> None:
        """Give up; may be called at any time."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def main() -> int:
    """Print what can sound now."""
    # What a sound system prints must not end up in the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answer:
        json.dump({"cards": _cards(), "ports": _ports()}, answer)
    return 0


def _cards() -> list[str]:
    from station.errors import StationError  # noqa: PLC0415 - PortAudio looks for cards then
    from station.sound.portaudio import card_names  # noqa: PLC0415

    try:
        return card_names()
    except StationError:
        return []


def _ports() -> list[str]:
    from station.errors import StationError  # noqa: PLC0415
    from station.hal.rtmidi_port import output_names, systems_for  # noqa: PLC0415

    try:
        return [name for system in systems_for(None) for name in output_names(system)]
    except StationError:
        return []


if __name__ == "__main__":
    sys.exit(main())
