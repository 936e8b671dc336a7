from __future__ import annotations

import errno
import io
import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

import pytest

from station.cli._output import check_target, clean, say, table, write_json
from station.cli._parser import name, number, whole
from station.errors import FileError


def test_json_goes_to_standard_output_for_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"title": "Größe"}, "-")
    assert json.loads(capsys.readouterr().out) == {"title": "Größe"}


def test_json_goes_to_a_file_and_nowhere_without_a_target(tmp_path: Path) -> None:
    write_json({"a": 1}, str(tmp_path / "x.json"))
    write_json({"a": 1}, None)
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".json"] == ["x.json"]


def test_json_holds_no_number_that_json_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": float("nan")}, str(tmp_path / "x.json"))
    assert not (tmp_path / "x.json").exists()


def test_a_target_that_cannot_be_is_refused_before_the_work(tmp_path: Path) -> None:
    check_target(None)
    check_target("-")
    check_target(str(tmp_path / "new.json"))
    with pytest.raises(FileError, match="is a folder"):
        check_target(str(tmp_path))
    with pytest.raises(FileError, match="no folder"):
        check_target(str(tmp_path / "none" / "x.json"))


def test_text_from_outside_cannot_speak_to_the_terminal() -> None:
    assert clean("a\x1b[2Jb\nc") == "a\ufffd[2Jb\ufffdc"
    assert clean("Größe − ● 7/4") == "Größe − ● 7/4"


def test_what_a_stream_cannot_show_is_replaced() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="")
    say("−3 ms ●", stream)
    assert raw.getvalue().replace(b"\r\n", b"\n") == b"?3 ms ?\n"


def test_a_table_shows_its_cells_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    long = "midi://" + "x" * 200
    table(("address", "name"), [("hw:[1,0]", "[bold]TD-17[/bold]"), (long, "\x1b[31mred")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "[bold]TD-17[/bold]" in lines[1]
    assert lines[1].startswith("hw:[1,0]")
    assert lines[2].startswith(long)
    assert "\x1b" not in lines[2]


def test_numbers_are_checked_against_their_bounds() -> None:
    assert number(0, 10)("2.5") == 2.5
    assert whole(0, 10)("10") == 10
    for parse, wrong in [
        (number(0, 10), "nan"),
        (number(0, 10), "inf"),
        (number(0, 10), "10.1"),
        (number(0, 10), ""),
        (whole(0, 10), "2.5"),
        (whole(0, 10), "-1"),
    ]:
        with pytest.raises(ArgumentTypeError, match=r"outside|is not a"):
            parse(wrong)


class FullDisk(io.StringIO):
    """Standard output that goes into a file on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "told", [lambda: say("x"), lambda: table(("a",), [("b",)]), lambda: write_json({}, "-")]
)
def test_output_onto_a_full_disk_is_a_sentence(
    told: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with pytest.raises(FileError, match="No space left on device"):
        told()


def test_a_reader_that_left_is_no_error_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(BrokenPipeError):
        say("x")


def test_a_name_is_short_and_can_be_shown() -> None:
    assert name("Zoë 🥁") == "Zoë 🥁"
    for wrong in ("x" * 81, "a\x1b[31mb", "two\nlines", "\udcff"):
        with pytest.raises(ArgumentTypeError, match="no name"):
            name(wrong)
