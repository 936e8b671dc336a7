from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from station.cli import main as cli
from station.errors import KitError, KitReason, StationBug, WrongUse

Station = Callable[..., tuple[int, str, str]]


def command(run: Callable[[object], int]) -> object:
    return SimpleNamespace(
        DESCRIPTION="d", EXAMPLE="station kits", add_arguments=lambda parser: None, run=run
    )


def raising(error: BaseException) -> object:
    def run(args: object) -> int:
        raise error

    return command(run)


def test_help_lists_every_command(station: Station) -> None:
    code, out, _ = station("--help")
    assert code == 0
    for name, what in cli.COMMANDS.items():
        assert f"  {name}" in out
        assert what in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(station: Station, name: str) -> None:
    code, out, _ = station(name, "--help")
    assert code == 0
    assert f"station {name}" in out.split("Example:")[1]


def test_version(station: Station) -> None:
    code, out, _ = station("--version")
    assert code == 0
    assert out.startswith("edrum-station ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pley"], "perhaps 'play'"),
        (["xyzzy"], "'xyzzy' is no command"),
        (["--bpm", "fast"], "'fast' is not a number"),
        (["--bpm", "nan"], "nan is outside 1 to 1000"),
        (["play", "--wrong"], "--wrong"),
        (["export", "latest"], "--out"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(station: Station, words: list[str], said: str) -> None:
    code, out, err = station(*words)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert "--help" in err


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (WrongUse("Not like that."), 2),
        (KitError("No such port.", KitReason.NO_SUCH_PORT), 3),
        (StationBug("Ours."), 70),
    ],
)
def test_an_error_of_ours_is_its_sentence_and_its_code(
    station: Station, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: int
) -> None:
    monkeypatch.setattr(cli, "_module", lambda name: raising(error))
    assert station("kits") == (expected, "", f"station: {error}\n")


def test_ctrl_c_is_130(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_module", lambda name: raising(KeyboardInterrupt()))
    assert station("kits") == (130, "", "station: Broken off.\n")


def test_a_reader_that_is_gone_is_141_and_silent(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_silence_stdout", lambda: None)
    monkeypatch.setattr(cli, "_module", lambda name: raising(BrokenPipeError()))
    assert station("kits") == (141, "", "")


def test_a_fault_of_ours_is_a_sentence_and_the_details_are_in_a_file(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "_module", lambda name: raising(ZeroDivisionError("by\nnought")))
    code, _, err = station("kits")
    log = tmp_path / "data" / "errors.log"
    assert code == 70
    assert err.count("\n") == 1
    assert "ZeroDivisionError: by" in err
    assert str(log) in err
    kept = log.read_text()
    assert "$ station kits\n" in kept
    assert "Traceback" in kept


def test_where_details_cannot_be_written_debug_is_the_way_out(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "a-file"
    blocked.touch()
    monkeypatch.setenv("STATION_DATA_DIR", str(blocked / "data"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(blocked))
    monkeypatch.setattr(cli, "_module", lambda name: raising(ZeroDivisionError()))
    code, _, err = station("kits")
    assert code == 70
    assert "--debug" in err


@pytest.mark.parametrize("words", [["--debug", "kits"], ["kits", "--debug"]])
@pytest.mark.parametrize("error", [ZeroDivisionError(), WrongUse("No.")])
def test_debug_shows_where_an_error_comes_from(
    monkeypatch: pytest.MonkeyPatch, words: list[str], error: Exception
) -> None:
    monkeypatch.setattr(cli, "_module", lambda name: raising(error))
    with pytest.raises(type(error)):
        cli.main(words)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from station.cli.main import main; main(['--help']); "
        "print([m for m in ('numpy', 'numba', 'rich', 'sqlalchemy', 'mido', 'rtmidi', 'PyQt6')"
        " if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr.strip() == "[]"


def test_output_that_nobody_reads_ends_quietly() -> None:
    # Longer than a pipe holds, so that writing fails once the reader is gone.
    program = (
        "import sys; from types import SimpleNamespace; import station.cli.main as m;\n"
        "def run(args):\n"
        "    for _ in range(100_000): print('a line of output')\n"
        "    return 0\n"
        "m._module = lambda name: SimpleNamespace(DESCRIPTION='', EXAMPLE='', "
        "add_arguments=lambda p: None, run=run)\n"
        "sys.exit(m.main(['kits']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    with process.stderr as stderr:
        said = stderr.read()
    assert process.wait(30) == 141
    assert said == ""
