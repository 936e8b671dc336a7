"""Takes to keep, and a store in a folder of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.clock import ManualClock
from station.model import Flag, Hit, KitUsed, Pad, StampedBy, Take, TakeState, Zone
from station.takes.ids import uuid7
from station.takes.store import Store

KIT = KitUsed("midi://TD-17", "TD-17 MIDI 1", "roland-td17", StampedBy.DRIVER, 200_000)


class SteppedClock(ManualClock):
    """A clock on which the writer's thread waits until the test lets it go once round."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Condition()
        self._waiting: set[int] = set()
        self._released: set[int] = set()

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        me = threading.get_ident()
        name = threading.current_thread().name
        if name == "take-checkpoint":
            return event.wait()
        if name != "take-writer":
            return super().wait(event, timeout_ns)
        with self._turn:
            self._waiting.add(me)
            self._turn.notify_all()
            # `finish` sets the event without telling the clock.
            while not event.is_set() and me not in self._released:
                self._turn.wait(0.01)
            self._waiting.discard(me)
            self._released.discard(me)
        self.advance(max(0, timeout_ns))
        return event.is_set()

    def go_round(self) -> None:
        """Let the writer write once; back when it waits again."""
        with self._turn:
            assert self._turn.wait_for(lambda: self._waiting, 10)
            (me,) = self._waiting
            self._waiting.clear()
            self._released.add(me)
            self._turn.notify_all()
            assert self._turn.wait_for(lambda: self._waiting, 10)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "data" / "takes.db"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def go_round(clock: SteppedClock) -> Callable[[], None]:
    """Let the writer write once, and wait until it has."""
    return clock.go_round


@pytest.fixture
def spill_folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
def store(db: Path, spill_folder: Path, clock: SteppedClock) -> Iterator[Store]:
    with Store.open(db, spill_folders=[spill_folder], clock=clock) as opened:
        yield opened


@pytest.fixture
def new_take() -> Callable[..., Take]:
    def make(**fields: object) -> Take:
        given: dict[str, object] = {
            "id": uuid7(),
            "player": "Ada",
            "started_at": "2026-01-02T03:04:05.678+01:00",
            "start_ns": 5_000_000_000,
            "chart_title": "Straight eighths",
            "chart_json": '{"ppq": 480}',
            "kits": (KIT,),
            "latency_ns": 3_000_000,
            "calibrated": True,
            "state": TakeState.RECORDING,
            "version": "1.2.3",
        }
        return Take(**(given | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def hit() -> Callable[..., Hit]:
    def make(seq: int, **fields: object) -> Hit:
        given: dict[str, object] = {
            "seq": seq,
            "t_ns": 5_000_000_000 + seq * 90_000_000,
            "t_sigma_ns": 200_000,
            "arrival_ns": 5_001_000_000 + seq * 90_000_000,
            "pad": Pad.HI_HAT,
            "zone": Zone.EDGE,
            "velocity": 90,
            "note": 22,
            "flags": Flag.CROSSTALK if seq % 5 == 0 else Flag.NONE,
            "openness": 12,
        }
        return Hit(**(given | fields))  # type: ignore[arg-type]

    return make
