from __future__ import annotations

import numpy as np
import pytest
from free_parts import ROCK, play, steady

from station.model import Pad
from station.timing.free.levels import rank_levels
from station.timing.free.onsets import find_onsets
from station.timing.free.pulse import find_pulse, log_likelihood, smooth


def test_pulses_fall_on_the_grid_that_was_played():
    onsets = find_onsets(play(ROCK, steady(120, 96)))
    pulse = find_pulse(onsets)
    halves = 2 * pulse.phase
    assert np.abs(halves - np.round(halves)).max() < 0.2
    assert np.median(pulse.hz) == pytest.approx(2.0, rel=0.02)


def test_no_pulse_slips_in_a_long_take_that_speeds_up():
    lengths = 60.0 / np.linspace(95, 130, 400)
    onsets = find_onsets(play(ROCK, np.concatenate(([0.0], np.cumsum(lengths)))))
    pulse = find_pulse(onsets)
    beats = np.interp(onsets.t_s, np.concatenate(([0.0], np.cumsum(lengths))), np.arange(401))
    drift = pulse.phase - beats
    assert np.ptp(drift) < 0.2


def test_evidence_is_against_a_pulse_in_random_hits():
    rng = np.random.default_rng(3)
    hits = play(ROCK, steady(120, 96))
    hits["t_ns"] = np.sort(rng.integers(0, int(48e9), len(hits)))
    assert find_pulse(find_onsets(hits)).evidence.sum() < 0


def test_a_likelihood_is_a_density_over_the_phase():
    phase = (np.arange(2000) + 0.5) / 2000
    for hz in (1.0, 2.0, 5.0):
        assert np.exp(log_likelihood(phase, np.full(2000, hz))).mean() == pytest.approx(1, abs=0.02)


def test_smoothing_keeps_a_constant_and_halves_a_step():
    t_s = np.arange(100) * 0.5
    assert smooth(t_s, np.full(100, 3.0), 4.0) == pytest.approx(np.full(100, 3.0))
    step = smooth(t_s, (t_s > 25).astype(float), 2.0)
    assert step[50] == pytest.approx(0.5, abs=0.15)
    assert step[0] < 0.01
    assert step[-1] > 0.99


def test_levels_are_probabilities_with_the_likeliest_first():
    onsets = find_onsets(play(ROCK, steady(100, 80)))
    levels, reading = rank_levels(onsets, find_pulse(onsets))
    probabilities = [level.probability for level in levels]
    assert sum(probabilities) == pytest.approx(1.0)
    assert probabilities == sorted(probabilities, reverse=True)
    beats_played = reading.beats.onset_phase[-1] - reading.beats.onset_phase[0]
    assert beats_played == pytest.approx(79.5, abs=0.2)


def test_the_beat_is_where_kick_and_snare_are():
    offbeat_hats = [(i + 0.5, Pad.HI_HAT, 100) for i in range(4)]
    strokes = [(0.0, Pad.KICK, 110), (1.0, Pad.SNARE, 110), (2.0, Pad.KICK, 110),
               (3.0, Pad.SNARE, 110)]  # fmt: skip
    hits = play([*offbeat_hats, *strokes], steady(110, 80))
    onsets = find_onsets(hits)
    _, reading = rank_levels(onsets, find_pulse(onsets))
    on_beat = reading.beats.onset_place == 0
    strong = np.isin(np.arange(len(onsets)), onsets.of_hit[onsets.pad < 2])
    assert (on_beat == strong).mean() > 0.95
