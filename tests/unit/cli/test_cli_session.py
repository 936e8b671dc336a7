"""A take by way of the engine, with an engine that says what the test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from station.charts import document
from station.cli import _session
from station.cli._live import LiveView
from station.cli._screen import Silent
from station.cli._session import Outcome, Session, error_of
from station.engine.client import EngineClient
from station.engine.messages import (
    Command,
    Connect,
    Ended,
    KitStatus,
    Message,
    Problem,
    Progress,
    Ready,
    Start,
    Started,
    Stop,
    VerdictNow,
)
from station.engine.ring import RECORD_DTYPE, Records
from station.errors import EngineError, OutsideError, StationBug, WrongUse
from station.files import load_chart
from station.model import PAD_INDEX, JudgementKind, Pad
from station.start_pad import StartPad
from station.units import NS_PER_MS

KIT = KitStatus("midi://x", "X", "general-midi", "open", "driver", 0.3, False, hint="a hint")
REPORT = {"schema": "station.take/1"}


def strikes(*at_ms: float) -> Records:
    """Strikes on aux 1."""
    records = np.zeros(len(at_ms), RECORD_DTYPE)
    records["kind"], records["pad"] = JudgementKind.EXTRA, PAD_INDEX[Pad.AUX_1]
    records["t_ns"] = [round(ms * NS_PER_MS) for ms in at_ms]
    return records


class FakeEngine:
    """Answers every command with what it was given for it; dies when that is None."""

    def __init__(self, **answers: list[Message] | None) -> None:
        self.alive = True
        self.obeyed: list[Command] = []
        self.struck: list[float] = []
        self._answers = answers
        self._said: list[Message] = [Progress("warming up"), Ready(1)]

    def send(self, command: Command) -> None:
        self.obeyed.append(command)
        said = self._answers.get(type(command).__name__.lower(), [])
        self._said += said or []
        self.alive = said is not None

    def poll(self) -> Records:
        heard, self.struck = self.struck[:1], self.struck[1:]
        return strikes(*heard)

    def messages(self) -> list[Message]:
        said, self._said = self._said, []
        return said

    def wait_message(self, timeout_s: float) -> Message | None:
        return self._said.pop(0) if self._said else None

    def obituary(self) -> str:
        return "It died."


def session(
    engine: FakeEngine, told: list[str] | None = None, start_pad: StartPad | None = None
) -> Session:
    tell = (told if told is not None else []).append
    return Session(cast("EngineClient", engine), LiveView(load_chart("pulse")), tell, start_pad)


def play(
    engine: FakeEngine,
    key: Callable[[float], str] = lambda s: "",
    told: list[str] | None = None,
) -> Outcome:
    made = session(engine, told)
    made.prepare(["midi://x"])
    start = Start(document.dump(load_chart("pulse")))
    return made.play(start, Silent(), key, threading.Event())


def test_a_take_goes_its_way_and_ends_by_itself() -> None:
    engine = FakeEngine(
        connect=[KIT], start=[Started("id", 5), VerdictNow({}), Ended("id", "finished", REPORT)]
    )
    outcome = play(engine)
    assert (outcome.take_id, outcome.report, outcome.exit_code) == ("id", REPORT, 0)
    assert [type(c) for c in engine.obeyed] == [Connect, Start]


def test_progress_and_the_kits_hint_are_told() -> None:
    told: list[str] = []
    session(FakeEngine(connect=[KIT]), told).prepare(["midi://x"])
    assert told == ["warming up", "a hint"]


def test_every_kit_is_waited_for_and_its_hint_told() -> None:
    told: list[str] = []
    other = replace(KIT, address="midi://y", hint="another")
    engine = FakeEngine(connect=[KIT, other])
    session(engine, told).prepare(["midi://x", "midi://y"])
    assert engine.obeyed == [Connect(["midi://x", "midi://y"])]
    assert told == ["warming up", "a hint", "another"]


@pytest.mark.parametrize("pressed", [" ", "\n", "q"])
def test_a_key_ends_it_once(pressed: str) -> None:
    engine = FakeEngine(
        connect=[KIT], start=[Started("id", -1)], stop=[Ended("id", "finished", REPORT)]
    )
    assert play(engine, lambda s: pressed).report == REPORT
    assert sum(isinstance(c, Stop) for c in engine.obeyed) == 1


def test_a_problem_in_mid_take_ends_nothing_but_sets_the_exit_code() -> None:
    engine = FakeEngine(
        connect=[KIT],
        start=[Started("id", 5), Problem("Disk full."), Ended("id", "finished", REPORT)],
    )
    outcome = play(engine)
    assert outcome.report == REPORT
    assert outcome.exit_code == 3


def test_a_problem_that_was_over_by_itself_is_told_and_no_more() -> None:
    told: list[str] = []
    engine = FakeEngine(
        connect=[KIT],
        start=[
            Started("id", 5),
            Problem("Database in use.", passing=True),
            Ended("id", "finished", REPORT),
        ],
    )
    assert play(engine, told=told).exit_code == 0
    assert "Database in use." in told


def test_a_take_that_cannot_begin_is_the_engines_own_error() -> None:
    with pytest.raises(WrongUse, match="No such thing"):
        play(FakeEngine(connect=[Problem("No such thing.", 2)]))
    with pytest.raises(OutsideError, match="No room"):
        play(FakeEngine(connect=[KIT], start=[Problem("No room.", 3)]))


def test_an_engine_that_dies_is_said_wherever_it_happens() -> None:
    for engine in (
        FakeEngine(connect=None),
        FakeEngine(connect=[KIT], start=None),
        FakeEngine(connect=[KIT], start=[Started("id", 5)], stop=None),
    ):
        with pytest.raises(EngineError, match="It died"):
            play(engine, lambda s: "q")


def test_an_engine_that_does_not_stop_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_session, "_END_WITHIN_NS", -1)
    engine = FakeEngine(connect=[KIT], start=[Started("id", 5)])
    with pytest.raises(EngineError, match="does not end the take"):
        play(engine, lambda s: "q")


def test_each_code_is_its_kind_of_error() -> None:
    assert type(error_of(Problem("x", 2))) is WrongUse
    assert type(error_of(Problem("x", 3))) is OutsideError
    assert type(error_of(Problem("x", 70))) is StationBug


# ------------------------------------------------------------------ the start pad


def test_two_strikes_on_the_start_pad_begin_and_two_more_end() -> None:
    engine = FakeEngine(
        connect=[KIT], start=[Started("id", -1)], stop=[Ended("id", "finished", REPORT)]
    )
    told: list[str] = []
    made = session(engine, told, StartPad(Pad.AUX_1))
    made.prepare(["midi://x"])
    engine.struck = [0, 300]
    assert made.await_sign(lambda s: "", threading.Event())
    assert engine.struck == []
    assert told[-1].startswith("strike the aux-1 twice")
    engine.struck = [5000, 5400]
    start = Start(document.dump(load_chart("pulse")))
    assert made.play(start, Silent(), lambda s: "", threading.Event()).report == REPORT
    assert [type(c) for c in engine.obeyed] == [Connect, Start, Stop]


@pytest.mark.parametrize(("pressed", "begins"), [(" ", True), ("\n", True), ("q", False)])
def test_a_key_begins_or_leaves_as_well(pressed: str, begins: bool) -> None:
    made = session(FakeEngine(connect=[KIT]), start_pad=StartPad(Pad.AUX_1))
    made.prepare(["midi://x"])
    assert made.await_sign(lambda s: pressed, threading.Event()) is begins


def test_an_interrupt_leaves() -> None:
    made = session(FakeEngine(connect=[KIT]), start_pad=StartPad(Pad.AUX_1))
    made.prepare(["midi://x"])
    stop = threading.Event()
    stop.set()
    assert not made.await_sign(lambda s: "", stop)


def test_nobody_is_waited_for_without_a_start_pad_or_without_a_drummer() -> None:
    def never(seconds: float) -> str:
        raise AssertionError

    made = session(FakeEngine(connect=[KIT]))
    made.prepare(["midi://x"])
    assert made.await_sign(never, threading.Event())
    simulated = FakeEngine(connect=[replace(KIT, simulated=True)])
    made = session(simulated, start_pad=StartPad(Pad.AUX_1))
    made.prepare(["sim://"])
    assert made.await_sign(never, threading.Event())
