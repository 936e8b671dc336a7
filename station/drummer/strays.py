"""Strikes that no note asks for: extras of the player, doubles and crosstalk of the kit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.drummer.noise import Noise
from station.drummer.params import DrummerParams
from station.drummer.performance import Cause, Strike
from station.model import Pad, Zone
from station.units import NS_PER_MS


@dataclass(frozen=True, slots=True)
class _Echo:
    """What a stroke sets off in the kit: how much later, at which part of its velocity."""

    stream: str
    after_ms: tuple[float, float]
    velocity_ratio: tuple[float, float]


# After the module's own mask time, and within 30 ms of the stroke.
_DOUBLE = _Echo("double", (8.0, 29.0), (0.1, 0.5))
# It can arrive before the stroke that caused it: the pads are scanned in turn.
_CROSSTALK = _Echo("crosstalk", (-2.0, 5.0), (0.05, 0.25))

_Voice = tuple[Pad, Zone, int]
_SNARE: _Voice = (Pad.SNARE, Zone.HEAD, 38)
_TOM: _Voice = (Pad.TOM_1, Zone.HEAD, 48)


def extras(
    chart: Chart, params: DrummerParams, noise: Noise, t_ns: NDArray[np.int64]
) -> Iterator[Strike]:
    """Extra strikes: after a note, anywhere before the next is written, on a pad of the chart.

    Parameters
    ----------
    t_ns
        When each note would be struck, shape (notes,).
    """
    count = len(chart.notes)
    chosen = np.flatnonzero(noise.uniform("extra", count) < params.extra_rate)
    after = noise.uniform("extra/time", count)[chosen] * _gaps_ns(chart)[chosen]
    times = t_ns[chosen] + np.rint(after).astype(np.int64)
    like = noise.choice("extra/pad", count, count)[chosen]
    span = params.normal_velocity - params.ghost_velocity
    loudness = params.ghost_velocity + noise.uniform("extra/velocity", count)[chosen] * span
    velocities = np.rint(loudness).astype(np.int64)
    for t, i, velocity in zip(times.tolist(), like.tolist(), velocities.tolist(), strict=True):
        note = chart.notes[i]
        yield Strike(t, note.pad, note.zone, note.midi_note, velocity, Cause.EXTRA, -1)


def doubles(strokes: Sequence[Strike], params: DrummerParams, noise: Noise) -> Iterator[Strike]:
    """Second triggers of a stroke: the same pad, within 30 ms, at half its velocity or less."""
    for s, t_ns, velocity in _echoes(_DOUBLE, strokes, params.double_trigger_rate, noise):
        yield Strike(t_ns, s.pad, s.zone, s.midi_note, velocity, Cause.DOUBLE, -1)


def crosstalk(
    chart: Chart, strokes: Sequence[Strike], params: DrummerParams, noise: Noise
) -> Iterator[Strike]:
    """A stroke felt by another pad: one of the chart's, or a neighbour if it has but one."""
    voices: dict[Pad, _Voice] = {}
    for note in chart.notes:
        voices.setdefault(note.pad, (note.pad, note.zone, note.midi_note))
    if len(voices) == 1:
        neighbour = _SNARE if Pad.TOM_1 in voices else _TOM
        voices[neighbour[0]] = neighbour
    others = {pad: [v for p, v in voices.items() if p is not pad] for pad in voices}
    places = noise.choice("crosstalk/pad", len(chart.notes), len(voices) - 1).tolist()
    for s, t_ns, velocity in _echoes(_CROSSTALK, strokes, params.crosstalk_rate, noise):
        pad, zone, midi_note = others[s.pad][places[s.chart_index]]
        yield Strike(t_ns, pad, zone, midi_note, velocity, Cause.CROSSTALK, -1)


def _gaps_ns(chart: Chart) -> NDArray[np.int64]:
    """From each note to the next later one, or to the chart's end, shape (notes,)."""
    written = chart.written_ns
    times = np.unique(written)
    following = np.append(times[1:], chart.length_ns)
    gaps: NDArray[np.int64] = following[np.searchsorted(times, written)] - written
    return gaps


def _echoes(
    echo: _Echo, strokes: Sequence[Strike], rate: float, noise: Noise
) -> Iterator[tuple[Strike, int, int]]:
    """Chosen strokes, each with the time and the velocity of what it sets off."""
    count = strokes[-1].chart_index + 1 if strokes else 0
    chosen = noise.uniform(echo.stream, count) < rate
    ms = _between(echo.after_ms, noise.uniform(f"{echo.stream}/time", count))
    ratio = _between(echo.velocity_ratio, noise.uniform(f"{echo.stream}/velocity", count))
    for s in strokes:
        i = s.chart_index
        if chosen[i]:
            t_ns = s.t_ns + round(float(ms[i]) * NS_PER_MS)
            yield s, t_ns, max(1, int(s.velocity * float(ratio[i])))


def _between(bounds: tuple[float, float], part: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = bounds
    return low + part * (high - low)
