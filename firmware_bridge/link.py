"""The thread between a serial port and a conversation; keeps it up across unplugs.

Nothing here waits for a board: the thread sleeps until bytes come, something is due to be sent,
or somebody wakes it.
"""

from __future__ import annotations

import threading

from firmware_bridge.knock import Found
from firmware_bridge.port import PortLost, SerialPort, usb_serial_of
from firmware_bridge.search import Search
from firmware_bridge.talk import Talk
from station.clock import Clock
from station.errors import KitError
from station.units import NS_PER_S

# With nothing due the thread looks up now and then all the same: so long does an unplug take
# at most to be noticed on a system that does not say so.
_LOOK_UP_S = 0.02
_STOP_WITHIN_S = 5.0
# A portion of fewer bytes was all there was: the system's own buffers give more at once.
_EMPTIED_BY = 2_048


class Link:
    """Carries bytes between a port and a conversation until it is stopped.

    Parameters
    ----------
    found
        The open port, which the link closes, and its speed.
    talk
        The conversation; its methods are called on the link's thread.
    clock
        What arrivals are read from.

    Attributes
    ----------
    path
        The device now.
    connected
        Whether the line is there.
    heard_ns
        All that came in before this has been handed to the conversation. Stands still while the
        thread is held up, goes on while the line is gone; written by the thread only.
    """

    def __init__(self, found: Found, talk: Talk, clock: Clock) -> None:
        self.path = found.port.path
        self.connected = True
        self.heard_ns = clock.now_ns()
        self._found: Found | None = found
        self._port: SerialPort | None = found.port
        self._baud = found.baud
        # A board says who it is; with a dialect all there is, is the device's own number.
        self._usb_serial = usb_serial_of(self.path) if talk.board_id is None else ""
        self._talk = talk
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"serial {self.path}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something new to send; from any thread."""
        port = self._port
        if port is not None:
            port.wake()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._stop.set()
        self.wake()
        self._thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                port = self._port
                if port is None:
                    self._await_return()
                else:
                    self._converse(port)
        finally:
            if self._port is not None:
                self._port.close()

    def _converse(self, port: SerialPort) -> None:
        """Until the line is gone or nobody wants to hear any more."""
        talk, clock = self._talk, self._clock
        try:
            talk.connect(clock.now_ns())
            found, self._found = self._found, None
            if found is not None and found.heard:
                talk.receive(found.heard, found.heard_ns)
            while not self._stop.is_set():
                now_ns = clock.now_ns()
                data = talk.to_send(now_ns)
                if data:
                    port.write(data)
                next_ns = talk.next_ns
                wait_s = _LOOK_UP_S
                if next_ns is not None:
                    wait_s = min(wait_s, max(0.0, (next_ns - clock.now_ns()) / NS_PER_S))
                data = port.read(wait_s)
                if data:
                    talk.receive(data, clock.now_ns())
                if len(data) < _EMPTIED_BY:
                    self.heard_ns = now_ns
        except PortLost:
            self._lose(port, f"{self.path} was unplugged")
        except KitError as error:
            self._lose(port, str(error))

    def _lose(self, port: SerialPort, why: str) -> None:
        self._port = None
        self.connected = False
        port.close()
        self._talk.disconnect(self._clock.now_ns(), why)

    def _await_return(self) -> None:
        """Open the port again as soon as the board is back."""
        board_id = self._talk.board_id
        search = Search(self.path, self._baud, board_id, self._clock, self._usb_serial)
        try:
            while not self._stop.is_set():
                found = search.step()
                # Nothing is sent, but time goes on for whoever waits for answers.
                now_ns = self._clock.now_ns()
                self._talk.to_send(now_ns)
                self.heard_ns = now_ns
                if found is not None:
                    self.path = found.port.path
                    self._found = found
                    self._port = found.port
                    self.connected = True
                    return
                if search.idle:
                    self._stop.wait(search.rest_s)
        finally:
            search.close()
