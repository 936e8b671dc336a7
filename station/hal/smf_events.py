"""A played take as a Standard MIDI file: bytes to messages at times.

Unlike a chart, what was played needs no bars: files that count in film frames are read too,
and every message of every channel stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

import mido

from station import units
from station.charts.gm import DRUM_CHANNEL
from station.errors import FileError
from station.takes.export import START_MARKER

# About an hour and a half at ten hits a second with everything that a kit says beside them.
MAX_BYTES = 4 * 2**20
MAX_LENGTH_NS = 24 * 60 * units.NS_PER_MINUTE

_DEFAULT_US_PER_QUARTER = 500_000
_NOTE_ON = 0x90
_FIRST_SYSTEM_STATUS = 0xF0
# Frames a second of SMPTE time code; "29" is the 30 of colour television, slowed by 0.1 %.
_FRAME_RATES = {
    24: Fraction(24),
    25: Fraction(25),
    29: Fraction(30_000, 1001),
    30: Fraction(30),
}
# mido adds up a number of any length, in time quadratic in the length.
_ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{1024}")
_SAVE_AGAIN = "save it again from the program that it came from"


@dataclass(frozen=True, slots=True)
class PlayedFile:
    """What a MIDI file says was played.

    Attributes
    ----------
    messages
        (t_ns, bytes) of all channel messages in time order; of equal times, in file order.
    tick_ns
        The longest tick: how finely the file can say when.
    """

    messages: list[tuple[int, bytes]]
    tick_ns: Fraction

    @property
    def sigma_ns(self) -> int:
        """Standard deviation of a time that was rounded to ticks: an even spread over one."""
        return math.ceil(self.tick_ns / math.sqrt(12))

    def of_channel(self, channel: int) -> list[tuple[int, bytes]]:
        """The messages of one channel, 0 to 15."""
        return [message for message in self.messages if message[1][0] & 0x0F == channel]

    def of_the_drums(self) -> list[tuple[int, bytes]]:
        """Those of channel 10 when it has notes, as charts are read; else all."""
        drums = self.of_channel(DRUM_CHANNEL)
        struck = any(data[0] & 0xF0 == _NOTE_ON and data[2] for _, data in drums)
        return drums if struck else self.messages


def read_played_file(data: bytes, name: str) -> PlayedFile:
    """Take a MIDI file of type 0 or 1 apart.

    Times are rounded half up to the nanosecond from exact fractions, as those of a chart, so
    that a chart's own file lies on its written times. In a file that `takes.export` wrote,
    time 0 is the chart's tick 0, and what was played before it is negative.

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it.

    Raises
    ------
    FileError
        When it is no sound MIDI file, too large, or longer than a day.
    """
    _check_head(data, name)
    try:
        file = mido.MidiFile(file=BytesIO(data))
    except EOFError as error:
        raise FileError(f"{name}: the MIDI file is cut off; {_SAVE_AGAIN}.") from error
    except Exception as error:  # whatever mido trips over, the file is not sound
        why = " ".join(str(error).split())[:80] or type(error).__name__
        raise FileError(f"{name}: the MIDI file is damaged ({why}); {_SAVE_AGAIN}.") from error
    events = sorted(_absolute(file), key=lambda event: event[0])
    clock = _TickClock(int.from_bytes(data[12:14], "big"))
    messages: list[tuple[int, bytes]] = []
    start_ns = 0
    for tick, message in events:
        t_ns = clock.ns_at(tick)
        if t_ns > MAX_LENGTH_NS:
            raise FileError(f"{name} is longer than a day; {_SAVE_AGAIN}.")
        if message.type == "set_tempo":
            clock.set_tempo(tick, message.tempo)
        elif message.type == "marker" and message.text == START_MARKER:
            start_ns = t_ns
        elif not message.is_meta and (raw := bytes(message.bytes()))[0] < _FIRST_SYSTEM_STATUS:
            messages.append((t_ns, raw))
    return PlayedFile([(t_ns - start_ns, raw) for t_ns, raw in messages], clock.longest_tick_ns)


class _TickClock:
    """From ticks to nanoseconds, going forward; `division` as in the file's header."""

    def __init__(self, division: int) -> None:
        self._tick = 0
        self._ns = Fraction(0)
        self._ppq = division
        if division & 0x8000:
            frames = _FRAME_RATES[256 - (division >> 8)]
            self._tick_ns = units.NS_PER_S / (frames * (division & 0xFF))
        else:
            self._tick_ns = self._of_tempo(_DEFAULT_US_PER_QUARTER)
        self._longest_ns: Fraction | None = None

    @property
    def longest_tick_ns(self) -> Fraction:
        """Of the ticks gone so far, or of the one to come if none has."""
        return self._longest_ns or self._tick_ns

    def ns_at(self, tick: int) -> int:
        exact = self._ns + (tick - self._tick) * self._tick_ns
        if tick > self._tick:
            self._longest_ns = max(self._longest_ns or self._tick_ns, self._tick_ns)
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    def set_tempo(self, tick: int, us_per_quarter: int) -> None:
        if self._ppq & 0x8000:
            return  # film frames go their own pace
        self._ns += (tick - self._tick) * self._tick_ns
        self._tick = tick
        self._tick_ns = self._of_tempo(us_per_quarter)

    def _of_tempo(self, us_per_quarter: int) -> Fraction:
        return Fraction(us_per_quarter * units.NS_PER_US, self._ppq)


def _check_head(data: bytes, name: str) -> None:
    if len(data) > MAX_BYTES:
        raise FileError(
            f"{name}: {len(data) / 2**20:.1f} MB is too large for a take (at most "
            f"{MAX_BYTES // 2**20} MB); cut it, or save only its drum track."
        )
    if len(data) < 14 or data[:4] != b"MThd":
        raise FileError(f"{name}: this is not a MIDI file; {_SAVE_AGAIN} as .mid.")
    kind, division = int.from_bytes(data[8:10], "big"), int.from_bytes(data[12:14], "big")
    if kind > 1:
        raise FileError(
            f"{name}: its tracks are patterns that do not run together (MIDI file type {kind}); "
            "save it as type 0 or 1."
        )
    frames = 256 - (division >> 8)
    if division & 0x8000 and (frames not in _FRAME_RATES or not division & 0xFF):
        raise FileError(
            f"{name}: it counts {division & 0xFF} ticks in each of {frames} frames a second; "
            f"{_SAVE_AGAIN} with ticks per quarter note."
        )
    if division == 0:
        raise FileError(f"{name}: it has 0 ticks a quarter note; {_SAVE_AGAIN}.")
    if _ENDLESS_NUMBER.search(data):
        raise FileError(f"{name}: the MIDI file is damaged (endless number); {_SAVE_AGAIN}.")


def _absolute(file: Any) -> Iterator[tuple[int, Any]]:
    """Every message of every track with its absolute tick."""
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            yield tick, message
