from __future__ import annotations

import json

import numpy as np
import pytest

from station.bench import verdict, verdict_cases, verdict_peers
from station.bench.verdict_trials import tempo_offsets, try_placement, try_tempo
from station.timing.evidence import HIGH, LOW


def test_the_simulated_noise_is_that_of_real_takes():
    takes = verdict_cases.human(300, 2000, 1)
    assert takes.offsets_ms.std() == pytest.approx(11, rel=0.03)
    got = verdict_cases.autocorrelation(takes.offsets_ms, (1, 2, 4, 8, 16, 32))
    assert got == pytest.approx([0.51, 0.33, 0.17, 0.09, 0.14, 0.11], abs=0.05)


def test_the_free_clock_is_that_of_wing_and_kristofferson():
    intervals = np.diff(verdict_cases.clock(200, 2000, 1).offsets_ms)
    assert intervals.var() == pytest.approx(6**2 + 2 * 4**2, rel=0.02)
    assert (intervals[:, 1:] * intervals[:, :-1]).mean() == pytest.approx(-(4**2), rel=0.05)


def test_long_range_noise_has_the_size_it_says():
    takes = verdict_cases.clock(400, 2000, 1, long_range_ms=1.1)
    assert np.diff(takes.slow_ms).std() == pytest.approx(1.1, rel=0.05)


def test_the_same_seed_gives_the_same_takes():
    one, other = (verdict_cases.human(3, 50, 7).offsets_ms for _ in range(2))
    assert (one == other).all()


def test_calls_are_on_the_right_side_and_rarely_wrong():
    takes = verdict_cases.human(200, 800, 3)
    early = try_placement(takes.offsets_ms, -15.0, takes.slow_ms)
    assert early.share(HIGH) == 0
    assert early.beats_to(LOW) <= 88
    still = try_placement(takes.offsets_ms, 0.0, takes.slow_ms)
    assert still.share(LOW) + still.share(HIGH) <= 0.03
    assert still.missed_so_far.mean() <= 0.05
    rush = try_tempo(takes.offsets_ms, 0.02, takes.slow_ms)
    assert rush.share(LOW) == 0
    assert rush.beats_to(HIGH) <= 88


def test_the_beats_of_a_call_that_never_comes():
    takes = verdict_cases.steady(20, 64, 4)
    assert try_placement(takes.offsets_ms, 0.0, takes.slow_ms).beats_to(LOW) == float("inf")


def test_peers_say_what_they_are_defined_to_say():
    values = np.array([[0.0, 0, 8, 8, 8, 0, 0, 0]])
    assert verdict_peers.rolling_mean(values, 2, 6.0).tolist() == [[0, 4]]
    assert verdict_peers.t_e_process(np.full((1, 64), -20.0), 8, 6.0).tolist() == [[48, 0]]
    rng = np.random.default_rng(1)
    at = verdict_peers.t_test_at_every_hit(rng.normal(30, 1, (5, 20)))
    assert (at[:, 0] == 0).all()
    assert (at[:, 1] == 3).all()
    slopes = verdict_peers.batch_slopes(-2.0 * np.arange(32.0)[None, :], 8)
    assert slopes.tolist() == [[2.0, 2.0, 2.0]]


def test_the_limit_knows_the_noise_and_is_rarely_wrong():
    still = verdict_cases.clock(300, 400, 5, long_range_ms=1.1).offsets_ms
    told = verdict_peers.told_everything(still, 0.01, 1.1)
    assert (told > 0).mean() <= 0.02
    rush = tempo_offsets(still, 0.02)
    called = verdict_peers.told_everything(rush, 0.01, 1.1)
    assert np.median(called[:, 1]) <= 120
    assert not called[:, 0].any()
    # Of a noise that it is told to be less, it makes too much.
    assert (verdict_peers.told_everything(still, 0.01, 0.0) > 0).mean() > 0.1


def test_the_benchmark_tells_every_target(monkeypatch):
    monkeypatch.setattr(verdict, "BEATS", 128)
    told = json.loads(json.dumps(verdict.run(8, say=lambda _: None), allow_nan=False))
    text = verdict.render(told)
    assert len(told["targets"]) > 15
    for row in told["targets"]:
        assert row["target"] in text
