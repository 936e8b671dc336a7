"""What a sensor gives when its pad is struck: the force, the modes that ring, the circuit.

A mode is a damped resonator, driven by the force of the touch: `x'' + 2 d x' + w² x = f`,
stepped exactly for a force that stays the same over a step. Its velocity is what the piezo
hears, since strain of a thin disc on a moving plate follows the bending wave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from firmware_bridge.piezo.pads import Floats, Pad

# Four times the usual rate of a converter; the highest mode is below 2 kHz.
RATE_HZ = 32_000
_RACK_Q = 3.0
# Amplitude falls by 30 dB in so many of its time constants.
_NEPERS_OF_30_DB = 30.0 / 20.0 * np.log(10.0)


@dataclass(frozen=True, slots=True)
class Touches:
    """Forces on one pad, in order of time.

    Attributes
    ----------
    start, length
        Shape [touches]: in samples, with fractions.
    force
        Shape [touches]: the highest force.
    weight
        Shape [touches, modes].
    direct
        Shape [touches].
    """

    start: Floats
    length: Floats
    force: Floats
    weight: Floats
    direct: Floats


def _ring(
    n: int,
    start: Floats,
    length: Floats,
    force: Floats,
    weight: Floats,
    direct: Floats,
    step: Floats,
) -> Floats:
    modes = step.shape[0]
    heard = np.zeros(n)
    place = np.zeros(modes)
    speed = np.zeros(modes)
    drive = np.zeros(modes)
    first = 0
    for i in range(n):
        drive[:] = 0.0
        through = 0.0
        while first < len(start) and start[first] + length[first] < i:
            first += 1
        k = first
        while k < len(start) and start[k] < i:
            phase = (i - start[k]) / length[k]
            if phase < 1.0:
                f = force[k] * np.sin(np.pi * phase) ** 1.5
                through += f * direct[k]
                for m in range(modes):
                    drive[m] += f * weight[k, m]
            k += 1
        total = through
        for m in range(modes):
            # The place is kept as the distance from where the force alone would hold it.
            x = place[m] - drive[m]
            v = speed[m]
            place[m] = step[m, 0] * x + step[m, 1] * v + drive[m]
            speed[m] = step[m, 2] * x + step[m, 3] * v
            total += speed[m]
        heard[i] = total
    return heard


_ring_quickly: Callable[..., Floats] = njit(cache=True)(_ring)


def _press(n: int, start: Floats, length: Floats, force: Floats) -> Floats:
    pressed = np.zeros(n)
    for k in range(len(start)):
        first = max(int(start[k]) + 1, 0)
        for i in range(first, min(int(start[k] + length[k]) + 1, n)):
            phase = (i - start[k]) / length[k]
            pressed[i] += force[k] * np.sin(np.pi * phase) ** 1.5
    return pressed


_press_quickly: Callable[..., Floats] = njit(cache=True)(_press)


def _resonator(hz: Floats, ring_ms: Floats) -> Floats:
    """Shape [modes, 4]: one step of place and speed (in units of w times place)."""
    w = 2.0 * np.pi * hz / RATE_HZ
    d = _NEPERS_OF_30_DB / (ring_ms * 1e-3 * RATE_HZ)
    u = np.sqrt(np.maximum(w * w - d * d, 1e-12))
    fall, c, s = np.exp(-d), np.cos(u), np.sin(u)
    return np.stack(
        [fall * (c + d / u * s), fall * s * w / u, -fall * w / u * s, fall * (c - d / u * s)],
        axis=1,
    )


def ring(pad: Pad, touches: Touches, n: int) -> Floats:
    """What the sensor of this pad gives before any circuit.

    Parameters
    ----------
    pad
        What is struck.
    touches
        The strikes on it.
    n
        How many samples, at `RATE_HZ`.
    """
    step = _resonator(pad.mode_hz, pad.mode_ring_ms)
    return _ring_quickly(
        n, touches.start, touches.length, touches.force, touches.weight, touches.direct, step
    )


def _one_poles(x: Floats, high_pass: float, low_pass: float) -> Floats:
    out = np.empty_like(x)
    slow = 0.0
    low = 0.0
    for i in range(len(x)):
        slow += high_pass * (x[i] - slow)
        low += low_pass * (x[i] - slow - low)
        out[i] = low
    return out


_one_poles_quickly: Callable[..., Floats] = njit(cache=True)(_one_poles)


def through_circuit(signal: Floats, high_pass_hz: float, low_pass_hz: float) -> Floats:
    """A piezo's own high-pass (its capacity into the load) and the RC before the converter."""
    return _one_poles_quickly(
        signal,
        1.0 - np.exp(-2.0 * np.pi * high_pass_hz / RATE_HZ),
        1.0 - np.exp(-2.0 * np.pi * low_pass_hz / RATE_HZ),
    )


def rack(touches: Touches, hz: float, n: int) -> Floats:
    """What a stand makes of the forces on one of its pads: one broad low mode of its own."""
    ring_ms = _NEPERS_OF_30_DB * _RACK_Q / (np.pi * hz) * 1e3
    pressed = _press_quickly(n, touches.start, touches.length, touches.force)
    return _follow_quickly(pressed, _resonator(np.array([hz]), np.array([ring_ms]))[0])


def _follow(pressed: Floats, step: Floats) -> Floats:
    out = np.empty_like(pressed)
    place = 0.0
    speed = 0.0
    for i in range(len(pressed)):
        x = place - pressed[i]
        v = speed
        place = step[0] * x + step[1] * v + pressed[i]
        speed = step[2] * x + step[3] * v
        out[i] = speed
    return out


_follow_quickly: Callable[..., Floats] = njit(cache=True)(_follow)
