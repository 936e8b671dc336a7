"""The core's conversation: every question, and what is said unasked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firmware_bridge.codec import encode
from firmware_bridge.firmware.core_lib import CoreBoard
from firmware_bridge.frames import FrameDecoder, encode_frame
from firmware_bridge.messages import (
    PROTOCOL_MINOR,
    TYPE_OF,
    Capability,
    Cue,
    Describe,
    Described,
    Get,
    Heartbeat,
    Hello,
    HelloAck,
    HitFlag,
    PadHit,
    Pedal,
    Ping,
    Pong,
    Refusal,
    Refused,
    Resend,
    Resending,
    Save,
    ScopeData,
    Set,
    WatchingPad,
    WatchPad,
)

S = 1_000_000
LONG_TEXT = "x" * 63


def described(ask, board):
    """All parameters of a board."""
    found = []
    while True:
        (piece,) = ask(board, Describe(len(found)))
        found += piece.parameters
        if len(found) == piece.total:
            return found


def test_it_says_who_it_is_when_it_starts_and_when_it_is_asked(core, hear, ask):
    board = CoreBoard(core, 5, board_id=2**64 - 2, boot_id=2**32 - 3, firmware="edrum 1.0")
    (ack,) = hear(board.say(7))
    assert ack == HelloAck(
        protocol_min=1,
        protocol_max=1,
        minor=PROTOCOL_MINOR,
        pads=core.sizes.pads,
        board_id=2**64 - 2,
        boot_id=2**32 - 3,
        clock_hz=1_000_000,
        t_us=7,
        hits=0,
        ring=core.sizes.ring,
        longest_decision_us=core.sizes.longest_decision_us,
        capabilities=int(
            Capability.RESEND
            | Capability.LED
            | Capability.HAPTIC
            | Capability.SCOPE
            | Capability.SAVE
            | Capability.CHOKE
            | Capability.ZONES
            | Capability.PEDAL
        ),
        max_payload=core.sizes.rx_payload,
        firmware="edrum 1.0",
        board="Host library",
    )
    assert hear(board.say(8)) == []
    assert ask(board, Hello(), t_us=90) == [replace(ack, t_us=90)]


def test_what_is_too_long_a_name_is_cut_and_the_rest_is_there(core, hear):
    (ack,) = hear(CoreBoard(core, firmware=LONG_TEXT, name=LONG_TEXT).say(0))
    assert isinstance(ack, HelloAck)
    room = core.sizes.tx_payload - 43
    firmware = min(63, room)
    assert ack.firmware == LONG_TEXT[:firmware]
    assert ack.board == LONG_TEXT[: min(63, room - firmware)]


@pytest.mark.parametrize(
    ("hello", "understood"),
    [
        (Hello(1, 1, 0), True),
        (Hello(1, 1, 9), True),
        (Hello(0, 3, 5), True),
        (Hello(2, 3, 0), False),
        (Hello(0, 0, 7), False),
    ],
)
def test_without_a_common_version_it_answers_no_more_than_hellos(
    core, ask, greeted, hello, understood
):
    board = greeted(core)
    assert isinstance(ask(board, hello)[0], HelloAck)
    assert bool(ask(board, Ping(1))) is understood
    assert board.counts.passed_over == (not understood)
    assert isinstance(ask(board, Hello())[0], HelloAck)
    assert isinstance(ask(board, Ping(1))[0], Pong)


def test_hits_are_said_without_a_hello_with_their_number_and_how_long_they_took(core, hear):
    board = CoreBoard(core)
    for n in range(300):
        board.strike(n * 1_000, n % 6, n * 200, n % 3, int(HitFlag.CLIPPED), n % 256)
        said = board.say(n * 1_000 + 1_300)
        *_, hit = hear(said)
        assert hit == PadHit(n * 1_000, n % 6, n % 3, n * 200, n % 256, HitFlag.CLIPPED, 1_300)
        assert FrameDecoder().feed(said)[-1].seq == n % 256
    assert board.counts.hits == 300


def test_a_pong_says_when_the_ping_came_and_when_it_goes_itself(core, hear, greeted):
    board = greeted(core)
    board.receive(encode(Ping(2**32 - 1), 200), 2**32 + 5)
    board.strike(50)
    first = board.send(4, 2**32 + 90)  # the hit goes first, and the line is slow
    data = first
    for t_us in range(2**32 + 100, 2**32 + 1_000, 10):
        data += board.send(4, t_us)
    (hit, pong) = hear(data)
    assert isinstance(hit, PadHit)
    assert pong == Pong(2**32 - 1, 2**32 + 5, 2**32 + 140, 1)


def test_of_one_frame_at_a_time(core, greeted):
    board = greeted(core)
    board.strike(0)
    board.strike(1)
    assert [len(board.send(500, 10)), len(board.send(500, 10))] == [18, 18]
    assert not board.has_to_say
    assert board.send(500, 10) == b""


def test_a_ring_gives_what_it_has(core, ask, hear, greeted):
    board = greeted(core)
    ring = core.sizes.ring
    for n in range(ring + 36):
        board.strike(n * 100, 0, 3_000 + n)
        hear(board.say(n * 100 + 10))
    answer, *again = ask(board, Resend(30, 40))
    assert answer == Resending(max(30, 36), 40)
    assert [h.velocity for h in again] == list(range(3_036, 3_041))
    assert {h.flags for h in again} == {HitFlag.RESENT}
    assert {h.decided_after_us for h in again} == {10}
    assert ask(board, Resend(0, 35)) == [Resending(1, 0)]
    assert ask(board, Resend(9, 8)) == [Resending(1, 0)]
    assert ask(board, Resend(ring + 36, 2**32 - 1)) == [Resending(1, 0)]
    everything = ask(board, Resend(0, 2**32 - 1))
    assert everything[0] == Resending(36, ring + 35)
    assert len(everything) == ring + 1


def test_nothing_is_resent_of_nothing(core, ask, greeted):
    assert ask(greeted(core), Resend(0, 2**32 - 1)) == [Resending(1, 0)]


def test_two_resends_are_followed_one_after_the_other(core, ask, hear, greeted):
    board = greeted(core)
    for n in range(8):
        board.strike(n, 0, n)
        hear(board.say(n + 5))
    said = ask(board, Resend(0, 2), Resend(5, 6), Ping(1))
    marks = [m if isinstance(m, Resending) else getattr(m, "velocity", "pong") for m in said]
    assert marks == [Resending(0, 2), 0, 1, 2, Resending(5, 6), "pong", 5, 6]


def test_a_line_that_stands_still_costs_only_what_the_ring_cannot_hold(core, hear, greeted):
    board = greeted(core)
    ring = core.sizes.ring
    for n in range(200):
        board.strike(n * 50_000, 0, n)
        board.run(n * 50_000)
    assert board.counts.hits_dropped == 200 - ring
    said = hear(board.say(10 * S))
    hits = [m for m in said if isinstance(m, PadHit)]
    assert [h.velocity for h in hits] == list(range(200 - ring, 200))
    assert hits[0].decided_after_us == 65_535  # far longer ago than it can say
    (beat,) = [m for m in said if isinstance(m, Heartbeat)]  # one, of ten that were due
    assert (beat.hits, beat.hits_dropped, beat.t_us) == (200, 200 - ring, 10 * S)


def test_a_hit_once_dropped_and_asked_for_is_not_there(core, ask, greeted):
    board = greeted(core)
    for n in range(core.sizes.ring + 1):
        board.strike(n)
    board.say(100)
    assert ask(board, Resend(0, 0)) == [Resending(1, 0)]


def test_more_questions_than_answers_wait_are_counted_not_lost_unseen(core, hear, greeted):
    board = greeted(core)
    sent = 50
    for token in range(sent):
        assert board.ready is (token < core.sizes.answers)
        board.receive(encode(Ping(token), token), token)
    said = hear(board.say(1_000))
    assert [m.token for m in said] == list(range(core.sizes.answers))
    assert board.counts.overruns == (sent - core.sizes.answers) * len(encode(Ping(0)))
    board.receive(encode(Set(1, 0, 5), 9), 2_000)
    assert len(hear(board.say(2_000))) == 1


def test_what_found_no_room_was_not_done(core, ask, hear, greeted):
    board = greeted(core)
    (before,) = ask(board, Get(1, 0))
    for token in range(core.sizes.answers):
        board.receive(encode(Ping(token)), 0)
    board.receive(encode(Set(1, 0, before.value + 1)), 0)
    board.say(0)
    assert ask(board, Get(1, 0)) == [before]


def test_a_hello_forgets_what_another_host_wanted(core, ask, hear, greeted):
    board = greeted(core)
    for n in range(5):
        board.strike(n)
    hear(board.say(10))
    ask(board, WatchPad(0, 1))
    board.receive(encode(Cue(0, 0, 9, 0), 7), 10)
    board.receive(encode(Resend(0, 4), 8) + encode(Ping(1), 9), 10)
    board.receive(encode(Hello(), 10), 11)
    board.run(20)
    (ack,) = hear(board.say(20))
    assert isinstance(ack, HelloAck)
    readings = np.full((300, core.sizes.channels), 2_048, np.uint16)
    assert not [m for m in hear(board.play(readings, 100)) if isinstance(m, ScopeData)]
    assert board.output(0) == 0


@pytest.mark.parametrize("kind", [*range(0x0A, 0x40)])
def test_an_unknown_question_is_refused_under_its_number(core, hear, greeted, kind):
    board = greeted(core)
    board.receive(encode_frame(kind, 77, b"abc"), 0)
    data = board.say(0)
    assert hear(data) == [Refused(kind, Refusal.UNKNOWN_TYPE)]
    assert FrameDecoder().feed(data)[0].seq == 77


@pytest.mark.parametrize("kind", [0, 0x40, 0x41, 0x7F, 0x81, 0xBF, 0xFF])
def test_what_is_no_question_is_passed_over_and_counted(core, hear, greeted, kind):
    board = greeted(core)
    board.receive(encode_frame(kind, 1, bytes(24)), 0)
    assert hear(board.say(0)) == []
    assert board.counts.passed_over == 1
    assert board.counts.bad_frames == 0


@pytest.mark.parametrize(
    "question",
    [
        Hello(),
        Describe(0),
        Get(1, 0),
        Set(1, 0, 3),
        Ping(1),
        Resend(0, 0),
        Cue(2**60, 0, 0, 0),
        WatchPad(0, 0),
    ],
    ids=lambda q: type(q).__name__,
)
def test_too_short_is_malformed_and_what_is_appended_is_passed_over(core, hear, greeted, question):
    board = greeted(core)
    kind = TYPE_OF[type(question)]
    payload = FrameDecoder().feed(encode(question))[0].payload
    for length in range(len(payload)):
        board.receive(encode_frame(kind, 3, payload[:length]), 0)
        assert hear(board.say(0)) == [Refused(kind, Refusal.MALFORMED)]
    board.receive(encode_frame(kind, 3, payload + b"\1\2\3"), 0)
    said = hear(board.say(0))
    if isinstance(question, Cue):
        assert said == []  # it waits
    else:
        assert TYPE_OF[type(said[0])] == kind + 0x80


def test_the_longest_payload_that_is_taken_is_the_one_it_names(core, hear, greeted):
    board = greeted(core)
    longest = core.sizes.rx_payload
    board.receive(encode_frame(0x3F, 1, bytes(longest)), 0)
    assert hear(board.say(0)) == [Refused(0x3F, Refusal.UNKNOWN_TYPE)]
    if longest < 240:
        board.receive(encode_frame(0x3F, 1, bytes(longest + 1)), 0)
        assert hear(board.say(0)) == []
        assert board.counts.bad_frames == 1


def test_parameters_are_described_set_to_the_nearest_and_refused(core, ask, greeted):
    board = greeted(core)
    found = described(ask, board)
    threshold = found[0]
    assert (threshold.id, threshold.name, threshold.scope) == (1, "threshold", 1)
    for wanted, applied in [
        (threshold.min, threshold.min),
        (threshold.max + 1, threshold.max),
        (threshold.min - 1, threshold.min),
        (threshold.max, threshold.max),
        (-(2**31), threshold.min),
        (2**31 - 1, threshold.max),
    ]:
        assert ask(board, Set(1, 2, wanted))[0].value == applied
        assert ask(board, Get(1, 2))[0].value == applied
    assert ask(board, Get(1, 1))[0].value == threshold.default
    for question, reason in [
        (Get(60_000, 0), Refusal.NO_SUCH_ID),
        (Set(60_000, 0, 1), Refusal.NO_SUCH_ID),
        (Get(1, core.sizes.pads), Refusal.NO_SUCH_PAD),
        (Set(1, 255, 1), Refusal.NO_SUCH_PAD),
    ]:
        assert ask(board, question) == [Refused(TYPE_OF[type(question)], reason)]
    assert ask(board, Describe(255)) == [Described(len(found), 255, ())]


def test_a_board_that_cannot_keep_says_so(core, ask, greeted):
    board = greeted(core, capabilities=Capability.LED)
    assert ask(board, Save()) == [Refused(TYPE_OF[Save], Refusal.NOT_CAPABLE)]


def test_the_heartbeat_says_how_it_is_once_a_second(core, hear, greeted):
    board = greeted(core, boot_id=77)
    board.receive(b"\x05\x01\x02\x03\0\x02\x02\0", 10)
    board.count(overruns=3, adc_overruns=4, load_percent=42)
    board.strike(100)
    said: list[Heartbeat] = []
    for t_us in range(0, 5 * S, 1_000):
        board.run(t_us)
        said += [m for m in hear(board.say(t_us)) if isinstance(m, Heartbeat)]
    assert [beat.t_us for beat in said] == [n * S for n in range(1, 5)]
    assert said[0] == Heartbeat(S, 77, 1, 2, 3, 0, 4, board.dc_fault, 42)


def test_a_board_that_was_held_up_says_one_heartbeat_and_keeps_its_second(core, hear, greeted):
    board = greeted(core)
    said = []
    for t_us in (4_700_000, 4_800_000, 5_000_000, 6_000_000):
        board.run(t_us)
        said += hear(board.say(t_us))
    assert [beat.t_us for beat in said] == [4_700_000, 5_000_000, 6_000_000]


def test_next_us_is_when_something_is_due(core, greeted):
    board = greeted(core)
    assert board.next_us(0) == S
    board.receive(encode(Cue(700_000, 100_000, 1, 0)), 0)
    assert board.next_us(0) == 700_000
    board.run(700_000)
    assert board.next_us(700_000) == 800_000


def test_the_newest_place_of_a_pedal_is_said_before_the_hit_behind_it(core, hear, greeted):
    board = greeted(core)
    for value in (0, 30_000, 65_535):
        board.pedal(value, 2, value)
    board.strike(70_000, 2)
    pedal, hit = hear(board.say(70_001))
    assert pedal == Pedal(65_535, 2, 65_535)
    assert isinstance(hit, PadHit)
    board.run(S)
    said = hear(board.say(S))
    assert [m for m in said if isinstance(m, Pedal)] == [Pedal(S, 2, 65_535)]
    board.receive(encode(Hello()), S + 5)
    _, again = hear(board.say(S + 5))
    assert again == Pedal(S + 5, 2, 65_535)


def test_each_hi_hat_has_its_pedal_as_far_as_there_are_places(core, hear, greeted):
    board = greeted(core)
    for pad in (2, 5, 7, 2):
        board.pedal(100 + pad, pad, 1_000 * pad)
    said = [(m.pad, m.value) for m in hear(board.say(200))]
    assert said == [(2, 2_000), (5, 5_000)][: core.sizes.pedals]


def test_the_scope_shows_one_pads_readings_as_they_are(core, ask, hear, greeted):
    board = greeted(core, period_ns=126_000)
    assert ask(board, WatchPad(core.sizes.pads, 1)) == [Refused(0x09, Refusal.NO_SUCH_PAD)]
    assert ask(board, WatchPad(0, 1)) == [WatchingPad(0, 1)]
    readings = np.full((8_000, core.sizes.channels), 2_048, np.uint16)
    readings[:, 0] = 2_048 + np.arange(8_000) % 8
    pieces = [m for m in hear(board.play(readings, 5_000)) if isinstance(m, ScopeData)]
    assert len(pieces) == 8_000 // core.sizes.scope
    assert {(p.period_ns, p.pad) for p in pieces} == {(126_000, 0)}
    assert [p.t_us for p in pieces[:2]] == [5_000, 5_000 + 125 * core.sizes.scope]
    assert sum((p.samples for p in pieces), ()) == tuple(
        readings[: len(pieces) * core.sizes.scope, 0]
    )
    assert ask(board, WatchPad(0, 0)) == [WatchingPad(0, 0)]
    assert not [m for m in hear(board.play(readings, 0)) if isinstance(m, ScopeData)]


def test_the_scope_follows_its_pad(core, ask, hear, greeted):
    board = greeted(core)
    kind = next(p for p in described(ask, board) if p.name == "kind")
    ask(board, WatchPad(0, 1))
    ask(board, Set(kind.id, 0, 0))  # off: nothing is read of it
    readings = np.full((1_000, core.sizes.channels), 2_048, np.uint16)
    assert not [m for m in hear(board.play(readings, 0)) if isinstance(m, ScopeData)]
    assert ask(board, WatchPad(0, 1)) == [Refused(0x09, Refusal.NO_SUCH_PAD)]


def test_a_full_line_leaves_samples_out_and_says_when_the_next_ones_were(core, ask, hear, greeted):
    board = greeted(core)
    ask(board, WatchPad(0, 1))
    scope = core.sizes.scope
    for n in range(10 * scope):
        board.sample(0, n % 4_096, n * 125)
    said = [m for m in hear(board.say(0)) if isinstance(m, ScopeData)]
    assert [p.samples[0] for p in said] == [0, scope]
    for n in range(scope):
        board.sample(0, n, 10**7 + n * 125)
    (late,) = hear(board.say(0))
    assert (late.t_us, late.samples) == (10**7, tuple(range(scope)))


def test_time_goes_on_when_a_timer_of_32_bits_wraps(core):
    timer = np.array([5, 2**31, 2**32 - 1, 0, 7, 2**32 - 2, 1], np.uint32)
    times = core.times_us(timer)
    wraps = np.array([0, 0, 0, 1, 1, 1, 2], np.uint64)
    assert (times == wraps * np.uint64(2**32) + timer).all()
    now_us = 3 * 2**32 + 100
    assert core.time_near_us(now_us, 2**32 - 50) == now_us - 150
    assert core.time_near_us(now_us, 200) == now_us + 100
    assert core.time_near_us(10, 2**32 - 5) == 0
