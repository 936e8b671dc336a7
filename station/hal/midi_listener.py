"""The thread behind an open MIDI port: empties the queue, stamps, and watches for an unplug.

It polls RtMidi's own queue. A callback comes sooner, by half a polling interval; but each
message then needs Python's lock by itself, on JACK inside the server's own period. Measured
on two cores over JACK (64 frames; from sent to read, 99th percentile): callback 1.4 ms,
polling 1.6 ms; with another Python thread busy 24 and 16 ms; in a burst of 10,000 messages
a second 1.7 and 1.6 ms, the callback at three times the processor time.
"""

from __future__ import annotations

import contextlib
import threading
import time

from station.clock import Clock
from station.errors import KitError
from station.hal.api import LinkEvent, LinkState, MidiEvent, OverflowEvent
from station.hal.inbox import Inbox
from station.hal.port_names import same_again
from station.hal.rtmidi_port import InputPort, input_names
from station.hal.stamps import Stamper
from station.units import NS_PER_MS, NS_PER_S

_POLL_S = 0.000_2
_POLL_RESTING_S = 0.001
# When somebody else has polled within so long, the listener polls only to be sure.
_HELPED_NS = 5 * NS_PER_MS
_POLL_HELPED_S = 0.002
_RESTS_AFTER_NS = 2 * NS_PER_S
_LOOK_EVERY_NS = 100 * NS_PER_MS
_HOLD_WHILE_LOST_NS = 2 * NS_PER_S
_STOP_WITHIN_S = 5.0

# MIDI clock and active sensing only say that the wire is there: good for the stamps, not kept.
_NOT_KEPT = (0xF8, 0xFE)


class MidiListener:
    """Listens to one port until it is stopped, across unplugs.

    Parameters
    ----------
    port
        Open; the listener closes it.
    stamper
        Made for the port's system.
    inbox
        Where events go.
    clock
        What arrivals are read from.
    first_seq
        The number of the first event.

    Attributes
    ----------
    name
        The port's, which may change when it is plugged in again.
    next_seq
        The number of the next event.
    heard_ns
        All that came in before this is in the inbox. Written by the thread only.
    """

    def __init__(
        self, port: InputPort, stamper: Stamper, inbox: Inbox, clock: Clock, first_seq: int = 0
    ) -> None:
        self.name = port.name
        self.next_seq = first_seq
        self.heard_ns = clock.now_ns()
        self._port: InputPort | None = port
        self._system = port.system
        self._queue_limit = port.queue_limit
        self._stamper = stamper
        self._inbox = inbox
        self._clock = clock
        self._others: frozenset[str] = frozenset()
        self._lost_ns = 0
        self._played_ns = 0
        self._polled_ns = 0
        # Held by whoever empties the queue, or changes the port.
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"midi {port.name}", daemon=True)
        self._thread.start()

    def poll(self) -> None:
        """Empty the queue in the caller's thread, unless the listener is just at it.

        A reader that calls this often spares each hit the way from one thread to another, and
        the listener then sleeps longer.
        """
        if self._port is None or not self._lock.acquire(blocking=False):
            return
        try:
            self._polled_ns = self._clock.now_ns()
            if self._port is not None:
                with contextlib.suppress(KitError):  # the listener finds out for itself
                    self._empty_queue(self._port)
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._stop.set()
        self._thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if self._port is None:
                    self._await_return()
                else:
                    self._listen(self._port)
        finally:
            if self._port is not None:
                self._port.close()

    def _listen(self, port: InputPort) -> None:
        """Until the port is gone or nobody wants to hear any more."""
        looked_ns = self._clock.now_ns()
        while not self._stop.is_set():
            try:
                with self._lock:
                    self._empty_queue(port)
                if self.heard_ns - looked_ns >= _LOOK_EVERY_NS:
                    looked_ns = self.heard_ns
                    names = port.names()
                    if port.name not in names:
                        with self._lock:
                            self._empty_queue(port)
                            self._lose(port, names)
                        return
            except KitError as error:
                with self._lock:
                    self._lose(port, [], str(error))
                return
            # Not the event's own wait: that costs a third more, five thousand times a second.
            time.sleep(self._pause_s())

    def _pause_s(self) -> float:
        if self.heard_ns - self._polled_ns < _HELPED_NS:
            return _POLL_HELPED_S
        resting = self.heard_ns - self._played_ns > _RESTS_AFTER_NS
        return _POLL_RESTING_S if resting else _POLL_S

    def _empty_queue(self, port: InputPort) -> None:
        before_ns = self._clock.now_ns()
        count = 0
        while (message := port.poll()) is not None:
            before_ns = self._clock.now_ns()
            count += 1
            self._take(bytes(message[0]), message[1], before_ns)
        if count >= port.queue_limit - 1:
            # RtMidi drops what does not fit and says so to nobody: one at least was lost.
            self._stamper.restart()
            self._inbox.put(OverflowEvent(before_ns, 1))
        self.heard_ns = before_ns

    def _take(self, data: bytes, delta_s: float, arrival_ns: int) -> None:
        stamp = self._stamper.stamp(delta_s, arrival_ns, self.heard_ns)
        if not data or data[0] in _NOT_KEPT:
            return
        self._played_ns = arrival_ns
        self._inbox.put(
            MidiEvent(self.next_seq, stamp.t_ns, stamp.sigma_ns, arrival_ns, stamp.stamped_by, data)
        )
        self.next_seq += 1

    def _lose(self, port: InputPort, names: list[str], why: str = "unplugged") -> None:
        self._port = None
        self._others = frozenset(names)
        self._lost_ns = self._clock.now_ns()
        self._inbox.put(LinkEvent(self._lost_ns, LinkState.LOST, f"{port.name}: {why}"))
        port.close()

    def _await_return(self) -> None:
        """Open the port again as soon as it is back."""
        before_ns = self._clock.now_ns()
        self.heard_ns = max(self.heard_ns, before_ns - _HOLD_WHILE_LOST_NS)
        names = input_names(self._system)
        name = same_again(self.name, names, self._others)
        if name is not None:
            try:
                self._port = InputPort(self._system, name, self._queue_limit)
            except KitError:
                pass  # there, but not ready yet: the next look finds it
            else:
                self.name = name
                self._stamper.restart()
                self.heard_ns = before_ns
                self._inbox.put(LinkEvent(self._clock.now_ns(), LinkState.OPEN, name))
                return
        self._others &= frozenset(names)
        self._stop.wait(_LOOK_EVERY_NS / NS_PER_S)
