"""How the notes of a chart were played, in columns: what a judged sheet shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.model import PAD_INDEX, PADS, Pad
from station.outcome import Outcome, outcomes_of
from station.units import NS_PER_MS, ns_from_ms

# In place of an `Outcome`.
NOT_YET = 255


@dataclass(frozen=True, slots=True)
class Played:
    """Notes and extra hits.

    Attributes
    ----------
    outcome
        For each note an `Outcome`, or `NOT_YET`; shape (notes,).
    offset_ns
        For each note, played − written; 0 where there is none.
    extra_ns, extra_pad
        Extra hits: chart time, and place in `model.PADS`; shape (extras,).
    """

    outcome: NDArray[np.uint8]
    offset_ns: NDArray[np.int64]
    extra_ns: NDArray[np.int64]
    extra_pad: NDArray[np.uint8]


def played_of(report: Mapping[str, Any], notes: int) -> Played:
    """What a report says of the notes.

    Parameters
    ----------
    report
        `station.take/1`.
    notes
        How many the chart has; what a report says of others is passed over.
    """
    extra = [h for h in report["hits"] if h["chart_index"] is None and h.get("ornament_of") is None]
    played = Played(
        outcome=np.full(notes, NOT_YET, dtype=np.uint8),
        offset_ns=np.zeros(notes, dtype=np.int64),
        extra_ns=np.array([ns_from_ms(h["t_ms"]) for h in extra], dtype=np.int64),
        extra_pad=np.array([_pad(h["pad"]) for h in extra], dtype=np.uint8),
    )
    paired = [h for h in report["hits"] if h["chart_index"] is not None]
    index = np.array([h["chart_index"] for h in paired], dtype=np.int64)
    offset_ns = np.rint(
        np.array([h["offset_ms"] for h in paired], dtype=np.float64) * NS_PER_MS
    ).astype(np.int64)
    known = (index >= 0) & (index < notes)
    index, offset_ns = index[known], offset_ns[known]
    sigma_ns = np.full(len(index), ns_from_ms(report["kit"]["sigma_ms"]), dtype=np.int64)
    played.offset_ns[index] = offset_ns
    played.outcome[index] = outcomes_of(offset_ns, sigma_ns, np.zeros(len(index), dtype=np.uint8))
    missed = np.array(report["missed"], dtype=np.int64)
    played.outcome[missed[(missed >= 0) & (missed < notes)]] = Outcome.MISSED
    return played


def _pad(name: str) -> int:
    return PAD_INDEX[Pad(name) if name in PADS else Pad.OTHER]
