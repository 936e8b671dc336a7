"""Tapping along: the constant is found, and what is none is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from station.calibration.chart import even_beat
from station.calibration.outcome import Measured, Refused
from station.calibration.tap import tap_latency

MS = 1_000_000
CLICKS = even_beat(90, 24).written_ns
BEAT_NS = int(CLICKS[1])


def tapped(offset_ms, sd_ms=8.0, seed=1, clicks=CLICKS):
    noise = np.random.default_rng(seed).normal(offset_ms, sd_ms, len(clicks)) * MS
    return clicks + np.rint(noise).astype(np.int64)


def refused(outcome, words):
    assert isinstance(outcome, Refused), outcome
    assert words in outcome.reason


@given(offset_ms=st.floats(-200, 200), seed=st.integers(0, 10_000))
def test_the_constant_is_found_wherever_it_is(offset_ms, seed):
    found = tap_latency(tapped(offset_ms, 5.0, seed), CLICKS)
    # Chance makes a drift of three standard errors now and then; how often, the next test says.
    assume(isinstance(found, Measured))
    assert found.count == 20
    # Five standard errors of the median of twenty.
    assert abs(found.latency_ns - offset_ms * MS) < 5 * 1.2533 * 5.0 * MS / np.sqrt(20)


def test_who_taps_evenly_is_hardly_ever_refused():
    found = [tap_latency(tapped(12, 5.0, seed), CLICKS) for seed in range(2_000)]
    refusals = [one for one in found if isinstance(one, Refused)]
    assert len(refusals) < 20
    assert all("towards the end" in one.reason for one in refusals)


def test_the_spread_is_the_error_that_there_is():
    rng = np.random.default_rng(5)
    found = [tap_latency(tapped(12, 6.0, seed), CLICKS) for seed in rng.integers(0, 2**31, 400)]
    sure = [f for f in found if isinstance(f, Measured)]
    assert len(sure) > 390
    errors = np.array([(f.latency_ns - 12 * MS) / f.spread_ns for f in sure])
    assert 0.7 < np.sqrt(np.mean(errors**2)) < 1.3


def test_taps_that_lean_on_each_other_are_less_sure():
    alone = tap_latency(tapped(0, 6.0, 3), CLICKS)
    wave = np.rint(6 * np.sqrt(2) * MS * np.sin(np.arange(24) / 2)).astype(np.int64)
    together = tap_latency(CLICKS + wave, CLICKS)
    assert isinstance(alone, Measured)
    assert isinstance(together, Refused) or together.spread_ns > 1.4 * alone.spread_ns


def test_a_slip_or_two_move_nothing():
    taps = tapped(12, 5.0)
    before = tap_latency(taps, CLICKS)
    taps[[8, 15]] += 120 * MS
    after = tap_latency(taps, CLICKS)
    assert isinstance(before, Measured)
    assert isinstance(after, Measured)
    assert abs(after.latency_ns - before.latency_ns) < 2 * MS


def test_the_first_few_do_not_count():
    taps = tapped(12, 5.0)
    settled = taps.copy()
    taps[:4] += 150 * MS
    assert tap_latency(taps, CLICKS) == tap_latency(settled, CLICKS)


def test_a_bounce_is_no_tap():
    taps = tapped(12, 5.0)
    bounced = np.concatenate([taps, taps[3::4] + 30 * MS])
    assert tap_latency(bounced, CLICKS) == tap_latency(taps, CLICKS)


def test_too_few():
    refused(tap_latency(tapped(0)[:19], CLICKS), "Only 15 taps")
    refused(tap_latency(np.zeros(0, np.int64), CLICKS), "Only 0 taps")


def test_too_scattered():
    refused(tap_latency(tapped(0, 80, 2), CLICKS), "scatter")


def test_scattered_so_that_more_taps_would_do():
    refused(tap_latency(tapped(0, 22, 4), CLICKS), "--beats")
    many = even_beat(90, 200).written_ns
    assert isinstance(tap_latency(tapped(0, 22, 4, many), many), Measured)


def test_a_drift():
    taps = tapped(0, 4.0) + np.arange(24) * 3 * MS
    refused(tap_latency(taps, CLICKS), "later towards the end")


@pytest.mark.parametrize("every", [0.5, 2])
def test_another_tempo(every):
    count = round(60 / every)
    taps = np.rint(np.arange(count) * every * BEAT_NS).astype(np.int64)
    refused(tap_latency(taps, even_beat(90, 60).written_ns), "tap once with every click")


def test_between_the_clicks():
    refused(tap_latency(tapped(BEAT_NS / MS / 2, 3.0), CLICKS), "between the clicks")


def test_a_chart_is_whole_bars():
    chart = even_beat(120, 21)
    assert len(chart.notes) == 24
    assert chart.length_ns == 12 * 10**9
