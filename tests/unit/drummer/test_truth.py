"""The truth as JSON."""

import json
from dataclasses import replace

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import PRESETS, perform
from station.drummer.truth import truth_from_json, truth_to_json
from station.errors import FileError
from station.model import Note, Pad, Zone

CHART = Chart(
    "sixteen",
    TempoMap.constant(330, 480),
    (MetreChange(0, 4, 4),),
    tuple(Note(i * 120, Pad.SNARE, Zone.HEAD, 38) for i in range(64)),
    64 * 120,
)
BEGINNER = perform(CHART, replace(PRESETS["beginner"], extra_rate=0.5, miss_rate=0.3))


def test_there_and_back():
    assert truth_from_json(truth_to_json(BEGINNER), "truth.json") == BEGINNER


def test_the_form_that_others_read():
    truth = json.loads(truth_to_json(BEGINNER))
    assert truth["schema"] == "station.truth/1"
    assert truth["chart"] == {"title": "sixteen", "notes": 64}
    assert truth["missed"] == list(BEGINNER.missed)
    assert set(truth["strikes"][0]) == {
        "t_ns", "pad", "zone", "note", "velocity", "cause", "chart_index"
    }  # fmt: skip
    assert {s["chart_index"] for s in truth["strikes"] if s["cause"] != "note"} == {None}


def _without(key):
    truth = json.loads(truth_to_json(BEGINNER))
    del truth[key]
    return json.dumps(truth)


def _with_strike(**changes):
    truth = json.loads(truth_to_json(BEGINNER))
    truth["strikes"][0].update(changes)
    return json.dumps(truth)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "schema None"),
        ('{"schema": "station.take/1"}', "station.take/1"),
        (_without("missed"), "lacks the key 'missed'"),
        (_without("params"), "lacks the key 'params'"),
        (_with_strike(pad="gong"), "'gong'"),
        (_with_strike(t_ns=None), "is no truth"),
        (_with_strike(t_ns=float("inf")), "is no truth"),
    ],
)
def test_a_broken_truth_is_one_sentence(text, says):
    with pytest.raises(FileError, match=says) as caught:
        truth_from_json(text, "truth.json")
    assert str(caught.value).startswith("truth.json ")
    assert "\n" not in str(caught.value)
