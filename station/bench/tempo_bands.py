"""Does the tempo curve's 95 % band hold the tempo that the simulated drummer was set to?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.bench.verdict_speed import kit_eighths
from station.charts.chart import Chart
from station.drummer.beats import long_range_ns
from station.drummer.noise import Noise
from station.drummer.params import DrummerParams
from station.drummer.perform import perform
from station.model import Pad
from station.timing import beats
from station.timing.tempo_curve import tempo_curve

Floats = NDArray[np.float64]

BEATS = 256  # 47 s
_WINDOW, _STEP = 16, 8
_BEAT_MS = 60_000 / 330.0
_COMMON = {
    "timekeeper_sd_ms": 6.0,
    "motor_sd_ms": 4.0,
    "miss_rate": 0.02,
    "limb_offsets_ms": {Pad.KICK: -6.0},
}
PLAYERS: dict[str, dict[str, float]] = {
    "to a click": {"phase_correction": 0.33, "tempo_percent": 0.5},
    "free clock": {"tempo_percent": 0.5},
    "free clock + long-range": {"tempo_percent": 0.5, "long_range_sd_ms": 1.1},
    "free clock that tires": {"tempo_percent": 1.0, "fatigue_tempo_percent_per_minute": 2.0},
}


def measure(
    takes: int,
    seed: int = 1,
    beats_of_take: int = BEATS,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Share of the curve's points whose band holds the truth, for each of the players.

    Parameters
    ----------
    takes
        Of each player, kit eighths at 330 BPM.
    seed
        The same seed gives the same takes.
    beats_of_take
        How long they are.
    say
        Gets a line before each player.

    Returns
    -------
    list of dict
        `holds`, and `line_holds` of the peer: the error that a least-squares line through the
        hits of the window has by itself; in percent. `width_percent`: of our band, mean.
    """
    chart = kit_eighths(beats_of_take // 4)
    rows = []
    for name, of_player in PLAYERS.items():
        say(f"tempo curve: {name}")
        held, line_held, widths = [], [], []
        for number in range(takes):
            params = DrummerParams(seed=1000 * seed + number, **_COMMON, **of_player)  # type: ignore[arg-type]
            ours, peer, width = _one_take(chart, params)
            held.append(ours)
            line_held.append(peer)
            widths.append(width)
        rows.append(
            {
                "player": name,
                "takes": takes,
                "holds": round(100 * float(np.mean(np.concatenate(held))), 1),
                "line_holds": round(100 * float(np.mean(np.concatenate(line_held))), 1),
                "width_percent": round(float(np.mean(np.concatenate(widths))), 2),
            }
        )
    return rows


def _one_take(
    chart: Chart, params: DrummerParams
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Of each point: whether its band holds, whether the peer's does, and ours' width."""
    strikes = perform(chart, params).strikes
    index = np.array([strike.chart_index for strike in strikes])
    order = np.argsort(index, kind="stable")
    note = index[order]
    t_ns = np.array([strike.t_ns for strike in strikes])[order]
    written_ns = chart.written_ns[note]
    t_ms, offset_ms = written_ns / 1e6, (t_ns - written_ns) / 1e6
    beat = beats.count(chart, beats.note_ticks(chart))[note]
    truth = _truth(params, int(beat[-1]) + 1)
    held, line_held, widths = [], [], []
    for point in tempo_curve(t_ms, offset_ms, beat):
        if point.low is None or point.high is None:
            continue
        begin = _STEP * round((point.t_ms / _BEAT_MS - _WINDOW / 2) / _STEP)
        expected = truth[begin]
        held.append(point.low <= expected <= point.high)
        widths.append(point.high - point.low)
        here = slice(*np.searchsorted(beat, (begin, begin + _WINDOW)))
        slope, error = _line(t_ms[here], offset_ms[here])
        line_held.append(abs(-100 * slope - expected) <= 196 * error)
    return np.array(held, dtype=bool), np.array(line_held, dtype=bool), np.array(widths)


def _truth(params: DrummerParams, count: int) -> Floats:
    """The tempo that the clock was set to in each window, in percent; shape (windows,)."""
    minutes = np.arange(count) * _BEAT_MS / 60_000
    percent = params.tempo_percent - params.fatigue_tempo_percent_per_minute * minutes
    longer_ms = long_range_ns(params, Noise(params.seed), count) / 1e6
    intervals = _BEAT_MS / (1 + percent / 100) + longer_ms
    # Between the first and the last beat of a window there are as many less one.
    mean = np.convolve(intervals, np.full(_WINDOW - 1, 1 / (_WINDOW - 1)), "valid")
    truth: Floats = 100 * (_BEAT_MS / mean - 1)
    return truth


def _line(t: Floats, x: Floats) -> tuple[float, float]:
    """A least-squares line's slope and the standard error that it says of itself."""
    t, x = t - t.mean(), x - x.mean()
    along = float((t**2).sum())
    slope = float((t * x).sum()) / along
    left = float(((x - slope * t) ** 2).sum())
    return slope, float(np.sqrt(left / (len(t) - 2) / along))
