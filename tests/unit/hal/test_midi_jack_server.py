"""Our JACK server: what it says when it cannot be had. That it carries MIDI is in `tests/e2e`."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from station.errors import OutsideError
from station.hal import jack
from station.hal.jack import DummyServer, server_answers, virtual_midi_available


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for JACK's sockets."""
    monkeypatch.setattr(jack, "_SOCKET_DIRS", (tmp_path,))
    return tmp_path


def a_jackd(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "jackd"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def listening(folder: Path, name: str) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / f"jack_{name}_{os.getuid()}_0"))
    server.listen()
    return server


def test_a_server_answers_while_it_listens_and_not_when_only_its_socket_is_left(
    sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not server_answers("here")
    with listening(sockets, "here"):
        assert server_answers("here")
        assert not server_answers("elsewhere")
        monkeypatch.setenv("JACK_DEFAULT_SERVER", "here")
        assert server_answers()
        assert virtual_midi_available()
    assert not server_answers("here")


def test_without_jackd_the_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(OutsideError, match="apt install jackd2"):
        DummyServer().start()


@pytest.mark.usefixtures("sockets")
def test_a_jackd_that_ends_at_once_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_jackd(tmp_path, monkeypatch, "echo hello; echo no room left; exit 3")
    with pytest.raises(OutsideError, match=r"\(no room left\)"), DummyServer("x"):
        pytest.fail("it did not start")


def test_when_all_names_are_taken_none_is_tried(
    sockets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_jackd(tmp_path, monkeypatch, f"touch {tmp_path}/tried")
    taken = [listening(sockets, name) for name in ("x", "x-2", "x-3", "x-4")]
    with pytest.raises(OutsideError, match="servers called 'x' are running already"):
        DummyServer("x").start()
    assert not (tmp_path / "tried").exists()
    for server in taken:
        server.close()


@pytest.mark.jack
def test_a_server_leaves_nothing_behind(
    jack_server: DummyServer,
) -> None:
    with DummyServer("edrum-test-tidy") as server:
        assert server_answers(server.name)
        assert server.environment() == {
            "JACK_DEFAULT_SERVER": "edrum-test-tidy",
            "JACK_NO_START_SERVER": "1",
        }
    server.stop()
    assert not server_answers(server.name)
    left = [path for folder in jack._SOCKET_DIRS for path in folder.glob("*edrum-test-tidy*")]
    assert left == []
    assert server_answers(jack_server.name)
