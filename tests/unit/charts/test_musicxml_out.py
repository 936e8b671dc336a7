import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from station.charts import gm
from station.charts.chart import Chart, MetreChange
from station.charts.musicxml_in import read_musicxml
from station.charts.musicxml_out import write_musicxml
from station.charts.steps import swung
from station.charts.tempo import TempoChange, TempoMap
from station.files import list_charts, load_chart
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

SHIPPED = [entry.name for entry in list_charts() if entry.shipped]


def struck(place, pad=Pad.SNARE, zone=Zone.HEAD, ppq=480, **how):
    return Note(int(Fraction(place) * ppq), pad, zone, gm.note_of_place(pad, zone), **how)


def chart(*notes, beats=4, unit=4, bars=1, bpm=120, ppq=480):
    metre = MetreChange(0, beats, unit)
    ordered = tuple(sorted(notes, key=lambda n: (n.tick, n.midi_note)))
    length = metre.bar_ticks(ppq) * bars
    return Chart("T", TempoMap.constant(bpm, ppq), (metre,), ordered, length, "x.musicxml")


def written(a_chart, **how):
    return ET.fromstring(write_musicxml(a_chart, **how))


def notes(a_chart):
    return written(a_chart).findall(".//note")


def one_note(**how):
    (found,) = [n for n in notes(chart(struck(0, **how))) if n.find("unpitched") is not None]
    return found


def rhythm(*places, beats=4, unit=4, ppq=480, **how):
    """A bar of snare as people write it: `8`, `16.`, rests with an r, tuplets as 3:2."""
    names = {"quarter": "4", "half": "2", "eighth": "8", "16th": "16", "32nd": "32", "64th": "64"}
    said = []
    for note in notes(chart(*(struck(p, ppq=ppq) for p in places), beats=beats, unit=unit,
                            ppq=ppq, **how)):  # fmt: skip
        kind = names.get(note.findtext("type") or "", "bar") + "." * len(note.findall("dot"))
        tuplet = note.find("time-modification")
        if tuplet is not None:
            kind += f"({tuplet.findtext('actual-notes')}:{tuplet.findtext('normal-notes')})"
        said.append(("r" if note.find("rest") is not None else "") + kind)
    return " ".join(said)


class TestShape:
    def test_the_document(self):
        root = written(chart(struck(0)))
        assert root.tag == "score-partwise"
        assert root.get("version") == "4.0"
        assert root.findtext("work/work-title") == "T"
        assert root.findtext(".//clef/sign") == "percussion"
        assert root.findtext(".//time/beats") == "4"

    def test_a_title_of_ones_own(self):
        assert written(chart(struck(0)), title="A & <B>").findtext(".//work-title") == "A & <B>"
        assert written(chart(struck(0)), title="").find(".//work-title") is None

    def test_text_that_xml_cannot_hold(self):
        odd = replace(chart(struck(0)), title="a\x00b\ud800c\x0bd")
        assert written(odd).findtext(".//work-title") == "a b c d"

    def test_hands_are_one_voice_and_feet_another(self):
        root = written(
            chart(struck(0), struck(0, Pad.KICK), struck(1, Pad.HI_HAT_PEDAL, Zone.FOOT))
        )
        found = [
            (n.findtext("unpitched/display-step"), n.findtext("voice"), n.findtext("stem"))
            for n in root.iterfind(".//note")
            if n.find("unpitched") is not None
        ]
        assert found == [("C", "1", "up"), ("F", "2", "down"), ("D", "2", "down")]
        assert root.findtext(".//backup/duration") == str(4 * int(root.findtext(".//divisions")))

    def test_ids(self):
        root = written(chart(struck(0, ornament=Ornament.DRAG), struck(4), bars=2))
        assert [m.get("id") for m in root.iterfind(".//measure")] == ["b0", "b1"]
        found = [n.get("id") for n in root.iterfind(".//note") if n.find("unpitched") is not None]
        assert found == ["n0-g2", "n0-g1", "n0", "n1"]

    def test_midi_notes_count_from_one(self):
        root = written(chart(struck(0), struck(1, Pad.RIDE, Zone.BELL)))
        assert [e.text for e in root.iterfind(".//midi-unpitched")] == ["39", "54"]
        assert [e.text for e in root.iterfind(".//instrument-sound")] == [
            "drum.snare-drum", "metal.cymbal.ride",
        ]  # fmt: skip


class TestSigns:
    @pytest.mark.parametrize(
        ("pad", "zone", "position", "head"),
        [
            (Pad.KICK, Zone.HEAD, "F4", None),
            (Pad.SNARE, Zone.HEAD, "C5", None),
            (Pad.SNARE, Zone.CROSS_STICK, "C5", "x"),
            (Pad.TOM_1, Zone.HEAD, "E5", None),
            (Pad.TOM_2, Zone.HEAD, "D5", None),
            (Pad.TOM_3, Zone.HEAD, "A4", None),
            (Pad.HI_HAT, Zone.CLOSED, "G5", "x"),
            (Pad.HI_HAT, Zone.OPEN, "G5", "circle-x"),
            (Pad.HI_HAT_PEDAL, Zone.FOOT, "D4", "x"),
            (Pad.RIDE, Zone.BOW, "F5", "x"),
            (Pad.RIDE, Zone.BELL, "F5", "diamond"),
            (Pad.CRASH_1, Zone.EDGE, "A5", "x"),
        ],
    )
    def test_weinbergs_placement(self, pad, zone, position, head):
        note = one_note(pad=pad, zone=zone)
        where = note.findtext("unpitched/display-step") + note.findtext("unpitched/display-octave")
        assert (where, note.findtext("notehead")) == (position, head)

    def test_dynamics(self):
        ghost, accent = one_note(dynamic=Dynamic.GHOST), one_note(dynamic=Dynamic.ACCENT)
        assert ghost.find("notehead").get("parentheses") == "yes"
        assert accent.find(".//accent").get("placement") == "above"
        assert one_note().find("notehead") is None

    def test_one_accent_for_a_chord_and_each_note_its_own_loudness(self):
        both = chart(
            struck(0, dynamic=Dynamic.GHOST),
            struck(0, Pad.HI_HAT, Zone.CLOSED, dynamic=Dynamic.ACCENT),
        )
        assert len(written(both).findall(".//accent")) == 1
        assert read_musicxml(write_musicxml(both).encode(), "x.musicxml")[0] == both

    @pytest.mark.parametrize(("ornament", "count"), [(Ornament.FLAM, 1), (Ornament.DRAG, 2)])
    def test_grace_notes(self, ornament, count):
        found = notes(chart(struck(0, ornament=ornament)))
        graces = [n for n in found if n.find("grace") is not None]
        assert found[:count] == graces
        assert all(n.findtext("unpitched/display-step") == "C" for n in graces)

    def test_a_buzz_roll(self):
        tremolo = one_note(ornament=Ornament.BUZZ).find(".//tremolo")
        assert (tremolo.get("type"), tremolo.text) == ("unmeasured", "0")

    def test_hands_stand_below(self):
        lyric = one_note(sticking=Sticking.LEFT).find("lyric")
        assert (lyric.get("placement"), lyric.findtext("text")) == ("below", "L")

    def test_tempi(self):
        tempo = TempoMap(
            480, (TempoChange(0, Fraction(10**9)), TempoChange(240, Fraction(10**9, 2)))
        )
        eighths = replace(
            chart(struck(0), unit=8), tempo=tempo, metre=(MetreChange(0, 4, 8),), length_ticks=960
        )
        root = written(eighths)
        assert [s.get("tempo") for s in root.iterfind(".//sound[@tempo]")] == ["60", "120"]
        assert [e.text for e in root.iterfind(".//per-minute")] == ["120", "240"]
        assert {e.text for e in root.iterfind(".//beat-unit")} == {"eighth"}
        assert root.findtext(".//direction/offset") == "240"


class TestRhythm:
    @pytest.mark.parametrize(
        ("places", "said"),
        [
            ((0, 1, 2, 3), "4 4 4 4"),
            ((0,), "4 r4 r2"),
            ((2,), "r2 4 r4"),
            ((0, "1/2", 1), "8 8 4 r2"),
            (("1/2",), "r8 8 r4 r2"),
            ((0, "3/4", 1, 2, 3), "8. 16 4 4 4"),
            ((0, "1/4", 1, 2, 3), "16 8. 4 4 4"),
            (("1/4", 1, 2, 3), "r16 8. 4 4 4"),
            (("3/4", 1, 2, 3), "r8 r16 16 4 4 4"),
            ((0, "1/3", "2/3", 1), "8(3:2) 8(3:2) 8(3:2) 4 r2"),
            ((0, "2/3", 1, "4/3"), "4(3:2) 8(3:2) 8(3:2) 4(3:2) r2"),
            (("1/3", "2/3", 1), "r8(3:2) 8(3:2) 8(3:2) 4 r2"),
            ((*(f"{i}/6" for i in range(6)), 1), " ".join(["16(6:4)"] * 6) + " 4 r2"),
            ((*(f"{i}/5" for i in range(5)), 1), " ".join(["16(5:4)"] * 5) + " 4 r2"),
            ((*(f"{i}/7" for i in range(7)), 1), " ".join(["16(7:4)"] * 7) + " 4 r2"),
            ((*(f"{i}/8" for i in range(8)), 1), " ".join(["32"] * 8) + " 4 r2"),
            # A triplet in half a beat, and one with a divided middle.
            ((0, "1/6", "1/3", "1/2", 1), "16(3:2) 16(3:2) 16(3:2) 8 4 r2"),
            ((0, "1/3", "1/2", "2/3", 1), "8(3:2) 16(3:2) 16(3:2) 8(3:2) 4 r2"),
        ],
    )
    def test_beats(self, places, said):
        assert rhythm(*places, ppq=840) == said

    @pytest.mark.parametrize(
        ("beats", "unit", "places", "said"),
        [
            (6, 8, (0, "1/2", 1, "3/2"), "8 8 8 4."),
            (6, 8, (0,), "4. r4."),
            (6, 8, (0, "1/4", "1/2", 1), "16 16 8 8 r4."),
            (6, 8, (0, "1/6", "1/3", "1/2", 1), "16(3:2) 16(3:2) 16(3:2) 8 8 r4."),
            (7, 8, (0, "1/2", 3), "8 8 r4 r4 8"),
            (3, 4, (0,), "4 r4 r4"),
            (2, 2, (0, 2), "4 r4 4 r4"),
            (5, 16, (0, 1), "8. r16 16"),
            (7, 8, (0, 1, 2, "7/3", "8/3", 3), "4 4 8(3:2) 8(3:2) 8(3:2) 8"),
        ],
    )
    def test_metres(self, beats, unit, places, said):
        assert rhythm(*places, beats=beats, unit=unit) == said

    def test_an_empty_bar_is_one_rest(self):
        assert rhythm(0, bars=2) == "4 r4 r2 rbar"

    def test_beams_by_the_beat(self):
        found = [
            [(b.get("number"), b.text) for b in note.findall("beam")]
            for note in notes(chart(*(struck(p) for p in (0, "1/2", "3/4", 1, "3/2", 2))))
        ]
        assert found[:5] == [
            [("1", "begin")],
            [("1", "continue"), ("2", "begin")],
            [("1", "end"), ("2", "end")],
            [("1", "begin")],
            [("1", "end")],
        ]

    def test_a_stroke_on_no_grid_says_how_late_it_is(self):
        late = chart(struck(0), Note(7, Pad.SNARE, Zone.HEAD, 38), struck(1))
        assert [n.get("attack") for n in notes(late)[:3]] == [None, "7", None]
        again, complaints = read_musicxml(write_musicxml(late).encode(), "x.musicxml")
        assert again == late
        assert complaints == ()


class TestSwing:
    @staticmethod
    def swinging(ratio, *places, unit=8):
        pair = Fraction(8, unit)
        ppq = 480 * (ratio.numerator + ratio.denominator)
        moved = (swung(Fraction(p), pair, ratio) for p in places)
        return chart(*(struck(p, ppq=ppq) for p in moved), ppq=ppq)

    @pytest.mark.parametrize("ratio", [Fraction(11, 10), Fraction(2), Fraction(8, 5)])
    def test_it_is_written_straight_with_a_mark(self, ratio):
        swing = self.swinging(ratio, 0, "1/2", 1, "3/2", 3)
        root = written(swing)
        (mark,) = root.iterfind(".//swing")
        assert Fraction(int(mark.findtext("first")), int(mark.findtext("second"))) == ratio
        assert [n.findtext("type") for n in root.iterfind(".//note")][:4] == ["eighth"] * 4
        again, complaints = read_musicxml(write_musicxml(swing).encode(), "x.musicxml")
        assert again == swing
        assert complaints == ()

    def test_of_sixteenths(self):
        swing = self.swinging(Fraction(5, 4), 0, "1/4", "1/2", "3/4", 1, unit=16)
        assert written(swing).findtext(".//swing-type") == "16th"
        assert read_musicxml(write_musicxml(swing).encode(), "x.musicxml")[0] == swing

    def test_triplets_are_no_swing(self):
        assert written(chart(*(struck(p) for p in (0, "1/3", "2/3")))).find(".//swing") is None

    def test_a_bar_that_swings_among_straight_ones(self):
        straight, late = struck("1/2", ppq=504), struck(4 + Fraction(11, 21), ppq=504)
        mixed = chart(straight, late, struck("17/2", ppq=504), bars=3, ppq=504)
        root = written(mixed)
        marks = [m.find("straight") is None for m in root.iterfind(".//swing")]
        assert marks == [True, False]
        assert read_musicxml(write_musicxml(mixed).encode(), "x.musicxml")[0] == mixed


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_chart_comes_back(name):
    shipped = load_chart(name)
    again, complaints = read_musicxml(write_musicxml(shipped).encode(), shipped.origin)
    assert again == shipped
    assert complaints == ()


@pytest.fixture(scope="module")
def engraver():
    verovio = pytest.importorskip("verovio")
    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"footer": "none"})
    return toolkit


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_chart_is_engraved_without_a_warning_and_keeps_its_ids(name, engraver, capfd):
    shipped = load_chart(name)
    assert engraver.loadData(write_musicxml(shipped))
    picture = "".join(engraver.renderToSVG(page) for page in range(1, engraver.getPageCount() + 1))
    assert engraver.getLog() == ""
    assert capfd.readouterr().err == ""
    # Beams and others get ids that Verovio makes up, and they may look like these.
    note_ids = set(re.findall(r'id="(\S+)" class="note"', picture))
    measure_ids = set(re.findall(r'id="(\S+)" class="measure"', picture))
    assert {one for one in note_ids if "-g" not in one} == {
        f"n{i}" for i in range(len(shipped.notes))
    }
    assert measure_ids == {f"b{bar.number}" for bar in shipped.bars()}
