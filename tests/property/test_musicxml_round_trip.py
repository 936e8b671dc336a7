"""A chart survives MusicXML: places, pads, zones, dynamics, hands, ornaments, metre, tempo."""

from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree as ET

from hypothesis import example, given, settings
from hypothesis import strategies as st

from station.charts import gm
from station.charts.chart import Chart, MetreChange
from station.charts.drum_staff import FEET
from station.charts.lanes import PLACES
from station.charts.musicxml_in import read_musicxml
from station.charts.musicxml_out import write_musicxml
from station.charts.notation import write_bar
from station.charts.steps import swung
from station.charts.tempo import TempoChange, TempoMap
from station.errors import ChartError
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

PPQS = (1, 24, 96, 100, 480, 504, 960)
TITLES = st.from_regex(r"[a-zà-ü&<]{1,8}( [A-Z0-9]{1,8})?", fullmatch=True)


@st.composite
def notes(draw, places):
    pad, zone = draw(places)
    midi_note = draw(st.just(gm.note_of_place(pad, zone)) | st.integers(0, 127))
    hands = st.just(Sticking.NONE) if pad in FEET else st.sampled_from(Sticking)
    return Note(
        0,
        pad,
        zone,
        midi_note,
        draw(st.sampled_from(Dynamic)),
        draw(hands),
        draw(st.sampled_from(Ornament)),
    )


any_place = st.sampled_from(sorted(PLACES.values())) | st.tuples(
    st.sampled_from(Pad), st.sampled_from(Zone)
)


@st.composite
def ticks_in(draw, length, ppq):
    """A place to strike: on a grid that people write, swung, or anywhere."""
    kind = draw(st.sampled_from(("grid", "swing", "any")))
    if kind == "any":
        return draw(st.integers(0, length - 1))
    steps = draw(st.sampled_from((1, 2, 3, 4, 5, 6, 7, 8, 12)))
    place = Fraction(draw(st.integers(0, max(0, length * steps // ppq - 1))), steps)
    if kind == "swing":
        place = swung(place, Fraction(1), draw(st.sampled_from((Fraction(11, 10), Fraction(2)))))
    return min(int(place * ppq), length - 1)


@st.composite
def charts(draw):
    ppq = draw(st.sampled_from(PPQS))
    metre, tick = [], 0
    for _ in range(draw(st.integers(1, 3))):
        unit = draw(st.sampled_from([u for u in (2, 4, 8, 16) if ppq * 4 % u == 0]))
        groups = tuple(draw(st.lists(st.integers(1, 5), min_size=2, max_size=4)))
        groups = draw(st.sampled_from(((), groups)))
        beats = sum(groups) or draw(st.integers(1, 15))
        change = MetreChange(tick, beats, unit, groups)
        if not metre or (change.beats, change.unit) != (metre[-1].beats, metre[-1].unit):
            metre.append(change)
        tick += change.bar_ticks(ppq) * draw(st.integers(1, 3))
    if draw(st.booleans()):
        tick -= draw(st.integers(0, metre[-1].bar_ticks(ppq) - 1))  # the last bar is cut short
    struck = {}
    for _ in range(draw(st.integers(1, 12))):
        note = draw(notes(any_place))
        note = replace(note, tick=draw(ticks_in(tick, ppq)))
        struck[note.tick, note.midi_note] = note
    tempi, before = [], None
    at = draw(st.sets(st.integers(1, tick - 1), max_size=3)) if tick > 1 else set()
    for place in sorted({0} | at):
        ns = draw(st.fractions(60_000_000, 60_000_000_000, max_denominator=10**9))
        if ns != before:
            tempi.append(TempoChange(place, ns))
        before = ns
    return Chart(
        title=draw(TITLES),
        tempo=TempoMap(ppq, tuple(tempi)),
        metre=tuple(metre),
        notes=tuple(struck[key] for key in sorted(struck)),
        length_ticks=tick,
        origin="x.musicxml",
    )


@settings(deadline=None)
@given(charts())
def test_a_chart_comes_back_as_it_was(chart):
    again, complaints = read_musicxml(write_musicxml(chart).encode(), "x.musicxml")
    assert again == chart
    assert complaints == ()


@settings(deadline=None)
@given(charts())
def test_every_bar_is_whole_in_every_voice(chart):
    root = ET.fromstring(write_musicxml(chart))
    divisions = int(root.findtext(".//divisions"))
    measures = root.findall("part/measure")
    assert [m.get("id") for m in measures] == [f"b{i}" for i in range(len(measures))]
    for bar, measure in zip(chart.bars(), measures, strict=True):
        wanted = (bar.end_tick - bar.tick) * divisions // chart.ppq
        lengths = {}
        for note in measure.iterfind("note"):
            if note.find("chord") is None and note.find("duration") is not None:
                voice = note.findtext("voice")
                lengths[voice] = lengths.get(voice, 0) + int(note.findtext("duration"))
        assert set(lengths.values()) == {wanted}
    ids = [n.get("id") for n in root.iterfind(".//note") if n.find("unpitched") is not None]
    assert len(set(ids)) == len(ids)
    ids = [one for one in ids if "-g" not in one]
    assert sorted(ids) == sorted(f"n{i}" for i in range(len(chart.notes)))


@settings(deadline=None)
@given(
    st.integers(1, 64),
    st.sampled_from((1, 3, 4, 5, 6, 7, 9, 10)),
    st.sampled_from((Fraction(1), Fraction(3, 2), Fraction(7, 2), Fraction(4), Fraction(13, 48))),
    st.data(),
)
def test_notation_leaves_no_gap_and_loses_no_stroke(beats, steps, quarters, data):
    unit = data.draw(st.sampled_from((2, 4, 8, 16)))
    most = int(quarters * steps) or 1
    at = data.draw(st.lists(st.integers(0, most - 1), max_size=10))
    places = tuple(sorted(Fraction(a, steps) for a in at if Fraction(a, steps) < quarters))
    written = write_bar(quarters, beats, unit, places)
    end = Fraction(0)
    for one in written:
        assert one.at == end
        assert one.length > 0
        end += one.length
    assert end == quarters
    found = {
        i: one.at + late for one in written for i, late in zip(one.strokes, one.late, strict=True)
    }
    assert found == dict(enumerate(places))


SCORE = write_musicxml(
    Chart(
        "Valid",
        TempoMap.constant(120, 480),
        (MetreChange(0, 4, 4), MetreChange(1920, 7, 8)),
        tuple(
            Note(t, Pad.SNARE, Zone.HEAD, 38, ornament=Ornament.FLAM) for t in range(0, 3000, 160)
        ),
        3600,
    )
)


def read_or_refuse(data):
    """A chart and its complaints, or None and one sentence."""
    try:
        return read_musicxml(data, "x.musicxml")
    except ChartError as error:
        return None, (str(error),)


def check(data):
    chart, sentences = read_or_refuse(data)
    assert all(s.isprintable() and s.endswith(".") and len(s) < 300 for s in sentences)
    if chart is None:
        assert sentences[0].startswith("x.musicxml: ")
    else:
        assert chart.notes


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"PK\x03\x04")
@example(b"")
def test_random_bytes_give_a_sentence(data):
    check(data)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SCORE)),
            st.integers(0, 12),
            st.sampled_from(
                ("", "<", "0", "-1", "9" * 30, "<chord/>", "<grace/>", "\x00", "&x;", "/>", "ü")
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_garbled_score_gives_a_chart_or_a_sentence(edits):
    text = SCORE
    for place, length, put in edits:
        text = text[:place] + put + text[place + length :]
    check(text.encode())


# Whole elements that may stand where they should not.
PIECES = (
    "<backup><duration>9</duration></backup>",
    "<forward><duration>7</duration></forward>",
    '<barline><repeat direction="forward"/></barline>',
    '<barline><repeat direction="backward" times="900"/></barline>',
    '<barline><ending number="1,2" type="start"/></barline>',
    '<barline><ending number="2" type="stop"/><repeat direction="backward"/></barline>',
    '<sound dacapo="yes"/>',
    '<sound dalsegno="a"/>',
    '<sound segno="a"/>',
    '<sound tocoda="c" fine="yes"/>',
    '<sound coda="c" tempo="0"/>',
    '<sound tempo="99999"/>',
    "<attributes><divisions>0.5</divisions></attributes>",
    "<attributes><time><beats>3+2</beats><beat-type>8</beat-type></time></attributes>",
    "<attributes><measure-style><measure-repeat type='start'>2</measure-repeat></measure-style>"
    "</attributes>",
    "<note><grace/><unpitched/></note>",
    "<attributes><divisions>7</divisions></attributes>",
    "<direction><direction-type><words>D.S. al </words><coda/></direction-type></direction>",
    "<direction><direction-type><segno/></direction-type><sound segno='a'/></direction>",
    "<direction><direction-type><words>3x</words></direction-type></direction>",
    "<direction><direction-type><words>D.C. with repeats</words></direction-type></direction>",
    "<direction><direction-type><words>R</words></direction-type><offset>-90</offset></direction>",
    '<barline><ending number="1.-3." type="start"/></barline>',
    '<note><unpitched/><duration>1.5</duration><beam number="1">begin</beam></note>',
    '<note><unpitched/><duration>0</duration><beam number="1">end</beam></note>',
    "<note><chord/><unpitched/><duration>3</duration><tie type='stop'/></note>",
    "<sound><swing><first>7</first><second>3</second></swing></sound>",
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(PIECES)), min_size=1, max_size=8))
def test_likely_elements_in_unlikely_places_give_a_chart_or_a_sentence(puts):
    lines = SCORE.split("\n")
    for place, piece in puts:
        places = [i for i, line in enumerate(lines) if line.startswith(("<note", "<measure"))]
        lines.insert(places[place % len(places)] + 1, piece)
    check("\n".join(lines).encode())
