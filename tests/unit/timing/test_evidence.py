from __future__ import annotations

import math
import random

import numpy as np
import pytest
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from station.timing import evidence
from station.timing.evidence import CALL, FIRST_MEAN, MOMENTS, NOISE, PLACEMENT, TEMPO

observations = st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=1, max_size=60)
NOISES = (*evidence.TEMPO_NOISES, *evidence.PLACEMENT_NOISES, *evidence.PAIR_NOISES)


def moments(xs):
    record = np.zeros(1, dtype=MOMENTS)
    for x in xs:
        evidence.observe(record[0], float(x))
    return int(record[0]["n"]), float(record[0]["mean"]), float(record[0]["m2"])


def noise_of(place):
    noises = np.zeros(1, dtype=NOISE)
    noises["f"] = 1.0
    noises["scatter"], noises["clock"], noises["wander"] = NOISES[place][:3]
    return noises


def call_of(place, n):
    calls = np.zeros(1, dtype=CALL)
    calls["n"] = n
    calls["square"] = (evidence.TEMPO_SQUARE, evidence.PLACEMENT_SQUARE)[place]
    calls["wide"], calls["narrow"] = (evidence.TEMPO_C, evidence.PLACEMENT_C)[place]
    return calls


@settings(deadline=None)
@given(observations)
def test_running_moments_are_mean_and_squares(xs):
    n, mean, m2 = moments(xs)
    assert n == len(xs)
    assert mean == pytest.approx(np.mean(xs), abs=1e-9)
    assert m2 == pytest.approx(np.var(xs) * n, abs=1e-6)


@settings(deadline=None)
@given(observations, st.sampled_from([-6.0, 0.0, 0.3, 6.0]))
def test_log_e_of_a_mean_is_the_definition(xs, mu):
    said = evidence.log_e_mean(*moments(xs), 60.0, mu)
    covariance = np.eye(len(xs))
    expected = twins.log_e(
        np.array(xs),
        np.ones(len(xs)),
        [(covariance, 1.0)],
        mu,
        60.0,
        evidence.SPREAD_C,
        evidence.SPREAD_NU,
    )
    assert said == pytest.approx(expected, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("place", range(FIRST_MEAN))
def test_the_filter_of_the_tempo_is_generalised_least_squares(place):
    rng = np.random.default_rng(place)
    y = np.cumsum(rng.normal(0, 5, 40))
    x = np.arange(40) * 4 + 1.5 + rng.normal(0, 0.2, 40)
    noises = noise_of(place)
    for i in range(40):
        evidence.filter_slope(noises[0], y[i], x[i], 1, i == 0)
    scatter, clock, wander = NOISES[place][:3]
    covariance = twins.local_level_covariance(40, 4, scatter, clock, wander, 0.99)
    s, w, q, log_f = twins.sums_without_level(y, x, covariance)
    got = noises[0]
    # The tempo's wander within four beats is taken as a straight line.
    near = 1e-9 if wander == 0 else 2e-2
    assert (got["s"], got["w"], got["q"]) == pytest.approx((s, w, q), rel=near)
    assert got["log_f"] + math.log(got["f"]) == pytest.approx(log_f, abs=40 * near)


def test_batches_without_a_hit_are_stepped_over():
    """Two batches apart, a free clock has gone astray by two batches' worth."""
    rng = np.random.default_rng(3)
    keep = np.array([0, 1, 2, 5, 6, 9, 10, 11])
    y = np.cumsum(rng.normal(0, 5, 12))[keep]
    x = keep * 4 + 1.5
    noises = noise_of(0)
    for i, place in enumerate(keep):
        steps = int(place - keep[i - 1]) if i else 1
        evidence.filter_slope(noises[0], y[i], x[i], steps, i == 0)
    whole = twins.local_level_covariance(12, 4, *NOISES[0][:3], 0.99)
    s, w, q, log_f = twins.sums_without_level(y, x, whole[np.ix_(keep, keep)])
    got = noises[0]
    assert (got["s"], got["w"], got["q"]) == pytest.approx((s, w, q), rel=1e-9)
    assert got["log_f"] + math.log(got["f"]) == pytest.approx(log_f, abs=1e-9)


@pytest.mark.parametrize("place", range(FIRST_MEAN, len(NOISES)))
def test_the_filter_of_a_mean_is_generalised_least_squares(place):
    rng = np.random.default_rng(place)
    y = rng.normal(3, 6, 50)
    noises = noise_of(place)
    noises["p00"] = noises["wander"]
    for i in range(50):
        evidence.filter_mean(noises[0], y[i], 1)
    scatter, _, wander = NOISES[place][:3]
    apart = np.abs(np.subtract.outer(np.arange(50), np.arange(50)))
    covariance = scatter * np.eye(50) + wander * 0.99 ** (8 * apart)
    s, w, q, log_f = twins.sums(y, np.ones(50), covariance)
    got = noises[0]
    assert (got["s"], got["w"], got["q"]) == pytest.approx((s, w, q), rel=1e-9)
    assert got["log_f"] + math.log(got["f"]) == pytest.approx(log_f, abs=1e-9)


@pytest.mark.parametrize("mu", [-6.0, 0.0, 2.0, 40.0])
def test_evidence_of_a_mixture_is_the_definition(mu):
    rng = np.random.default_rng(5)
    y = rng.normal(3, 6, 30)
    noises = np.concatenate([noise_of(i) for i in range(FIRST_MEAN, evidence.FIRST_PAIR)])
    noises["p00"] = noises["wander"]
    weights = [weight for *_, weight in evidence.PLACEMENT_NOISES]
    noises["log_weight"] = np.log(weights)
    for noise in noises:
        for value in y:
            evidence.filter_mean(noise, value, 1)
    calls = call_of(PLACEMENT, 30)
    evidence.weigh(noises, calls[0])
    apart = np.abs(np.subtract.outer(np.arange(30), np.arange(30)))
    mixture = [
        (scatter * np.eye(30) + wander * 0.99 ** (8 * apart), weight)
        for scatter, _, wander, weight in evidence.PLACEMENT_NOISES
    ]
    expected = twins.log_e(y, np.ones(30), mixture, mu, 60.0, evidence.PLACEMENT_C)
    assert evidence.log_e(noises, calls[0], mu) == pytest.approx(expected, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(1e-3, 100), st.integers(0, 2**32))
def test_the_interval_of_a_mean_ends_where_e_is_20(n, sd, seed):
    rng = random.Random(seed)
    n, mean, m2 = moments([rng.gauss(3, sd) for _ in range(n)])
    reach = evidence.half_width(n, mean, m2, 60.0)
    for end in (mean - reach, mean + reach):
        assert evidence.log_e_mean(n, mean, m2, 60.0, end) == pytest.approx(math.log(20), abs=1e-6)


def test_the_interval_of_a_tempo_ends_where_e_is_20():
    rng = np.random.default_rng(8)
    noises = np.concatenate([noise_of(i) for i in range(FIRST_MEAN)])
    noises["log_weight"] = np.log([weight for *_, weight in evidence.TEMPO_NOISES])
    for i, y in enumerate(2 * np.arange(60) * 4 + rng.normal(0, 6, 60)):
        for noise in noises:
            evidence.filter_slope(noise, y, i * 4.0, 1, i == 0)
    calls = np.concatenate([call_of(TEMPO, 59), call_of(PLACEMENT, 0)])
    evidence.weigh(noises, calls[0])
    out = np.zeros((3, 2))
    both = np.concatenate([noises, noise_of(FIRST_MEAN), noise_of(FIRST_MEAN)])
    evidence.intervals(np.zeros(1, dtype=MOMENTS), both, calls, out)
    assert out[0, 0] < 2 < out[0, 1]
    for end in out[0]:
        assert evidence.log_e(noises, calls[0], end) == pytest.approx(math.log(20), abs=1e-4)
    assert np.isinf(out[1:]).all()


@pytest.mark.parametrize(
    ("n", "mean", "m2", "mu"),
    [
        (1, 5.0, 0.0, 5.0),
        (1, 5.0, 0.0, -6.0),
        (1000, 5.0, 0.0, -6.0),
        (10, 1e-200, 0.0, 0.0),
        (10, 1e150, 1e300, 0.0),
        (10**9, 1.0, 1e-300, 0.0),
    ],
)
def test_evidence_is_finite_whatever_comes(n, mean, m2, mu):
    assert math.isfinite(evidence.log_e_mean(n, mean, m2, 60.0, mu))
    assert not math.isnan(evidence.half_width(n, mean, m2, 60.0))


def test_one_observation_proves_little():
    # A stretch with e times the variance that is expected: that may well be chance.
    reach = evidence.half_width(*moments([1.0]), evidence.SPREAD_SQUARE)
    assert reach > 1


def test_misses_stay_below_five_percent_though_we_look_every_time():
    # 2,000 takes of 100 batches each; at 5 % there would be 100, and 130 is three sigma more.
    rng = np.random.default_rng(7)
    xs = rng.normal(3, 7, (2000, 100))
    n = np.arange(1, 101)
    mean = np.cumsum(xs, axis=1) / n
    m2 = np.maximum(np.cumsum(xs**2, axis=1) - n * mean**2, 0)
    ever = sum(
        any(
            evidence.log_e_mean(int(k), float(m), float(v), 60.0, 3.0) > evidence.LOG_INTERVAL
            for k, m, v in zip(n, ms, vs, strict=True)
        )
        for ms, vs in zip(mean, m2, strict=True)
    )
    assert 10 <= ever <= 130
