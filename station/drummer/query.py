"""A drummer from the words of an address or a command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from station.drummer.params import RANGES, DrummerParams, WanderShape
from station.drummer.presets import PRESETS
from station.errors import WrongUse
from station.model import Pad

DEFAULT_PLAYER = "steady"
_WHOLE = {"seed", "fill_every_bars", "bounces"}
QUERY_NAMES: frozenset[str] = frozenset(
    {"player", "jitter_ms", "limb_offsets_ms", "seed", "wander_shape", *RANGES}
)


def params_from_query(query: Mapping[str, str]) -> DrummerParams:
    """Parameters from text: `player` names the preset, every other word changes a part of it.

    Words are the names of `DrummerParams`, with `limb_offsets_ms` as `kick:-6.6,snare:-5`,
    and `jitter_ms` for a player whose only noise is independent from stroke to stroke.

    Raises
    ------
    WrongUse
        For an unknown word or player, or a value that cannot be; names what is known.
    """
    unknown = sorted(set(query) - QUERY_NAMES)
    if unknown:
        known = ", ".join(sorted(QUERY_NAMES))
        raise WrongUse(f"A simulated drummer has no '{unknown[0]}'; known are {known}.")
    player = query.get("player", DEFAULT_PLAYER)
    if player not in PRESETS:
        raise WrongUse(f"No simulated drummer '{player}'; known are {', '.join(PRESETS)}.")
    changes: dict[str, Any] = {}
    if "jitter_ms" in query:
        changes = {"timekeeper_sd_ms": 0.0, "long_range_sd_ms": 0.0, "phase_correction": 0.0}
        changes["motor_sd_ms"] = _number("jitter_ms", query["jitter_ms"])
    for name, text in query.items():
        if name == "limb_offsets_ms":
            changes[name] = _limb_offsets(text)
        elif name == "wander_shape":
            changes[name] = _wander_shape(text)
        elif name not in ("player", "jitter_ms"):
            changes[name] = _number(name, text)
    try:
        return replace(PRESETS[player], **changes)
    except ValueError as error:
        raise WrongUse(f"The simulated drummer's {error}.") from error


def _number(name: str, text: str) -> float:
    try:
        return int(text) if name in _WHOLE else float(text)
    except ValueError:
        kind = "a whole number" if name in _WHOLE else "a number"
        raise WrongUse(f"The simulated drummer's {name} is {kind}, not '{text}'.") from None


def _wander_shape(text: str) -> WanderShape:
    try:
        return WanderShape(text)
    except ValueError:
        known = ", ".join(WanderShape)
        raise WrongUse(
            f"The simulated drummer's wander_shape is '{text}'; known are {known}."
        ) from None


def _limb_offsets(text: str) -> dict[Pad, float]:
    offsets = {}
    for part in filter(None, text.split(",")):
        name, _, ms = part.partition(":")
        try:
            pad = Pad(name.strip())
        except ValueError:
            raise WrongUse(
                f"limb_offsets_ms names no pad '{name.strip()}'; write for example "
                f"'kick:-6.6,snare:-5'; pads are {', '.join(Pad)}."
            ) from None
        offsets[pad] = _number(f"limb_offsets_ms of {pad}", ms)
    return offsets
