"""Parameters: their ranges, presets, and how they are typed."""

import math
from dataclasses import fields

import pytest

from station.drummer import PRESETS, DrummerParams, WanderShape, params_from_query
from station.drummer.params import RANGES
from station.drummer.query import QUERY_NAMES
from station.errors import WrongUse
from station.model import Pad


def test_the_default_is_perfect():
    assert DrummerParams() == PRESETS["robot"]


def test_every_parameter_can_be_typed():
    assert {f.name for f in fields(DrummerParams)} <= QUERY_NAMES


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -1e9])
def test_a_number_outside_its_range_is_refused(name, bad):
    with pytest.raises(ValueError, match=name):
        DrummerParams(**{name: bad})


def test_a_limb_offset_is_checked():
    with pytest.raises(ValueError, match="kick"):
        DrummerParams(limb_offsets_ms={Pad.KICK: math.nan})


def test_presets_are_what_they_are_called():
    assert set(PRESETS) >= {
        "steady", "rushing", "dragging", "ahead", "behind", "human", "beginner", "robot"
    }  # fmt: skip
    assert PRESETS["rushing"].tempo_percent > 0.3
    assert PRESETS["dragging"].tempo_percent < -0.3
    assert PRESETS["ahead"].offset_ms < -6
    assert PRESETS["behind"].offset_ms > 6


def test_words_change_a_preset():
    params = params_from_query(
        {
            "player": "rushing",
            "seed": "12",
            "offset_ms": "-8",
            "limb_offsets_ms": "kick:-6.6, snare:-5",
            "wander_shape": "random",
            "fill_every_bars": "4",
        }
    )
    assert params.tempo_percent == PRESETS["rushing"].tempo_percent
    assert (params.seed, params.offset_ms, params.fill_every_bars) == (12, -8.0, 4)
    assert params.limb_offsets_ms == {Pad.KICK: -6.6, Pad.SNARE: -5.0}
    assert params.wander_shape is WanderShape.RANDOM


def test_no_words_are_the_steady_player():
    assert params_from_query({}) == PRESETS["steady"]


def test_jitter_is_the_only_noise_but_what_is_said_beside_it():
    params = params_from_query({"player": "human", "jitter_ms": "6"})
    assert (params.motor_sd_ms, params.timekeeper_sd_ms, params.phase_correction) == (6, 0, 0)
    params = params_from_query({"timekeeper_sd_ms": "9", "jitter_ms": "6"})
    assert (params.motor_sd_ms, params.timekeeper_sd_ms) == (6, 9)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"player": "rushin"}, "No simulated drummer 'rushin'; known are robot, steady"),
        ({"ofset_ms": "1"}, "has no 'ofset_ms'; known are .*offset_ms"),
        ({"offset_ms": "early"}, "offset_ms is a number, not 'early'"),
        ({"seed": "1.5"}, "seed is a whole number, not '1.5'"),
        ({"miss_rate": "2"}, "miss_rate is 2; it goes from 0 to 1"),
        ({"jitter_ms": "-1"}, "motor_sd_ms is -1"),
        ({"limb_offsets_ms": "kik:3"}, "no pad 'kik'.*pads are kick"),
        ({"limb_offsets_ms": "kick"}, "limb_offsets_ms of kick is a number"),
        ({"wander_shape": "square"}, "'square'; known are sine, random"),
    ],
)
def test_what_cannot_be_names_what_can(query, says):
    with pytest.raises(WrongUse, match=says):
        params_from_query(query)
