"""The one command that builds images, and what it says when it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bridge.firmware import build as building
from firmware_bridge.firmware.build import build, built, fingerprint, main
from firmware_bridge.firmware.core_lib import CoreLib, core_lib
from firmware_bridge.firmware.targets import TARGETS, Target, target_named
from firmware_bridge.firmware.toolchain import ZIG_VARIABLE, Compiler, command_of
from station.errors import OutsideError, WrongUse

HOST = target_named("host")


def test_every_image_has_a_name_and_a_file_of_its_own():
    assert len({t.name for t in TARGETS}) == len({t.output for t in TARGETS}) == len(TARGETS)


def test_an_image_that_nobody_knows_is_said_with_those_that_there_are(capsys):
    assert main(["pcio"]) == 2
    assert capsys.readouterr().err.startswith("There is no image 'pcio'; there are host, ")
    with pytest.raises(WrongUse, match="no image 'pcio'"):
        core_lib("pcio")


def test_it_builds_into_the_folder_that_is_named(zig, tmp_path, capsys):
    assert main(["host", "--out", str(tmp_path / "images")]) == 0
    made = tmp_path / "images" / "libedrum_host.so"
    assert capsys.readouterr().out.startswith(f"{made}  ")
    assert list(made.parent.iterdir()) == [made]
    assert CoreLib(made).sizes.pads == 8


def test_what_is_built_is_not_built_again_until_its_sources_change(zig, tmp_path, monkeypatch):
    assert HOST is not None
    first = built(HOST, tmp_path)
    monkeypatch.setattr(building, "build", lambda *_: pytest.fail("built again"))
    assert built(HOST, tmp_path) == first
    monkeypatch.undo()
    other = replace(HOST, flags=(*HOST.flags, "-DED_RING=32"))
    assert fingerprint(other) != fingerprint(HOST)
    assert CoreLib(built(other, tmp_path)).sizes.ring == 32


def test_source_that_is_wrong_is_said_in_the_compilers_words_and_leaves_nothing(zig, tmp_path):
    assert HOST is not None
    wrong = replace(HOST, flags=(*HOST.flags, "-DED_RING=33"))
    with pytest.raises(OutsideError, match=r"image 'host' cannot be built: .*power of two"):
        build(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_image_half_finished_is_not_taken_for_one(zig, tmp_path):
    assert HOST is not None

    def fail(_: Path) -> list[Path]:
        raise OutsideError("no room")

    half: Target = replace(HOST, finish=fail)
    for _ in range(2):
        with pytest.raises(OutsideError, match="no room"):
            built(half, tmp_path)


def test_a_compiler_that_is_not_there_is_said_with_the_way_out(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OutsideError, match=r"no avr-gcc.*install gcc-avr"):
        command_of(Compiler.AVR_GCC)
    monkeypatch.setenv(ZIG_VARIABLE, "/nowhere/zig")
    with pytest.raises(OutsideError, match=f"{ZIG_VARIABLE} names /nowhere/zig"):
        command_of(Compiler.ZIG)
    monkeypatch.delenv(ZIG_VARIABLE)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(OutsideError, match=r"no Zig.*pip install ziglang"):
        command_of(Compiler.ZIG)


def test_zig_is_a_program_or_a_python_that_has_it(monkeypatch, tmp_path):
    for name, words in [("zig", ["cc"]), ("python3", ["-m", "ziglang", "cc"])]:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        monkeypatch.setenv(ZIG_VARIABLE, str(program))
        assert command_of(Compiler.ZIG) == [str(program), *words]
