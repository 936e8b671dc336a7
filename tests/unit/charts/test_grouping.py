"""How beats stand together: in a metre, under beams, on the page and back."""

from fractions import Fraction
from itertools import islice
from xml.etree import ElementTree as ET

import pytest
from musicxml_text import TEMPO, bar, note, read

from station.charts import document
from station.charts.chart import Chart, MetreChange
from station.charts.grouping import group_lengths, usual_groups
from station.charts.musicxml_in import read_musicxml
from station.charts.musicxml_out import write_musicxml
from station.charts.notation import write_bar
from station.charts.tempo import TempoMap
from station.errors import ChartError
from station.model import Note, Pad, Zone


@pytest.mark.parametrize(
    ("metre", "groups"),
    [
        ((4, 4), (1, 1, 1, 1)),
        ((7, 4), (1,) * 7),
        ((5, 8), (3, 2)),
        ((7, 8), (2, 2, 3)),
        ((9, 8), (3, 3, 3)),
        ((12, 8), (3, 3, 3, 3)),
        ((4, 8), (2, 2)),
        ((1, 8), (1,)),
        ((8, 8), (3, 3, 2)),
        ((11, 8), (3, 3, 3, 2)),
        ((14, 8), (2, 2, 3, 2, 2, 3)),
        ((17, 8), (2,) * 7 + (3,)),
        ((8, 16), (4, 4)),
        ((7, 16), (2, 2, 3)),
    ],
)
def test_usual_groups(metre, groups):
    assert usual_groups(*metre) == groups


@pytest.mark.parametrize("unit", [8, 16, 32])
@pytest.mark.parametrize("beats", range(1, 40))
def test_groups_fill_their_bar(beats, unit):
    assert sum(usual_groups(beats, unit)) == beats
    assert min(usual_groups(beats, unit)) >= min(beats, 2)


def test_a_long_group_is_read_in_twos_and_threes():
    assert list(islice(group_lengths(9, 8, (4, 5)), 5)) == [
        1, 1, 1, Fraction(3, 2), 1,
    ]  # fmt: skip


def beamed(metre, groups=()):
    """How many eighths each beam joins in a full bar."""
    beats, unit = metre
    eighths = tuple(Fraction(i, 2) for i in range(beats * 8 // unit))
    counts = []
    for one in write_bar(Fraction(4 * beats, unit), *metre, eighths, groups):
        if one.beams[:1] in ((), ("begin",)):
            counts.append(0)
        counts[-1] += 1
    return counts


def test_beams_follow_the_groups():
    assert beamed((7, 8)) == [2, 2, 3]
    assert beamed((7, 8), (3, 2, 2)) == [3, 2, 2]
    assert beamed((14, 8)) == [2, 2, 3, 2, 2, 3]
    assert beamed((5, 8)) == [3, 2]
    assert beamed((5, 8), (2, 3)) == [2, 3]
    assert beamed((9, 8)) == [3, 3, 3]
    assert beamed((4, 4)) == [2, 2, 2, 2]


def sevens(groups):
    notes = tuple(Note(240 * i, Pad.SNARE, Zone.HEAD, 38) for i in range(7))
    metre = (MetreChange(0, 7, 8, groups),)
    return Chart("Seven", TempoMap.constant(120, 480), metre, notes, 1680, "x.musicxml")


@pytest.mark.parametrize("groups", [(), (3, 2, 2), (2, 3, 2)])
def test_groups_come_back(groups):
    chart = sevens(groups)
    assert read_musicxml(write_musicxml(chart).encode(), "x.musicxml")[0] == chart
    assert document.parse(document.dump(chart)) == chart


@pytest.mark.parametrize("groups", [(3, 2), (7, 0), (8, -1), (7,)])
def test_groups_that_are_no_bar_are_refused(groups):
    with pytest.raises(ValueError, match="are no bar of 7/8"):
        sevens(groups)
    text = document.dump(sevens(())).replace("[0,7,8]", f"[0,7,8,{list(groups)}]")
    with pytest.raises(ChartError, match="damaged"):
        document.parse(text)


def eighths(*beams):
    """Eighth notes, each group of them under a beam."""
    return "".join(
        note(
            "hi-hat",
            "eighth",
            inside=f'<beam number="1">{"begin" if not i else "end" if i + 1 == n else "continue"}'
            "</beam>",
        )
        for n in beams
        for i in range(n)
    )


def metre(beats, unit="8"):
    return (
        "<attributes><divisions>4</divisions>"
        f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
        f"<clef><sign>percussion</sign></clef></attributes>{TEMPO}"
    )


@pytest.mark.parametrize(
    ("beats", "beams", "groups"),
    [
        ("7", (2, 2, 3), ()),  # as is usual
        ("7", (3, 2, 2), (3, 2, 2)),
        ("7", (4, 3), (4, 3)),
        ("2+3+2", (3, 2, 2), (2, 3, 2)),  # what the metre says goes before
        ("5", (2, 3), (2, 3)),
        ("5", (5,), ()),  # one beam over all of it says nothing
    ],
)
def test_a_metre_or_its_beams_say_the_groups(beats, beams, groups):
    chart, complaints = read(bar(eighths(*beams)), start=metre(beats))
    assert chart.metre[0].groups == groups
    assert complaints == ()


def test_two_metres_in_one_say_the_groups():
    both = metre("3").replace("</time>", "<beats>2</beats><beat-type>4</beat-type></time>")
    chart, _ = read(bar(eighths(3, 2, 2)), start=both)
    assert chart.metre == (MetreChange(0, 7, 8, (3, 4)),)


def test_the_first_bar_whose_beams_fill_it_speaks_for_all():
    quarter = note("kick", "quarter") + note("kick", "quarter") + eighths(3)
    chart, _ = read(
        bar(quarter), bar(eighths(3, 2, 2), number=2), bar(eighths(2, 2, 3), number=3),
        start=metre("7"),
    )  # fmt: skip
    assert chart.metre == (MetreChange(0, 7, 8, (3, 2, 2)),)


def test_the_groups_are_printed():
    root = ET.fromstring(write_musicxml(sevens((3, 2, 2))))
    assert root.findtext("part/measure/attributes/time/beats") == "3+2+2"
