"""Commands and a simulated board: listed, tuned, simulated, verified and measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from firmware_bridge.bench import command as bench_parts
from firmware_bridge.bench.command import OPTIONS, render
from firmware_bridge.bench.over_a_pty import decided_to_judged, first_sync, flood, stamp_error
from firmware_bridge.control import BoardControl
from firmware_bridge.simboard import PtyBoard, SimBoardConfig
from firmware_bridge.source import SerialSource
from firmware_bridge.virtual_kit import VirtualBoard
from station.cli import bench as bench_command
from station.cli.checks import midi as midi_check
from station.cli.main import main
from station.clock import MONOTONIC
from station.errors import KitError
from station.hal.address import parse_address
from station.hal.api import StrikeEvent
from station.hal.registry import create_source
from station.hal.virtual_kit import open_virtual_kit

MS = 1_000_000


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("firmware_bridge.port.list_ports.comports", list)
    monkeypatch.delenv("STATION_SERIAL_DEVICES", raising=False)


def parameter(board: PtyBoard, name: str, pad: int) -> int:
    source = SerialSource(parse_address(f"serial://{board.path}"), MONOTONIC)
    source.open(lambda: None)
    try:
        return BoardControl(source).get(name, pad)
    finally:
        source.close()


def play(board: PtyBoard, over: threading.Event) -> None:
    """Strike pads 0 to 2 in turn, until it is over."""
    random = Random(3)
    pad = 0
    while not over.wait(0.04):
        board.strike(pad % 3, random.randrange(20_000, 65_000))
        pad += 1


@pytest.fixture
def played() -> Callable[[PtyBoard, list[str]], int]:
    """Runs a command while the board is played."""

    def run(board: PtyBoard, words: list[str]) -> int:
        over = threading.Event()
        player = threading.Thread(target=play, args=(board, over))
        player.start()
        try:
            return main(words)
        finally:
            over.set()
            player.join()

    return run


def test_a_board_is_listed_with_its_profile(capsys, monkeypatch):
    with PtyBoard() as board:
        monkeypatch.setenv("STATION_SERIAL_DEVICES", str(board.path))
        assert main(["kits", "--json", "-"]) == 0
        kits = json.loads(capsys.readouterr().out)["kits"]
        (found,) = [kit for kit in kits if kit["address"].startswith("serial://")]
        assert found["address"] == f"serial://{board.config.board_id:016x}"
        assert found["profile"] == "trigger-board"
        assert (found["stamped_by"], found["simulated"]) == ("device", False)


def test_a_device_that_is_no_kit_is_said_to_be_none_and_why(capsys, monkeypatch):
    with PtyBoard(SimBoardConfig(protocol_min=7, protocol_max=7)) as board:
        monkeypatch.setenv("STATION_SERIAL_DEVICES", f"{board.path}{os.pathsep}/dev/null")
        assert main(["kits"]) == 0
        said = capsys.readouterr()
        assert "serial://" not in said.out
        assert "speaks protocol 7 and above, this station up to 1; update the station." in said.err
        assert "/dev/null is no serial port" in said.err
        monkeypatch.setenv("STATION_SERIAL_DEVICES", "/dev/null")
        (finding,) = [f for f in midi_check.check() if f.subject == "device"]
        assert finding.said == "/dev/null is no serial port"
        assert finding.way_out


def test_a_board_is_tuned_and_keeps_what_it_was_told(capsys, tmp_path, played):
    out = tmp_path / "tuned.json"
    with PtyBoard(SimBoardConfig(crosstalk=0.1)) as board:
        words = ["kits", "tune", f"serial://{board.path}", "--seconds", "2.5", "--write"]
        assert played(board, [*words, "--json", str(out)]) == 0
        said = capsys.readouterr()
        tuned = json.loads(out.read_text())
        assert tuned["written"]
        raised = {c["pad"]: c for c in tuned["changes"] if c["parameter"] == "threshold"}
        # Pad 3 is never struck, but shaken by pad 2; what is struck itself is left to be heard.
        assert 5 <= raised[3]["after"] <= 15
        assert "felt pad 2" in raised[3]["why"]
        assert tuned["pads"][3]["struck"] == 0
        assert tuned["pads"][3]["felt_from"][0]["pad"] == 2
        assert "better" in said.out
        assert "written to the board" in said.out
        board.reset()
        assert parameter(board, "threshold", 3) == raised[3]["after"]


def test_only_looking_writes_nothing(capsys, played):
    with PtyBoard(SimBoardConfig(retrigger=0.4)) as board:
        words = ["kits", "tune", f"serial://{board.path}", "--seconds", "1.8", "--look"]
        assert played(board, [*words, "--json", "-"]) == 0
        tuned = json.loads(capsys.readouterr().out)
        masks = [c for c in tuned["changes"] if c["parameter"] == "mask"]
        assert {c["pad"] for c in masks} == {0, 1, 2}
        assert all(12_000 < c["after"] <= 16_000 for c in masks)
        assert not tuned["written"]
        assert parameter(board, "mask", 0) == 8_000


def test_nobody_at_the_keyboard_has_not_agreed(capsys, played):
    with PtyBoard(SimBoardConfig(retrigger=0.4)) as board:
        address = f"serial://{board.path}"
        assert played(board, ["kits", "tune", address, "--seconds", "1.8"]) == 0
        assert "add --write" in capsys.readouterr().err
        assert parameter(board, "mask", 0) == 8_000


def test_a_board_that_suits_is_left_alone(capsys):
    with PtyBoard() as board:
        assert main(["kits", "tune", f"serial://{board.path}", "--seconds", "0.2"]) == 0
        assert "Nothing to change" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("midi://TD-17", 2, "it can those of serial://"),
        ("serial:///dev/no-such-board", 3, "no serial device"),
        ("serial:///dev/null", 3, "no serial port"),
    ],
)
def test_what_cannot_be_tuned_says_why(capsys, address, code, says):
    assert main(["kits", "tune", address]) == code
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_simulated_board_plays_what_its_truth_says(tmp_path):
    path, truth = tmp_path / "board", tmp_path / "truth.json"
    words = ["simulate", "--serial", str(path), "--chart", "pulse", "--bpm", "400"]
    drummer = subprocess.Popen(
        [sys.executable, "-m", "station.cli.main", *words, "--truth", str(truth), "--count-in", "2"]
    )
    give_up = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < give_up
        assert drummer.poll() is None
        time.sleep(0.01)
    source = create_source(f"serial://{path}")
    woken = threading.Event()
    source.open(woken.set)
    hits: list[StrikeEvent] = []
    try:
        while drummer.poll() is None:
            woken.wait(0.02)
            woken.clear()
            hits += [e for e in source.read() if isinstance(e, StrikeEvent)]
    finally:
        source.close()
    assert drummer.returncode == 0
    strikes = json.loads(truth.read_text())["strikes"]
    assert len(hits) == len(strikes)
    assert not path.is_symlink()


def test_a_place_that_is_taken_is_no_place_for_a_board(tmp_path, capsys):
    taken = tmp_path / "notes.txt"
    taken.write_text("mine")
    assert main(["simulate", "--serial", str(taken), "--chart", "pulse"]) == 3
    assert "choose another name" in capsys.readouterr().err
    assert taken.read_text() == "mine"
    with pytest.raises(KitError, match="choose another place"):
        VirtualBoard(tmp_path / "no-such-folder" / "board")
    with pytest.raises(KitError, match="No simulated nowhere"):
        open_virtual_kit("nowhere")


def test_the_truth_holds_over_a_serial_line(tmp_path, capsys):
    junit = tmp_path / "verify.xml"
    words = [
        "verify",
        "--serial",
        "--player",
        "steady",
        "--chart",
        "pulse",
        "--beats",
        "8",
        "--tempo",
        "400",
    ]
    assert main([*words, "--junit", str(junit), "--json", "-"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert (outcome["passed"], outcome["wire"]) == (True, "serial")
    checks = {check["name"]: check for check in outcome["scenarios"][0]["checks"]}
    assert checks["hits are stamped by the device"]["passed"]
    assert abs(checks["stamps are the sender's times"]["measured"]["delay_ms"]) < 0.3
    assert not list(ET.parse(junit).iter("failure"))


def test_a_chart_on_pads_that_the_board_has_not_is_refused(tmp_path, capsys):
    chart = tmp_path / "china.toml"
    chart.write_text(
        'title = "C"\nmetre = "4/4"\ntempo = 120\nsteps = 4\n[bars.only]\nchina = "x - - -"\n'
    )
    code = main(["simulate", "--serial", str(tmp_path / "b"), "--chart", str(chart)])
    said = capsys.readouterr().err
    assert code == 2, said
    assert "no china" in said


def test_the_benchmark_is_found_and_measures(monkeypatch):
    found = bench_command._benches()
    assert found["serial"].options == OPTIONS
    assert "live" in found
    stamps = [stamp_error(50.0, False, 1)]
    assert stamps[0]["hits"] == 50
    assert stamps[0]["p99_us"] < 2_000  # on a machine with much to do
    sync = first_sync(1)
    assert 0 < sync["opened_to_synced_ms"]["p50_ms"] < 2_000
    flooded = flood(2_000, 1)
    assert flooded["lost"] == 0
    judged = decided_to_judged(5)
    assert judged["hits"] == 5
    assert judged["judged_ms"]["p50_ms"] >= judged["arrived_ms"]["p50_ms"] > 0
    monkeypatch.setattr(bench_parts, "render_without_a_wire", lambda _: "and the rest")
    text = render(
        {
            "stamps": [{**stamps[0], "p99_goal_us": 250}],
            "sync": sync,
            "flood": flooded,
            "judged": judged,
            "without_a_wire": {},
        }
    )
    assert "+50 ppm, idle" in text
    assert "0 lost" in text
    assert text.endswith("and the rest")
