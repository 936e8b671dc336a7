from fractions import Fraction

import numpy as np
import pytest

from station.charts.tempo import TempoChange, TempoMap
from station.units import ns_per_beat_from_bpm


def test_330_bpm_has_no_error_after_an_hour():
    tempo = TempoMap.constant(330, 480)
    beats = 330 * 60
    assert tempo.ns_at(beats * 480) == 3600 * 10**9


def test_each_tempo_holds_from_its_tick_on():
    tempo = TempoMap(
        96,
        (
            TempoChange(0, Fraction(500_000_000)),
            TempoChange(96, Fraction(250_000_000)),
            TempoChange(192, Fraction(1_000_000_000)),
        ),
    )
    assert [tempo.ns_at(t) for t in (0, 48, 96, 144, 192, 288)] == [
        0,
        250_000_000,
        500_000_000,
        625_000_000,
        750_000_000,
        1_750_000_000,
    ]
    assert [tempo.bpm_at(t) for t in (-5, 95, 96, 192)] == [120, 120, 240, 60]


def test_before_tick_0_the_first_tempo_holds():
    tempo = TempoMap.constant(120, 480)
    assert tempo.ns_at(-480) == -500_000_000
    assert tempo.ns_of(np.array([-480])).tolist() == [-500_000_000]


def test_half_a_nanosecond_is_rounded_up():
    tempo = TempoMap(2, (TempoChange(0, Fraction(100_000_001)),))
    assert tempo.ns_at(1) == 50_000_001
    assert tempo.ns_at(-1) == -50_000_000


def test_a_typed_decimal_is_taken_as_typed():
    assert TempoMap.constant(132.4, 480).changes[0].ns_per_quarter == Fraction(60 * 10**10, 1324)


def test_ticks_that_no_int64_product_holds_are_still_exact():
    odd = Fraction(10**30 + 1, 10**22 + 7)
    tempo = TempoMap(7, (TempoChange(0, odd),))
    ticks = np.array([0, 1, 12_345, 1_000_000])
    assert tempo.ns_of(ticks).tolist() == [tempo.ns_at(int(t)) for t in ticks]


def test_scaled_is_faster_above_one():
    tempo = TempoMap.constant(100, 480).scaled(Fraction(3, 2))
    assert tempo.bpm_at(0) == 150


@pytest.mark.parametrize("bpm", [0, -120, 0.5, 1001, Fraction(1, 10**9), float("nan")])
def test_a_tempo_that_nobody_plays_is_refused(bpm):
    with pytest.raises(ValueError, match="outside 1 to 1000"):
        TempoMap.constant(bpm, 480)


@pytest.mark.parametrize("bpm", [1, 1000])
def test_the_bounds_themselves_are_allowed(bpm):
    assert TempoMap.constant(bpm, 480).changes[0].ns_per_quarter == ns_per_beat_from_bpm(bpm)


@pytest.mark.parametrize("ns", [Fraction(0), Fraction(-1)])
def test_a_quarter_without_length_is_refused(ns):
    with pytest.raises(ValueError, match="BPM is outside"):
        TempoMap(480, (TempoChange(0, ns),))


@pytest.mark.parametrize(
    ("ppq", "ticks", "why"),
    [
        (0, (0,), "at least one tick"),
        (480, (), "begins at tick 0"),
        (480, (10,), "begins at tick 0"),
        (480, (0, 10, 10), "out of order at tick 10"),
        (480, (0, 10, 5), "out of order at tick 5"),
    ],
)
def test_a_map_out_of_order_is_refused(ppq, ticks, why):
    with pytest.raises(ValueError, match=why):
        TempoMap(ppq, tuple(TempoChange(t, Fraction(500_000_000)) for t in ticks))


def test_many_changes_are_as_exact_as_one():
    changes = tuple(TempoChange(i, Fraction(60 * 10**9, 300 + i % 7)) for i in range(5000))
    tempo = TempoMap(96, changes)
    ticks = np.arange(-5, 5100, 3)
    exact, sums = Fraction(0), {}
    for tick in range(5100):
        sums[tick] = exact
        exact += changes[min(tick, 4999)].ns_per_quarter / 96
    expected = [(2 * sums[t] + 1) // 2 for t in ticks.tolist() if t >= 0]
    assert tempo.ns_of(ticks).tolist()[2:] == expected
    assert [tempo.ns_at(t) for t in ticks.tolist() if t >= 0] == expected


def test_hundreds_of_tempi_without_a_common_measure_are_right_to_the_nanosecond():
    changes = tuple(TempoChange(i, Fraction(60 * 10**9, 100 + i)) for i in range(900))
    tempo = TempoMap(480, changes)
    exact = sum((c.ns_per_quarter / 480 for c in changes), Fraction(0))
    assert tempo.ns_at(900) == (2 * exact + 1) // 2
    assert tempo.ns_of(np.array([900, 0])).tolist() == [tempo.ns_at(900), 0]
