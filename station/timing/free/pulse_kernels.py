"""Kernels of the pulse tracker: a filter over (tempo, phase), and the path back through it.

The state is a grid: rows are tempi, relative to a guide that may itself move with time, and
columns are phases of one pulse. Between two onsets the phase advances by what the tempo says
and both diffuse; at an onset the grid is multiplied by how well each phase explains it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.kernel import kernel

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

# Grids kept on the way forward: every so-manieth. The others are computed again on the way back.
_BLOCK = 64
# A pause longer than this makes the phase uncertain, at this rate (1/s).
_PAUSE_S = 1.5
_FORGETTING = 0.5
# How far around each state the path back looks, in rows and in half steps of the phase.
_ROWS, _STEPS, _STEP_SD = 2, 4, 0.75


@kernel
def _new_start(wait_s: float, restart: float) -> float:
    """The chance that the player came in anew, with another phase."""
    return min(1.0, restart + 1.0 - math.exp(-max(0.0, wait_s - _PAUSE_S) * _FORGETTING))


@kernel
def _advance(
    before: Floats32,
    wait_s: float,
    guide_hz: float,
    guide_now_hz: float,
    ratio: Floats,
    likelihood: Floats32,
    table: Floats,
    tempo_diffusion: float,
    phase_diffusion: float,
    restart: float,
    after: Floats32,
    spread: Floats32,
) -> float:
    """One onset further; `after` gets the grid there, and its log evidence is returned."""
    rows, phases = before.shape
    diffuse = np.float32(min(0.45, 0.5 * tempo_diffusion * wait_s))
    for k in range(rows):
        slower = max(k - 1, 0)
        faster = min(k + 1, rows - 1)
        for m in range(phases):
            a = before[k, m]
            spread[k, m] = a + diffuse * (before[slower, m] + before[faster, m] - 2 * a)
    anew = _new_start(wait_s, restart)
    keep, floor = np.float32(1 - anew), np.float32(anew / (rows * phases))
    variance = min(0.6, phase_diffusion * wait_s * phases * phases)
    total = 0.0
    for k in range(rows):
        shift = guide_hz * ratio[k] * wait_s
        shift = (shift - math.floor(shift)) * phases
        whole = int(shift)
        part = shift - whole
        # Linear interpolation spreads by part·(1 − part) of its own.
        side = 0.5 * max(0.0, variance - part * (1 - part))
        c0 = np.float32(side * (1 - part))
        c1 = np.float32((1 - 2 * side) * (1 - part) + side * part)
        c2 = np.float32((1 - 2 * side) * part + side * (1 - part))
        c3 = np.float32(side * part)
        place = (math.log(guide_now_hz * ratio[k]) - table[0]) / table[1] + 0.5
        f = min(max(int(place), 0), likelihood.shape[0] - 1)
        j0 = (1 - whole) % phases
        for m in range(phases):
            j1 = j0 - 1 if j0 > 0 else phases - 1
            j2 = j1 - 1 if j1 > 0 else phases - 1
            j3 = j2 - 1 if j2 > 0 else phases - 1
            x = c0 * spread[k, j0] + c1 * spread[k, j1] + c2 * spread[k, j2] + c3 * spread[k, j3]
            x = (keep * x + floor) * likelihood[f, m]
            after[k, m] = x
            total += x
            j0 = j0 + 1 if j0 < phases - 1 else 0
    scale = np.float32(1 / total)
    for k in range(rows):
        for m in range(phases):
            after[k, m] *= scale
    return math.log(total)


@kernel
def _largest(grid: Floats32) -> tuple[int, int]:
    row, column = 0, 0
    for k in range(grid.shape[0]):
        for m in range(grid.shape[1]):
            if grid[k, m] > grid[row, column]:
                row, column = k, m
    return row, column


@kernel
def _step_back(
    grid: Floats32,
    row: int,
    phase: float,
    wait_s: float,
    guide_hz: float,
    ratio: Floats,
    tempo_diffusion: float,
    phase_diffusion: float,
    restart: float,
) -> tuple[int, float]:
    """The likeliest row and phase (unwrapped) one onset earlier."""
    rows, phases = grid.shape
    best, best_row, best_phase = -1e300, row, phase
    step = _STEP_SD * math.sqrt(phase_diffusion * wait_s + (0.3 / phases) ** 2)
    hop = math.log(min(0.45, 0.5 * tempo_diffusion * wait_s) + 1e-12)
    for k in range(max(0, row - _ROWS), min(rows, row + _ROWS + 1)):
        for o in range(-_STEPS, _STEPS + 1):
            x = phase - wait_s * guide_hz * ratio[k] + o * step
            y = (x - math.floor(x)) * phases
            j = int(y)
            part = y - j
            j = j % phases
            a = grid[k, j] * (1 - part) + grid[k, (j + 1) % phases] * part
            score = math.log(a + 1e-30) + hop * abs(k - row) - 0.5 * (o * _STEP_SD) ** 2
            if score > best:
                best, best_row, best_phase = score, k, x
    top, column = _largest(grid)
    anew = _new_start(wait_s, restart) / (rows * phases)
    if math.log(grid[top, column]) + math.log(anew) > best:
        x = phase - wait_s * guide_hz * ratio[top]
        fresh = column / phases
        return top, fresh + math.floor(x - fresh + 0.5)
    return best_row, best_phase


@kernel
def track(
    t_s: Floats,
    weight_step: Ints,
    guide_hz: Floats,
    ratio: Floats,
    likelihood: Floats32,
    table: Floats,
    tempo_diffusion: float,
    phase_diffusion: float,
    restart: float,
) -> tuple[Floats, Floats, Floats]:
    """Follow the pulse through all onsets.

    Parameters
    ----------
    t_s, weight_step, guide_hz
        Of each onset: time, place among the weights, the tempo that the rows are relative to;
        shape (onsets,).
    ratio
        The rows' tempi over the guide's, shape (rows,).
    likelihood
        Of an onset by weight, log tempo and phase, relative to an even spread; shape
        (weights, tempi, phases).
    table
        The log tempo (of Hz) of the first entry of `likelihood`, and the step, shape (2,).
    tempo_diffusion, phase_diffusion
        Chance of a row's hop, and variance of the phase in pulses², each for a second.
    restart
        Chance at each onset that the player came in anew.

    Returns
    -------
    phase, hz, evidence
        Of each onset: where it lies in pulses (unwrapped), the tempo in pulses a second, and
        the log of its probability given all before, relative to an even spread.
    """
    n, rows, phases = len(t_s), len(ratio), likelihood.shape[2]
    blocks = (n + _BLOCK - 1) // _BLOCK
    kept = np.empty((blocks, rows, phases), np.float32)
    now = np.full((rows, phases), np.float32(1.0 / (rows * phases)), np.float32)
    then = np.empty((rows, phases), np.float32)
    spread = np.empty((rows, phases), np.float32)
    evidence = np.empty(n)
    for i in range(n):
        h = max(i - 1, 0)
        evidence[i] = _advance(
            now, t_s[i] - t_s[h], 0.5 * (guide_hz[h] + guide_hz[i]), guide_hz[i], ratio,
            likelihood[weight_step[i]], table, tempo_diffusion, phase_diffusion, restart,
            then, spread,
        )  # fmt: skip
        now, then = then, now
        if i % _BLOCK == 0:
            kept[i // _BLOCK] = now
    phase, hz = np.empty(n), np.empty(n)
    row, column = _largest(now)
    x = column / phases
    phase[n - 1] = x
    hz[n - 1] = guide_hz[n - 1] * ratio[row]
    block = np.empty((_BLOCK, rows, phases), np.float32)
    for b in range(blocks - 1, -1, -1):
        low, high = b * _BLOCK, min(n, (b + 1) * _BLOCK)
        block[0] = kept[b]
        for i in range(low + 1, high):
            _advance(
                block[i - 1 - low], t_s[i] - t_s[i - 1], 0.5 * (guide_hz[i - 1] + guide_hz[i]),
                guide_hz[i], ratio, likelihood[weight_step[i]], table, tempo_diffusion,
                phase_diffusion, restart, block[i - low], spread,
            )  # fmt: skip
        for i in range(min(high, n - 1) - 1, low - 1, -1):
            row, x = _step_back(
                block[i - low], row, x, t_s[i + 1] - t_s[i],
                0.5 * (guide_hz[i] + guide_hz[i + 1]), ratio, tempo_diffusion, phase_diffusion,
                restart,
            )  # fmt: skip
            phase[i] = x
            hz[i] = guide_hz[i] * ratio[row]
    return phase, hz, evidence
