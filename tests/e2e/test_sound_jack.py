"""A take's click through a real sound system: JACK's dummy server, PortAudio, and a recorder.

Each in a process of its own: what JACK leaves behind in a process outlives its server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from station.bench.sound import BPM, measure
from station.bench.sound_recorded import Recording
from station.hal.jack import PERIOD_FRAMES, DummyServer

pytestmark = pytest.mark.jack

SECONDS = 3
PATIENCE_S = 100


@pytest.fixture
def server() -> DummyServer:
    """A server of its own, which is not everybody's default."""
    return DummyServer("edrum-test-sound")


def process(words: list[str], server: DummyServer) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **server.environment()},
    )


def line(of: subprocess.Popen[str]) -> str:
    assert of.stdout is not None
    return of.stdout.readline().strip()


@pytest.mark.slow
def test_every_click_is_recorded_at_its_frame_and_every_stroke_is_heard(
    tmp_path: Path, jack_server: DummyServer, server: DummyServer
) -> None:
    out, told = tmp_path / "recorded.npz", tmp_path / "played.json"
    with server:
        recorder = process(["-m", "station.bench.jack_recorder", str(out), "120"], server)
        assert line(recorder) == "ready"
        player = process(
            ["-m", "station.bench.sound_player", str(told), str(SECONDS), str(BPM)], server
        )
        assert line(recorder) == "joined"
        assert line(player) == "ready"
        assert player.communicate(timeout=PATIENCE_S)[1] == ""
        recorder.communicate(timeout=PATIENCE_S)
    kept = np.load(out)
    cycles = kept["cycles"]
    recording = Recording(
        kept["samples"], cycles["place"], cycles["frame"], cycles["called_ns"], 48_000
    )
    result = measure(recording, json.loads(told.read_text()), SECONDS, PERIOD_FRAMES)
    assert result["clicks"]["missing"] == 0
    assert result["clicks"]["frames_off_max"] <= 1
    assert result["hit_to_sound"]["heard"] == result["hit_to_sound"]["strokes"] > 5


def test_a_server_that_dies_in_mid_take_is_one_sentence_and_not_the_end(
    jack_server: DummyServer, server: DummyServer
) -> None:
    code = """
        import time
        from station.clock import MONOTONIC
        from station.errors import SoundError
        from station.sound.metronome import Metronome

        metronome = Metronome()
        metronome.open("audio://default")
        print(metronome.status.name, flush=True)
        problem = None
        while problem is None:
            problem = metronome.pump(MONOTONIC.now_ns()).problem
            time.sleep(0.002)
        print(problem, flush=True)
        try:
            metronome.open("audio://default")
        except SoundError as error:
            print(error, flush=True)
    """
    with server:
        player = process(["-c", textwrap.dedent(code)], server)
        assert line(player) == "system"
        assert server._process is not None
        server._process.kill()
        assert "is gone; the take goes on" in line(player)
        assert "JACK" in line(player)
        player.communicate(timeout=PATIENCE_S)
    assert player.returncode == 0


def test_a_rate_that_the_server_does_not_have_is_one_sentence(
    jack_server: DummyServer, server: DummyServer
) -> None:
    code = """
        from station.errors import SoundError
        from station.sound.metronome import Metronome

        try:
            Metronome().open("audio://default?rate=22050")
        except SoundError as error:
            print(error.reason, error)
    """
    with server:
        player = process(["-c", textwrap.dedent(code)], server)
        said, wrong = player.communicate(timeout=PATIENCE_S)
    assert said.startswith("refused-rate The sound card 'system' refuses 22050 Hz")
    assert wrong == ""
    assert player.returncode == 0
