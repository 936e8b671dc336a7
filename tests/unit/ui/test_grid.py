from __future__ import annotations

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.excerpt import excerpt
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone
from ui.grid import Grid, Place


def chart(
    bpm: float = 330, bars: int = 8, metre: tuple[MetreChange, ...] = (MetreChange(0, 4, 4),)
) -> Chart:
    notes = [
        Note(480 * beat, pad, Zone.HEAD, note)
        for beat in range(4 * bars)
        for pad, note in ((Pad.KICK, 36), (Pad.RIDE, 51))
    ]
    return Chart("Test", TempoMap.constant(bpm, 480), metre, tuple(notes), 1920 * bars)


def test_lanes_stand_as_in_a_score_the_kick_below_the_ride() -> None:
    assert Grid(chart()).lanes == (Pad.RIDE, Pad.KICK)


def test_a_page_at_330_bpm_has_four_bars_and_every_note_once() -> None:
    grid = Grid(chart(330, 8))
    assert [len(p.bar_starts) for p in grid.pages] == [4, 4]
    assert [(p.first_note, p.last_note) for p in grid.pages] == [(0, 32), (32, 64)]
    assert grid.pages[0].end_ns == grid.pages[1].start_ns


def test_a_slow_page_has_one_bar() -> None:
    assert [len(p.bar_starts) for p in Grid(chart(60, 3)).pages] == [1, 1, 1]


def test_the_place_in_the_count_in_the_chart_and_past_its_end() -> None:
    grid = Grid(chart(60, 2))
    second = 1_000_000_000
    assert grid.place_at(-4 * second) == Place(-1, 0, 4, 0, second)
    assert grid.place_at(-1) == Place(-1, 3, 4, second - 1, second)
    assert grid.place_at(0) == Place(0, 0, 4, 0, second)
    assert grid.place_at(5 * second + 7) == Place(1, 1, 4, 7, second)
    assert grid.place_at(30 * second).bar == 1


def test_a_metre_change_changes_how_many_beats_are_counted() -> None:
    grid = Grid(chart(60, 2, (MetreChange(0, 4, 4), MetreChange(1920, 8, 8))))
    assert grid.place_at(4_500_000_000) == Place(1, 1, 8, 0, 500_000_000)


@pytest.mark.parametrize("t_ms", [-1500, -1, 0, 1, 2908, 2910, 5000, 5817, 9000])
def test_the_position_grows_by_one_a_page_and_agrees_with_the_page(t_ms: int) -> None:
    grid = Grid(chart(330, 8))
    t_ns = t_ms * 1_000_000
    position = grid.position(t_ns)
    page = grid.page(int(position // 1))
    assert page.start_ns <= t_ns < page.end_ns
    assert position % 1 == pytest.approx((t_ns - page.start_ns) / page.length_ns)


def test_a_chart_without_bars_has_pages_all_the_same() -> None:
    grid = Grid(Chart("Empty", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), (), 0))
    assert grid.pages == []
    assert grid.page(0).length_ns > 0
    assert grid.position(0) == 0
    assert grid.place_at(0).bar == 0


def test_the_last_beat_ends_with_the_chart() -> None:
    grid = Grid(chart(60, 1))
    assert grid.place_at(3_999_999_999).beat_ns == 1_000_000_000


def test_the_bars_of_a_loop_are_called_as_they_are_written() -> None:
    loop = Grid(excerpt(chart(330, 8), 4, 6).repeated(3))
    assert [loop.written_bar(bar) for bar in range(loop.bars)] == [5, 6] * 3
    assert loop.bar_words(3) == "BAR 6 · PASS 2/3"
    assert loop.length_words() == "2 bars × 3"
    endless = Grid(loop.chart, open_end=True)
    assert endless.bar_words(3) == "BAR 6 · PASS 2"
    assert endless.length_words() == "2 bars, over and over"
    once = Grid(chart(330, 8))
    assert (once.bar_words(0), once.length_words()) == ("BAR 1 of 8", "8 bars")


def test_every_bar_is_on_its_page() -> None:
    grid = Grid(chart(330, 11))
    for bar in range(11):
        page = grid.pages[grid.page_with(bar)]
        assert bar in [number for _, number in page.bar_starts]
        begin, end = grid.bar_ns(bar)
        assert page.start_ns <= begin < end <= page.end_ns
