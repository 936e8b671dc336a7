from fractions import Fraction

import pytest
from musicxml_text import (
    ATTRIBUTES,
    INSTRUMENTS,
    TEMPO,
    at,
    bar,
    note,
    read,
    rest,
    score,
    words,
)

from station.charts.chart import MetreChange
from station.charts.musicxml_in import MAX_BARS, read_musicxml
from station.errors import ChartError
from station.model import Dynamic, Ornament, Pad, Sticking, Zone

R, L, NO = Sticking.RIGHT, Sticking.LEFT, Sticking.NONE
ACCENT = "<articulations><accent/></articulations>"
PLAIN = "<attributes><divisions>4</divisions></attributes>"


def refused(*bars, **how):
    with pytest.raises(ChartError) as caught:
        read(*bars, **how)
    message = str(caught.value)
    assert message.startswith("x.musicxml: ")
    assert "\n" not in message
    return message


def roll(marks, kind="single"):
    return f'<ornaments><tremolo type="{kind}">{marks}</tremolo></ornaments>'


def tie(*kinds):
    return "".join(f'<tied type="{kind}"/>' for kind in kinds)


class TestPlaces:
    def test_the_midi_note_counts_from_one(self):
        chart, complaints = read(bar(note("kick"), note("snare"), note("hi-hat"), note("tom")))
        assert [(n.pad, n.midi_note) for n in chart.notes] == [
            (Pad.KICK, 36), (Pad.SNARE, 38), (Pad.HI_HAT, 42), (Pad.TOM_1, 48),
        ]  # fmt: skip
        assert complaints == ()

    def test_a_midi_note_that_is_no_drum_of_a_kit_is_left_out(self):
        odd = INSTRUMENTS.replace("<midi-unpitched>39<", "<midi-unpitched>76<")
        chart, complaints = read(bar(note("kick"), note("snare")), instruments=odd)
        assert [n.pad for n in chart.notes] == [Pad.KICK]
        assert complaints == ("Bar 1: a note on C5 ('Snare') is left out: no drum is known there.",)

    @pytest.mark.parametrize(
        ("position", "head", "place"),
        [
            ("F4", "", (Pad.KICK, Zone.HEAD)),
            ("C5", "", (Pad.SNARE, Zone.HEAD)),
            ("C5", "x", (Pad.SNARE, Zone.CROSS_STICK)),
            ("C5", "slashed", (Pad.SNARE, Zone.RIM)),
            ("E5", "", (Pad.TOM_1, Zone.HEAD)),
            ("A4", "", (Pad.TOM_3, Zone.HEAD)),
            ("G5", "x", (Pad.HI_HAT, Zone.CLOSED)),
            ("G5", "circle-x", (Pad.HI_HAT, Zone.OPEN)),
            ("D4", "x", (Pad.HI_HAT_PEDAL, Zone.FOOT)),
            ("F5", "diamond", (Pad.RIDE, Zone.BELL)),
            ("A5", "x", (Pad.CRASH_1, Zone.BOW)),
            ("B4", "", None),
            ("G5", "", None),
        ],
    )
    def test_without_instruments_the_staff_says_it(self, position, head, place):
        one = note().replace('<instrument id="snare"/>', "").replace(
            "<display-step>C</display-step><display-octave>5",
            f"<display-step>{position[0]}</display-step><display-octave>{position[1]}",
        )  # fmt: skip
        if head:
            one = one.replace("</note>", f"<notehead>{head}</notehead></note>")
        chart, complaints = read(bar(one, note("kick")), instruments=INSTRUMENTS)
        found = [(n.pad, n.zone) for n in chart.notes if n.tick == 0]
        assert found == ([] if place is None else [place])
        assert len(complaints) == (place is None)

    def test_one_instrument_in_two_places_is_a_whole_kit(self):
        one = INSTRUMENTS[: INSTRUMENTS.index("<score-instrument", 5)]
        text = one + '<midi-instrument id="snare"><midi-unpitched>39</midi-unpitched>'
        text += "</midi-instrument>"
        kick = note("kick").replace('id="kick"', 'id="snare"')
        chart, _ = read(bar(note(), kick), instruments=text)
        assert [n.pad for n in chart.notes] == [Pad.SNARE, Pad.KICK]

    def test_the_sound_of_a_crash_that_stands_elsewhere(self):
        text = (
            '<score-instrument id="snare"><instrument-name>Piatto</instrument-name>'
            "<instrument-sound>metal.cymbal.crash</instrument-sound></score-instrument>"
        )
        chart, _ = read(bar(note()), instruments=text)
        assert (chart.notes[0].pad, chart.notes[0].midi_note) == (Pad.CRASH_1, 49)

    def test_pitched_notes_under_a_percussion_clef_are_drums(self):
        pitched = note().replace("unpitched", "pitch").replace("display-", "")
        chart, complaints = read(bar(pitched))
        assert chart.notes[0].pad is Pad.SNARE
        assert complaints == ()

    def test_a_staff_for_somebody_else_is_named(self):
        clefs = ATTRIBUTES.replace(
            "<clef>", '<staves>2</staves><clef number="2"><sign>G</sign></clef><clef number="1">'
        )
        piano = note().replace("unpitched", "pitch").replace("display-", "")
        piano = piano.replace("</type>", "</type><staff>2</staff>")
        chart, complaints = read(bar(note(), piano), start=clefs + TEMPO)
        assert at(chart) == [0]
        assert complaints == ("Bar 1: notes on a staff that is not for drums are left out.",)

    def test_a_score_without_drums_is_refused(self):
        flute = (
            '<score-partwise><part-list><score-part id="P1"><part-name>Flute</part-name>'
            '</score-part></part-list><part id="P1"><measure number="1"><note><pitch><step>C</step>'
            "<octave>5</octave></pitch><duration>1</duration></note></measure></part>"
            "</score-partwise>"
        )
        with pytest.raises(ChartError, match="no drum part"):
            read_musicxml(flute.encode(), "x.xml")

    def test_a_drum_part_that_only_rests_is_refused(self):
        assert "no note for a drum" in refused(bar(note(inside="<cue/>"), rest(12)))

    def test_bars_by_time_are_read_like_bars_by_part(self):
        text = score(bar(note("kick") * 4), bar(note() * 4, number=2))
        turned = (
            text.replace('<part id="P1">', "").replace("</part>", "")
            .replace("score-partwise", "score-timewise")
            .replace('<measure number="1">', '<measure number="1"><part id="P1">')
            .replace('<measure number="2">', '<measure number="2"><part id="P1">')
            .replace("</measure>", "</part></measure>")
        )  # fmt: skip
        chart, _ = read_musicxml(turned.encode(), "x.musicxml")
        assert chart == read_musicxml(text.encode(), "x.musicxml")[0]


class TestTime:
    def test_voices_go_back_and_forward(self):
        back = "<backup><duration>16</duration></backup>"
        forward = "<forward><duration>6</duration></forward>"
        chart, complaints = read(bar(note("hi-hat") * 4, back, forward, note("kick", voice=2)))
        assert [n.tick / chart.ppq for n in chart.notes if n.pad is Pad.KICK] == [1.5]
        assert complaints == ()

    def test_a_bar_is_as_long_as_it_is_written(self):
        chart, complaints = read(bar(note() * 2), bar(note() * 4, number=2))
        assert chart.length_ticks == 6 * chart.ppq
        assert chart.metre == (MetreChange(0, 4, 4), MetreChange(2 * chart.ppq, 4, 4))
        assert complaints == ()

    def test_a_bar_that_is_too_long_is_named(self):
        chart, complaints = read(bar(note() * 5), bar(note() * 4, number=2))
        assert chart.length_ticks == 9 * chart.ppq
        assert complaints[0].startswith("Bar 1: it is longer than its metre")

    def test_an_empty_bar_lasts_as_its_metre_says(self):
        chart, _ = read(bar(note() * 4), bar(number=2), bar(note(), rest(12), number=3))
        assert at(chart) == [0, 1, 2, 3, 8]

    def test_the_same_stroke_in_two_voices_is_one(self):
        back = "<backup><duration>4</duration></backup>"
        chart, _ = read(bar(note(notations=ACCENT), back, note(voice=2), rest(12)))
        assert [n.dynamic for n in chart.notes] == [Dynamic.ACCENT]

    @pytest.mark.parametrize(
        ("beats", "unit", "metre"),
        [("7", "8", (7, 8)), ("3+2+2", "8", (7, 8)), ("14", "16", (14, 16))],
    )
    def test_metres(self, beats, unit, metre):
        time = f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
        chart, _ = read(bar(f"<attributes>{time}</attributes>", note()))
        assert (chart.metre[0].beats, chart.metre[0].unit) == metre

    def test_a_metre_of_two_kinds(self):
        time = (
            "<time><beats>3</beats><beat-type>8</beat-type><beats>2</beats><beat-type>4"
            "</beat-type></time>"
        )
        chart, _ = read(bar(f"<attributes>{time}</attributes>", note()))
        assert (chart.metre[0].beats, chart.metre[0].unit) == (7, 8)

    @pytest.mark.parametrize(
        ("beats", "unit"),
        [("0", "0"), ("4", "0"), ("4", "3"), ("x", "4"), ("-1", "4"), ("4+0", "4"), ("9999", "4")],
    )
    def test_a_metre_that_cannot_be_counted_is_refused(self, beats, unit):
        time = f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
        message = refused(bar(f"<attributes>{time}</attributes>", note()))
        assert f"bar 1 is in {beats}/{unit}, which cannot be counted" in message

    def test_divisions_may_change_within_a_bar(self):
        finer = "<attributes><divisions>12</divisions></attributes>"
        thirds = note(value="eighth", duration=4) * 3
        back = "<backup><duration>18</duration></backup>"
        chart, _ = read(bar(note(value="eighth"), finer, thirds, back, note("kick", duration=6)))
        assert [(n.pad, Fraction(n.tick, chart.ppq)) for n in chart.notes] == [
            (Pad.KICK, 0), (Pad.SNARE, 0), (Pad.SNARE, Fraction(1, 2)),
            (Pad.SNARE, Fraction(5, 6)), (Pad.SNARE, Fraction(7, 6)),
        ]  # fmt: skip

    def test_durations_may_be_decimals(self):
        chart, _ = read(bar(note(duration="1.5"), note(duration="0.25"), note(duration="2.25")))
        assert at(chart) == [0, 0.375, 0.4375]

    @pytest.mark.parametrize("divisions", ["0", "-1", "1e9", "99999999999", "x"])
    def test_divisions_that_cannot_be_counted_are_refused(self, divisions):
        text = f"<attributes><divisions>{divisions}</divisions></attributes>"
        assert f"has {divisions[:12]} divisions" in refused(bar(text, note()))

    def test_times_too_fine_for_a_chart_are_rounded_and_said(self):
        lengths = ["1.0007", "0.9991", "1.0013", "0.9989"]
        chart, complaints = read(
            bar(*(note(value="16th", duration=d) for d in lengths)),
            start=ATTRIBUTES + TEMPO,
        )
        assert [round(place, 2) for place in at(chart)] == [0, 0.25, 0.5, 0.75]
        assert complaints == ("Its times are finer than a chart holds; read to 1/960 of a beat.",)

    def test_too_many_bars_are_refused(self):
        many = [bar(note(), number=i) for i in range(MAX_BARS + 1)]
        assert "5,001 bars are too many" in refused(*many)


class TestStrokes:
    def test_a_ghost_stands_in_parentheses(self):
        head = '<notehead parentheses="yes">normal</notehead>'
        chart, _ = read(bar(note(inside=head), note()))
        assert [n.dynamic for n in chart.notes] == [Dynamic.GHOST, Dynamic.NORMAL]

    @pytest.mark.parametrize("sign", ["accent", "strong-accent"])
    def test_an_accent_on_the_stem_is_the_whole_chords(self, sign):
        loud = f"<articulations><{sign}/></articulations>"
        chart, _ = read(bar(note(notations=loud), note("hi-hat", chord=True), note()))
        assert [n.dynamic for n in chart.notes] == [Dynamic.ACCENT, Dynamic.ACCENT, Dynamic.NORMAL]

    def test_other_articulations_change_nothing(self):
        short = "<articulations><staccato/></articulations>"
        chart, complaints = read(bar(note(notations=short)))
        assert chart.notes[0].dynamic is Dynamic.NORMAL
        assert complaints == ()

    @pytest.mark.parametrize(
        ("count", "ornament"), [(1, Ornament.FLAM), (2, Ornament.DRAG), (3, Ornament.NONE)]
    )
    def test_grace_notes(self, count, ornament):
        chart, complaints = read(bar(note(grace=True, value="eighth") * count, note()))
        assert [n.ornament for n in chart.notes] == [ornament]
        said = "Bar 1: a ruff of 3 grace notes is read without them."
        assert complaints == ((said,) if count == 3 else ())

    def test_grace_notes_belong_to_the_note_of_their_own_drum(self):
        chart, _ = read(bar(note(grace=True), note("kick"), note("snare", chord=True)))
        assert [(n.pad, n.ornament) for n in chart.notes] == [
            (Pad.KICK, Ornament.NONE), (Pad.SNARE, Ornament.FLAM),
        ]  # fmt: skip

    def test_a_grace_note_on_another_drum_belongs_to_the_hand(self):
        chart, _ = read(bar(note("tom", grace=True), note("kick"), note("snare", chord=True)))
        assert [n.ornament for n in chart.notes] == [Ornament.NONE, Ornament.FLAM]

    @pytest.mark.parametrize("behind", ["", rest()])
    def test_grace_notes_with_nothing_behind_them_are_named(self, behind):
        chart, complaints = read(bar(note(), note(grace=True), behind))
        assert chart.notes[0].ornament is Ornament.NONE
        assert complaints == ("Bar 1: grace notes with no note behind them are left out.",)

    @pytest.mark.parametrize(
        ("value", "marks", "strokes"),
        [
            ("quarter", 1, 2), ("quarter", 3, 8), ("half", 3, 16), ("eighth", 1, 2),
            ("eighth", 2, 4), ("16th", 1, 2),
        ],
    )  # fmt: skip
    def test_an_open_roll_becomes_its_strokes(self, value, marks, strokes):
        accented = ACCENT + roll(marks)
        chart, complaints = read(bar(note(value=value, notations=accented)))
        length = {"quarter": 1, "half": 2, "eighth": 0.5, "16th": 0.25}[value]
        assert at(chart) == [i * length / strokes for i in range(strokes)]
        loud = [n.dynamic is Dynamic.ACCENT for n in chart.notes]
        assert loud == [True] + [False] * (strokes - 1)
        assert complaints == ()

    def test_a_roll_in_a_triplet(self):
        third = (
            "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
            "</time-modification>"
        )
        start = (ATTRIBUTES + TEMPO).replace("<divisions>4", "<divisions>12")
        one = note(value="eighth", duration=4, inside=third, notations=roll(1))
        chart, _ = read(bar(one), start=start)
        assert [Fraction(n.tick, chart.ppq) for n in chart.notes] == [0, Fraction(1, 6)]

    @pytest.mark.parametrize(
        "sign",
        [
            roll(0, "unmeasured"),
            roll("z"),
            "<ornaments><other-ornament>z</other-ornament></ornaments>",
            '<ornaments><other-ornament smufl="buzzRoll"/></ornaments>',
        ],
    )
    def test_a_buzz_roll(self, sign):
        chart, complaints = read(bar(note(notations=sign)))
        assert [n.ornament for n in chart.notes] == [Ornament.BUZZ]
        assert complaints == ()

    @pytest.mark.parametrize(
        ("sign", "said"),
        [
            (roll(2, "start"), "a tremolo between two notes is read as one stroke on each"),
            (roll("many"), "a roll that does not say how fast it is was read as a single stroke"),
            ("<ornaments><trill-mark/></ornaments>", "a trill is read as a single stroke"),
            ("<fermata/>", "a fermata is not read; the time goes on"),
        ],
    )
    def test_what_a_sign_does_not_say_is_named(self, sign, said):
        chart, complaints = read(bar(note(notations=sign), note()))
        assert at(chart) == [0, 1]
        assert complaints == (f"Bar 1: {said}.",)

    def test_a_roll_with_no_whole_number_of_strokes(self):
        chart, complaints = read(bar(note(duration=3, notations=roll(1))))
        assert at(chart) == [0]
        assert "no whole number of strokes" in complaints[0]

    def test_a_tied_note_is_no_new_stroke(self):
        chart, _ = read(
            bar(rest(12), note("hi-hat", notations=tie("start"))),
            bar(note("hi-hat", notations=tie("stop")), note("hi-hat"), number=2),
        )
        assert at(chart) == [3, 5]

    def test_a_chain_of_ties_is_one_stroke(self):
        chart, _ = read(
            bar(
                note(notations=tie("start")),
                note(notations=tie("stop", "start")),
                note(notations=tie("stop")),
                note(),
            )
        )
        assert at(chart) == [0, 3]

    def test_a_roll_leads_to_the_note_that_it_is_tied_to(self):
        buzz = roll(0, "unmeasured")
        chart, _ = read(
            bar(
                note(notations=tie("start") + buzz),
                note(notations=tie("stop", "start") + buzz),
                note(notations=tie("stop") + ACCENT),
            )
        )
        assert at(chart) == [0, 2]
        assert [n.ornament for n in chart.notes] == [Ornament.BUZZ, Ornament.NONE]

    def test_cue_notes_and_slashes_are_left_out_and_named(self):
        slash = note(inside="<notehead>slash</notehead>")
        chart, complaints = read(bar(note(), note(inside="<cue/>"), slash, slash))
        assert at(chart) == [0]
        assert complaints == (
            "Bar 1: a cue note is left out.",
            "Bar 1: slashes (play as you like) are left out.",
        )


class TestHands:
    def test_words_before_a_note(self):
        chart, complaints = read(bar(words("R"), note(), words("l"), note(), note()))
        assert [n.sticking for n in chart.notes] == [R, L, NO]
        assert complaints == ()

    @pytest.mark.parametrize("how", ["lR", "LR"])
    def test_of_two_letters_the_first_is_the_grace_notes(self, how):
        chart, complaints = read(bar(words(how), note(grace=True), note()))
        assert [n.sticking for n in chart.notes] == [R]
        assert complaints == ()

    def test_the_feet_have_no_hands(self):
        chart, _ = read(bar(words("R"), note("kick"), note("snare", chord=True)))
        assert [n.sticking for n in chart.notes] == [NO, R]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (words("R") + note() + note("hi-hat", chord=True), "stands at several notes"),
            (words("R") + note("kick"), "stands at no note for a hand"),
            (words("RL") + note(), "is too much for one note"),
            (words("B") + note(), "both hands at once"),
        ],
    )
    def test_hands_that_cannot_be_told_are_named(self, content, said):
        chart, complaints = read(bar(content, note()))
        assert {n.sticking for n in chart.notes} == {NO}
        assert len(complaints) == 1
        assert said in complaints[0]

    def test_other_words_are_no_hands(self):
        chart, complaints = read(bar(words("Rock"), note()))
        assert chart.notes[0].sticking is NO
        assert complaints == ()

    @pytest.mark.parametrize(
        "where",
        [
            "<notations><technical><fingering>R</fingering></technical></notations>",
            "<notations><articulations><other-articulation>R</other-articulation>"
            "</articulations></notations>",
            "<lyric><text>R</text></lyric>",
        ],
    )
    def test_a_hand_on_the_note_itself(self, where):
        chart, _ = read(bar(note("hi-hat", inside=where), note("kick", chord=True), note()))
        assert [(n.pad, n.sticking) for n in chart.notes] == [
            (Pad.KICK, NO), (Pad.HI_HAT, R), (Pad.SNARE, NO),
        ]  # fmt: skip


class TestTempo:
    def test_without_a_tempo_it_is_said(self):
        chart, complaints = read(bar(note()), start=ATTRIBUTES)
        assert chart.bpm == 120
        assert complaints == ("No tempo is written; it is read at 120 quarter notes a minute.",)

    @pytest.mark.parametrize(
        ("unit", "number", "bpm"),
        [
            ("quarter", "90", 90),
            ("half", "100", 200),
            ("quarter</beat-unit><beat-unit-dot/><beat-unit>", "", None),
            ("eighth", "180.5", 90.25),
            ("quarter", "c. 132", 132),
            ("quarter", "120-132", None),
        ],
    )
    def test_metronome_marks(self, unit, number, bpm):
        mark = (
            f"<direction><direction-type><metronome><beat-unit>{unit}</beat-unit><per-minute>"
            f"{number}</per-minute></metronome></direction-type></direction>"
        )
        chart, complaints = read(bar(mark, note()), start=ATTRIBUTES)
        if bpm is None:
            assert "a metronome mark without one note and one number is not read" in complaints[0]
        else:
            assert chart.bpm == pytest.approx(bpm)
            assert complaints == ()

    def test_a_change_in_the_bar_and_after_a_jump_back(self):
        faster = '<sound tempo="240"/>'
        again = '<barline location="right"><repeat direction="backward"/></barline>'
        chart, _ = read(bar(note() * 2, faster, note() * 2), bar(note() * 4, again, number=2))
        ticks = [c.tick / chart.ppq for c in chart.tempo.changes]
        assert ticks == [0, 2, 8, 10]
        assert [60e9 / c.ns_per_quarter for c in chart.tempo.changes] == [120, 240, 120, 240]

    @pytest.mark.parametrize("offset", ["4", "-4"])
    def test_an_offset_moves_a_tempo(self, offset):
        mark = (
            "<direction><direction-type><words>x</words></direction-type>"
            f'<offset sound="yes">{offset}</offset><sound tempo="240"/></direction>'
        )
        chart, _ = read(bar(note() * 2, mark, note() * 2))
        assert [c.tick / chart.ppq for c in chart.tempo.changes] == [0, 2 + int(offset) / 4]

    @pytest.mark.parametrize("text", ["rit.", "poco rall.", "accel.", "ritardando"])
    def test_a_tempo_that_changes_by_and_by_is_named(self, text):
        _, complaints = read(bar(words(text), note()))
        assert complaints == (f"Bar 1: '{text}' is not read; the tempo stays as it was.",)

    @pytest.mark.parametrize("tempo", ["0", "fast", "-3", ""])
    def test_a_tempo_that_is_none_is_named(self, tempo):
        _, complaints = read(bar(f'<sound tempo="{tempo}"/>', note()))
        assert complaints == (f"Bar 1: the tempo '{tempo}' is no number and is not read.",)

    def test_a_tempo_that_nobody_plays_is_refused(self):
        assert "5000 BPM is outside" in refused(bar('<sound tempo="5000"/>', note()))


class TestSwing:
    EIGHTHS = note("hi-hat", "eighth") * 4

    def places(self, mark, *content, **how):
        chart, complaints = read(bar(mark, *(content or (self.EIGHTHS,))), **how)
        return [Fraction(n.tick, chart.ppq) for n in chart.notes], complaints

    def test_a_ratio(self):
        mark = "<sound><swing><first>3</first><second>2</second></swing></sound>"
        places, complaints = self.places(mark)
        assert places == [0, Fraction(3, 5), 1, Fraction(8, 5)]
        assert complaints == ()

    def test_of_sixteenths(self):
        mark = (
            "<sound><swing><first>2</first><second>1</second><swing-type>16th</swing-type>"
            "</swing></sound>"
        )
        places, _ = self.places(mark, note(value="16th") * 4)
        assert places == [0, Fraction(1, 3), Fraction(1, 2), Fraction(5, 6)]

    def test_straight_ends_it(self):
        mark = "<sound><swing><first>2</first><second>1</second></swing></sound>"
        straight = "<sound><swing><straight/></swing></sound>"
        half = note(value="eighth") * 2
        places, _ = self.places(mark, half, straight, half)
        assert places == [0, Fraction(2, 3), 1, Fraction(3, 2)]

    @pytest.mark.parametrize(("text", "ratio"), [("Swing", 2), ("Medium shuffle", 2)])
    def test_words_give_no_ratio_and_that_is_said(self, text, ratio):
        places, complaints = self.places(words(text))
        assert places == [0, Fraction(2, 3), 1, Fraction(5, 3)]
        assert complaints == (f"Bar 1: '{text}' gives no ratio and is read as 2 to 1.",)

    def test_a_word_beside_a_ratio_says_nothing_more(self):
        mark = words("Swing").replace(
            "</direction>",
            "<sound><swing><first>3</first><second>2</second></swing></sound></direction>",
        )
        places, complaints = self.places(mark)
        assert places[1] == Fraction(3, 5)
        assert complaints == ()

    def test_an_equation_of_eighths_and_a_triplet(self):
        notes = "".join(
            f"<metronome-note><metronome-type>{kind}</metronome-type>{tuplet}</metronome-note>"
            for kind, tuplet in (
                ("eighth", ""), ("eighth", ""), ("quarter", "<metronome-tuplet/>"),
                ("eighth", "<metronome-tuplet/>"),
            )
        )  # fmt: skip
        mark = f"<direction><direction-type><metronome>{notes}</metronome></direction-type>"
        places, complaints = self.places(mark + "</direction>")
        assert places == [0, Fraction(2, 3), 1, Fraction(5, 3)]
        assert complaints == ()

    def test_triplets_do_not_swing(self):
        mark = "<sound><swing><first>3</first><second>2</second></swing></sound>"
        third = (
            "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
            "</time-modification>"
        )
        start = (ATTRIBUTES + TEMPO).replace("<divisions>4", "<divisions>12")
        triplet = note(value="eighth", duration=4, inside=third) * 3
        places, _ = self.places(mark, triplet, start=start)
        assert places == [0, Fraction(1, 3), Fraction(2, 3)]

    def test_a_pickup_counts_its_pairs_from_its_end(self):
        mark = "<sound><swing><first>2</first><second>1</second></swing></sound>"
        places, _ = self.places(mark, note(value="eighth") * 3)
        # The off-beat of 3, and both eighths of 4, before the bar line at 3/2.
        assert places == [Fraction(1, 6), Fraction(1, 2), Fraction(7, 6)]

    def test_a_swing_without_a_ratio_is_named(self):
        mark = "<sound><swing><first>9</first><second>1</second></swing></sound>"
        places, complaints = self.places(mark)
        assert places[1] == Fraction(1, 2)
        assert "a swing without a ratio" in complaints[0]


class TestRepeatedBars:
    @staticmethod
    def sign(kind, length=""):
        return (
            f'<attributes><measure-style><measure-repeat type="{kind}">{length}</measure-repeat>'
            "</measure-style></attributes>"
        )

    def test_two_bars_twice(self):
        chart, complaints = read(
            bar(note("kick"), rest(12)),
            bar(rest(), note(), rest(8), number=2),
            bar(self.sign("start", 2), rest(16), number=3),
            bar(rest(16), number=4),
            bar(self.sign("stop"), note(), rest(12), number=5),
        )
        assert at(chart) == [0, 5, 8, 13, 16]
        assert complaints == ()

    def test_what_is_written_in_a_repeated_bar_is_played(self):
        chart, _ = read(bar(note() * 4), bar(self.sign("start", 1), note(), rest(12), number=2))
        assert at(chart) == [0, 1, 2, 3, 4]

    def test_nothing_to_repeat_is_named(self):
        _, complaints = read(bar(self.sign("start", 1)), bar(self.sign("stop"), note(), number=2))
        assert complaints == ("Bar 1: it repeats a bar that is not there.",)

    def test_a_bar_of_another_length_is_named(self):
        short = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
        _, complaints = read(bar(note() * 4), bar(self.sign("start", 1), short, number=2))
        assert complaints == ("Bar 2: it repeats a bar of another length and is left empty.",)

    def test_repeated_beats_are_named(self):
        beat = '<measure-style><beat-repeat type="start" slashes="1"/></measure-style>'
        _, complaints = read(bar(note(), f"<attributes>{beat}</attributes>"))
        assert complaints == ("Bar 1: a sign that repeats beats is not read.",)


def test_titles():
    text = score(bar(note()))
    assert read_musicxml(text.encode(), "my groove.musicxml")[0].title == "my groove"
    for title in ("<work><work-title> A  title\n</work-title></work>",
                  "<movement-title>A title</movement-title>",
                  "<credit><credit-type>title</credit-type><credit-words>A title</credit-words>"
                  "</credit>"):  # fmt: skip
        titled = text.replace("<part-list>", f"{title}<part-list>")
        assert read_musicxml(titled.encode(), "x.xml")[0].title == "A title"


def test_what_is_no_score_is_named():
    with pytest.raises(ChartError, match=r"no score \('html'\)"):
        read_musicxml(b"<html/>", "x.xml")
