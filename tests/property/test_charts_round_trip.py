"""Charts survive being kept and being exported, and readers survive any file."""

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.document import dump, parse
from station.charts.gm import PLACE_OF_NOTE, place_of_note
from station.charts.smf import read_smf, write_smf
from station.charts.tempo import TempoChange, TempoMap
from station.charts.toml_chart import read_toml_chart
from station.errors import ChartError
from station.model import Dynamic, Note, Ornament, Pad, Sticking, Zone

exact_tempi = st.fractions(60_000_000, 60_000_000_000, max_denominator=10**9)
midi_tempi = st.integers(60_000, 2**24 - 1).map(lambda us: Fraction(us * 1000))
any_note = st.builds(
    Note,
    st.just(0),
    st.sampled_from(Pad),
    st.sampled_from(Zone),
    st.integers(0, 127),
    st.sampled_from(Dynamic),
    st.sampled_from(Sticking),
    st.sampled_from(Ornament),
)
midi_note = st.builds(
    lambda number, dynamic: Note(0, *place_of_note(number), number, dynamic),
    st.sampled_from(sorted(PLACE_OF_NOTE)),
    st.sampled_from(Dynamic),
)


@st.composite
def charts(draw, notes, tempi, titles, min_notes=0):
    """Charts of whole bars."""
    ppq = draw(st.sampled_from((24, 96, 480, 504, 960)))
    metre, tick = [], 0
    for _ in range(draw(st.integers(1, 3))):
        change = MetreChange(tick, draw(st.integers(1, 15)), draw(st.sampled_from((2, 4, 8, 16))))
        if not metre or (change.beats, change.unit) != (metre[-1].beats, metre[-1].unit):
            metre.append(change)
        tick += change.bar_ticks(ppq) * draw(st.integers(1, 3))
    places = draw(
        st.dictionaries(
            st.tuples(st.integers(0, tick - 1), st.integers(0, 127)),
            notes,
            min_size=min_notes,
            max_size=12,
        )
    )
    at = {(t, n.midi_note): Note(t, *astuple(n)[1:]) for (t, _), n in places.items()}
    changes = draw(st.sets(st.integers(1, tick - 1), max_size=3)) if tick > 1 else set()
    return Chart(
        title=draw(titles),
        tempo=TempoMap(ppq, tuple(TempoChange(t, draw(tempi)) for t in sorted({0} | changes))),
        metre=tuple(metre),
        notes=tuple(at[key] for key in sorted(at)),
        length_ticks=tick,
        origin="x.mid",
    )


def astuple(note):
    return (
        note.tick,
        note.pad,
        note.zone,
        note.midi_note,
        note.dynamic,
        note.sticking,
        note.ornament,
    )


any_text = st.text(st.characters(), max_size=20)
plain_text = st.from_regex(r"[a-zà-ü]{1,8}( [A-Z0-9]{1,8})?", fullmatch=True)


@given(charts(any_note, exact_tempi, any_text))
def test_a_document_keeps_everything(chart):
    text = dump(chart)
    assert parse(text) == chart
    assert dump(parse(text)) == text


@given(charts(midi_note, midi_tempi, plain_text, min_notes=1))
def test_a_midi_file_keeps_ticks_tempo_metre_and_dynamics(chart):
    assert read_smf(write_smf(chart), "x.mid") == chart


VALID = write_smf(
    Chart(
        "Valid",
        TempoMap(480, (TempoChange(0, Fraction(181_818_000)), TempoChange(960, Fraction(10**9)))),
        (MetreChange(0, 7, 4), MetreChange(3360, 14, 8)),
        tuple(Note(t, Pad.SNARE, Zone.HEAD, 38) for t in range(0, 6000, 240)),
        6720,
    )
)


def read_or_refuse(read, source):
    """A chart, or None and one sentence."""
    try:
        return read(source, "x.mid"), ""
    except ChartError as error:
        return None, str(error)


def check_midi(data):
    chart, message = read_or_refuse(read_smf, data)
    if chart is None:
        assert message.startswith("x.mid: ")
        assert message.endswith(".")
        assert message.isprintable()
        assert len(message) < 300
    else:
        assert chart.notes
        assert parse(dump(chart)) == chart


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data):
    with pytest.raises(ChartError):
        read_smf(data, "x.mid")


@given(st.integers(0, 2), st.integers(0, 0xFFFF), st.lists(st.binary(max_size=60), max_size=4))
def test_random_tracks_give_a_chart_or_a_sentence(kind, division, tracks):
    data = b"MThd" + struct.pack(">LHHH", 6, kind, len(tracks), division)
    for track in tracks:
        data += b"MTrk" + struct.pack(">L", len(track)) + track
    check_midi(data)


events = st.one_of(
    st.tuples(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127)).map(bytes),
    st.tuples(st.just(0x99), st.integers(0, 127), st.integers(0, 127)).map(bytes),
    st.builds(
        lambda kind, data: bytes((0xFF, kind, len(data))) + data,
        st.sampled_from((0x03, 0x2F, 0x51, 0x54, 0x58, 0x59, 0x7F)) | st.integers(0, 127),
        st.binary(max_size=8),
    ),
    st.binary(max_size=3).map(lambda data: bytes((0xF0, len(data) + 1)) + data + b"\xf7"),
)
deltas = st.sampled_from((b"\x00", b"\x10", b"\x83\x60", b"\xff\xff\xff\x7f"))


@given(
    st.integers(0, 1),
    st.sampled_from((1, 24, 480, 0x7FFF)),
    st.lists(st.tuples(deltas, events), max_size=20),
)
def test_tracks_of_likely_events_give_a_chart_or_a_sentence(kind, division, track):
    body = b"".join(delta + event for delta, event in track)
    data = b"MThd" + struct.pack(">LHHH", 6, kind, 1, division)
    check_midi(data + b"MTrk" + struct.pack(">L", len(body)) + body)


@given(st.integers(0, len(VALID) - 1))
def test_a_cut_file_is_refused(length):
    with pytest.raises(ChartError):
        read_smf(VALID[:length], "x.mid")


@given(st.lists(st.integers(0, len(VALID) * 8 - 1), min_size=1, max_size=8))
def test_flipped_bits_give_a_chart_or_a_sentence(bits):
    data = bytearray(VALID)
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    check_midi(bytes(data))


GROOVE = """\
title = "Groove"
metre = "7/4"
tempo = 132.5
steps = 14
swing = 1.1
order = ["A x2", "B"]

[bars.A]
hi-hat = "Xx xx Xx xx|Xx xx xx"
snare = "-- X- -- f-|-- X- --"

[bars.B]
metre = "3/8"
steps = 3
swing = 1
snare = "xox"
sticking = "RLR"

[tempo_at]
3 = 200
"""


@given(st.text(max_size=80))
def test_any_text_is_no_chart(text):
    with pytest.raises(ChartError):
        read_toml_chart(text, "x.toml")


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(GROOVE)),
            st.integers(0, 6),
            st.text(
                st.sampled_from("xX-|\"=[]{}.,#0194e \n\\'\x00ü") | st.characters(), max_size=4
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_garbled_toml_chart_gives_a_chart_or_a_sentence(edits):
    text = GROOVE
    for place, length, put in edits:
        text = text[:place] + put + text[place + length :]
    chart, message = read_or_refuse(read_toml_chart, text)
    if chart is None:
        assert message.startswith("x.mid")
        assert "\n" not in message
    else:
        assert parse(dump(chart)) == chart


@given(
    st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str)
)
def test_any_text_is_no_document(text):
    with pytest.raises(ChartError):
        parse(text)
