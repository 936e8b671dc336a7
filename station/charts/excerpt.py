"""Part of a chart, and the same part over and over: what a player loops.

A loop is laid out before it is played: so many passes in a row, judged like any other chart.
One that goes on until the player stops is a long one; what was not reached is not missed.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice

from station.charts.chart import Chart
from station.charts.tempo import TempoMap
from station.units import NS_PER_MINUTE

MIN_SPEED_PERCENT = 25
MAX_SPEED_PERCENT = 200
# More than anybody plays without getting up, and what a take can still be laid out in at once.
MAX_NOTES = 200_000
# "Until stopped" has to end some time, and the take begins the sooner the less is laid out.
OPEN_END_NS = 30 * NS_PER_MINUTE
OPEN_END_NOTES = 30_000


def excerpt(chart: Chart, first: int, end: int) -> Chart:
    """The bars from `first` (from 0) up to, but without, `end`.

    Tempo and metre in force at the cut are kept, and every time between two ticks inside is
    what it was. All bars of a chart are that chart itself.

    Parameters
    ----------
    chart
        With at least `end` bars.
    first, end
        As of a slice.

    Raises
    ------
    ValueError
        When the chart has no such bars.
    """
    bars = list(islice(chart.bars(), end)) if 0 <= first < end else []
    if not bars or len(bars) != end:
        raise ValueError(f"bars {first + 1} to {end} are not among its bars 1 to {chart.bar_count}")
    a, b = bars[first].tick, bars[-1].end_tick
    if (a, b) == (0, chart.length_ticks):
        return chart
    tempi = [c for c in chart.tempo.changes if a < c.tick < b]
    metres = [m for m in chart.metre if a < m.tick < b]
    return Chart(
        title=chart.title,
        tempo=TempoMap(
            chart.ppq,
            (
                replace(chart.tempo.segment_at(a), tick=0),
                *(replace(c, tick=c.tick - a) for c in tempi),
            ),
        ),
        metre=(
            replace(chart.metre_at(a), tick=0),
            *(replace(m, tick=m.tick - a) for m in metres),
        ),
        notes=tuple(replace(n, tick=n.tick - a) for n in chart.notes if a <= n.tick < b),
        length_ticks=b - a,
        origin=chart.origin,
        first_bar=chart.written_bar(first),
        pass_ticks=chart.pass_ticks if a == 0 and chart.pass_ticks < b else 0,
    )


def titled_excerpt(chart: Chart, first: int, end: int) -> Chart:
    """The same as `excerpt`, with its bars in the title: `Seven, bars 5–8`."""
    part = excerpt(chart, first, end)
    if part is chart:
        return part
    which = f"bar {end}" if end == first + 1 else f"bars {first + 1}–{end}"
    return replace(part, title=f"{chart.title}, {which}")


def at_speed(chart: Chart, speed: Fraction) -> Chart:
    """The same chart `speed` times as fast as it is written, exactly.

    Raises
    ------
    ValueError
        When a tempo would be one that nobody plays.
    """
    return chart if speed == 1 else replace(chart, tempo=chart.tempo.scaled(speed))


def repeated(chart: Chart, times: int) -> Chart:
    """The same as `Chart.repeated`, within what can be laid out at once.

    Raises
    ------
    ValueError
        When it would have more than `MAX_NOTES` notes, or last longer than a chart may.
    """
    if times * len(chart.notes) > MAX_NOTES:
        raise ValueError(f"it would have more than {MAX_NOTES:,} notes; play it fewer times")
    return chart.repeated(times)


def until_stopped(chart: Chart) -> Chart:
    """The chart over and over for `OPEN_END_NS` or `OPEN_END_NOTES`, whichever comes first."""
    by_time = OPEN_END_NS // max(1, chart.length_ns)
    by_notes = OPEN_END_NOTES // max(1, len(chart.notes))
    return repeated(chart, max(1, min(by_time, by_notes)))
