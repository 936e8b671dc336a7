"""Players of a kit with known truth: hi-hat eighths that swing, and a kick on every beat.

What limbs share is the noise of `verdict_cases`, to a click (white, AR(1) and slow wander, as
in real takes). What each has of its own is such that kick against hi-hat is as it was measured
on 22,215 pairs of real takes: mean −6.6 ms, SD 11.2, autocorrelation .06 .09 .06 .03 at lags
1, 4, 8, 16: a white part of .93 of the variance, and a slow one (AR(1) of rate .97 a pair).
The swing wanders at the same rate, by .05 of the variance of one triple (real takes: .02 .16
.10 .04). A steady player has no slow part. The simulated drummer (`station.drummer`) is the
third: another model, and the chart swings as he does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from station.bench.verdict_cases import BEAT_MS, BPM, SD_MS, Floats
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import PRESETS, Cause, DrummerParams, perform
from station.model import Note, Pad, Zone

KICK_MS = -6.6
SWING = 1.2
_PAIR_SD_MS = 11.2
_SLOW_IN_PAIRS, _SLOW_IN_SWING, _LIMB_RATE = 0.07, 0.05, 0.97
# Of the offsets: white, AR(1) of rate .53 a beat, slow AR(1) of rate .99.
_WANDERING, _STEADY = (0.155, 0.715, 0.13), (0.178, 0.822, 0.0)


@dataclass(frozen=True, slots=True)
class KitTakes:
    """Many takes of one kind of player.

    Attributes
    ----------
    name
        For the table.
    chart
        What is played: kick, hi-hat and off-beat of each beat, in this order.
    offsets_ms
        Shape (runs, notes); NaN is not struck.
    spread_ms
        SD of the hits on the beat about the player's drift, what pads differ by included.
    limb_ms, place
        Kick against hi-hat, and where the off-beat lies in its beat, as put in.
    limb_so_far_ms, place_so_far
        The same with what has wandered by each beat, averaged; shape (runs, beats).
    """

    name: str
    chart: Chart
    offsets_ms: Floats
    spread_ms: float
    limb_ms: float
    place: float
    limb_so_far_ms: Floats
    place_so_far: Floats


def kit_chart(beats: int, swing: float = 1.0) -> Chart:
    """Kick and hi-hat on every beat, and a hi-hat in between, at 330 BPM."""
    off = round(480 * swing / (1 + swing))
    notes = [
        note
        for beat in range(beats)
        for note in (
            Note(480 * beat, Pad.KICK, Zone.HEAD, 36),
            Note(480 * beat, Pad.HI_HAT, Zone.CLOSED, 42),
            Note(480 * beat + off, Pad.HI_HAT, Zone.CLOSED, 42),
        )
    ]
    tempo = TempoMap.constant(BPM, 480)
    return Chart("kit", tempo, (MetreChange(0, 4, 4),), tuple(notes), beats * 480)


def kit_takes(runs: int, beats: int, seed: int, *, wanders: bool) -> KitTakes:
    """By players to a click, correlated as real ones are; with the slow parts or without."""
    rng = np.random.default_rng(seed)
    white, short, slow = (SD_MS**2 * part for part in (_WANDERING if wanders else _STEADY))
    place = SWING / (1 + SWING)
    # By half beats: rates are the roots of those by beats.
    quick = math.sqrt(short) * _ar1(rng, runs, 2 * beats, math.sqrt(0.53))
    wander = math.sqrt(slow) * _ar1(rng, runs, 2 * beats, math.sqrt(0.99))
    hat = quick + math.sqrt(white) * rng.normal(size=quick.shape)
    # A triple's middle less what lies on the line between its ends.
    triple = hat[:, 1:-1:2] - (1 - place) * hat[:, :-2:2] - place * hat[:, 2::2]
    apart_ms = wanders * _PAIR_SD_MS * math.sqrt(_SLOW_IN_PAIRS)
    bend_ms = wanders * float(triple.std()) * math.sqrt(_SLOW_IN_SWING)
    apart = apart_ms * _ar1(rng, runs, beats, _LIMB_RATE)
    bend = bend_ms * _ar1(rng, runs, beats, _LIMB_RATE)
    own_ms = math.sqrt(_PAIR_SD_MS**2 - apart_ms**2 - white)
    kick = quick[:, ::2] + KICK_MS + apart + own_ms * rng.normal(size=apart.shape)
    off = hat[:, 1::2] + BEAT_MS * (place - 0.5) + bend
    hits = np.stack([kick, hat[:, ::2], off], axis=2)
    hits_and_wander = hits + np.stack([wander[:, ::2], wander[:, ::2], wander[:, 1::2]], axis=2)
    return KitTakes(
        "kit, to a click" if wanders else "kit, truly steady",
        kit_chart(beats),
        hits_and_wander.reshape(runs, -1),
        float(hits[:, :, :2].std()),
        KICK_MS,
        place,
        KICK_MS + _mean_so_far(apart),
        place + _mean_so_far(bend) / BEAT_MS,
    )


def drummer_takes(runs: int, beats: int, seed: int) -> KitTakes:
    """By the simulated drummer who is like real ones, phase correction, misses and all."""
    chart = kit_chart(beats, SWING)
    human = PRESETS["human"]
    still = [_offsets(chart, replace(human, wander_ms=0.0, seed=seed + r)) for r in range(runs)]
    place = round(480 * SWING / (1 + SWING)) / 480
    return KitTakes(
        "kit, simulated drummer",
        chart,
        np.stack([_offsets(chart, replace(human, seed=seed + r)) for r in range(runs)]),
        float(np.nanstd(np.stack(still).reshape(runs, beats, 3)[:, :, :2])),
        human.limb_offsets_ms[Pad.KICK],
        place,
        np.full((runs, beats), human.limb_offsets_ms[Pad.KICK]),
        np.full((runs, beats), place),
    )


def _offsets(chart: Chart, player: DrummerParams) -> Floats:
    offsets = np.full(len(chart.notes), np.nan)
    for strike in perform(chart, player).strikes:
        if strike.cause is Cause.NOTE:
            offsets[strike.chart_index] = strike.t_ns - chart.written_ns[strike.chart_index]
    return offsets / 1e6


def _ar1(rng: np.random.Generator, runs: int, steps: int, rate: float) -> Floats:
    """Stationary, of variance 1, shape (runs, steps)."""
    noise = rng.normal(size=(runs, steps))
    noise[:, 1:] *= math.sqrt(1 - rate**2)
    for i in range(1, steps):
        noise[:, i] += rate * noise[:, i - 1]
    return noise


def _mean_so_far(values: Floats) -> Floats:
    means: Floats = np.cumsum(values, axis=1) / np.arange(1, values.shape[1] + 1)
    return means
