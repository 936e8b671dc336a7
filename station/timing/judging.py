"""One take over arrays: matching and verdict together. Times count from the chart's tick 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import Ornament, Verdict
from station.timing.beam import BOUNCES, BeamMatcher, Resync
from station.timing.verdict import RunningVerdict

# Farther than any chart: 146 years. Differences of such times fit into an int64.
FAR_NS = 2**62
# Grace strokes before a note of each kind.
_AROUND = {Ornament.NONE: 0, Ornament.FLAM: 1, Ornament.DRAG: 2, Ornament.BUZZ: BOUNCES}


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
        self._running = RunningVerdict(chart, calibrated=calibrated)
        self._matcher = BeamMatcher(
            chart.written_ns,
            chart.lanes,
            np.array([note.dynamic for note in chart.notes], dtype=np.int64),
            bar_ns=_bar_ns(chart),
            places_in_beat=_places_in_beat(chart),
            ornaments=np.array([_AROUND[note.ornament] for note in chart.notes], dtype=np.int64),
            verdict=self._running.tables(),
        )

    def judge(self, rows: NDArray[np.void], watermark_ns: int) -> NDArray[np.void]:
        """`hear`, then `advance`, at the cost of one."""
        return self._matcher.judge(rows, watermark_ns)

    def hear(self, rows: NDArray[np.void]) -> None:
        """Label hits at once: fills in `ticket` and `label` of rows of `beam.HEARD`."""
        self._matcher.hear(rows)

    def advance(self, watermark_ns: int) -> NDArray[np.void]:
        """What is settled when no earlier hit will come, as rows of `beam.CONFIRMED`.

        Valid until the next call.
        """
        return self._matcher.advance(watermark_ns)

    def finish(self, end_ns: int | None = None) -> NDArray[np.void]:
        """Settle everything, as `advance`.

        Parameters
        ----------
        end_ns
            When the take was broken off: notes written after it were not reached, and are
            not missed. None for a take that went through the whole chart.
        """
        settled = self._matcher.finish(end_ns)
        self._running.feed(settled)
        return settled

    @property
    def resyncs(self) -> list[Resync]:
        """The last times that the player was lost and found again."""
        return list(self._matcher.resyncs)

    def verdict(self) -> Verdict:
        """The verdict on what is settled so far."""
        return self._running.verdict()


def _bar_ns(chart: Chart) -> NDArray[np.int64]:
    """How long a bar is at each note, in the metre and the tempo there, shape (notes,)."""
    ticks = np.array([note.tick for note in chart.notes], dtype=np.int64)
    bars = np.array([metre.bar_ticks(chart.ppq) for metre in chart.metre])
    of_metre = np.searchsorted([metre.tick for metre in chart.metre], ticks, side="right") - 1
    ns_per_quarter = np.array([float(tempo.ns_per_quarter) for tempo in chart.tempo.changes])
    starts = [tempo.tick for tempo in chart.tempo.changes]
    of_tempo = np.searchsorted(starts, ticks, side="right") - 1
    bar_ns = bars[of_metre] * ns_per_quarter[of_tempo] / chart.ppq
    rounded: NDArray[np.int64] = np.round(bar_ns).astype(np.int64)
    return rounded


def _places_in_beat(chart: Chart) -> NDArray[np.int64]:
    """The twelfth of its quarter note that each note is nearest to, shape (notes,)."""
    ticks = np.array([note.tick for note in chart.notes], dtype=np.int64)
    return np.round(ticks * 12 / chart.ppq).astype(np.int64) % 12


def within(t_ns: int) -> int:
    """A time, or the nearest that is not absurdly far away."""
    return min(max(t_ns, -FAR_NS), FAR_NS)
