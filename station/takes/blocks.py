"""Hits as blocks of bytes: a few at a time, each with a checksum."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from station.hits import HIT_DTYPE, HitArray, to_array
from station.model import Hit

FORMAT = 1
# A format never changes once takes are kept in it: a new `HIT_DTYPE` is a new number here,
# beside the old ones.
DTYPE_BY_FORMAT = {
    1: np.dtype(
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
}


class DamagedBlock(Exception):  # noqa: N818 - it is what it says
    """A block whose bytes are not those that were written."""


def pack(hits: Sequence[Hit], take_id: str, number: int) -> dict[str, Any]:
    """A row of `hit_blocks` from one or more hits."""
    array = to_array(hits)
    payload = array.tobytes()
    return {
        "take_id": take_id,
        "number": number,
        "first_t_ns": hits[0].t_ns,
        "count": len(array),
        "format": FORMAT,
        "crc32": zlib.crc32(payload),
        "payload": payload,
    }


def unpack(row: Mapping[str, Any]) -> HitArray:
    """The hits of a row, shape (count,) of `HIT_DTYPE`.

    Raises
    ------
    DamagedBlock
        When checksum or length do not fit.
    KeyError
        When the format is none that this version knows.
    """
    dtype = DTYPE_BY_FORMAT[row["format"]]
    payload = row["payload"]
    if len(payload) != row["count"] * dtype.itemsize or zlib.crc32(payload) != row["crc32"]:
        raise DamagedBlock
    return np.frombuffer(payload, dtype=dtype).astype(HIT_DTYPE)
