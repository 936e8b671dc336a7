"""What all voices are made of: partials that die away, noise, and filters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]


def seconds(length_s: float, rate_hz: int) -> Wave:
    """The time of each sample, shape (frames,)."""
    return np.arange(max(2, round(length_s * rate_hz))) / rate_hz


def partials(t: Wave, rows: Iterable[tuple[float, float, float]]) -> Wave:
    """Cosines that die away: they begin at their loudest, so that the first sample is heard.

    Parameters
    ----------
    t
        Time of each sample, s.
    rows
        Frequency in Hz, loudness, and the time in seconds in which it falls to 1/e. What the
        rate cannot hold is left out.
    """
    wave = np.zeros(len(t))
    highest_hz = 0.45 / (t[1] - t[0])
    for frequency_hz, loudness, fall_s in rows:
        if frequency_hz < highest_hz:
            wave += loudness * np.cos(2 * np.pi * frequency_hz * t) * np.exp(-t / fall_s)
    return wave


def sweep(t: Wave, from_hz: float, to_hz: float, fall_s: float) -> Wave:
    """A cosine whose pitch falls from one frequency to another: a skin that was struck."""
    phase = to_hz * t + (from_hz - to_hz) * fall_s * (1 - np.exp(-t / fall_s))
    return np.cos(2 * np.pi * phase)


def noise(frames: int, seed: int) -> Wave:
    """White noise within ±1, the same every time."""
    return np.random.default_rng(seed).uniform(-1, 1, frames)


def band(wave: Wave, low_hz: float, high_hz: float, rate_hz: int) -> Wave:
    """What lies between two frequencies, with soft edges."""
    spectrum = np.fft.rfft(wave)
    f = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    keep = 1 / (1 + (low_hz / np.maximum(f, 1e-9)) ** 6) / (1 + (f / high_hz) ** 6)
    return np.fft.irfft(spectrum * keep, len(wave))


def fade_out(wave: Wave, rate_hz: int, length_s: float = 0.003) -> Wave:
    """The same, falling to nothing at its end."""
    frames = min(len(wave), round(length_s * rate_hz))
    faded = wave.copy()
    faded[len(wave) - frames :] *= np.linspace(1, 0, frames)
    return faded


def to_voice(wave: Wave, peak: float) -> NDArray[np.float32]:
    """At this peak, and with a first sample that can be told from silence."""
    scaled = wave * (peak / np.abs(wave).max())
    if abs(scaled[0]) < peak / 100:
        scaled[0] = peak / 100
    voice: NDArray[np.float32] = scaled.astype(np.float32)
    return voice
