"""What a simulated drummer is like."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from station.model import Pad


class WanderShape(StrEnum):
    """How the slow wander goes."""

    SINE = "sine"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class DrummerParams:
    """A drummer, in the terms of the literature on timing. The default is a perfect one.

    Attributes
    ----------
    offset_ms
        Mean asynchrony to the written note; negative is early.
    tempo_percent
        Sustained tempo ratio to the chart; positive is faster. It moves the player's own
        grid, which the phase correction then follows, so no correction takes it back.
    timekeeper_sd_ms, motor_sd_ms
        Standard deviations of the central clock's intervals (for each beat of the metre) and
        of the motor delay (for each stroke) [1].
    phase_correction
        α: the part of an asynchrony that is corrected until the next beat [2].
    long_range_sd_ms
        Of correlated noise in the clock's intervals: the sum of two AR(1) of equal variance
        with rates .9 and .99, nearly 1/f over the lengths of a take [3].
    wander_ms, wander_period_s, wander_shape
        Slow wander around the grid: its amplitude and its period. `RANDOM` is three sines of
        unequal periods around it and random phases, with the RMS of the one sine.
    limb_offsets_ms
        Further mean asynchrony of each pad [4].
    miss_rate, extra_rate
        Missed notes, and strikes that no note asks for, for each written note.
    double_trigger_rate, crosstalk_rate
        Second strikes of the same pad within 30 ms, and weak strikes of another pad within a
        few ms: faults of the kit, for each stroke.
    accent_velocity, normal_velocity, ghost_velocity, velocity_sd
        MIDI velocities, and the standard deviation of all.
    flam_ms, drag_ms, grace_sd_ms
        From a flam's grace stroke to its main stroke, from each stroke of a drag to the next,
        and the standard deviation of each of these widths. They are narrower where the notes
        leave no room.
    grace_velocity, grace_miss_rate
        How loud grace strokes are, and how many are left out, for each written one.
    bounce_ms, bounces
        From each bounce of a buzzed stroke to the next, and how many there are at most: they
        end where the pad's next stroke comes.
    fatigue_spread_percent_per_minute, fatigue_tempo_percent_per_minute
        By how much the noise of clock and limbs grows, and the tempo sags, each minute.
    fill_rush_percent, fill_every_bars
        How much faster the clock runs in each last bar of so many. What is gained is kept
        unless the phase correction gives it back.
    latency_ms
        Of the kit: constant, later.
    seed
        The same seed gives the same take, everywhere and for ever.

    Raises
    ------
    ValueError
        When a number is not finite or outside its range in `RANGES`.

    References
    ----------
    [1] Wing & Kristofferson, Perception & Psychophysics 14 (1973): I = T + C + M' − M.
    [2] Vorberg & Wing (1996): A' = (1−α)·A + T + M' − M.
    [3] Gilden, Thornton & Mallon, Science 267 (1995); Wagenmakers, Farrell & Ratcliff (2004)
        for sums of AR(1).
    [4] Fujii et al., Music Perception 28 (2011).
    """

    offset_ms: float = 0.0
    tempo_percent: float = 0.0
    timekeeper_sd_ms: float = 0.0
    motor_sd_ms: float = 0.0
    phase_correction: float = 0.0
    long_range_sd_ms: float = 0.0
    wander_ms: float = 0.0
    wander_period_s: float = 30.0
    wander_shape: WanderShape = WanderShape.SINE
    limb_offsets_ms: Mapping[Pad, float] = field(default_factory=dict)
    miss_rate: float = 0.0
    extra_rate: float = 0.0
    double_trigger_rate: float = 0.0
    crosstalk_rate: float = 0.0
    accent_velocity: float = 115.0
    normal_velocity: float = 90.0
    ghost_velocity: float = 35.0
    velocity_sd: float = 0.0
    flam_ms: float = 30.0
    drag_ms: float = 40.0
    grace_sd_ms: float = 0.0
    grace_velocity: float = 40.0
    grace_miss_rate: float = 0.0
    bounce_ms: float = 28.0
    bounces: int = 5
    fatigue_spread_percent_per_minute: float = 0.0
    fatigue_tempo_percent_per_minute: float = 0.0
    fill_rush_percent: float = 0.0
    fill_every_bars: int = 8
    latency_ms: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every number against its range."""
        for name, (low, high) in RANGES.items():
            _check(name, getattr(self, name), low, high)
        for pad, offset_ms in self.limb_offsets_ms.items():
            _check(f"limb_offsets_ms of {pad}", offset_ms, -1000, 1000)


# The least and the greatest value of each number.
RANGES: Mapping[str, tuple[float, float]] = {
    "offset_ms": (-1000, 1000),
    "tempo_percent": (-50, 100),
    "timekeeper_sd_ms": (0, 1000),
    "motor_sd_ms": (0, 1000),
    "phase_correction": (0, 1),
    "long_range_sd_ms": (0, 1000),
    "wander_ms": (0, 1000),
    "wander_period_s": (0.1, 86400),
    "miss_rate": (0, 1),
    "extra_rate": (0, 1),
    "double_trigger_rate": (0, 1),
    "crosstalk_rate": (0, 1),
    "accent_velocity": (1, 127),
    "normal_velocity": (1, 127),
    "ghost_velocity": (1, 127),
    "velocity_sd": (0, 127),
    "flam_ms": (1, 1000),
    "drag_ms": (1, 1000),
    "grace_sd_ms": (0, 1000),
    "grace_velocity": (1, 127),
    "grace_miss_rate": (0, 1),
    "bounce_ms": (1, 1000),
    "bounces": (0, 100),
    "fatigue_spread_percent_per_minute": (0, 1000),
    "fatigue_tempo_percent_per_minute": (-50, 50),
    "fill_rush_percent": (-50, 100),
    "fill_every_bars": (1, 1000),
    "latency_ms": (0, 1000),
}


def _check(name: str, value: float, low: float, high: float) -> None:
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; it goes from {low:g} to {high:g}")
