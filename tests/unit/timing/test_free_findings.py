from __future__ import annotations

import numpy as np
import pytest
from free_parts import ROCK, SHUFFLE, WALTZ, hits_at, play, steady

from station.model import Pad
from station.timing.free.analysis import analyse_hits


@pytest.mark.parametrize("bpm", [72, 96, 118, 143])
def test_rock_is_in_four_at_its_tempo(bpm):
    found = analyse_hits(play(ROCK, steady(bpm, 120)))
    assert found is not None
    assert found.bpm == pytest.approx(bpm, rel=3e-3)
    assert found.metre is not None
    assert (found.metre.beats, found.metre.unit) == (4, 4)
    assert found.metre.first_downbeat % 4 == 0


def test_a_take_that_begins_on_three_has_its_bars_from_one():
    only_one = [stroke for stroke in ROCK if stroke[:2] != (2.0, Pad.KICK)]
    found = analyse_hits(play(only_one, steady(104, 120), start_beat=2))
    assert found is not None
    assert found.metre is not None
    assert found.metre.first_downbeat % 4 == 2


def test_a_waltz_is_in_three():
    found = analyse_hits(play(WALTZ, steady(132, 120), 3))
    assert found is not None
    assert found.bpm == pytest.approx(132, rel=3e-3)
    assert found.metre is not None
    assert found.metre.beats == 3


def test_swing_is_measured():
    found = analyse_hits(play(SHUFFLE, steady(110, 128)))
    assert found is not None
    assert found.bpm == pytest.approx(110, rel=3e-3)
    assert found.swing is not None
    assert found.swing.low < 2.0 < found.swing.high
    assert found.swing.ratio == pytest.approx(2.0, abs=0.1)


def test_even_eighths_do_not_swing():
    found = analyse_hits(play(ROCK, steady(110, 128)))
    assert found is not None
    assert found.swing is not None
    assert found.swing.ratio == pytest.approx(1.0, abs=0.03)


def test_the_shaky_passage_is_told_from_the_steady_one():
    rng = np.random.default_rng(5)
    lengths = np.full(160, 0.5)
    lengths[100:130] *= 1 + 0.04 * np.sin(np.arange(30) / 3)
    times = np.concatenate(([0.0], np.cumsum(lengths)))
    found = analyse_hits(play(ROCK, times, sd_s=0.004, seed=int(rng.integers(100))))
    assert found is not None
    assert found.steadiest is not None
    assert found.least_steady is not None
    assert found.least_steady.start_s >= times[100] - 8
    assert found.least_steady.end_s <= times[130] + 8
    assert found.steadiest.departure_ms < 6 < found.least_steady.departure_ms
    assert found.steadiest.end_s <= times[104] or found.steadiest.start_s >= times[126]


def test_a_passage_that_rushes_drifts_upwards():
    lengths = np.concatenate((np.full(80, 0.5), 0.5 / np.linspace(1.0, 1.10, 32)))
    times = np.concatenate(([0.0], np.cumsum(lengths)))
    found = analyse_hits(play(ROCK, times, sd_s=0.003))
    assert found is not None
    assert found.least_steady is not None
    assert found.least_steady.drift_percent > 3


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [2.0, 5.0, 10.0])
def test_random_hits_have_no_tempo(seed, rate):
    rng = np.random.default_rng(seed)
    n = int(60 * rate)
    pads = [[Pad.KICK, Pad.SNARE, Pad.HI_HAT][i] for i in rng.integers(0, 3, n)]
    hits = hits_at(rng.uniform(0, 60, n), pads, rng.integers(40, 120, n))
    assert analyse_hits(hits) is None


@pytest.mark.parametrize("seed", range(4))
def test_rubato_has_no_tempo(seed):
    rng = np.random.default_rng(seed)
    t_s = np.cumsum(0.35 * np.exp(rng.normal(0, 0.5, 150)))
    assert analyse_hits(hits_at(t_s, [Pad.SNARE] * 150, 90)) is None


def test_too_little_says_nothing():
    assert analyse_hits(play(ROCK, steady(120, 4))[:11]) is None
    assert analyse_hits(hits_at([], [], [])) is None
    assert analyse_hits(hits_at([1.0] * 500, [Pad.SNARE] * 500, 90)) is None


def test_a_hundred_thousand_hits_in_a_second_end_at_once():
    t_s = np.linspace(0, 1, 100_000)
    assert analyse_hits(hits_at(t_s, [Pad.SNARE] * 100_000, 90)) is None
