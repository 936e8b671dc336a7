"""What lies at an input where no good pad is: made into a recording's channel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.piezo.rig import Recording


def with_channel(recording: Recording, channel: int, signal: NDArray[np.float64]) -> Recording:
    """The same recording with other readings on one channel: shape [readings]."""
    readings = recording.readings.copy()
    readings[:, channel] = np.clip(np.round(signal), 0, 4095).astype(np.uint16)
    return replace(recording, readings=readings)


def floating(
    count: int, period_us: float, seed: int, mains_hz: float = 50.0
) -> NDArray[np.float64]:
    """An open input: it picks up the mains as an aerial, wanders, and is touched now and then.

    Shape [count], in steps of 12 bits.
    """
    rng = np.random.default_rng([seed, 4])
    t = np.arange(count) * period_us * 1e-6
    strength = rng.uniform(400.0, 1_800.0) * (1.0 + 0.3 * np.sin(2.0 * np.pi * 0.4 * t))
    phase = rng.uniform(0.0, 2.0 * np.pi)
    hum = np.sin(2.0 * np.pi * mains_hz * t + phase)
    hum += 0.3 * np.sin(6.0 * np.pi * mains_hz * t + 3.0 * phase)
    wander = np.cumsum(rng.normal(0.0, 1.5, count))
    out: NDArray[np.float64] = rng.uniform(1_000.0, 3_000.0) + strength * hum
    return out + 900.0 * np.tanh(wander / 900.0) + rng.normal(0.0, 25.0, count)


def stuck(count: int, reading: int, seed: int) -> NDArray[np.float64]:
    """An input at a rail, with the converter's own noise."""
    return reading + np.random.default_rng([seed, 5]).normal(0.0, 1.0, count)


def humming(
    count: int, period_us: float, peak: float, mains_hz: float, from_s: float, seed: int
) -> NDArray[np.float64]:
    """Mains hum to be added to a channel, switched on after `from_s`: shape [count]."""
    t = np.arange(count) * period_us * 1e-6
    phase = np.random.default_rng([seed, 6]).uniform(0.0, 2.0 * np.pi)
    wave = 0.9 * np.sin(2.0 * np.pi * mains_hz * t + phase)
    wave += 0.2 * np.sin(6.0 * np.pi * mains_hz * t + 3.0 * phase)
    hum: NDArray[np.float64] = peak * wave * (t >= from_s)
    return hum
