"""What speaks at the other end, from a stretch of its bytes at one speed."""

from __future__ import annotations

from enum import StrEnum

from firmware_bridge.dialects.edrumulus import is_status
from firmware_bridge.dialects.firmata import firmware_name, is_firmata
from firmware_bridge.dialects.midi import MidiStream

_KEPT = 4_096
# A stretch at the wrong speed may look like one message by chance, but not like two and no
# byte between them.
_ENOUGH_MESSAGES = 2


class Dialect(StrEnum):
    """What can be recognised by listening only."""

    MIDI = "midi"
    EDRUMULUS = "edrumulus"
    FIRMATA = "firmata"


class Ear:
    """Listens to one device at one speed.

    Attributes
    ----------
    heard
        How many bytes came.
    """

    def __init__(self) -> None:
        self.heard = 0
        self._bytes = b""
        self._midi = MidiStream()
        self._status = False

    def hear(self, data: bytes) -> Dialect | None:
        """Take the next bytes; what speaks, as soon as it is clear.

        Firmata is looked for first: its pins' messages are note-ons to a MIDI ear.
        """
        self.heard += len(data)
        self._bytes = (self._bytes + data)[-_KEPT:]
        for message in self._midi.feed(data):
            self._status |= is_status(message.data)
        if is_firmata(self._bytes):
            return Dialect.FIRMATA
        if self._midi.strays or self._midi.messages < _ENOUGH_MESSAGES:
            return None
        return Dialect.EDRUMULUS if self._status else Dialect.MIDI

    @property
    def firmware_name(self) -> str:
        """What a Firmata board calls itself; empty when it was not heard."""
        return firmware_name(self._bytes)
