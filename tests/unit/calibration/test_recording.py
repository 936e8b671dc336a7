"""Moments of the host's clock in a recording, whatever the input stumbled over."""

from __future__ import annotations

import numpy as np
import pytest

from station.sound.capture import Recording

RATE, BLOCK = 48_000, 256
BEGUN_NS = 5_000_000_000


def recording(lost_frames=0, late_ns=300_000):
    """Ten seconds; after four of them so many frames are missed, and every block comes late."""
    frames = BLOCK * np.arange(10 * RATE // BLOCK)
    after = frames > 4 * RATE
    true_ns = BEGUN_NS + (frames + lost_frames * after) * 10**9 // RATE
    late = np.random.default_rng(1).exponential(late_ns, len(frames)).astype(np.int64)
    samples = np.zeros(10 * RATE, np.float32)
    return Recording(RATE, samples, frames, true_ns + late, after.astype(np.int64))


def test_a_moment_is_a_frame():
    t_ns = BEGUN_NS + np.array([1, 5, 9]) * 10**9
    assert recording().frames_at(t_ns) == pytest.approx([RATE, 5 * RATE, 9 * RATE], abs=3)


def test_after_a_stumble_the_frames_are_others():
    t_ns = BEGUN_NS + np.array([1, 9]) * 10**9
    found = recording(lost_frames=1000).frames_at(t_ns)
    assert found == pytest.approx([RATE, 9 * RATE - 1000], abs=3)


def test_before_it_was_open_nothing_is_known():
    assert np.isnan(recording().frames_at(np.array([BEGUN_NS - 10**9]))).all()
