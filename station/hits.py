"""Hits as a numpy array: the form in which they are stored and computed with."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from station.model import PAD_INDEX, PADS, ZONE_INDEX, ZONES, Flag, Hit

# Little-endian and without padding: the same bytes on every machine. A change here is a
# new block format in `station.takes`.
HIT_DTYPE = np.dtype(
    [
        ("t_ns", "<i8"),
        ("arrival_ns", "<i8"),
        ("t_sigma_ns", "<i4"),
        ("seq", "<u4"),
        ("flags", "<u2"),
        ("openness", "<i2"),
        ("note", "<i2"),
        ("pad", "u1"),
        ("zone", "u1"),
        ("velocity", "u1"),
        ("source", "u1"),
    ]
)
MAX_SIGMA_NS = np.iinfo(np.int32).max

HitArray = NDArray[np.void]


def to_array(hits: Iterable[Hit]) -> HitArray:
    """Hits to a structured array of `HIT_DTYPE`, shape (n,), in the order given."""
    rows = [
        (
            h.t_ns,
            h.arrival_ns,
            min(h.t_sigma_ns, MAX_SIGMA_NS),
            h.seq,
            int(h.flags),
            h.openness,
            h.note,
            PAD_INDEX[h.pad],
            ZONE_INDEX[h.zone],
            h.velocity,
            h.source,
        )
        for h in hits
    ]
    return np.array(rows, dtype=HIT_DTYPE)


def from_array(array: HitArray) -> list[Hit]:
    """A structured array of `HIT_DTYPE` to hits, in the same order."""
    return [
        Hit(
            seq=seq,
            t_ns=t_ns,
            t_sigma_ns=sigma,
            arrival_ns=arrival,
            pad=PADS[pad],
            zone=ZONES[zone],
            velocity=velocity,
            note=note,
            source=source,
            flags=Flag(flags),
            openness=openness,
        )
        for t_ns, arrival, sigma, seq, flags, openness, note, pad, zone, velocity, source in (
            array.tolist()
        )
    ]
