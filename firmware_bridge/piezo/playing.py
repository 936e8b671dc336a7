"""What is played: strikes for a rig, drawn from a seed.

Velocities are drawn evenly over the range; where somebody strikes wanders about the pad's centre
as a hand does. Everything keeps clear of the board's first second, in which it listens how quiet
the quiet is.
"""

from __future__ import annotations

import numpy as np

from firmware_bridge.piezo.strikes import Strike

Rng = np.random.Generator

FIRST_US = 600_000.0
LOWEST, HIGHEST = 5.0, 127.0
_HAND_SPREAD = 0.25


def position(rng: Rng) -> float:
    """Where somebody strikes who aims at the centre: two of three within a third of the way."""
    return float(min(np.hypot(*rng.normal(0.0, _HAND_SPREAD, 2)), 1.0))


def singles(rng: Rng, count: int, pad: int = 0, gap_us: float = 220_000.0) -> list[Strike]:
    """Strikes of any velocity that leave each other alone."""
    at = FIRST_US
    strikes = []
    for _ in range(count):
        strikes.append(Strike(at, pad, rng.uniform(LOWEST, HIGHEST), position(rng)))
        at += gap_us * rng.uniform(0.8, 1.3)
    return strikes


def roll(
    rng: Rng,
    count: int,
    per_second: float,
    pad: int = 0,
    *,
    loud: tuple[float, float] = (30.0, 120.0),
    uneven: float = 6.0,
    start_us: float = FIRST_US,
) -> list[Strike]:
    """A roll on one pad that swells and fades.

    Parameters
    ----------
    count, per_second
        How many strikes, and how fast.
    loud
        Between which velocities it swells and fades, in half a second or more each way.
    uneven
        Standard deviation of a strike's velocity about that; the gap's is 4 %.
    """
    low, high = sorted(rng.uniform(*loud, 2))
    period = rng.uniform(1.0, 2.5)
    phase = rng.uniform(0.0, 2.0 * np.pi)
    at = start_us
    place = position(rng)
    strikes = []
    for _ in range(count):
        swell = 0.5 + 0.5 * np.sin(2.0 * np.pi * at / 1e6 / period + phase)
        velocity = low + (high - low) * swell + rng.normal(0.0, uneven)
        spot = float(np.clip(place + rng.normal(0.0, 0.05), 0.0, 1.0))
        strikes.append(Strike(at, pad, float(np.clip(velocity, LOWEST, HIGHEST)), spot))
        at += 1e6 / per_second * float(np.clip(rng.normal(1.0, 0.04), 0.88, 1.12))
    return strikes


def doubles(rng: Rng, count: int, per_second: float, pad: int = 0) -> list[Strike]:
    """A double-stroke roll: every second strike is a rebound, weaker by 3 to 18 of velocity."""
    strikes = roll(rng, count, per_second, pad, uneven=3.0)
    return [
        Strike(
            s.onset_us,
            s.pad,
            max(LOWEST, s.velocity - (rng.uniform(3.0, 18.0) if n % 2 else 0.0)),
            s.position,
        )
        for n, s in enumerate(strikes)
    ]


def accents(rng: Rng, count: int, per_second: float, pad: int = 0) -> list[Strike]:
    """Single strokes of one hand, every third or fourth accented by 25 to 45."""
    strikes = roll(rng, count, per_second, pad, loud=(35.0, 75.0), uneven=4.0)
    every = int(rng.integers(3, 5))
    return [
        Strike(
            s.onset_us,
            s.pad,
            min(HIGHEST, s.velocity + (rng.uniform(25.0, 45.0) if n % every == 0 else 0.0)),
            s.position,
        )
        for n, s in enumerate(strikes)
    ]


def buzz(rng: Rng, count: int, pad: int = 0) -> list[Strike]:
    """Pressed strokes: each a strike that counts and its dying bounces that do not."""
    at = FIRST_US
    strikes = []
    for _ in range(count):
        velocity = rng.uniform(50.0, 100.0)
        place = position(rng)
        strikes.append(Strike(at, pad, velocity, place))
        bounce, gap = at, rng.uniform(32_000.0, 42_000.0)
        for _ in range(int(rng.integers(2, 6))):
            bounce += gap
            gap *= 0.86
            velocity -= rng.uniform(8.0, 16.0)
            if velocity < LOWEST:
                break
            strikes.append(Strike(bounce, pad, velocity, place, counts=False))
        at += rng.uniform(300_000.0, 420_000.0)
    return strikes


def flams(rng: Rng, count: int, pads: tuple[int, int], gap_us: tuple[float, float]) -> list[Strike]:
    """A soft grace note on one pad, and the main note on another."""
    at = FIRST_US
    strikes = []
    for _ in range(count):
        first, second = rng.permutation(pads)
        main = rng.uniform(60.0, HIGHEST)
        grace = rng.uniform(25.0, max(26.0, main - 20.0))
        strikes.append(Strike(at, int(first), grace, position(rng)))
        strikes.append(Strike(at + rng.uniform(*gap_us), int(second), main, position(rng)))
        at += rng.uniform(260_000.0, 360_000.0)
    return strikes


def unisons(rng: Rng, count: int, pads: int, within_us: float = 3_000.0) -> list[Strike]:
    """Two pads struck together, as well as two hands can."""
    at = FIRST_US
    strikes = []
    for _ in range(count):
        first, second = rng.permutation(pads)[:2]
        strikes.append(Strike(at, int(first), rng.uniform(30.0, HIGHEST), position(rng)))
        later = at + rng.uniform(0.0, within_us)
        strikes.append(Strike(later, int(second), rng.uniform(30.0, HIGHEST), position(rng)))
        at += rng.uniform(260_000.0, 360_000.0)
    return strikes


def spread(rng: Rng, count: int, pads: int) -> list[Strike]:
    """Single strikes of any velocity, each on another pad: whatever else is heard is crosstalk."""
    at = FIRST_US
    strikes = []
    for _ in range(count):
        pad = int(rng.integers(pads))
        strikes.append(Strike(at, pad, rng.uniform(30.0, HIGHEST), position(rng)))
        at += rng.uniform(220_000.0, 300_000.0)
    return strikes


def length_s(strikes: list[Strike]) -> float:
    """How long a recording of these has to be."""
    return max(s.onset_us for s in strikes) / 1e6 + 0.3
