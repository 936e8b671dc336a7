from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from station.charts.excerpt import MAX_SPEED_PERCENT, MIN_SPEED_PERCENT
from station.cli._parser import speed_percent
from ui.practice import UNTIL_STOPPED, Practice

EIGHT = Practice.of_whole(8)
W = Fraction(330)

STEPS = st.sampled_from(
    [
        Practice.from_here,
        Practice.to_here,
        Practice.toggled,
        Practice.whole,
        lambda p: p.moved(-1),
        lambda p: p.moved(3),
        lambda p: p.stepped_speed(5),
        lambda p: p.stepped_speed(-5),
        lambda p: p.stepped_bpm(5, W),
        lambda p: p.stepped_bpm(-1, W),
        lambda p: p.between(2, 99),
    ]
)


@given(st.integers(1, 9), st.lists(STEPS, max_size=30))
def test_whatever_is_pressed_there_is_something_to_play(bars, steps) -> None:
    practice = Practice.of_whole(bars)
    for step in steps:
        practice = step(practice)
        first, end = practice.played
        assert 0 <= first < end <= bars
        assert 0 <= practice.bar < bars
        assert 1 <= practice.bpm(W) <= 1000
        assert practice.loop or practice.played == (0, bars)
        assert practice.repeats >= 1 or practice.loop


def test_from_a_to_b_is_a_loop_over_and_over() -> None:
    loop = EIGHT.at(4).from_here().moved(2).to_here()
    assert (loop.played, loop.loop, loop.repeats) == ((4, 7), True, UNTIL_STOPPED)
    assert loop.bars_line() == "bars 5–7, over and over"


def test_one_bar_is_a_loop_and_b_before_a_moves_a() -> None:
    one = EIGHT.at(4).from_here().to_here()
    assert one.played == (4, 5)
    assert one.bars_line() == "bar 5, over and over"
    assert one.at(2).to_here().played == (2, 3)
    assert one.at(6).from_here().played == (6, 7)


def test_a_loop_that_is_off_remembers_a_and_b() -> None:
    loop = EIGHT.at(4).from_here().moved(2).to_here()
    off = loop.toggled()
    assert (off.played, off.repeats, off.bars_line()) == ((0, 8), 1, "whole chart")
    assert off.toggled() == loop
    assert loop.repeated(20).toggled().repeats == 20
    assert loop.whole() == EIGHT


def test_tempi_step_to_round_numbers() -> None:
    odd = EIGHT.at_bpm(Fraction("132.4"), W)
    assert odd.stepped_bpm(5, W).bpm(W) == 135
    assert odd.stepped_bpm(-5, W).bpm(W) == 130
    assert odd.stepped_bpm(1, W).bpm(W) == 133
    assert EIGHT.stepped_bpm(-5, W).bpm(W) == 325
    assert EIGHT.at_bpm(Fraction(1), W).stepped_bpm(-1, W).bpm(W) == 1
    assert EIGHT.at_bpm(Fraction(2000), W).bpm(W) == 1000


def test_speeds_step_by_fives_in_bounds_and_exactly() -> None:
    assert EIGHT.stepped_speed(-5).speed == Fraction(19, 20)
    assert EIGHT.at_speed(Fraction("0.733")).stepped_speed(5).speed == Fraction(3, 4)
    slow, fast = EIGHT, EIGHT
    for _ in range(40):
        slow, fast = slow.stepped_speed(-5), fast.stepped_speed(5)
    assert (slow.speed * 100, fast.speed * 100) == (MIN_SPEED_PERCENT, MAX_SPEED_PERCENT)
    # The command line knows the same bounds, without loading charts.
    assert speed_percent(str(MIN_SPEED_PERCENT)) == MIN_SPEED_PERCENT
    assert speed_percent(str(MAX_SPEED_PERCENT)) == MAX_SPEED_PERCENT
