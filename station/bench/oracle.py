"""The limit: a labeller that is told where the hand was.

It knows drift, wander, limb offsets, noise and rates, and lacks only the white jitter and
who is missing or extra. What it cannot tell, no matcher can, on times alone.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from station.bench.matching_cases import EXTRA, Case


def oracle_labels(case: Case) -> NDArray[np.int64]:
    """Maximum-likelihood labels that keep the order in each lane.

    For each lane, over all ways to pair hits (in time order) with notes (in written order):
    a pair costs −log(1−p) − log N(t; expected, jitter), a note left out −log p, an extra hit
    −log of the extras' density; the cheapest way by dynamic programming.

    Returns
    -------
    ndarray of int64, shape (hits,)
        The note of each hit, or `EXTRA`.
    """
    labels = np.full(len(case.t_ms), EXTRA, dtype=np.int64)
    c = case.conditions
    sigma, miss = max(c.jitter_ms, 1e-3), min(max(c.miss, 1e-6), 1 - 1e-6)
    pair_cost = math.log(sigma * math.sqrt(2 * math.pi)) - math.log1p(-miss)
    for lane in range(case.part.lanes):
        hits = np.flatnonzero(case.lane == lane)
        notes = np.flatnonzero(case.part.lane == lane)
        if not len(hits) or not len(notes):
            continue
        # The hand's own order: wander may turn two notes of a lane around.
        expected = case.expected_ms[notes]
        paired = _pair(
            case.t_ms[hits],
            expected,
            sigma,
            pair_cost,
            -math.log(miss),
            -math.log(max(case.extras_per_ms[lane], 1e-12)),
        )
        labels[hits] = np.where(paired >= 0, notes[paired], EXTRA)
    return labels


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _pair(
    t: NDArray[np.float64],
    expected: NDArray[np.float64],
    sigma: float,
    pair_cost: float,
    miss_cost: float,
    extra_cost: float,
) -> NDArray[np.int64]:
    """For each hit the place of its note in `expected`, or −1: alignment of two sequences."""
    hits, notes = len(t), len(expected)
    came_by = np.zeros((hits + 1, notes + 1), dtype=np.uint8)  # 0 pair, 1 extra, 2 missed
    row = np.arange(notes + 1) * miss_cost
    came_by[0, :] = 2
    for i in range(1, hits + 1):
        diagonal = row[0]
        row[0] += extra_cost
        came_by[i, 0] = 1
        for j in range(1, notes + 1):
            z = (t[i - 1] - expected[j - 1]) / sigma
            pair = diagonal + pair_cost + 0.5 * z * z
            extra = row[j] + extra_cost
            missed = row[j - 1] + miss_cost
            diagonal = row[j]
            if pair <= extra and pair <= missed:
                row[j] = pair
            elif extra <= missed:
                row[j] = extra
                came_by[i, j] = 1
            else:
                row[j] = missed
                came_by[i, j] = 2
    paired = np.full(hits, -1, dtype=np.int64)
    i, j = hits, notes
    while i > 0 and j > 0:
        step = came_by[i, j]
        if step == 0:
            i, j = i - 1, j - 1
            paired[i] = j
        elif step == 1:
            i -= 1
        else:
            j -= 1
    return paired
