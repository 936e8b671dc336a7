"""The ring in shared memory by which judgements reach the dashboard.

One writer, one reader, fixed-size records, no locks. The writer never waits: a reader that
falls behind loses the oldest records and is told how many. Every record carries its own
number and a sum of its words, each with a weight of its own (in an exclusive-or, two words
that change alike would hide each other), so that one that is being overwritten, or that a
weakly ordered processor shows half-written, is seen as such and read again at the next poll.

A mapped file, not `multiprocessing.shared_memory`: before Python 3.13 the tracker of a
second process removes the segment when that process ends, and takes it from the first.
"""

from __future__ import annotations

import contextlib
import mmap
import operator
import secrets
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.errors import EngineError
from station.model import PAD_INDEX, PADS, Flag, Judgement, JudgementKind

RECORD_DTYPE = np.dtype(
    [
        ("number", "<u8"),
        ("kind", "u1"),
        ("confirmed", "u1"),
        ("pad", "u1"),
        ("velocity", "u1"),
        ("flags", "<u2"),
        ("spare", "<u2"),
        ("hit_seq", "<i4"),
        ("chart_index", "<i4"),
        ("t_ns", "<i8"),
        ("offset_ns", "<i8"),
        ("t_sigma_ns", "<i8"),
        ("arrival_ns", "<i8"),
        ("judged_ns", "<i8"),
        ("check", "<u8"),
    ]
)
_BODY = struct.Struct("<QBBBBHHiiqqqqq")
_WORDS = struct.Struct("<8Q")
_RECORD_SIZE = RECORD_DTYPE.itemsize
assert _BODY.size == _WORDS.size == _RECORD_SIZE - 8

# Odd, so that a change of one word never vanishes modulo 2⁶⁴: multiples of the golden ratio.
_WEIGHTS = tuple((2 * i + 1) * 0x9E3779B97F4A7C15 % 2**64 for i in range(8))
_WEIGHTS_AND_CHECK = np.array([*_WEIGHTS, 1], dtype=np.uint64)

_HEADER = struct.Struct("<8sIIQq")  # magic, record size, capacity, written, beat_ns
_HEADER_SIZE = 64
_COUNTER = struct.Struct("<Q")
_BEAT = struct.Struct("<q")
_WRITTEN_AT = 16
_BEAT_AT = 24
_MAGIC = b"edrring2"
DEFAULT_CAPACITY = 16_384

Records = NDArray[np.void]


def create_ring(directory: Path, capacity: int = DEFAULT_CAPACITY) -> Path:
    """Make an empty ring of `capacity` records; returns its file.

    Raises
    ------
    EngineError
        When the directory cannot hold it.
    """
    path = directory / f"edrum-ring-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(_HEADER.pack(_MAGIC, _RECORD_SIZE, capacity, 0, 0))
            file.truncate(_HEADER_SIZE + capacity * _RECORD_SIZE)
    except OSError as error:
        raise EngineError(
            f"No room for the ring of judgements in {directory} ({error.strerror}); "
            "set STATION_RUNTIME_DIR to a folder that can be written."
        ) from error
    return path


class _Mapped:
    """A ring's file, mapped; the common part of both ends."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("r+b") as file:
                self._map = mmap.mmap(file.fileno(), 0)
        except (OSError, ValueError) as error:
            raise EngineError(f"The ring {path} cannot be opened: {error}.") from error
        magic, size, self.capacity, _, _ = _HEADER.unpack_from(self._map, 0)
        if magic != _MAGIC or size != _RECORD_SIZE:
            self._map.close()
            raise EngineError(f"{path} is no ring of this version; start the station again.")

    def close(self) -> None:
        """Unmap; may be called twice."""
        # A numpy view that somebody still holds keeps the map alive until it goes.
        with contextlib.suppress(BufferError):
            self._map.close()


class RingWriter(_Mapped):
    """The engine's end."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._written = 0

    @property
    def written(self) -> int:
        """Records written so far."""
        return self._written

    def put(self, judgement: Judgement, arrival_ns: int, judged_ns: int) -> None:
        """Append one judgement; about 2 µs, never waits.

        Parameters
        ----------
        judgement
            What was judged.
        arrival_ns, judged_ns
            When the hit reached the host, and when it was judged (monotonic clock).
        """
        j = judgement
        number = self._written
        body = _BODY.pack(
            number,
            j.kind,
            j.confirmed,
            PAD_INDEX[j.pad],
            j.velocity,
            int(j.flags),
            0,
            j.hit_seq,
            j.chart_index,
            j.t_ns,
            j.offset_ns,
            j.t_sigma_ns,
            arrival_ns,
            judged_ns,
        )
        total = sum(map(operator.mul, _WORDS.unpack(body), _WEIGHTS))
        at = _HEADER_SIZE + (number % self.capacity) * _RECORD_SIZE
        self._map[at : at + _RECORD_SIZE] = body + _COUNTER.pack(-total % 2**64)
        self._written = number + 1
        _COUNTER.pack_into(self._map, _WRITTEN_AT, self._written)

    def beat(self, now_ns: int) -> None:
        """Say that the engine is alive; in advance (a later time) when it will be busy."""
        _BEAT.pack_into(self._map, _BEAT_AT, now_ns)


class RingReader(_Mapped):
    """The dashboard's end.

    Attributes
    ----------
    lost
        Records that were overwritten before they could be read.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # Copied out of at every poll; the view itself never leaves this object.
        self._records: Records | None = np.frombuffer(
            self._map, dtype=RECORD_DTYPE, count=self.capacity, offset=_HEADER_SIZE
        )
        self._next = 0
        self.lost = 0

    @property
    def beat_ns(self) -> int:
        """When the engine last said that it is alive, monotonic clock; 0 before the first."""
        return int(_BEAT.unpack_from(self._map, _BEAT_AT)[0])

    def poll(self) -> Records:
        """Every record since the last poll, oldest first, shape (n,) of `RECORD_DTYPE`."""
        if self._records is None:
            return np.empty(0, RECORD_DTYPE)
        written = int(_COUNTER.unpack_from(self._map, _WRITTEN_AT)[0])
        oldest = max(0, written - self.capacity)
        if self._next < oldest:
            self.lost += oldest - self._next
            self._next = oldest
        if self._next >= written:
            return np.empty(0, RECORD_DTYPE)
        numbers = np.arange(self._next, written, dtype=np.uint64)
        found: Records = self._records[(numbers % np.uint64(self.capacity)).astype(np.int64)]
        words = found.view(np.uint64).reshape(len(found), -1)
        whole = (words * _WEIGHTS_AND_CHECK).sum(axis=1, dtype=np.uint64) == 0
        good = whole & (found["number"] == numbers)
        overwritten = whole & (found["number"] > numbers)
        # A torn record ends this poll: it is either being finished or being overwritten.
        torn = ~(good | overwritten)
        stop = int(np.argmax(torn)) if torn.any() else len(found)
        self.lost += int(np.count_nonzero(overwritten[:stop]))
        self._next += stop
        read: Records = found[:stop][good[:stop]]
        return read

    def close(self) -> None:
        """Unmap; polls after it give nothing."""
        self._records = None
        super().close()


def judgement_of(record: np.void) -> Judgement:
    """One record as the judgement that it was."""
    return Judgement(
        kind=JudgementKind(int(record["kind"])),
        confirmed=bool(record["confirmed"]),
        hit_seq=int(record["hit_seq"]),
        chart_index=int(record["chart_index"]),
        pad=PADS[int(record["pad"])],
        t_ns=int(record["t_ns"]),
        offset_ns=int(record["offset_ns"]),
        t_sigma_ns=int(record["t_sigma_ns"]),
        velocity=int(record["velocity"]),
        flags=Flag(int(record["flags"])),
    )
