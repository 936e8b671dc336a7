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
from station.model import PAD_INDEX, Flag, Hit, Judgement, JudgementKind, Verdict
from station.timing.judging import Judging, within
from station.timing.matching import EXTRA, HEARD, LATE, MISSED

_SUSPECT = int(Flag.DOUBLE_TRIGGER | Flag.CROSSTALK)


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
        self._judging = Judging(chart, calibrated=calibrated)
        self._waiting: dict[int, Hit] = {}  # by ticket

    def hear(self, hits: Sequence[Hit]) -> list[Judgement]:
        """What each hit is at first sight: a note (kind HIT) or EXTRA, not confirmed.

        A hit whose time has been judged already is EXTRA and flagged LATE. Hits in the
        count-in or after the chart are EXTRA like any other.
        """
        rows = heard_rows(hits, self._start_ns + self._latency_ns)
        self._judging.hear(rows)
        return [self._first_sight(hit, *row) for hit, row in zip(hits, rows.tolist(), strict=True)]

    def advance(self, watermark_ns: int) -> list[Judgement]:
        """What is settled, when no hit with an earlier stamp than `watermark_ns` will come.

        Each hit is confirmed once (HIT or EXTRA), each note that nobody played is MISSED.
        """
        settled = self._judging.advance(watermark_ns - self._start_ns - self._latency_ns)
        return [self._confirmed(*row) for row in settled.tolist()]

    def finish(self, end_ns: int | None = None) -> list[Judgement]:
        """Settle everything: the take is over.

        Parameters
        ----------
        end_ns
            When the take was broken off, on the clock of the hits: notes written after it
            were not reached, and are not missed. None when the whole chart was played.
        """
        if end_ns is not None:
            end_ns -= self._start_ns + self._latency_ns
        return [self._confirmed(*row) for row in self._judging.finish(end_ns).tolist()]

    def verdict(self) -> Verdict:
        """The verdict on what is confirmed so far."""
        return self._judging.verdict()

    def _first_sight(
        self, hit: Hit, t_ns: int, _seq: int, _lane: int, _suspect: int, ticket: int, label: int
    ) -> Judgement:
        if label == LATE:
            hit = replace(hit, flags=hit.flags | Flag.LATE)
        self._waiting[ticket] = hit
        if label < 0:
            return self._of_hit(hit, EXTRA, 0, confirmed=False)
        return self._of_hit(hit, label, t_ns - self._written_ns[label], confirmed=False)

    def _confirmed(self, ticket: int, note: int, offset_ns: int, _counts: int) -> Judgement:
        if ticket != MISSED:
            return self._of_hit(self._waiting.pop(ticket), note, offset_ns, confirmed=True)
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

    def _of_hit(self, hit: Hit, note: int, offset_ns: int, *, confirmed: bool) -> Judgement:
        return Judgement(
            kind=JudgementKind.EXTRA if note == EXTRA else JudgementKind.HIT,
            confirmed=confirmed,
            hit_seq=hit.seq,
            chart_index=note,
            pad=hit.pad,
            t_ns=hit.t_ns - self._latency_ns,
            offset_ns=offset_ns,
            t_sigma_ns=hit.t_sigma_ns,
            velocity=hit.velocity,
            flags=hit.flags,
        )


def heard_rows(hits: Iterable[Hit], zero_ns: int) -> NDArray[np.void]:
    """Hits as the judging takes them: dtype `matching.HEARD`, shape (hits,).

    Parameters
    ----------
    zero_ns
        What a hit exactly on the chart's tick 0 is stamped with.
    """
    rows = [
        (
            within(hit.t_ns - zero_ns),
            hit.seq,
            PAD_INDEX[hit.pad],
            int(hit.flags) & _SUSPECT,
            0,
            0,
        )
        for hit in hits
    ]
    return np.array(rows, dtype=HEARD)
