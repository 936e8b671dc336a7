"""How the notes of the chart are played, as the engine says it."""

from __future__ import annotations

import numpy as np

from station.engine.ring import Records
from station.model import JudgementKind
from station.outcome import Outcome, outcomes_of
from station.sheet.played import NOT_YET, Played


class LivePlayed:
    """Keeps the last word on every note.

    A hit may first be said to be one note and then confirmed as another, or as none: what it
    was before is taken back.
    """

    def __init__(self) -> None:
        self._note_of_hit: dict[int, int] = {}
        self._hit_of_note: dict[int, int] = {}
        self._extras: dict[int, tuple[int, int]] = {}
        self._notes = 0
        self._clear(0)

    def clear(self) -> None:
        """Begin another take."""
        self._clear(0)

    def _clear(self, notes: int) -> None:
        self._notes = notes
        self._note_of_hit.clear()
        self._hit_of_note.clear()
        self._extras.clear()
        self._outcome = np.full(notes, NOT_YET, dtype=np.uint8)
        self._offset_ns = np.zeros(notes, dtype=np.int64)
        self._seen: Played | None = None

    def add(self, records: Records, start_ns: int, notes: int) -> None:
        """Take over judgements.

        Parameters
        ----------
        records
            Of `ring.RECORD_DTYPE`, oldest first.
        start_ns
            The chart's tick 0 on the monotonic clock.
        notes
            How many the chart has.
        """
        if notes != self._notes:
            self._clear(notes)
        outcomes = outcomes_of(records["offset_ns"], records["t_sigma_ns"], records["kind"])
        columns = ("kind", "hit_seq", "chart_index", "offset_ns", "t_ns", "pad")
        rows = zip(*(records[name].tolist() for name in columns), outcomes.tolist(), strict=True)
        for kind, seq, note, offset_ns, t_ns, pad, outcome in rows:
            if kind == JudgementKind.ORNAMENT:
                self._take_back(seq)
            elif kind == JudgementKind.EXTRA:
                self._take_back(seq)
                self._extras[seq] = (t_ns - start_ns, pad)
            elif not 0 <= note < notes:
                continue
            elif kind == JudgementKind.MISSED:
                self._hit_of_note.pop(note, None)
                self._outcome[note], self._offset_ns[note] = Outcome.MISSED, 0
            else:
                self._take_back(seq)
                self._note_of_hit[seq], self._hit_of_note[note] = note, seq
                self._outcome[note], self._offset_ns[note] = outcome, offset_ns
        self._seen = None

    def played(self) -> Played:
        """All until now; the same object until something comes."""
        if self._seen is None:
            extras = np.array(list(self._extras.values()), dtype=np.int64).reshape(-1, 2)
            self._seen = Played(
                self._outcome, self._offset_ns, extras[:, 0], extras[:, 1].astype(np.uint8)
            )
        return self._seen

    def _take_back(self, seq: int) -> None:
        self._extras.pop(seq, None)
        note = self._note_of_hit.pop(seq, None)
        if note is not None and self._hit_of_note.get(note) == seq:
            del self._hit_of_note[note]
            self._outcome[note], self._offset_ns[note] = NOT_YET, 0
