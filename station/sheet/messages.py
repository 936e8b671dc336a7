"""What the sheet's process is told, and what it answers.

Pickles through the pipes, each with its length before it: only our own child and parent are
at the ends.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any

from station.sheet.parcel import Parcel
from station.sheet.picture import Picture
from station.sheet.systems import System

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Lay:
    """A chart; `desk` counts the charts."""

    desk: int
    chart: Parcel


@dataclass(frozen=True, slots=True)
class Want:
    """Systems that are wanted of the chart on `desk`."""

    desk: int
    systems: tuple[System, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """Verovio is loaded."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A chart is on the desk; see `SheetScore.swing_words`."""

    desk: int
    swing_words: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Engraved:
    """Of the chart on `desk`, all systems that look so."""

    desk: int
    likeness: bytes
    picture: Picture


@dataclass(frozen=True, slots=True)
class Failed:
    """The chart on `desk` cannot be engraved; one sentence."""

    desk: int
    problem: str


def send(pipe: IO[bytes], message: object) -> None:
    """Write a message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next message; None when the other side has ended."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = pipe.read(length)
    return pickle.loads(data) if len(data) == length else None
