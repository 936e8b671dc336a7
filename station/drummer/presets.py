"""Drummers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from station.drummer.params import DrummerParams, WanderShape
from station.model import Pad

# A good player to a click: tighter than most, no bias.
_STEADY = DrummerParams(
    timekeeper_sd_ms=4.0,
    motor_sd_ms=3.0,
    phase_correction=0.33,
    velocity_sd=6.0,
    grace_sd_ms=4.0,
)

# Fitted to on-quarter hits of 142,629 real notes on e-kits to a click. Means by pad relative
# to the hi-hat; motor noise from the spread of kick against hi-hat (11.2 ms / √2); clock and
# correction from bGLS (10 ms, α = .33); the wander is what holds the autocorrelation above 0
# at lags of 16 and 32 beats. Together: SD 17 ms, autocorrelation .5 at lag 1.
_HUMAN = DrummerParams(
    offset_ms=-8.6,
    timekeeper_sd_ms=10.0,
    motor_sd_ms=7.9,
    phase_correction=0.33,
    wander_ms=8.0,
    wander_period_s=120.0,
    wander_shape=WanderShape.RANDOM,
    limb_offsets_ms={
        Pad.KICK: -6.6,
        Pad.SNARE: -5.0,
        Pad.HI_HAT_PEDAL: -15.4,
        Pad.RIDE: 0.2,
    },
    miss_rate=0.01,
    extra_rate=0.01,
    double_trigger_rate=0.002,
    velocity_sd=10.0,
    grace_sd_ms=8.0,
    grace_miss_rate=0.05,
)

PRESETS: Mapping[str, DrummerParams] = MappingProxyType(
    {
        "robot": DrummerParams(),
        "steady": _STEADY,
        "rushing": replace(_STEADY, tempo_percent=1.5),
        "dragging": replace(_STEADY, tempo_percent=-1.5),
        "ahead": replace(_STEADY, offset_ms=-15.0),
        "behind": replace(_STEADY, offset_ms=15.0),
        "human": _HUMAN,
        "beginner": replace(
            _HUMAN,
            offset_ms=-20.0,
            timekeeper_sd_ms=18.0,
            motor_sd_ms=12.0,
            phase_correction=0.2,
            long_range_sd_ms=2.0,
            miss_rate=0.05,
            extra_rate=0.04,
            double_trigger_rate=0.01,
            crosstalk_rate=0.01,
            velocity_sd=18.0,
            grace_sd_ms=15.0,
            grace_miss_rate=0.2,
            fatigue_spread_percent_per_minute=10.0,
            fatigue_tempo_percent_per_minute=0.2,
            fill_rush_percent=4.0,
        ),
    }
)
