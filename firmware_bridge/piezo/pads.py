"""Pads: what they are made of, drawn from a seed within what is built and sold.

Figures are of the order that players measure with a scope on such pads: a mesh head rings for
tens of milliseconds in few low modes; rubber on a plate is short and high; a cymbal is many
modes, long, and slow to build up; a kick is one low thump.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class PadKind(StrEnum):
    """What is struck."""

    MESH = "mesh"
    RUBBER = "rubber"
    CYMBAL = "cymbal"
    KICK = "kick"


@dataclass(frozen=True, slots=True)
class Pad:
    """One pad.

    Attributes
    ----------
    kind
        What is struck.
    contact_us
        How long stick (or beater) and pad touch at velocity 64.
    hardening
        Exponent by which the touch gets shorter with a faster stick (Hertz: up to 0.2).
    mode_hz, mode_ring_ms, mode_weight
        Shape [modes]: what rings, how long until it has fallen by 30 dB, how strongly the
        sensor hears it from a strike in the centre.
    mode_edge
        Shape [modes]: the weight from a strike at the edge, as a part of that in the centre.
    direct
        How much of the force itself reaches the sensor.
    travel_us
        How long the wave needs from the edge to the sensor.
    sensitivity
        Peak of the hardest strike as a part of the converter's half range; above 1 a hot piezo.
    unsteady
        Standard deviation of a mode's weight from strike to strike, as a part of it.
    """

    kind: PadKind
    contact_us: float
    hardening: float
    mode_hz: Floats
    mode_ring_ms: Floats
    mode_weight: Floats
    mode_edge: Floats
    direct: float
    travel_us: float
    sensitivity: float
    unsteady: float = 0.04


@dataclass(frozen=True, slots=True)
class _Recipe:
    contact_us: tuple[float, float]
    hardening: float
    lowest_hz: tuple[float, float]
    ratios: tuple[float, ...]
    ring_ms: tuple[float, float]
    weights: tuple[float, ...]
    edges: tuple[float, ...]
    direct: tuple[float, float]
    travel_us: float
    # How much sooner higher modes die.
    damping: float


# Ratios of an ideal membrane (0,1) (1,1) twice, split by uneven tension, (2,1) (0,2) (0,3); the
# sensor in the centre hears the round ones best.
_RECIPES = {
    PadKind.MESH: _Recipe(
        (1900.0, 2700.0), 0.04, (170.0, 280.0), (1.0, 1.56, 1.65, 2.14, 2.30, 3.60), (20.0, 80.0),
        (1.0, 0.30, 0.25, 0.15, 0.35, 0.2), (0.62, 1.7, 1.7, 1.5, 0.8, 1.3), (0.15, 0.35),
        350.0, 0.7,
    ),
    PadKind.RUBBER: _Recipe(
        (900.0, 1400.0), 0.07, (330.0, 520.0), (1.0, 1.7, 2.6, 3.4), (9.0, 24.0),
        (1.0, 0.5, 0.35, 0.2), (0.75, 1.1, 1.2, 1.0), (0.3, 0.6), 60.0, 0.5,
    ),
    PadKind.CYMBAL: _Recipe(
        (700.0, 1100.0), 0.07, (150.0, 230.0), (1.0, 1.9, 2.9, 4.1, 5.3, 6.8), (50.0, 120.0),
        (0.8, 0.9, 0.9, 0.7, 0.5, 0.4), (1.2, 1.1, 0.9, 0.9, 0.8, 0.8), (0.25, 0.5), 120.0, 0.8,
    ),
    PadKind.KICK: _Recipe(
        (3500.0, 5000.0), 0.04, (65.0, 100.0), (1.0, 1.9, 3.1, 4.6), (35.0, 90.0),
        (1.0, 0.5, 0.3, 0.15), (0.9, 1.1, 1.0, 1.0), (0.3, 0.5), 40.0, 0.6,
    ),
}  # fmt: skip


def make_pad(kind: PadKind | str, seed: int, *, sensitivity: float | None = None) -> Pad:
    """A pad of this kind; another seed, another pad.

    Parameters
    ----------
    kind
        What is struck.
    seed
        Draws touch, modes, ring and sensitivity within what the kind allows.
    sensitivity
        Instead of a drawn one: 4 is a hot piezo, 0.05 a dead one.
    """
    kind = PadKind(kind)
    recipe = _RECIPES[kind]
    rng = np.random.default_rng([seed, list(PadKind).index(kind)])
    lowest_hz = rng.uniform(*recipe.lowest_hz)
    ratios = np.array(recipe.ratios) * rng.normal(1.0, 0.02, len(recipe.ratios))
    ring_ms = np.exp(rng.uniform(*np.log(recipe.ring_ms)))
    drawn = rng.uniform(0.6, 0.98)
    return Pad(
        kind=kind,
        contact_us=rng.uniform(*recipe.contact_us),
        hardening=recipe.hardening,
        mode_hz=lowest_hz * ratios,
        mode_ring_ms=ring_ms * ratios**-recipe.damping * rng.uniform(0.8, 1.2, len(ratios)),
        mode_weight=np.array(recipe.weights) * rng.uniform(0.75, 1.25, len(ratios)),
        mode_edge=np.array(recipe.edges),
        direct=rng.uniform(*recipe.direct),
        travel_us=recipe.travel_us * rng.uniform(0.7, 1.3),
        sensitivity=drawn if sensitivity is None else sensitivity,
    )
