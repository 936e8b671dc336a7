"""The firmware's core, driven from Python: as many boards as are wanted, in any time.

The same C that runs on a board, built for this machine (`targets`: ``host`` is as big as a Pico's,
``host-small`` as an Uno's). Bytes, readings and times go in, bytes come out; no threads, no clock.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.firmware.build import built
from firmware_bridge.firmware.targets import target_named
from firmware_bridge.messages import NO_POSITION, Capability
from station.errors import WrongUse

_TEXT = 64
_OUT_BYTES = 1 << 20
_U32 = ctypes.c_uint32
_U64 = ctypes.c_uint64


class _About(ctypes.Structure):
    _fields_ = (
        ("board_id", _U64),
        ("boot_id", _U32),
        ("capabilities", _U32),
        ("period_ns", _U32),
        ("outputs", ctypes.c_uint8),
        ("lights", ctypes.c_uint8),
        ("firmware", ctypes.c_char * _TEXT),
        ("name", ctypes.c_char * _TEXT),
    )


class _Sizes(ctypes.Structure):
    _fields_ = (
        ("host_bytes", _U32),
        ("board_bytes", _U32),
        ("keep_bytes", _U32),
        ("values_bytes", _U32),
        *(
            (name, ctypes.c_uint16)
            for name in (
                "channels",
                "pads",
                "ring",
                "cues",
                "answers",
                "rx_payload",
                "tx_payload",
                "scope",
                "params",
                "pedals",
                "longest_decision_us",
            )
        ),
    )


class _Counts(ctypes.Structure):
    _fields_ = tuple(
        (name, _U32)
        for name in (
            "hits",
            "bad_frames",
            "overruns",
            "hits_dropped",
            "adc_overruns",
            "passed_over",
        )
    )


class _Strike(ctypes.Structure):
    _fields_ = (
        ("t_us", _U32),
        ("velocity", ctypes.c_uint16),
        ("decided_after_us", ctypes.c_uint16),
        ("pad", ctypes.c_uint8),
        ("zone", ctypes.c_uint8),
        ("position", ctypes.c_uint8),
        ("flags", ctypes.c_uint8),
    )


class _Pedal(ctypes.Structure):
    _fields_ = (("t_us", _U32), ("value", ctypes.c_uint16), ("pad", ctypes.c_uint8))


class _Write(ctypes.Structure):
    _fields_ = (
        ("at", ctypes.c_uint16),
        ("slot", ctypes.c_uint8),
        ("byte", ctypes.c_uint8),
        ("last", ctypes.c_bool),
    )


@dataclass(frozen=True, slots=True)
class CoreSizes:
    """How big the boards of a library are; as in ``core/ed_sizes.h``."""

    host_bytes: int
    board_bytes: int
    keep_bytes: int
    values_bytes: int
    channels: int
    pads: int
    ring: int
    cues: int
    answers: int
    rx_payload: int
    tx_payload: int
    scope: int
    params: int
    pedals: int
    longest_decision_us: int


@dataclass(frozen=True, slots=True)
class CoreCounts:
    """What a board has counted since its start; as in ``core/ed_counts.h``."""

    hits: int
    bad_frames: int
    overruns: int
    hits_dropped: int
    adc_overruns: int
    passed_over: int


@dataclass(frozen=True, slots=True)
class KeptByte:
    """A byte of the settings that a board wants written: where, and whether it is the last one."""

    slot: int
    at: int
    byte: int
    last: bool


class CoreLib:
    """The core as a library of this machine.

    Parameters
    ----------
    path
        The library.

    Attributes
    ----------
    sizes
        How big its boards are.
    out
        Memory that its boards share for what they say.
    """

    def __init__(self, path: Path) -> None:
        self._c = ctypes.CDLL(str(path))
        # For whatever a board says, until it is copied.
        self.out = ctypes.create_string_buffer(_OUT_BYTES)
        self._c.ed_host_say.restype = _U32
        self._c.ed_host_play.restype = _U32
        self._c.ed_host_dc_fault.restype = _U32
        self._c.ed_host_time_near.restype = _U64
        self._c.ed_board_next_us.restype = _U64
        self._c.ed_board_send.restype = ctypes.c_uint16
        self._c.ed_board_output.restype = ctypes.c_uint16
        self._c.ed_board_save.restype = ctypes.c_bool
        self._c.ed_board_ready.restype = ctypes.c_bool
        self._c.ed_board_has_to_say.restype = ctypes.c_bool
        self._c.ed_board_outputs_changed.restype = ctypes.c_bool
        sizes = _Sizes()
        self._c.ed_host_sizes(ctypes.byref(sizes))
        self.sizes = CoreSizes(**_read(sizes))

    @property
    def c(self) -> ctypes.CDLL:
        """Its functions, for `CoreBoard`."""
        return self._c

    def times_us(self, timer_us: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """A 32-bit timer, read again and again, as 64 bits (shape kept, one dimension)."""
        out = np.empty(len(timer_us), np.uint64)
        given = np.ascontiguousarray(timer_us, np.uint32)
        self._c.ed_host_time(_address(given), _U32(len(given)), _address(out))
        return out

    def time_near_us(self, now_us: int, timer_us: int) -> int:
        """A stamp of the 32-bit timer not far from now, as 64 bits."""
        return int(self._c.ed_host_time_near(_U64(now_us), _U32(timer_us)))


@cache
def core_lib(variant: str = "host", out: Path | None = None) -> CoreLib:
    """A library of the core, built when its sources have changed.

    Parameters
    ----------
    variant
        The target's name: ``host`` or ``host-small``.
    out
        Where images are kept; by default the user's cache.

    Raises
    ------
    OutsideError
        When there is no Zig to build it with.
    WrongUse
        When there is no such target.
    """
    target = target_named(variant)
    if target is None:
        raise WrongUse(f"There is no image '{variant}' of the core.")
    return CoreLib(built(target, out))


class CoreBoard:
    """One board.

    Parameters
    ----------
    lib
        Which build.
    now_us
        Its time at the start.
    board_id, boot_id, firmware, name
        Who it is.
    capabilities
        What its port can do: `Capability.LED`, `HAPTIC`, `SAVE`, `POSITION`.
    outputs, lights
        How many lights and motors; bit n of `lights` says that number n is a light.
    period_ns
        From one reading of a channel to its next.
    kept
        What its memory has in the two slots for settings.
    """

    def __init__(
        self,
        lib: CoreLib,
        now_us: int = 0,
        *,
        board_id: int = 0xED_B0A2D_C0DE,
        boot_id: int = 1,
        firmware: str = "edrum 1.0",
        name: str = "Host library",
        capabilities: Capability = Capability.LED | Capability.HAPTIC | Capability.SAVE,
        outputs: int = 2,
        lights: int = 1,
        period_ns: int = 125_000,
        kept: tuple[bytes, bytes] = (b"", b""),
    ) -> None:
        self.lib = lib
        self._c = lib.c
        self._memory = ctypes.create_string_buffer(lib.sizes.host_bytes)
        self._at = ctypes.byref(self._memory)
        self._out = lib.out
        about = _About(
            board_id,
            boot_id,
            int(capabilities),
            period_ns,
            outputs,
            lights,
            firmware.encode(),
            name.encode(),
        )
        self._c.ed_host_start(self._at, ctypes.byref(about), _U64(now_us))
        for slot, image in enumerate(kept):
            self._c.ed_board_restore(
                self._at, ctypes.c_uint8(slot), image, ctypes.c_uint16(len(image))
            )

    # ------------------------------------------------------------- what goes in

    def sample(self, channel: int, reading: int, t_us: int) -> None:
        """One reading of the converter, 0 to 4095."""
        self._c.ed_board_sample(
            self._at, ctypes.c_uint8(channel), ctypes.c_uint16(reading), _U32(t_us % (1 << 32))
        )

    def play(
        self, readings: NDArray[np.uint16], t_us: int, period_ns: int = 125_000, step_ns: int = 0
    ) -> bytes:
        """A recording, as fast as this machine can.

        Parameters
        ----------
        readings
            Shape (sweeps, channels), 0 to 4095.
        t_us
            Time of the first reading.
        period_ns, step_ns
            From sweep to sweep, and from channel to channel within one.

        Returns
        -------
        bytes
            What the board said, on a line that takes everything at once.
        """
        given = np.ascontiguousarray(readings, np.uint16)
        sweeps, channels = given.shape
        said: list[bytes] = []
        a_second = max(1, 10**9 // period_ns)
        for first in range(0, sweeps, a_second):
            piece = given[first : first + a_second]
            count = self._c.ed_host_play(
                self._at,
                _address(piece),
                _U32(len(piece)),
                ctypes.c_uint8(channels),
                _U64(t_us + first * period_ns // 1_000),
                _U32(period_ns),
                _U32(step_ns),
                self._out,
                _U32(_OUT_BYTES),
            )
            said.append(ctypes.string_at(self._out, count))
        return b"".join(said)

    def receive(self, data: bytes, t_us: int) -> None:
        """Bytes from the host, all at one time."""
        self._c.ed_host_receive(self._at, data, _U32(len(data)), _U64(t_us))

    def strike(
        self,
        t_us: int,
        pad: int = 0,
        velocity: int = 40_000,
        zone: int = 0,
        flags: int = 0,
        position: int = NO_POSITION,
    ) -> None:
        """A strike as the trigger would find it; for what comes behind the trigger."""
        strike = _Strike(t_us % (1 << 32), velocity, 0, pad, zone, position, flags)
        self._c.ed_host_strike(self._at, ctypes.byref(strike))

    def pedal(self, t_us: int, pad: int, value: int) -> None:
        """A hi-hat's pedal as the trigger would find it."""
        pedal = _Pedal(t_us % (1 << 32), value, pad)
        self._c.ed_host_pedal(self._at, ctypes.byref(pedal))

    def count(self, overruns: int = 0, adc_overruns: int = 0, load_percent: int = 0) -> None:
        """What a port counts: bytes and readings lost; and its load."""
        self._c.ed_host_count(
            self._at, _U32(overruns), _U32(adc_overruns), ctypes.c_uint8(load_percent)
        )

    def run(self, now_us: int) -> None:
        """Do what is due."""
        self._c.ed_board_run(self._at, _U64(now_us))

    # ------------------------------------------------------------ what comes out

    def say(self, now_us: int) -> bytes:
        """Everything there is to say, on a line that takes it at once."""
        count = self._c.ed_host_say(self._at, self._out, _U32(_OUT_BYTES), _U64(now_us))
        return ctypes.string_at(self._out, count)

    def send(self, room: int, now_us: int) -> bytes:
        """The next bytes of one frame, at most so many."""
        count = self._c.ed_board_send(self._at, self._out, ctypes.c_uint16(room), _U64(now_us))
        return ctypes.string_at(self._out, count)

    def next_us(self, now_us: int) -> int:
        """When `run` has something to do next."""
        return int(self._c.ed_board_next_us(self._at, _U64(now_us)))

    def output(self, number: int) -> int:
        """How bright or strong an output is, 0 to 65535."""
        return int(self._c.ed_board_output(self._at, ctypes.c_uint8(number)))

    @property
    def outputs_changed(self) -> bool:
        """Whether an output may have changed since this was last asked."""
        return bool(self._c.ed_board_outputs_changed(self._at))

    @property
    def ready(self) -> bool:
        """Whether one more question would find room for its answer."""
        return bool(self._c.ed_board_ready(self._at))

    @property
    def has_to_say(self) -> bool:
        """Whether `send` has something."""
        return bool(self._c.ed_board_has_to_say(self._at))

    @property
    def dc_fault(self) -> int:
        """Bit n: pad n rests far from the middle."""
        return int(self._c.ed_host_dc_fault(self._at))

    @property
    def counts(self) -> CoreCounts:
        """What it has counted."""
        counts = _Counts()
        self._c.ed_host_counts(self._at, ctypes.byref(counts))
        return CoreCounts(**_read(counts))

    # ----------------------------------------------------------------- its memory

    def to_keep(self) -> Iterator[KeptByte]:
        """The bytes of the settings that are to be written now; tell `saved` behind the last."""
        write = _Write()
        while self._c.ed_board_save(self._at, ctypes.byref(write)):
            yield KeptByte(write.slot, write.at, write.byte, write.last)

    @property
    def values(self) -> bytes:
        """All its settings, as it has them in its memory."""
        out = ctypes.create_string_buffer(self.lib.sizes.values_bytes)
        self._c.ed_host_values(self._at, out)
        return out.raw

    def saved(self, ok: bool = True) -> None:
        """They are written, or are not."""
        self._c.ed_board_saved(self._at, ctypes.c_bool(ok))


def _read(structure: ctypes.Structure) -> dict[str, int]:
    return {field[0]: int(getattr(structure, field[0])) for field in structure._fields_}


def _address(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
