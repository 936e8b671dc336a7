"""A simulated drummer by flags: one for each part of `DrummerParams`."""

from __future__ import annotations

import argparse

from station.drummer import PRESETS, DrummerParams, WanderShape, params_from_query
from station.drummer.params import RANGES
from station.drummer.query import DEFAULT_PLAYER
from station.model import Pad

_HELP = {
    "offset_ms": "mean offset to the written note; negative is early",
    "tempo_percent": "sustained tempo drift; positive is rushing",
    "timekeeper_sd_ms": "noise of the inner clock, a beat",
    "motor_sd_ms": "noise of the limbs, a stroke",
    "phase_correction": "part of an offset that is corrected until the next beat",
    "long_range_sd_ms": "slowly changing noise of the inner clock",
    "wander_ms": "slow wander around the grid",
    "wander_period_s": "its period",
    "miss_rate": "missed notes, a note",
    "extra_rate": "strikes that no note asks for, a note",
    "double_trigger_rate": "second triggers within 30 ms, a stroke",
    "crosstalk_rate": "weak strikes of another pad, a stroke",
    "accent_velocity": "of accents",
    "normal_velocity": "of normal notes",
    "ghost_velocity": "of ghost notes",
    "velocity_sd": "spread of all velocities",
    "flam_ms": "from a flam's grace stroke to its main stroke",
    "drag_ms": "from each stroke of a drag to the next",
    "grace_sd_ms": "spread of these widths",
    "grace_velocity": "of grace strokes",
    "grace_miss_rate": "grace strokes left out, a written one",
    "bounce_ms": "from each bounce of a buzzed stroke to the next",
    "bounces": "how many bounces a buzzed stroke has at most",
    "fatigue_spread_percent_per_minute": "by how much the noise grows",
    "fatigue_tempo_percent_per_minute": "by how much the tempo sags",
    "fill_rush_percent": "how much faster each fill is",
    "fill_every_bars": "how often there is a fill",
    "latency_ms": "of the kit",
}


def add_drummer_arguments(parser: argparse.ArgumentParser) -> None:
    """`--player`, and a flag for everything about the drummer."""
    group = parser.add_argument_group(
        "the drummer", "A player by name; every other flag changes a part of it."
    )
    group.add_argument(
        "--player", choices=tuple(PRESETS), default=DEFAULT_PLAYER, help=f"({DEFAULT_PLAYER})"
    )
    group.add_argument("--seed", metavar="N", help="the same seed gives the same take (0)")
    group.add_argument(
        "--jitter-ms", metavar="X", help="only noise that is independent from stroke to stroke"
    )
    for name, (low, high) in RANGES.items():
        group.add_argument(_flag(name), metavar="X", help=f"{_HELP[name]} ({low:g} to {high:g})")
    group.add_argument(
        "--wander-shape", choices=tuple(s.value for s in WanderShape), help="one sine, or random"
    )
    group.add_argument(
        "--limb-offsets-ms",
        metavar="PAD:X,...",
        help=f"further mean offset of pads, like {Pad.KICK}:-6.6,{Pad.SNARE}:-5",
    )


def chosen_drummer(args: argparse.Namespace) -> DrummerParams:
    """The drummer as the arguments of `add_drummer_arguments` say.

    Raises
    ------
    WrongUse
        For a value that cannot be.
    """
    names = ("player", "seed", "jitter_ms", "wander_shape", "limb_offsets_ms", *RANGES)
    typed = {name: getattr(args, name) for name in names}
    return params_from_query({name: str(v) for name, v in typed.items() if v is not None})


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
