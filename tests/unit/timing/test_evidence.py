from __future__ import annotations

import math
import random

import numpy as np
import pytest
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from station.timing import evidence

LOG_100 = math.log(100)
observations = st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=1, max_size=60)


def moments(xs):
    trial = np.zeros(1, dtype=evidence.TRIAL)
    for x in xs:
        evidence.observe(trial[0], float(x))
    return int(trial[0]["n"]), float(trial[0]["mean"]), float(trial[0]["m2"])


@settings(deadline=None)
@given(observations)
def test_running_moments_are_mean_and_squares(xs):
    n, mean, m2 = moments(xs)
    assert n == len(xs)
    assert mean == pytest.approx(np.mean(xs), abs=1e-9)
    assert m2 == pytest.approx(np.var(xs) * n, abs=1e-6)


@settings(deadline=None)
@given(observations, st.sampled_from([-6.0, 0.0, 0.3, 6.0]))
def test_log_e_is_the_definition(xs, mu):
    n, mean, m2 = moments(xs)
    assert evidence.log_e(n, mean, m2, mu) == pytest.approx(twins.log_e(xs, mu), abs=1e-6, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.floats(1e-3, 100), st.integers(0, 2**32))
def test_interval_ends_where_e_crosses_the_threshold(n, sd, seed):
    rng = random.Random(seed)
    n, mean, m2 = moments([rng.gauss(3, sd) for _ in range(n)])
    reach = evidence.half_width(n, m2, LOG_100)
    if math.isinf(reach):
        assert evidence.log_e(n, mean, m2, mean + 1e9 * sd) < LOG_100
        return
    low, high = 0.0, 2 * reach  # find the crossing by halving
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (
            (middle, high)
            if evidence.log_e(n, mean, m2, mean + middle) < LOG_100
            else (low, middle)
        )
    assert reach == pytest.approx(high, rel=1e-6)


@pytest.mark.parametrize(
    ("n", "mean", "m2", "mu"),
    [
        (0, 0.0, 0.0, 0.0),
        (0, 0.0, 0.0, 6.0),
        (1, 5.0, 0.0, 5.0),
        (1, 5.0, 0.0, -6.0),
        (1000, 5.0, 0.0, -6.0),
        (10, 1e-200, 0.0, 0.0),
        (10, 1e150, 1e300, 0.0),
        (10**9, 1.0, 1e-300, 0.0),
    ],
)
def test_evidence_is_finite_whatever_comes(n, mean, m2, mu):
    assert math.isfinite(evidence.log_e(n, mean, m2, mu))
    assert not math.isnan(evidence.half_width(n, m2, LOG_100))


def test_one_observation_proves_nothing():
    n, mean, m2 = moments([1e6])
    assert evidence.log_e(n, mean, m2, 0.0) == pytest.approx(0)
    assert math.isinf(evidence.half_width(n, m2, LOG_100))


def test_equal_observations_prove_in_the_end():
    n, mean, m2 = moments([-10.0] * 6)
    assert evidence.log_e(n, mean, m2, -6.0) > LOG_100
    assert evidence.half_width(n, m2, LOG_100) == 0


def test_false_alarms_stay_below_alpha_though_we_look_every_time():
    # 3,000 takes of 100 batches each; at 1 % there would be 30, and 52 is four sigma more.
    rng = np.random.default_rng(7)
    xs = rng.normal(0, 1, (3000, 100))
    n = np.arange(1, 101)
    mean = np.cumsum(xs, axis=1) / n
    m2 = np.maximum(np.cumsum(xs**2, axis=1) - n * mean**2, 0)
    ever = sum(
        any(
            evidence.log_e(int(k), float(m), float(v), 0.0) > LOG_100
            for k, m, v in zip(n, ms, vs, strict=True)
        )
        for ms, vs in zip(mean, m2, strict=True)
    )
    assert ever <= 52
