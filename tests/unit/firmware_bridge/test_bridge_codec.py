from __future__ import annotations

import pytest

from firmware_bridge.codec import Unread, Why, decode, encode
from firmware_bridge.frames import Frame, FrameDecoder
from firmware_bridge.messages import (
    Described,
    Get,
    HelloAck,
    PadHit,
    Parameter,
    Ping,
    Pong,
    Save,
    ScopeData,
    Set,
)

HIT = PadHit(0xFFFF_FFFF, 3, 1, 40_000, 255, 5, 1300)
ACK = HelloAck(1, 1, 0, 8, 2**63, 77, 10**6, 5, 6, 64, 9000, 255, 240, "trigger 1.2", "Pädchen")


def frame_of(message: object) -> Frame:
    (frame,) = FrameDecoder().feed(encode(message, 300))  # type: ignore[arg-type]
    return frame


@pytest.mark.parametrize(
    "message",
    [
        HIT,
        ACK,
        Save(),
        Described(
            9, 2, (Parameter(1, 1, -5, 5, 0, "mask", "us"), Parameter(2, 0, 0, 1, 1, "", ""))
        ),
        ScopeData(1, 125_000, 2, tuple(range(100))),
    ],
)
def test_a_message_comes_back_as_it_was(message: object) -> None:
    frame = frame_of(message)
    assert frame.seq == 300 % 256
    assert decode(frame) == message


def test_a_hit_takes_eighteen_bytes() -> None:
    assert len(encode(HIT)) == 18


def test_a_ping_is_as_long_as_its_pong() -> None:
    assert len(encode(Ping(1))) == len(encode(Pong(1, 2, 3, 4)))


def test_an_unknown_type_is_said() -> None:
    assert decode(Frame(0x7E, 0, b"")) == Unread(Frame(0x7E, 0, b""), Why.UNKNOWN_TYPE)


@pytest.mark.parametrize(
    "message", [HIT, ACK, Described(1, 0, (Parameter(1, 1, 0, 1, 0, "a", "b"),))]
)
def test_a_payload_cut_anywhere_is_said(message: object) -> None:
    kind, seq, payload = frame_of(message)
    for length in range(len(payload)):
        read = decode(Frame(kind, seq, payload[:length]))
        assert isinstance(read, Unread)
        assert read.why is Why.TOO_SHORT


def test_a_text_that_is_no_text_is_said() -> None:
    kind, seq, payload = frame_of(ACK)
    read = decode(Frame(kind, seq, payload.replace(b"\xc3\xa4", b"\xff\xff")))
    assert isinstance(read, Unread)
    assert read.why is Why.TOO_SHORT


def test_what_a_newer_minor_appends_is_passed_over_only_when_it_is_newer() -> None:
    kind, seq, payload = frame_of(HIT)
    longer = Frame(kind, seq, payload + b"\x01\x02")
    assert decode(longer, newer=True) == HIT
    read = decode(longer)
    assert isinstance(read, Unread)
    assert read.why is Why.TOO_LONG


def test_a_record_may_grow_inside_its_list() -> None:
    record = bytes((5, 0, 1)) + bytes(12) + b"\x01a\x01b"
    payload = bytes((1, 0, 1, len(record) + 3)) + record + b"new"
    assert decode(Frame(0x82, 0, payload)) == Described(1, 0, (Parameter(5, 1, 0, 0, 0, "a", "b"),))


@pytest.mark.parametrize(
    "message",
    [Set(1, 2, 2**31), Get(-1, 0), Described(1, 0, (Parameter(1, 1, 0, 0, 0, "x" * 256, ""),))],
)
def test_a_value_that_does_not_fit_is_refused(message: object) -> None:
    with pytest.raises(ValueError, match=r"does not fit|at most 255"):
        encode(message)  # type: ignore[arg-type]
