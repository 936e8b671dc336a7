"""Random numbers that are the same everywhere."""

import hashlib
import math

import numpy as np
import pytest

from station.drummer.noise import Noise, log, sin_turns


def test_golden_bytes_of_uniforms_and_normals():
    drawn = Noise(1).uniform("a", 1000).tobytes() + Noise(1).normal("a", 1000).tobytes()
    assert hashlib.sha256(drawn).hexdigest() == (
        "c48d95eb194ce9ac4c5bfd57639dbdc156b57c148aaa32606226724d73a2a8a4"
    )


def test_streams_and_seeds_differ_and_a_longer_draw_begins_like_a_shorter_one():
    first = Noise(1).normal("a", 100)
    assert np.array_equal(first, Noise(1).normal("a", 1000)[:100])
    assert not np.array_equal(first, Noise(2).normal("a", 100))
    assert not np.array_equal(first, Noise(1).normal("b", 100))
    assert Noise(1).normal("a", 0).shape == (0,)


def test_uniforms_fill_the_open_interval_evenly():
    u = Noise(3).uniform("u", 100_000)
    assert u.min() > 0.0
    assert u.max() < 1.0
    counts, _ = np.histogram(u, bins=20, range=(0, 1))
    # Chi-square with 19 degrees of freedom: 43.8 is the 99.9 % point.
    assert ((counts - 5000) ** 2 / 5000).sum() < 43.8


def test_normals_have_the_moments_of_the_normal_distribution():
    z = Noise(4).normal("z", 200_000)
    assert z.mean() == pytest.approx(0.0, abs=0.01)
    assert z.std() == pytest.approx(1.0, abs=0.01)
    assert (z**3).mean() == pytest.approx(0.0, abs=0.03)
    assert (z**4).mean() == pytest.approx(3.0, abs=0.06)
    assert np.corrcoef(z[:-1], z[1:])[0, 1] == pytest.approx(0.0, abs=0.01)


def test_log_and_sine_are_those_of_the_libm():
    x = np.concatenate([Noise(5).uniform("x", 10_000), [2.0**-53, 1.0, 0.5, 0.7071, 1 - 2**-53]])
    expected = np.array([math.log(v) for v in x.tolist()])
    assert np.allclose(log(x), expected, rtol=5e-16 * 4, atol=1e-15)
    turns = np.concatenate([x * 7 - 3, [0.0, 0.25, 0.5, 0.75, 1.0, -0.25]])
    sines = np.array([math.sin(2 * math.pi * (t - round(t))) for t in turns.tolist()])
    assert np.allclose(sin_turns(turns), sines, rtol=0, atol=1e-15)


def test_choice_takes_every_place():
    places = Noise(6).choice("c", 3000, 3)
    assert np.bincount(places).tolist() == pytest.approx([1000, 1000, 1000], abs=120)
