"""Serial ports over real ptys: bytes through, an unplug noticed, every refusal a sentence."""

from __future__ import annotations

import grp
import os
import subprocess
import sys
import time
import tty
from collections.abc import Iterator

import pytest

from firmware_bridge import port as port_module
from firmware_bridge.port import MORE_DEVICES, PortLost, devices, open_port
from station.errors import KitError, KitReason


class Pty:
    """A pty whose far end the test holds."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.open = True

    def unplug(self) -> None:
        if self.open:
            self.open = False
            os.close(self.slave)
            os.close(self.master)


@pytest.fixture
def pty() -> Iterator[Pty]:
    made = Pty()
    yield made
    made.unplug()


def test_bytes_go_both_ways_at_any_speed(pty: Pty):
    port = open_port(pty.path, 1_000_000)
    for baud in (31_250, 38_400, 250_000):
        assert port.set_baud(baud)
        os.write(pty.master, bytes(range(256)))
        assert port.read(1.0) == bytes(range(256))
        port.write(bytes(range(256)))
        assert os.read(pty.master, 4096) == bytes(range(256))
    assert port.read(0.0) == b""
    port.close()
    port.close()


def test_an_unplug_is_noticed_at_once(pty: Pty):
    port = open_port(pty.path, 115_200)
    pty.unplug()
    before = time.monotonic()
    with pytest.raises(PortLost):
        port.read(5.0)
    assert time.monotonic() - before < 0.05
    with pytest.raises(PortLost):
        port.write(b"x")
    with pytest.raises(PortLost):
        port.set_baud(9_600)
    port.close()


def test_another_thread_wakes_a_reader(pty: Pty):
    port = open_port(pty.path, 115_200)
    port.wake()
    before = time.monotonic()
    assert port.read(5.0) == b""
    assert time.monotonic() - before < 1.0
    port.close()
    port.wake()  # of a link that was just lost: nobody there, no harm


def test_a_device_that_takes_nothing_blocks_nobody_and_loses_whole_messages(pty: Pty):
    port = open_port(pty.path, 115_200)
    message = b"0123456789abcde\0"
    for _ in range(3_000):
        port.write(message)
    took = os.read(pty.master, 65_536)
    while (more := _rest(port, pty)) != b"":
        took += more
    assert took
    assert took == message * (len(took) // len(message))
    port.close()


def _rest(port, pty: Pty) -> bytes:
    port.read(0.0)
    os.set_blocking(pty.master, False)
    try:
        return os.read(pty.master, 65_536)
    except BlockingIOError:
        return b""


def refused(path: str, baud: int = 115_200) -> KitError:
    with pytest.raises(KitError) as caught:
        open_port(path, baud)
    message = str(caught.value)
    assert path in message
    assert message.endswith(".")
    assert "\n" not in message
    return caught.value


def test_a_device_that_another_program_has(pty: Pty):
    port = open_port(pty.path, 115_200)
    error = refused(pty.path)
    assert error.reason is KitReason.BUSY
    assert "in use by another program" in str(error)
    port.close()
    open_port(pty.path, 115_200).close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")
def test_a_device_that_another_program_has_without_a_lock(tmp_path, monkeypatch):
    device = tmp_path / "ttyACM0"
    device.touch()
    assert refused(str(device)).reason is KitReason.NOT_A_KIT
    with device.open() as held, subprocess.Popen(["sleep", "60"], stdin=held) as other:
        try:
            error = refused(str(device))
        finally:
            other.kill()
    assert error.reason is KitReason.BUSY
    assert "in use by 'sleep'" in str(error)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/no-such-board", KitReason.NO_SUCH_PORT),
        ("/dev/null", KitReason.NOT_A_KIT),
        ("/etc/hostname", KitReason.NOT_A_KIT),
        ("/tmp", KitReason.NOT_A_KIT),
    ],
)
def test_what_is_no_serial_port(path: str, reason: KitReason):
    assert refused(path).reason is reason


def test_a_device_that_is_not_for_you_names_the_group(pty: Pty, monkeypatch: pytest.MonkeyPatch):
    def deny(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", pty.path)

    monkeypatch.setattr(port_module.serial, "Serial", deny)
    error = refused(pty.path)
    assert error.reason is KitReason.NO_PERMISSION
    assert f"{pty.path} may not be opened by you; " in str(error)
    monkeypatch.setattr(grp, "getgrgid", lambda _: grp.struct_group(("dialout", "x", 20, [])))
    assert "join its group: 'sudo usermod -aG dialout $USER'" in str(refused(pty.path))
    monkeypatch.setattr(grp, "getgrgid", lambda _: grp.struct_group(("root", "x", 0, [])))
    assert "udev rule" in str(refused(pty.path))
    monkeypatch.setattr(grp, "getgrgid", {}.__getitem__)
    assert "ask whoever runs this machine" in str(refused(pty.path))


def test_a_speed_that_the_line_does_not_know(pty: Pty, monkeypatch: pytest.MonkeyPatch):
    def slow(*_args: object, **_kwargs: object) -> None:
        raise ValueError("Failed to set custom baud rate")

    monkeypatch.setattr(port_module.serial, "Serial", slow)
    assert "?baud=" in str(refused(pty.path))


def test_devices_can_be_named_beside_those_on_usb(pty: Pty, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(port_module.list_ports, "comports", list)
    monkeypatch.setenv(MORE_DEVICES, os.pathsep.join([pty.path, "/dev/not-there", ""]))
    assert [device.path for device in devices()] == [pty.path]


def test_ports_that_are_not_on_usb_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    class Port:
        def __init__(self, device: str, vid: int | None) -> None:
            self.device, self.vid = device, vid
            self.manufacturer, self.product, self.serial_number = "Acme", "Board", "123"
            self.description = "n/a"

    ports = [Port("/dev/ttyS0", None), Port("/dev/ttyACM3", 0x2E8A)]
    monkeypatch.setattr(port_module.list_ports, "comports", lambda: ports)
    monkeypatch.delenv(MORE_DEVICES, raising=False)
    (device,) = devices()
    assert (device.path, device.title, device.usb_serial) == ("/dev/ttyACM3", "Acme Board", "123")
