"""The sheet's process: lines come without waiting, and its end is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from station.charts.chart import Chart
from station.clock import MONOTONIC
from station.files import load_chart
from station.sheet.client import SheetClient
from station.units import NS_PER_S

Write = Callable[..., Chart]


@pytest.fixture
def client() -> Iterator[SheetClient]:
    made = SheetClient()
    yield made
    made.close()


def until(client: SheetClient, holds: Callable[[], bool]) -> None:
    """Take over what comes until it holds; bounded."""
    end = MONOTONIC.now_ns() + 60 * NS_PER_S
    while not holds():
        assert MONOTONIC.now_ns() < end, "nothing came of it in a minute"
        client.wait(0.5)
        client.poll()


def test_lines_come_when_they_are_wanted(client: SheetClient) -> None:
    chart = load_chart("straight-eighths").repeated(4)
    client.lay(chart)
    assert len(client.systems) == 8
    assert client.line(0) is None
    client.want([7, 0])
    until(client, lambda: client.line(0) is not None and client.line(7) is not None)
    first, last = client.line(0), client.line(7)
    assert first is not None
    assert last is not None
    assert [label.text for label in first.labels[:2]] == ["1", "= 120"]
    # Of four times through eight bars, the second half of the last.
    assert [label.text for label in last.labels] == ["5", "6", "7", "8"]
    assert client.line(8) is None
    assert client.problem == ""


def test_another_tempo_needs_no_engraving_and_another_chart_does(client: SheetClient) -> None:
    chart = load_chart("pulse")
    client.lay(chart)
    client.want([0])
    until(client, lambda: client.line(0) is not None)
    client.lay(chart.at_bpm(200))
    until(client, lambda: client.line(0) is not None)
    line = client.line(0)
    assert line is not None
    assert "= 200" in [label.text for label in line.labels]
    assert line.system.end_ns == chart.at_bpm(200).length_ns
    client.lay(load_chart("paradiddle"))
    assert client.line(0) is None
    client.want([0])
    until(client, lambda: client.line(0) is not None)


def test_a_process_that_dies_is_told_of(client: SheetClient) -> None:
    client.lay(load_chart("pulse"))
    client.want([0])
    until(client, lambda: client.line(0) is not None)
    client.kill()
    until(client, lambda: client.problem != "")
    assert "choose the chart again" in client.problem
    client.lay(load_chart("paradiddle"))
    assert client.problem == ""
    client.want([0])
    until(client, lambda: client.line(0) is not None)


def test_it_may_be_closed_twice_and_starts_no_more(client: SheetClient) -> None:
    client.close()
    client.close()
    client.start()
    assert not client.running
