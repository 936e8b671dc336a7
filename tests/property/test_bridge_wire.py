"""Bytes to messages, whatever the bytes and however they are cut."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.frames import Frame, FrameDecoder, encode_frame
from firmware_bridge.messages import BY_TYPE, Message, PadHit
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard import FaultyLine, LineFaults, SimBoard, SimBoardConfig
from firmware_bridge.wire import Number, NumbersField, RecordsField, TextField, layout_of

RANGES = {
    "u8": (0, 2**8 - 1),
    "u16": (0, 2**16 - 1),
    "u32": (0, 2**32 - 1),
    "u64": (0, 2**64 - 1),
    "i32": (-(2**31), 2**31 - 1),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    match kind:
        case Number(name):
            return st.integers(*RANGES[name])
        case TextField():
            return st.text(max_size=8)
        case NumbersField(number):
            return st.lists(values_of(number), max_size=50).map(tuple)
        case RecordsField(record):
            return st.lists(records_of(record), max_size=2).map(tuple)
    raise AssertionError(kind)


def records_of(record: type) -> st.SearchStrategy[Any]:
    columns = layout_of(record).columns
    return st.builds(record, **{name: values_of(kind) for name, kind in columns})


messages = st.one_of([records_of(cls) for cls in BY_TYPE.values()])
pieces = st.lists(
    st.one_of(
        st.tuples(messages, st.integers(0, 255)).map(lambda pair: encode(*pair)),
        st.binary(max_size=300),
    ),
    max_size=12,
).map(b"".join)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(c % (len(data) + 1) for c in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def test_every_message_is_in_the_union() -> None:
    assert set(get_args(Message)) == set(BY_TYPE.values())


@given(messages, st.integers(0, 255))
def test_every_message_comes_back_as_it_was(message: Message, seq: int) -> None:
    (frame,) = FrameDecoder().feed(encode(message, seq))
    assert frame.seq == seq
    assert decode(frame) == message


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=240))
def test_every_frame_comes_back_with_one_zero_and_six_bytes(
    kind: int, seq: int, payload: bytes
) -> None:
    wire = encode_frame(kind, seq, payload)
    assert wire.find(0) == len(wire) - 1 == len(payload) + 5
    assert FrameDecoder().feed(wire) == [Frame(kind, seq, payload)]


@given(pieces, st.lists(st.integers(0, 4000), max_size=30))
def test_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    whole, parts = FrameDecoder(), FrameDecoder()
    frames = whole.feed(data)
    assert [frame for part in cut(data, cuts) for frame in parts.feed(part)] == frames
    if whole.waiting == parts.waiting:
        assert whole.counters == parts.counters
    # A frame too long is counted when it is seen to be; its end may not have come yet.
    whole.feed(b"\0")
    parts.feed(b"\0")
    assert whole.counters == parts.counters


@given(pieces)
def test_a_good_frame_after_anything_is_heard(noise: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(noise + b"\0")
    hit = encode(PadHit(1, 2, 3, 4, 5, 6, 7), 9)
    assert [decode(f) for f in decoder.feed(hit)] == [PadHit(1, 2, 3, 4, 5, 6, 7)]


@given(st.integers(0, 255), st.binary(max_size=240), st.booleans())
def test_any_frame_is_a_message_or_said_to_be_none(kind: int, payload: bytes, newer: bool) -> None:
    read = decode(Frame(kind, 0, payload), newer=newer)
    assert isinstance(read, (Unread, *BY_TYPE.values()))
    if not isinstance(read, Unread):
        encode(read)


@settings(deadline=None)
@given(pieces, st.lists(st.integers(0, 4000), max_size=10))
def test_neither_side_stumbles_over_anything(data: bytes, cuts: list[int]) -> None:
    session = BoardSession(Random(1))
    board = SimBoard(SimBoardConfig(protocol_min=0), 0)
    session.connect(0)
    for now_ns, part in enumerate(cut(board.output(0) + data, cuts), start=1):
        try:
            session.receive(part, now_ns * 1_000_000)
        except Exception as error:  # a greeting of another version may be made up
            assert type(error).__name__ == "KitError"  # noqa: PT017
        board.receive(part, now_ns * 1_000_000)
        board.output(now_ns * 1_000_000)
        session.to_send(now_ns * 1_000_000)


HITS = [
    encode(PadHit(n * 5000, n % 8, 0, n * 7 % 65536, 255, 0, 1300), n % 256) for n in range(400)
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 400 * 18 * 8 - 1))
def test_a_wrong_bit_costs_its_frame_or_two_and_makes_no_other(bit: int) -> None:
    wire = bytearray(b"".join(HITS))
    wire[bit // 8] ^= 1 << bit % 8
    sent = {frame for hit in HITS for frame in FrameDecoder().feed(hit)}
    heard = FrameDecoder().feed(bytes(wire))
    assert set(heard) <= sent
    on_the_end = bit // 8 % 18 == 17
    assert len(sent) - len(heard) == (2 if on_the_end and bit // 8 < len(wire) - 1 else 1)


@pytest.mark.parametrize("rate", [1e-5, 1e-4])
def test_a_wrong_bit_costs_less_than_one_frame_and_a_tenth(rate: float) -> None:
    line = FaultyLine(LineFaults(bit_errors=rate), seed=3)
    wire = b"".join(HITS) * 150
    bad = line.carry(wire)
    errors = sum((a ^ b).bit_count() for a, b in zip(wire, bad, strict=True))
    decoder = FrameDecoder()
    heard = decoder.feed(bad)
    assert errors > 50
    assert 0 < len(HITS) * 150 - len(heard) <= 1.1 * errors
