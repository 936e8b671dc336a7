"""One take while it runs: engine, ring and store around the hits of the kits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from station.charts.chart import Chart
from station.clock import Clock
from station.engine.engine import Engine
from station.engine.found_again import found_again_words
from station.engine.messages import FoundAgain
from station.engine.ring import RingWriter
from station.errors import StoreError
from station.grid_clock import GridClock
from station.model import GridStep, Hit, Judgement, Mark, Verdict
from station.units import NS_PER_MINUTE, NS_PER_MS

_LEAST_TAIL_NS = 250 * NS_PER_MS


class HitSink(Protocol):
    """Where a take's hits go to be kept; `takes.TakeWriter` is one."""

    @property
    def problem(self) -> StoreError | None:
        """What stands in the way of keeping, or None."""
        ...

    def add(self, hits: Sequence[Hit]) -> None:
        """Keep hits; takes microseconds, never blocks."""
        ...

    def mark(self, mark: Mark) -> None:
        """Keep a mark."""
        ...

    def grid_step(self, step: GridStep) -> None:
        """Keep how the click's clock runs from now on."""
        ...


class TakeRun:
    """A take from its start to its end.

    Attributes
    ----------
    start_ns
        Tick 0 on the monotonic clock, or None while the first hit is awaited. The chart's
        clock is the same until `turn_grid` says otherwise.
    judged_until_ns
        The latest time of the host that the chart's clock was asked for.
    at_once
        Told of hits and what they were at first sight, before anybody else is.
    """

    def __init__(
        self,
        chart: Chart,
        start_ns: int | None,
        *,
        latency_ns: int,
        calibrated: bool,
        ring: RingWriter,
        sink: HitSink,
        clock: Clock,
        at_once: Callable[[Sequence[Hit], Sequence[Judgement]], None] | None = None,
    ) -> None:
        self.start_ns = start_ns
        self.judged_until_ns = -(2**63)
        self._at_once = at_once
        self._chart = chart
        self._latency_ns = latency_ns
        self._calibrated = calibrated
        self._ring = ring
        self._sink = sink
        self._clock = clock
        self._grid = GridClock()
        self._engine: Engine | None = None
        self._said_ticket = -1
        self._beat_ns = NS_PER_MINUTE / chart.bpm
        self._tail_ns = max(_LEAST_TAIL_NS, round(self._beat_ns / 2))
        if start_ns is not None:
            self._begin(start_ns)

    def judge(self, hits: Sequence[Hit], watermark_ns: int) -> bool:
        """Judge hits, publish, then keep them, and confirm what can be; true when all is over.

        To be called without hits as well, every few milliseconds: between hits lie tens of
        them, in which others have the processor's caches, and a hit's judgement then takes
        ten times as long as it does in a row.

        Parameters
        ----------
        watermark_ns
            No hit with an earlier time will come any more.
        """
        played = self._on_grid(hits)
        if hits:
            self.judged_until_ns = max(self.judged_until_ns, *(hit.t_ns for hit in hits))
        self.judged_until_ns = max(self.judged_until_ns, watermark_ns)
        watermark_ns = self._grid.at(watermark_ns)
        if self._engine is None and played:
            self._await_first(played)
        if self._engine is not None:
            by_seq = {hit.seq: hit.arrival_ns for hit in hits}
            judged = self._engine.judge(played, watermark_ns)
            if self._at_once is not None and hits:
                self._at_once(hits, judged)
            for judgement in judged:
                self._ring.put(judgement, by_seq[judgement.hit_seq], self._clock.now_ns())
            self._publish(self._engine.confirmed())
        if hits:
            self._sink.add(hits)
        if self.start_ns is None:
            return False
        return watermark_ns >= self.start_ns + self._chart.length_ns + self._tail_ns

    def turn_grid(self, host_ns: int, rate_ppb: int) -> GridStep:
        """From `host_ns` on, which is still to come, the chart's clock runs at another rate.

        Parameters
        ----------
        host_ns, rate_ppb
            As for `GridClock.turn`.
        """
        step = self._grid.turn(host_ns, rate_ppb)
        self._sink.grid_step(step)
        return step

    def grid_ns(self, host_ns: int) -> int:
        """A time of the host on the chart's clock."""
        return self._grid.at(host_ns)

    def host_ns(self, grid_ns: int) -> int:
        """A time of the chart's clock on the host's."""
        return self._grid.host_at(grid_ns)

    def mark(self, marks: Sequence[Mark]) -> None:
        """Keep marks."""
        for mark in marks:
            self._sink.mark(mark)

    def verdict(self) -> Verdict | None:
        """The verdict by now; None while the first hit is awaited."""
        return self._engine.verdict() if self._engine is not None else None

    def found_again(self) -> list[FoundAgain]:
        """What has not been said yet of a player who was lost and found."""
        if self._engine is None or self.start_ns is None:
            return []
        news = [r for r in self._engine.resyncs if r.ticket > self._said_ticket]
        if news:
            self._said_ticket = news[-1].ticket
        origin_ns = self.start_ns + self._latency_ns
        return [
            FoundAgain(
                origin_ns + r.t_ns, found_again_words(r.shift_ns, r.stopped_ns, self._beat_ns)
            )
            for r in news
        ]

    def finish(self, end_ns: int | None) -> None:
        """Confirm everything that is still open.

        Parameters
        ----------
        end_ns
            When the take was stopped, on the chart's clock: later notes are not missed. None
            at the chart's end.
        """
        if self._engine is not None:
            self._publish(self._engine.finish(end_ns))

    def _on_grid(self, hits: Sequence[Hit]) -> Sequence[Hit]:
        if self._grid.last is None:
            return hits
        return [replace(hit, t_ns=self._grid.at(hit.t_ns)) for hit in hits]

    def _begin(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self._engine = Engine(
            self._chart, start_ns, latency_ns=self._latency_ns, calibrated=self._calibrated
        )

    def _await_first(self, hits: Sequence[Hit]) -> None:
        # The first hit on a pad of the chart is that pad's first note.
        first_of_pad = {note.pad: i for i, note in reversed(list(enumerate(self._chart.notes)))}
        for hit in hits:
            if hit.pad in first_of_pad:
                written = int(self._chart.written_ns[first_of_pad[hit.pad]])
                self._begin(hit.t_ns - self._latency_ns - written)
                return

    def _publish(self, judgements: Sequence[Judgement]) -> None:
        if judgements:
            now = self._clock.now_ns()
            for judgement in judgements:
                self._ring.put(judgement, 0, now)
