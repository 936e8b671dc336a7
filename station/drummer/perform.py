"""Play a chart as a drummer would."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.drummer.beats import clock_departure_ns, fatigue_factor
from station.drummer.noise import Floats, Noise, sin_turns
from station.drummer.ornaments import bounces, graces
from station.drummer.params import DrummerParams, WanderShape
from station.drummer.performance import Cause, Performance, Strike
from station.drummer.strays import crosstalk, doubles, extras
from station.model import Dynamic
from station.units import NS_PER_MS, NS_PER_S, ns_from_ms

# Of the random wander: three periods around the given one, none a multiple of another.
_WANDER_PERIODS = (0.618, 1.0, 1.732)


def perform(chart: Chart, params: DrummerParams) -> Performance:
    """Play a chart once.

    Each note is struck at its written time, plus the clock's departure there, the offsets of
    the player and of the limb, the wander, the stroke's own motor delay, and the kit's
    latency. Hands do not overtake one another: on one pad the strokes come in the order of
    the notes, however large the noise. Flams and drags have their grace strokes before them,
    buzzed strokes bounce.

    Returns
    -------
    Performance
        Every strike with the note that it was meant for. The same chart and parameters give
        the same performance to the nanosecond, on every machine.
    """
    if not chart.notes:
        return Performance(chart.title, 0, params, (), ())
    noise = Noise(params.seed)
    t_ns = _in_order_on_each_pad(chart, _stroke_times_ns(chart, params, noise))
    missed = noise.uniform("miss", len(chart.notes)) < params.miss_rate
    strokes = _strokes(chart, params, noise, t_ns, missed)
    around = [*graces(chart, strokes, params, noise), *bounces(chart, strokes, params, noise)]
    strays = [
        *extras(chart, params, noise, t_ns),
        *doubles(strokes, params, noise),
        *crosstalk(chart, strokes, params, noise),
    ]
    strikes = sorted([*strokes, *around, *strays], key=lambda s: s.t_ns)
    return Performance(
        chart_title=chart.title,
        chart_notes=len(chart.notes),
        params=params,
        strikes=tuple(strikes),
        missed=tuple(np.flatnonzero(missed).tolist()),
    )


def _stroke_times_ns(chart: Chart, params: DrummerParams, noise: Noise) -> NDArray[np.int64]:
    """When each note would be struck, from tick 0, shape (notes,)."""
    written = chart.written_ns.astype(np.float64)
    motor = (
        noise.normal("motor", len(chart.notes))
        * (params.motor_sd_ms * NS_PER_MS)
        * fatigue_factor(params, written)
    )
    departure = clock_departure_ns(chart, params, noise, motor) + motor
    departure = departure + _wander_ns(params, noise, written)
    constant = np.array(
        [
            ns_from_ms(
                params.offset_ms + params.latency_ms + params.limb_offsets_ms.get(note.pad, 0.0)
            )
            for note in chart.notes
        ],
        dtype=np.int64,
    )
    return chart.written_ns + np.rint(departure).astype(np.int64) + constant


def _wander_ns(params: DrummerParams, noise: Noise, written: Floats) -> Floats:
    """Slow wander at these times, shape (n,); from 0 at tick 0 where it is one sine."""
    turns = written / (params.wander_period_s * NS_PER_S)
    amplitude_ns = params.wander_ms * NS_PER_MS
    if params.wander_shape is WanderShape.SINE:
        sine: Floats = sin_turns(turns) * amplitude_ns
        return sine
    phases = noise.uniform("wander", len(_WANDER_PERIODS)).tolist()
    total = np.zeros(len(written))
    for period, phase in zip(_WANDER_PERIODS, phases, strict=True):
        total = total + sin_turns(turns / period + phase)
    wander: Floats = total * (amplitude_ns / len(_WANDER_PERIODS) ** 0.5)
    return wander


def _in_order_on_each_pad(chart: Chart, t_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    lanes = chart.lanes
    ordered = np.empty_like(t_ns)
    # By lane, then by note; and by lane, then by time: the same places in both.
    ordered[np.argsort(lanes, kind="stable")] = t_ns[np.lexsort((t_ns, lanes))]
    return ordered


def _strokes(
    chart: Chart,
    params: DrummerParams,
    noise: Noise,
    t_ns: NDArray[np.int64],
    missed: NDArray[np.bool_],
) -> list[Strike]:
    mean = {
        Dynamic.GHOST: params.ghost_velocity,
        Dynamic.NORMAL: params.normal_velocity,
        Dynamic.ACCENT: params.accent_velocity,
    }
    means = np.array([mean[note.dynamic] for note in chart.notes])
    drawn = means + noise.normal("velocity", len(means)) * params.velocity_sd
    velocities = np.clip(np.rint(drawn), 1, 127).astype(np.int64).tolist()
    return [
        Strike(t, note.pad, note.zone, note.midi_note, velocity, Cause.NOTE, index)
        for index, (t, note, velocity, skip) in enumerate(
            zip(t_ns.tolist(), chart.notes, velocities, missed.tolist(), strict=True)
        )
        if not skip
    ]
