"""Whatever is played: an answer without a NaN, and the same answer wherever time begins."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.free import analyse_free
from station.hits import HIT_DTYPE

_FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def takes(draw):
    """Hits of any kind: pulses, clusters, equal stamps, times at the ends of an int64."""
    n = draw(st.integers(0, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step_ns = draw(st.sampled_from([0, 1, 10_000_000, 250_000_000, 700_000_000, 10**12, 2**55]))
    noise_ns = draw(st.sampled_from([0, 1_000, 20_000_000, 10**9]))
    t_ns = rng.integers(0, 3, n).cumsum() * step_ns + rng.integers(-noise_ns, noise_ns + 1, n)
    hits = np.zeros(n, dtype=HIT_DTYPE)
    hits["t_ns"] = t_ns + draw(st.sampled_from([0, -(10**12), 10**18, -(2**62)]))
    hits["pad"] = rng.integers(0, 18, n)
    hits["velocity"] = rng.integers(0, 128, n)
    hits["flags"] = rng.integers(0, 64, n)
    return hits


@given(takes())
@_FEW
def test_any_take_gives_an_answer_in_json(hits):
    told = analyse_free(hits).to_dict()
    json.dumps(told, allow_nan=False)
    if told["tempo"] is not None:
        assert 10 < told["tempo"]["bpm"] < 1000
        assert all(0 < p["low"] <= p["bpm"] <= p["high"] for p in told["curve"])


@given(
    st.integers(0, 1000),
    st.floats(70, 180),
    st.integers(-(10**15), 10**15),
)
@settings(max_examples=15, deadline=None)
def test_where_time_begins_and_in_which_order_hits_come_do_not_matter(seed, bpm, shift_ns):
    rng = np.random.default_rng(seed)
    n = 120
    hits = np.zeros(n, dtype=HIT_DTYPE)
    hits["t_ns"] = np.round((np.arange(n) * 30 / bpm + rng.normal(0, 0.005, n)) * 1e9)
    hits["pad"] = np.where(np.arange(n) % 4 == 2, 1, 6)
    hits["velocity"] = 90
    moved = hits.copy()
    moved["t_ns"] += shift_ns
    here, there = analyse_free(hits), analyse_free(rng.permutation(moved))
    assert here.to_dict() == there.to_dict()
