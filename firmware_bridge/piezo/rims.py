"""Second zones: a piezo on the rim, a switch under a cymbal's edge, the hand that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from firmware_bridge.piezo.pads import Floats, Pad, PadKind, make_pad
from firmware_bridge.piezo.strikes import Strike
from firmware_bridge.piezo.waves import RATE_HZ

_OPEN, _CLOSED, _THROUGH_RESISTOR = 4_040.0, 40.0, 2_050.0
_BELL = 2


class RimKind(StrEnum):
    """What tells the second zone."""

    PIEZO = "piezo"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Grab:
    """A hand that holds a cymbal's edge."""

    pad: int
    from_us: float
    to_us: float


@dataclass(frozen=True, slots=True)
class Rim:
    """A pad's second zone.

    Attributes
    ----------
    kind
        A piezo of its own, or a switch to ground.
    pad
        How the rim rings: what a strike on it gives to its own piezo.
    from_head, to_head
        What of a strike on the head is heard by the rim's piezo, and the other way round.
    """

    kind: RimKind
    pad: Pad
    from_head: float
    to_head: float

    def contact(
        self,
        strikes: Sequence[Strike],
        grabs: Sequence[Grab],
        n: int,
        rng: np.random.Generator,
    ) -> Floats:
        """Volts at a switch's input: shape [n], in steps of 12 bits."""
        out = np.full(n, _OPEN)
        for strike in strikes:
            at = strike.onset_us + rng.uniform(200.0, 900.0)
            closed = _THROUGH_RESISTOR if strike.zone == _BELL else _CLOSED
            # It bounces open once on the way.
            bounce = at + rng.uniform(300.0, 900.0)
            _hold(out, at, bounce, closed)
            _hold(out, bounce + 150.0, at + rng.uniform(6e3, 25e3), closed)
        for grab in grabs:
            _hold(out, grab.from_us, grab.to_us, _CLOSED)
        return out


def _hold(out: Floats, from_us: float, to_us: float, volts: float) -> None:
    first, last = (int(max(t, 0.0) * RATE_HZ / 1e6) for t in (from_us, to_us))
    out[first:last] = volts


def make_rim(kind: RimKind | str, seed: int) -> Rim:
    """A rim; another seed, another rim."""
    rng = np.random.default_rng([seed, 3])
    kind = RimKind(kind)
    ring = PadKind.RUBBER if kind is RimKind.PIEZO else PadKind.CYMBAL
    return Rim(
        kind=kind,
        pad=make_pad(ring, seed + 7_000),
        from_head=float(rng.uniform(0.1, 0.25)),
        # The edge of a cymbal is heard by the one piezo that it has.
        to_head=float(rng.uniform(0.25, 0.5)) if kind is RimKind.PIEZO else 1.0,
    )
