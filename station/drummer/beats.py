"""The drummer's clock: by how much each beat departs from its written time.

Between beats the departure is interpolated, so that all limbs hang on one clock and a chord
stays together up to each limb's own offset and motor noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.drummer.noise import Floats, Noise
from station.drummer.params import DrummerParams
from station.units import NS_PER_MINUTE, NS_PER_MS

# Rates of the two AR(1) whose sum is the long-range noise.
_AR_RATES = (0.9, 0.99)
# Fatigue never brings anybody below half the written tempo.
_SLOWEST_RATIO = 0.5


@dataclass(frozen=True, slots=True)
class _Beats:
    """The chart's beats.

    Attributes
    ----------
    ticks, written_ns
        Where and when each is written, ascending, and the chart's end as the last:
        shape (beats + 1,).
    in_fill
        Whether each is part of a fill, shape (beats,).
    """

    ticks: NDArray[np.int64]
    written_ns: Floats
    in_fill: NDArray[np.bool_]

    @property
    def lengths_ns(self) -> Floats:
        """From each beat to the next, shape (beats,)."""
        return np.diff(self.written_ns)


def clock_departure_ns(
    chart: Chart, params: DrummerParams, noise: Noise, motor_ns: Floats
) -> Floats:
    """Departure of the player's clock from the written time at each note.

    Parameters
    ----------
    motor_ns
        Each note's motor delay, shape (notes,): the first note on a beat is the stroke that
        the player corrects from.

    Returns
    -------
    Floats
        Shape (notes,), ns; without offsets and without the note's own motor delay.
    """
    beats = _beats(chart, params.fill_every_bars)
    leading_ns = _leading_strokes(chart, beats, motor_ns)
    at_beat = _sustained_drift(params, beats) + _corrected_phase(params, noise, beats, leading_ns)
    return _interpolate(chart.written_ns.astype(np.float64), beats.written_ns, at_beat)


def fatigue_factor(params: DrummerParams, written_ns: Floats) -> Floats:
    """By how much the spread has grown at these times, shape (n,)."""
    percent = params.fatigue_spread_percent_per_minute * written_ns / NS_PER_MINUTE
    factor: Floats = 1.0 + np.maximum(percent, 0.0) / 100.0
    return factor


def _beats(chart: Chart, fill_every_bars: int) -> _Beats:
    ticks: list[int] = []
    in_fill: list[bool] = []
    for bar in chart.bars():
        in_bar = bar.beat_ticks()
        ticks += in_bar
        in_fill += [bar.number % fill_every_bars == fill_every_bars - 1] * len(in_bar)
    knots = np.array([*ticks, chart.length_ticks], dtype=np.int64)
    written = chart.tempo.ns_of(knots).astype(np.float64)
    return _Beats(knots, written, np.array(in_fill, dtype=np.bool_))


def _sustained_drift(params: DrummerParams, beats: _Beats) -> Floats:
    """What a tempo other than written has added up to, shape (beats + 1,); negative is early."""
    minutes = beats.written_ns[:-1] / NS_PER_MINUTE
    percent = params.tempo_percent - params.fatigue_tempo_percent_per_minute * minutes
    ratio = np.maximum(1.0 + percent / 100.0, _SLOWEST_RATIO)
    gained = (beats.lengths_ns / ratio - beats.lengths_ns).tolist()
    drift = [0.0]
    for g in gained:
        drift.append(drift[-1] + g)
    return np.array(drift)


def _corrected_phase(
    params: DrummerParams, noise: Noise, beats: _Beats, leading_ns: list[float]
) -> Floats:
    """A' = (1−α)·A + T + M' − M from beat to beat; returned is A − M, shape (beats + 1,)."""
    lengths = beats.lengths_ns
    count = len(lengths)
    tired = fatigue_factor(params, beats.written_ns[:-1])
    fill_ratio = 1.0 + params.fill_rush_percent / 100.0
    fill_gain = np.where(beats.in_fill, lengths / fill_ratio - lengths, 0.0)
    white = noise.normal("timekeeper", count) * (params.timekeeper_sd_ms * NS_PER_MS)
    correlated = long_range_ns(params, noise, count)
    interval_errors = ((white + correlated) * tired + fill_gain).tolist()
    keep = 1.0 - params.phase_correction
    phase = [0.0]
    for error, m in zip(interval_errors, leading_ns, strict=True):
        asynchrony = phase[-1] + m
        phase.append(keep * asynchrony + error - m)
    return np.array(phase)


def long_range_ns(params: DrummerParams, noise: Noise, count: int) -> Floats:
    """The long-range noise of so many intervals: two stationary AR(1) of equal variance; ns."""
    total = np.zeros(count)
    if params.long_range_sd_ms == 0.0:
        return total
    sd_ns = params.long_range_sd_ms * NS_PER_MS / len(_AR_RATES) ** 0.5
    for rate in _AR_RATES:
        draws = (noise.normal(f"long-range {rate}", count) * sd_ns).tolist()
        innovation = (1.0 - rate * rate) ** 0.5
        x = 0.0
        series = []
        for i, draw in enumerate(draws):
            x = rate * x + innovation * draw if i else draw
            series.append(x)
        total = total + np.array(series)
    return total


def _leading_strokes(chart: Chart, beats: _Beats, motor_ns: Floats) -> list[float]:
    """The motor delay at each beat's first note; 0 where no note is on the beat."""
    note_ticks = np.array([n.tick for n in chart.notes], dtype=np.int64)
    ticks = beats.ticks[:-1]
    first = np.minimum(np.searchsorted(note_ticks, ticks, side="left"), len(note_ticks) - 1)
    leading: list[float] = np.where(note_ticks[first] == ticks, motor_ns[first], 0.0).tolist()
    return leading


def _interpolate(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Piecewise linear through the knots.

    `numpy.interp` would do, but may fuse its multiplication and addition, and then differs in
    the last bit between machines.
    """
    i = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    # Ticks finer than a nanosecond may put two knots in one place.
    part = (x - knots[i]) / np.maximum(knots[i + 1] - knots[i], 1.0)
    result: Floats = values[i] + part * (values[i + 1] - values[i])
    return result
