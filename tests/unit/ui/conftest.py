from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

# Before any Qt module is imported: these tests need no display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QEventLoop, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from station.clock import ManualClock
from station.engine.messages import KitStatus, Ready
from station.engine.ring import RECORD_DTYPE
from station.model import PAD_INDEX, JudgementKind, Pad
from station.preferences import Preferences
from ui.feed import Feed
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.plan import Plan
from ui.state import Dashboard
from ui.window import Window

NOW_NS, MS = 10**12, 1_000_000


@pytest.fixture(scope="session")
def app() -> QApplication:
    """The one application of the test run."""
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["test"])


@pytest.fixture
def wait_for(app: QApplication) -> Callable[..., None]:
    """Runs the event loop until a condition holds, asked at each of a signal; bounded."""

    def wait(signal: Any, holds: Callable[[], bool], timeout_ms: int = 10_000) -> None:
        if holds():
            return
        loop = QEventLoop()
        late = QTimer()
        late.setSingleShot(True)
        late.timeout.connect(lambda: loop.exit(1))

        def ask(*_: object) -> None:
            if holds():
                loop.exit(0)

        signal.connect(ask)
        late.start(timeout_ms)
        failed = loop.exec()
        signal.disconnect(ask)
        late.stop()
        assert not failed, f"nothing came of it in {timeout_ms} ms"

    return wait


class Room:
    """A window before a fake engine, with a kit; what the engine is told is written down."""

    def __init__(self, chosen: Preferences, **more: Any) -> None:
        self.clock, self.engine, self.state = ManualClock(NOW_NS), FakeEngine(), Dashboard()
        self.commands: list[Any] = []
        self.kept: list[Preferences] = []
        self.feed = Feed(self.engine, self.state, FakeEngine, Outbox(), self.clock)
        self.feed._send = self.commands.append  # type: ignore[method-assign]
        plan = Plan("midi://TD-17", "double-time-swing")
        self.window = Window(self.feed, plan, chosen=chosen, keep=self.kept.append, **more)
        self.window.show()
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 5000)
        self.kit = KitStatus("midi://TD-17", "TD-17", "gm", "open", "driver", 0.2, False)
        self.say(Ready(1), self.kit)

    @property
    def setup(self) -> Any:
        return self.window.play.setup

    @property
    def row(self) -> Any:
        return self.setup.sound

    def say(self, *messages: Any) -> None:
        self.engine.say(*messages)
        self.feed.tick()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.window, key)

    def choose(self, choice: Any, data: object) -> None:
        """As if it had been picked from a list."""
        choice.setCurrentIndex(choice.findData(data))
        choice.activated.emit(choice.currentIndex())

    def strike(self, pad: Pad, *at_ms: float, velocity: int = 90, flags: int = 0) -> None:
        struck = np.zeros(len(at_ms), RECORD_DTYPE)
        struck["kind"], struck["pad"] = JudgementKind.EXTRA, PAD_INDEX[pad]
        struck["velocity"], struck["flags"] = velocity, flags
        struck["t_ns"] = [NOW_NS + round(ms * MS) for ms in at_ms]
        self.engine.put(struck)
        self.feed.tick()

    def let_pass(self, ms: float) -> None:
        self.clock.advance(round(ms * MS))
        self.feed.tick()

    def told(self, kind: type) -> list[Any]:
        return [command for command in self.commands if isinstance(command, kind)]


@pytest.fixture
def room_of(app: QApplication) -> Iterator[Callable[..., Room]]:
    """Opens a window for a player's choices."""
    rooms: list[Room] = []

    def make(chosen: Preferences | None = None, **more: Any) -> Room:
        rooms.append(Room(chosen or Preferences(), **more))
        return rooms[-1]

    yield make
    for room in rooms:
        room.window.close()
