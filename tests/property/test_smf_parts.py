"""The own reader of MIDI files against mido's, message by message."""

import struct
from io import BytesIO

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.smf_parts import (
    MARKER,
    METRE,
    TEMPO,
    TRACK_NAME,
    CutOffSmfError,
    DamagedSmfError,
    Meta,
    take_apart,
)

KEPT = {"track_name": TRACK_NAME, "marker": MARKER, "set_tempo": TEMPO, "time_signature": METRE}

seven_bits = st.integers(0, 127)
channel = st.integers(0, 15)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200)
messages = st.one_of(
    st.builds(mido.Message, st.just("note_on"), note=seven_bits, velocity=seven_bits,
              channel=channel),
    st.builds(mido.Message, st.just("note_off"), note=seven_bits, channel=channel),
    st.builds(mido.Message, st.just("polytouch"), note=seven_bits, value=seven_bits,
              channel=channel),
    st.builds(mido.Message, st.just("control_change"), control=seven_bits, value=seven_bits,
              channel=channel),
    st.builds(mido.Message, st.just("program_change"), program=seven_bits, channel=channel),
    st.builds(mido.Message, st.just("aftertouch"), value=seven_bits, channel=channel),
    st.builds(mido.Message, st.just("pitchwheel"), pitch=st.integers(-8192, 8191),
              channel=channel),
    st.builds(mido.Message, st.just("sysex"), data=st.lists(seven_bits, max_size=300)),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(0, 2**24 - 1)),
    st.builds(mido.MetaMessage, st.just("time_signature"), numerator=st.integers(1, 255),
              denominator=st.sampled_from((1, 2, 4, 8, 16, 32))),
    st.builds(mido.MetaMessage, st.just("track_name"), name=texts),
    st.builds(mido.MetaMessage, st.just("marker"), text=texts),
    st.builds(mido.MetaMessage, st.just("text"), text=texts),
)  # fmt: skip
deltas = st.one_of(st.just(0), st.integers(0, 127), st.integers(0, 2**28 - 1))
tracks = st.lists(st.tuples(deltas, messages), max_size=30)


def file_of(*tracks_of_messages):
    file = mido.MidiFile(type=1)
    for track in tracks_of_messages:
        file.tracks.append(mido.MidiTrack([m.copy(time=delta) for delta, m in track]))
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


def by_mido(data):
    """Channel messages and kept metas at absolute ticks, as mido reads them."""
    played, metas, end = [], [], 0
    for track in mido.MidiFile(file=BytesIO(data)).tracks:
        tick = 0
        for message in track:
            tick += message.time
            raw = bytes(message.bytes())
            if message.is_meta and message.type in KEPT:
                body = message.bytes()[2:]
                while body[0] & 0x80:
                    body = body[1:]
                metas.append(Meta(tick, KEPT[message.type], bytes(body[1:])))
            elif not message.is_meta and message.type != "sysex":
                played.append((tick, (*raw, 0)[:3]))
        end = max(end, tick)
    return played, metas, end


def raw_file(track, *, before=b"", tracks=1):
    head = b"MThd" + struct.pack(">LHHH", 6, 1, tracks, 480)
    return head + before + b"MTrk" + struct.pack(">L", len(track)) + track


@given(st.lists(tracks, max_size=4))
def test_every_message_is_where_mido_finds_it(many):
    data = file_of(*many)
    parts = take_apart(data)
    found = list(zip(parts.tick.tolist(), map(tuple, parts.message.tolist()), strict=True))
    assert (found, parts.metas, parts.end_tick) == by_mido(data)
    assert (parts.tick.dtype, parts.message.dtype) == (np.int64, np.uint8)


@given(st.binary(max_size=80), st.integers(0, 3))
def test_whatever_the_bytes_are_they_are_read_or_refused(track, tracks_promised):
    for data in (track, raw_file(track, tracks=tracks_promised)):
        try:
            parts = take_apart(data)
        except DamagedSmfError:
            continue
        assert (parts.message[:, 0] >= 0x80).all()
        assert (parts.message[:, 1:] < 0x80).all()
        assert (np.diff(parts.tick) >= 0).all()


def test_running_status_goes_on_behind_metas_and_exclusive_data():
    track = b"\x00\x99\x26\x40\x05\xff\x01\x01x\x05\xf0\x02\x90\xf7\x05\x2a\x41\x01\xc9\x05\x01\x06"
    parts = take_apart(raw_file(track))
    assert parts.tick.tolist() == [0, 15, 16, 17]
    assert parts.message.tolist() == [
        [0x99, 0x26, 0x40],
        [0x99, 0x2A, 0x41],
        [0xC9, 5, 0],
        [0xC9, 6, 0],
    ]


def test_foreign_chunks_and_a_longer_head_are_passed_over():
    track = b"\x00\x99\x26\x40"
    data = raw_file(track, before=b"XFIH" + struct.pack(">L", 3) + b"abc")
    assert take_apart(data).message.tolist() == [[0x99, 0x26, 0x40]]
    longer = data.replace(b"MThd\x00\x00\x00\x06", b"MThd\x00\x00\x00\x08")
    longer = longer[:14] + b"\x00\x00" + longer[14:]
    assert take_apart(longer).message.tolist() == [[0x99, 0x26, 0x40]]


@pytest.mark.parametrize(
    ("track", "why"),
    [
        (b"\x00\x26\x40", "without a status"),
        (b"\x00\x99\x26\x90", "above 127"),
        (b"\x00\x99\xa6\x10", "above 127"),
        (b"\x00\x99\x26", "longer than its track"),
        (b"\x00", "longer than its track"),
        (b"\x80", "longer than its track"),
        (b"\x00\xff\x03\x05abc", "longer than its track"),
        (b"\x00\xf0\x05abc", "longer than its track"),
        (b"\x80\x80\x80\x80\x00\x99\x26\x40", "endless number"),
        (b"\x00\xff\x51\x02\x01\x02", "2 bytes for a tempo"),
        (b"\x00\xff\x58\x03\x04\x02\x18", "3 bytes for a metre"),
        (b"\x00\xf4\x00", "undefined status 0xf4"),
    ],
)
def test_what_is_not_sound_says_why(track, why):
    # The next track is no part of this one.
    for behind in (b"", b"MTrk\x00\x00\x00\x04\x00\xff\x2f\x00"):
        with pytest.raises(DamagedSmfError, match=why):
            take_apart(raw_file(track) + behind)


def test_a_file_shorter_than_promised_is_cut_off():
    whole = raw_file(b"\x00\x99\x26\x40")
    for length in range(14, len(whole)):
        with pytest.raises(CutOffSmfError):
            take_apart(whole[:length])
    with pytest.raises(CutOffSmfError):
        take_apart(raw_file(b"\x00\x99\x26\x40", tracks=2))
