from fractions import Fraction

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.document import dump, parse
from station.charts.excerpt import (
    MAX_NOTES,
    OPEN_END_NOTES,
    OPEN_END_NS,
    at_speed,
    excerpt,
    repeated,
    titled_excerpt,
    until_stopped,
)
from station.charts.tempo import TempoMap
from station.errors import ChartError
from station.files import load_chart
from station.model import Note, Pad, Zone

SEVEN = load_chart("seven-four")


def busy(notes: int) -> Chart:
    """A bar with so many notes."""
    made = tuple(Note(i, Pad.SNARE, Zone.HEAD, 38) for i in range(notes))
    return Chart("busy", TempoMap.constant(120, 48_000), (MetreChange(0, 4, 4),), made, 192_000)


def test_one_bar_of_a_shipped_chart():
    bar = titled_excerpt(SEVEN, 2, 3)
    assert bar.title == f"{SEVEN.title}, bar 3"
    assert [b.beats for b in bar.bars()] == [7]
    assert (bar.first_bar, bar.written_bar(0), bar.pass_ticks) == (2, 2, 0)
    assert titled_excerpt(SEVEN, 1, 3).title == f"{SEVEN.title}, bars 2–3"


def test_the_whole_is_the_chart_itself():
    assert excerpt(SEVEN, 0, 4) is SEVEN
    assert titled_excerpt(SEVEN, 0, 4) is SEVEN


@pytest.mark.parametrize(
    ("first", "end"), [(-1, 2), (0, 0), (2, 2), (3, 2), (0, 5), (4, 5), (9, 99)]
)
def test_bars_that_are_not_there_are_refused(first, end):
    with pytest.raises(ValueError, match="not among its bars 1 to 4"):
        excerpt(SEVEN, first, end)


def test_the_first_bars_of_a_loop_are_still_passes():
    loop = excerpt(SEVEN, 1, 3).repeated(4)
    assert excerpt(loop, 0, 5).pass_ticks == loop.pass_ticks
    assert excerpt(loop, 0, 2).pass_ticks == 0
    assert excerpt(loop, 3, 8).pass_ticks == 0
    assert excerpt(loop, 3, 8).first_bar == 2


def test_a_pass_that_ends_inside_a_bar_begins_a_new_one():
    short = Chart("s", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), (), 1440)
    assert [b.beats for b in short.repeated(3).bars()] == [3, 3, 3]


def test_a_speed_is_exact_and_the_written_one_changes_nothing():
    slow = at_speed(SEVEN, Fraction(7, 10))
    assert slow.tempo.changes[0].ns_per_quarter == SEVEN.tempo.changes[0].ns_per_quarter * 10 / 7
    assert at_speed(SEVEN, Fraction(1)) is SEVEN
    with pytest.raises(ValueError, match="outside 1 to 1000"):
        at_speed(SEVEN.at_bpm(600), Fraction(2))


def test_until_stopped_is_half_an_hour_of_whole_passes():
    loop = until_stopped(excerpt(SEVEN, 0, 1))
    assert 0 <= OPEN_END_NS - loop.length_ns < SEVEN.length_ns
    assert loop.length_ticks % loop.pass_ticks == 0


def test_until_stopped_is_no_more_than_can_be_laid_out_at_once():
    assert len(until_stopped(busy(1000)).notes) == OPEN_END_NOTES
    longer = busy(OPEN_END_NOTES + 1)
    assert until_stopped(longer) is longer


def test_repeating_has_a_limit():
    assert len(repeated(busy(1000), MAX_NOTES // 1000).notes) == MAX_NOTES
    with pytest.raises(ValueError, match="more than 200,000 notes"):
        repeated(busy(1000), MAX_NOTES // 1000 + 1)


@pytest.mark.parametrize(("first_bar", "pass_ticks"), [(-1, 0), (0, -1), (0, 10**6)])
def test_a_pass_that_cannot_be_is_refused(first_bar, pass_ticks):
    with pytest.raises(ValueError, match="passes of"):
        Chart(
            "t", TempoMap.constant(9, 4), (MetreChange(0, 4, 4),), (), 16, "", first_bar, pass_ticks
        )


def test_a_chart_that_is_no_loop_is_kept_as_before_there_were_loops():
    assert not {"first_bar", "pass_ticks"} & set(dump(SEVEN).split('"'))
    damaged = dump(SEVEN).replace('"origin"', '"pass_ticks":"1","origin"')
    with pytest.raises(ChartError, match="where a int belongs"):
        parse(damaged)
