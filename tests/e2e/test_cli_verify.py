"""`station verify`, whole: a real virtual port, the engine's process, and its files."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from station.cli.main import main
from station.hal.jack import virtual_midi_available

needs_virtual_midi = pytest.mark.skipif(
    not (virtual_midi_available() or shutil.which("jackd")),
    reason="no MIDI system with virtual ports and no jackd (Debian: jackd2)",
)


@needs_virtual_midi
@pytest.mark.jack
def test_a_drummer_through_a_real_port_is_judged_truly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, junit = tmp_path / "v.json", tmp_path / "v.xml"
    short = ["--tempo", "330", "--beats", "16", "--player", "ahead", "--player", "careless"]
    code = main(["verify", *short, "--json", str(told), "--junit", str(junit)])
    said = capsys.readouterr().out
    assert code == 0, said
    document = json.loads(told.read_text())
    assert (document["schema"], document["passed"]) == ("station.verify/1", True)
    assert [s["name"] for s in document["scenarios"]] == ["ahead", "careless"]
    assert all(len(s["checks"]) == 8 for s in document["scenarios"])
    suites = ET.parse(junit).getroot()
    assert [suite.get("failures") for suite in suites] == ["0", "0"]
    assert said.splitlines()[-1] == "verified"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--player", "nobody"], 2, "No player is called 'nobody'"),
        (["--beats", "0"], 2, "--beats"),
        (["--beats", "100000", "--tempo", "1"], 2, "cannot be played like that"),
        (["--chart", "nosuch"], 3, "There is no chart 'nosuch'"),
        (["--junit", "nosuch/v.xml"], 3, "--junit nosuch/v.xml"),
    ],
)
def test_wrong_use_is_a_sentence_and_its_code_before_anything_is_played(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", *words]) == code
    assert said in capsys.readouterr().err
