"""The player's clock: timekeeper and motor noise, phase correction, long-range exponent.

For the report of a whole take. All take asynchronies (played − written) beat by beat; what
cannot be said is None.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FEWEST = 32  # beats in a row, for variances and for the correction
_FEWEST_DFA = 256
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class ClockNoise:
    """Standard deviations of the timekeeper's intervals and of the motor delay, in ms."""

    timekeeper_ms: float
    motor_ms: float


@dataclass(frozen=True, slots=True)
class PhaseCorrection:
    """Share of an asynchrony that is made up by the next beat, and the noise besides, in ms."""

    alpha: float
    timekeeper_ms: float
    motor_ms: float
    beats: int


def longest_run(asynchrony_ms: Floats) -> Floats:
    """The longest stretch of beats in a row that were all played (NaN: not played)."""
    played = np.isfinite(asynchrony_ms)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], played.view(np.int8), [0]))))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return asynchrony_ms[:0]
    longest = int(np.argmax(ends - begins))
    return asynchrony_ms[begins[longest] : ends[longest]]


def wing_kristofferson(asynchrony_ms: Floats) -> ClockNoise | None:
    """Timekeeper and motor noise from the lag-1 autocovariance of the intervals.

    I = T + C + M' − M: the autocovariance at lag 1 is −σ_M², the variance σ_C² + 2σ_M². Said
    of a free clock; a player who corrects to a click has intervals correlated by that, and
    `phase_correction` is the one to read.

    Parameters
    ----------
    asynchrony_ms
        Played − written for each beat, NaN where nothing was played; shape (beats,).

    Returns
    -------
    ClockNoise or None
        None from fewer than 32 beats in a row, or where the autocovariance contradicts the
        model (it is positive, or beyond −½ of the variance).

    References
    ----------
    Wing & Kristofferson, Perception & Psychophysics 14 (1973).
    """
    intervals = np.diff(longest_run(asynchrony_ms))
    if len(intervals) < _FEWEST:
        return None
    intervals = intervals - intervals.mean()
    variance, lag1 = _autocovariance(intervals)
    if lag1 > 0 or variance + 2 * lag1 < 0:
        return None
    return ClockNoise(float(np.sqrt(variance + 2 * lag1)), float(np.sqrt(-lag1)))


def phase_correction(asynchrony_ms: Floats) -> PhaseCorrection | None:
    """How strongly the player corrects to the click: bounded generalised least squares.

    A' − A = −αA + T + M' − M, regressed with the covariance of T + M' − M, which is estimated
    from the residuals in turn; bounded so that the motor noise is no larger than the
    timekeeper's, without which the two cannot be told apart. The covariance is Toeplitz, and
    is inverted by Fourier transform.

    Parameters
    ----------
    asynchrony_ms
        As in `wing_kristofferson`.

    Returns
    -------
    PhaseCorrection or None
        None from fewer than 32 beats in a row, or when all were played alike.

    References
    ----------
    Jacoby & Repp, Timing & Time Perception 1 (2012); Jacoby, Tishby, Repp, Ahissar & Keller,
    Timing & Time Perception 3 (2015).
    """
    series = longest_run(asynchrony_ms)
    if len(series) < _FEWEST + 1:
        return None
    x = series[:-1] - series[:-1].mean()
    y = np.diff(series)
    y = y - y.mean()
    if not x.any():
        return None
    n = len(x)
    x_hat, y_hat = np.fft.rfft(x, 2 * n), np.fft.rfft(y, 2 * n)
    cosine = np.cos(np.pi * np.arange(len(x_hat)) / n)
    variance, lag1 = 1.0, 0.0
    slope = 0.0
    for _ in range(_ROUNDS):
        power = np.maximum(variance + 2 * lag1 * cosine, 1e-9 * variance)
        slope = float((x_hat.conj() * y_hat / power).real.sum() / (abs(x_hat) ** 2 / power).sum())
        variance, lag1 = _autocovariance(y - slope * x)
        lag1 = min(0.0, max(lag1, -variance / 3))
    return PhaseCorrection(
        alpha=-slope,
        timekeeper_ms=float(np.sqrt(variance + 2 * lag1)),
        motor_ms=float(np.sqrt(-lag1)),
        beats=len(series),
    )


def long_range_exponent(asynchrony_ms: Floats) -> float | None:
    """Detrended fluctuation analysis of the asynchronies: the exponent.

    About 0.5 for offsets without memory, 1 for 1/f noise, 1.5 for a random walk.

    Be careful with it. On takes of a few hundred beats it scatters by ±0.1 for one and the
    same player; short-range correlation (a phase correction of .3 has that) looks like a
    larger exponent up to boxes of some dozens of beats; a steady rush does so at all lengths.
    It tells takes apart only of about the same length, and never proves long memory.

    Parameters
    ----------
    asynchrony_ms
        As in `wing_kristofferson`.

    Returns
    -------
    float or None
        None from fewer than 256 beats in a row, or when all were played alike.

    References
    ----------
    Peng et al., Physical Review E 49 (1994); on drummers Hennig et al., PLoS ONE 6 (2011),
    Räsänen et al., PLoS ONE 10 (2015).
    """
    series = longest_run(asynchrony_ms)
    if len(series) < _FEWEST_DFA:
        return None
    profile = np.cumsum(series - series.mean())
    sizes = np.unique(np.geomspace(8, len(series) // 4, 16).astype(np.int64))
    fluctuation = np.array([_fluctuation(profile, int(size)) for size in sizes])
    if not (fluctuation > 0).all():
        return None
    return float(np.polyfit(np.log(sizes), np.log(fluctuation), 1)[0])


def _fluctuation(profile: Floats, size: int) -> float:
    """RMS about the lines through boxes of `size`."""
    boxes = profile[: len(profile) // size * size].reshape(-1, size)
    at = np.arange(size) - (size - 1) / 2
    levels = boxes.mean(axis=1, keepdims=True)
    slopes = boxes @ at / (at @ at)
    left = boxes - levels - slopes[:, None] * at
    return float(np.sqrt((left**2).mean()))


def _autocovariance(series: Floats) -> tuple[float, float]:
    """At lags 0 and 1, about 0."""
    # No scalar products: of long takes they are shared out to threads, which wait for each other.
    n = len(series)
    return float((series**2).sum()) / n, float((series[:-1] * series[1:]).sum()) / n
