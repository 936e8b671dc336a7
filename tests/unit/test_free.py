from __future__ import annotations

import json
import sys
from pathlib import Path

import mido
import numpy as np
import pytest

from station.drummer.params import DrummerParams
from station.errors import FileError
from station.free import analyse_free
from station.free_text import render_free_text
from station.hits import from_array

sys.path.insert(0, str(Path(__file__).parent / "timing"))
from free_parts import ROCK, play, steady

GENERAL_MIDI = {0: 36, 1: 38, 6: 42}


def as_midi(hits, path, bpm):
    file = mido.MidiFile(ticks_per_beat=960)
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    now = 0
    for hit in np.sort(hits, order="t_ns"):
        tick = max(now, round(hit["t_ns"] / 1e9 * bpm / 60 * 960))
        note = GENERAL_MIDI[int(hit["pad"])]
        velocity = int(hit["velocity"])
        track.append(
            mido.Message("note_on", channel=9, note=note, velocity=velocity, time=tick - now)
        )
        now = tick
    file.tracks.append(track)
    file.save(path)


@pytest.mark.parametrize("file_bpm", [60, 120, 173])
def test_a_file_is_read_whatever_tempo_it_says(tmp_path, file_bpm):
    path = tmp_path / "solo.mid"
    as_midi(play(ROCK, steady(112, 96) + 1), path, file_bpm)
    told = analyse_free(path).to_dict()
    assert told["schema"] == "station.free/1"
    assert told["tempo"]["bpm"] == pytest.approx(112, rel=3e-3)
    assert told["tempo"]["low"] <= told["tempo"]["bpm"] <= told["tempo"]["high"]
    assert told["metre"]["beats"] == 4


def test_hits_and_their_array_give_the_same():
    hits = play(ROCK, steady(112, 64))
    assert analyse_free(from_array(hits)).to_dict() == analyse_free(hits).to_dict()


def test_the_report_is_json_with_its_curve_in_order():
    told = analyse_free(play(ROCK, steady(100, 64))).to_dict()
    json.dumps(told, allow_nan=False)
    times = [point["t_s"] for point in told["curve"]]
    assert times == sorted(times)
    assert len(times) >= 60
    assert all(point["low"] <= point["bpm"] <= point["high"] for point in told["curve"])
    assert told["metre"]["first_bar_s"] == pytest.approx(0.0, abs=0.05)


def test_what_is_not_found_is_null():
    rng = np.random.default_rng(0)
    hits = play(ROCK, steady(100, 64))
    hits["t_ns"] = rng.integers(0, int(40e9), len(hits))
    report = analyse_free(hits)
    told = report.to_dict()
    assert told["tempo"] is told["metre"] is told["swing"] is told["steadiest"] is None
    assert told["curve"] == []
    assert render_free_text(report).startswith("NO TEMPO")


def test_no_hits_are_no_tempo():
    told = analyse_free([]).to_dict()
    assert told["hits"] == 0
    assert told["tempo"] is None


def test_the_text_says_the_tempo_first():
    text = render_free_text(analyse_free(play(ROCK, steady(112, 96))))
    assert text.startswith("112.0 BPM")
    assert "in 4/4" in text.splitlines()[0]
    assert "steadiest" in text
    assert len(text.splitlines()) <= 8


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"nothing\.mid"):
        analyse_free(tmp_path / "nothing.mid")


def test_the_live_engine_does_without():
    import subprocess

    code = (
        "import sys, station.engine.process, station.analysis;"
        "sys.exit(any(m.startswith('station.timing.free') for m in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_simulated_drummers_are_told_their_course():
    from station.bench.free_playing import render, run
    from station.bench.free_simulated import CASES, DRUMMER, take_of

    assert isinstance(DRUMMER, DrummerParams)
    hits, chart = take_of(CASES[1], 0)
    told = analyse_free(hits).to_dict()
    middle = told["curve"][len(told["curve"]) // 2]
    assert middle["bpm"] == pytest.approx(chart.tempo.bpm_at(chart.length_ticks // 2), rel=0.02)
    result = run(seeds=1)
    assert [case["case"] for case in result["simulated"]] == [case.name for case in CASES]
    assert CASES[0].name in render(result)


def test_equal_stamps_and_negative_times():
    hits = play(ROCK, steady(112, 96) - 1000)
    hits["t_ns"] -= hits["t_ns"] % 5_000_000
    assert analyse_free(hits).to_dict()["tempo"]["bpm"] == pytest.approx(112, rel=3e-3)
