"""JACK's own count of frames, asked for inside the callback: the one sure way to know a gap.

PortAudio's time on JACK is JACK's estimate, which strays by a millisecond for seconds after the
server was late; the number of a cycle's first frame is exact. A client of our own, that plays
nothing, may ask for it, and for the time. (That is a clock of its own: on Linux the monotonic
one before NTP has slewed it, a quarter of a second off after a day.)
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

from numba import types
from numba.extending import intrinsic

from station.units import NS_PER_US

_NO_SERVER_START = 1
_NAME = b"edrum-clock"


class JackClock:
    """An open client, and where the two functions are.

    Attributes
    ----------
    client
        What `frames_at` wants as its argument.
    frames_at, time_at
        Addresses: of `uint32 jack_last_frame_time(client)`, and of `uint64 jack_get_time()`,
        which says microseconds.
    """

    def __init__(self, library: Any, client: int) -> None:
        self._library = library
        self.client = client
        self.frames_at = _address(library.jack_last_frame_time)
        self.time_at = _address(library.jack_get_time)

    def now_ns(self) -> int:
        """JACK's time, in steps of a microsecond."""
        return int(self._library.jack_get_time()) * NS_PER_US

    def close(self) -> None:
        """Let the client go; the addresses are not to be called any more."""
        self._library.jack_client_close(self.client)


def open_jack_clock() -> JackClock | None:
    """A client of the server that PortAudio uses, or None where JACK's library is not found."""
    name = ctypes.util.find_library("jack") or ctypes.util.find_library("jack64")
    try:
        library = ctypes.CDLL(name or "libjack.so.0")
    except OSError:
        return None
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.jack_get_time.restype = ctypes.c_uint64
    library.jack_client_close.argtypes = [ctypes.c_void_p]
    client = library.jack_client_open(_NAME, _NO_SERVER_START, None)
    return JackClock(library, client) if client else None


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _ask_frames(_context: Any, address: Any, client: Any) -> Any:
    """An address called as `uint32 f(void *)`, for numba to generate."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.uint32)
        pointer = context.get_value_type(types.voidptr)
        function = builder.inttoptr(args[0], _function(word, [pointer]))
        return builder.call(function, [builder.inttoptr(args[1], pointer)])

    return types.uint32(address, client), generate


def _ask_time(_context: Any, address: Any) -> Any:
    """An address called as `uint64 f(void)`, for numba to generate."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.uint64)
        return builder.call(builder.inttoptr(args[0], _function(word, [])), [])

    return types.uint64(address), generate


def _function(result: Any, arguments: list[Any]) -> Any:
    from llvmlite import ir  # noqa: PLC0415 - only while numba compiles

    return ir.FunctionType(result, arguments).as_pointer()


# In a kernel.
ask_frames: Any = intrinsic(_ask_frames)
ask_time: Any = intrinsic(_ask_time)
