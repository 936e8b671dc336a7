"""Lines of the sheet: every bar and note on one, few enough bars, alike ones known as alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from station.charts.chart import Chart
from station.files import list_charts, load_chart
from station.sheet.systems import systems_of

GROOVE = {"hi-hat": "xxxxxxxx", "snare": "--x---x-", "kick": "x---x---"}
FILL = {"snare": "xxxxxxxx", "kick": "x---x---"}
Write = Callable[..., Chart]


@pytest.mark.parametrize("name", [entry.name for entry in list_charts() if entry.shipped])
def test_every_bar_and_note_is_on_one_line(name: str) -> None:
    chart = load_chart(name).repeated(3)
    systems = systems_of(chart, 105)
    bars = list(chart.bars())
    assert [n for s in systems for n in range(s.first_bar, s.last_bar)] == list(range(len(bars)))
    notes = [n for s in systems for n in range(s.first_note, s.last_note)]
    assert notes == list(range(len(chart.notes)))
    for system in systems:
        assert 1 <= system.last_bar - system.first_bar <= 4
        assert len(system.edges_ns) == system.last_bar - system.first_bar + 1
        inside = chart.written_ns[system.first_note : system.last_note]
        assert ((inside >= system.start_ns) & (inside < system.end_ns)).all()
    assert systems[-1].end_ns == chart.length_ns


def test_a_wider_line_has_more_bars_and_none_has_less_than_one(written: Write) -> None:
    chart = written(GROOVE, head='order = ["b0 x8"]')
    bars = [s.last_bar - s.first_bar for w in (5, 45, 60, 300) for s in systems_of(chart, w)[:1]]
    assert bars == [1, 1, 2, 4]


def test_lines_that_look_the_same_are_alike_at_any_tempo(written: Write) -> None:
    chart = written(GROOVE, FILL, head='order = ["b0 x8", "b1", "b0 x3", "b0 x4"]')
    first, second, third, last = (s.likeness for s in systems_of(chart, 105))
    # The first has the metre, the last the final bar line.
    assert len({first, second, third, last}) == 4
    longer = systems_of(chart.repeated(2), 105)
    assert [s.likeness for s in longer[1:3]] == [second, third]
    faster = systems_of(chart.at_bpm(333), 105)
    assert [s.likeness for s in faster] == [first, second, third, last]


def test_what_is_played_otherwise_is_not_alike(written: Write) -> None:
    plain = {"snare": "x---x---"}
    likes = set()
    for bar in (plain, {"snare": "X---x---"}, {"snare": "o---x---"}, {"kick": "x---x---"},
                plain | {"sticking": "R---L---"}, {"snare": "x--x----"}):  # fmt: skip
        likes.add(systems_of(written(bar), 105)[0].likeness)
    assert len(likes) == 6


def test_a_metre_is_shown_where_it_is_new(written: Write) -> None:
    chart = written(
        GROOVE, {"metre": "2/4", "hi-hat": "xxxxxxxx"}, head='order = ["b0 x8", "b1 x8"]'
    )
    assert [s.shows_metre for s in systems_of(chart, 105)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("a_pass", "expected"),
    [(1, [4, 4, 4]), (2, [4, 4, 4]), (3, [2, 1] * 4), (6, [4, 2, 4, 2])],
)
def test_a_line_holds_part_of_a_pass_or_whole_ones(
    written: Write, a_pass: int, expected: list[int]
) -> None:
    chart = written(GROOVE, head=f'order = ["b0 x{a_pass}"]').repeated(12 // a_pass)
    assert [s.last_bar - s.first_bar for s in systems_of(chart, 105)] == expected


def test_an_empty_chart_has_no_line(written: Write) -> None:
    chart = replace(written(GROOVE), notes=(), length_ticks=0)
    assert systems_of(chart, 105) == ()
