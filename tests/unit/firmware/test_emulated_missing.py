"""Where the emulated Pico is not there, a sentence says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.firmware import emulated
from firmware_bridge.firmware.emulated import PicoJob
from firmware_bridge.firmware.toolchain import ZIG_VARIABLE
from station.errors import OutsideError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place that looks as if all were there."""
    node = tmp_path / "node"
    node.touch(0o755)
    (tmp_path / "node_modules" / "rp2040js").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(ZIG_VARIABLE, str(node))
    monkeypatch.setattr(emulated, "EMULATORS", tmp_path)
    return tmp_path


def test_nothing_is_missing_where_all_is_there(installed: Path) -> None:
    assert emulated.missing() is None


def test_without_node(installed: Path) -> None:
    (installed / "node").unlink()
    assert "node is not installed" in str(emulated.missing())


def test_without_rp2040js(installed: Path) -> None:
    (installed / "node_modules" / "rp2040js").rmdir()
    assert f"npm ci --prefix {installed}" in str(emulated.missing())


def test_without_a_compiler(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ZIG_VARIABLE, str(installed / "nothing"))
    assert ZIG_VARIABLE in str(emulated.missing())


def test_a_run_without_it_is_refused_in_a_sentence(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulated, "pico_image", lambda direct: installed / "image")
    (installed / "node_modules" / "rp2040js").rmdir()
    with pytest.raises(OutsideError, match="no emulated Pico: rp2040js is not installed"):
        emulated.run_pico(PicoJob(1_000))


def test_an_emulator_that_fails_is_told_in_its_words(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulated, "pico_image", lambda direct: installed / "image")
    (installed / "node").write_text("#!/bin/sh\necho 'no such image' >&2\nexit 1\n")
    with pytest.raises(OutsideError, match="no such image"):
        emulated.run_pico(PicoJob(1_000))
    with pytest.raises(OutsideError, match="no such image"):
        emulated.PicoOnPty()
