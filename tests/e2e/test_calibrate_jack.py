"""`station calibrate --method loopback` with its output looped back by a JACK server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.hal.jack import DummyServer
from station.takes.store import Store

pytestmark = [pytest.mark.jack, pytest.mark.slow]
WITHIN_S = 100


def ports(pattern: str) -> list[str]:
    told = subprocess.run(["jack_lsp"], capture_output=True, text=True, check=False).stdout
    return [port for port in told.split() if re.fullmatch(pattern, port)]


def test_the_click_comes_back_and_is_kept(
    jack_server: DummyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("jack_connect") is None:
        pytest.skip("jack_connect is not installed (Debian and Ubuntu: 'jack-tools' or 'jackd2')")
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    words = ["calibrate", "sim://?player=robot", "--method", "loopback", "--json", "-"]
    command = [sys.executable, "-m", "station.cli.main", *words, "--sound", "audio://default"]
    with subprocess.Popen(
        command,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        deadline = time.monotonic() + WITHIN_S
        while not (ins := ports(r"PortAudio.*:in_0")) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for port in ins:
            [out, *_] = ports(r"PortAudio.*:out_0")
            subprocess.run(["jack_connect", out, port], check=True)
        told_text, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, err + told_text
    told = json.loads(told_text)
    assert told["n"] >= 12
    # Through a server and nothing else: a few of its blocks.
    assert abs(told["latency_ms"]) < 150
    with Store.open(tmp_path / "data" / "takes.db") as store:
        kept = store.calibration("sim://?player=robot", told["sound"])
    assert kept is not None
    assert kept.method == "loopback"
