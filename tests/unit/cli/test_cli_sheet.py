"""`station report --sheet`: the notes as they were played, as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

Station = Callable[..., tuple[int, str, str]]
Keep = Callable[..., str]


def test_a_sheet_is_written_as_svg(station: Station, keep_take: Keep) -> None:
    keep_take(repeat=3)
    code, _, err = station("report", "latest", "--sheet", "take.svg")
    assert (code, "wrote take.svg" in err) == (0, True)
    root = ET.fromstring(Path("take.svg").read_text("utf-8"))
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Pulse" in str(texts[0])
    assert "Ada" in str(texts[1])
    # Three times through four bars.
    assert [t for t in texts if str(t).isdigit()] == ["1", "2", "3", "4"] * 3


def test_a_sheet_is_written_as_pdf(station: Station, keep_take: Keep) -> None:
    keep_take()
    assert station("report", "latest", "--sheet", "take.pdf")[0] == 0
    assert Path("take.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["take.png", "take", "folder.svg/take"])
def test_what_is_no_picture_is_refused_before_anything_is_read(station: Station, name: str) -> None:
    code, _, err = station("report", "latest", "--sheet", name)
    assert code == 2
    assert ".svg" in err
    assert ".pdf" in err


def test_a_file_is_replaced_only_when_that_is_wanted(station: Station, keep_take: Keep) -> None:
    keep_take()
    Path("take.svg").write_text("mine")
    code, _, err = station("report", "latest", "--sheet", "take.svg")
    assert (code, "--force" in err) == (2, True)
    assert Path("take.svg").read_text() == "mine"
    assert station("report", "latest", "--sheet", "take.svg", "--force")[0] == 0
    assert Path("take.svg").read_text("utf-8").startswith("<svg")
