"""Logarithms and curves in whole numbers."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from firmware_bridge.firmware.core_lib import core_lib

OCTAVE = 1_024


@pytest.fixture(scope="module")
def c(zig):
    """The core's functions."""
    lib = core_lib().c
    for function in (
        lib.ed_level_of,
        lib.ed_level_amplitude,
        lib.ed_curve_velocity,
        lib.ed_curve_level,
    ):
        function.restype = ctypes.c_uint16
        function.argtypes = [ctypes.c_uint16]
    lib.ed_curve_velocity.argtypes = lib.ed_curve_level.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint16,
    ]
    return lib


@pytest.fixture
def curve(c):
    """A curve from gain, range and bend."""

    def curve(gain, range_db, bend=0):
        memory = ctypes.create_string_buffer(16)
        c.ed_curve_set(memory, ctypes.c_uint16(gain), ctypes.c_uint8(range_db), ctypes.c_int8(bend))
        return memory

    return curve


def test_a_level_is_a_logarithm_to_a_fiftieth_of_a_decibel(c):
    amplitudes = np.unique(np.geomspace(2, 65_535, 3_000).astype(int))
    levels = np.array([c.ed_level_of(int(a)) for a in amplitudes])
    assert np.max(np.abs(levels - OCTAVE * np.log2(amplitudes))) < 4.0
    assert np.all(np.diff(levels) >= 0)
    assert c.ed_level_of(0) == c.ed_level_of(1) == 0


def test_an_amplitude_is_the_lowest_of_its_level(c):
    for level in range(1_024, 16_000, 517):
        amplitude = c.ed_level_amplitude(level)
        assert c.ed_level_of(amplitude) >= level
        assert c.ed_level_of(amplitude - 1) < level


def test_velocity_is_equally_spaced_to_the_ear(c, curve):
    # The peak of a strike from rail to rail has 8 times 2048 steps.
    memory = curve(100, 40)
    full = round(OCTAVE * np.log2(8 * 2_048))
    for down_db, velocity in ((0.0, 1.0), (10.0, 0.75), (20.0, 0.5), (35.0, 0.125)):
        level = round(full - down_db * OCTAVE / (20.0 * np.log10(2.0)))
        assert c.ed_curve_velocity(memory, level) / 65_535 == pytest.approx(velocity, abs=0.004)
    assert c.ed_curve_velocity(memory, 1) == 1


def test_gain_lifts_and_bend_lifts_the_soft_ones_only(c, curve):
    level = round(OCTAVE * np.log2(8 * 200))
    plain = c.ed_curve_velocity(curve(100, 40), level)
    assert c.ed_curve_velocity(curve(200, 40), level) / 65_535 == pytest.approx(
        plain / 65_535 + 6.02 / 40.0, abs=0.005
    )
    bent = [c.ed_curve_velocity(curve(100, 40, bend), level) for bend in (-100, -50, 0, 50, 100)]
    assert bent == sorted(set(bent))
    top = round(OCTAVE * np.log2(8 * 2_048))
    assert c.ed_curve_velocity(curve(100, 40, 100), top) == 65_535


@pytest.mark.parametrize("bend", [-100, -30, 0, 60, 100])
def test_a_curve_rises_and_has_an_inverse(c, curve, bend):
    memory = curve(130, 43, bend)
    velocities = [c.ed_curve_velocity(memory, level) for level in range(4_000, 15_000, 37)]
    assert velocities == sorted(velocities)
    for velocity in (655, 10_000, 40_000, 60_000):
        level = c.ed_curve_level(memory, velocity)
        assert c.ed_curve_velocity(memory, level) < velocity
        assert c.ed_curve_velocity(memory, level + 1) >= velocity
