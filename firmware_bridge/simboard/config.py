"""What kind of board is simulated."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.messages import PROTOCOL_MINOR


@dataclass(frozen=True, slots=True)
class SimBoardConfig:
    """A simulated board.

    Attributes
    ----------
    pads
        How many, from 1.
    board_id
        Its id; 64 bits, not 0.
    ppm, wander_ppm
        How much too fast its clock runs, and the standard deviation of what comes on top.
    jitter_us
        Standard deviation of its stamps.
    clock_starts_us
        What its clock shows after a reset.
    decided_after_us
        From a strike to its message, at least.
    boot_ns
        How long it is silent after a reset.
    ring
        How many hits it can send again.
    crosstalk
        How much of a strike the next pad hears, 0 to 1.
    retrigger
        How strong the same strike is heard once more 12 ms later, 0 to 1.
    protocol_min, protocol_max, minor
        What it speaks. A minor above ours makes it append bytes to its messages and say
        types that nobody knows.
    seed
        For its noise and its boot ids.
    """

    pads: int = 8
    board_id: int = 0x51B0A2D0C0FFEE01
    ppm: float = 50.0
    wander_ppm: float = 2.0
    jitter_us: float = 2.0
    clock_starts_us: int = 0
    decided_after_us: int = 1_300
    boot_ns: int = 0
    ring: int = 64
    crosstalk: float = 0.0
    retrigger: float = 0.0
    protocol_min: int = 1
    protocol_max: int = 1
    minor: int = PROTOCOL_MINOR
    seed: int = 1
