"""`station simulate` into a real virtual MIDI port, and who listens to it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.cli.main import main
from station.drummer.truth import truth_from_json
from station.hal.jack import DummyServer
from station.hal.registry import discover

PORT = "Try 7"


def wait_for_port() -> str:
    """The simulated kit's address, once it is plugged in."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for info in discover():
            if PORT in info.name:
                return info.address
        time.sleep(0.02)
    raise AssertionError(f"no port {PORT}")


@pytest.mark.jack
def test_a_simulated_kit_is_found_and_every_strike_heard(
    jack_server: DummyServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    truth = tmp_path / "truth.json"
    words = ["--port", PORT, "--chart", "pulse", "--bpm", "480", "--bars", "4", "--count-in", "3"]
    words += ["--player", "human", "--truth", str(truth), "--json", "-"]
    process = subprocess.Popen(
        [sys.executable, "-m", "station.cli.main", "simulate", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert main(["kits", "--watch", wait_for_port(), "--seconds", "4"]) == 0
        out, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0
    strikes = truth_from_json(truth.read_text(), "truth").strikes
    assert json.loads(out)["strikes"] == len(strikes)
    heard = [line for line in capsys.readouterr().out.splitlines() if "velocity" in line]
    assert [line.split("velocity")[1].split()[0] for line in heard] == [
        str(s.velocity) for s in strikes
    ]
