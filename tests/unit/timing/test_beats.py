from __future__ import annotations

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from station.timing import beats


def chart_of(metre, length_ticks, ppq=480, bpm=120):
    return Chart("t", TempoMap.constant(bpm, ppq), metre, (), length_ticks)


@pytest.mark.parametrize(
    "metre",
    [
        (MetreChange(0, 4, 4),),
        (MetreChange(0, 7, 4), MetreChange(7 * 480, 14, 8)),
        (MetreChange(0, 3, 4), MetreChange(3 * 480, 6, 8), MetreChange(9 * 480, 4, 4)),
    ],
)
def test_beats_and_bars_are_those_of_the_chart(metre):
    chart = chart_of(metre, 21 * 480)
    ticks = np.arange(0, 21 * 480, 60, dtype=np.int64)
    starts = chart.beat_ticks()
    by_search = np.searchsorted(starts, ticks, side="right") - 1
    assert beats.count(chart, ticks).tolist() == by_search.tolist()
    bar_starts = [bar.tick for bar in chart.bars()]
    by_search = np.searchsorted(bar_starts, ticks, side="right") - 1
    assert beats.count(chart, ticks, bars=True).tolist() == by_search.tolist()


def test_half_beats_follow_metre_and_tempo():
    chart = chart_of((MetreChange(0, 4, 4), MetreChange(4 * 480, 7, 8)), 7200, bpm=120)
    ticks = np.array([0, 4 * 480], dtype=np.int64)
    assert beats.half_beats_ns(chart, ticks).tolist() == [250_000_000, 125_000_000]


def test_ticks_are_the_notes_own():
    notes = tuple(Note(tick, Pad.SNARE, Zone.HEAD, 38) for tick in (0, 7, 7))
    metre = (MetreChange(0, 4, 4),)
    chart = Chart("t", TempoMap.constant(120, 480), metre, notes, 480)
    assert beats.note_ticks(chart).tolist() == [0, 7, 7]
    assert beats.count(chart, np.zeros(0, dtype=np.int64)).tolist() == []
