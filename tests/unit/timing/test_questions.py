from __future__ import annotations

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from station.timing import questions


def chart_of(places, *, beats=4, metre=(4, 4), bpm=120, pads=None):
    """Notes at these parts of every beat, in ticks of 960 a quarter."""
    beat = 960 * 4 // metre[1]
    notes = tuple(
        Note(b * beat + place, (pads or {}).get(place, Pad.SNARE), Zone.HEAD, 38)
        for b in range(beats)
        for place in places
    )
    tempo = TempoMap.constant(bpm, 960)
    return Chart("t", tempo, (MetreChange(0, *metre),), notes, beats * beat)


@pytest.mark.parametrize(
    ("places", "swung"),
    [
        ((0,), ()),
        ((0, 480), (480,)),  # eighths
        ((0, 640), (640,)),  # two to one
        ((0, 720), (720,)),  # dotted
        ((480, 480), ()),  # off-beats alone: nothing else to go by
        ((0, 240), ()),
        ((0, 320, 640), ()),  # triplets
        ((0, 240, 480, 720), (240, 720)),  # sixteenths: the eighths stand
        ((0, 320, 480, 800), (320, 800)),  # the same, swung
        ((0, 480, 720), (720,)),
        ((0, 160, 320, 480, 640, 800), ()),
    ],
)
def test_what_lies_between_may_be_swung(places, swung):
    chart = chart_of(places)
    between = questions.lay_out(chart).notes["between"]
    assert [bool(x) for x in between] == [n.tick % 960 in swung for n in chart.notes]


def test_other_pads_off_beats_may_be_swung_too():
    chart = chart_of((0, 640, 640), pads={0: Pad.RIDE})
    assert questions.lay_out(chart).notes["between"].tolist() == 4 * [0, 1, 1]


def test_beats_are_those_of_the_metre():
    assert not questions.lay_out(chart_of((0,), beats=8, metre=(7, 8))).notes["between"].any()
    assert questions.lay_out(chart_of((0, 240), beats=8, metre=(7, 8))).notes["between"].any()


def test_gaps_are_those_of_the_pad_and_no_longer_than_two_of_the_chart():
    pads = {0: Pad.KICK}
    notes = questions.lay_out(chart_of((0, 320, 640), pads=pads)).notes
    # The kick comes once a beat, every third of one something else does.
    np.testing.assert_allclose(notes["gaps_a_beat"][:3], [1.5, 3.0, 3.0], rtol=1e-6)


def test_the_swing_may_differ_by_what_nobody_notices():
    assert questions.lay_out(chart_of((0, 640), bpm=330)).swing_margin == pytest.approx(
        6 / (60_000 / 330), rel=1e-3
    )
    assert questions.lay_out(chart_of((0, 640), bpm=60)).swing_margin == pytest.approx(0.0125)
    assert questions.lay_out(chart_of((0,))).swing_margin == 0
