import json
from fractions import Fraction

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.document import SCHEMA, dump, parse
from station.charts.tempo import TempoMap
from station.errors import ChartError
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

CHART = Chart(
    title="Größe",
    tempo=TempoMap.constant(330, 504),
    metre=(MetreChange(0, 7, 4),),
    notes=(
        Note(3, Pad.SNARE, Zone.RIM, 40, Dynamic.GHOST, Sticking.LEFT, Ornament.DRAG),
        Note(504, Pad.KICK, Zone.HEAD, 36, Dynamic.ACCENT),
    ),
    length_ticks=3528,
    origin="a.toml",
)


def test_the_form_is_what_takes_are_kept_with():
    assert json.loads(dump(CHART)) == {
        "schema": "station.chart/1",
        "title": "Größe",
        "origin": "a.toml",
        "ppq": 504,
        "length_ticks": 3528,
        "tempo": [[0, "2000000000/11"]],
        "metre": [[0, 7, 4]],
        "notes": [
            [3, "snare", "rim", 40, "ghost", "L", "drag"],
            [504, "kick", "head", 36, "accent", "", ""],
        ],
    }


def test_it_comes_back_the_same():
    assert parse(dump(CHART)) == CHART
    assert parse(dump(CHART)).tempo.changes[0].ns_per_quarter == Fraction(2 * 10**9, 11)


def changed(**parts):
    return json.dumps(json.loads(dump(CHART)) | parts)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no chart"),
        ("{}", "no chart"),
        (changed(schema="station.take/1"), "no chart"),
        (changed(schema=["station.chart/1"]), "no chart"),
        (changed(schema="station.chart/2"), "update the station"),
        (changed(more=1), "unknown: more"),
        (changed(title=3), "damaged"),
        (changed(ppq=True), "damaged"),
        (changed(ppq=480.0), "damaged"),
        (changed(ppq=0), "damaged"),
        (changed(tempo=[[0, "1/0"]]), "no fraction"),
        (changed(tempo=[[0, "-1/3"]]), "no fraction"),
        (changed(tempo=[[0, "1/3"]]), "BPM"),
        (changed(tempo=[[0, 0.5]]), "damaged"),
        (changed(tempo=[]), "tick 0"),
        (changed(metre=[[0, 7]]), "damaged"),
        (changed(metre=None), "damaged"),
        (changed(notes=[[0, "snair", "head", 38, "normal", "", ""]]), "snair"),
        (changed(notes=[[0, ["snare"], "head", 38, "normal", "", ""]]), "damaged"),
        (changed(notes=[[0, "snare", "head", 128, "normal", "", ""]]), "0 to 127"),
        (changed(notes=[[0, "snare", "head", 38, "loud", "", ""]]), "LOUD"),
        (changed(notes=[[0, "snare", "head", 38, "normal", "X", ""]]), "damaged"),
        (changed(notes=[[99999, "snare", "head", 38, "normal", "", ""]]), "behind"),
        (changed(notes=[3]), "damaged"),
    ],
)
def test_a_damaged_document_is_told(text, why):
    with pytest.raises(ChartError, match=why) as raised:
        parse(text, "take 7")
    assert str(raised.value).startswith("take 7: ")


def test_a_missing_part_is_named():
    document = json.loads(dump(CHART))
    del document["metre"]
    with pytest.raises(ChartError, match="metre"):
        parse(json.dumps(document))
    assert document["schema"] == SCHEMA
