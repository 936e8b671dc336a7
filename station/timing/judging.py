"""One take over arrays: matching and verdict together. Times count from the chart's tick 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import Verdict
from station.timing import beats
from station.timing.matching import MISSED, Matcher
from station.timing.verdict import RunningVerdict
from station.timing.windows import lay_out

# Farther than any chart: 146 years. Differences of such times fit into an int64.
FAR_NS = 2**62


class Judging:
    """Labels hits, settles notes, and keeps the verdict on them.

    Parameters
    ----------
    chart
        What should be played.
    calibrated
        Whether anybody measured the latency; without, placement is not called.
    """

    def __init__(self, chart: Chart, *, calibrated: bool) -> None:
        reach_ns = beats.half_beats_ns(chart, beats.note_ticks(chart))
        self._written_ns = chart.written_ns
        self._matcher = Matcher(lay_out(chart.written_ns, chart.lanes, reach_ns))
        self._running = RunningVerdict(chart, calibrated=calibrated)

    def hear(self, rows: NDArray[np.void]) -> None:
        """Label hits at once: fills in `ticket` and `label` of rows of `matching.HEARD`."""
        self._matcher.hear(rows)

    def advance(self, watermark_ns: int) -> NDArray[np.void]:
        """What is settled when no earlier hit will come, as rows of `matching.CONFIRMED`.

        Valid until the next call.
        """
        settled = self._matcher.advance(within(watermark_ns))
        self._running.feed(settled)
        return settled

    def finish(self, end_ns: int | None = None) -> NDArray[np.void]:
        """Settle everything, as `advance`.

        Parameters
        ----------
        end_ns
            When the take was broken off: notes written after it were not reached, and are
            not missed. None for a take that went through the whole chart.
        """
        settled = self._matcher.advance(FAR_NS + 1)
        if end_ns is not None:
            reached = self._written_ns[settled["chart_index"]] <= end_ns
            settled = settled[(settled["ticket"] != MISSED) | reached]
        self._running.feed(settled)
        return settled

    def verdict(self) -> Verdict:
        """The verdict on what is settled so far."""
        return self._running.verdict()


def within(t_ns: int) -> int:
    """A time, or the nearest that is not absurdly far away."""
    return min(max(t_ns, -FAR_NS), FAR_NS)
