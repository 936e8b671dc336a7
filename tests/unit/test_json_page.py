"""docs/JSON.md says all that a report's JSON has, and its example is a real one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import DrummerParams, perform
from station.model import (
    Calibration,
    Dynamic,
    Flag,
    Hit,
    KitUsed,
    Mark,
    MarkKind,
    Note,
    Ornament,
    Pad,
    PlacementCall,
    StampedBy,
    Sticking,
    TakeState,
    TempoCall,
    Zone,
)
from station.report import build_report, flag_names

PAGE = (Path(__file__).parents[2] / "docs" / "JSON.md").read_text(encoding="utf-8")
SAID = set(re.findall(r"`([a-z0-9_-]+)`", PAGE))
EXAMPLE = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL).group(1)
KIT = KitUsed("midi://TD-17", "TD-17", "roland-td", StampedBy.DRIVER, 200_000)
MS = 1_000_000


def full_report():
    """A take in which everything happens: fills, both hands, levels, swing, a stop, marks."""
    notes = []
    for beat in range(4 * 72):
        fill = beat % 32 >= 28
        hand = Sticking.RIGHT if beat % 2 else Sticking.LEFT
        level = (Dynamic.ACCENT, Dynamic.NORMAL, Dynamic.GHOST)[beat % 3]
        low = Pad.TOM_1 if fill else Pad.KICK
        notes.append(Note(480 * beat, low, Zone.HEAD, 36, level, hand))
        for place in (0, 120, 240, 360) if fill else (0, 320):
            pad = Pad.SNARE if fill else Pad.HI_HAT
            notes.append(Note(480 * beat + place, pad, Zone.HEAD, 42, level, hand))
    chart = Chart(
        "all", TempoMap.constant(160, 480), (MetreChange(0, 4, 4),), tuple(notes), 480 * 4 * 72
    )
    offset = np.random.default_rng(1).normal(0, 8, 4 * 72)
    hits = []
    for i, (note, t_ns) in enumerate(zip(notes, chart.written_ns.tolist(), strict=True)):
        if note.tick < 480 * 4 * 66:
            late = round(offset[note.tick // 480] * MS)
        elif note.tick < 480 * 4 * 68:
            continue
        else:
            late = 375 * MS
        hits.append(Hit(i, t_ns + late, 0, t_ns, note.pad, note.zone, 40 + i % 60, 38))
    chart = replace(chart, pass_ticks=480 * 4 * 8)
    marks = [Mark(5, MarkKind.CHOKE, "ride")]
    return build_report(
        chart,
        hits,
        start_ns=0,
        latency_ns=MS,
        calibrated=True,
        kit=KIT,
        marks=marks,
        calibration=Calibration("midi://TD-17", "audio://Card", MS, 1, 20, "tap", "2026-01-02"),
    ).to_dict()


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*(keys_of(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(keys_of(v) for v in value))
    return set()


def test_every_key_is_described():
    told = full_report()
    empty = [
        name
        for part in (told, told["verdict"], told["statistics"])
        for name, value in part.items()
        if value in (None, [], {})
    ]
    assert set(empty) <= {"clock"}  # contradicts a player to a click
    assert keys_of(told) - SAID == set()
    assert {"timekeeper_ms", "motor_ms", "resyncs", "marks", "latency_ms", "calibration"} <= SAID
    assert "passes" in SAID
    assert "passes" in told


@pytest.mark.parametrize("ornament", [Ornament.FLAM, Ornament.DRAG, Ornament.BUZZ])
def test_every_key_of_what_is_around_notes_is_described(ornament):
    notes = tuple(
        Note(480 * i, Pad.SNARE, Zone.HEAD, 38, sticking=hand, ornament=ornament)
        for i, hand in enumerate([Sticking.RIGHT, Sticking.LEFT] * 2)
    )
    chart = Chart("o", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 1920)
    hits = [
        Hit(i, s.t_ns, 0, s.t_ns, s.pad, s.zone, s.velocity, 38)
        for i, s in enumerate(perform(chart, DrummerParams()).strikes)
    ]
    told = build_report(chart, hits, start_ns=0, latency_ns=0, calibrated=True, kit=KIT).to_dict()
    assert {"ornament_of", "live_ornament_of"} <= keys_of(told["hits"])
    of_them = next(part for part in told["ornaments"].values() if part)
    assert None not in of_them.values()
    assert keys_of(told) - SAID == set()


@pytest.mark.parametrize("words", [Pad, MarkKind, StampedBy, TakeState, TempoCall, PlacementCall])
def test_every_word_is_listed(words):
    assert {word.value for word in words} - {w.strip('"') for w in SAID | _quoted()} == set()


def _quoted():
    return set(re.findall(r'`"([a-z-]+)"`', PAGE))


def test_every_flag_is_listed():
    assert {name for flag in Flag for name in flag_names(flag)} - SAID == set()


def test_the_example_is_what_comes_out():
    notes = tuple(Note(480 * i, Pad.SNARE, Zone.HEAD, 38) for i in range(2))
    chart = Chart("pulse", TempoMap.constant(330, 480), (MetreChange(0, 4, 4),), notes, 1920)
    hit = Hit(0, 191_900_000, 200_000, 0, Pad.SNARE, Zone.HEAD, 96, 38)
    report = build_report(chart, [hit], start_ns=0, latency_ns=12 * MS, calibrated=True, kit=KIT)
    assert report.to_dict() == json.loads(EXAMPLE)
