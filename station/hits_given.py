"""Hits that a caller's own program gives: looked at before anything is computed from them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np

from station.errors import WrongUse
from station.hits import HIT_DTYPE, HitArray, to_array
from station.model import PADS, ZONES, Flag, Hit

_ALL_FLAGS = 2 * int(max(Flag)) - 1
# What a column may hold where its type could hold more.
_BOUNDS = {
    "pad": (0, len(PADS) - 1),
    "zone": (0, len(ZONES) - 1),
    "velocity": (0, 127),
    "note": (-1, 127),
    "openness": (-1, 127),
    "flags": (0, _ALL_FLAGS),
}
_WHOLE = ("seq", "t_ns", "t_sigma_ns", "arrival_ns", "velocity", "note", "source", "openness")


def checked_array(take: Iterable[Hit] | HitArray) -> HitArray:
    """Hits as an array of `hits.HIT_DTYPE`, in the order given.

    Raises
    ------
    WrongUse
        When it is neither hits nor such an array, or a hit cannot be; names the first one.
    """
    if isinstance(take, np.ndarray):
        if take.dtype != HIT_DTYPE or take.ndim != 1:
            raise WrongUse(
                f"An array of {take.dtype} in {take.ndim} dimensions is no take; give hits, or an "
                "array of station.hits.HIT_DTYPE in one dimension."
            )
        array = take
    else:
        array = _from_hits(take)
    for column, (low, high) in _BOUNDS.items():
        values = array[column].astype(np.int64)
        wrong = np.flatnonzero((values < low) | (values > high))
        if len(wrong):
            raise WrongUse(
                f"Hit {wrong[0]} of the take has {column} {values[wrong[0]]}, which is outside "
                f"{low} to {high}; correct it."
            )
    return array


def _from_hits(take: Iterable[Hit]) -> HitArray:
    try:
        hits = list(take)
    except TypeError as error:
        raise WrongUse(
            f"A {type(take).__name__} is no take; give the path of a MIDI file, or hits."
        ) from error
    try:
        for hit in hits:
            # numpy would round a fraction without a word.
            index(hit.t_ns)
        return to_array(hits)
    except (ValueError, TypeError, OverflowError, LookupError, AttributeError) as error:
        raise _first_fault(hits) from error


def _first_fault(hits: list[Any]) -> WrongUse:
    for i, hit in enumerate(hits):
        if not isinstance(hit, Hit):
            return WrongUse(f"Hit {i} of the take is a {type(hit).__name__}; give a Hit.")
        for name in _WHOLE:
            value = getattr(hit, name)
            try:
                index(value)
            except TypeError:
                return WrongUse(f"Hit {i} of the take has {name} {value!r}; give a whole number.")
        try:
            to_array([hit])
        except (ValueError, TypeError, OverflowError, LookupError):
            return WrongUse(f"Hit {i} of the take cannot be: {hit!r}; correct it.")
    return WrongUse("The hits of the take do not fit together; correct them.")
