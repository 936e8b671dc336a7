from __future__ import annotations

import json

import mido
import numpy as np
import pytest

from station.bench import matching
from station.bench.matching_cases import Conditions, make_part, play
from station.bench.matching_real import real_takes, retimed
from station.errors import FileError


@pytest.fixture(scope="module")
def result():
    return matching.run(seeds=1, bpm=(330.0,), sizes=(1000,))


def test_a_run_is_json_and_has_every_row(result):
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert len(result["rows"]) == 4 * 5 * 2
    assert {row["part"] for row in result["stops"]} == {
        "kit eighths",
        "swing triplets",
        "linear 16ths",
    }
    assert result["real"] == []


def test_kit_parts_stand_next_to_the_oracle(result):
    kit = [r for r in result["rows"] if r["part"] != "one pad 16ths"]
    below = [r["confirmed_below"] - r["target"]["confirmed_below"] for r in kit]
    assert np.mean(below) < 0.0
    assert sum(r["slips"] for r in kit) == 0


def test_who_comes_in_late_rests_or_plays_on_is_found_and_nothing_false_is_said(result):
    rows = result["entries"]
    assert len(rows) == 2 * 2 * 8
    assert all(row["found"] == row["runs"] == 1 for row in rows)
    assert sum(row["lies"] for row in rows) == 0
    assert [row["resyncs"] for row in rows] == [int("rests" in row["what"]) for row in rows]


def test_graces_are_none_of_the_notes_and_the_peer_takes_them_for_extra_hits(result):
    rows = result["ornaments"]
    assert len(rows) == 6 * 3
    for row in rows:
        assert row["runs"] == 2
        assert row["lies"] == 0
        assert row["right"] > 98.0
        assert row["extra"] < 0.1 * row["without"]["extra"]
    # Of even flams, the peer cannot know which stroke is the note.
    (even,) = (r for r in rows if (r["chart"], r["player"]) == ("20-flam", "even"))
    assert even["notes"] == 100.0
    assert even["without"]["notes"] < 90.0
    assert "20-flam" in matching.render(result)


def test_every_row_is_rendered_beside_its_target(result):
    lines = matching.render(result).splitlines()
    row = next(line for line in lines if line.startswith("330 kit eighths"))
    assert "(0.3)" in row
    assert "(1.0)" in row
    assert sum("mir_eval" in line for line in lines) == 1 + len(result["speed"])


def test_a_whole_take_is_measured_with_its_reading_apart(result):
    row = result["reading"]
    parts = ("hits_s", "judge_s", "told_s", "json_s")
    assert row["beyond_reading_s"] == pytest.approx(sum(row[part] for part in parts), abs=0.003)
    assert row["met"] is (row["beyond_reading_s"] <= row["target_s"] == 1.0)
    assert 900 < row["hits"] < 1100
    text = matching.render(result)
    assert "mido's parser alone" in text
    assert "(at most 1)" in text


def test_the_peer_loses_a_player_who_rushes():
    part = make_part("kit eighths", bars=32)
    case = play(part, Conditions(drift=lambda t, _: -0.03 * t), 0)
    _, confirmed, _ = matching.label(case)
    peer = matching.mir_eval_labels(case)
    assert (peer == case.truth).mean() < 0.7
    assert (np.where(confirmed < 0, -1, confirmed) == case.truth).mean() > 0.98


def write_take(path, beats, notes) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    before = 0
    for beat, note in zip(beats, notes, strict=True):
        tick = round(beat * 480)
        track.append(mido.Message("note_on", note=note, velocity=80, time=tick - before, channel=9))
        before = tick
    file.save(path)


def test_a_real_take_is_played_at_another_tempo_with_its_own_deviations(tmp_path):
    rng = np.random.default_rng(0)
    deviation = rng.normal(0.0, 0.02, 400)
    beats = np.sort(np.arange(400) / 2 + 1 + deviation)
    write_take(tmp_path / "take.mid", beats, [42, 38] * 200)
    head = "drummer,bpm,beat_type,time_signature,midi_filename,duration"
    (tmp_path / "info.csv").write_text(f"{head}\nd1,120,beat,4-4,take.mid,100.0\n")
    (take,) = real_takes(tmp_path, lambda _: None)
    case = retimed(take, 240.0, 0.5, "none")
    assert case.truth.tolist() == list(range(400))
    offsets = case.t_ms - case.part.written_ms
    # Half of the deviation in ms at the take's own tempo, 500 ms a beat.
    assert offsets == pytest.approx(0.5 * 500 * deviation, abs=1.0)
    assert np.diff(case.part.written_ms) == pytest.approx(125.0)


def test_a_folder_that_is_not_the_dataset_is_named(tmp_path):
    with pytest.raises(FileError, match=r"info\.csv"):
        real_takes(tmp_path, lambda _: None)
