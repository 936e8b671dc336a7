"""Which sound cards and MIDI outputs are there: `python -m ui.soundsearch` prints a JSON object."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ui.asked_apart import AskedApart, alone_on_stdout, answer


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
    """One search, in a process of its own; begins when it is made."""

    def __init__(self) -> None:
        self._asked = AskedApart("ui.soundsearch")

    def poll(self) -> FoundSounds | None:
        """What was found, or None while it is being looked for; never blocks.

        A search that fails has found nothing. After an answer, do not ask again.
        """
        if not self._asked.answered:
            return None
        told = self._asked.take()
        return FoundSounds(tuple(told["cards"]), tuple(told["ports"])) if told else FoundSounds()

    def cancel(self) -> None:
        """Give up; may be called at any time."""
        self._asked.cancel()


def main() -> int:
    """Print what can sound now."""
    out = alone_on_stdout()
    answer({"cards": _cards(), "ports": _ports()}, out)
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
