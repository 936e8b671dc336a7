from __future__ import annotations

import pytest

from firmware_bridge.messages import (
    WHOLE_BOARD,
    Describe,
    Described,
    Get,
    Parameter,
    Scope,
    Set,
)
from firmware_bridge.parameters import ParameterList
from station.errors import WrongUse

MASK = Parameter(7, Scope.PAD, 1000, 50_000, 8000, "mask", "us")
LIGHT = Parameter(9, Scope.BOARD, 0, 255, 128, "light", "")


def listed(*parameters: Parameter) -> ParameterList:
    known = ParameterList()
    known.hear(Described(len(parameters), 0, parameters))
    return known


def test_the_list_is_asked_for_until_it_is_whole() -> None:
    known = ParameterList()
    assert known.question() == Describe(0)
    known.hear(Described(3, 0, (MASK,)))
    assert known.question() == Describe(1)
    known.hear(Described(3, 2, (LIGHT,)))
    assert known.question() == Describe(1)
    known.hear(Described(3, 1, (LIGHT,)))
    assert known.complete
    assert known.question() is None
    assert [p.name for p in known] == ["mask", "light", "light"]


def test_a_board_without_parameters_has_none() -> None:
    assert listed().complete
    assert len(listed()) == 0


def test_a_piece_of_another_list_begins_it_anew() -> None:
    known = listed(MASK, LIGHT)
    known.hear(Described(1, 0, (LIGHT,)))
    assert [p.name for p in known] == ["light"]


def test_what_is_beyond_the_promised_end_is_left_out() -> None:
    known = ParameterList()
    known.hear(Described(1, 0, (MASK, LIGHT)))
    assert [p.name for p in known] == ["mask"]


def test_a_value_becomes_an_order() -> None:
    known = listed(MASK, LIGHT)
    assert known.named("mask").set(9000, 3, 8) == Set(7, 3, 9000)
    assert known.named("light").set(0, None, 8) == Set(9, WHOLE_BOARD, 0)
    assert known.named("mask").get(7, 8) == Get(7, 7)


@pytest.mark.parametrize(
    ("name", "value", "pad", "says"),
    [
        ("mask", 10, 0, "'mask' cannot be 10 us; it takes 1000 to 50000 us."),
        ("light", 256, None, "'light' cannot be 256; it takes 0 to 255."),
        ("light", 1, 0, "'light' is one value for the whole board; leave out the pad."),
        ("mask", 9000, None, "'mask' has a value for each pad; say which, 0 to 7."),
        ("mask", 9000, 8, "There is no pad 8; the board has 0 to 7."),
        ("gain", 1, 0, "The board has no parameter 'gain'; it has light, mask."),
    ],
)
def test_what_does_not_fit_is_refused(name: str, value: int, pad: int | None, says: str) -> None:
    with pytest.raises(WrongUse) as told:
        listed(MASK, LIGHT).named(name).set(value, pad, 8)
    assert str(told.value) == says
