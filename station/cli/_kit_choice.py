"""Which kit a command means when nobody said."""

from __future__ import annotations

from station.hal.registry import discover

# A drummer as people are: what a station without a kit lets play.
SIMULATED = "sim://?player=human&seed=1"


def choose_kit(typed: str | None) -> tuple[str, str]:
    """The address to open, and a sentence for the player when it was not typed.

    Returns
    -------
    (address, remark)
        What was typed; else the first real kit; else the simulated drummer.
    """
    if typed is not None:
        return typed, ""
    real = [info for info in discover() if not info.simulated]
    if not real:
        return SIMULATED, f"no kit attached: a simulated drummer plays ({SIMULATED})."
    if len(real) > 1:
        return real[0].address, (
            f"{len(real)} kits are attached; playing {real[0].address} "
            "('station kits' lists them all)."
        )
    return real[0].address, ""
