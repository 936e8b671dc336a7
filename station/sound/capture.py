"""Recording an input, so that what was played can be measured (`station calibrate`).

PortAudio's thread runs compiled code only: one JACK client plays and records in the same thread,
and an input that waited for Python would hold up the click that it is to hear.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba import carray, types  # type: ignore[attr-defined]
from numpy.typing import NDArray

from station.clock import MONOTONIC, Clock
from station.errors import SoundError, SoundReason
from station.sound.portaudio import load_sounddevice
from station.timing.kernel import c_function
from station.timing.tables import addresses, table
from station.units import NS_PER_S

BLOCK = np.dtype([("frame", "<i8"), ("now_s", "<f8"), ("heard_s", "<f8"), ("flags", "<i8")])
_TABLES = 3
_SHORTEST_BLOCK = 16
# PortAudio's paInputOverflow.
_OVERFLOW = 2
# A card's clock is off by no more than 0.1 ms in this time, and known after that.
_NEAR_NS, _LEAST_NS = NS_PER_S, NS_PER_S // 5
_LOOKS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What an input heard.

    Attributes
    ----------
    rate_hz
        Frames a second by the card's own clock.
    samples
        Mono, shape (frames,).
    block_frames, block_ns
        Where each block begins in `samples`, and when that was heard on the host's clock, late
        perhaps, never early; shape (blocks,).
    piece
        Which piece each block is of: where the input stumbled, another begins; shape (blocks,).
    """

    rate_hz: int
    samples: NDArray[np.float32]
    block_frames: NDArray[np.int64]
    block_ns: NDArray[np.int64]
    piece: NDArray[np.int64]

    def frames_at(self, host_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Which frames moments of the host's clock are; shape (n,) to shape (n,).

        By the earliest of the blocks of the same piece within a second. Not a number where the
        input had just stumbled, or was not open.
        """
        # When frame 0 would have been heard, by each block.
        begun_ns = self.block_ns - self.block_frames * (NS_PER_S / self.rate_hz)
        frames = np.full(len(host_ns), np.nan)
        for i, t_ns in enumerate(host_ns.tolist()):
            at = int(np.searchsorted(self.block_ns, t_ns, side="right")) - 1
            if at < 0:
                continue
            near = (self.piece == self.piece[at]) & (np.abs(self.block_ns - t_ns) < _NEAR_NS)
            if np.ptp(self.block_ns[near]) > _LEAST_NS:
                frames[i] = (t_ns - float(begun_ns[near].min())) * self.rate_hz / NS_PER_S
        return frames


class Capture:
    """An input that is being recorded, from its making to `stop`, while a card is open.

    Parameters
    ----------
    seconds
        How long at most.
    name
        A part of the input's name; empty for the system's own choice.

    Raises
    ------
    SoundError
        When there is no such input, or it refuses.
    """

    def __init__(self, seconds: float, name: str = "", clock: Clock = MONOTONIC) -> None:
        self._sd = load_sounddevice()
        self._clock = clock
        number, info = self._find(name)
        self.rate_hz = round(info["default_samplerate"])
        self._counts = np.zeros(2, np.int64)
        self._samples = np.zeros(round(seconds * self.rate_hz), np.float32)
        self._blocks = np.zeros(len(self._samples) // _SHORTEST_BLOCK, BLOCK)
        self._where = addresses(
            (self._counts, self._samples, self._blocks),
            (np.dtype(np.int64), np.dtype(np.float32), BLOCK),
        )
        ffi = self._sd._ffi
        try:
            # A function in C is what this base class is for; the others wrap Python's.
            self._stream = self._sd._StreamBase(
                "input",
                samplerate=self.rate_hz,
                device=number,
                channels=1,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback *", callback().address),
                userdata=ffi.cast("void *", self._where.ctypes.data),
            )
            self._stream.start()
        except self._sd.PortAudioError as error:
            why = error.args[0] if error.args else "no reason given"
            raise SoundError(
                f"The input '{info['name']}' cannot be opened ({why}); close the program that "
                "uses it, or choose another (--input).",
                SoundReason.BUSY,
            ) from error

    def stop(self) -> Recording:
        """Let the input go."""
        card_less_host_ns = self._difference_ns()
        self._stream.stop()
        self._stream.close()
        frames, count = self._counts.tolist()
        blocks = self._blocks[:count]
        # Some systems do not say when a block was heard: it is when it came, less its length.
        lengths = np.diff(blocks["frame"], append=frames)
        heard_s = np.where(
            blocks["heard_s"] > 0, blocks["heard_s"], blocks["now_s"] - lengths / self.rate_hz
        )
        return Recording(
            self.rate_hz,
            self._samples[:frames],
            blocks["frame"].copy(),
            np.rint(heard_s * NS_PER_S).astype(np.int64) - card_less_host_ns,
            np.cumsum(blocks["flags"] & _OVERFLOW),
        )

    def _difference_ns(self) -> int:
        """How far the stream's clock is ahead of the host's, by the quickest of a few looks."""
        looks = []
        for _ in range(_LOOKS):
            before = self._clock.now_ns()
            card_s: float = self._stream.time
            after = self._clock.now_ns()
            looks.append((after - before, round(card_s * NS_PER_S) - (before + after) // 2))
        return min(looks)[1]

    def _find(self, name: str) -> tuple[int, Any]:
        inputs = [
            (i, d) for i, d in enumerate(self._sd.query_devices()) if d["max_input_channels"] > 0
        ]
        fitting = [(i, d) for i, d in inputs if name.casefold() in d["name"].casefold()]
        if fitting:
            own = [(i, d) for i, d in fitting if i == self._sd.default.device[0]]
            return (own or fitting)[0]
        there = ", ".join(f"'{d['name']}'" for _, d in inputs)
        raise SoundError(
            f"No input is called '{name}'; there are {there}."
            if inputs
            else "There is no input to record with; plug in a microphone, or calibrate by tapping.",
            SoundReason.NO_DEVICE,
        )


def _callback(
    heard: Any, _output: Any, frames: Any, times: Any, flags: Any, user: Any
) -> int:  # pragma: no cover - compiled
    """PortAudio's callback: PaStreamCallback."""
    where = carray(user, (_TABLES, 2), np.int64)
    counts = table(where, 0, np.int64)
    samples = table(where, 1, np.float32)
    blocks = table(where, 2, BLOCK)
    # Unsigned as they come: numba would go on in floating point.
    count: Any = np.int64(frames)
    said: Any = np.int64(flags)
    at, number = counts[0], counts[1]
    if at + count <= len(samples) and number < len(blocks):
        samples[at : at + count] = carray(heard, (count,), np.float32)
        when = carray(times, (3,), np.float64)
        block = blocks[number]
        block.frame = at
        block.heard_s = when[0]
        block.now_s = when[1]
        block.flags = said
        counts[0] += count
        counts[1] += 1
    return 0


@cache
def callback() -> Any:
    """PortAudio's callback, compiled: its `address` is for a library in C."""
    signature = types.int32(
        types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr
    )
    return c_function(_callback, signature)
