"""Serial ports: which are there, and bytes in and out of one. The only module with pyserial.

pyserial opens and sets up the line; the bytes then go past it where devices are files: its own
`read` asks twice per call and sets the line up anew for every other timeout.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import serial
from serial.tools import list_ports

from firmware_bridge.refusals import NO_LINE, holder_of, is_there, refusal, taken

# A list of devices to look at beside those that the system calls serial ports: a Raspberry Pi's
# own UART, Bluetooth, a simulated board.
MORE_DEVICES = "STATION_SERIAL_DEVICES"
_READ_SIZE: Final = 65_536
_UNSENT_LIMIT: Final = 4_096


@dataclass(frozen=True, slots=True)
class Device:
    """A serial device that is there.

    Attributes
    ----------
    path
        What opens it.
    title
        What the system calls it; for people.
    usb_serial
        The serial number that its USB descriptor tells; empty without one.
    """

    path: str
    title: str = ""
    usb_serial: str = ""


class PortLost(Exception):  # noqa: N818 - said as it is: the port was lost
    """The device is gone: unplugged, or its other end was closed."""


def devices() -> list[Device]:
    """Every serial device on USB, and those named in `STATION_SERIAL_DEVICES`.

    Others are left alone: a computer's own ports and Bluetooth rarely have a board behind them,
    and to find out that nobody answers takes seconds.
    """
    found = [
        Device(port.device, _title(port), port.serial_number or "")
        for port in list_ports.comports()
        if port.vid is not None
    ]
    known = {device.path for device in found}
    for path in os.environ.get(MORE_DEVICES, "").split(os.pathsep):
        if path and path not in known and is_there(path):
            found.append(Device(path))
    return found


def usb_serial_of(path: str) -> str:
    """The serial number that the device at a path tells on USB; empty without one."""
    real = os.path.realpath(path)
    return next((d.usb_serial for d in devices() if os.path.realpath(d.path) == real), "")


def open_port(path: str, baud: int) -> SerialPort:
    """Open a device for us alone.

    Raises
    ------
    KitError
        With the reason: no such device, no permission, taken, not a serial port.
    """
    holder = holder_of(path)
    if holder:
        raise taken(path, holder)
    try:
        line = serial.Serial(path, baud, timeout=0, write_timeout=0, exclusive=True)
    except (serial.SerialException, OSError, ValueError, OverflowError) as error:
        raise refusal(path, baud, error) from error
    # 16 ms of buffering in an FTDI chip become 1; a pty or another chip does not know the wish.
    with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
        line.set_low_latency_mode(True)
    _keep_dtr_at_close(line)
    return SerialPort(path, line)


class SerialPort:
    """An open device.

    One thread reads and writes; any thread may `wake` it. Every fault of the line is a
    `PortLost`: pyserial's own exceptions, and the OSErrors that come past it after an unplug.
    """

    def __init__(self, path: str, line: Any) -> None:
        self.path = path
        self._line = line
        self._unsent = bytearray()
        self._wait, self._wake = _waiter(line)

    def read(self, timeout_s: float) -> bytes:
        """Whatever has come, at once; waits for the first byte at most so long.

        Raises
        ------
        PortLost
            When the device is gone.
        """
        try:
            if self._unsent:
                self._send()
            return self._wait(timeout_s, bool(self._unsent))
        except (serial.SerialException, OSError, ValueError, TypeError) as error:
            # ValueError, TypeError: the descriptor was closed under us.
            raise PortLost(_why(error)) from error

    def write(self, data: bytes) -> None:
        """Send without waiting; what the line does not take now goes with the next `read`.

        A device that takes nothing for long loses what is on top: the host asks again.

        Raises
        ------
        PortLost
            When the device is gone.
        """
        if len(self._unsent) + len(data) > _UNSENT_LIMIT:
            return
        self._unsent += data
        try:
            self._send()
        except (serial.SerialException, OSError, ValueError, TypeError) as error:
            raise PortLost(_why(error)) from error

    def set_baud(self, baud: int) -> bool:
        """Change the speed, and forget what came at the old one; false where it is unknown.

        Raises
        ------
        PortLost
            When the device is gone.
        """
        try:
            self._line.baudrate = baud
            self._line.reset_input_buffer()
        except (ValueError, OverflowError):
            return False
        except (serial.SerialException, OSError) as error:
            if getattr(error, "errno", None) in NO_LINE:
                return False
            raise PortLost(_why(error)) from error
        except Exception as error:  # termios.error is no OSError
            raise PortLost(_why(error)) from error
        return True

    def wake(self) -> None:
        """Let a waiting `read` return; from any thread."""
        self._wake()

    def close(self) -> None:
        """Give the device back; may be called twice."""
        with contextlib.suppress(serial.SerialException, OSError):
            self._line.close()
        self._wait.close()

    def _send(self) -> None:
        try:
            sent = self._wait.write(self._unsent)
        except BlockingIOError:
            return
        del self._unsent[:sent]


if sys.platform == "win32":

    class _Waiter:
        """Waits on pyserial's own handle, a few milliseconds at a time."""

        _STEP_S = 0.004

        def __init__(self, line: Any) -> None:
            self._line = line
            self._woken = threading.Event()

        def __call__(self, timeout_s: float, unsent: bool) -> bytes:
            for _ in range(max(1, round(timeout_s / self._STEP_S))):
                waiting = self._line.in_waiting
                if waiting or unsent:
                    return bytes(self._line.read(waiting))
                if self._woken.wait(self._STEP_S):
                    self._woken.clear()
                    break
            return b""

        def write(self, data: bytearray) -> int:
            return int(self._line.write(bytes(data)) or 0)

        def wake(self) -> None:
            self._woken.set()

        def close(self) -> None:
            pass

    def _keep_dtr_at_close(line: Any) -> None:
        """Do nothing: Windows drops DTR at will."""

else:
    import select
    import termios

    class _Waiter:
        """Waits on the descriptor and on a pipe by which other threads wake it."""

        def __init__(self, line: Any) -> None:
            self._fd = line.fileno()
            self._wake_out, self._wake_in = os.pipe()
            os.set_blocking(self._wake_in, False)
            self._lock = threading.Lock()

        def __call__(self, timeout_s: float, unsent: bool) -> bytes:
            # Not `poll`, which does not know terminals on every system.
            ready, _, _ = select.select(
                (self._fd, self._wake_out), (self._fd,) if unsent else (), (), max(0.0, timeout_s)
            )
            if self._wake_out in ready:
                os.read(self._wake_out, 4_096)
            if self._fd not in ready:
                return b""
            data = os.read(self._fd, _READ_SIZE)
            if not data:
                raise OSError(errno.EIO, "end of the line")
            return data

        def write(self, data: bytearray) -> int:
            return os.write(self._fd, data)

        def wake(self) -> None:
            with self._lock, contextlib.suppress(BlockingIOError):
                if self._wake_in >= 0:
                    os.write(self._wake_in, b"w")

        def close(self) -> None:
            with self._lock:
                if self._wake_in >= 0:
                    os.close(self._wake_in)
                    os.close(self._wake_out)
                    self._wake_in = -1

    def _keep_dtr_at_close(line: Any) -> None:
        """Leave DTR up when we close, so that the next program does not reset the board."""
        with contextlib.suppress(termios.error, OSError):
            settings = termios.tcgetattr(line.fileno())
            settings[2] &= ~termios.HUPCL
            termios.tcsetattr(line.fileno(), termios.TCSANOW, settings)


def _waiter(line: Any) -> tuple[_Waiter, Callable[[], None]]:
    waiter = _Waiter(line)
    return waiter, waiter.wake


def _title(port: Any) -> str:
    """The system's name for a port, where it says more than the device's own."""
    words = [port.manufacturer, port.product]
    return " ".join(word for word in words if word) or (port.description or "").replace("n/a", "")


def _why(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
