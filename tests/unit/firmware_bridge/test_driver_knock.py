"""Who is at the other end: every kind of answer over a real pty, and none of them waited for."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_bridge.boards import ask_everywhere, find_board
from firmware_bridge.dialects.recognise import Dialect
from firmware_bridge.driver import SerialDriver
from firmware_bridge.frames import encode_frame
from firmware_bridge.knock import SPEEDS, Found, who_is_at
from firmware_bridge.messages import TYPE_OF, HelloAck
from firmware_bridge.port import Device
from firmware_bridge.simboard import PtyBoard, SimBoardConfig
from station.clock import MONOTONIC
from station.errors import KitError, KitReason, WrongUse
from station.hal.address import parse_address
from station.model import StampedBy

MS = 1_000_000
GREETING = b"\xf9\x02\x05\xf0\x79\x02\x05" + b"".join(bytes((c, 0)) for c in b"Standard") + b"\xf7"


class Talker:
    """A pty whose far end says the same again and again, until the test is over."""

    def __init__(self, said: bytes) -> None:
        self.master, slave = os.openpty()
        self._slave = slave
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, args=(said,))
        self._thread.start()

    def _talk(self, said: bytes) -> None:
        os.set_blocking(self.master, False)
        while not self._over.wait(0.005):
            try:
                os.write(self.master, said)
            except BlockingIOError:
                continue

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        os.close(self._slave)
        os.close(self.master)


@pytest.fixture
def talker() -> Iterator[Callable[[bytes], Talker]]:
    made: list[Talker] = []

    def make(said: bytes) -> Talker:
        made.append(Talker(said))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ask(path: object, patience_ms: int = 700, speeds: tuple[int, ...] = SPEEDS) -> Found:
    found = who_is_at(str(path), MONOTONIC, speeds, patience_ms * MS)
    found.port.close()
    return found


def refused(path: object, patience_ms: int = 400, speeds: tuple[int, ...] = (1_000_000,)) -> str:
    with pytest.raises(KitError) as caught:
        ask(path, patience_ms, speeds)
    assert caught.value.reason is KitReason.NOT_A_KIT
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_a_board_answers_within_a_moment():
    with PtyBoard() as board:
        before = time.monotonic()
        found = ask(board.path)
        assert time.monotonic() - before < 0.5
        assert found.board is not None
        assert (found.board.board_id, found.dialect) == (f"{board.config.board_id:016x}", None)


def test_a_board_that_resets_when_it_is_opened_is_waited_for():
    with PtyBoard(SimBoardConfig(boot_ns=900 * MS)) as board:
        assert ask(board.path, patience_ms=3_000).board is not None


def test_a_board_that_is_played_meanwhile_is_a_board_and_no_midi():
    with PtyBoard() as board:
        board.play(2_000, 4_000)
        assert ask(board.path).board is not None


@pytest.mark.parametrize(
    ("config", "way_out"),
    [
        (SimBoardConfig(protocol_min=9, protocol_max=9), "update the station"),
        (SimBoardConfig(protocol_min=0, protocol_max=0), "update the board's firmware"),
    ],
)
def test_a_board_of_another_time_says_which_side_is_too_old(config: SimBoardConfig, way_out: str):
    with PtyBoard(config) as board:
        assert way_out in refused(board.path)


def test_a_greeting_of_another_form_is_a_newer_board(talker):
    newer = encode_frame(TYPE_OF[HelloAck], 0, b"\x09\x09")
    assert "update the station" in refused(talker(newer).path)


def test_midi_edrumulus_and_firmata_are_recognised_by_listening(talker):
    midi = ask(talker(b"\x99\x26\x40\x24\x50\xf8").path)
    assert (midi.board, midi.dialect) == (None, Dialect.MIDI)
    assert ask(talker(b"\x80\x7f\x01\x80\x7e\x02\x99\x26\x40").path).dialect is Dialect.EDRUMULUS
    message = refused(talker(GREETING).path)
    assert "Firmata board (Standard)" in message
    assert "flash a trigger firmware" in message


def test_garbage_and_half_a_frame_for_ever_and_silence(talker):
    noise = bytes((n * n * 37 + 11) % 256 for n in range(97))
    assert "'?baud='" in refused(talker(noise).path)
    with PtyBoard() as board:
        board.half_frame()
        assert "no trigger board" in refused(board.path)
    with PtyBoard() as board:
        board.mute()
        assert "dialect=midi" in refused(board.path)


def test_a_device_that_goes_away_while_it_is_asked():
    with PtyBoard() as board:
        board.mute()
        threading.Timer(0.1, board.unplug).start()
        with pytest.raises(KitError, match="went away") as caught:
            ask(board.path)
        assert caught.value.reason is KitReason.LOST


def test_all_devices_are_asked_at_once_and_who_is_silent_holds_nobody_up(talker):
    with (
        PtyBoard(SimBoardConfig(board_id=0xA)) as a,
        PtyBoard(SimBoardConfig(board_id=0xB)) as b,
        PtyBoard() as silent,
    ):
        silent.mute()
        midi = talker(b"\x99\x26\x40\x24\x50")
        there = [Device(str(p)) for p in (a.path, b.path, silent.path, midi.path, "/dev/null")]
        before = time.monotonic()
        answers = ask_everywhere(MONOTONIC, 600 * MS, list_devices=lambda: there)
        assert time.monotonic() - before < 1.5
        found = [answer.found for answer in answers if answer.found is not None]
        for one in found:
            one.port.close()
        ids = sorted(one.board.board_id for one in found if one.board is not None)
        assert ids == ["000000000000000a", "000000000000000b"]
        assert [one.dialect for one in found if one.board is None] == [Dialect.MIDI]
        assert len([answer for answer in answers if answer.error is not None]) == 2


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes some paths the only devices of this machine."""

    def choose(*paths: Path) -> None:
        monkeypatch.setattr("firmware_bridge.port.list_ports.comports", list)
        monkeypatch.setenv("STATION_SERIAL_DEVICES", os.pathsep.join(map(str, paths)))

    return choose


def test_a_board_is_found_by_its_id_and_discovered_by_listening(only):
    with PtyBoard(SimBoardConfig(board_id=0xA)) as a, PtyBoard(SimBoardConfig(board_id=0xB)) as b:
        only(a.path, b.path)
        found = find_board("000000000000000b", MONOTONIC)
        assert found.port.path == str(b.path)
        found.port.close()
        with pytest.raises(KitError, match="here are 000000000000000a, 000000000000000b"):
            find_board("000000000000000c", MONOTONIC, 500 * MS)
        infos = sorted(SerialDriver().discover(), key=lambda info: info.address)
        assert [info.address for info in infos] == [
            "serial://000000000000000a",
            "serial://000000000000000b",
        ]
        assert {info.stamped_by for info in infos} == {StampedBy.DEVICE}
        assert all("8 pads" in info.detail and not info.simulated for info in infos)


def test_a_board_that_another_program_has_is_said_when_it_may_be_the_one(only):
    with PtyBoard() as board:
        only(board.path)
        holder = who_is_at(str(board.path), MONOTONIC)
        with pytest.raises(KitError, match="in use by another program"):
            find_board("00000000000000ff", MONOTONIC, 300 * MS)
        assert SerialDriver().discover() == []
        holder.port.close()


def test_no_device_is_no_board_and_no_wait(only):
    only()
    before = time.monotonic()
    assert SerialDriver().discover() == []
    with pytest.raises(KitError, match="no board is here"):
        find_board("00000000000000ff", MONOTONIC)
    assert time.monotonic() - before < 0.5


@pytest.mark.parametrize(
    "address",
    [
        "serial://",
        "serial://what",
        "serial://11112222333344445",
        "serial:///dev/ttyACM0?baud=fast",
        "serial:///dev/ttyACM0?baud=1",
        "serial:///dev/ttyACM0?dialect=firmata",
        "serial:///dev/ttyACM0?bauds=1",
        "serial:///dev/ttyACM0,/dev/ttyACM0",
        "serial:///dev/ttyACM0,",
        "serial:///dev/ttyACM0,/dev/ttyACM1?dialect=midi",
    ],
)
def test_addresses_that_make_no_sense(address: str):
    with pytest.raises(WrongUse) as caught:
        SerialDriver().create(parse_address(address), MONOTONIC)
    assert str(caught.value).endswith(".")
