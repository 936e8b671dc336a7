"""What the host says while a take cannot be written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.charts import document
from station.clock import ManualClock
from station.engine import host as host_module
from station.engine.host import Host
from station.engine.memory_take import MemoryTake
from station.engine.messages import Connect, Message, Problem, Start, Stop
from station.engine.ring import RingWriter, create_ring
from station.errors import StoreError, StoreReason
from station.files import load_chart
from station.model import Take
from station.units import NS_PER_S


class Still(ManualClock):
    """Goes on only when the test says so, however long a drummer waits for a note."""

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        return event.wait(0.01)


class Sink(MemoryTake):
    """A take whose disk the test fills."""

    reason: StoreReason | None = None
    counted = 0

    @property
    def problem(self) -> StoreError | None:
        if self.reason is None:
            return None
        self.counted += 1
        return StoreError(f"No room: {self.counted} hits wait.", self.reason)


class FakeStore:
    """Begins takes that are kept in memory."""

    def __init__(self) -> None:
        self.sink: Sink | None = None

    def begin(self, take: Take) -> Sink:
        self.sink = Sink(take)
        return self.sink

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    fake = FakeStore()
    monkeypatch.setattr(host_module.Store, "open", lambda: fake)
    return fake


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[RingWriter]:
    writer = RingWriter(create_ring(tmp_path))
    yield writer
    writer.close()


def test_a_problem_is_said_when_it_comes_and_not_at_every_hit(
    store: FakeStore, ring: RingWriter
) -> None:
    clock, said = Still(NS_PER_S), list[Message]()
    host = Host(ring, said.append, lambda: None, clock)
    host.obey(Connect(["sim://?player=robot"]))
    host.obey(Start(document.dump(load_chart("pulse").repeated(20))))
    assert store.sink is not None

    def problems_after(seconds: int) -> list[Problem]:
        said.clear()
        for _ in range(seconds):
            clock.advance(NS_PER_S)
            host.pump()
        return [message for message in said if isinstance(message, Problem)]

    assert problems_after(1) == []
    store.sink.reason = StoreReason.FULL
    [first] = problems_after(3)
    assert first.passing
    store.sink.reason = StoreReason.IN_USE
    assert len(problems_after(2)) == 1
    store.sink.reason = None
    assert problems_after(1) == []
    store.sink.reason = StoreReason.IN_USE
    assert len(problems_after(1)) == 1

    said.clear()
    host.obey(Stop())
    [last] = [message for message in said if isinstance(message, Problem)]
    assert not last.passing
    host.close()
