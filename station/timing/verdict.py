"""Rushing or dragging, ahead or behind: the running verdict of a take.

Fed with confirmed pairs in the order in which the chart's windows close. Successive hits are
correlated, so it is means over batches of beats that are put to the test: 16 beats for
placement, 8 for tempo (there, the slope from one batch to the next). A batch counts when all
its notes are settled and the chart's end does not cut it short.

A call is made when the interval has left the margin (or lies inside it: centred, steady), at
an error of 1 % a side however often one looks. It stands until the interval excludes it: a
wider interval later does not take back what was proven, a contradicting one does.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.model import (
    PlacementCall,
    PlacementVerdict,
    TempoCall,
    TempoVerdict,
    Verdict,
)
from station.timing import beats, evidence

PLACEMENT_BATCH_BEATS = 16
TEMPO_BATCH_BEATS = 8
# Friberg & Sundberg 1995: displacement is noticed from 6 ms on.
PLACEMENT_MARGIN_NS = 6 * units.NS_PER_MS
# Madison & Merker 2004: steady drift is noticed from about 0.3 % on.
TEMPO_MARGIN = 0.003
ALPHA = 0.01

_PLACEMENT = {
    evidence.OPEN: PlacementCall.UNDECIDED,
    evidence.LOW: PlacementCall.AHEAD,
    evidence.HIGH: PlacementCall.BEHIND,
    evidence.WITHIN: PlacementCall.CENTRED,
}
_TEMPO = {
    evidence.OPEN: TempoCall.UNDECIDED,
    evidence.LOW: TempoCall.DRAGGING,
    evidence.HIGH: TempoCall.RUSHING,
    evidence.WITHIN: TempoCall.STEADY,
}


class RunningVerdict:
    """The verdict of one take, at any time.

    Parameters
    ----------
    chart
        What should be played.
    calibrated
        Whether anybody measured the latency: without that, placement is not called.
    """

    def __init__(self, chart: Chart, *, calibrated: bool) -> None:
        self._written_ns = chart.written_ns
        self._calibrated = calibrated
        ticks = beats.note_ticks(chart)
        self._placement = _Question(
            chart, ticks, PLACEMENT_BATCH_BEATS, -PLACEMENT_MARGIN_NS, PLACEMENT_MARGIN_NS
        )
        self._tempo = _Question(
            chart, ticks, TEMPO_BATCH_BEATS, _slope(-TEMPO_MARGIN), _slope(TEMPO_MARGIN),
            by_tempo=True,
        )  # fmt: skip

    def feed(self, settled: NDArray[np.void]) -> None:
        """Take in what the matcher has confirmed, of dtype `matching.CONFIRMED`."""
        self._placement.feed(settled, self._written_ns)
        self._tempo.feed(settled, self._written_ns)

    def verdict(self) -> Verdict:
        """The answers so far."""
        return Verdict(tempo=self._tempo_verdict(), placement=self._placement_verdict())

    def _tempo_verdict(self) -> TempoVerdict:
        call, beat, mean, low, high = self._tempo.answer()
        return TempoVerdict(
            call=_TEMPO[call],
            ratio_percent=_percent(mean),
            low=_percent(low),
            high=_percent(high),
            called_at_beat=beat,
        )

    def _placement_verdict(self) -> PlacementVerdict:
        if not self._calibrated:
            return PlacementVerdict(PlacementCall.UNDECIDED)
        call, beat, mean, low, high = self._placement.answer()
        return PlacementVerdict(
            call=_PLACEMENT[call],
            offset_ms=_ms(mean),
            low=_ms(low),
            high=_ms(high),
            called_at_beat=beat,
            calibrated=True,
        )


class _Question:
    """One test over batches of `size` beats, with the margin `low` to `high`."""

    def __init__(
        self,
        chart: Chart,
        ticks: NDArray[np.int64],
        size: int,
        low: float,
        high: float,
        *,
        by_tempo: bool = False,
    ) -> None:
        numbers, first, batch_of, notes = np.unique(
            beats.count(chart, ticks) // size,
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        end = np.array([max(chart.length_ticks - 1, 0)], dtype=np.int64)
        beats_in_chart = int(beats.count(chart, end)[0]) + 1
        half_beats_ns = beats.half_beats_ns(chart, ticks[first])
        self._batch_of = batch_of.astype(np.int64)
        self._batches = np.zeros(len(numbers), dtype=evidence.BATCH)
        self._batches["notes_left"] = notes
        self._batches["origin_ns"] = chart.written_ns[first]
        self._batches["far_ns"] = size * half_beats_ns  # half a batch
        self._batches["end_beat"] = (numbers + 1) * size
        self._batches["whole"] = self._batches["end_beat"] <= beats_in_chart
        self._trial = np.zeros(1, dtype=evidence.TRIAL)
        self._trial["low_margin"] = low
        self._trial["high_margin"] = high
        self._trial["log_threshold"] = -math.log(ALPHA)
        self._trial["by_tempo"] = by_tempo
        self._trial["before"] = -1

    def feed(self, settled: NDArray[np.void], written_ns: NDArray[np.int64]) -> None:
        evidence.feed(settled, written_ns, self._batch_of, self._batches, self._trial)

    def answer(self) -> tuple[int, int | None, float, float, float]:
        """The call and its beat, the estimate and the interval; not finite where unknown."""
        trial = self._trial[0]
        call, mean, reach = int(trial["call"]), float(trial["mean"]), float(trial["reach"])
        beat = int(trial["called_at_beat"]) if call != evidence.OPEN else None
        if trial["n"] == 0:
            mean = math.nan
        return call, beat, mean, mean - reach, mean + reach


def _slope(ratio: float) -> float:
    """How fast a player of this tempo ratio gains on the chart, in ns a written ns."""
    return ratio / (1 + ratio)


def _percent(slope: float) -> float | None:
    """The tempo ratio of a gain, in percent; None where no tempo has such a gain."""
    if not math.isfinite(slope) or slope >= 1:
        return None
    return 100 * slope / (1 - slope)


def _ms(ns: float) -> float | None:
    return units.ms_from_ns(ns) if math.isfinite(ns) else None
