from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from station.cli import _dashboard, play
from station.cli._kit_choice import SIMULATED

Station = Callable[..., tuple[int, str, str]]


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every call of the window's `main`."""
    calls: list[list[str]] = []

    def main(words: list[str]) -> int:
        calls.append(words)
        return 0

    monkeypatch.setattr(_dashboard, "import_module", lambda name: SimpleNamespace(main=main))
    return calls


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[argparse.Namespace]:
    """Every call of the terminal view."""
    calls: list[argparse.Namespace] = []

    def run(args: argparse.Namespace) -> int:
        calls.append(args)
        return 0

    monkeypatch.setattr(play, "run", run)
    return calls


def test_without_a_command_the_window_opens(
    station: Station, monkeypatch: pytest.MonkeyPatch, window: list[list[str]]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert station()[0] == 0
    words = ["--kit", "midi://TD-17", "--chart", "pulse", "--bpm", "132.4", "--demo"]
    assert station(*words)[0] == 0
    assert window == [[], words]
    loop = ["--speed", "70.0", "--from-bar", "5", "--to-bar", "8", "--repeat", "20"]
    assert station(*loop)[0] == 0
    assert station("--loop")[0] == 0
    assert window[2:] == [loop, ["--loop"]]


def test_without_a_display_the_terminal_plays_and_says_so(
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    window: list[list[str]],
    played: list[argparse.Namespace],
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    code, _, err = station("--kit", "midi://TD-17", "--chart", "pulse", "--bpm", "132.4")
    assert code == 0
    assert "no display" in err
    assert err.count("\n") == 1
    assert (played[0].kits, played[0].chart, played[0].bpm) == (["midi://TD-17"], "pulse", 132.4)
    station("--demo")
    assert played[1].kits == [SIMULATED]
    station("--from-bar", "5", "--to-bar", "8", "--speed", "70", "--loop")
    loop = played[2]
    assert (loop.kits, loop.from_bar, loop.to_bar, loop.speed) == ([], 5, 8, 70)
    assert loop.until_stopped
    station()
    assert played[3].kits == []
    assert window == []


def test_a_mac_has_a_display_without_saying_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _dashboard.display_there()


def test_a_qt_that_cannot_be_loaded_is_a_sentence_and_3(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(_dashboard, "import_module", missing)
    code, _, err = station()
    assert code == 3
    assert "libEGL.so.1" in err
    assert "station doctor" in err
    assert err.count("\n") == 1
