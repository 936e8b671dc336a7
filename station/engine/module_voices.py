"""Hits that a drum module plays when it is sent them: the rhythm gate for kits with a module.

With its local control off, a module sounds only for what comes back by MIDI. What the gate lets
through goes back to it as it came, and so does a hand on a cymbal.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from station.errors import OutsideError, StationError
from station.model import Hit, Pad

if TYPE_CHECKING:
    from station.hal.rtmidi_port import OutputPort

_NOTE_ON, _NOTE_OFF, _KEY_PRESSURE = 0x90, 0x80, 0xA0


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
        self._notes: dict[Pad, int] = {}
        self._problem: StationError | None = None
        self._told = False

    def strike(self, hits: Sequence[Hit]) -> None:
        """Let hits sound at once; a wire that knows no notes has none to send back."""
        for hit in hits:
            if hit.note < 0:
                continue
            self._notes[hit.pad] = hit.note
            # Velocity 0 would end the note instead.
            self._send(_NOTE_ON, hit.note, min(127, max(1, hit.velocity)))
            self._send(_NOTE_OFF, hit.note, 0)

    def choke(self, pad: Pad) -> None:
        """A hand on a cymbal, and off it: pressure on the note that it was struck with."""
        note = self._notes.get(pad)
        if note is not None:
            self._send(_KEY_PRESSURE, note, 127)
            self._send(_KEY_PRESSURE, note, 0)

    def news(self) -> StationError | None:
        """Why nothing is sent any more, told once."""
        if self._problem is None or self._told:
            return None
        self._told = True
        return self._problem

    def _send(self, status: int, note: int, value: int) -> None:
        if self._problem is not None:
            return
        try:
            self._port.send(bytes((status | self._channel, note, value)))
        except Exception as error:  # whatever a driver throws
            self._problem = OutsideError(
                f"Hits cannot be sent to the drum module any more ({error}); look at its cable, "
                "then start again."
            )

    def close(self) -> None:
        """Let the port go."""
        self._port.close()
