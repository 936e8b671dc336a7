"""The engine's host on a clock that the test moves, simulated cards and made-up MIDI ports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from station.clock import Clock, ManualClock
from station.engine import kit_link
from station.engine.host import Host
from station.engine.messages import Command, Ended, Message
from station.engine.ring import RingWriter, create_ring
from station.hal.api import KitInfo, MidiEvent
from station.model import StampedBy
from station.sound import metronome as metronome_module
from station.sound.simulated import CardTraits, SimulatedCard
from station.units import NS_PER_MS, NS_PER_S


class Still(ManualClock):
    """Goes on only when the test says so, however long a drummer waits for a note."""

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        return event.wait(0.0005)


class Room:
    """A host on a clock that the test moves, and all that it said."""

    def __init__(self, ring: RingWriter) -> None:
        self.clock = Still(NS_PER_S)
        self.said: list[Message] = []
        self.host = Host(ring, self.said.append, lambda: None, self.clock)

    def obey(self, *commands: Command) -> None:
        for command in commands:
            self.host.obey(command)

    def let_pass(self, seconds: float, step_ms: int = 2) -> None:
        for _ in range(round(seconds * 1000 / step_ms)):
            self.clock.advance(step_ms * NS_PER_MS)
            self.host.pump()

    def go_on(self) -> None:
        """Until the take is over: the drummer has a thread of their own, which takes its time."""
        for _ in range(3000):
            if not self.host.playing:
                break
            self.let_pass(0.02)
            threading.Event().wait(0.001)

    def play_out(self) -> Ended:
        """How the take ended."""
        self.go_on()
        [ended] = self.heard(Ended)
        return ended

    def heard(self, kind: type) -> list:
        return [message for message in self.said if isinstance(message, kind)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    writer = RingWriter(create_ring(tmp_path))
    made = Room(writer)
    yield made
    made.host.close()
    writer.close()


class Port:
    """A MIDI port that writes down what it is sent; pulled out after so many messages."""

    def __init__(self, lasts: int) -> None:
        self.name = "TD-17 MIDI 1"
        self.sent: list[bytes] = []
        self.closed = False
        self._lasts = lasts

    def send(self, message: bytes) -> None:
        if len(self.sent) >= self._lasts:
            raise RuntimeError("no such device")
        self.sent.append(message)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def port_of() -> Callable[[int], Port]:
    """Makes a port that is pulled out after so many messages."""
    return Port


class Recorder:
    """Lets a host open simulated cards that keep what they played."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cards: list[SimulatedCard] = []

        def opened(text: str, clock: Clock) -> SimulatedCard:
            self.cards.append(SimulatedCard(CardTraits(), clock, record=True))
            return self.cards[-1]

        monkeypatch.setattr(metronome_module, "open_output", opened)

    def loudest(self, since_s: float = 0.0) -> float:
        """Of what was heard from a moment on."""
        card = self.cards[-1]
        return float(np.abs(card.recorded()[round(since_s * card.rate_hz) :]).max(initial=0))

    @property
    def length_s(self) -> float:
        return len(self.cards[-1].recorded()) / self.cards[-1].rate_hz


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return Recorder(monkeypatch)


class Wire:
    """A TD-17 that sends what the test says, when it says it."""

    def __init__(self, clock: Clock) -> None:
        self.info = KitInfo("midi://TD-17", "TD-17", StampedBy.DRIVER, 0)
        self._clock = clock
        self._sent = 0
        self._events: list[MidiEvent] = []

    def send(self, *data: int) -> None:
        now = self._clock.now_ns()
        self._events.append(MidiEvent(self._sent, now, 0, now, StampedBy.DRIVER, bytes(data)))
        self._sent += 1

    def open(self, wake: Callable[[], None]) -> None:
        pass

    def read(self) -> list[MidiEvent]:
        found, self._events = self._events, []
        return found

    def watermark_ns(self) -> int:
        return self._clock.now_ns()

    def close(self) -> None:
        pass


@pytest.fixture
def wire(room: Room, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What `midi://TD-17` opens."""
    made = Wire(room.clock)
    monkeypatch.setattr(kit_link, "create_source", lambda address, clock: made)
    return made
