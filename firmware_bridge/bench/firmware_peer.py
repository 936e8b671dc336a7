"""The usual hobby trigger, to be measured against: threshold, peak within a scan time, mask.

What most sketches for an Arduino do (a fixed resting value, one threshold on the raw signal, the
highest reading within the scan time, then deaf for the mask time). No stamp of its own goes on
the wire there; here it is given the best that it could have, the time of its peak.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from firmware_bridge.bench.firmware_heard import Heard
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Recording, velocity_of
from firmware_bridge.piezo.converter import HALF_SCALE


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """One pad's, in steps of 12 bits and in readings; `full` is the hardest strike's peak."""

    threshold: int
    scan: int
    mask: int
    full: float


def _trigger(
    readings: NDArray[np.int64], rest: int, threshold: int, scan: int, mask: int
) -> list[tuple[int, int, int]]:
    found = [(0, 0, 0)][:0]
    i = 0
    while i < len(readings):
        if abs(readings[i] - rest) < threshold:
            i += 1
            continue
        peak, at = 0, i
        last = min(i + scan, len(readings))
        for j in range(i, last):
            height = abs(readings[j] - rest)
            if height > peak:
                peak, at = height, j
        found.append((at, peak, last))
        i = last + mask
    return found


_trigger_quickly: Callable[..., list[tuple[int, int, int]]] = njit(cache=True)(_trigger)


def hear(recording: Recording, settings: Sequence[PeerSettings]) -> list[Heard]:
    """What it says of a recording."""
    heard = []
    period_us = recording.period_us
    for pad, own in enumerate(settings):
        readings = recording.readings[:, pad].astype(np.int64)
        for at, peak, decided in _trigger_quickly(
            readings, HALF_SCALE, own.threshold, own.scan, own.mask
        ):
            velocity = float(np.clip(velocity_of(peak / own.full), 1.0, 127.0))
            heard.append(
                Heard(at * period_us, pad, velocity, 0, HitFlag(0), (decided + 1) * period_us)
            )
    return sorted(heard, key=lambda hit: hit.t_us)
