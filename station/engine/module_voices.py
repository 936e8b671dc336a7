"""Hits that a drum module plays when it is sent them: the rhythm gate for kits with a module.

With its local control off, a module sounds only for what comes back by MIDI. What the gate lets
through goes back to it as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from station.errors import OutsideError, StationError
from station.model import Hit

if TYPE_CHECKING:
    from station.hal.rtmidi_port import OutputPort

_NOTE_ON, _NOTE_OFF = 0x90, 0x80


class ModuleVoices:
    """An open port, and what is sent to it.

    Parameters
    ----------
    port
        Any unique part of a MIDI port's name.
    channel
        1 to 16.

    Raises
    ------
    KitError
        When there is no such port.
    """

    def __init__(self, port: str, channel: int) -> None:
        self._port: OutputPort = import_module("station.hal.rtmidi_port").open_output(port)
        self._channel = channel - 1
        self._problem: StationError | None = None
        self._told = False

    def strike(self, hits: Sequence[Hit]) -> None:
        """Let hits sound at once; a wire that knows no notes has none to send back."""
        for hit in hits:
            if hit.note < 0 or self._problem is not None:
                continue
            # Velocity 0 would end the note instead.
            velocity = min(127, max(1, hit.velocity))
            try:
                self._port.send(bytes((_NOTE_ON | self._channel, hit.note, velocity)))
                self._port.send(bytes((_NOTE_OFF | self._channel, hit.note, 0)))
            except Exception as error:  # whatever a driver throws
                self._problem = OutsideError(
                    f"Hits cannot be sent to the drum module any more ({error}); look at its "
                    "cable, then start again."
                )

    def news(self) -> StationError | None:
        """Why nothing is sent any more, told once."""
        if self._problem is None or self._told:
            return None
        self._told = True
        return self._problem

    def close(self) -> None:
        """Let the port go."""
        self._port.close()
