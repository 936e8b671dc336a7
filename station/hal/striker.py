"""Send timed messages into a port, each at its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from station.clock import Clock
from station.hal.rtmidi_port import OutputPort

# The system wakes a sleeper up to this late; the rest is spun.
_SPIN_NS = 150_000


def strike(
    port: OutputPort,
    messages: Sequence[tuple[int, bytes]],
    start_ns: int,
    clock: Clock,
    stop: threading.Event,
) -> list[int]:
    """Send messages in time order; returns when the last is sent, or `stop` is set.

    Parameters
    ----------
    port
        Where to.
    messages
        (ns from `start_ns`, bytes), in time order.
    start_ns
        Time 0, on the clock.
    clock
        The host's monotonic clock.
    stop
        Ends it early.

    Returns
    -------
    list of int
        When each message was handed to the port, ns on the clock.
    """
    sent: list[int] = []
    for t_ns, data in messages:
        due_ns = start_ns + t_ns
        while (left_ns := due_ns - clock.now_ns()) > 0:
            if left_ns > _SPIN_NS:
                if clock.wait(stop, left_ns - _SPIN_NS):
                    return sent
            else:
                time.sleep(0)  # let other threads have the interpreter while this one spins
        sent.append(clock.now_ns())
        port.send(data)
    return sent
