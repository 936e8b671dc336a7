"""Drum parts as MuseScore, Finale, Dorico and Sibelius write them, each in its own way.

The documents are our own, in the manner of the programs: how instruments are told apart,
where stickings stand, how jumps, repeats and rolls are said.
"""

from fractions import Fraction
from pathlib import Path

import pytest

from station.charts.chart import MetreChange
from station.charts.musicxml_in import read_musicxml
from station.model import Dynamic, Ornament, Pad, Sticking, Zone

FOLDER = Path(__file__).parent / "dialects"
R, L, NO = Sticking.RIGHT, Sticking.LEFT, Sticking.NONE


def read(name):
    return read_musicxml((FOLDER / f"{name}.musicxml").read_bytes(), f"{name}.musicxml")


def of(chart, pad):
    """Where a pad is struck, in quarter notes."""
    return [Fraction(n.tick, chart.ppq) for n in chart.notes if n.pad is pad]


def between(chart, start, end):
    return [n for n in chart.notes if start <= n.tick / chart.ppq < end]


class TestMuseScore:
    """Instruments by MIDI note, hands in words, a pickup, endings, graces, rolls, ties."""

    def test_what_is_struck_when(self):
        chart, complaints = read("musescore")
        assert chart.title == "A groove from MuseScore"
        assert chart.bpm == 96
        assert chart.metre == (MetreChange(0, 4, 4), MetreChange(chart.ppq, 4, 4))
        # Pickup, bars 1 and 2, bar 1 again with the second ending, and the last bar.
        assert chart.length_ticks == (1 + 4 + 4 + 4 + 4 + 4) * chart.ppq
        assert of(chart, Pad.KICK) == [1, 3, Fraction(7, 2), 9, 11, Fraction(23, 2)]
        assert complaints == ("Bar 4: a sticking for both hands at once is not read.",)

    def test_the_bar_with_everything(self):
        chart, _ = read("musescore")
        first = [n for n in between(chart, 0, 5) if n.pad is not Pad.KICK]
        assert [(n.pad, n.zone, n.midi_note) for n in first] == [
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.CRASH_1, Zone.BOW, 49),
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.SNARE, Zone.HEAD, 38),
            (Pad.HI_HAT, Zone.OPEN, 46),
        ]
        # The accent stands on the stem of crash and snare; the l is the grace note's.
        assert [n.sticking for n in first] == [R, L, NO, NO, R, NO, NO, NO]
        assert [n.dynamic for n in first] == [
            Dynamic.NORMAL, Dynamic.NORMAL, Dynamic.ACCENT, Dynamic.ACCENT, Dynamic.NORMAL,
            Dynamic.NORMAL, Dynamic.GHOST, Dynamic.NORMAL,
        ]  # fmt: skip
        assert [n.ornament for n in first[4:6]] == [Ornament.FLAM, Ornament.DRAG]

    def test_a_roll_becomes_its_strokes_and_leads_to_its_last(self):
        chart, _ = read("musescore")
        roll = between(chart, 5, 9)
        assert [n.tick / chart.ppq for n in roll] == [5 + i / 4 for i in range(8)] + [7, 8]
        assert [n.ornament for n in roll[-2:]] == [Ornament.NONE, Ornament.BUZZ]

    def test_triplets_and_ties(self):
        chart, _ = read("musescore")
        assert [Fraction(n.tick, chart.ppq) for n in between(chart, 13, 21)] == [
            13, Fraction(40, 3), Fraction(41, 3), 14, 15, 18,
        ]  # fmt: skip
        assert between(chart, 14, 15)[0].zone is Zone.CROSS_STICK


class TestFinale:
    """Several parts, percent signs, slashes, D.S. al Coda, hands as lyrics and fingerings."""

    def test_what_is_struck_when(self):
        chart, complaints = read("finale")
        assert chart.title == "A chart from Finale"
        # Bars 1 2 3 4 5, back to the sign in 2, 3, and the coda: 2 says 1 again.
        assert chart.length_ticks == 8 * 4 * chart.ppq
        assert of(chart, Pad.HI_HAT) == [0, 2, 4, 6, 20, 22]
        assert of(chart, Pad.SNARE) == [1, 3, 5, 7, 21, 23, 29]
        assert complaints == (
            "'Drum Set' is the part that is read; left out: 'Trumpet in Bb'.",
            "Bar 3: slashes (play as you like) are left out.",
            "Bar 6: 'rit.' is not read; the tempo stays as it was.",
            "Bar 6: a note on E5 ('Cabasa') is left out: no drum is known there.",
            "Bar 6: a fermata is not read; the time goes on.",
        )

    def test_hands_and_accents(self):
        chart, _ = read("finale")
        first = between(chart, 0, 4)
        assert [(n.pad, n.sticking, n.dynamic) for n in first] == [
            (Pad.KICK, NO, Dynamic.NORMAL),
            (Pad.HI_HAT, R, Dynamic.NORMAL),
            (Pad.SNARE, L, Dynamic.ACCENT),
            (Pad.HI_HAT, NO, Dynamic.NORMAL),
            (Pad.SNARE, L, Dynamic.NORMAL),
        ]


class TestDorico:
    """Instruments by their sound; signs over the hi-hat; metres; tuplets of odd lengths."""

    def test_what_is_struck_when(self):
        chart, complaints = read("dorico")
        assert [(m.beats, m.unit) for m in chart.metre] == [(3, 4), (5, 8), (2, 4)]
        assert chart.bpm == 120  # dotted quarters at 80
        assert [(n.pad, n.zone) for n in chart.notes[:9]] == [
            (Pad.HI_HAT, Zone.OPEN),
            (Pad.HI_HAT, Zone.CLOSED),
            (Pad.HI_HAT_PEDAL, Zone.FOOT),
            (Pad.RIDE, Zone.BELL),
            (Pad.SNARE, Zone.HEAD),
            (Pad.TOM_1, Zone.HEAD),
            (Pad.TOM_2, Zone.HEAD),
            (Pad.TOM_3, Zone.HEAD),
            (Pad.KICK, Zone.HEAD),
        ]
        start = Fraction(11, 2)
        assert of(chart, Pad.SNARE)[1:] == [start + Fraction(i, 5) for i in range(5)]
        assert of(chart, Pad.CRASH_2) == [Fraction(13, 2)]
        assert of(chart, Pad.KICK) == [5, Fraction(13, 2)]
        assert complaints == (
            "Bar 3: a note on C6 with the head 'triangle' ('Triangle') is left out: no drum is "
            "known there.",
        )


class TestSibelius:
    """UTF-16, one instrument for the whole kit, places and heads, jumps in words alone."""

    def test_what_is_struck_when(self):
        chart, complaints = read("sibelius")
        assert chart.title == "A score from Sibelius"
        assert chart.bpm == 104
        assert chart.length_ticks == 3 * 4 * chart.ppq  # to the end, and bar 1 to its Fine
        swing = [0, Fraction(1, 3), Fraction(1, 2), Fraction(5, 6)]
        assert of(chart, Pad.HI_HAT) == swing + [8 + place for place in swing]
        # The roll is even: swing is for what is written in sixteenths.
        assert of(chart, Pad.SNARE) == [1, *(4 + Fraction(i, 4) for i in range(16)), 9]
        assert [(n.pad, n.sticking, n.dynamic) for n in between(chart, 1, 4)] == [
            (Pad.SNARE, R, Dynamic.NORMAL),
            (Pad.HI_HAT_PEDAL, NO, Dynamic.NORMAL),
            (Pad.RIDE, L, Dynamic.GHOST),
            (Pad.CRASH_1, NO, Dynamic.NORMAL),
        ]
        assert complaints == (
            "Bar 1: 'Swing 16ths' gives no ratio and is read as 2 to 1.",
            "Bar 1: a note on B4 is left out: no drum is known there.",
        )


@pytest.mark.parametrize("name", sorted(p.stem for p in FOLDER.glob("*.musicxml")))
def test_each_survives_being_written_again(name):
    from station.charts.musicxml_out import write_musicxml

    chart, _ = read(name)
    again, complaints = read_musicxml(write_musicxml(chart).encode(), chart.origin)
    assert again == chart
    assert complaints == ()
