"""A JACK client that writes down what others play: `python -m station.bench.jack_recorder OUT S`.

Says `ready` when it listens, joins itself to the first client called PortAudio and says
`joined`, and when standard input ends writes OUT (`.npz`): every sample of both channels, and of
each cycle of the server the number of its first frame and when the recorder was called for it,
on the host's monotonic clock. It is compiled, so that it holds up no cycle.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
import time
from typing import Any

import numpy as np
from numba import carray, cfunc, types  # type: ignore[attr-defined]

from station.errors import OutsideError
from station.timing.tables import to_pointer

CYCLE = np.dtype([("place", "<i8"), ("frame", "<i8"), ("called_ns", "<i8")])
_AUDIO = b"32 bit float mono audio"
_IS_INPUT, _IS_OUTPUT = 1, 2
_NO_SERVER_START = 1
_SHORTEST_CYCLE = 16
_JOINED_WITHIN_S = 120.0


def main(out: str, seconds: int) -> int:
    """Record until standard input ends, at most so long."""
    jack = _library()
    client = jack.jack_client_open(b"edrum-recorder", _NO_SERVER_START, None)
    if not client:
        raise OutsideError("No JACK server answers; the benchmark starts one of its own.")
    ports = [
        jack.jack_port_register(client, name, _AUDIO, _IS_INPUT, 0) for name in (b"left", b"right")
    ]
    rate_hz = int(jack.jack_get_sample_rate(client))
    samples = np.zeros((2, seconds * rate_hz), np.float32)
    cycles = np.zeros(seconds * rate_hz // _SHORTEST_CYCLE, CYCLE)
    counts = np.zeros(2, np.int64)
    process = _compiled(jack, client, ports, samples, cycles, counts)
    jack.jack_set_process_callback(client, process.address, None)
    if jack.jack_activate(client):
        raise OutsideError("The JACK server does not let the recorder in.")
    print("ready", flush=True)
    told = threading.Event()
    clocks: list[tuple[int, int]] = []
    pairing = threading.Thread(target=_pair, args=(jack, clocks, told))
    pairing.start()
    _join(jack, client)
    print("joined", flush=True)
    sys.stdin.read()
    told.set()
    pairing.join()
    jack.jack_deactivate(client)
    jack.jack_client_close(client)
    kept = cycles[: counts[1]]
    jack_ns, host_ns = np.array(clocks, np.int64).T
    kept["called_ns"] += np.interp(kept["called_ns"], jack_ns, host_ns - jack_ns).astype(np.int64)
    np.savez(out, samples=samples[:, : counts[0]], cycles=kept, rate_hz=rate_hz)
    return 0


def _pair(jack: Any, clocks: list[tuple[int, int]], told: threading.Event) -> None:
    """What JACK's clock and the host's show, ten times a second, the quickest of a few looks."""
    while True:
        looks = []
        for _ in range(5):
            before = time.monotonic_ns()
            now = int(jack.jack_get_time()) * 1000
            after = time.monotonic_ns()
            looks.append((after - before, now, (before + after) // 2))
        clocks.append(min(looks)[1:])
        if told.wait(0.1):
            return


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
        "jack_get_time": (ctypes.c_uint64, []),
        "jack_connect": (ctypes.c_int, [pointer, text, text]),
        "jack_get_ports": (ctypes.POINTER(text), [pointer, text, text, ctypes.c_ulong]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(jack, name)
        function.restype, function.argtypes = result, arguments
    return jack


def _compiled(
    jack: Any, client: int, ports: list[int], samples: Any, cycles: Any, counts: Any
) -> Any:
    """The process callback; what it works on must outlive it."""
    get_buffer, last_frame, now = (
        jack.jack_port_get_buffer,
        jack.jack_last_frame_time,
        jack.jack_get_time,
    )
    # Numbers, so that the compiled code holds them itself.
    where_samples, where_cycles, where_counts = (a.ctypes.data for a in (samples, cycles, counts))
    room, cycle_room = samples.shape[1], len(cycles)
    left, right = ports

    @cfunc(types.int32(types.uint32, types.voidptr))
    def process(frames: Any, _argument: Any) -> int:
        called = np.int64(now()) * 1000
        kept = carray(to_pointer(where_counts), (2,), np.int64)
        count, cycle = kept[0], kept[1]
        end = count + np.int64(frames)
        if end <= room and cycle < cycle_room:
            row = carray(to_pointer(where_cycles), (cycle_room,), CYCLE)[cycle]
            row.place = count
            row.frame = np.int64(last_frame(client))
            row.called_ns = called
            heard = carray(to_pointer(where_samples), (2, room), np.float32)
            for channel, port in ((0, left), (1, right)):
                block = carray(
                    to_pointer(np.int64(get_buffer(port, frames))), (frames,), np.float32
                )
                heard[channel, count:end] = block
            kept[0], kept[1] = end, cycle + 1
        return 0

    return process


def _join(jack: Any, client: int) -> None:
    give_up = time.monotonic() + _JOINED_WITHIN_S
    while time.monotonic() < give_up:
        found = jack.jack_get_ports(client, b"PortAudio:", _AUDIO, _IS_OUTPUT)
        if found and found[0] and found[1]:
            for port, own in ((found[0], b"left"), (found[1], b"right")):
                if jack.jack_connect(client, port, b"edrum-recorder:" + own):
                    raise OutsideError("The recorder could not be joined to the player.")
            return
        time.sleep(0.005)
    raise OutsideError("Nobody played.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
