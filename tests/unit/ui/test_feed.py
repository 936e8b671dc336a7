from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication

from station.clock import ManualClock
from station.engine.messages import (
    Command,
    Connect,
    Ended,
    KitStatus,
    Problem,
    Ready,
    Start,
    Started,
    Stop,
    VerdictNow,
)
from station.errors import EngineError
from station.model import Flag, Judgement, JudgementKind, Pad
from ui.feed import Feed
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.state import Dashboard, Phase

NOW = 10**12
WAIT_S = 5.0
SIGNALS = (
    "frame",
    "kit_changed",
    "take_started",
    "verdict_changed",
    "take_ended",
    "engine_lost",
    "engine_back",
)


class Desk:
    """A feed, its fakes, and what it has said."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.engines = [FakeEngine()]
        self.outbox = Outbox()
        self.state = Dashboard()
        self.feed = Feed(self.engines[0], self.state, self.launch, self.outbox, self.clock)
        self.said: list[tuple[Any, ...]] = []
        for name in SIGNALS:
            getattr(self.feed, name).connect(
                lambda *args, name=name: self.said.append((name, *args))
            )

    def launch(self) -> FakeEngine:
        self.engines.append(FakeEngine())
        return self.engines[-1]

    def names(self) -> list[str]:
        names = [s[0] for s in self.said if s[0] != "frame"]
        self.said.clear()
        return names

    def sent(self, engine: int = 0) -> list[Command]:
        """What has been sent, once the outbox has done all that it had to do."""
        done = threading.Event()

        class Last(FakeEngine):
            def close(self) -> None:
                done.set()

        self.feed._outbox.end(Last())
        assert done.wait(WAIT_S)
        return self.engines[engine].sent


@pytest.fixture
def desk(app: QApplication) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.feed.close()


def test_a_tick_takes_over_everything_and_then_has_it_painted(desk: Desk) -> None:
    engine = desk.engines[0]
    engine.say(Ready(1), KitStatus("sim://", "Sim", "gm", "open", "simulated", 0.0, True))
    engine.say(Started("0192", NOW), VerdictNow({"tempo": {"call": "steady"}}))
    engine.judge(Judgement(JudgementKind.EXTRA, True, 0, -1, Pad.SNARE, NOW, 0, 0, 90, Flag.NONE))
    desk.feed.tick()
    assert desk.said[-1] == ("frame", NOW)
    assert desk.names() == ["kit_changed", "take_started", "verdict_changed"]
    assert (desk.state.phase, desk.state.extra) == (Phase.PLAYING, 1)
    engine.say(Ended("0192", "finished", {}))
    desk.feed.tick()
    assert desk.names() == ["take_ended"]


def test_commands_go_out_in_order(desk: Desk) -> None:
    start = Start(chart="{}", count_in_bars=2, player="Ada")
    desk.feed.connect_kits(["midi://TD-17"])
    desk.feed.start(start)
    desk.feed.stop()
    assert desk.sent() == [Connect(["midi://TD-17"]), start, Stop()]
    assert (desk.state.count_in_bars, desk.state.player) == (2, "Ada")


def test_an_engine_that_does_not_read_does_not_hold_up_the_window(desk: Desk) -> None:
    let_go = threading.Event()

    class Stuck(FakeEngine):
        def send(self, command: Command) -> None:
            assert let_go.wait(WAIT_S)

    desk.outbox.send(Stuck(), Stop())
    desk.feed.stop()
    desk.feed.tick()
    assert desk.said[-1][0] == "frame"
    let_go.set()
    assert desk.sent() == [Stop()]


def test_judgements_that_were_lost_are_said(desk: Desk) -> None:
    desk.engines[0].lost = 7
    desk.feed.tick()
    desk.feed.tick()
    assert [p for p in desk.state.problems if p.startswith("7 judgements")]


def test_the_last_words_of_a_dying_engine_are_heard(desk: Desk) -> None:
    engine = desk.engines[0]
    engine.say(Ready(1), Problem("The disk is full."))
    engine.alive = False
    desk.feed.tick()
    assert desk.state.problems == ("The disk is full.",)
    assert desk.names() == ["engine_lost"]
    assert desk.state.phase is Phase.DEAD
    desk.feed.tick()
    assert desk.names() == [], "it dies once"


def test_a_new_engine_opens_the_same_kits(desk: Desk) -> None:
    desk.feed.connect_kits(["midi://TD-17"])
    desk.engines[0].alive = False
    desk.feed.tick()
    desk.names()
    desk.feed.new_engine()
    assert desk.names() == ["engine_back", "kit_changed"]
    assert desk.sent(1) == [Connect(["midi://TD-17"])]
    assert desk.engines[0].closed
    desk.engines[1].say(Ready(2))
    desk.feed.tick()
    assert desk.state.phase is Phase.IDLE


def test_a_new_engine_does_not_wait_for_the_end_of_a_stuck_one(desk: Desk) -> None:
    let_go = threading.Event()
    desk.engines[0].close = lambda: let_go.wait(WAIT_S)  # type: ignore[method-assign,assignment]
    desk.feed.connect_kits(["midi://TD-17"])
    desk.feed.new_engine()
    assert desk.sent(1) == [Connect(["midi://TD-17"])]
    let_go.set()


def test_an_engine_that_cannot_be_started_again_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> FakeEngine:
        raise EngineError("The engine cannot be started: no memory.")

    monkeypatch.setattr(desk.feed, "_launch", refuse)
    desk.feed.new_engine()
    assert desk.said[-1] == ("engine_lost", "The engine cannot be started: no memory.")


def test_a_silent_engine_is_said_and_so_is_its_return(desk: Desk) -> None:
    engine = desk.engines[0]
    desk.clock.advance(60 * 10**9)
    desk.feed.tick()
    assert desk.names() == [], "it has not begun to beat: it may be compiling"
    engine.beat_ns = desk.clock.now_ns()
    desk.clock.advance(10**9)
    desk.feed.tick()
    assert desk.names() == []
    desk.clock.advance(3 * 10**9)
    desk.feed.tick()
    desk.feed.tick()
    assert desk.names() == ["engine_lost"]
    engine.beat_ns = desk.clock.now_ns()
    desk.feed.tick()
    assert desk.names() == ["engine_back"]


def test_it_polls_by_itself_in_a_running_event_loop(
    desk: Desk, wait_for: Callable[..., None]
) -> None:
    desk.feed.run()
    desk.engines[0].say(Ready(1))
    wait_for(desk.feed.frame, lambda: desk.state.phase is Phase.IDLE)


def test_closing_ends_the_engine(desk: Desk) -> None:
    desk.feed.close()
    assert desk.engines[0].closed
    desk.feed.stop()
    assert desk.engines[0].sent == []
