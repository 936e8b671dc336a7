"""Which kits a command means when nobody said."""

from __future__ import annotations

from collections.abc import Sequence

from station.hal.registry import discover

# A drummer as people are: what a station without a kit lets play.
SIMULATED = "sim://?player=human&seed=1"


def choose_kits(typed: Sequence[str]) -> tuple[list[str], str]:
    """The addresses to open, and a sentence for the player when none was typed.

    Returns
    -------
    (addresses, remark)
        What was typed; else the first real kit; else the simulated drummer.
    """
    if typed:
        return list(typed), ""
    real = [info for info in discover() if not info.simulated]
    if not real:
        return [SIMULATED], f"no kit attached: a simulated drummer plays ({SIMULATED})."
    if len(real) > 1:
        return [real[0].address], (
            f"{len(real)} kits are attached; playing {real[0].address} "
            "('station kits' lists them all)."
        )
    return [real[0].address], ""
