from __future__ import annotations

import pytest

from firmware_bridge.sequence import ASK_AGAIN_NS, ASK_TIMES, Ask, HitSequence, Order


def test_numbers_in_a_row_need_nothing() -> None:
    hits = HitSequence(ring=64)
    for number in range(600):
        heard = hits.hear(number % 256, number * 10)
        assert (heard.number, heard.order) == (number, Order.NEXT)
    assert hits.to_ask(0) == []
    assert hits.next_ns is None
    assert hits.take_lost() == 0


def test_a_gap_is_asked_for_and_filled() -> None:
    hits = HitSequence(ring=64, expected=250)
    hits.hear(250, 1)
    assert hits.hear(258 % 256, 9).number == 258
    assert hits.to_ask(0) == [Ask(251, 257)]
    for number in range(251, 258):
        heard = hits.hear(number % 256, number, resent=True)
        assert (heard.number, heard.order) == (number, Order.LATE)
    assert hits.missing == 0
    assert hits.take_lost() == 0
    assert hits.hear(259 % 256, 99).order is Order.NEXT


def test_the_last_hit_is_missed_by_what_the_board_says() -> None:
    hits = HitSequence(ring=64)
    hits.told(2)
    assert hits.to_ask(0) == [Ask(0, 1)]


def test_runs_are_asked_for_apart() -> None:
    hits = HitSequence(ring=64)
    for number in (0, 3, 4, 8):
        hits.hear(number, number)
    assert hits.to_ask(0) == [Ask(1, 2), Ask(5, 7)]


def test_a_hit_twice_is_said_so_wherever_it_comes_from() -> None:
    hits = HitSequence(ring=64)
    hits.hear(0, 5)
    hits.hear(1, 6)
    assert hits.hear(0, 5).order is Order.TWICE
    assert hits.hear(1, 6, resent=True).order is Order.TWICE
    assert hits.expected == 2


def test_it_is_asked_for_a_few_times_and_then_given_up() -> None:
    hits = HitSequence(ring=64)
    hits.told(1)
    asked = 0
    now_ns = 0
    while hits.missing:
        asked += len(hits.to_ask(now_ns))
        assert hits.to_ask(now_ns + ASK_AGAIN_NS - 1) == []
        now_ns = hits.next_ns or 0
    assert asked == ASK_TIMES
    assert hits.take_lost() == 1
    assert hits.take_lost() == 0


def test_what_the_ring_cannot_hold_is_lost_at_once() -> None:
    hits = HitSequence(ring=64)
    hits.told(100)
    assert hits.take_lost() == 36
    assert hits.to_ask(0) == [Ask(36, 99)]


def test_what_falls_out_of_the_ring_is_given_up() -> None:
    hits = HitSequence(ring=4)
    hits.hear(1, 1)
    assert hits.to_ask(0) == [Ask(0, 0)]
    for number in range(2, 6):
        hits.hear(number, number)
    hits.to_ask(1)
    assert hits.missing == 0
    assert hits.take_lost() == 1


def test_without_a_ring_nothing_is_asked_for() -> None:
    hits = HitSequence(ring=0)
    hits.hear(3, 3)
    assert hits.to_ask(0) == []
    assert hits.take_lost() == 3


def test_only_what_was_asked_is_given_up_when_the_board_has_it_no_more() -> None:
    hits = HitSequence(ring=64)
    for number in (2, 5):
        hits.hear(number, number)
    hits.cannot(5, since=3)
    assert hits.take_lost() == 2
    assert hits.to_ask(0) == [Ask(0, 1)]


@pytest.mark.parametrize("gap", [256, 300, 5000])
def test_a_gap_that_the_byte_cannot_tell_is_counted_right_in_the_end(gap: int) -> None:
    hits = HitSequence(ring=64)
    hits.hear(0, 0)
    number = 1 + gap
    hits.hear(number % 256, 77)
    hits.told(number + 1)
    late = 0
    for ask in hits.to_ask(0):
        for resent in range(ask.first, ask.last + 1):
            t_us = 77 if resent == number else resent
            late += hits.hear(resent % 256, t_us, resent=True).order is Order.LATE
    assert hits.missing == 0
    assert hits.expected == number + 1
    assert late + hits.take_lost() == gap
