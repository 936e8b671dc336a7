"""MIDI messages out of the bytes of a serial line.

A status byte holds for all data that follows it (running status); one-byte real-time messages
may stand anywhere, within other messages too; system-exclusive texts are passed over.
"MIDI 1.0 Detailed Specification", 4.2.
"""

from __future__ import annotations

from typing import NamedTuple

_REAL_TIME = 0xF8
_EXCLUSIVE, _EXCLUSIVE_END = 0xF0, 0xF7
_UNDEFINED = frozenset((0xF4, 0xF5, 0xF9, 0xFD))
# Data bytes behind each status: by its upper half, and for the system's own by all of it.
_CHANNEL_DATA = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_SYSTEM_DATA = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}


class MidiBytes(NamedTuple):
    """A message, and where it ended in the bytes that completed it.

    Attributes
    ----------
    data
        Status and data bytes; the status is there also when it was not sent again.
    left
        How many bytes came after it in the same portion.
    """

    data: bytes
    left: int


class MidiStream:
    """Messages out of bytes in any portions; never raises, never grows.

    Attributes
    ----------
    messages
        Whole ones so far, without real-time bytes.
    strays
        Bytes that fit nowhere: data without a status, messages cut off, statuses that the
        standard does not define. On a right line at the right speed there are none once the
        first status has come.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.strays = 0
        self._status = 0
        self._wanted = 0
        self._data = bytearray()
        self._in_exclusive = False
        self._begun = False

    def feed(self, data: bytes) -> list[MidiBytes]:
        """Take the next bytes of the line; the messages that they complete, in order."""
        found: list[MidiBytes] = []
        last = len(data) - 1
        for at, byte in enumerate(data):
            if byte < 0x80:
                if self._take_data(byte):
                    found.append(MidiBytes(bytes((self._status, *self._data)), last - at))
                    self._finish()
            elif byte in _UNDEFINED:
                self.strays += 1
                self._drop()
            elif byte >= _REAL_TIME:
                found.append(MidiBytes(bytes((byte,)), last - at))
            elif self._take_status(byte):
                found.append(MidiBytes(bytes((byte,)), last - at))
                self._finish()
        return found

    def forget(self) -> None:
        """Drop what has begun: the line was opened anew, perhaps in the middle of a message."""
        self._drop()
        self._begun = False

    def _take_data(self, byte: int) -> bool:
        """Whether this data byte completes a message."""
        if self._in_exclusive:
            return False
        if not self._status:
            # Whoever begins to listen may hear the rest of a message: no fault of the line's.
            self.strays += self._begun
            return False
        self._data.append(byte)
        return len(self._data) == self._wanted

    def _take_status(self, byte: int) -> bool:
        """Whether this status byte is a message by itself."""
        self._begun = True
        if byte == _EXCLUSIVE_END:
            self.strays += not self._in_exclusive
            self._drop()
            return False
        self.strays += bool(self._data) or self._in_exclusive
        self._drop()
        if byte == _EXCLUSIVE:
            self._in_exclusive = True
            return False
        self._status = byte
        self._wanted = _SYSTEM_DATA[byte] if byte >= _EXCLUSIVE else _CHANNEL_DATA[byte >> 4]
        return self._wanted == 0

    def _finish(self) -> None:
        self.messages += 1
        self._data.clear()
        if self._status >= _EXCLUSIVE:  # running status is for channels only
            self._status = 0

    def _drop(self) -> None:
        self._status = 0
        self._data.clear()
        self._in_exclusive = False
