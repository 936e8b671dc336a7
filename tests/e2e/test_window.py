"""The window in front of the real engine's process, with a simulated drummer."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from qt_loop import until

from ui import app as dashboard
from ui import words
from ui.feed import Feed
from ui.state import Phase
from ui.window import Window

pytestmark = pytest.mark.qt

KIT = "sim://?player=human&seed=1"
# At 400 BPM a bar lasts 0.6 s: a whole take fits into a test.
BPM = 400.0


@pytest.fixture(autouse=True)
def own_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "takes"))


@pytest.fixture
def desk() -> Iterator[tuple[dashboard.Session, Feed, Window]]:
    session = dashboard.begin(KIT, "pulse", BPM, demo=False)
    running = QApplication.instance() or QApplication(["test"])
    feed, window = dashboard.open_window(session)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 5000)
    yield session, feed, window
    window.close()
    del running


def test_a_take_from_the_space_bar_to_the_report(
    desk: tuple[dashboard.Session, Feed, Window], tmp_path: Path
) -> None:
    session, feed, window = desk
    state = session.state
    until(feed.frame, lambda: state.phase is Phase.IDLE and bool(state.kits))
    assert window.simulated_banner.isVisible()
    window.play.setup.repeats.setValue(1)

    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: state.hits >= 4)
    assert window.play.lanes.drawn > 0
    assert window.play.meter.mean_ms is not None
    assert window.play.call.word in {"RUSHING", "DRAGGING", "STEADY", "UNDECIDED"}
    play = tmp_path / "play.png"
    assert window.grab().save(str(play))

    until(feed.frame, lambda: window.showing_report)
    assert state.report is not None
    assert state.report["schema"] == "station.take/1"
    assert window.report.call.word == words.tempo_call(state.report["verdict"]).value.upper()
    of_notes = f"of {state.report['chart']['notes']} notes"
    assert of_notes in window.report.cards["hits"].text
    report = tmp_path / "report.png"
    assert window.grab().save(str(report))
    assert play.stat().st_size > 10_000 < report.stat().st_size


def test_an_engine_that_is_killed_in_mid_take_is_replaced(
    desk: tuple[dashboard.Session, Feed, Window],
) -> None:
    session, feed, window = desk
    state = session.state
    until(feed.frame, lambda: state.phase is Phase.IDLE and bool(state.kits))
    window.play.setup.repeats.setValue(50)
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: state.hits >= 2)

    os.kill(session.engine.pid, signal.SIGKILL)
    until(feed.frame, lambda: state.phase is Phase.DEAD)
    assert window.engine_banner.isVisible()
    assert "signal 9" in window.engine_banner.text

    feed.new_engine()
    until(feed.frame, lambda: state.phase is Phase.IDLE and bool(state.kits))
    assert not window.engine_banner.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: state.hits >= 2)
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: window.showing_report)
    assert state.take_state == "finished"


def test_without_a_kit_a_simulated_drummer_plays_at_once() -> None:
    session = dashboard.begin("", "", None, demo=True)
    running = QApplication.instance() or QApplication(["test"])
    feed, window = dashboard.open_window(session)
    window.show()
    until(feed.frame, lambda: session.state.hits >= 1)
    assert session.state.grid is not None
    assert session.state.grid.chart.bpm == pytest.approx(330)
    assert window.simulated_banner.isVisible()
    window.close()
    assert not session.engine.alive
    del running
