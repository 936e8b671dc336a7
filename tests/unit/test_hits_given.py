from dataclasses import replace

import numpy as np
import pytest

from station.errors import WrongUse
from station.hits import HIT_DTYPE, to_array
from station.hits_given import checked_array
from station.model import Flag, Hit, Pad, Zone

GOOD = Hit(0, 5, 1, 5, Pad.SNARE, Zone.HEAD, 90, 38, flags=Flag.CLIPPED)


def test_sound_hits_are_taken_as_they_are():
    hits = [GOOD, replace(GOOD, seq=1, t_ns=np.int64(-(2**63)), note=-1, openness=127)]
    assert checked_array(hits).tolist() == to_array(hits).tolist()
    assert checked_array(iter(hits)).tolist() == to_array(hits).tolist()
    array = to_array(hits)
    assert checked_array(array) is array
    assert checked_array([]).dtype == HIT_DTYPE


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"t_ns": float("nan")}, "t_ns nan; give a whole number"),
        ({"t_ns": 1.5}, "t_ns 1.5; give a whole number"),
        ({"t_ns": "5"}, "t_ns '5'; give a whole number"),
        ({"t_ns": None}, "t_ns None; give a whole number"),
        ({"t_ns": 2**63}, "cannot be"),
        ({"velocity": 200}, "velocity 200, which is outside 0 to 127"),
        ({"velocity": -1}, "cannot be"),
        ({"note": 128}, "note 128, which is outside -1 to 127"),
        ({"pad": "cow"}, "cannot be"),
        ({"zone": 3}, "cannot be"),
        ({"flags": "late"}, "cannot be"),
        ({"seq": -1}, "cannot be"),
    ],
)
def test_a_hit_that_cannot_be_is_named(changed, says):
    with pytest.raises(WrongUse, match="Hit 1 of the take") as caught:
        checked_array([GOOD, replace(GOOD, **changed)])
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("take", "says"),
    [
        (7, "A int is no take"),
        (None, "A NoneType is no take"),
        ([GOOD, 12.5], "Hit 1 of the take is a float"),
        (np.zeros(3), "An array of float64 in 1 dimensions"),
        (np.zeros((2, 2), dtype=HIT_DTYPE), "in 2 dimensions"),
    ],
)
def test_what_is_no_take_is_said(take, says):
    with pytest.raises(WrongUse, match=says):
        checked_array(take)


@pytest.mark.parametrize(
    ("column", "value"), [("pad", 200), ("zone", 99), ("velocity", 128), ("flags", 2**15)]
)
def test_an_array_holds_nothing_that_a_hit_cannot(column, value):
    array = to_array([GOOD, GOOD])
    array[column][1] = value
    with pytest.raises(WrongUse, match=f"Hit 1 of the take has {column} {value}"):
        checked_array(array)
