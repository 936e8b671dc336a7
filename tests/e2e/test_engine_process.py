"""The engine in a process of its own: a whole take, a dead client, a dead engine."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from station.charts import document
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.engine.client import EngineClient
from station.engine.messages import (
    AskReport,
    Connect,
    Ended,
    FoundAgain,
    KitStatus,
    Message,
    Problem,
    ReportReady,
    Start,
    Started,
    Stop,
)
from station.errors import EngineError
from station.kept import kept_report
from station.model import JudgementKind, Note, Pad, TakeState, Zone
from station.takes.store import Store

M = TypeVar("M")


def eighths(bars: int, bpm: float = 330) -> Chart:
    notes = tuple(Note(tick, Pad.HI_HAT, Zone.CLOSED, 42) for tick in range(0, bars * 4 * 480, 240))
    tempo = TempoMap.constant(bpm, ppq=480)
    return Chart("Eighths", tempo, (MetreChange(0, 4, 4),), notes, bars * 4 * 480)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path))
    with EngineClient.launch() as client:
        yield client


def wait_for(client: EngineClient, kind: type[M], timeout_s: float = 40) -> M:
    """The next message of a kind; a problem meanwhile fails the test."""
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0:
        message: Message | None = client.wait_message(min(left, 0.2))
        assert message is not None or client.alive, client.obituary()
        if isinstance(message, kind):
            return message
        assert not isinstance(message, Problem), message
    raise AssertionError(f"no {kind.__name__} within {timeout_s} s")


def wait_until(condition: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def wait_for_hits(client: EngineClient, count: int) -> list[int]:
    """Times of at least `count` hits, as they are judged at once."""
    times: list[int] = []

    def enough() -> bool:
        records = client.poll()
        times.extend(records["t_ns"][records["confirmed"] == 0].tolist())
        return len(times) >= count

    wait_until(enough)
    return times


def test_a_take_from_count_in_to_report(engine: EngineClient) -> None:
    chart = eighths(bars=4)
    engine.send(Connect(["sim://?player=robot&seed=1"]))
    status = wait_for(engine, KitStatus)
    assert status.simulated
    assert status.state == "open"
    engine.send(Start(document.dump(chart), latency_ms=0.0, player="Andrew"))
    started = wait_for(engine, Started)
    ended = wait_for(engine, Ended)
    assert ended.take_id == started.take_id
    assert ended.state == "finished"
    report = ended.report
    assert [h["chart_index"] for h in report["hits"]] == list(range(len(chart.notes)))
    assert report["missed"] == []
    assert max(abs(h["offset_ms"]) for h in report["hits"]) < 1.0

    records = engine.poll()
    assert engine.lost == 0
    live = records[records["confirmed"] == 0]
    confirmed = records[records["confirmed"] == 1]
    assert (live["kind"] == JudgementKind.HIT).all()
    assert sorted(live["hit_seq"]) == sorted(confirmed["hit_seq"]) == list(range(len(chart.notes)))
    assert (live["judged_ns"] >= live["arrival_ns"]).all()

    engine.send(AskReport(ended.take_id))
    again = wait_for(engine, ReportReady)
    assert again.report == report


def test_stopping_keeps_what_was_played(engine: EngineClient) -> None:
    engine.send(Connect(["sim://?player=steady&seed=1"]))
    engine.send(Start(document.dump(eighths(bars=200))))
    wait_for_hits(engine, 12)
    engine.send(Stop())
    ended = wait_for(engine, Ended)
    assert ended.state == "finished"
    assert len(ended.report["hits"]) >= 12


def test_a_player_who_stops_is_found_again(engine: EngineClient) -> None:
    chart = eighths(bars=16)
    engine.send(Connect(["sim://?player=steady&seed=2&unplug_at_s=3&unplug_for_s=3"]))
    engine.send(Start(document.dump(chart), latency_ms=0.0))
    assert "Followed again" in wait_for(engine, FoundAgain).text
    report = wait_for(engine, Ended).report
    assert len(report["resyncs"]) >= 1
    assert [m["kind"] for m in report["marks"]][:2] == ["gap-begin", "gap-end"]
    late = [h for h in report["hits"] if h["t_ms"] > 7500]
    assert len(late) > 20
    assert sum(h["chart_index"] is not None for h in late) >= 0.95 * len(late)
    assert max(abs(h["offset_ms"]) for h in late if h["offset_ms"] is not None) < 40


def test_problems_are_said_and_the_engine_goes_on(engine: EngineClient) -> None:
    engine.send(Start(document.dump(eighths(bars=1))))
    problems = []
    while len(problems) < 1:
        message = engine.wait_message(20)
        problems += [message] if isinstance(message, Problem) else []
    assert "No kit is connected" in problems[0].message
    engine.send(Connect(["sim://?player=nobody"]))
    while len(problems) < 2:
        message = engine.wait_message(20)
        problems += [message] if isinstance(message, Problem) else []
    assert "nobody" in problems[1].message
    engine.send(Connect(["sim://?player=robot"]))
    assert wait_for(engine, KitStatus).simulated


def test_the_first_hit_is_the_first_note(engine: EngineClient) -> None:
    engine.send(Connect(["sim://?player=robot&latency_ms=70"]))
    engine.send(Start(document.dump(eighths(bars=2)), on_first_hit=True))
    assert wait_for(engine, Started).start_ns == -1
    assert wait_for(engine, Started).start_ns > 0
    report = wait_for(engine, Ended).report
    assert [h["chart_index"] for h in report["hits"]] == list(range(16))
    assert max(abs(h["offset_ms"]) for h in report["hits"]) < 1.0


def test_a_dead_engine_leaves_a_take_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path))
    with EngineClient.launch() as engine:
        engine.send(Connect(["sim://?player=steady&seed=3"]))
        engine.send(Start(document.dump(eighths(bars=400))))
        take_id = wait_for(engine, Started).take_id
        judged = wait_for_hits(engine, 30)
        os.kill(engine.pid, signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        wait_until(lambda: not engine.alive)
        with pytest.raises(EngineError, match="by signal 9"):
            engine.send(Stop())
    with Store.open() as store:
        assert store.take(take_id).state is TakeState.BROKEN_OFF
        kept = set(store.hits(take_id)["t_ns"].tolist())
        missing = [t for t in judged if t not in kept]
        # At most the last quarter of a second before the kill.
        assert all(t > killed_ns - 250_000_000 for t in missing)
        report = kept_report(store, take_id).to_dict()
    assert report["state"] == "broken-off"
    assert len(report["hits"]) == len(kept)


def test_a_dead_client_leaves_a_take_that_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path))
    engine = EngineClient.launch()
    engine.send(Connect(["sim://?player=steady&seed=3"]))
    engine.send(Start(document.dump(eighths(bars=400))))
    take_id = wait_for(engine, Started).take_id
    wait_for_hits(engine, 11)
    # All that a dying client leaves behind: its end of the pipe closes.
    assert engine._process.stdin is not None
    engine._process.stdin.close()
    assert engine._process.wait(20) == 0
    engine.close()
    with Store.open() as store:
        assert store.take(take_id).state is TakeState.BROKEN_OFF
        assert len(store.hits(take_id)) >= 10


def test_no_ring_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    with EngineClient.launch() as engine:
        engine.send(Connect(["sim://?player=robot"]))
        wait_for(engine, KitStatus)
        os.kill(engine.pid, signal.SIGKILL)
        wait_until(lambda: not engine.alive)
    assert [p for p in tmp_path.iterdir() if p.name.startswith("edrum-ring")] == []
