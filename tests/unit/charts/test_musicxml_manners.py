"""Small ways of the programs: split words, signs as letters, hidden notes, names for numbers."""

import pytest
from musicxml_text import INSTRUMENTS, at, bar, note, read, rest, words

from station.charts.chart import Chart
from station.model import Pad, Sticking, Zone

BACK = '<barline location="right"><repeat direction="backward"/></barline>'
FORTH = '<barline location="left"><repeat direction="forward"/></barline>'


def direction(*types, after=""):
    inside = "".join(f"<direction-type>{one}</direction-type>" for one in types)
    return f"<direction>{inside}{after}</direction>"


def word(text):
    return f"<words>{text}</words>"


def numbered(*contents):
    """Bars of 4/4, told apart by how many strokes are in them: as many as their number."""
    return [
        bar(before, note(value="eighth") * n, rest(16 - 2 * n), behind, number=n)
        for n, (before, behind) in enumerate(contents, start=1)
    ]


def order(chart: Chart):
    counts = [0] * (chart.length_ticks // (4 * chart.ppq))
    for one in chart.notes:
        counts[one.tick // (4 * chart.ppq)] += 1
    return counts


SEGNO, CODA = "<segno/>", "<coda/>"


class TestJumps:
    @pytest.mark.parametrize("segno", [direction(SEGNO), words("Segno"), words("\U0001d10b")])
    @pytest.mark.parametrize(
        "leave",
        [
            words("To Coda"),
            words("to \U0001d10c"),
            words("To \ue048"),
            direction(word("To ") + CODA),
            direction(word("To "), CODA),
            direction(word("To"), word("Coda")),
            direction(word("To "), "<symbol>coda</symbol>"),
        ],
    )
    @pytest.mark.parametrize(
        ("back", "coda"),
        [
            (words("D.S. al Coda"), direction(CODA)),
            (direction(word("D.S. al "), CODA), direction(word("Coda "), CODA)),
            (direction(word("D.S."), word("al Coda")), words("CODA")),
            (direction(SEGNO, word("D.S. al Coda")), words("\U0001d10c Coda")),
        ],
    )
    def test_words_and_signs_that_are_split(self, segno, leave, back, coda):
        bars = numbered(("", ""), (segno, ""), ("", leave), ("", back), (coda, ""))
        chart, complaints = read(*bars)
        assert order(chart) == [1, 2, 3, 4, 2, 3, 5]
        assert complaints == ()

    @pytest.mark.parametrize("text", ["Fine", "(Fine)", "Fine.", "FINE"])
    def test_a_fine_in_any_dress(self, text):
        chart, _ = read(*numbered(("", ""), ("", words(text)), ("", words("D.C. al Fine"))))
        assert order(chart) == [1, 2, 3, 1, 2]

    def test_a_sound_that_says_no_fine_is_none(self):
        bars = numbered(("", '<sound fine="no"/>'), ("", words("D.C.")))
        assert order(read(*bars)[0]) == [1, 2, 1, 2]

    def test_repeats_after_a_jump_where_it_says_so(self):
        bars = numbered(("", BACK), ("", words("D.C. with repeats")))
        assert order(read(*bars)[0]) == [1, 1, 2, 1, 1, 2]
        bars = numbered(("", BACK), ("", words("D.C.")))
        assert order(read(*bars)[0]) == [1, 1, 2, 1, 2]

    @pytest.mark.parametrize("text", ["D.S.S. al Coda", "To Coda 2", "D.S. 2", "Double Coda"])
    def test_second_signs_are_named(self, text):
        chart, complaints = read(*numbered(("", ""), ("", words(text))))
        assert order(chart) == [1, 2]
        assert complaints == (
            f"Bar 2: '{text}' is not read: only one segno and one coda are known.",
        )

    def test_a_forward_repeat_that_only_sounds(self):
        bars = numbered(("", ""), ('<sound forward-repeat="yes"/>', ""), ("", BACK))
        assert order(read(*bars)[0]) == [1, 2, 3, 2, 3]

    def test_a_jump_within_a_bar_is_named(self):
        jump = words("D.C.")
        chart, complaints = read(bar(note() * 2, jump, note() * 2))
        assert at(chart) == [0, 1, 2, 3, 4, 5, 6, 7]
        assert complaints == ("Bar 1: a jump within the bar is made at its end.",)

    def test_a_jump_over_the_last_note_stands_at_the_end(self):
        chart, complaints = read(bar(note() * 3, words("D.C."), note()))
        assert chart.length_ticks == 8 * chart.ppq
        assert complaints == ()

    def test_a_repeat_sign_within_a_bar_is_named(self):
        middle = BACK.replace("right", "middle")
        _, complaints = read(bar(note() * 2, middle, note() * 2))
        assert complaints == ("Bar 1: a repeat sign within the bar is read at the bar line.",)


class TestTimes:
    @pytest.mark.parametrize("text", ["4x", "(4x)", "Play 4 times", "play 4x"])
    def test_words_over_a_repeat(self, text):
        for bars in (
            numbered((FORTH + words(text), BACK), ("", "")),
            numbered((FORTH, words(text) + BACK), ("", "")),
        ):
            chart, complaints = read(*bars)
            assert order(chart) == [1, 1, 1, 1, 2]
            assert complaints == ()

    def test_words_where_a_longer_repeat_begins(self):
        bars = numbered(("", ""), (FORTH + words("3x"), ""), ("", BACK))
        assert order(read(*bars)[0]) == [1, 2, 3, 2, 3, 2, 3]

    @pytest.mark.parametrize(
        ("bars", "said"),
        [
            (numbered((words("4x"), ""), ("", BACK)), "stands at no repeat"),
            (
                numbered((FORTH + words("4x"), BACK.replace("backward", 'backward" times="3'))),
                "the repeat itself says 3 times",
            ),
            (numbered((FORTH + words("4x"), ""), (FORTH, BACK)), "stands at no repeat"),
        ],
    )
    def test_words_that_do_not_fit_are_named(self, bars, said):
        _, complaints = read(*bars)
        (complaint,) = complaints
        assert complaint.startswith("Bar 1: '4x' ")
        assert said in complaint

    @pytest.mark.parametrize("text", ["16 bars", "1x", "2x only"])
    def test_other_numbers_are_no_times(self, text):
        chart, complaints = read(*numbered((FORTH + words(text), BACK)))
        assert order(chart) == [1, 1]
        assert complaints == ()


@pytest.mark.parametrize("number", ["1-3", "1.-3.", "1, 2, 3", "1,2,3", "1. 2. 3.", "1 – 3"])
def test_endings_for_several_passes(number):
    first = f'<barline location="left"><ending number="{number}" type="start"/></barline>'
    last = '<barline location="left"><ending number="4" type="start"/></barline>'
    stop = '<ending number="1" type="stop"/><repeat'
    bars = numbered((FORTH, ""), (first, BACK.replace("<repeat", stop)), (last, ""))
    assert order(read(*bars)[0]) == [1, 2, 1, 2, 1, 2, 1, 3]


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        ('<offset sound="yes">4</offset>', 3),
        ('<offset sound="no">4</offset>', 2),
        ("<offset>4</offset>", 2),
    ],
)
def test_an_offset_that_only_draws_moves_no_tempo(offset, place):
    mark = direction(word("x"), after=f'{offset}<sound tempo="240"/>')
    chart, _ = read(bar(note() * 2, mark, note() * 2))
    assert [c.tick / chart.ppq for c in chart.tempo.changes] == [0, place]


def test_a_sound_may_have_an_offset_of_its_own():
    mark = direction(
        word("x"), after='<offset>8</offset><sound tempo="240"><offset>4</offset></sound>'
    )
    chart, _ = read(bar(note() * 2, mark, note() * 2))
    assert [c.tick / chart.ppq for c in chart.tempo.changes] == [0, 3]


def test_a_hand_is_where_it_is_drawn():
    hand = direction(word("L"), after="<offset>4</offset>")
    chart, _ = read(bar(hand, note() * 4))
    assert [n.sticking for n in chart.notes] == [
        Sticking.NONE, Sticking.LEFT, Sticking.NONE, Sticking.NONE,
    ]  # fmt: skip


def test_hidden_notes_are_left_out_and_named():
    hidden = note().replace("<note>", '<note print-object="no">')
    chart, complaints = read(bar(note(), hidden, note() * 2))
    assert at(chart) == [0, 2, 3]
    assert complaints == ("Bar 1: a hidden note is left out.",)


@pytest.mark.parametrize(
    ("name", "number", "place"),
    [
        ("Closed Hi-Hat", 28, (Pad.HI_HAT, Zone.CLOSED)),  # a program's own numbers
        ("Ride Bell", 31, (Pad.RIDE, Zone.BELL)),
        ("Closed Hi-Hat", None, (Pad.HI_HAT, Zone.CLOSED)),
        ("Whatever", 28, None),
        ("Closed Hi-Hat", 39, (Pad.SNARE, Zone.HEAD)),  # a number of the map goes before
    ],
)
def test_an_instrument_by_its_name(name, number, place):
    midi = f"<midi-unpitched>{number}</midi-unpitched>" if number else ""
    text = (
        f'<score-instrument id="snare"><instrument-name>{name}</instrument-name>'
        f'</score-instrument><midi-instrument id="snare">{midi}</midi-instrument>'
    )
    text += INSTRUMENTS[INSTRUMENTS.index('<score-instrument id="kick"') :].replace(
        '<midi-instrument id="snare"><midi-unpitched>39</midi-unpitched></midi-instrument>', ""
    )
    chart, complaints = read(bar(note("kick"), note("snare")), instruments=text)
    found = [(n.pad, n.zone) for n in chart.notes if n.pad is not Pad.KICK]
    assert found == ([] if place is None else [place])
    assert len(complaints) == (place is None)


@pytest.mark.parametrize(
    ("sign", "zone"),
    [
        ("<open/>", Zone.OPEN),
        ("<open-string/>", Zone.OPEN),
        ("<half-muted/>", Zone.HALF_OPEN),
        ('<open smufl="pictHalfOpen1"/>', Zone.HALF_OPEN),
        ("<stopped/>", Zone.CLOSED),
    ],
)
def test_signs_over_a_hi_hat(sign, zone):
    chart, complaints = read(bar(note("hi-hat", notations=f"<technical>{sign}</technical>")))
    assert chart.notes[0].zone is zone
    assert complaints == ()


@pytest.mark.parametrize(
    ("glyph", "place"),
    [
        ("noteheadXBlack", (Pad.SNARE, Zone.CROSS_STICK)),
        ("noteheadHeavyXHat", (Pad.SNARE, Zone.CROSS_STICK)),
        ("noteheadBlack", (Pad.SNARE, Zone.HEAD)),
        ("noteheadTriangleUpBlack", None),
        ("", None),
    ],
)
def test_heads_by_their_sign_in_the_music_font(glyph, place):
    head = f'<notehead smufl="{glyph}">other</notehead>'
    unnamed = note(inside=head).replace('<instrument id="snare"/>', "")
    chart, complaints = read(bar(unnamed, note("kick")))
    assert [(n.pad, n.zone) for n in chart.notes if n.tick == 0] == ([place] if place else [])
    assert len(complaints) == (place is None)


@pytest.mark.parametrize("text", ["No swing", "Straight 8ths", "Even 8ths"])
def test_words_that_end_a_swing(text):
    eighths = note("hi-hat", "eighth") * 2
    swing = "<sound><swing><first>2</first><second>1</second></swing></sound>"
    chart, complaints = read(bar(swing, eighths, words(text), eighths))
    assert at(chart) == pytest.approx([0, 2 / 3, 1, 1.5])
    assert complaints == ()
