"""How likely a hit is, where and how loud: what the kernels of the beam reckon with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_places import inlined


@inlined
def huber_cost(z: float, k: float) -> float:
    """½z² with exponential tails beyond k (Huber 1964): the log-cost of a residual."""
    z = abs(z)
    return 0.5 * z * z if z < k else k * z - 0.5 * k * k


@inlined
def loud_log(velocity: float, row: np.void, cap: float) -> float:
    """Log-density of a velocity, a normal that is never less likely than exp(−cap)."""
    z2 = (velocity - row["mean"]) ** 2 / row["var"]
    return float(row["log_peak"] - min(0.5 * z2, cap))


@inlined
def note_loud_log(velocity: float, note: np.void, loudness: NDArray[np.void], p: np.void) -> float:
    """Log-density of a note's velocity: by its place in the beat where the player accents so."""
    row = loudness[note["loudness"]]
    if row["within"] < p["place_share"] * row["var"]:
        placed = loudness[note["placed"]]
        if placed["count"] >= p["place_count"]:
            return loud_log(velocity, placed, p["place_cap"])
    return loud_log(velocity, row, p["velocity_cap"])


@inlined
def stray_loud_log(velocity: float, row: np.void) -> float:
    """Log-density of a stray's velocity: mostly as loud as strays have been, else anything."""
    z2 = (velocity - row["mean"]) ** 2 / row["var"]
    return math.log(0.2 / 127 + 0.8 * math.exp(row["log_peak"] - 0.5 * z2))


@inlined
def innovation_var(s: np.void, tie: float) -> float:
    """Variance of a hit about its prediction, `tie` of the last hit's noise being in it.

    Coloured noise by differencing the measurements (Bryson & Henrikson 1968): what is measured
    is (1 − tie) o and white noise of variance (1 − tie²) `noise_var`.
    """
    return float((1 - tie) ** 2 * s["offset_var"] + (1 - tie * tie) * s["noise_var"])


@inlined
def expected_ms(h: np.void) -> float:
    """How far off its note the next hit is expected, if it is one."""
    return float(h["offset_ms"] + h["tie"] * (h["last_ms"] - h["offset_ms"]))
