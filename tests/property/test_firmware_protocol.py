"""The core's bytes against the bridge's own codec, in both directions."""

from __future__ import annotations

from binascii import crc_hqx
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.core_lib import CoreBoard, CoreLib
from firmware_bridge.frames import FrameDecoder, encode_frame
from firmware_bridge.messages import (
    ANSWER,
    BY_TYPE,
    TYPE_OF,
    WHOLE_BOARD,
    Applied,
    Cue,
    Describe,
    Described,
    Get,
    Got,
    Heartbeat,
    Hello,
    HelloAck,
    HitFlag,
    Message,
    PadHit,
    Parameter,
    Pedal,
    Ping,
    Pong,
    Refusal,
    Refused,
    Resend,
    Resending,
    Save,
    Saved,
    Scope,
    ScopeData,
    Set,
    WatchingPad,
    WatchPad,
)

U8 = st.integers(0, 2**8 - 1)
U16 = st.integers(0, 2**16 - 1)
U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
I32 = st.integers(-(2**31), 2**31 - 1)
# Numbers that are there, and such that are not.
IDS = st.one_of(st.integers(0, 30), U16)
PLACES = st.one_of(st.integers(0, 9), st.just(WHOLE_BOARD), U8)
HITS = st.one_of(st.integers(0, 90), U32)

questions = st.one_of(
    st.builds(Hello, st.integers(0, 1), st.integers(1, 255), U8),
    st.builds(Describe, U8),
    st.builds(Get, IDS, PLACES),
    st.builds(Set, IDS, PLACES, st.one_of(st.integers(-10, 60_000), I32)),
    st.just(Save()),
    st.builds(Ping, U32, U64, U64, U32),
    st.builds(Resend, HITS, HITS),
    st.builds(Cue, st.one_of(st.integers(0, 10**6), U64), U32, U16, st.integers(0, 3)),
    st.builds(WatchPad, PLACES, st.integers(0, 1)),
)
strikes = st.builds(
    PadHit,
    t_us=U32,
    pad=U8,
    zone=U8,
    velocity=U16,
    position=U8,
    flags=st.integers(0, 15),
    decided_after_us=st.just(0),
)


def said(board: CoreBoard, now_us: int) -> list[tuple[int, Message]]:
    """What a board says, each with its `seq`; byte for byte what the bridge would have written."""
    data = board.say(now_us)
    decoder = FrameDecoder()
    heard: list[tuple[int, Message]] = []
    written: list[bytes] = []
    for frame in decoder.feed(data):
        message = decode(frame)  # strictly: nothing missing, nothing left over
        assert not isinstance(message, Unread), message
        heard.append((frame.seq, message))
        written.append(encode(message, frame.seq))
    assert b"".join(written) == data
    return heard


def parameters_of(core: CoreLib) -> list[Parameter]:
    board = CoreBoard(core)
    said(board, 0)
    found: list[Parameter] = []
    while True:
        board.receive(encode(Describe(len(found))), 0)
        ((_, piece),) = said(board, 0)
        assert isinstance(piece, Described)
        assert piece.first == len(found)
        found += piece.parameters
        if len(found) == piece.total:
            return found


class Model:
    """What PROTOCOL.md says that a board answers; readable, and no C."""

    def __init__(self, core: CoreLib, parameters: list[Parameter], hits: list[PadHit]) -> None:
        self.sizes = core.sizes
        self.parameters = parameters
        self.hits = hits
        self.values: dict[tuple[int, int], int] = {
            (p.id, index): p.default
            for p in parameters
            for index in (range(core.sizes.pads) if p.scope == Scope.PAD else (WHOLE_BOARD,))
        }
        self.cues = 0

    def answers(self, question: Message, now_us: int) -> list[Message] | None:
        """None: an answer whose whole text is not checked here."""
        refused = Refused(TYPE_OF[type(question)], 0)
        answers: list[Message] | None = None
        match question:
            case Hello():
                self.cues = 0
            case Describe(first):
                if first >= len(self.parameters):
                    answers = [Described(len(self.parameters), first, ())]
            case Get(number, index):
                no = self._refuse(refused, number, index)
                answers = [no or Got(number, index, self.values[number, index])]
            case Set(number, index, value):
                no = self._refuse(refused, number, index)
                if no is None:
                    row = next(p for p in self.parameters if p.id == number)
                    self.values[number, index] = min(row.max, max(row.min, value))
                answers = [no or Applied(number, index, self.values[number, index])]
            case Save():
                answers = [Saved()]
            case Ping(token):
                answers = [Pong(token, now_us, now_us, len(self.hits))]
            case Resend(first, last):
                answers = self._resent(first, last)
            case Cue(at_us, _, _, number):
                answers = self._cue(refused, at_us > now_us, number)
            case WatchPad(pad, on):
                there = pad < self.sizes.pads
                no_pad = Refused(refused.type, Refusal.NO_SUCH_PAD)
                answers = [WatchingPad(pad, on) if there else no_pad]
        return answers

    def _refuse(self, refused: Refused, number: int, index: int) -> Refused | None:
        if (number, index) in self.values:
            return None
        known = any(p.id == number for p in self.parameters)
        reason = Refusal.NO_SUCH_PAD if known else Refusal.NO_SUCH_ID
        return Refused(refused.type, reason)

    def _resent(self, first: int, last: int) -> list[Message]:
        oldest = max(0, len(self.hits) - self.sizes.ring)
        numbers = [n for n in range(oldest, len(self.hits)) if first <= n <= last]
        if not numbers:
            return [Resending(1, 0)]
        hits = [self.hits[n] for n in numbers]
        again: list[Message] = [
            PadHit(
                h.t_us,
                h.pad,
                h.zone,
                h.velocity,
                h.position,
                h.flags | HitFlag.RESENT,
                h.decided_after_us,
            )
            for h in hits
        ]
        return [Resending(numbers[0], numbers[-1]), *again]

    def _cue(self, refused: Refused, waits: bool, number: int) -> list[Message] | None:
        if number >= 2:
            return [Refused(refused.type, Refusal.NO_SUCH_ID)]
        if self.cues == self.sizes.cues:
            return [Refused(refused.type, Refusal.BUSY)]
        self.cues += waits
        return [] if waits else None


@settings(deadline=None)
@given(hits=st.lists(strikes, max_size=90), asked=st.lists(st.tuples(questions, U8), max_size=30))
def test_every_question_is_answered_as_the_page_says(
    core: CoreLib, hits: list[PadHit], asked: list[tuple[Message, int]]
) -> None:
    board = CoreBoard(core)
    said(board, 0)
    now_us = 2 * 10**6
    heard: list[PadHit] = []
    for hit in hits:
        board.strike(hit.t_us, hit.pad, hit.velocity, hit.zone, hit.flags, hit.position)
        ((seq, struck),) = said(board, now_us)
        assert seq == len(heard) % 256
        assert isinstance(struck, PadHit)
        after_us = (now_us - hit.t_us) % 2**32
        assert struck == PadHit(
            hit.t_us,
            hit.pad,
            hit.zone,
            hit.velocity,
            hit.position,
            hit.flags,
            min(after_us, 65_535),
        )
        heard.append(struck)
    model = Model(core, parameters_of(core), heard)
    for question, seq in asked:
        board.receive(encode(question, seq), now_us)
        board.run(now_us)
        if isinstance(question, Save):
            for byte in board.to_keep():
                if byte.last:
                    board.saved()
        answers = [(s, m) for s, m in said(board, now_us) if not isinstance(m, Heartbeat)]
        expected = model.answers(question, now_us)
        if expected is not None:
            assert [m for _, m in answers] == expected
        elif not answers:
            assert isinstance(question, Cue)
        else:
            assert type(answers[0][1]) is BY_TYPE[TYPE_OF[type(question)] + ANSWER]
        if answers:
            assert answers[0][0] == seq


@settings(deadline=None)
@given(
    board_id=U64,
    boot_id=U32,
    now_us=U64,
    firmware=st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=10),
    name=st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=10),
)
def test_who_it_is_comes_through(
    core: CoreLib, board_id: int, boot_id: int, now_us: int, firmware: str, name: str
) -> None:
    board = CoreBoard(
        core, now_us, board_id=board_id, boot_id=boot_id, firmware=firmware, name=name
    )
    ((seq, ack),) = said(board, now_us)
    assert isinstance(ack, HelloAck)
    assert seq == 0
    assert (ack.board_id, ack.boot_id, ack.t_us) == (board_id, boot_id, now_us)
    assert (ack.firmware, ack.board) == (firmware, name)


@settings(deadline=None)
@given(t_us=U32, pad=U8, value=U16, later_us=st.integers(0, 900_000))
def test_a_pedal_comes_through(
    core: CoreLib, t_us: int, pad: int, value: int, later_us: int
) -> None:
    board = CoreBoard(core)
    said(board, 0)
    board.pedal(t_us, pad, value)
    assert said(board, later_us) == [(1, Pedal(t_us, pad, value))]


@settings(deadline=None)
@given(
    overruns=U32,
    adc_overruns=U32,
    load=st.integers(0, 100),
    now_us=st.integers(10**6, 2**63),
)
def test_the_counters_come_through(
    core: CoreLib, overruns: int, adc_overruns: int, load: int, now_us: int
) -> None:
    board = CoreBoard(core, now_us - 10**6)
    said(board, now_us - 10**6)
    board.count(overruns, adc_overruns, load)
    board.run(now_us)
    ((seq, beat),) = said(board, now_us)
    assert isinstance(beat, Heartbeat)
    assert (seq, beat.t_us) == (1, now_us)
    assert (beat.overruns, beat.adc_overruns, beat.load_percent) == (overruns, adc_overruns, load)


@settings(deadline=None)
@given(st.data())
def test_readings_come_through(core: CoreLib, data: st.DataObject) -> None:
    count = core.sizes.scope
    readings = data.draw(st.lists(st.integers(0, 4_095), min_size=count, max_size=count))
    t_us = data.draw(U32)
    board = CoreBoard(core)
    board.receive(encode(WatchPad(0, 1)), 0)
    said(board, 0)
    for n, reading in enumerate(readings):
        board.sample(0, reading, t_us + n * 125)
    (piece,) = [m for _, m in said(board, 1) if isinstance(m, ScopeData)]
    assert piece == ScopeData(t_us, 125_000, 0, tuple(readings))


def run_on(wire: bytes) -> bytes:
    """A frame whose last run promises a byte that does not come; its check is still right."""
    block = bytearray(wire[:-1])
    at = 0
    while at + block[at] < len(block):
        at += block[at]
    block[at] += 1
    return bytes(block) + b"\0"


noise = st.lists(
    st.one_of(
        st.tuples(questions, U8).map(lambda pair: encode(*pair)),
        st.tuples(U8, U8, st.binary(max_size=240)).map(lambda f: encode_frame(*f)),
        st.binary(max_size=300),
        st.just(b"\0"),
        st.tuples(questions, U8).map(lambda pair: run_on(encode(*pair))),
    ),
    max_size=12,
).map(b"".join)


@settings(deadline=None)
@given(noise)
def test_it_counts_as_bad_what_the_bridge_does(core: CoreLib, data: bytes) -> None:
    ours = FrameDecoder()
    too_long_for_it = sum(
        len(frame.payload) > core.sizes.rx_payload for frame in ours.feed(data + b"\0")
    )
    board = CoreBoard(core)
    board.receive(data + b"\0", 0)
    assert board.counts.bad_frames == ours.counters.bad + too_long_for_it


@settings(deadline=None)
@given(noise, st.lists(st.integers(1, 300), max_size=20))
def test_nothing_makes_it_stumble_and_the_next_question_is_answered(
    core: CoreLib, data: bytes, portions: list[int]
) -> None:
    board = CoreBoard(core)
    at = 0
    for now_us, portion in enumerate([*portions, len(data)], start=1):
        board.receive(data[at : at + portion], now_us * 100_000)
        at += portion
        board.run(now_us * 100_000)
        said(board, now_us * 100_000)
    end_us = 10**8
    board.receive(b"\0" + encode(Hello(), 1) + encode(Ping(77), 2), end_us)
    answers = [(s, m) for s, m in said(board, end_us) if not isinstance(m, (PadHit, Pedal))]
    assert [type(m) for _, m in answers] == [HelloAck, Pong]
    assert answers[1] == (2, Pong(77, end_us, end_us, 0))


@pytest.mark.parametrize("kind", sorted(k for k in BY_TYPE if k < 0x40))
def test_any_payload_of_a_known_question_is_answered_once(core: CoreLib, kind: int) -> None:
    random = Random(kind)
    board = CoreBoard(core)
    said(board, 0)
    longest = min(40, core.sizes.rx_payload)
    for n in range(2_000):
        board.receive(encode_frame(kind, n % 256, random.randbytes(random.randrange(longest))), n)
        board.run(n)
        for byte in board.to_keep():
            if byte.last:
                board.saved()
        answers = said(board, n)
        waits = kind == TYPE_OF[Cue] and not answers
        unheard = kind == TYPE_OF[Hello] or waits
        assert unheard or [s for s, _ in answers] == [n % 256]
    assert board.counts.bad_frames == 0


@given(st.binary(max_size=240))
def test_its_check_is_the_bridges(core: CoreLib, payload: bytes) -> None:
    """A frame with a wrong check is bad; so the check that it makes is the one that we make."""
    longest = core.sizes.rx_payload
    payload = payload[:longest]
    packet = bytes((0x3F, 1)) + payload
    right = crc_hqx(packet, 0xFFFF)
    board = CoreBoard(core)
    said(board, 0)
    for wrong in (0, 1, 0x8000):
        body = packet + (right ^ wrong).to_bytes(2, "little")
        block = b"".join(bytes((len(run) + 1,)) + run for run in body.split(b"\0"))
        board.receive(block + b"\0", 0)
        answers: list[Any] = said(board, 0)
        assert bool(answers) is (wrong == 0)
    assert board.counts.bad_frames == 2
