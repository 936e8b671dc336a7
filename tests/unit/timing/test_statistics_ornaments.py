"""How flams, drags and buzzes are told of, from hits whose meaning is given."""

from __future__ import annotations

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Ornament, Pad, Sticking, Zone
from station.timing.statistics_ornaments import ornament_statistics

MS = 1_000_000
FLAM, DRAG, BUZZ, NONE = Ornament.FLAM, Ornament.DRAG, Ornament.BUZZ, Ornament.NONE


def chart_of(*ornaments, hands="RL"):
    notes = tuple(
        Note(i * 480, Pad.SNARE, Zone.HEAD, 38, sticking=Sticking(hands[i % 2]), ornament=o)
        for i, o in enumerate(ornaments)
    )
    return Chart("t", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 480 * len(notes))


def told(chart, *rows):
    """Of rows (ms, chart index, around which note)."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    t, index, around = table.T
    return ornament_statistics(chart, index.astype(np.int32), around.astype(np.int32), t * MS)


def test_a_chart_without_any_has_nothing_to_tell():
    assert told(chart_of(NONE, NONE), (0, 0, -1)) is None


def test_flams_are_wide_flat_or_missed():
    rows = [(-20, -1, 0), (0, 0, -1), (460, -1, 1), (500, 1, -1), (1000, 2, -1), (1900, -1, -1)]
    said = told(chart_of(FLAM, FLAM, FLAM, FLAM), *rows)
    assert said["drags"] is said["buzzes"] is None
    assert said["flams"] == {
        "written": 4,
        "played": 3,
        "with_graces": 2,
        "flat": 1,
        "width_ms": 30.0,
        "quartiles_ms": [25.0, 35.0],
        "right": {"with_graces": 1, "width_ms": 20.0, "quartiles_ms": [20.0, 20.0]},
        "left": {"with_graces": 1, "width_ms": 40.0, "quartiles_ms": [40.0, 40.0]},
    }
    assert said["notes"] == [
        {"chart_index": 0, "ornament": "flam", "strokes_ms": [20.0]},
        {"chart_index": 1, "ornament": "flam", "strokes_ms": [40.0]},
        {"chart_index": 2, "ornament": "flam", "strokes_ms": []},
    ]


def test_a_drag_is_as_wide_as_its_first_grace_and_whole_with_two():
    rows = [(-70, -1, 0), (-30, -1, 0), (0, 0, -1), (470, -1, 1), (500, 1, -1)]
    drags = told(chart_of(DRAG, DRAG), *rows)["drags"]
    assert (drags["played"], drags["with_graces"], drags["flat"]) == (2, 1, 0)
    assert drags["width_ms"] == 70.0
    assert drags["left"] is None


def test_a_buzz_has_so_many_bounces():
    rows = [(0, 0, -1), (30, -1, 0), (55, -1, 0), (500, 1, -1), (1000, 2, -1), (1030, -1, 2)]
    said = told(chart_of(BUZZ, BUZZ, BUZZ), *rows)
    assert said["buzzes"] == {"written": 3, "played": 3, "with_bounces": 2, "bounces": 1.0}
    assert said["notes"][0]["strokes_ms"] == [30.0, 55.0]


def test_what_was_not_played_has_no_numbers():
    said = told(chart_of(FLAM, BUZZ))
    assert said["flams"]["width_ms"] is said["flams"]["quartiles_ms"] is None
    assert said["buzzes"]["bounces"] is None
    assert said["notes"] == []


@pytest.mark.parametrize("hands", ["--", "RR"])
def test_hands_are_told_where_they_are_known(hands):
    chart = chart_of(FLAM, FLAM, hands=[h.strip("-") for h in hands])
    flams = told(chart, (-20, -1, 0), (0, 0, -1), (475, -1, 1), (500, 1, -1))["flams"]
    assert flams["left"] is None
    assert (flams["right"] is None) == (hands == "--")


def test_a_grace_of_a_note_that_was_missed_after_all_counts_nowhere():
    assert told(chart_of(FLAM, FLAM), (-20, -1, 0), (500, 1, -1))["flams"]["with_graces"] == 0
