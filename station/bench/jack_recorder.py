"""A JACK client that writes down what others play: `python -m station.bench.jack_recorder OUT S`.

Says `ready` when it listens, joins itself to the first client that is called PortAudio, and
when standard input ends writes OUT (`.npz`): every sample of the left channel, and for each
cycle of the server the number of its first frame and when that was, by JACK's own reckoning on
the host's monotonic clock. It is compiled, so that it holds up no cycle.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import time
from typing import Any

import numpy as np
from numba import carray, cfunc, types  # type: ignore[attr-defined]

from station.errors import OutsideError
from station.timing.tables import to_pointer

_AUDIO = b"32 bit float mono audio"
_IS_INPUT, _IS_OUTPUT = 1, 2
_NO_SERVER_START = 1
_JOINED_WITHIN_S = 60.0


def main(out: str, seconds: int) -> int:
    """Record until standard input ends, at most so long."""
    jack = _library()
    client = jack.jack_client_open(b"edrum-recorder", _NO_SERVER_START, None)
    if not client:
        raise OutsideError("No JACK server answers; the benchmark starts one of its own.")
    port = jack.jack_port_register(client, b"in", _AUDIO, _IS_INPUT, 0)
    rate_hz = int(jack.jack_get_sample_rate(client))
    samples = np.zeros(seconds * rate_hz, np.float32)
    cycles = np.zeros((seconds * rate_hz // 16, 3), np.int64)
    counts = np.zeros(2, np.int64)
    process = _compiled(jack, client, port, samples, cycles, counts)
    jack.jack_set_process_callback(client, process.address, None)
    if jack.jack_activate(client):
        raise OutsideError("The JACK server does not let the recorder in.")
    print("ready", flush=True)
    _join(jack, client)
    print("joined", flush=True)
    sys.stdin.read()
    jack.jack_deactivate(client)
    jack.jack_client_close(client)
    np.savez(out, samples=samples[: counts[0]], cycles=cycles[: counts[1]], rate_hz=rate_hz)
    return 0


def _library() -> Any:
    jack = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "jack_client_open": (pointer, [text, ctypes.c_int, pointer]),
        "jack_port_register": (pointer, [pointer, text, text, ctypes.c_ulong, ctypes.c_ulong]),
        "jack_get_sample_rate": (number, [pointer]),
        "jack_set_process_callback": (ctypes.c_int, [pointer, pointer, pointer]),
        "jack_activate": (ctypes.c_int, [pointer]),
        "jack_deactivate": (ctypes.c_int, [pointer]),
        "jack_client_close": (ctypes.c_int, [pointer]),
        "jack_port_get_buffer": (pointer, [pointer, number]),
        "jack_last_frame_time": (number, [pointer]),
        "jack_frames_to_time": (ctypes.c_uint64, [pointer, number]),
        "jack_connect": (ctypes.c_int, [pointer, text, text]),
        "jack_get_ports": (ctypes.POINTER(text), [pointer, text, text, ctypes.c_ulong]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(jack, name)
        function.restype, function.argtypes = result, arguments
    return jack


def _compiled(jack: Any, client: int, port: int, samples: Any, cycles: Any, counts: Any) -> Any:
    """The process callback; what it works on must outlive it."""
    get_buffer, last_frame = jack.jack_port_get_buffer, jack.jack_last_frame_time
    to_time = jack.jack_frames_to_time
    # Numbers, so that the compiled code holds them itself.
    where_samples, where_cycles, where_counts = (a.ctypes.data for a in (samples, cycles, counts))
    room, cycle_room = len(samples), len(cycles)

    @cfunc(types.int32(types.uint32, types.voidptr))
    def process(frames: Any, _argument: Any) -> int:
        kept = carray(to_pointer(where_counts), (2,), np.int64)
        count, cycle = kept[0], kept[1]
        if count + frames <= room and cycle < cycle_room:
            first = last_frame(client)
            row = carray(to_pointer(where_cycles), (cycle_room, 3), np.int64)[cycle]
            row[0], row[1], row[2] = count, first, to_time(client, first)
            heard = carray(to_pointer(np.int64(get_buffer(port, frames))), (frames,), np.float32)
            carray(to_pointer(where_samples), (room,), np.float32)[count : count + frames] = heard
            kept[0], kept[1] = count + frames, cycle + 1
        return 0

    return process


def _join(jack: Any, client: int) -> None:
    give_up = time.monotonic() + _JOINED_WITHIN_S
    while time.monotonic() < give_up:
        found = jack.jack_get_ports(client, b"PortAudio:", _AUDIO, _IS_OUTPUT)
        if found and found[0]:
            if jack.jack_connect(client, found[0], b"edrum-recorder:in"):
                raise OutsideError("The recorder could not be joined to the player.")
            return
        time.sleep(0.005)
    raise OutsideError("Nobody played.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
