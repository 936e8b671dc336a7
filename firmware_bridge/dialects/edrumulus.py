"""Edrumulus (Volker Fischer's drum trigger firmware) on an ESP32, as it speaks over a serial line.

MIDI at 38400 baud. What the board says about itself are note-offs on channel 1 with notes from
102 up: settings when it is asked, its load, an error, its version. The hi-hat's pedal is
controller 4, the place on the head controller 16, and a choked cymbal polyphonic pressure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

BAUD = 38_400
_NOTE_OFF_CHANNEL_1 = 0x80
_FIRST_STATUS_NOTE = 102


def is_status(message: bytes) -> bool:
    """Whether a MIDI message is the board's word on itself, and no music."""
    return (
        len(message) == 3 and message[0] == _NOTE_OFF_CHANNEL_1 and message[1] >= _FIRST_STATUS_NOTE
    )


@dataclass(frozen=True, slots=True)
class EdrumulusStatus:
    """What the board has said of itself; None: not said.

    Attributes
    ----------
    major, minor
        The firmware's version.
    load
        The board's own number; 0 is idle.
    error
        The board's own number; 0 is none. A pad that rests far from the middle, for example.
    """

    major: int | None = None
    minor: int | None = None
    load: int | None = None
    error: int | None = None

    def after(self, message: bytes) -> EdrumulusStatus:
        """The status after a message of which `is_status` is true."""
        value = message[2]
        match message[1]:
            case 127:
                return replace(self, major=value)
            case 126:
                return replace(self, minor=value)
            case 125:
                return replace(self, error=value)
            case 124:
                return replace(self, load=value)
        return self

    def __str__(self) -> str:
        """For people."""
        words = ["Edrumulus"]
        if self.major is not None and self.minor is not None:
            words[0] += f" {self.major}.{self.minor}"
        if self.load:
            words.append(f"load {self.load}")
        if self.error:
            words.append(f"reports error {self.error}: look at its pads' cables")
        return ", ".join(words)
