"""What really happened: true times of the simulated board's hits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from firmware_bridge.simboard.pads import Cause

SCHEMA = "firmware_bridge.truth/1"


@dataclass(frozen=True, slots=True)
class TrueHit:
    """A hit as it was.

    Attributes
    ----------
    number
        Of the hit, since the board's start.
    boot_id
        In which of the board's lives.
    t_ns
        True time of its peak, on the host's monotonic clock.
    pad, zone, velocity
        As sent, velocity 0 to 65535.
    cause
        Why there was a hit.
    """

    number: int
    boot_id: int
    t_ns: int
    pad: int
    zone: int
    velocity: int
    cause: Cause


def truth_json(hits: list[TrueHit]) -> dict[str, Any]:
    """The truth as plain data: `{"schema": …, "hits": [{"number": …, "t_ns": …}, …]}`."""
    return {"schema": SCHEMA, "hits": [asdict(hit) for hit in hits]}
