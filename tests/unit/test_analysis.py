from __future__ import annotations

import json
import math
import random

import mido
import numpy as np
import pytest

import station
from station.analysis import analyse
from station.charts.chart import Chart, MetreChange
from station.charts.gm import PLACE_OF_NOTE
from station.charts.smf import write_smf
from station.charts.tempo import TempoMap
from station.errors import FileError, ProfileError, WrongUse
from station.hits import to_array
from station.kits.library import load_library
from station.model import Hit, Note, Pad, PlacementCall, StampedBy, TempoCall, Zone

MS = 1_000_000
PPQ = 960  # of the takes: at 120 BPM a tick is 0.52 ms
TICKS_PER_MS = PPQ / 500


def groove(beats=240, bpm=120):
    """Kick and snare in turn, hi-hat on every beat."""
    notes = []
    for i in range(beats):
        low = (Pad.SNARE, 38) if i % 2 else (Pad.KICK, 36)
        notes += [Note(i * 480, low[0], Zone.HEAD, low[1])]
        notes += [Note(i * 480, Pad.HI_HAT, Zone.CLOSED, 42)]
    metre = (MetreChange(0, 4, 4),)
    return Chart("groove", TempoMap.constant(bpm, 480), metre, tuple(notes), beats * 480)


def save_take(path, strikes, *, channel=9, others=()):
    """A MIDI file of (t_ms, note) at 120 BPM, as another program would write it."""
    file = mido.MidiFile(ticks_per_beat=PPQ)
    track = mido.MidiTrack()
    file.tracks.append(track)
    events = [(round(t * TICKS_PER_MS), note, channel) for t, note in strikes]
    events += [(round(t * TICKS_PER_MS), note, 0) for t, note in others]
    last = 0
    for tick, note, on_channel in sorted(events, key=lambda e: e[0]):
        track.append(
            mido.Message("note_on", channel=on_channel, note=note, velocity=90, time=tick - last)
        )
        last = tick
    file.save(path)
    return path


def played(chart, mean_ms, sd_ms=6.0, seed=1):
    rng = random.Random(seed)
    written = (chart.written_ns / MS).tolist()
    return [
        (max(0.0, t + rng.gauss(mean_ms, sd_ms)), n.midi_note)
        for t, n in zip(written, chart.notes, strict=True)
    ]


@pytest.fixture
def chart_file(tmp_path):
    path = tmp_path / "chart.mid"
    path.write_bytes(write_smf(groove()))
    return path


def test_files_are_analysed(tmp_path, chart_file):
    take = save_take(tmp_path / "take.mid", played(groove(), -14))
    report = station.analyse(str(take), chart=str(chart_file))
    assert report.verdict.placement.call is PlacementCall.AHEAD
    assert report.verdict.placement.calibrated
    assert report.verdict.tempo.call is TempoCall.STEADY
    assert report.missed == ()
    assert (report.chart_index == report.live_index).all()
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["kit"]["address"] == f"replay://{take}"
    assert told["kit"]["profile"] == "general-midi"
    assert told["kit"]["stamped_by"] == "file"
    assert told["kit"]["sigma_ms"] == pytest.approx(0.52 / math.sqrt(12), abs=0.001)
    assert {h["pad"] for h in told["hits"]} == {"kick", "snare", "hi-hat"}


def test_a_chart_played_by_itself_is_a_robot(chart_file):
    report = analyse(chart_file, chart_file)
    assert report.chart_index.tolist() == list(range(480))
    assert not report.offset_ns.any()
    assert report.verdict.placement.call is PlacementCall.CENTRED
    assert report.verdict.tempo.call is TempoCall.STEADY


def test_latency_and_calibration(tmp_path, chart_file):
    take = save_take(tmp_path / "take.mid", played(groove(), 20))
    late = analyse(take, chart_file).verdict.placement
    corrected = analyse(take, chart_file, latency_ms=20).verdict.placement
    unknown = analyse(take, chart_file, calibrated=False).verdict.placement
    assert late.call is PlacementCall.BEHIND
    assert corrected.call is PlacementCall.CENTRED
    assert corrected.offset_ms == pytest.approx(late.offset_ms - 20, abs=0.5)
    assert (unknown.call, unknown.calibrated) == (PlacementCall.UNDECIDED, False)


def test_only_the_drums_are_heard_where_there_are_drums(tmp_path, chart_file):
    strikes = played(groove(), 0)
    bass = [(i * 500.0, 36) for i in range(200)]
    mixed = analyse(save_take(tmp_path / "m.mid", strikes, others=bass), chart_file)
    assert len(mixed.hits) == len(strikes)
    moved = analyse(save_take(tmp_path / "c.mid", strikes, channel=3), chart_file)
    assert moved.verdict == analyse(save_take(tmp_path / "d.mid", strikes), chart_file).verdict


def test_a_profile_says_what_the_notes_mean(tmp_path, chart_file):
    strikes = [(t, 22 if note == 42 else note) for t, note in played(groove(), 0)]
    take = save_take(tmp_path / "take.mid", strikes)
    assert len(analyse(take, chart_file).missed) == 240
    assert analyse(take, chart_file, kit_profile="roland-td").missed == ()
    profile = load_library().named("roland-td")
    assert analyse(take, chart_file, kit_profile=profile).missed == ()


def test_hits_in_memory_against_a_chart_in_memory():
    chart = groove(64)
    hits = [
        Hit(i, int(t) - 9 * MS, 150_000, 0, n.pad, n.zone, 90, n.midi_note)
        for i, (t, n) in enumerate(zip(chart.written_ns, chart.notes, strict=True))
    ]
    report = analyse(hits, chart)
    assert report.offsets_ms.tolist() == [-9.0] * 128
    assert report.kit.stamped_by is StampedBy.FILE
    assert report.kit.sigma_ns == 150_000
    again = analyse(to_array(hits), chart)
    assert again.to_dict() == report.to_dict()
    assert np.array_equal(analyse(hits[::-1], chart).chart_index, report.chart_index)


def test_a_shipped_chart_goes_by_its_name():
    name = station_chart_name()
    assert analyse([], name).missed[:1] == (0,)


def station_chart_name():
    from station.files import list_charts

    return next(entry.name for entry in list_charts() if entry.shipped)


def test_an_empty_take(tmp_path, chart_file):
    report = analyse(save_take(tmp_path / "empty.mid", []), chart_file)
    assert report.hits == ()
    assert len(report.missed) == 480
    assert report.verdict.tempo.call is TempoCall.UNDECIDED


def test_what_cannot_be_analysed_says_why(tmp_path, chart_file):
    with pytest.raises(FileError, match=r"gone\.mid"):
        analyse(tmp_path / "gone.mid", chart_file)
    with pytest.raises(FileError, match=r"gone\.mid"):
        analyse(chart_file, tmp_path / "gone.mid")
    with pytest.raises(ProfileError, match="no-such"):
        analyse(chart_file, chart_file, kit_profile="no-such")
    for latency in (math.nan, math.inf, 1e300, 1001, "12", [1], 1j):
        with pytest.raises(WrongUse, match="latency"):
            analyse(chart_file, chart_file, latency_ms=latency)
    with pytest.raises(WrongUse, match="is no take"):
        analyse(None, chart_file)
    with pytest.raises(WrongUse, match="no take"):
        analyse(np.zeros(3), chart_file)


def test_a_chart_and_a_take_read_a_general_midi_note_alike():
    kit = load_library().named("general-midi").notes
    differing = {
        note for note, place in PLACE_OF_NOTE.items() if note in kit and kit[note][0] != place[0]
    }
    assert differing == set()
