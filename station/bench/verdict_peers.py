"""What others do about 'rushing', and simpler tests, on the same takes.

Each gives, for every take, the beat at which it first calls low and high; 0 for never.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from station.bench.verdict_cases import (
    BEAT_MS,
    CLOCK_MS,
    LONG_RANGE_RATES,
    MOTOR_MS,
    Floats,
)

Ints = NDArray[np.int64]

# Student's t, 0.5 % a side, for 2, 3 … degrees of freedom; then the normal's.
_T = np.array([9.92, 5.84, 4.60, 4.03, 3.71, 3.50, 3.36, 3.25, 3.17, 3.11, 3.05, 3.01, 2.98])
_Z = 2.576


def rolling_mean(values: Floats, window: int, margin: float) -> Ints:
    """Calls as soon as the mean of the last `window` values leaves the margin."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, window:] - sums[:, :-window]) / window
    return np.stack([_first(means < -margin), _first(means > margin)], axis=1) + np.where(
        np.stack([_first(means < -margin), _first(means > margin)], axis=1) > 0, window - 1, 0
    )


def t_test_at_every_hit(values: Floats) -> Ints:
    """Calls as soon as a t-test against 0 at 1 % is significant."""
    n = np.arange(1, values.shape[1] + 1)
    mean = np.cumsum(values, axis=1) / n
    square = np.maximum(np.cumsum(values**2, axis=1) / n - mean**2, 1e-12)
    t = (mean / np.sqrt(square / np.maximum(n - 1, 1)))[:, 2:]
    bound = np.full(t.shape[1], _Z)
    bound[: len(_T)] = _T[: t.shape[1]]
    at = np.stack([_first(t < -bound), _first(t > bound)], axis=1)
    return np.where(at > 0, at + 2, 0)


def t_e_process(values: Floats, batch: int, margin: float, alpha: float = 0.01) -> Ints:
    """The plain anytime-valid t-test on means over `batch` values, c = 1."""
    whole = values[:, : values.shape[1] // batch * batch]
    means = whole.reshape(len(values), -1, batch).mean(axis=2)
    return _e_process(means, margin, -math.log(alpha)) * batch


def batch_slopes(offsets_ms: Floats, batch: int) -> Floats:
    """Gain a beat from each batch of beats to the next, shape (runs, batches − 1)."""
    whole = offsets_ms[:, : offsets_ms.shape[1] // batch * batch]
    slopes: Floats = -np.diff(whole.reshape(len(whole), -1, batch).mean(axis=2)) / batch
    return slopes


def told_everything(
    offsets_ms: Floats, ratio: float, long_range_ms: float, alpha: float = 0.01
) -> Ints:
    """The limit: Wald's test of 'level' against 'at this ratio', told what nobody is told.

    It knows the clock, the motor noise and the long-range noise of `verdict_cases.clock`, and
    that the player is either of the two; its false calls are `alpha` a side at most, however
    long it goes on. Looks after every 8 beats.
    """
    beats = offsets_ms.shape[1]
    apart = np.abs(np.subtract.outer(np.arange(beats - 1), np.arange(beats - 1)))
    motor = 2.0 * (apart == 0) - (apart == 1)
    covariance = CLOCK_MS**2 * (apart == 0) + MOTOR_MS**2 * motor
    for rate in LONG_RANGE_RATES:
        covariance += long_range_ms**2 / 2 * rate**apart
    whiten = np.linalg.inv(np.linalg.cholesky(covariance))
    one = whiten.sum(axis=1)
    looks = np.arange(7, beats, 8)
    s = np.cumsum((-np.diff(offsets_ms) @ whiten.T) * one, axis=1)[:, looks - 1]
    w = np.cumsum(one**2)[looks - 1]
    called = np.zeros((len(offsets_ms), 2), dtype=np.int64)
    for side, signed in enumerate((-ratio, ratio)):
        gain = BEAT_MS * (1 - 1 / (1 + signed))
        called[:, side] = 8 * _first(gain * s - gain**2 / 2 * w > -math.log(alpha))
    return called


def _first(hit: NDArray[np.bool_]) -> Ints:
    """Number (from 1) of the first True of each row, 0 for none."""
    return np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, 0)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _e_process(means: Floats, margin: float, threshold: float) -> Ints:
    called = np.zeros((means.shape[0], 2), dtype=np.int64)
    for r in range(means.shape[0]):
        mean = 0.0
        m2 = 0.0
        for i in range(means.shape[1]):
            n = i + 1
            step = means[r, i] - mean
            mean += step / n
            m2 += step * (means[r, i] - mean)
            for side in range(2):
                away = -margin - mean if side == 0 else mean - margin
                if away <= 0.0 or called[r, side]:
                    continue
                ratio = n * n / ((n + 1.0) * m2 / away**2 + n)
                if 0.5 * math.log(1.0 / (n + 1.0)) + 0.5 * n * math.log1p(ratio) > threshold:
                    called[r, side] = n
    return called
