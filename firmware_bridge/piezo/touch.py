"""From strikes to forces on a pad, and to what its sensor gives behind its circuit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firmware_bridge.piezo.pads import Floats, Pad, PadKind
from firmware_bridge.piezo.strikes import FULL_VELOCITY, Strike, amplitude_of
from firmware_bridge.piezo.waves import RATE_HZ, Touches, ring, through_circuit

# Where a pad is struck when it is set up.
_USUAL_POSITION = 0.3
_HIGH_PASS_HZ = 25.0
_LOW_PASS_HZ = 2_500.0
_USUAL_S = 0.08


def touches_of(pad: Pad, strikes: Sequence[Strike], rng: np.random.Generator | None) -> Touches:
    """The forces of these strikes on one pad; without chance, the mean strike's."""
    count, modes = len(strikes), len(pad.mode_hz)
    amplitude = np.array([amplitude_of(s.velocity) for s in strikes])
    position = np.array([s.position for s in strikes])
    # Velocity 64 is the strength at which `contact_us` was said.
    length_us = pad.contact_us * (amplitude / amplitude_of(64.0)) ** -pad.hardening
    onset_us = np.array([s.onset_us for s in strikes]) + pad.travel_us * position
    edge = 1.0 + (pad.mode_edge - 1.0) * np.clip(position, 0.0, 1.0).reshape(count, 1)
    met = np.ones((count, modes))
    if rng is not None:
        met += pad.unsteady * rng.standard_normal((count, modes))
    # Under the sensor the stick is heard most directly; a beater has only one place.
    under = np.zeros(count) if pad.kind is PadKind.KICK else 0.6 * position
    return Touches(
        start=onset_us * (RATE_HZ / 1e6),
        length=length_us * (RATE_HZ / 1e6),
        # The same impulse, whether the touch is short or long.
        force=amplitude / (length_us / pad.contact_us),
        weight=(pad.mode_weight * edge * met).reshape(count, modes),
        direct=pad.direct * (1.0 - under),
    )


def usual_touch(pad: Pad) -> Touches:
    """The hardest strike at the usual place, after a millisecond."""
    return touches_of(pad, [Strike(1_000.0, 0, FULL_VELOCITY, _USUAL_POSITION)], None)


def usual_peak(pad: Pad) -> float:
    """The peak that the hardest strike at the usual place gives."""
    signal = ring(pad, usual_touch(pad), int(_USUAL_S * RATE_HZ))
    return float(np.max(np.abs(through_circuit(signal, _HIGH_PASS_HZ, _LOW_PASS_HZ))))


def heard_of(pad: Pad, touches: Touches, n: int) -> Floats:
    """What the sensor gives, as a part of the hardest strike's peak: shape [n]."""
    signal = ring(pad, touches, n)
    heard: Floats = through_circuit(signal, _HIGH_PASS_HZ, _LOW_PASS_HZ) / usual_peak(pad)
    return heard
