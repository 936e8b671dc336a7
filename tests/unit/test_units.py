from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import units


def test_330_bpm_is_exact() -> None:
    assert units.ns_per_beat_from_bpm(330) == Fraction(2_000_000_000, 11)


def test_a_float_is_what_was_typed() -> None:
    assert units.ns_per_beat_from_bpm(132.4) == Fraction(60_000_000_000 * 10, 1324)


@given(st.integers(1, 1000))
def test_bpm_and_back(bpm: int) -> None:
    assert units.bpm_from_ns_per_beat(units.ns_per_beat_from_bpm(bpm)) == bpm


@pytest.mark.parametrize(("ms", "ns"), [(0, 0), (-3.2, -3_200_000), (0.0000005, 0), (1e9, 10**15)])
def test_milliseconds(ms: float, ns: int) -> None:
    assert units.ns_from_ms(ms) == ns


@given(st.integers(-(10**15), 10**15))
def test_there_and_back(ns: int) -> None:
    assert units.ns_from_ms(units.ms_from_ns(ns)) == ns
    assert units.ns_from_s(units.s_from_ns(ns)) == ns
