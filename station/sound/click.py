"""From a chart and a plan to clicks: pure, and exact before it is rounded once.

A click is written at a fraction of a tick; its frame on a card's clock is rounded once, so it
is at most half a sample off however long the take, at any tempo and in any metre.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart, MetreChange
from station.sound.click_plan import Beats, ClickPlan, Subdivision
from station.sound.click_voices import Strength
from station.units import NS_PER_S

# Places are in twelfths of a tick: halves, thirds and quarters of any beat are exact.
_PARTS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """The clicks of a take, in order of time; a negative place is in the count-in.

    Attributes
    ----------
    places
        In twelfths of the chart's ticks, shape (n,).
    strengths
        A `Strength` each, shape (n,).
    """

    chart: Chart
    places: NDArray[np.int64]
    strengths: NDArray[np.int8]

    def frames(self, rate_hz: int) -> NDArray[np.int64]:
        """Each click's frame on a card's clock, from tick 0, rounded half up; shape (n,)."""
        return self.chart.tempo.counted(self.places, _PARTS, Fraction(rate_hz, NS_PER_S))

    def times_ns(self) -> NDArray[np.int64]:
        """When each is written, ns from tick 0, rounded half up; shape (n,)."""
        return self.chart.tempo.counted(self.places, _PARTS)


def lay_clicks(chart: Chart, plan: ClickPlan) -> Clicks:
    """All clicks of a chart, count-in first."""
    places: list[NDArray[np.int64]] = []
    strengths: list[NDArray[np.int8]] = []
    for stretch in _stretches(chart, plan):
        _lay(stretch, plan, places, strengths)
    place, strength = np.concatenate(places), np.concatenate(strengths)
    order = np.argsort(place, kind="stable")
    return Clicks(chart, place[order], strength[order])


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Beats under one metre.

    Attributes
    ----------
    ticks, ends
        Where each beat begins, and where the next one (of this stretch) would.
    bars, beats
        Each beat's bar and its place in it; bars of the count-in are negative.
    """

    metre: MetreChange
    beat_ticks: int
    ticks: NDArray[np.int64]
    ends: NDArray[np.int64]
    bars: NDArray[np.int64]
    beats: NDArray[np.int64]


def _stretches(chart: Chart, plan: ClickPlan) -> Iterator[_Stretch]:
    first = chart.metre[0]
    count_in = plan.count_in_bars * first.bar_ticks(chart.ppq)
    yield _stretch(first, chart.ppq, -count_in, 0, -plan.count_in_bars)
    bar = 0
    for i, metre in enumerate(chart.metre):
        after = chart.metre[i + 1].tick if i + 1 < len(chart.metre) else chart.length_ticks
        end = min(after, chart.length_ticks)
        if end > metre.tick:
            yield _stretch(metre, chart.ppq, metre.tick, end, bar)
            bar += -((metre.tick - end) // metre.bar_ticks(chart.ppq))


def _stretch(metre: MetreChange, ppq: int, tick: int, end: int, bar: int) -> _Stretch:
    beat_ticks = metre.beat_ticks(ppq)
    ticks = np.arange(tick, end, beat_ticks, dtype=np.int64)
    number = np.arange(len(ticks), dtype=np.int64)
    return _Stretch(
        metre=metre,
        beat_ticks=beat_ticks,
        ticks=ticks,
        ends=np.minimum(ticks + beat_ticks, end),
        bars=bar + number // metre.beats,
        beats=number % metre.beats,
    )


def _lay(
    stretch: _Stretch,
    plan: ClickPlan,
    places: list[NDArray[np.int64]],
    strengths: list[NDArray[np.int8]],
) -> None:
    said = np.isin(stretch.bars, list(plan.bar_beats))
    counting = stretch.bars < 0
    open_bar = ~said & _bar_sounds(stretch.bars, plan)
    on_beat = np.where(counting | said, True, _beat_sounds(stretch, plan) & open_bar)
    for i in np.flatnonzero(said & ~counting):
        beats = plan.bar_beats[int(stretch.bars[i])]
        on_beat[i] = stretch.beats[i] < len(beats) and beats[stretch.beats[i]]
    places.append(stretch.ticks[on_beat] * _PARTS)
    strengths.append(_beat_strengths(stretch, plan)[on_beat])
    # Between the beats nothing is said beat by beat, and the count-in counts beats.
    between = open_bar & ~counting
    begin = stretch.ticks[between] * _PARTS
    end = stretch.ends[between] * _PARTS
    for offset, strength in _inside_a_beat(stretch.metre, stretch.beat_ticks * _PARTS, plan):
        at = begin + offset
        inside = at < end
        places.append(at[inside])
        strengths.append(np.full(int(inside.sum()), strength, np.int8))


def _inside_a_beat(
    metre: MetreChange, length: int, plan: ClickPlan
) -> Iterator[tuple[int, Strength]]:
    """What sounds inside a beat: how far behind it, in twelfths of a tick, and how strong."""
    half = length // 2
    if plan.beats is Beats.OFFBEATS:
        yield half, Strength.BEAT
    parts = _parts_of_a_beat(plan.subdivision, metre.unit)
    for number in range(1, parts):
        at = length * number // parts
        if not (plan.beats is Beats.OFFBEATS and at == half):
            yield at, Strength.SUBDIVISION


def _parts_of_a_beat(subdivision: Subdivision, unit: int) -> int:
    match subdivision:
        case Subdivision.NONE:
            return 1
        case Subdivision.EIGHTHS:
            return max(1, 8 // unit)
        case Subdivision.SIXTEENTHS:
            return max(1, 16 // unit)
        case Subdivision.TRIPLETS:
            return 3 * max(1, 4 // unit)


def _bar_sounds(bars: NDArray[np.int64], plan: ClickPlan) -> NDArray[np.bool_]:
    in_turn = bars % (plan.on_bars + plan.off_bars) < plan.on_bars
    silent = np.isin(bars, list(plan.silent_bars))
    sounds: NDArray[np.bool_] = in_turn & ~silent
    return sounds


def _beat_sounds(stretch: _Stretch, plan: ClickPlan) -> NDArray[np.bool_]:
    beats = stretch.beats
    sounds: NDArray[np.bool_] = np.zeros(len(beats), np.bool_)
    match plan.beats:
        case Beats.ALL:
            sounds = np.ones(len(beats), np.bool_)
        case Beats.FIRST:
            sounds = beats == 0
        case Beats.BACKBEATS:
            sounds = beats % 2 == 1
        case Beats.GROUPS:
            sounds = np.isin(beats, _group_starts(stretch, plan))
        case Beats.OFFBEATS | Beats.NONE:
            pass
    return sounds


def _beat_strengths(stretch: _Stretch, plan: ClickPlan) -> NDArray[np.int8]:
    strong = _group_starts(stretch, plan) if plan.accents else []
    accented = np.isin(stretch.beats, strong)
    return np.where(accented, Strength.ACCENT, Strength.BEAT).astype(np.int8)


def _group_starts(stretch: _Stretch, plan: ClickPlan) -> list[int]:
    """The beats of a bar on which a group begins, the first always."""
    starts, at = [0], 0
    for beats in plan.groups or stretch.metre.groups:
        at += beats
        if at < stretch.metre.beats:
            starts.append(at)
    return starts
