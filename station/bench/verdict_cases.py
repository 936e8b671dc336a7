"""Players with known truth for the verdict: offsets beat by beat, many takes at once.

Three kinds of noise, each with the slow part told apart, so that both truths are known: what
was put in, and where the hand really was on average so far.

`human`
    To a click that is heard. SD 11 ms; white, AR(1) and slow wander in such parts that the
    autocorrelation at lags 1/2/4/8/16/32 is that of real takes at fast tempo
    (.51 .33 .17 .09 .14 .11; here .51 .33 .18 .12 .11 .10).
`steady`
    The same without the slow wander: a player who stays where he is.
`clock`
    Without a click: intervals of Wing & Kristofferson (1973), I = T + C + M' − M, with a clock
    of 6 ms a beat and motor delays of 4 ms. With `long_range_ms`, the sum of two stationary
    AR(1) of rates .9 and .99 a beat and equal variance is added to the intervals; its SD is
    that of one interval. 1.1 ms is 0.6 % of a beat at 330 BPM: the tempo of the player is off
    by more than the margin of 0.3 % most of the time, though right in the long run.
    `correction` is the share of the asynchrony that is made up by the next beat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BPM = 330.0
BEAT_MS = 60_000.0 / BPM
SD_MS = 11.0
CLOCK_MS, MOTOR_MS, LONG_RANGE_MS = 6.0, 4.0, 1.1
LONG_RANGE_RATES = (0.9, 0.99)
_RATE_1, _RATE_2 = LONG_RANGE_RATES
# Parts of the variance: white, AR(1) of rate .53, slow AR(1); and how slow.
_WHITE, _SHORT, _SLOW = 0.155, 0.715, 0.13
_SHORT_RATE, _SLOW_RATE = 0.53, 0.99


@dataclass(frozen=True, slots=True)
class Takes:
    """Many takes of one kind of player, before any offset or tempo is put in.

    Attributes
    ----------
    name
        For the table.
    offsets_ms
        Shape (runs, beats).
    slow_ms
        The part of the offset that is slow wander, or what a wandering tempo has added up to;
        shape (runs, beats).
    """

    name: str
    offsets_ms: Floats
    slow_ms: Floats


def human(runs: int, beats: int, seed: int, slow_rate: float = _SLOW_RATE) -> Takes:
    """To a click, correlated as real takes are, slow wander included."""
    offsets, slow = _human(
        runs, beats, SD_MS, np.array([_WHITE, _SHORT, _SLOW]), _SHORT_RATE, slow_rate, seed
    )
    return Takes("to a click", offsets, slow)


def steady(runs: int, beats: int, seed: int) -> Takes:
    """To a click, correlated from beat to beat, without slow wander; the same SD."""
    parts = np.array([_WHITE, _SHORT, 0.0]) / (_WHITE + _SHORT)
    offsets, slow = _human(runs, beats, SD_MS, parts, _SHORT_RATE, _SLOW_RATE, seed)
    return Takes("truly steady", offsets, slow)


def clock(
    runs: int, beats: int, seed: int, *, long_range_ms: float = 0.0, correction: float = 0.0
) -> Takes:
    """Without a click (or, with a correction, to one): Wing & Kristofferson."""
    offsets, slow = _clock(runs, beats, CLOCK_MS, MOTOR_MS, long_range_ms, correction, seed)
    name = "free clock" + (" + long-range" if long_range_ms else "")
    if correction:
        name = "corrected" + (" + long-range" if long_range_ms else "")
    return Takes(name, offsets, slow)


def autocorrelation(offsets_ms: Floats, lags: tuple[int, ...]) -> list[float]:
    """Over all takes, about the known mean 0."""
    power = float((offsets_ms**2).mean())
    return [float((offsets_ms[:, :-k] * offsets_ms[:, k:]).mean()) / power for k in lags]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _human(
    runs: int,
    beats: int,
    sd: float,
    parts: Floats,
    short_rate: float,
    slow_rate: float,
    seed: int,
) -> tuple[Floats, Floats]:
    np.random.seed(seed)
    offsets = np.empty((runs, beats))
    slow = np.empty((runs, beats))
    white_sd, short_sd, slow_sd = sd * np.sqrt(parts)
    short_step = math.sqrt(1.0 - short_rate**2)
    slow_step = math.sqrt(1.0 - slow_rate**2)
    for r in range(runs):
        a = short_sd * np.random.randn()
        s = slow_sd * np.random.randn()
        for i in range(beats):
            offsets[r, i] = a + s + white_sd * np.random.randn()
            slow[r, i] = s
            a = short_rate * a + short_step * short_sd * np.random.randn()
            s = slow_rate * s + slow_step * slow_sd * np.random.randn()
    return offsets, slow


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _clock(
    runs: int, beats: int, clock_sd: float, motor_sd: float, long_sd: float, alpha: float, seed: int
) -> tuple[Floats, Floats]:
    np.random.seed(seed)
    offsets = np.empty((runs, beats))
    wander = np.empty((runs, beats))
    sd = long_sd / math.sqrt(2.0)
    for r in range(runs):
        level = 0.0
        total = 0.0
        quick = sd * np.random.randn()
        slow = sd * np.random.randn()
        for i in range(beats):
            offset = level + motor_sd * np.random.randn()
            offsets[r, i] = offset
            wander[r, i] = total
            level += clock_sd * np.random.randn() + quick + slow - alpha * offset
            total += quick + slow - alpha * total
            quick = _RATE_1 * quick + math.sqrt(1.0 - _RATE_1**2) * sd * np.random.randn()
            slow = _RATE_2 * slow + math.sqrt(1.0 - _RATE_2**2) * sd * np.random.randn()
    return offsets, wander
