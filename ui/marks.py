"""The hits and missed notes that can be seen, in columns: made for thousands a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.engine.ring import Records
from station.model import JudgementKind
from station.outcome import outcomes_of

CAPACITY = 1 << 16


@dataclass(frozen=True, slots=True)
class SeenMarks:
    """Marks in a stretch of time, as columns of shape (n,).

    Attributes
    ----------
    t_ns
        Place on the chart's time line: when played, or when written for a missed note.
    pad
        Place in `model.PADS`.
    outcome
        An `Outcome`.
    velocity
        0 to 127.
    """

    t_ns: NDArray[np.int64]
    pad: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    velocity: NDArray[np.uint8]

    def __len__(self) -> int:
        """How many."""
        return len(self.t_ns)


class Marks:
    """The last marks of a take.

    A hit has the slot of its `seq`, a missed note that of its `chart_index`, so that a
    confirmed judgement replaces the one that was said at once, without a search.

    Parameters
    ----------
    capacity
        Hits, and missed notes, that are remembered; older ones are forgotten.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._t_ns = np.zeros(2 * capacity, dtype=np.int64)
        self._pad = np.zeros(2 * capacity, dtype=np.uint8)
        self._outcome = np.zeros(2 * capacity, dtype=np.uint8)
        self._velocity = np.zeros(2 * capacity, dtype=np.uint8)
        self._shown = np.zeros(2 * capacity, dtype=bool)

    def clear(self) -> None:
        """Forget all."""
        self._shown[:] = False

    def add(self, records: Records, start_ns: int, written_ns: NDArray[np.int64]) -> None:
        """Take over judgements.

        Parameters
        ----------
        records
            Of `ring.RECORD_DTYPE`, oldest first.
        start_ns
            The chart's tick 0 on the monotonic clock.
        written_ns
            When each note is written, from tick 0.
        """
        index = records["chart_index"].astype(np.int64)
        paired = (index >= 0) & (index < len(written_ns))
        missed = records["kind"] == JudgementKind.MISSED
        records, index, missed = _known(records, index, missed, paired)
        paired = index >= 0

        # What is paired lies at its note plus its offset: that is free of the latency that
        # the engine has taken off.
        t_ns = records["t_ns"] - start_ns
        t_ns[paired] = written_ns[index[paired]] + records["offset_ns"][paired]
        slot = records["hit_seq"].astype(np.int64) % self._capacity
        slot[missed] = self._capacity + index[missed] % self._capacity
        self._t_ns[slot] = t_ns
        self._pad[slot] = records["pad"]
        self._velocity[slot] = records["velocity"]
        self._outcome[slot] = outcomes_of(
            records["offset_ns"], records["t_sigma_ns"], records["kind"]
        )
        # Nobody wants a mark for a grace stroke beside that of its note.
        self._shown[slot[~missed]] = records["kind"][~missed] != JudgementKind.ORNAMENT
        # Of one note, the last word counts: a note that was found later is no longer missed.
        note_slot = self._capacity + index[paired] % self._capacity
        self._shown[note_slot] = missed[paired]

    def between(self, from_ns: int, to_ns: int) -> SeenMarks:
        """Marks at chart times from `from_ns` (inclusive) to `to_ns` (exclusive)."""
        found = self._shown & (self._t_ns >= from_ns) & (self._t_ns < to_ns)
        return SeenMarks(
            self._t_ns[found], self._pad[found], self._outcome[found], self._velocity[found]
        )


def _known(
    records: Records, index: NDArray[np.int64], missed: NDArray[np.bool_], paired: NDArray[np.bool_]
) -> tuple[Records, NDArray[np.int64], NDArray[np.bool_]]:
    """Without records that speak of a note which this chart does not have."""
    alone = np.isin(records["kind"], (JudgementKind.EXTRA, JudgementKind.ORNAMENT))
    keep = paired | alone
    return records[keep], np.where(alone, -1, index)[keep], missed[keep]
