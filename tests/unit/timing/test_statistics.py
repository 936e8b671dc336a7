from __future__ import annotations

import json

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Dynamic, Note, Pad, Sticking, Zone
from station.timing import statistics_clock as clock
from station.timing import statistics_course as course
from station.timing.statistics import take_statistics
from station.timing.statistics_touch import dynamics

BEAT_MS = 500.0


def player(n, timekeeper=10.0, motor=3.0, alpha=0.0, seed=1):
    """Asynchronies by A' = (1 − α)A + T + M' − M (Vorberg & Wing 1996)."""
    rng = np.random.default_rng(seed)
    delays = rng.normal(0, motor, n + 1)
    errors = rng.normal(0, timekeeper, n)
    a, out = 0.0, []
    for i in range(n):
        out.append(a)
        a = (1 - alpha) * a + errors[i] + delays[i + 1] - delays[i]
    return np.array(out)


def test_timekeeper_and_motor_are_told_apart():
    noise = clock.wing_kristofferson(player(5000, timekeeper=10, motor=6))
    assert noise.timekeeper_ms == pytest.approx(10, rel=0.08)
    assert noise.motor_ms == pytest.approx(6, rel=0.08)


@pytest.mark.parametrize("series", [player(20), np.arange(100.0) ** 2, np.full(100, np.nan)])
def test_variances_that_cannot_be_said_are_not(series):
    assert clock.wing_kristofferson(series) is None


@pytest.mark.parametrize("alpha", [0.1, 0.33, 0.7])
def test_phase_correction_is_found(alpha):
    found = [
        clock.phase_correction(player(1500, 10, 2, alpha, seed=seed)).alpha for seed in range(8)
    ]
    assert np.mean(found) == pytest.approx(alpha, abs=0.04)


def test_generalised_least_squares_beats_plain_ones_where_motor_noise_is():
    """Plain regression takes the motor's correction of itself for the player's."""
    alpha, series = 0.2, player(20_000, 8, 7, 0.2, seed=4)
    x = series[:-1] - series[:-1].mean()
    plain = -float(x @ np.diff(series)) / float(x @ x)
    found = clock.phase_correction(series)
    assert abs(found.alpha - alpha) < 0.5 * abs(plain - alpha)
    assert found.motor_ms == pytest.approx(7, rel=0.2)
    assert found.beats == 20_000


@pytest.mark.parametrize("series", [np.zeros(100), player(20), np.full(50, np.nan)])
def test_a_correction_that_cannot_be_said_is_not(series):
    assert clock.phase_correction(series) is None


def test_the_exponent_tells_noise_from_a_walk():
    rng = np.random.default_rng(2)
    white = rng.normal(0, 1, 4096)
    assert clock.long_range_exponent(white) == pytest.approx(0.5, abs=0.06)
    assert clock.long_range_exponent(np.cumsum(white)) == pytest.approx(1.5, abs=0.1)
    assert clock.long_range_exponent(white[:200]) is None
    assert clock.long_range_exponent(np.zeros(1000)) is None


def test_the_longest_stretch_without_a_gap():
    series = np.array([np.nan, 1, 2, np.nan, 3, 4, 5, np.nan, 6])
    assert clock.longest_run(series).tolist() == [3, 4, 5]
    assert clock.longest_run(series[:1]).tolist() == []


def test_minutes_tell_fatigue_and_balance():
    n = 480  # four minutes
    rng = np.random.default_rng(4)
    hand = np.where(np.arange(n) % 2 == 0, 1, -1)
    minute = np.arange(n) // 120
    offset = rng.normal(0, 1, n) * (5 + 3 * minute) + np.where(hand > 0, 0, 4)
    loud = np.where(hand > 0, 90.0, 80.0)
    minutes = course.by_minute(np.arange(n) * BEAT_MS, offset, np.arange(n), loud, hand)
    assert [m.minute for m in minutes] == [0, 1, 2, 3]
    assert [m.hits for m in minutes] == [120] * 4
    assert minutes[3].spread_ms > 1.7 * minutes[0].spread_ms
    assert minutes[0].right_minus_left_ms == pytest.approx(-4, abs=2)
    assert minutes[0].right_minus_left_velocity == 10
    nobody = course.by_minute(np.arange(n) * BEAT_MS, offset, np.arange(n), loud, 0 * hand)
    assert nobody[0].right_minus_left_ms is None


def test_fills_are_found_and_what_happens_around_them():
    lane = {Pad.SNARE: 38, Pad.TOM_1: 48}
    notes = []
    for i in range(16 * 8):  # eighths; each fourth bar on the toms
        pad = Pad.TOM_1 if (i // 8) % 4 == 3 else Pad.SNARE
        notes.append(Note(i * 240, pad, Zone.HEAD, lane[pad]))
    tempo, metre = TempoMap.constant(120, 480), (MetreChange(0, 4, 4),)
    chart = Chart("fills", tempo, metre, tuple(notes), 16 * 1920)
    bar = np.arange(128) // 8
    rush = np.cumsum(np.where(bar % 4 == 3, 250 * (1 / 1.03 - 1), 0.0))
    told = take_statistics(
        chart,
        np.arange(128, dtype=np.int32),
        np.rint(rush * 1e6).astype(np.int64),
        np.full(128, 90),
    )
    fills = told["fills"]
    assert [f["bar"] for f in fills] == [3, 7, 11, 15]
    assert fills[0]["during"] == pytest.approx(3, abs=0.1)
    assert fills[0]["before"] == pytest.approx(0, abs=0.1)
    assert fills[3]["after"] is None
    assert json.dumps(told, allow_nan=False)


def test_levels_are_told_apart():
    rng = np.random.default_rng(5)
    written = np.repeat([int(Dynamic.GHOST), int(Dynamic.NORMAL), int(Dynamic.ACCENT)], 50)
    velocity = np.repeat([30.0, 80.0, 110.0], 50) + rng.normal(0, 5, 150)
    told = dynamics(velocity, written)
    assert told.accent_contrast == pytest.approx(30, abs=3)
    assert told.ghost_contrast == pytest.approx(50, abs=3)
    assert told.ghost_clear == 1.0
    assert told.accent_clear > 0.99
    assert dynamics(np.full(150, 80.0), written).accent_clear == 0.5
    assert dynamics(velocity[50:100], written[50:100]) is None
    assert dynamics(velocity[50:], written[50:]).ghost is None


@pytest.mark.parametrize("n", [0, 1, 3])
def test_next_to_nothing_says_nothing(n):
    notes = tuple(
        Note(i * 480, Pad.SNARE, Zone.HEAD, 38, sticking=Sticking.RIGHT) for i in range(max(n, 1))
    )
    chart = Chart("few", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 4 * 480)
    index = np.arange(n, dtype=np.int32)
    told = take_statistics(chart, index, np.zeros(n, dtype=np.int64), np.full(n, 90))
    assert told["clock"] is told["phase_correction"] is told["dynamics"] is None
    assert told["tempo_curve"] == told["fills"] == []
    assert all(m["spread_ms"] is None for m in told["minutes"])


def test_the_spread_is_about_lines_through_sixteen_beats():
    rng = np.random.default_rng(6)
    t = np.sort(rng.uniform(0, 59_000, 150))
    beat = (t // BEAT_MS).astype(np.int64)
    x = rng.normal(0, 7, 150) + 0.01 * t
    square, freedom = 0.0, 0
    for window in np.unique(beat // 16):
        here = beat // 16 == window
        if here.sum() >= 8:
            left = x[here] - np.polyval(np.polyfit(t[here], x[here], 1), t[here])
            square, freedom = square + left @ left, freedom + here.sum() - 2
    (minute,) = course.by_minute(t, x, beat, np.full(150, 90.0), np.zeros(150, dtype=np.int64))
    assert minute.spread_ms == pytest.approx(np.sqrt(square / freedom))
