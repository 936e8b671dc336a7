"""What is left of one input's reading in the next one's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firmware_bridge.piezo import Converter

HEADS = 2
LOUD = 1_000.0


@pytest.mark.parametrize(
    ("two_multiplexers", "expected"),
    [
        (True, [0.0, 10.0, 0.0, 0.0]),
        (False, [0.0, 10.0, 0.0, 0.0]),
    ],
)
def test_a_head_bleeds_on_the_next_head(two_multiplexers, expected):
    assert heard_beside(0, two_multiplexers=two_multiplexers) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("two_multiplexers", "expected"),
    [
        (True, [0.0, 0.0, 10.0, 0.0]),
        (False, [10.0, 0.0, 0.0, 0.0]),
    ],
)
def test_the_last_rim_bleeds_on_the_first_of_its_multiplexer(two_multiplexers, expected):
    assert heard_beside(3, two_multiplexers=two_multiplexers) == pytest.approx(expected)


def heard_beside(loud, *, two_multiplexers):
    """Two heads and two rims, of which one is loud for ever: how much of it the others hear."""
    converter = Converter(noise=0.0, wide_codes=False, bleed=0.01)
    volts = np.zeros((4, 4_000))
    volts[loud] = LOUD
    read = replace(converter, two_multiplexers=two_multiplexers).read(
        volts, np.random.default_rng(1), heads=HEADS
    )
    settled = read[10].astype(float)
    assert settled[loud] == pytest.approx(LOUD, abs=LOUD * 0.011)
    settled[loud] = 0.0
    return settled.tolist()
