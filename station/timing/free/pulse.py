"""The pulse of a take: a phase and a tempo at every onset, whatever level it will be counted at.

First the whole range of a little more than an octave is searched. Where the playing changes to
triplets or to double time, the level found may change with it; so the first course is brought
to one level, and the pulse is tracked again in a corridor around it.

A bar-pointer model (Whiteley, Cemgil & Godsill, ISMIR 2006) without bars, moved from onset to
onset instead of from frame to frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from station.timing.free import pulse_kernels
from station.timing.free.onsets import WEIGHTS, Floats, Onsets
from station.timing.kernel import kernel

# Pulses a second that are searched: 75 to 192 a minute.
_SLOWEST_HZ, _FASTEST_HZ = 1.25, 3.2
_ROW_STEP = 0.012
_CORRIDOR = 0.16
_PHASES = 72
# Where in a pulse onsets fall, and how often; what is left falls anywhere.
_PLACES = np.array([0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3])
_SHARES = np.array([0.40, 0.24, 0.09, 0.09, 0.05, 0.05])
# Spread of hits around their place in played takes (facts of the Groove recordings).
_ONSET_SD_S = 0.018
_TEMPO_DIFFUSION, _PHASE_DIFFUSION, _RESTART = 0.25, 0.00012, 1e-5
_TABLE = np.array([math.log(0.3), 0.03])
_TABLE_TEMPI = 130
# The tempo of pieces that share a pulse at different levels.
_RELATED = np.log([1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2])
_SMOOTHING_S = 4.0
# In log tempo: more is a jump; and how near to a related level a jump to it leads.
_JUMP, _RELATED_WITHIN = 0.05, 0.055
_PIECE_S, _NEAR_JUMP = 3.0, 9


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """A pulse through a take.

    Attributes
    ----------
    phase
        Where each onset lies, in pulses, shape (onsets,). Whole numbers are pulses.
    hz
        Pulses a second at each onset, shape (onsets,).
    evidence
        Log of each onset's probability given all before it, relative to onsets that fall
        anywhere, shape (onsets,). Its sum is the evidence that there is a pulse at all.
    """

    phase: Floats
    hz: Floats
    evidence: Floats


def find_pulse(onsets: Onsets) -> Pulse:
    """Search the whole range, then follow what was found at one level."""
    rows = np.exp(np.arange(0.0, math.log(_FASTEST_HZ / _SLOWEST_HZ), _ROW_STEP))
    first = _track(onsets, np.full(len(onsets), _SLOWEST_HZ), rows)
    return follow(onsets, _at_one_level(onsets.t_s, first.hz))


def follow(onsets: Onsets, guide_hz: Floats) -> Pulse:
    """Track a pulse in a corridor around a tempo, shape (onsets,), in pulses a second."""
    return _track(onsets, guide_hz, np.exp(np.arange(-_CORRIDOR, _CORRIDOR + 1e-4, _ROW_STEP)))


def steady(hz: Floats) -> Floats:
    """The tempo at onsets without the tracker's steps from row to row, shape (onsets,)."""
    width = min(33, 2 * (len(hz) // 2) - 1)
    padded = np.pad(np.log(hz), width // 2, mode="edge")
    result: Floats = np.exp(np.convolve(padded, np.full(width, 1.0 / width), "valid"))
    return result


def log_likelihood(phase: Floats, hz: Floats) -> Floats:
    """How well a place in a pulse explains an onset, relative to an even spread; elementwise."""
    sd = np.hypot(_ONSET_SD_S * hz, 0.5 / _PHASES)
    density = np.full(np.broadcast(phase, hz).shape, 1.0 - _SHARES.sum())
    for place, share in zip(_PLACES, _SHARES, strict=True):
        away = (phase - place + 0.5) % 1.0 - 0.5
        around = sum(np.exp(-0.5 * ((away + turn) / sd) ** 2) for turn in (-1, 0, 1))
        density = density + share * around / (sd * math.sqrt(2 * math.pi))
    result: Floats = np.log(density)
    return result


@lru_cache(maxsize=1)
def _likelihood() -> NDArray[np.float32]:
    phase = np.arange(_PHASES) / _PHASES
    hz = np.exp(_TABLE[0] + _TABLE[1] * np.arange(_TABLE_TEMPI))
    log = log_likelihood(phase[None, :], hz[:, None])
    return np.exp(WEIGHTS[:, None, None] * log).astype(np.float32)


def _track(onsets: Onsets, guide_hz: Floats, ratio: Floats) -> Pulse:
    return Pulse(
        *pulse_kernels.track(
            onsets.t_s,
            onsets.weight_step,
            guide_hz,
            ratio,
            _likelihood(),
            _TABLE,
            _TEMPO_DIFFUSION,
            _PHASE_DIFFUSION,
            _RESTART,
        )
    )


def _at_one_level(t_s: Floats, hz: Floats) -> Floats:
    """A smooth course of the tempo, with changes to related levels taken out.

    Within a piece the tracker moves step by step; where it jumps, it found a new start. A jump
    from one long piece to the next that is a change to a related level is taken back; any other
    is the player's. Short pieces lie between levels and say nothing.
    """
    log = np.log(hz)
    edges = np.concatenate(([0], np.flatnonzero(np.abs(np.diff(log)) > _JUMP) + 1, [len(log)]))
    lasts_s = t_s[edges[1:] - 1] - t_s[edges[:-1]]
    long = np.flatnonzero(lasts_s >= min(_PIECE_S, lasts_s.max()))
    levels = np.zeros(len(long))
    for i in range(1, len(long)):
        before = log[edges[long[i - 1]] : edges[long[i - 1] + 1]][-_NEAR_JUMP:]
        after = log[edges[long[i]] : edges[long[i] + 1]][:_NEAR_JUMP]
        change = float(np.median(after) - np.median(before))
        related = float(_RELATED[np.abs(_RELATED - change).argmin()])
        levels[i] = levels[i - 1] + (related if abs(related - change) < _RELATED_WITHIN else 0.0)
    # The level that is longest in force is the one that all are brought to.
    found, of_piece = np.unique(levels.round(6), return_inverse=True)
    levels -= found[np.bincount(of_piece, lasts_s[long]).argmax()]
    inside = np.concatenate([np.arange(edges[p], edges[p + 1]) for p in long])
    taken_back = np.repeat(levels, np.diff(edges)[long])
    course = np.interp(t_s, t_s[inside], log[inside] - taken_back)
    result: Floats = np.exp(smooth(t_s, course, _SMOOTHING_S))
    return result


@kernel
def smooth(t_s: Floats, x: Floats, tau_s: float) -> Floats:
    """Exponential smoothing forward and back over uneven times, shape (n,)."""
    y = np.empty_like(x)
    level = x[0]
    for i in range(len(x)):
        gain = 1.0 if i == 0 else 1.0 - math.exp(-(t_s[i] - t_s[i - 1]) / tau_s)
        level += gain * (x[i] - level)
        y[i] = level
    for i in range(len(x) - 2, -1, -1):
        gain = 1.0 - math.exp(-(t_s[i + 1] - t_s[i]) / tau_s)
        level += gain * (y[i] - level)
        y[i] = level
    return y
