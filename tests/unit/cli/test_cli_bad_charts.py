"""Charts that are built to harm, or are none: one sentence, and exit code 3."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

Station = Callable[..., tuple[int, str, str]]

HEAD = '<?xml version="1.0"?>'
ZERO = (
    "<score-partwise><part-list/><part id='P1'><measure number='1'><attributes>"
    "<time><beats>0</beats><beat-type>0</beat-type></time></attributes>"
    "<note><unpitched/><duration>1</duration></note></measure></part></score-partwise>"
)


def laughs(path: Path) -> None:
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in pairwise(names)
    )
    path.write_text(f'{HEAD}<!DOCTYPE s [<!ENTITY a "ha">{entities}]><s>&j;</s>')


def gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)  # takes no room on the disk


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("score.xml", "w") as member,
    ):
        for _ in range(32):
            member.write(bytes(2**20))


def deep(path: Path) -> None:
    path.write_text(HEAD + "<a>" * 100_000 + "</a>" * 100_000)


def no_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(500))


def no_metre(path: Path) -> None:
    path.write_text(HEAD + ZERO)


@pytest.mark.parametrize(
    ("make", "suffix", "said"),
    [
        (laughs, ".musicxml", "declares entities"),
        (gigabyte, ".musicxml", "larger than 24 MB"),
        (bomb, ".mxl", "32 MB is too large for a chart"),
        (deep, ".musicxml", "nested more than 32 deep"),
        (no_zip, ".mxl", "the zip file is damaged"),
        (no_metre, ".musicxml", "bar 1 is in 0/0, which cannot be counted"),
    ],
)
@pytest.mark.parametrize("command", ["export", "simulate"])
def test_one_sentence_and_3(
    station: Station,
    tmp_path: Path,
    make: Callable[[Path], None],
    suffix: str,
    said: str,
    command: str,
) -> None:
    path = tmp_path / f"bad{suffix}"
    make(path)
    target = tmp_path / "out.mid"
    code, out, err = station(command, "--chart", str(path), "--out", str(target))
    assert code == 3
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    assert not target.exists()
