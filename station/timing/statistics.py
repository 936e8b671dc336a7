"""Everything else that a whole take tells: for the report only, never for the live engine.

=====================  ================================================================
`statistics_clock`     timekeeper and motor noise, phase correction, long-range exponent
`tempo_curve`          the tempo along the take, with a band
`statistics_course`    minute by minute, around fills
`statistics_touch`     dynamics
=====================  ================================================================
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.model import Sticking
from station.timing import beats, statistics_clock, statistics_course, statistics_touch
from station.timing.fills import fill_bars
from station.timing.tempo_curve import tempo_curve

_HANDS = {Sticking.RIGHT: 1, Sticking.LEFT: -1, Sticking.NONE: 0}
_DIGITS = 3


def take_statistics(
    chart: Chart,
    chart_index: NDArray[np.int32],
    offset_ns: NDArray[np.int64],
    velocity: NDArray[np.int64],
) -> dict[str, Any]:
    """All statistics of a take as JSON-ready values; what cannot be said is None.

    Parameters
    ----------
    chart
        What should have been played.
    chart_index, offset_ns, velocity
        Of the hits: which note, −1 for an extra hit; played − written; MIDI; shape (hits,).
    """
    played = chart_index >= 0
    note = chart_index[played].astype(np.int64)
    order = np.argsort(note, kind="stable")
    note = note[order]
    offset_ms = offset_ns[played][order] / float(units.NS_PER_MS)
    loud = velocity[played][order].astype(np.float64)
    t_ms = chart.written_ns[note] / float(units.NS_PER_MS)
    ticks = beats.note_ticks(chart)
    beat, bar = beats.count(chart, ticks), beats.count(chart, ticks, bars=True)
    on_beat = beat > beats.count(chart, ticks - 1)
    dynamic = np.array([n.dynamic for n in chart.notes], dtype=np.int64)
    hand = np.array([_HANDS[n.sticking] for n in chart.notes], dtype=np.int64)
    fills = fill_bars(chart.lanes, bar, *beats.in_bar(chart, ticks))
    asynchrony = _by_beat(beat[note], offset_ms, on_beat[note])
    told = {
        "clock": statistics_clock.wing_kristofferson(asynchrony),
        "phase_correction": statistics_clock.phase_correction(asynchrony),
        "long_range_exponent": statistics_clock.long_range_exponent(asynchrony),
        "tempo_curve": tempo_curve(t_ms, offset_ms, beat[note]),
        "minutes": statistics_course.by_minute(t_ms, offset_ms, beat[note], loud, hand[note]),
        "fills": statistics_course.around_fills(t_ms, offset_ms, bar[note], fills),
        "dynamics": statistics_touch.dynamics(loud, dynamic[note]),
    }
    return {name: _json(value) for name, value in told.items()}


def _by_beat(
    beat: NDArray[np.int64], offset_ms: NDArray[np.float64], on_beat: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The mean offset of what was played on each beat, NaN for nothing; shape (beats,)."""
    hits = np.bincount(beat[on_beat])
    total = np.bincount(beat[on_beat], weights=offset_ms[on_beat])
    with np.errstate(invalid="ignore"):
        mean: NDArray[np.float64] = np.where(hits > 0, total / np.maximum(hits, 1), np.nan)
    return mean


def _json(value: Any) -> Any:
    """Records as dicts, and numbers as people read them."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0
    if value is None or isinstance(value, int):
        return value
    return {name: _json(one) for name, one in asdict(value).items()}
