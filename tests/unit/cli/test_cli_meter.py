from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from station.cli._meter import PLAIN, PRETTY, beats, big_number, meter, signed, signs_for


def scale(line: str) -> str:
    return line.removeprefix("EARLY ").split(" LATE")[0]


def test_the_middle_is_the_beat() -> None:
    line = meter(0.0)
    assert scale(line) == "·" * 15 + "●" + "·" * 15
    assert line.endswith("LATE   0.0 ms")


def test_without_a_hit_there_is_no_dot_and_no_number() -> None:
    assert meter(None) == "EARLY " + "·" * 15 + "|" + "·" * 15 + " LATE"


def test_early_is_left_and_late_is_right() -> None:
    assert scale(meter(-3.2)).index("●") == 14
    assert meter(-3.2).endswith("LATE  −3.2 ms")
    assert scale(meter(3.2)).index("●") == 16
    assert meter(3.2).endswith("LATE  +3.2 ms")


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_later_hit_is_never_drawn_further_left(a: float, b: float) -> None:
    early, late = sorted((a, b))
    places = [scale(meter(ms)).index("●") for ms in (early, late)]
    assert places == sorted(places)
    assert {len(scale(meter(ms))) for ms in (early, late)} == {31}


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert signed(-0.04) == " 0.0"
    assert signed(-0.06) == "−0.1"


def test_a_stream_without_the_signs_gets_plain_ones() -> None:
    assert signs_for("utf-8") is PRETTY
    assert signs_for("latin-1") is PLAIN
    assert signs_for(None) is PLAIN
    assert signs_for("no such encoding") is PLAIN
    assert meter(-3.2, PLAIN).isascii()
    assert beats(1, 4, PLAIN) == "- # - -"


def test_the_beat_that_is_now_stands_out() -> None:
    assert beats(2, 3) == "○ ○ ●"


def test_big_digits_are_told_apart_and_have_five_rows() -> None:
    digits = [tuple(big_number(n)) for n in range(10)]
    assert len(set(digits)) == 10
    assert {len(rows) for rows in digits} == {5}
    assert big_number(11)[4] == "██████  ██████".replace("██████  ", "██████    ")
