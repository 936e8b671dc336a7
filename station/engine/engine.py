"""One take, live: hits in, judgements out. No threads, no I/O, no clock of its own.

Fed with the same hits in any pieces and at any cadence, it says the same to the bit. The
judging itself is `station.timing.judging`'s, over arrays and in the chart's time; here it
meets hits, and the clock of the host.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.hits import HitArray
from station.model import PAD_INDEX, Flag, Hit, Judgement, JudgementKind, Ornament, Verdict
from station.timing.beam import DOUBLE, HEARD, MISSED, ORNAMENT, Resync
from station.timing.judging import FAR_NS, Judging, within

_SUSPECT = int(Flag.DOUBLE_TRIGGER | Flag.CROSSTALK)
_GRACED = (Ornament.FLAM, Ornament.DRAG)


class Engine:
    """Judges one take against a chart.

    Parameters
    ----------
    chart
        What should be played.
    start_ns
        The chart's tick 0 on the clock of the hits.
    latency_ns
        Constant taken off every hit's time.
    calibrated
        Whether anybody measured that latency; without, placement is not called.
    """

    def __init__(
        self, chart: Chart, start_ns: int, *, latency_ns: int = 0, calibrated: bool = False
    ) -> None:
        self._notes = chart.notes
        self._written_ns: list[int] = chart.written_ns.tolist()
        self._start_ns = start_ns
        self._latency_ns = latency_ns
        self._zero_ns = start_ns + latency_ns
        self._judging = Judging(chart, calibrated=calibrated)
        self._waiting: dict[int, Hit] = {}  # by ticket
        self._settled: list[tuple[int, int, int, int]] = []  # and not yet told
        self._watermark_ns = -FAR_NS

    def judge(self, hits: Sequence[Hit], watermark_ns: int) -> list[Judgement]:
        """`hear` and `advance` in one step; what is settled is told by `confirmed`.

        So a hit costs one call of the kernel, and is shown before anything else is told.
        """
        rows = heard_rows(hits, self._zero_ns)
        self._settled += self._judging.judge(rows, watermark_ns - self._zero_ns).tolist()
        at_once = self._at_once(hits, rows)
        self._watermark_ns = max(self._watermark_ns, watermark_ns)
        return at_once

    def confirmed(self) -> list[Judgement]:
        """What `judge` has settled, each hit and each note once."""
        settled, self._settled = self._settled, []
        return [self._confirmed(*row) for row in settled]

    def hear(self, hits: Sequence[Hit]) -> list[Judgement]:
        """What each hit is at first sight: a note (kind HIT), ORNAMENT or EXTRA, not confirmed.

        A hit from before the watermark is judged like any other, and flagged LATE. Hits in
        the count-in or after the chart are EXTRA.
        """
        rows = heard_rows(hits, self._zero_ns)
        self._judging.hear(rows)
        return self._at_once(hits, rows)

    def advance(self, watermark_ns: int) -> list[Judgement]:
        """What is settled, when no hit with an earlier stamp than `watermark_ns` will come.

        Each hit is confirmed once (HIT, ORNAMENT or EXTRA), each note that nobody played is MISSED.
        """
        self.judge((), watermark_ns)
        return self.confirmed()

    def finish(self, end_ns: int | None = None) -> list[Judgement]:
        """Settle everything: the take is over.

        Parameters
        ----------
        end_ns
            When the take was broken off, on the clock of the hits: notes written after it
            were not reached, and are not missed. None when the whole chart was played.
        """
        if end_ns is not None:
            end_ns -= self._zero_ns
        self._settled += self._judging.finish(end_ns).tolist()
        return self.confirmed()

    @property
    def resyncs(self) -> list[Resync]:
        """The last times that the player was lost and found again; times from tick 0."""
        return self._judging.resyncs

    def verdict(self) -> Verdict:
        """The verdict on what is confirmed so far."""
        return self._judging.verdict()

    def _at_once(self, hits: Sequence[Hit], rows: NDArray[np.void]) -> list[Judgement]:
        return [self._first_sight(hit, row) for hit, row in zip(hits, rows.tolist(), strict=True)]

    def _first_sight(self, hit: Hit, row: tuple[int, ...]) -> Judgement:
        t_ns, _lane, _velocity, _suspect, label, ticket = row
        if hit.t_ns < self._watermark_ns:
            hit = replace(hit, flags=hit.flags | Flag.LATE)
        self._waiting[ticket] = hit
        if label < 0 and label > ORNAMENT:
            return self._of_hit(hit, label, 0, False, confirmed=False)
        note = label if label >= 0 else ORNAMENT - label
        excused = self._notes[note].ornament in _GRACED
        offset_ns = t_ns - self._written_ns[note]
        return self._of_hit(hit, label, offset_ns, excused, confirmed=False)

    def _confirmed(self, ticket: int, note: int, counts: int, offset_ns: int) -> Judgement:
        if ticket != MISSED:
            hit = self._waiting.pop(ticket)
            return self._of_hit(hit, note, offset_ns, bool(counts), confirmed=True)
        return Judgement(
            kind=JudgementKind.MISSED,
            confirmed=True,
            hit_seq=-1,
            chart_index=note,
            pad=self._notes[note].pad,
            t_ns=self._start_ns + self._written_ns[note],
            offset_ns=0,
            t_sigma_ns=0,
            velocity=0,
            flags=Flag.NONE,
        )

    def _of_hit(
        self, hit: Hit, label: int, offset_ns: int, excused: bool, *, confirmed: bool
    ) -> Judgement:
        """As said of a hit; one that is `excused` is no double trigger, though it looks like it."""
        flags = hit.flags | Flag.DOUBLE_TRIGGER if label == DOUBLE else hit.flags
        kind, note = JudgementKind.HIT, label
        if label <= ORNAMENT:
            kind, note, excused = JudgementKind.ORNAMENT, ORNAMENT - label, True
        elif label < 0:
            kind, note = JudgementKind.EXTRA, -1
        if excused and flags & Flag.DOUBLE_TRIGGER:
            flags &= ~Flag.DOUBLE_TRIGGER
        return Judgement(
            kind=kind,
            confirmed=confirmed,
            hit_seq=hit.seq,
            chart_index=note,
            pad=hit.pad,
            t_ns=hit.t_ns - self._latency_ns,
            offset_ns=offset_ns,
            t_sigma_ns=hit.t_sigma_ns,
            velocity=hit.velocity,
            flags=flags,
        )


def heard_rows(hits: Iterable[Hit], zero_ns: int) -> NDArray[np.void]:
    """Hits as the judging takes them: dtype `beam.HEARD`, shape (hits,).

    Parameters
    ----------
    zero_ns
        What a hit exactly on the chart's tick 0 is stamped with.
    """
    rows = [
        (within(h.t_ns - zero_ns), PAD_INDEX[h.pad], h.velocity, int(h.flags) & _SUSPECT, 0, 0)
        for h in hits
    ]
    return np.array(rows, dtype=HEARD)


def heard_rows_of_array(hits: HitArray, zero_ns: int) -> NDArray[np.void]:
    """The same as `heard_rows` of hits that are in an array of `hits.HIT_DTYPE` already."""
    nearest, farthest = max(zero_ns - FAR_NS, -(2**63)), min(zero_ns + FAR_NS, 2**63 - 1)
    rows = np.zeros(len(hits), dtype=HEARD)
    rows["t_ns"] = np.clip(hits["t_ns"], nearest, farthest) - zero_ns
    rows["lane"] = hits["pad"]
    rows["velocity"] = hits["velocity"]
    rows["suspect"] = hits["flags"] & _SUSPECT
    return rows
