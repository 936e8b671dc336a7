"""A played take as a Standard MIDI file: bytes to messages at times.

Unlike a chart, what was played needs no bars: files that count in film frames are read too,
and every message of every channel stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from station import smf_parts, units
from station.charts.gm import DRUM_CHANNEL
from station.charts.tick_times import TickTimes
from station.errors import FileError
from station.takes.export import START_MARKER

# About an hour and a half at ten hits a second with everything that a kit says beside them.
MAX_BYTES = 4 * 2**20
MAX_LENGTH_NS = 24 * 60 * units.NS_PER_MINUTE

_DEFAULT_US_PER_QUARTER = 500_000
_NOTE_ON = 0x90
_PROGRAM, _PITCH = 0xC0, 0xE0  # between them: two bytes, not three
# Frames a second of SMPTE time code; "29" is the 30 of colour television, slowed by 0.1 %.
_FRAME_RATES = {
    24: Fraction(24),
    25: Fraction(25),
    29: Fraction(30_000, 1001),
    30: Fraction(30),
}
_SAVE_AGAIN = "save it again from the program that it came from"


@dataclass(frozen=True, slots=True, eq=False)
class PlayedFile:
    """What a MIDI file says was played: all channel messages in time order.

    Attributes
    ----------
    t_ns
        When each was sent; of equal times, in file order; int64, shape (messages,).
    data
        Status and data bytes, 0 for a second data byte that there is not; uint8, shape
        (messages, 3).
    tick_ns
        The longest tick: how finely the file can say when.
    """

    t_ns: NDArray[np.int64]
    data: NDArray[np.uint8]
    tick_ns: Fraction

    @property
    def sigma_ns(self) -> int:
        """Standard deviation of a time that was rounded to ticks: an even spread over one."""
        return math.ceil(self.tick_ns / math.sqrt(12))

    def messages(self) -> list[tuple[int, bytes]]:
        """One by one: (t_ns, bytes as on the wire)."""
        two = (self.data[:, 0] >= _PROGRAM) & (self.data[:, 0] < _PITCH)
        raw, sizes = self.data.tobytes(), np.where(two, 2, 3).tolist()
        return [
            (t_ns, raw[3 * i : 3 * i + size])
            for i, (t_ns, size) in enumerate(zip(self.t_ns.tolist(), sizes, strict=True))
        ]

    def of_channel(self, channel: int) -> PlayedFile:
        """The messages of one channel, 0 to 15."""
        chosen = self.data[:, 0] & 0x0F == channel
        return PlayedFile(self.t_ns[chosen], self.data[chosen], self.tick_ns)

    def of_the_drums(self) -> PlayedFile:
        """Those of channel 10 when it has notes, as charts are read; else all."""
        struck = (self.data[:, 0] == _NOTE_ON | DRUM_CHANNEL) & (self.data[:, 2] > 0)
        return self.of_channel(DRUM_CHANNEL) if struck.any() else self


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
    division = _checked_division(data, name)
    try:
        parts = smf_parts.take_apart(data)
    except smf_parts.CutOffSmfError as error:
        raise FileError(f"{name}: the MIDI file is cut off; {_SAVE_AGAIN}.") from error
    except smf_parts.DamagedSmfError as error:
        raise FileError(f"{name}: the MIDI file is damaged ({error}); {_SAVE_AGAIN}.") from error
    begins, tick_ns = _tick_lengths(division, parts.metas)
    times = TickTimes(begins, tick_ns)
    if times.ns_at(parts.end_tick) > MAX_LENGTH_NS:
        raise FileError(f"{name} is longer than a day; {_SAVE_AGAIN}.")
    start_ns = 0
    for meta in parts.metas:
        if meta.kind == smf_parts.MARKER and meta.data == START_MARKER.encode():
            start_ns = times.ns_at(meta.tick)
    order = np.argsort(parts.tick, kind="stable")
    # A tick counts if it was gone through: some time passed before the next tempo or the end.
    gone = [length for begin, length in zip(begins, tick_ns, strict=True) if begin < parts.end_tick]
    return PlayedFile(
        t_ns=times.ns_of(parts.tick[order]) - start_ns,
        data=parts.message[order],
        tick_ns=max(gone, default=tick_ns[0]),
    )


def _tick_lengths(division: int, metas: list[smf_parts.Meta]) -> tuple[list[int], list[Fraction]]:
    """Where a tick's length in ns changes, and to what; `division` as in the file's header."""
    if division & 0x8000:  # film frames go their own pace
        frames = _FRAME_RATES[256 - (division >> 8)]
        return [0], [units.NS_PER_S / (frames * (division & 0xFF))]
    said = {m.tick: int.from_bytes(m.data[:3], "big") for m in metas if m.kind == smf_parts.TEMPO}
    changes = sorted(({0: _DEFAULT_US_PER_QUARTER} | said).items())
    exact = {us: Fraction(us * units.NS_PER_US, division) for _, us in changes}
    return [tick for tick, _ in changes], [exact[us] for _, us in changes]


def _checked_division(data: bytes, name: str) -> int:
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
    return division
