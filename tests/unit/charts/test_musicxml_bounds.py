"""Small files that say very much: they are refused, or read without ado."""

import pytest
from musicxml_text import ATTRIBUTES, TEMPO, bar, note, read, rest, words

from station.charts.musicxml_in import MAX_BARS
from station.errors import ChartError
from station.model import Sticking

ROLL = '<ornaments><tremolo type="single">8</tremolo></ornaments>'
PERCENT = (
    '<attributes><measure-style><measure-repeat type="start">1</measure-repeat></measure-style>'
    "</attributes>"
)


def refused(*bars, **how):
    with pytest.raises(ChartError) as caught:
        read(*bars, **how)
    return str(caught.value)


def test_rolls_of_millions_of_strokes_are_refused():
    long = note(value="whole", duration=16_384, notations=ROLL)
    assert "a bar of more than 100,000 notes" in refused(bar(long))
    # Each bar within bounds, and all of them not.
    half = note(value="whole", duration=800, notations=ROLL)
    assert "102,400 notes are too many" in refused(bar(half), bar(half, number=2))


def test_repeated_bars_of_very_many_notes_are_refused():
    crowded = note(duration="0.01") * 1000 + rest(6)
    bars = [bar(crowded), bar(PERCENT, number=2), *(bar(number=3 + i) for i in range(200))]
    assert "202,000 notes are too many" in refused(*bars)


def test_a_chord_of_very_many_notes_is_one_stroke_each():
    chart, complaints = read(bar(note() + note("hi-hat", chord=True) * 30_000))
    assert len(chart.notes) == 2
    assert complaints == ()


def test_very_many_hands_find_their_notes():
    chart, _ = read(bar((words("R") + note(duration="0.01")) * 20_000))
    assert {n.sticking for n in chart.notes} == {Sticking.RIGHT}


def test_very_many_tempi_and_swings_in_a_bar():
    marks = "".join(
        f'<sound tempo="{100 + i % 7}"><swing><first>{2 + i % 2}</first><second>1</second></swing>'
        f"</sound>{note(duration='0.01')}"
        for i in range(10_000)
    )
    chart, _ = read(bar(marks))
    assert len(chart.tempo.changes) == 10_000


@pytest.mark.parametrize(
    "jump",
    [
        '<sound dacapo="yes"/>',
        '<sound segno="{0}"/><sound dalsegno="{0}"/>',
        '<sound segno="x"/><sound dalsegno="x"/>',
    ],
)
def test_a_jump_in_every_bar_is_refused(jump):
    bars = [bar(note(), jump.format(i), number=i) for i in range(MAX_BARS)]
    assert "more than 5,000 bars" in refused(*bars)


def test_a_bar_that_is_no_time_at_all_is_refused():
    said = refused(bar(note(duration="0.000000000001")), bar(note(duration="0.7"), number=2))
    assert "bar 1 is shorter than anything that can be played" in said


@pytest.mark.parametrize("beats", ["1+" * 300 + "1", "+", "1++1", "0+4"])
def test_groups_that_cannot_be_counted_are_refused(beats):
    start = ATTRIBUTES.replace("<beats>4", f"<beats>{beats}") + TEMPO
    assert "which cannot be counted" in refused(bar(note()), start=start)
