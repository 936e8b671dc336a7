from __future__ import annotations

import numpy as np
import pytest
from free_parts import ROCK, play, steady

from station.timing.free.analysis import analyse_hits
from station.timing.free.curve import mean_bpm
from station.timing.free.curve_kernels import smooth_beats


def dense_smoother(heard_s, first_length_s, wander, clock):
    """The same by one large Gaussian: every length given all that was heard."""
    n = len(heard_s)
    # Unknowns: start, first length, then n − 1 clock noises and n − 1 wanders.
    size = 2 + 2 * (n - 1)
    prior = np.diag([1e6, 1e4, *[clock] * (n - 1), *[wander] * (n - 1)])
    length, time = np.zeros((n, size)), np.zeros((n, size))
    length[0, 1], time[0, 0] = 1, 1
    for i in range(1, n):
        length[i], time[i] = length[i - 1], time[i - 1] + length[i - 1]
        time[i, 1 + i] += 1
        length[i, n + i] += 1
    seen = ~np.isnan(heard_s)
    first = int(np.flatnonzero(seen)[0])
    mean = np.zeros(size)
    mean[:2] = heard_s[first] - first * first_length_s, first_length_s
    h = time[seen]
    gain = prior @ h.T @ np.linalg.inv(h @ prior @ h.T + np.eye(seen.sum()))
    state = mean + gain @ (heard_s[seen] - h @ mean)
    covariance = prior - gain @ h @ prior
    return length @ state, np.sqrt(np.diag(length @ covariance @ length.T))


def test_the_smoother_is_the_dense_gaussian():
    rng = np.random.default_rng(1)
    heard_s = np.cumsum(rng.normal(5.0, 1.0, 25))
    heard_s[[4, 9, 10]] = np.nan
    length, sd = np.empty(25), np.empty(25)
    smooth_beats(heard_s, 5.0, 0.03, 0.2, length, sd)
    expected, expected_sd = dense_smoother(heard_s, 5.0, 0.03, 0.2)
    assert length == pytest.approx(expected, rel=1e-4)
    assert sd == pytest.approx(expected_sd, rel=1e-3)


def test_a_steady_take_has_its_tempo_to_a_tenth_of_a_percent():
    found = analyse_hits(play(ROCK, steady(117.3, 128)))
    assert found is not None
    assert found.bpm == pytest.approx(117.3, rel=1e-3)
    assert abs(found.bpm - 117.3) < 4 * found.bpm_sd
    assert mean_bpm(list(found.segments)) == (found.bpm, found.bpm_sd)


def test_the_curve_follows_a_ramp_and_its_band_holds_it():
    held, off = [], []
    for seed in range(5):
        bpm = np.linspace(105, 120, 256)
        times = np.concatenate(([0.0], np.cumsum(60.0 / bpm)))
        found = analyse_hits(play(ROCK, times, seed=seed, sd_s=0.008))
        assert found is not None
        (segment,) = found.segments
        truth = np.interp(segment.t_s, times[:-1], bpm)
        low, high = segment.bpm_band
        held.append((low <= truth) & (truth <= high))
        off.append(segment.bpm / truth - 1)
    assert np.concatenate(held).mean() > 0.9
    assert np.sqrt((np.concatenate(off) ** 2).mean()) < 0.005


def test_a_pause_parts_the_course_and_counts_no_beats():
    first = play(ROCK, steady(120, 64))
    second = play(ROCK, steady(120, 64) + 32.0 + 61.3, seed=1)
    found = analyse_hits(np.concatenate((first, second)))
    assert found is not None
    assert len(found.segments) == 2
    assert found.segments[1].t_s[0] == pytest.approx(93.3, abs=0.05)
    assert found.bpm == pytest.approx(120, rel=2e-3)
