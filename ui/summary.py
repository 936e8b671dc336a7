"""The report of a take (`station.take/1`) as what is drawn of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.outcome import Outcome, outcomes_of
from station.units import NS_PER_MS, NS_PER_S, ns_from_ms

_SUSPICIONS = {"double-trigger", "crosstalk"}


@dataclass(frozen=True, slots=True)
class Summary:
    """A take in numbers and columns.

    Attributes
    ----------
    notes, hits, paired, missed, extra, suspects
        Notes of the chart, hits in all, hits on a note, notes without a hit, hits that no note
        asks for, and hits that are flagged as double trigger or crosstalk.
    t_s, offset_ms, outcome, pads
        Of the paired hits, each of shape (paired,).
    extra_s, missed_s
        When extra hits came, and when notes had no hit.
    """

    notes: int
    hits: int
    paired: int
    missed: int
    extra: int
    suspects: int
    t_s: NDArray[np.float64]
    offset_ms: NDArray[np.float64]
    outcome: NDArray[np.uint8]
    pads: NDArray[np.str_]
    extra_s: NDArray[np.float64]
    missed_s: NDArray[np.float64]

    def share(self, outcome: Outcome) -> int:
        """How many paired hits were so."""
        return int(np.count_nonzero(self.outcome == outcome))

    def pads_by_hits(self) -> list[str]:
        """Pads, the one with most hits first."""
        names, counts = np.unique(self.pads, return_counts=True)
        return [str(names[i]) for i in np.argsort(-counts, kind="stable")]

    def offsets_of(self, pad: str) -> NDArray[np.float64]:
        """Offsets in ms of one pad."""
        found: NDArray[np.float64] = self.offset_ms[self.pads == pad]
        return found


def summary_of(report: Mapping[str, Any], written_ns: NDArray[np.int64]) -> Summary:
    """What is drawn of a report.

    Parameters
    ----------
    report
        `station.take/1`.
    written_ns
        When each note of the chart is written, from tick 0.
    """
    hits = report["hits"]
    paired = [h for h in hits if h["chart_index"] is not None]
    extra = [h for h in hits if h["chart_index"] is None and h.get("ornament_of") is None]
    offset_ms = np.array([h["offset_ms"] for h in paired], dtype=np.float64)
    sigma_ns = ns_from_ms(report["kit"]["sigma_ms"])
    missed = np.array(report["missed"], dtype=np.int64)
    return Summary(
        notes=report["chart"]["notes"],
        hits=len(hits),
        paired=len(paired),
        missed=len(missed),
        extra=len(extra),
        suspects=sum(not _SUSPICIONS.isdisjoint(h["flags"]) for h in hits),
        t_s=np.array([h["t_ms"] for h in paired], dtype=np.float64) / 1000,
        offset_ms=offset_ms,
        outcome=outcomes_of(
            np.rint(offset_ms * NS_PER_MS).astype(np.int64),
            np.full(len(paired), sigma_ns, dtype=np.int64),
            np.zeros(len(paired), dtype=np.uint8),
        ),
        pads=np.array([h["pad"] for h in paired], dtype=np.str_),
        extra_s=np.array([h["t_ms"] for h in extra], dtype=np.float64) / 1000,
        missed_s=written_ns[missed[missed < len(written_ns)]] / NS_PER_S,
    )
