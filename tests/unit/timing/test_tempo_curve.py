import numpy as np
import pytest

from station.bench.tempo_bands import PLAYERS, measure
from station.timing.tempo_curve import tempo_curve

BEAT_MS = 500.0


def curve(ratios, noise_ms=3.0, seed=3):
    """The curve of a player at `1 + ratio` times the tempo from beat to beat."""
    n = len(ratios)
    offset = np.concatenate(([0.0], np.cumsum(BEAT_MS * (1 / (1 + ratios) - 1))[:-1]))
    noise = np.random.default_rng(seed).normal(0, noise_ms, n)
    return tempo_curve(np.arange(n) * BEAT_MS, offset + noise, np.arange(n))


def test_it_follows_the_player():
    points = curve(np.where(np.arange(400) < 200, 0.0, 0.02))
    early = [p.percent for p in points if p.t_ms < 180 * BEAT_MS]
    late = [p.percent for p in points if p.t_ms > 220 * BEAT_MS]
    assert np.mean(early) == pytest.approx(0, abs=0.1)
    assert np.mean(late) == pytest.approx(2, abs=0.1)
    assert all(p.low < p.percent < p.high for p in points)


def test_one_jump_of_the_tempo_is_told_from_noise():
    points = curve(np.where(np.arange(800) < 400, 0.0, 0.02))
    assert all(p.high < 2 for p in points if p.t_ms < 380 * BEAT_MS)
    assert all(p.low > 0 for p in points if p.t_ms > 420 * BEAT_MS)


def test_the_band_holds_what_the_clock_was_set_to():
    """Known truth, simulated players; the same on every machine."""
    rows = measure(takes=40)
    assert [row["player"] for row in rows] == list(PLAYERS)
    for row in rows:
        # A line's own error takes the hits for independent, and holds less than half as often.
        assert 94.5 <= row["holds"] <= 99, row
        assert row["line_holds"] < 50, row


def test_a_player_without_noise_has_a_band_without_width():
    points = curve(np.full(100, 0.01), noise_ms=0)
    assert [(p.low, p.high) for p in points] == [
        (pytest.approx(1, abs=1e-6), pytest.approx(1, abs=1e-6))
    ] * len(points)


def test_in_a_short_take_the_noise_is_not_known():
    assert curve(np.zeros(15)) == []
    assert [(p.low, p.high) for p in curve(np.zeros(63))] == [(None, None)] * 6
    assert all(p.low < 0.5 for p in curve(np.zeros(64)))
    assert tempo_curve(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64)) == []


def test_where_little_was_played_nothing_is_said():
    beat = np.concatenate((np.arange(64), np.arange(96, 200), [300]))
    points = tempo_curve(beat * BEAT_MS, np.zeros(len(beat)), beat)
    covered = [p.t_ms / BEAT_MS for p in points]
    assert not [t for t in covered if 66 < t < 94 or t > 200]
    assert min(covered) == 7.5
    assert max(covered) > 185


def test_hits_of_one_beat_count_as_one():
    beat = np.repeat(np.arange(128), 4)
    place = np.tile(np.arange(4) * BEAT_MS / 4, 128)
    offset = np.random.default_rng(1).normal(0, 5, 128)
    one = tempo_curve(np.arange(128) * BEAT_MS, offset, np.arange(128))
    four = tempo_curve(beat * BEAT_MS + place, np.repeat(offset, 4), beat)
    assert [p.percent for p in four] == pytest.approx([p.percent for p in one])
    assert [p.high for p in four] == pytest.approx([p.high for p in one])


def test_a_long_curve_has_a_bounded_number_of_points():
    n = 40_000
    assert 300 <= len(curve(np.zeros(n))) <= 400
