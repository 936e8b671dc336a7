"""Part of a chart is what it was there, and a loop is that part as often as was asked for."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.document import dump, parse
from station.charts.excerpt import at_speed, excerpt, titled_excerpt
from station.charts.tempo import TempoChange, TempoMap
from station.model import Note, Pad, Zone

PPQ = 480
metres = st.tuples(st.integers(1, 7), st.sampled_from((2, 4, 8, 16)))
tempi = st.integers(30, 400).map(lambda bpm: Fraction(60 * 10**9, bpm))


@st.composite
def charts(draw):
    """Charts with changes of metre and tempo at any tick: bars may be cut short."""
    length = draw(st.integers(1, 20_000))
    inside = st.sets(st.integers(1, length), max_size=4)
    return Chart(
        title="T",
        tempo=TempoMap(PPQ, tuple(TempoChange(t, draw(tempi)) for t in sorted({0} | draw(inside)))),
        metre=tuple(MetreChange(t, *draw(metres)) for t in sorted({0} | draw(inside))),
        notes=tuple(
            Note(t, Pad.SNARE, Zone.HEAD, 38)
            for t in sorted(draw(st.lists(st.integers(0, length - 1), max_size=30)))
        ),
        length_ticks=length,
        first_bar=draw(st.integers(0, 3)),
    )


@st.composite
def cuts(draw):
    chart = draw(charts())
    bars = list(chart.bars())
    first = draw(st.integers(0, len(bars) - 1))
    return chart, bars, first, draw(st.integers(first + 1, len(bars)))


def exact_ns(chart, tick):
    """When a tick is, as a fraction: the plain sum over the tempi before it."""
    ends = [*(c.tick for c in chart.tempo.changes[1:]), tick]
    return sum(
        max(0, min(tick, end) - change.tick) * change.ns_per_quarter / PPQ
        for change, end in zip(chart.tempo.changes, ends, strict=True)
    )


@given(cuts())
def test_the_bars_are_those_of_the_chart(cut):
    chart, bars, first, end = cut
    shape = [(b.end_tick - b.tick, b.beats, b.unit) for b in bars[first:end]]
    part = excerpt(chart, first, end)
    assert [(b.end_tick - b.tick, b.beats, b.unit) for b in part.bars()] == shape
    assert part.bars_a_pass == end - first
    written = [part.written_bar(bar) for bar in range(end - first)]
    assert written == [chart.first_bar + bar for bar in range(first, end)]


@given(cuts())
def test_the_notes_of_these_bars_are_there_and_no_others(cut):
    chart, bars, first, end = cut
    a, b = bars[first].tick, bars[end - 1].end_tick
    part = excerpt(chart, first, end)
    assert [n.tick + a for n in part.notes] == [n.tick for n in chart.notes if a <= n.tick < b]


@given(cuts())
def test_every_tick_keeps_its_time_exactly(cut):
    chart, bars, first, end = cut
    a, b = bars[first].tick, bars[end - 1].end_tick
    part = excerpt(chart, first, end)
    for tick in {0, 1, (b - a) // 2, b - a - 1, b - a}:
        assert exact_ns(part, tick) == exact_ns(chart, a + tick) - exact_ns(chart, a)


@given(charts())
def test_bar_by_bar_is_the_whole_chart(chart):
    parts = [excerpt(chart, i, i + 1) for i, _ in enumerate(chart.bars())]
    assert sum(part.length_ticks for part in parts) == chart.length_ticks
    assert sum(len(part.notes) for part in parts) == len(chart.notes)
    assert excerpt(chart, 0, len(parts)) == chart


@given(cuts(), st.integers(2, 6))
def test_every_pass_of_a_loop_is_the_part_itself(cut, times):
    chart, _, first, end = cut
    part = excerpt(chart, first, end)
    loop = part.repeated(times)
    assert loop.bars_a_pass == end - first
    assert sum(1 for _ in loop.bars()) == times * (end - first)
    for number in range(times):
        one = excerpt(loop, number * (end - first), (number + 1) * (end - first))
        assert (one.notes, one.length_ticks) == (part.notes, part.length_ticks)
        assert exact_ns(one, one.length_ticks) == exact_ns(part, part.length_ticks)
        assert [b.beats for b in one.bars()] == [b.beats for b in part.bars()]
    bars = [loop.written_bar(bar) for bar in range(times * (end - first))]
    assert bars == [chart.first_bar + bar for bar in range(first, end)] * times


@given(cuts(), st.integers(25, 200), st.integers(1, 3))
def test_a_loop_at_a_speed_takes_exactly_as_much_longer(cut, percent, times):
    chart, _, first, end = cut
    part = excerpt(chart, first, end)
    speed = Fraction(percent, 100)
    loop = at_speed(part, speed).repeated(times)
    assert exact_ns(loop, loop.length_ticks) == times * exact_ns(part, part.length_ticks) / speed
    assert at_speed(at_speed(part, speed), 1 / speed) == part


@given(cuts(), st.integers(1, 4))
def test_a_loop_is_kept_as_it_is(cut, times):
    chart, _, first, end = cut
    loop = titled_excerpt(chart, first, end).repeated(times)
    kept = parse(dump(loop))
    assert kept == loop
    assert np.array_equal(kept.written_ns, loop.written_ns)
