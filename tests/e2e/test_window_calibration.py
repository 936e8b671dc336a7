"""The window calibrates with the real engine, a simulated drummer and a simulated sound card."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from qt_loop import until

from station.preferences import Preferences, write_preferences
from station.sound_choice import SoundChoice
from station.takes.store import Store
from ui import app as dashboard
from ui.feed import Feed
from ui.state import Dashboard, Phase
from ui.window import Window

pytestmark = pytest.mark.qt

KIT = "sim://?player=robot&offset_ms=12&seed=1"


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Dashboard, Feed, Window]]:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    write_preferences(Preferences(sound=SoundChoice(card="simsound://?ppm=50", off_bars=1)))
    session = dashboard.begin(KIT, "pulse", 400.0, demo=False)
    running = QApplication.instance() or QApplication(["test"])
    feed, window = dashboard.open_window(session)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 5000)
    yield session.state, feed, window
    window.close()
    del running


def test_tapped_kept_and_played_with(desk: tuple[Dashboard, Feed, Window]) -> None:
    state, feed, window = desk
    until(feed.frame, lambda: state.phase is Phase.IDLE and state.calibration is not None)
    assert state.calibration is not None
    assert state.calibration.sound == "simsound://simulated sound card"
    assert state.calibration.calibration is None

    page = window.calibrate
    QTest.keyClick(window, Qt.Key.Key_C)
    page.bpm.setValue(300)
    page.clicks.setValue(20)
    seen: set[int] = set()
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: bool(seen.add(state.taps)) or state.calibrated is not None)
    assert state.calibrated is not None
    found = state.calibrated.calibration
    assert found is not None, state.calibrated.refused
    assert found.latency_ns / 1e6 == pytest.approx(12, abs=1)
    assert len(seen) > 10
    assert page.count.figure.startswith(("+11", "+12"))
    with Store.open() as store:
        assert store.calibration(found.kit, found.sound) == found

    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: state.hits >= 4)
    QTest.keyClick(window, Qt.Key.Key_M)
    QTest.keyClick(window, Qt.Key.Key_Space)
    until(feed.frame, lambda: window.showing_report)
    assert state.take_state == "finished"
    assert state.muted
    assert state.problems == ()
