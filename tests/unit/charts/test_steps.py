from fractions import Fraction

import pytest

from station.charts.steps import Stroke, parse_sticking, parse_strokes, swung
from station.model import Dynamic, Ornament, Sticking


def test_every_letter():
    assert parse_strokes("x X|o-|f F | d D", 8) == [
        Stroke(0, Dynamic.NORMAL, Ornament.NONE),
        Stroke(1, Dynamic.ACCENT, Ornament.NONE),
        Stroke(2, Dynamic.GHOST, Ornament.NONE),
        Stroke(4, Dynamic.NORMAL, Ornament.FLAM),
        Stroke(5, Dynamic.ACCENT, Ornament.FLAM),
        Stroke(6, Dynamic.NORMAL, Ornament.DRAG),
        Stroke(7, Dynamic.ACCENT, Ornament.DRAG),
    ]


def test_sticking():
    assert parse_sticking("RL|-R", 4) == {
        0: Sticking.RIGHT,
        1: Sticking.LEFT,
        3: Sticking.RIGHT,
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("xx-", "3 steps where the bar has 4"),
        ("xxxxx", "5 steps where the bar has 4"),
        ("", "0 steps"),
        ("xx.x", r"'\.' at step 3"),
        ("x \x07xx", "a control character at step 2"),
    ],
)
def test_a_wrong_line(line, why):
    with pytest.raises(ValueError, match=why):
        parse_strokes(line, 4)


def test_a_wrong_hand():
    with pytest.raises(ValueError, match=r"'x' at step 2 .* write RL -"):
        parse_sticking("RxRR", 4)


def test_swing_stretches_the_first_half_and_shortens_the_second():
    quarter = [Fraction(i, 4) for i in range(5)]
    assert [swung(p, Fraction(1), Fraction(2)) for p in quarter] == [
        0,
        Fraction(1, 3),
        Fraction(2, 3),
        Fraction(5, 6),
        1,
    ]


def test_swing_of_one_changes_nothing():
    assert swung(Fraction(7, 3), Fraction(1), Fraction(1)) == Fraction(7, 3)
