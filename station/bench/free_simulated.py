"""Simulated free takes whose tempo course is known: does the curve's band hold it?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from station import units
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.drummer.params import DrummerParams
from station.drummer.perform import perform
from station.hits import HitArray, to_array
from station.model import Flag, Hit, Note, Pad, Zone
from station.timing.free.analysis import analyse_hits

_PPQ = 12
_BARS = 64
_MIDI_NOTE = {Pad.KICK: 36, Pad.SNARE: 38, Pad.HI_HAT: 42, Pad.HI_HAT_PEDAL: 44, Pad.RIDE: 51}

# (place in the bar in twelfths of a beat, pad): what one bar is.
Bar = tuple[tuple[int, Pad], ...]


def _even(beats: int, step: int, pad: Pad) -> Bar:
    return tuple((tick, pad) for tick in range(0, beats * _PPQ, step))


ROCK: Bar = (*_even(4, 6, Pad.HI_HAT), (0, Pad.KICK), (12, Pad.SNARE), (24, Pad.KICK),
             (30, Pad.KICK), (36, Pad.SNARE))  # fmt: skip
SIXTEENTHS: Bar = (*_even(4, 3, Pad.HI_HAT), (0, Pad.KICK), (9, Pad.KICK), (12, Pad.SNARE),
                   (24, Pad.KICK), (36, Pad.SNARE))  # fmt: skip
SWING: Bar = (*_even(4, 12, Pad.RIDE), (20, Pad.RIDE), (44, Pad.RIDE), (12, Pad.HI_HAT_PEDAL),
              (36, Pad.HI_HAT_PEDAL), (8, Pad.SNARE), (24, Pad.KICK))  # fmt: skip
WALTZ: Bar = (*_even(3, 6, Pad.HI_HAT), (0, Pad.KICK), (12, Pad.SNARE), (24, Pad.SNARE))
FIVE: Bar = (*_even(5, 6, Pad.HI_HAT), (0, Pad.KICK), (12, Pad.SNARE), (30, Pad.KICK),
             (36, Pad.KICK), (48, Pad.SNARE))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A part, and how its tempo goes: BPM at the part of the take that is over (0 to 1)."""

    name: str
    bar: Bar
    beats: int
    bpm: Callable[[float], float]


CASES = (
    Case("rock, 96", ROCK, 4, lambda _: 96.0),
    Case("rock, 110 to 125", ROCK, 4, lambda x: 110 + 15 * x),
    Case("rock, 140 ± 4 % in waves", ROCK, 4, lambda x: 140 * (1 + 0.04 * math.sin(20 * x))),
    Case("sixteenths, 84, later 92", SIXTEENTHS, 4, lambda x: 84.0 if x < 0.5 else 92.0),
    Case("swing, 160 to 150", SWING, 4, lambda x: 160 - 10 * x),
    Case("waltz, 130", WALTZ, 3, lambda _: 130.0),
    Case("five, 115 to 121", FIVE, 5, lambda x: 115 + 6 * x),
    Case("swing, 330", SWING, 4, lambda _: 330.0),
)
DRUMMER = DrummerParams(
    timekeeper_sd_ms=8.0,
    motor_sd_ms=6.0,
    limb_offsets_ms={Pad.KICK: -6.0, Pad.SNARE: 2.0},
    miss_rate=0.02,
    extra_rate=0.02,
    velocity_sd=10.0,
)


def take_of(case: Case, seed: int) -> tuple[HitArray, Chart]:
    """One take of a case, and the chart, whose tempo map is the truth."""
    beats = _BARS * case.beats
    changes = tuple(
        TempoChange(i * _PPQ, Fraction(round(units.NS_PER_MINUTE / case.bpm(i / beats))))
        for i in range(beats)
    )
    bar_ticks = case.beats * _PPQ
    notes = sorted((b * bar_ticks + tick, pad) for b in range(_BARS) for tick, pad in set(case.bar))
    chart = Chart(
        title=case.name,
        tempo=TempoMap(_PPQ, changes),
        metre=(MetreChange(0, case.beats, 4),),
        notes=tuple(Note(tick, pad, Zone.HEAD, _MIDI_NOTE[pad]) for tick, pad in _sorted(notes)),
        length_ticks=_BARS * bar_ticks,
    )
    strikes = perform(chart, replace(DRUMMER, seed=seed)).strikes
    hits = [
        Hit(i, s.t_ns, 0, s.t_ns, s.pad, s.zone, s.velocity, s.midi_note, 0, Flag.NONE)
        for i, s in enumerate(strikes)
    ]
    return to_array(hits), chart


def _sorted(notes: list[tuple[int, Pad]]) -> list[tuple[int, Pad]]:
    return sorted(notes, key=lambda note: (note[0], _MIDI_NOTE[note[1]]))


def measure(case: Case, seeds: int) -> dict[str, Any]:
    """Takes of a case: how far off the curve is, and how often its band holds the truth."""
    level_right = metre_right = 0
    off, held = [], []
    for seed in range(seeds):
        hits, chart = take_of(case, seed)
        playing = analyse_hits(hits)
        if playing is None:
            continue
        length_s = units.s_from_ns(chart.tempo.ns_at(chart.length_ticks))
        level = round(playing.bpm / (60 * _BARS * case.beats / length_s), 3)
        metre = playing.metre
        metre_right += metre is not None and (metre.beats, metre.unit) == (case.beats, 4)
        if abs(level - 1) > 0.03:
            continue
        level_right += 1
        for segment in playing.segments:
            t_s = segment.t_s + units.s_from_ns(playing.start_ns)
            knots = np.arange(_BARS * case.beats) * _PPQ
            begins_s = chart.tempo.ns_of(knots) / 1e9
            beat = np.clip(np.searchsorted(begins_s, t_s, side="right") - 1, 0, len(knots) - 1)
            truth = np.array([chart.tempo.bpm_at(int(tick)) for tick in knots])[beat]
            low, high = segment.bpm_band
            off.append(100 * (segment.bpm / truth - 1))
            held.append((low <= truth) & (truth <= high))
    return {
        "case": case.name,
        "takes": seeds,
        "level_right": level_right,
        "metre_right": int(metre_right),
        "curve_rms_percent": _rms(off),
        "band_holds_percent": 100 * float(np.concatenate(held).mean()) if held else None,
    }


def _rms(parts: list[Any]) -> float | None:
    return float(np.sqrt((np.concatenate(parts) ** 2).mean())) if parts else None
