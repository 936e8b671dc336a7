"""The floor of every latency: python-rtmidi's own callback in a process that does nothing else.

`python -m station.bench.bare_callback PORT OUT`: says `ready`, and when standard input ends
writes when each note-on called back (monotonic ns, a `.npy` file).
"""

from __future__ import annotations

import sys
import time

import numpy as np

# Past the station's own driver, on purpose: this is what it is measured against.
import rtmidi

_NOTE_ON = 0x90


def main(port: str, out: str) -> int:
    """Listen until standard input ends."""
    times: list[int] = []

    def called(message: tuple[list[int], float], _data: object) -> None:
        now = time.monotonic_ns()
        if message[0][0] & 0xF0 == _NOTE_ON and message[0][2] > 0:
            times.append(now)

    client = rtmidi.MidiIn(rtmidi.get_compiled_api_by_name("jack"), "edrum-floor")
    names = client.get_ports()
    client.set_callback(called)
    client.open_port(next(i for i, name in enumerate(names) if port in name), "in")
    print("ready", flush=True)
    sys.stdin.read()
    client.close_port()
    # A JACK server waits for a client that vanishes without a word.
    client.delete()
    np.save(out, np.array(times, dtype=np.int64))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
