"""The station's own verdict over many simulated takes, looked at after every batch.

What is run is `evidence.feed` on the tables of a real chart, a note a beat, as in the engine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from station.bench.verdict_cases import BEAT_MS, BPM, Floats
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from station.timing import evidence
from station.timing.beam import CONFIRMED
from station.timing.evidence import (
    FIRST_MEAN,
    FIRST_PAIR,
    LOG_INTERVAL,
    OPEN,
    PLACEMENT,
    TEMPO,
)
from station.timing.verdict import RunningVerdict

_BATCH = evidence.BATCH_BEATS


@dataclass(frozen=True, slots=True)
class Trials:
    """What came out of many takes.

    Attributes
    ----------
    called_at
        Beat of the first call that is low, high, within; 0 for never. Shape (runs, 3).
    missed_put_in, missed_so_far
        Whether the interval ever missed the truth that was put in, and the truth of the take
        so far; shape (runs,).
    missed_at_stop
        The same of what was put in, at the first call (without one, at the end).
    """

    called_at: NDArray[np.int64]
    missed_put_in: NDArray[np.bool_]
    missed_so_far: NDArray[np.bool_]
    missed_at_stop: NDArray[np.bool_]

    def share(self, call: int) -> float:
        """Share of the takes in which this was ever called."""
        return float((self.called_at[:, call - 1] > 0).mean())

    def beats_to(self, call: int, quantile: float = 0.5) -> float:
        """Beats until this is called in such a share of the takes; infinite for never."""
        at = self.called_at[:, call - 1]
        ordered = np.sort(np.where(at > 0, at, np.inf))
        return float(ordered[int(np.ceil(quantile * len(ordered))) - 1])


def pulse(beats: int, per_beat: int = 1) -> Chart:
    """A snare note `per_beat` times a beat at 330 BPM."""
    step = 480 // per_beat
    notes = tuple(Note(i * step, Pad.SNARE, Zone.HEAD, 38) for i in range(beats * per_beat))
    tempo = TempoMap.constant(BPM, 480)
    return Chart("pulse", tempo, (MetreChange(0, 4, 4),), notes, beats * 480)


def tempo_offsets(offsets_ms: Floats, ratio: float) -> Floats:
    """The same takes by players at `1 + ratio` times the tempo."""
    shifted: Floats = offsets_ms + np.arange(offsets_ms.shape[1]) * BEAT_MS * (1 / (1 + ratio) - 1)
    return shifted


def try_placement(offsets_ms: Floats, mean_ms: float, slow_ms: Floats) -> Trials:
    """Takes by players whose mean is `mean_ms`, with slow wander about it."""
    so_far = mean_ms + np.cumsum(slow_ms, axis=1) / np.arange(1, slow_ms.shape[1] + 1)
    return _try(offsets_ms + mean_ms, PLACEMENT, mean_ms, so_far)


def try_tempo(offsets_ms: Floats, ratio: float, slow_ms: Floats) -> Trials:
    """Takes by players at `1 + ratio` times the tempo, which wanders besides."""
    gain = BEAT_MS * (1 - 1 / (1 + ratio))
    so_far = gain - slow_ms / np.maximum(np.arange(slow_ms.shape[1]), 1)
    return _try(tempo_offsets(offsets_ms, ratio), TEMPO, gain, so_far)


def _try(offsets_ms: Floats, part: int, put_in: float, so_far: Floats) -> Trials:
    runs, beats = offsets_ms.shape
    running = RunningVerdict(pulse(beats), calibrated=True)
    rows = np.zeros(beats, dtype=CONFIRMED)
    rows["ticket"] = rows["chart_index"] = np.arange(beats)
    rows["counts"] = 1
    fresh = running.tables()
    called_at = np.zeros((runs, 3), dtype=np.int64)
    missed = np.zeros((runs, 3), dtype=np.int64)
    for r in range(runs):
        rows["offset_ns"] = np.rint(offsets_ms[r] * 1e6)
        notes, triples, batches, states, moments, noises, calls = (t.copy() for t in fresh)
        _look(
            rows, notes, triples, batches, states, moments, noises, calls,
            part, put_in, so_far[r], called_at[r], missed[r],
        )  # fmt: skip
    return Trials(called_at, missed[:, 0] > 0, missed[:, 1] > 0, missed[:, 2] > 0)


# Not kept on disk: numba would not notice that the kernels of another file have changed.
@njit()  # type: ignore[untyped-decorator, unused-ignore]
def _look(
    rows: NDArray[np.void],
    notes: NDArray[np.void],
    triples: NDArray[np.void],
    batches: NDArray[np.void],
    states: NDArray[np.void],
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
    part: int,
    put_in: float,
    so_far: Floats,
    called_at: NDArray[np.int64],
    missed: NDArray[np.int64],
) -> None:
    """One take, looked at after every batch."""
    stopped = False
    mine = noises[:FIRST_MEAN] if part == TEMPO else noises[FIRST_MEAN:FIRST_PAIR]
    for begin in range(0, len(rows) - _BATCH + 1, _BATCH):
        end = begin + _BATCH
        evidence.feed(rows[begin:end], notes, triples, batches, states, moments, noises, calls)
        call = calls[part]
        if call["n"] == 0 or begin // _BATCH % 2 == 0:  # asked every other batch
            continue
        e = np.zeros(2)
        for i in range(2):
            truth = put_in if i == 0 else so_far[end - 1]
            e[i] = evidence.log_e(mine, call, truth)
            if e[i] > LOG_INTERVAL:
                missed[i] = 1
        said = call["call"]
        if said and called_at[said - 1] == 0:
            called_at[said - 1] = end
        if not stopped:
            missed[2] = e[0] > LOG_INTERVAL
            stopped = said != OPEN
