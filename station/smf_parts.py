"""A Standard MIDI file taken apart into arrays: its bytes to messages at ticks.

Written for speed: one plain loop over the bytes, without an object for every message. What is
read of it (charts, takes) is decided elsewhere.

After the specification (Standard MIDI Files 1.0, MIDI Association 1996), but for one kindness:
running status goes on behind a meta event or system-exclusive data, as some programs write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRACK_NAME, MARKER, TEMPO, METRE = 0x03, 0x06, 0x51, 0x58
# The metas that are kept, and the fewest bytes that they can be told by.
_KEPT = {TRACK_NAME: 0, MARKER: 0, TEMPO: 3, METRE: 4}
_META, _EXCLUSIVE, _ESCAPE, _FIRST_SYSTEM = 0xFF, 0xF0, 0xF7, 0xF0
_PROGRAM, _PITCH = 0xC0, 0xE0  # between them: one byte of data
# Data bytes of system messages. A file has no use for them, and some have them all the same.
_SYSTEM_SIZES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
_LONGEST_NUMBER = 4


class DamagedSmfError(ValueError):
    """The bytes are no sound MIDI file: `args[0]` says why, in a few words."""


class CutOffSmfError(DamagedSmfError):
    """The file ends before what its header promises."""


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta event: when, which, and its bytes."""

    tick: int
    kind: int
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What is in a file.

    Attributes
    ----------
    tick
        Of every channel message, track after track, shape (messages,).
    message
        Status and data bytes of each, 0 for a second data byte that there is not; uint8, shape
        (messages, 3).
    metas
        Track names, markers, tempi and metres, in the same order.
    end_tick
        Of the last event of all.
    """

    tick: NDArray[np.int64]
    message: NDArray[np.uint8]
    metas: list[Meta]
    end_tick: int


def take_apart(data: bytes) -> Parts:
    """Everything that a Standard MIDI file of any type says, at absolute ticks.

    Raises
    ------
    DamagedSmfError
        When it is none.
    """
    ticks: list[int] = []
    messages: list[int] = []  # three bytes in one number
    metas: list[Meta] = []
    end_tick = 0
    for track in _tracks(data):
        end_tick = max(end_tick, _read_track(track, ticks, messages, metas))
    packed = np.array(messages, dtype=np.uint32)
    message = np.empty((len(packed), 3), dtype=np.uint8)
    for column, shift in enumerate((16, 8, 0)):
        message[:, column] = packed >> shift & 0xFF
    return Parts(np.array(ticks, dtype=np.int64), message, metas, end_tick)


def _tracks(data: bytes) -> Iterator[bytes]:
    """Each of the promised tracks; other chunks are passed over."""
    at = 8 + int.from_bytes(data[4:8], "big")
    left = int.from_bytes(data[10:12], "big")
    while left:
        head = data[at : at + 8]
        if len(head) < 8:
            raise CutOffSmfError("cut off")
        begin, at = at + 8, at + 8 + int.from_bytes(head[4:], "big")
        if at > len(data):
            raise CutOffSmfError("cut off")
        if head[:4] == b"MTrk":
            left -= 1
            yield data[begin:at]


def _read_track(  # one loop: a call a message would be too dear
    data: bytes, ticks: list[int], messages: list[int], metas: list[Meta]
) -> int:
    """Append what a track says; returns the tick of its last event."""
    at = tick = status = 0
    end = len(data)
    add_tick, add_message = ticks.append, messages.append
    try:
        while at < end:
            byte = data[at]
            at += 1
            if byte < 0x80:
                tick += byte
            else:
                delta, at = _number(data, at - 1)
                tick += delta
            byte = data[at]
            if byte >= _FIRST_SYSTEM:
                at = _read_system(data, at, tick, metas)
                continue
            if byte >= 0x80:
                status = byte
                at += 1
                byte = data[at]
            elif not status:
                raise DamagedSmfError("a message without a status")
            at += 1
            second = 0
            if not _PROGRAM <= status < _PITCH:
                second = data[at]
                at += 1
            if byte | second > 0x7F:
                raise DamagedSmfError("a data byte above 127")
            add_tick(tick)
            add_message(status << 16 | byte << 8 | second)
    except IndexError:
        at = end + 1
    if at > end:
        raise DamagedSmfError("an event longer than its track")
    return tick


def _read_system(data: bytes, at: int, tick: int, metas: list[Meta]) -> int:
    """Behind a meta event, system-exclusive data or another system message; keeps some metas."""
    status = data[at]
    at += 1
    if status == _META:
        kind = data[at]
        size, at = _number(data, at + 1)
        if kind in _KEPT:
            if size < _KEPT[kind]:
                raise DamagedSmfError(f"{size} bytes for a {'tempo' if kind == TEMPO else 'metre'}")
            metas.append(Meta(tick, kind, data[at : at + size]))
        return at + size
    if status in {_EXCLUSIVE, _ESCAPE}:
        size, at = _number(data, at)
        return at + size
    if status not in _SYSTEM_SIZES:
        raise DamagedSmfError(f"an undefined status {status:#04x}")
    return at + _SYSTEM_SIZES[status]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and what is behind it."""
    number = 0
    for byte in data[at : at + _LONGEST_NUMBER]:
        at += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at
    if at >= len(data):
        raise IndexError
    raise DamagedSmfError("an endless number")
