"""Lights and motors on the board's clock."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import encode
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import (
    WHOLE_BOARD,
    Cue,
    Cued,
    Describe,
    Hello,
    HelloAck,
    Refusal,
    Refused,
    Set,
)

FULL = 65_535


def test_a_cue_is_done_at_its_time_for_its_time_and_answered_then(core, hear, greeted):
    board = greeted(core, lights=0)
    board.receive(encode(Cue(5_000, 2_000, 40_000, 1), 33), 0)
    seen = []
    for t_us in range(0, 9_000, 100):
        board.run(t_us)
        data = board.say(t_us)
        if data:
            (frame,) = FrameDecoder().feed(data)
            assert frame.seq == 33
            assert hear(data) == [Cued(5_000, 1)]
            assert t_us == 5_000
        seen.append(board.output(1))
    assert seen == [0] * 50 + [40_000] * 20 + [0] * 20
    assert board.output(0) == board.output(99) == 0


def test_a_time_that_has_passed_is_at_once_and_said_truly(core, hear, greeted):
    board = greeted(core)
    board.receive(encode(Cue(0, 0, FULL, 1)), 777)
    board.run(780)
    assert hear(board.say(790)) == [Cued(780, 1)]
    board.run(10**12)
    assert board.output(1) == FULL  # until the next one of this id


def test_eight_wait_and_one_more_is_refused_as_busy(core, ask, greeted):
    board = greeted(core)
    cues = [Cue(10_000 * (n + 1), 0, n, 0) for n in range(core.sizes.cues)]
    assert core.sizes.cues >= 8
    assert ask(board, *cues[:4]) == ask(board, *cues[4:]) == []
    assert ask(board, Cue(5, 0, 0, 1)) == [Refused(0x08, Refusal.BUSY)]
    board.run(10_000)
    board.say(10_000)
    assert ask(board, Cue(95_000, 0, 0, 1)) == []


def test_they_are_done_in_the_order_of_their_times_and_then_as_they_came(core, hear, greeted):
    board = greeted(core, lights=0)
    for at_us, value in [(300, 3), (100, 1), (200, 20), (200, 21), (100, 11)]:
        board.receive(encode(Cue(at_us, 0, value, 0)), 0)
    seen = []
    for t_us in (100, 200, 300):
        board.run(t_us)
        seen.append(board.output(0))
        board.say(t_us)
    assert seen == [11, 21, 3]


def test_one_that_came_late_does_not_overtake_what_is_done(core, hear, greeted):
    board = greeted(core, lights=0)
    board.receive(encode(Cue(500, 0, 5, 0), 1), 0)
    board.run(600)  # done, and the line is busy
    board.receive(encode(Cue(100, 0, 1, 0), 2), 600)
    board.run(700)
    assert board.output(0) == 1
    assert hear(board.say(800)) == [Cued(600, 0), Cued(700, 0)]


def test_a_host_that_does_not_listen_fills_no_memory(core, hear, greeted):
    board = greeted(core)
    for n in range(100):
        board.receive(encode(Cue(0, 0, 0, 0), n), n)
        board.run(n)
    said = hear(board.say(1_000))
    assert [type(m) for m in said].count(Cued) == core.sizes.cues
    refused = [type(m) for m in said].count(Refused)
    lost = board.counts.overruns // len(encode(Cue(0, 0, 0, 0)))
    assert core.sizes.cues + refused <= 100
    assert refused == core.sizes.answers
    assert lost > 0


def test_a_hello_drops_what_waits_and_leaves_alone_what_is_lit(core, hear, greeted):
    board = greeted(core, lights=0)
    board.receive(encode(Cue(100, 0, 9, 0)), 0)
    board.run(100)
    board.say(100)
    board.receive(encode(Cue(500, 0, 0, 0)), 200)
    board.receive(encode(Hello()), 300)
    board.run(600)
    assert [type(m) for m in hear(board.say(600))] == [HelloAck]
    assert board.output(0) == 9


@pytest.mark.parametrize(("outputs", "reason"), [(0, Refusal.NOT_CAPABLE), (2, Refusal.NO_SUCH_ID)])
def test_an_output_that_is_not_there_is_refused(core, ask, greeted, outputs, reason):
    assert ask(greeted(core, outputs=outputs), Cue(0, 0, 0, 2)) == [Refused(0x08, reason)]


def test_lights_follow_the_brightness_and_motors_do_not(core, ask, greeted):
    board = greeted(core, lights=1)
    found = []
    while "led brightness" not in {p.name for p in found}:
        (piece,) = ask(board, Describe(len(found)))
        found += piece.parameters
    brightness = next(p for p in found if p.name == "led brightness")
    assert board.outputs_changed  # nobody has looked yet
    assert not board.outputs_changed
    ask(board, Cue(0, 0, FULL, 0), Cue(0, 0, FULL, 1))
    assert board.outputs_changed
    for value, light in [(0, 0), (brightness.max, FULL), (127, FULL // 2)]:
        assert not board.outputs_changed
        ask(board, Set(brightness.id, WHOLE_BOARD, value))
        assert board.outputs_changed
        assert board.output(0) == light
        assert board.output(1) == FULL
