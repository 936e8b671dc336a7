"""The forty rudiments as they are played, and flams in a groove: nothing false is said.

Each at its own tempo and at both ends of what is usual, by players with known truth.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from station import analyse, settings
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.charts.toml_chart import read_toml_chart, read_usual_tempo
from station.drummer import PRESETS, Cause, perform
from station.model import (
    Dynamic,
    Flag,
    Hit,
    Note,
    Ornament,
    Pad,
    PlacementCall,
    TempoCall,
    Zone,
)  # fmt: skip

FILES = sorted((settings.config_dir() / "charts" / "rudiments").glob("*.toml"))
SECONDS = 40
ACCENT = Dynamic.ACCENT
ROBOT, STEADY = PRESETS["robot"], replace(PRESETS["steady"], seed=3)
TEMPI = ("slow", "own", "fast")


def load(path, tempo="own"):
    text = path.read_text("utf-8")
    chart = read_toml_chart(text, path.name)
    low, high = read_usual_tempo(text, path.name)
    chart = chart.at_bpm({"slow": low, "own": chart.bpm, "fast": high}[tempo])
    return chart.repeated(max(1, round(SECONDS * 1e9 / chart.length_ns)))


def graced():
    """Those with something around their notes."""
    return [p for p in FILES if any(n.ornament is not Ornament.NONE for n in load(p).notes)]


def judged(chart, player):
    """The report, and for each hit its cause and the note that was meant."""
    strikes = perform(chart, player).strikes
    hits = [
        Hit(i, s.t_ns, 0, s.t_ns, s.pad, s.zone, s.velocity, s.midi_note)
        for i, s in enumerate(strikes)
    ]
    return analyse(hits, chart), strikes


def meant(strikes):
    """Chart index and the note that a stroke is around, as a report has them."""
    around = (Cause.GRACE, Cause.BOUNCE)
    return (
        [s.chart_index if s.cause is Cause.NOTE else -1 for s in strikes],
        [s.chart_index if s.cause in around else -1 for s in strikes],
    )


def said(report):
    return report.chart_index.tolist(), report.ornament_of.tolist()


@pytest.mark.parametrize("tempo", TEMPI)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_who_plays_it_well_is_neither_early_nor_late_and_has_no_extra_hits(path, tempo):
    chart = load(path, tempo)
    for player in (ROBOT, STEADY):
        report, strikes = judged(chart, player)
        assert said(report) == meant(strikes)
        assert report.missed == ()
        assert not any(hit.flags & Flag.DOUBLE_TRIGGER for hit in report.hits)
        assert report.verdict.tempo.call in (TempoCall.STEADY, TempoCall.UNDECIDED)
        assert report.verdict.placement.call in (PlacementCall.CENTRED, PlacementCall.UNDECIDED)
        assert report.resyncs == ()
    if tempo == "fast":
        assert report.verdict.tempo.call is TempoCall.STEADY


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("percent", "call"), [(2.0, TempoCall.RUSHING), (-2.0, TempoCall.DRAGGING)]
)
def test_who_rushes_or_drags_does(path, percent, call):
    report, strikes = judged(load(path), replace(STEADY, tempo_percent=percent))
    assert said(report) == meant(strikes)
    assert report.verdict.tempo.call is call


@pytest.mark.parametrize("path", graced(), ids=lambda path: path.stem)
@pytest.mark.parametrize("offset_ms", [-20.0, 20.0])
def test_who_is_ahead_or_behind_is_so_by_his_main_strokes(path, offset_ms):
    report, strikes = judged(load(path, "fast"), replace(STEADY, offset_ms=offset_ms))
    assert said(report) == meant(strikes)
    assert report.offsets_ms.mean() == pytest.approx(offset_ms, abs=3)
    expected = PlacementCall.AHEAD if offset_ms < 0 else PlacementCall.BEHIND
    assert report.verdict.placement.call is expected


@pytest.mark.parametrize("path", graced(), ids=lambda path: path.stem)
def test_graces_that_are_left_out_are_found_missing(path):
    chart = load(path)
    report, strikes = judged(chart, replace(STEADY, grace_miss_rate=0.3, bounces=0))
    assert said(report) == meant(strikes)
    for kind, graces in ((Ornament.FLAM, 1), (Ornament.DRAG, 2)):
        written = [i for i, note in enumerate(chart.notes) if note.ornament is kind]
        told = report.ornaments[f"{kind}s"]
        if not written:
            assert told is None
            continue
        played = np.bincount(
            [s.chart_index for s in strikes if s.cause is Cause.GRACE], minlength=len(chart.notes)
        )[written]
        assert told["written"] == told["played"] == len(written)
        assert told["with_graces"] == np.count_nonzero(played == graces) < len(written)
        assert told["flat"] == np.count_nonzero(played == 0)


@pytest.mark.parametrize("path", graced(), ids=lambda path: path.stem)
@pytest.mark.parametrize("grace_velocity", [90.0, 110.0])
def test_graces_as_loud_as_their_notes_or_louder_are_graces(path, grace_velocity):
    player = replace(STEADY, grace_velocity=grace_velocity, normal_velocity=70, accent_velocity=90)
    report, strikes = judged(load(path), player)
    right = np.array(said(report)) == np.array(meant(strikes))
    assert right.all(axis=0).mean() > 0.99
    assert report.verdict.placement.call in (PlacementCall.CENTRED, PlacementCall.UNDECIDED)
    assert report.verdict.tempo.call in (TempoCall.STEADY, TempoCall.UNDECIDED)


@pytest.mark.parametrize("path", graced(), ids=lambda path: path.stem)
def test_one_who_is_only_human_is_understood(path):
    chart = load(path)
    report, strikes = judged(chart, replace(PRESETS["human"], seed=11))
    right = (np.array(said(report)) == np.array(meant(strikes))).all(axis=0)
    assert right.mean() > 0.97
    assert report.resyncs == ()


@pytest.mark.parametrize(("flam_ms", "drag_ms"), [(12.0, 20.0), (55.0, 65.0)])
def test_narrow_and_wide_ones_have_their_width_told_hand_by_hand(flam_ms, drag_ms):
    player = replace(STEADY, flam_ms=flam_ms, drag_ms=drag_ms, grace_sd_ms=2.0)
    for number, kind, width_ms in ((20, "flams", flam_ms), (31, "drags", 2 * drag_ms)):
        chart = load(FILES[number - 1])
        told = judged(chart, player)[0].ornaments[kind]
        assert told["with_graces"] == len(chart.notes)
        for part in (told, told["right"], told["left"]):
            low, high = part["quartiles_ms"]
            assert low < part["width_ms"] < high
            assert part["width_ms"] == pytest.approx(width_ms, abs=1.5)
        assert told["right"]["with_graces"] == told["left"]["with_graces"] == len(chart.notes) / 2


def groove(ornament, bpm):
    """Hi-hat eighths, kick, a backbeat of which three in four are ornamented, and tom fills."""
    notes = []
    for bar in range(48):
        at = 1920 * bar
        notes += [Note(at + 240 * i, Pad.HI_HAT, Zone.CLOSED, 42) for i in range(8)]
        notes += [Note(at + tick, Pad.KICK, Zone.HEAD, 36) for tick in (0, 960, 1200)]
        for tick in (480, 1440):
            around = ornament if bar % 2 or tick == 1440 else Ornament.NONE
            notes.append(Note(at + tick, Pad.SNARE, Zone.HEAD, 38, ACCENT, ornament=around))
        for i in range(4 if bar % 4 == 3 else 0):
            around = ornament if i % 2 == 0 else Ornament.NONE
            notes.append(Note(at + 1440 + 120 * i, Pad.TOM_1, Zone.HEAD, 48, ornament=around))
    notes.sort(key=lambda note: (note.tick, note.midi_note))
    tempo = TempoMap.constant(bpm, 480)
    return Chart("groove", tempo, (MetreChange(0, 4, 4),), tuple(notes), 1920 * 48)


@pytest.mark.parametrize("ornament", [Ornament.FLAM, Ornament.DRAG, Ornament.BUZZ])
@pytest.mark.parametrize("bpm", [90, 160, 280])
def test_a_groove_with_them_is_understood_as_well_as_one_without(ornament, bpm):
    player = replace(PRESETS["human"], seed=5, offset_ms=0.0, double_trigger_rate=0.01)
    shares = {}
    for kind in (Ornament.NONE, ornament):
        report, strikes = judged(groove(kind, bpm), player)
        shares[kind] = (np.array(said(report)) == np.array(meant(strikes))).all(axis=0).mean()
        assert report.verdict.tempo.call in (TempoCall.STEADY, TempoCall.UNDECIDED)
        assert report.resyncs == ()
    assert shares[ornament] > max(shares[Ornament.NONE] - 0.01, 0.98)
