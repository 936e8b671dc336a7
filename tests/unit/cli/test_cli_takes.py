from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from station.charts.musicxml_out import write_musicxml
from station.cli._take_choice import short_ids
from station.files import load_chart

Station = Callable[..., tuple[int, str, str]]
Keep = Callable[..., str]


def test_short_ids_are_unique_and_begin_the_id() -> None:
    ids = ["0192f3a1-0001-7aaa", "0192f3a1-0001-7bbb", "0192f3a1-0002-7aaa", "0192ffff-0000-7aaa"]
    short = short_ids(ids)
    assert short == {
        ids[0]: "0192f3a1-0001-7a",
        ids[1]: "0192f3a1-0001-7b",
        ids[2]: "0192f3a1-0002",
        ids[3]: "0192ffff",
    }
    for one, beginning in short.items():
        assert [other for other in ids if other.startswith(beginning)] == [one]


def test_with_none_kept_it_says_how_to_get_one(station: Station) -> None:
    code, out, _ = station("takes")
    assert code == 0
    assert "station play" in out
    assert json.loads(station("takes", "--json", "-")[1])["takes"] == []


def test_takes_are_listed_newest_first_with_what_they_were(
    station: Station, keep_take: Keep
) -> None:
    keep_take("Ada", "2026-01-02T03:04:05.678+01:00")
    keep_take("", "2026-02-03T04:05:06.789+01:00")
    lines = station("takes")[1].splitlines()
    assert lines[0].split() == ["id", "when", "player", "chart", "BPM", "hits", "state"]
    assert [line.split()[1] for line in lines[1:]] == ["2026-02-03", "2026-01-02"]
    assert lines[2].split()[3:] == ["Ada", "Pulse", "120", "34", "finished"]


def test_a_shown_id_is_enough_for_a_report(station: Station, keep_take: Keep) -> None:
    kept = [keep_take() for _ in range(3)]
    told = json.loads(station("takes", "--json", "-")[1])
    assert told["schema"] == "station.takes/1"
    assert [t["id"] for t in told["takes"]] == kept[::-1]
    for take in told["takes"]:
        code, out, _ = station("report", take["short_id"], "--json", "-")
        assert code == 0
        assert json.loads(out)["schema"] == "station.take/1"


def test_takes_can_be_limited_and_chosen_by_player(station: Station, keep_take: Keep) -> None:
    for player in ("Ada", "Ada", "Bo"):
        keep_take(player)
    code, out, _ = station("takes", "--limit", "1")
    assert code == 0
    assert "2 older ones" in out
    assert "older" not in station("takes", "--all")[1]
    told = json.loads(station("takes", "--player", "Ada", "--json", "-")[1])
    assert [t["player"] for t in told["takes"]] == ["Ada", "Ada"]


def test_takes_of_others_are_not_denied(station: Station, keep_take: Keep) -> None:
    keep_take()
    code, out, _ = station("takes", "--player", "Grace")
    assert code == 0
    assert out == "No take of 'Grace' is kept; 'station takes' lists everybody's.\n"


def test_a_report_is_text_for_people_and_json_in_a_file(
    station: Station, keep_take: Keep, tmp_path: Path
) -> None:
    keep_take()
    code, out, _ = station("report", "latest", "--json", "r.json")
    assert code == 0
    assert "Pulse at 120 BPM" in out
    told = json.loads((tmp_path / "r.json").read_text())
    assert {round(hit["offset_ms"], 1) for hit in told["hits"]} == {-5.0}


@pytest.mark.parametrize("command", [["report"], ["export", "--out", "x.csv"]])
def test_without_a_take_there_is_no_report(station: Station, command: list[str]) -> None:
    code, out, err = station(*command)
    assert (code, out) == (3, "")
    assert "station play" in err


def test_an_unknown_take_is_3_and_an_ambiguous_one_2(station: Station, keep_take: Keep) -> None:
    first, second = keep_take(), keep_take()
    assert station("report", "zzz")[0] == 3
    common = next(i for i in range(36) if first[i] != second[i])
    assert station("report", first[:common])[0] == 2


def test_an_export_as_csv_has_each_hit_with_its_note(station: Station, keep_take: Keep) -> None:
    keep_take()
    code, _, err = station("export", "latest", "--out", "take.csv")
    assert code == 0
    assert "take.csv" in err
    rows = list(csv.DictReader(io.StringIO(Path("take.csv").read_text())))
    assert [row["chart_index"] for row in rows] == [str(i) for i in range(34)]
    assert {row["offset_ms"] for row in rows} == {"-5.0"}


def test_an_export_as_midi_has_each_hit(station: Station, keep_take: Keep) -> None:
    keep_take()
    assert station("export", "latest", "--out", "take.mid")[0] == 0
    struck = [m for m in mido.MidiFile("take.mid") if m.type == "note_on"]
    assert len(struck) == 34


def test_an_export_replaces_nothing_unless_forced(station: Station, keep_take: Keep) -> None:
    keep_take()
    Path("take.csv").write_text("mine")
    code, _, err = station("export", "--out", "take.csv")
    assert code == 2
    assert "--force" in err
    assert Path("take.csv").read_text() == "mine"
    assert station("export", "--out", "take.csv", "--force")[0] == 0
    assert Path("take.csv").read_text() != "mine"


def test_an_export_needs_to_know_its_format(station: Station, keep_take: Keep) -> None:
    keep_take()
    assert station("export", "--out", "take.wav")[0] == 2
    assert station("export", "--out", "take.wav", "--format", "csv")[0] == 0


def test_an_export_as_musicxml_is_the_chart_that_was_played(
    station: Station, keep_take: Keep
) -> None:
    keep_take()
    assert station("export", "latest", "--out", "take.musicxml")[0] == 0
    assert load_chart("take.musicxml").notes == load_chart("pulse").repeated(2).notes


@pytest.mark.parametrize("name", ["c.musicxml", "c.mid"])
def test_a_chart_is_exported_without_a_take(station: Station, name: str) -> None:
    assert station("export", "--chart", "paradiddle", "--out", name)[0] == 0
    ticks = [note.tick for note in load_chart(name).notes]
    assert ticks == [note.tick for note in load_chart("paradiddle").notes]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["latest", "--chart", "pulse", "--out", "c.mid"], "leave one out"),
        (["--chart", "pulse", "--out", "c.csv"], "no hits for CSV"),
        (["--chart", "pulse", "--out", "c.wav"], "--format midi, csv or musicxml"),
    ],
)
def test_what_cannot_be_exported_is_wrong_use(
    station: Station, words: list[str], said: str
) -> None:
    code, _, err = station("export", *words)
    assert code == 2
    assert said in err


def test_what_could_not_be_read_of_a_chart_is_told(station: Station) -> None:
    text = write_musicxml(load_chart("pulse"))
    fermata = text.replace("</note>", "<notations><fermata/></notations></note>", 1)
    Path("mine.musicxml").write_text(fermata)
    code, _, err = station("export", "--chart", "mine.musicxml", "--out", "c.mid")
    assert code == 0
    assert "mine.musicxml: Bar 1: a fermata is not read; the time goes on." in err


def test_an_export_to_nowhere_is_3(station: Station, keep_take: Keep) -> None:
    keep_take()
    assert station("export", "--out", "none/take.csv")[0] == 3


def test_a_damaged_store_is_3_and_a_sentence(station: Station, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "takes.db").write_bytes(b"this is no database at all" * 100)
    for command in (["takes"], ["report"]):
        code, _, err = station(*command)
        assert code == 3
        assert err.count("\n") == 1
