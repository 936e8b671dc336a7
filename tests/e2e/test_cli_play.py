"""`station play` as a person or a script starts it: a process, a terminal, signals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from station.model import TakeState
from station.takes.store import Store

STATION = (sys.executable, "-m", "station.cli.main")
LONG = ("--chart", "pulse", "--seconds", "60", "--count-in", "0")
WITHIN_S = 60

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "STATION_DATA_DIR": str(tmp_path / "data"),
        "STATION_CONFIG_DIR": str(tmp_path / "config"),
        "PYTHONIOENCODING": "utf-8",
    }


@pytest.fixture
def start(environment: Mapping[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a command in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*STATION, *words],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def taken(tmp_path: Path) -> list[Any]:
    with Store.open(tmp_path / "data" / "takes.db") as store:
        return store.takes()


def engine_of(pid: int) -> int:
    """The engine that a running command has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in map(int, children):
        if b"station.engine.process" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    raise AssertionError(f"{pid} has no engine among {children}")


def wait_for_hits(tmp_path: Path) -> None:
    """Until something has been recorded."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        if (tmp_path / "data" / "takes.db").exists():
            with Store.open(tmp_path / "data" / "takes.db") as store:
                if any(len(store.hits(take.id)) for take in store.takes(limit=1)):
                    return
        time.sleep(0.05)
    raise AssertionError("nothing was recorded")


def test_a_take_from_start_to_report(start: Start, tmp_path: Path) -> None:
    kit = "sim://?player=ahead&seed=1&realtime=0"
    words = ("--chart", "straight-eighths", "--bpm", "200", "--repeat", "8", "--player", "Ada")
    process = start("play", kit, *words, "--latency-ms", "0", "--json", "take.json")
    out, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, err
    assert "Straight eighths" in out
    assert "AHEAD" in out
    told = json.loads((tmp_path / "take.json").read_text())
    assert told["schema"] == "station.take/1"
    assert told["verdict"]["placement"]["call"] == "ahead"
    assert told["verdict"]["placement"]["calibrated"] is True
    (take,) = taken(tmp_path)
    assert (take.player, take.state) == ("Ada", TakeState.FINISHED)
    assert take.hit_count == len(told["hits"])

    report = start("report", take.id[:8], "--json", "-")
    out, err = report.communicate(timeout=WITHIN_S)
    assert json.loads(out) == told


def test_with_json_on_standard_output_there_is_nothing_else(start: Start) -> None:
    kit = "sim://?player=robot&realtime=0"
    process = start("play", kit, "--chart", "pulse", "--bars", "2", "--json", "-")
    out, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert told["schema"] == "station.take/1"
    assert len(told["hits"]) == told["chart"]["notes"] == 8


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_take_in_good_order(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = start("play", "sim://?player=steady", *LONG, "--json", "take.json")
    wait_for_hits(tmp_path)
    process.send_signal(number)
    out, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, err
    assert "Pulse" in out
    (take,) = taken(tmp_path)
    assert take.state is TakeState.FINISHED
    told = json.loads((tmp_path / "take.json").read_text())
    assert 0 < take.hit_count == len(told["hits"]) < told["chart"]["notes"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the engine in /proc")
def test_an_engine_that_dies_is_a_sentence_and_3_and_the_take_is_kept(
    start: Start, tmp_path: Path
) -> None:
    process = start("play", "sim://?player=steady", *LONG)
    wait_for_hits(tmp_path)
    os.kill(engine_of(process.pid), signal.SIGKILL)
    _, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 3
    assert "station takes" in err.splitlines()[-1]
    assert "Traceback" not in err
    (take,) = taken(tmp_path)
    assert take.state is TakeState.BROKEN_OFF
    assert take.hit_count > 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["midi://no such port here"], 3),
        (["sim://?player=nobody"], 2),
    ],
)
def test_a_kit_that_cannot_be_opened_is_one_sentence_and_its_code(
    start: Start, tmp_path: Path, words: list[str], expected: int
) -> None:
    process = start("play", *words, "--chart", "pulse", "--bars", "1")
    out, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == expected
    assert out == ""
    assert err.startswith("station: ")
    assert err.count("\n") == 1


def test_a_store_that_cannot_be_written_is_one_sentence_and_3(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    process = start("play", "sim://?realtime=0", "--chart", "pulse", "--bars", "1")
    _, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 3
    assert err.count("\n") == 1


# A child that makes the terminal its own, as a shell would.
_ON_TERMINAL = (
    "import os, sys; t = os.open(sys.argv[1], os.O_RDWR);"
    "[os.dup2(t, n) for n in (0, 1, 2)];"
    "os.execv(sys.executable, [sys.executable, '-m', 'station.cli.main', *sys.argv[2:]])"
)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_on_a_terminal_it_counts_in_draws_a_meter_and_q_ends_it(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    import pty
    import select
    import termios

    played = ("play", "sim://?player=steady", "--chart", "pulse", "--bpm", "240")
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_TERMINAL, os.ttyname(theirs), *played],
        env={**environment, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
        cwd=tmp_path,
        start_new_session=True,
    )
    shown = b""
    pressed = False
    try:
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            over = process.poll() is not None
            if select.select([ours], [], [], 0.1)[0]:
                shown += os.read(ours, 65536)
            elif over:
                break
            if not pressed and re.search(rb"[1-9]\d* hit ", shown):
                pressed = True
                os.write(ours, b"q")
        assert process.wait(WITHIN_S) == 0
        assert termios.tcgetattr(theirs)[3] == before[3], "the terminal is not as it was"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
    text = shown.decode()
    assert "██" in text
    assert "EARLY" in text
    assert "ends the take" in text
    assert "Pulse at 240 BPM" in text
    (take,) = taken(tmp_path)
    assert take.state is TakeState.FINISHED
