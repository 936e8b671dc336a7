"""A hi-hat's controller: how the foot moves it, and what it reads.

A potentiometer is a straight line with a little play at both ends; an FSR is next to nothing until
it is pressed, and then falls as one over the force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from firmware_bridge.piezo.pads import Floats


class PedalKind(StrEnum):
    """What senses the pedal."""

    POT = "pot"
    FSR = "fsr"


@dataclass(frozen=True, slots=True)
class Step:
    """The foot goes to a place: 0 open, 1 closed; it arrives `takes_us` later."""

    at_us: float
    place: float
    takes_us: float


OPEN_READING, CLOSED_READING = 3_400.0, 700.0


def stomp(at_us: float, takes_us: float = 25_000.0) -> list[Step]:
    """Close and stay closed; the cymbals meet `takes_us` after `at_us`."""
    return [Step(at_us, 1.0, takes_us)]


def splash(at_us: float, takes_us: float = 25_000.0, closed_us: float = 30_000.0) -> list[Step]:
    """Close and let go at once."""
    return [Step(at_us, 1.0, takes_us), Step(at_us + takes_us + closed_us, 0.0, 40_000.0)]


def places(steps: Sequence[Step], times_us: Floats) -> Floats:
    """Where the pedal is: shape of `times_us`, 0 open to 1 closed."""
    at, place = [0.0], [0.0]
    for step in sorted(steps, key=lambda s: s.at_us):
        at += [step.at_us, step.at_us + step.takes_us]
        place += [place[-1], step.place]
    return np.interp(times_us, at, place)


def readings(
    kind: PedalKind | str, place: Floats, rng: np.random.Generator, noise: float = 4.0
) -> Floats:
    """What the converter reads of it, before rounding."""
    if PedalKind(kind) is PedalKind.POT:
        part = np.clip((place - 0.03) / 0.94, 0.0, 1.0)
    else:
        force = np.clip(place, 0.0, 1.0) ** 2 * 12.0
        part = force / (1.0 + force) * (13.0 / 12.0)
    volts = OPEN_READING + (CLOSED_READING - OPEN_READING) * part
    out: Floats = np.clip(volts + rng.normal(0.0, noise, len(place)), 0.0, 4095.0)
    return out
