"""The listener's thread against a port that is scripted; no MIDI system needed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

import pytest

from station.clock import MONOTONIC
from station.errors import KitError, KitReason
from station.hal import midi_listener
from station.hal.api import KitEvent, LinkEvent, LinkState, MidiEvent
from station.hal.inbox import Inbox
from station.hal.midi_listener import MidiListener
from station.hal.stamps import Stamper
from station.hal.systems import BY_NAME

NAME = "TD-17:TD-17 MIDI 1 20:0"
RENAMED = "TD-17:TD-17 MIDI 1 28:0"
TWIN = "TD-17:TD-17 MIDI 1 24:0"
NOTE = [0x99, 38, 64]


class FakeSystem:
    """A MIDI system: which ports are there, and what waits at the open one."""

    def __init__(self) -> None:
        self.names = [NAME]
        self.waiting: deque[tuple[list[int], float]] = deque()
        self.refusals = 0
        self.broken = False
        self.opened: list[str] = []
        self.closed: list[str] = []

    def port(self, system: object, name: str, queue_limit: int = 100) -> FakePort:
        if self.refusals:
            self.refusals -= 1
            raise KitError("not yet", KitReason.BUSY)
        self.opened.append(name)
        return FakePort(self, name, queue_limit)


class FakePort:
    system = BY_NAME["alsa"]

    def __init__(self, fake: FakeSystem, name: str, queue_limit: int) -> None:
        self.fake = fake
        self.name = name
        self.queue_limit = queue_limit

    def poll(self) -> tuple[list[int], float] | None:
        if self.fake.broken:
            self.fake.broken = False
            raise KitError("the driver says no", KitReason.LOST)
        return self.fake.waiting.popleft() if self.fake.waiting else None

    def names(self) -> list[str]:
        return list(self.fake.names)

    def close(self) -> None:
        self.fake.closed.append(self.name)


class Ear:
    def __init__(self, fake: FakeSystem) -> None:
        self.woken = threading.Event()
        self.inbox = Inbox(self.woken.set)
        self.events: list[KitEvent] = []
        port = fake.port(None, NAME)
        stamper = Stamper(1000, 30_000_000)
        self.listener = MidiListener(port, stamper, self.inbox, MONOTONIC)  # type: ignore[arg-type]

    def until(self, done: Callable[[list[KitEvent]], bool]) -> list[KitEvent]:
        give_up = time.monotonic() + 10
        while True:
            self.woken.clear()
            self.events += self.inbox.drain()
            if done(self.events):
                return self.events
            assert time.monotonic() < give_up, self.events
            self.woken.wait(1)

    def until_link(self, state: LinkState) -> LinkEvent:
        def said(events: list[KitEvent]) -> bool:
            return bool(events) and isinstance(events[-1], LinkEvent) and events[-1].state is state

        event = self.until(said)[-1]
        assert isinstance(event, LinkEvent)
        return event


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    fake = FakeSystem()
    monkeypatch.setattr(midi_listener, "InputPort", fake.port)
    monkeypatch.setattr(midi_listener, "input_names", lambda _: list(fake.names))
    return fake


@pytest.fixture
def ear(fake: FakeSystem) -> Iterator[Ear]:
    made = Ear(fake)
    yield made
    made.listener.stop()


def test_messages_come_with_numbers_and_without_the_wires_own(fake: FakeSystem, ear: Ear) -> None:
    for data in ([0xFE], NOTE, [0xF8], [], [0xB9, 4, 90], [0xFE]):
        fake.waiting.append((data, 0.001))
    events = ear.until(lambda events: len(events) == 2)
    assert [(e.seq, e.data) for e in events if isinstance(e, MidiEvent)] == [
        (0, b"\x99\x26\x40"),
        (1, b"\xb9\x04\x5a"),
    ]


def test_a_port_that_is_gone_is_said_and_closed(fake: FakeSystem, ear: Ear) -> None:
    fake.names = []
    event = ear.until_link(LinkState.LOST)
    assert NAME in event.detail
    ear.listener.stop()
    assert fake.closed == [NAME]


def test_what_waited_when_the_port_went_comes_before_the_loss(fake: FakeSystem, ear: Ear) -> None:
    fake.names = []
    fake.waiting.extend([(NOTE, 0.0)] * 3)
    ear.until_link(LinkState.LOST)
    assert [type(e) for e in ear.events] == [MidiEvent] * 3 + [LinkEvent]


def test_a_port_that_is_back_under_another_number_is_opened(fake: FakeSystem, ear: Ear) -> None:
    fake.names = [TWIN]
    ear.until_link(LinkState.LOST)
    fake.refusals = 1  # there, but the system is not ready with it
    fake.names = [TWIN, RENAMED]
    assert ear.until_link(LinkState.OPEN).detail == RENAMED
    assert fake.opened == [NAME, RENAMED]
    assert ear.listener.name == RENAMED
    fake.waiting.append((NOTE, 0.0))
    assert isinstance(ear.until(lambda events: len(events) == 3)[-1], MidiEvent)


def test_a_driver_that_fails_is_a_lost_link_that_says_why(fake: FakeSystem, ear: Ear) -> None:
    fake.broken = True
    ear.until_link(LinkState.OPEN)
    lost, back = ear.events
    assert isinstance(lost, LinkEvent)
    assert lost.state is LinkState.LOST
    assert "the driver says no" in lost.detail
    assert back.t_ns >= lost.t_ns


def test_stopping_closes_the_port_and_ends_the_thread(fake: FakeSystem, ear: Ear) -> None:
    threads = threading.active_count()
    ear.listener.stop()
    assert fake.closed == [NAME]
    assert threading.active_count() == threads - 1
