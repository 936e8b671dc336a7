"""The simulated board as a program finds it: a serial port that comes and goes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from firmware_bridge.events import BoardEvent, Greeted, Strike, Tied
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard import LineFaults, PtyBoard, SimBoardConfig
from firmware_bridge.simboard.commands import perform
from station.errors import WrongUse

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs ptys")


class Host:
    """A program with the port open: the least that a link does."""

    def __init__(self, path: Path) -> None:
        self.session = BoardSession(Random(1))
        self.said: list[BoardEvent] = []
        self.open(path)

    def open(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._fd)
        self.session.connect(time.monotonic_ns())

    def close(self) -> None:
        os.close(self._fd)
        self.said += self.session.disconnect()

    def until(self, done: Callable[[], object], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, self.said
            data, events = self.session.to_send(time.monotonic_ns())
            self.said += events
            os.write(self._fd, data)
            ready, _, _ = select.select([self._fd], [], [], 0.003)
            if ready:
                heard = os.read(self._fd, 4096)
                self.said += self.session.receive(heard, time.monotonic_ns())

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.said)


@pytest.fixture
def board() -> Iterator[PtyBoard]:
    with PtyBoard(SimBoardConfig(ppm=200)) as board:
        yield board


def test_hits_over_a_pty_have_their_true_times(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.play(100, rate=400)
    host.until(lambda: host.count(Strike) == 100)
    true = {hit.number: hit.t_ns for hit in board.truth}
    for strike in host.said:
        if isinstance(strike, Strike):
            assert abs(strike.t_ns - true[strike.number]) < max(4 * strike.t_sigma_ns, 2_000_000)
    host.close()


def test_a_bad_line_over_a_pty_loses_nothing(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.set_faults(LineFaults(bit_errors=1e-3))
    board.play(200, rate=500)
    host.until(lambda: len({s.number for s in host.said if isinstance(s, Strike)}) == 200)
    host.close()


def test_the_plug_is_pulled_and_put_back(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.unplug()
    assert not board.path.is_symlink()
    with pytest.raises(OSError, match="Input/output error"):
        host.until(lambda: False)
    host.close()
    board.strike(0)
    board.plug()
    host.open(board.path)
    host.until(lambda: host.count(Strike) == 1)
    assert host.count(Greeted) == 2
    host.close()


def test_it_comes_back_by_itself_and_may_have_been_reset(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.unplug(0.05, reset=True)
    host.close()
    end = time.monotonic() + 10
    while not board.path.exists():
        assert time.monotonic() < end
        select.select([], [], [], 0.005)
    host.open(board.path)
    host.until(lambda: host.count(Tied) == 2)
    assert [e.restarted for e in host.said if isinstance(e, Greeted)] == [False, True]
    host.close()


def test_after_a_stall_everything_comes(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.stall(0.1)
    board.play(20, rate=1000)
    host.until(lambda: host.count(Strike) == 20)
    host.close()


def test_half_a_frame_then_silence_then_speech(board: PtyBoard) -> None:
    host = Host(board.path)
    host.until(lambda: host.session.sync.usable)
    board.half_frame()
    board.strike(0)
    board.garbage(50)
    host.until(lambda: board.truth)
    board.mute(False)
    host.until(lambda: host.count(Strike) == 1)
    host.close()


def test_words_are_obeyed_or_refused_in_a_sentence(board: PtyBoard) -> None:
    assert perform(board, "strike 1 500 1") == {"ok": True}
    assert "strike" in str(perform(board, "help"))
    for line in ("strike 99", "strike", "fly", "stall x", "line 0.1 0.1 0.1"):
        with pytest.raises(WrongUse, match=line.split()[0]):
            perform(board, line)


def test_every_command_in_its_help_works(board: PtyBoard) -> None:
    for line in ("choke 1", "line 0 0", "reset", "garbage 3", "half-frame", "speak", "stall 0"):
        assert perform(board, line) == {"ok": True}
    assert perform(board, "unplug") == {"ok": True}
    assert not board.path.exists()
    assert perform(board, "plug") == {"ok": True}
    assert board.path.exists()
    assert perform(board, "play 2 1000") == {"ok": True}
    assert perform(board, "unplug 0 reset") == {"ok": True}
    assert perform(board, "truth")["schema"] == "firmware_bridge.truth/1"


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    link, truth = tmp_path / "board", tmp_path / "truth.json"
    command = [sys.executable, "-m", "firmware_bridge.simboard", "--pads", "3", "--link", str(link)]
    with subprocess.Popen(
        [*command, "--truth", str(truth)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline().strip() == str(link)
        host = Host(link)
        host.until(lambda: host.session.sync.usable)
        program.stdin.write("strike 2\nstrike 3\n")
        program.stdin.flush()
        assert json.loads(program.stdout.readline()) == {"ok": True}
        assert "pad 3 of 3" in json.loads(program.stdout.readline())["error"]
        host.until(lambda: host.count(Strike) == 1)
        program.stdin.close()
        assert program.wait(10) == 0
        host.close()
    assert len(json.loads(truth.read_text())["hits"]) == 1
    assert not link.is_symlink()


def test_a_place_that_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "firmware_bridge.simboard", "--link", str(tmp_path / "a/b")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 3
    assert result.stderr.startswith("No simulated board:")
    assert "Traceback" not in result.stderr
