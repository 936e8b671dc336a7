"""The sheet in the window: marks at their notes, a playhead that runs, lines that turn in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from station.clock import ManualClock
from station.engine.messages import Ended, Ready, Started
from station.engine.ring import RECORD_DTYPE
from station.model import PAD_INDEX, JudgementKind, Pad
from station.outcome import Outcome
from station.preferences import Preferences
from ui import theme
from ui.feed import Feed
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.plan import Plan
from ui.sheet.pdf import pdf_of
from ui.state import Dashboard
from ui.window import Window

NOTHING_CHOSEN = Preferences()
NOW = 10**12
MS = 1_000_000
Wait = Callable[..., None]
VERDICT: dict[str, Any] = {
    "tempo": {"call": "undecided", "ratio_percent": None, "low": None, "high": None,
              "called_at_beat": None},
    "placement": {"call": "undecided", "offset_ms": None, "low": None, "high": None,
                  "called_at_beat": None, "calibrated": False},
    "spread": None, "limbs": None, "swing": None,
}  # fmt: skip


class Stage:
    """A window with the sheet of a chart, before a fake engine."""

    def __init__(self, wait: Wait, chosen: Preferences = NOTHING_CHOSEN) -> None:
        self.clock, self.engine, self.state = ManualClock(NOW), FakeEngine(), Dashboard()
        self.feed = Feed(self.engine, self.state, FakeEngine, Outbox(), self.clock)
        self.kept: list[Preferences] = []
        plan = Plan("midi://TD-17", "straight-eighths", 330.0, repeats=4)
        self.window = Window(self.feed, plan, chosen=chosen, keep=self.kept.append)
        self.window.show()
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 5000)
        self.engine.say(Ready(1))
        self.sheet = self.window.play.sheet
        self._wait = wait
        self.feed.run()

    def show_sheet(self) -> None:
        if not self.window.play.showing_sheet:
            QTest.keyClick(self.window, Qt.Key.Key_S)
        self.until(lambda: len(self.sheet.placed) == 2)

    def until(self, holds: Callable[[], bool]) -> None:
        def painted() -> bool:
            self.window.grab()
            return holds()

        self._wait(self.feed.frame, painted, 30_000)

    def play_until(self, t_ns: int) -> None:
        """Begin a take; it is `t_ns` after tick 0."""
        self.engine.say(Started("0192f1c2-7b3a-7000", NOW))
        self.clock.t_ns = NOW + t_ns
        self.feed.tick()

    def judge(self, *rows: tuple[JudgementKind, int, int, int]) -> None:
        """Kind, hit's number, note, and offset in ms; of an extra hit, the time in its place."""
        assert self.state.grid is not None
        records = np.zeros(len(rows), RECORD_DTYPE)
        for record, (kind, seq, note, ms) in zip(records, rows, strict=True):
            record["kind"], record["hit_seq"], record["chart_index"] = kind, seq, note
            written = self.state.grid.chart.written_ns[note] if note >= 0 else 0
            record["offset_ns"] = ms * MS if note >= 0 else 0
            record["t_ns"] = NOW + written + ms * MS
            record["pad"] = PAD_INDEX[self.state.grid.chart.notes[max(0, note)].pad]
        self.engine.put(records)
        self.feed.tick()

    def picture(self) -> QImage:
        return self.sheet.grab().toImage()

    def near(self, image: QImage, at: QPointF, colour: str, reach: int = 3) -> bool:
        """Whether a pixel around a place has a colour."""
        want = QColor(colour)
        places = range(-reach, reach + 1)
        return any(
            image.pixelColor(round(at.x()) + dx, round(at.y()) + dy) == want
            for dx in places
            for dy in places
        )


@pytest.fixture
def stage(
    app: QApplication, wait_for: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    made = Stage(wait_for)
    yield made
    made.window.close()


def test_every_mark_has_its_colour_at_the_head_of_its_note(stage: Stage) -> None:
    stage.show_sheet()
    stage.play_until(1500 * MS)
    hit, missed = JudgementKind.HIT, JudgementKind.MISSED
    stage.judge((hit, 0, 0, 0), (hit, 1, 2, -12), (hit, 2, 3, 15), (missed, -1, 4, 0))
    image = stage.picture()
    expected = {0: Outcome.IN_TIME, 2: Outcome.EARLY, 3: Outcome.LATE}
    for note, outcome in expected.items():
        at = stage.sheet.middle_of(note)
        assert at is not None
        assert stage.near(image, at, theme.OUTCOME_COLOURS[outcome], 1), outcome
    unplayed = stage.sheet.middle_of(5)
    assert unplayed is not None
    for colour in theme.OUTCOME_COLOURS.values():
        assert not stage.near(image, unplayed, colour)
    # A ring: its colour around the head, and the head is still to be seen.
    ring = stage.sheet.middle_of(4)
    assert ring is not None
    assert stage.near(image, ring, theme.MISSED, 12)
    assert stage.sheet.drawn == 4


def test_an_extra_hit_stands_at_its_time_on_its_drum(stage: Stage) -> None:
    stage.show_sheet()
    stage.play_until(1500 * MS)
    stage.judge((JudgementKind.EXTRA, 0, -1, 400))
    image = stage.picture()
    place = stage.sheet.placed[0]
    assert stage.state.grid is not None
    y = place.line.y_of(stage.state.grid.chart.notes[0].pad)
    at = QPointF(place.x_at(400 * MS), place.top + y * place.scale)
    assert stage.near(image, at, theme.EXTRA, 1)


def test_the_playhead_is_where_the_time_is(stage: Stage) -> None:
    stage.show_sheet()
    xs = []
    for t_ns in range(0, 2900 * MS, 100 * MS):
        stage.play_until(t_ns)
        image = stage.picture()
        place = stage.sheet.placed[0]
        x, y = place.x_at(t_ns), round(place.bottom - 2)
        assert QColor(image.pixel(round(x), y)) == QColor(theme.PLAYHEAD)
        xs.append(x)
    assert (np.diff(xs) > 0).all()


def test_the_next_line_is_there_well_before_it_is_needed(stage: Stage) -> None:
    stage.show_sheet()
    systems = stage.window._sheets.systems
    for system in systems[1:-1]:
        length = system.end_ns - system.start_ns
        stage.play_until(system.start_ns + length // 10)
        stage.until(lambda n=system.number: shown(stage) == {n - 1, n})  # type: ignore[misc]
        # At 330 BPM there are two seconds left to look at it.
        stage.play_until(system.start_ns + length // 3)
        stage.until(lambda n=system.number: shown(stage) == {n, n + 1})  # type: ignore[misc]
        assert system.end_ns - (system.start_ns + length // 3) > 1900 * MS
    # The line that is played never moves.
    tops = {p.line.system.number % 2: p.top for p in stage.sheet.placed}
    assert tops[0] < tops[1]


def shown(stage: Stage) -> set[int]:
    return {place.line.system.number for place in stage.sheet.placed}


def test_by_heart_the_notes_are_gone_and_the_playhead_runs_on(stage: Stage) -> None:
    stage.show_sheet()
    assert stage.state.grid is not None
    pads = [note.pad for note in stage.state.grid.chart.notes]
    at = stage.sheet.middle_of(pads.index(Pad.SNARE))
    assert at is not None
    # Off the staff's lines: in the middle of a black head.
    assert stage.near(stage.picture(), at, theme.TEXT, 1)
    QTest.keyClick(stage.window, Qt.Key.Key_H)
    assert stage.sheet.by_heart
    assert not stage.near(stage.picture(), at, theme.TEXT, 1)
    stage.play_until(1000 * MS)
    image = stage.picture()
    place = stage.sheet.placed[0]
    x, y = round(place.x_at(1000 * MS)), round(place.bottom - 2)
    assert QColor(image.pixel(x, y)) == QColor(theme.PLAYHEAD)


def test_single_bars_can_be_hidden(stage: Stage) -> None:
    stage.show_sheet()
    assert stage.state.grid is not None
    chart = stage.state.grid.chart
    bars = [[b.tick <= n.tick < b.end_tick for n in chart.notes].index(True)
            for b in list(chart.bars())[:2]]  # fmt: skip
    before = stage.picture()
    stage.sheet.hide_bars([1])
    after = stage.picture()
    for note, same in zip(bars, (True, False), strict=True):
        at = stage.sheet.middle_of(note)
        assert at is not None
        box = (round(at.x()) - 4, round(at.y()) - 12, 8, 24)
        assert (before.copy(*box) == after.copy(*box)) is same


def test_the_choice_of_picture_is_kept(stage: Stage) -> None:
    assert not stage.window.play.showing_sheet
    for sheet in (True, False):
        QTest.keyClick(stage.window, Qt.Key.Key_S)
        assert stage.window.play.showing_sheet is sheet
        assert stage.kept[-1].sheet is sheet


def test_what_was_chosen_is_shown_at_first(wait_for: Wait, app: QApplication) -> None:
    made = Stage(wait_for, chosen=Preferences(sheet=True))
    assert made.window.play.showing_sheet
    made.window.close()


def test_nothing_changes_in_mid_take(stage: Stage) -> None:
    stage.show_sheet()
    stage.play_until(500 * MS)
    for key in (Qt.Key.Key_S, Qt.Key.Key_H):
        QTest.keyClick(stage.window, key)
    assert stage.window.play.showing_sheet
    assert not stage.sheet.by_heart


def test_the_line_of_the_chosen_bar_is_shown_and_framed(stage: Stage) -> None:
    stage.show_sheet()
    for _ in range(5):
        QTest.keyClick(stage.window, Qt.Key.Key_Right)
    stage.until(lambda: any(p.line.system.number == 1 for p in stage.sheet.placed))
    place = next(p for p in stage.sheet.placed if p.line.system.number == 1)
    left, right, _ = place.line.picture.bars[1]
    image = stage.picture()
    for x in (left, right):
        edge = QPointF(place.left + x * place.scale, place.top + 0.5 * (place.bottom - place.top))
        assert stage.near(image, edge, theme.PLAYHEAD, 2)
    QTest.keyClick(stage.window, Qt.Key.Key_A)
    band = QPointF(place.left + (left + right) / 2 * place.scale, place.top + 4)
    assert stage.near(stage.picture(), band, theme.LOOP_BACK, 1)


def test_a_letter_is_typed_into_a_name(stage: Stage) -> None:
    player = stage.window.play.setup.player
    player.setFocus()
    QTest.keyClicks(player, "Sash H")
    assert player.text() == "Sash H"
    assert not stage.window.play.showing_sheet


def test_the_report_has_the_judged_sheet(stage: Stage) -> None:
    stage.play_until(0)
    assert stage.state.grid is not None
    chart = stage.state.grid.chart
    hits = [
        {"t_ms": 0.0, "pad": "snare", "velocity": 90, "flags": [], "chart_index": i,
         "live_chart_index": i, "offset_ms": offset}
        for i, offset in enumerate((-20.0, 1.0, 20.0))
    ]  # fmt: skip
    report = {
        "chart": {"title": "T", "notes": len(chart.notes)}, "tempo_bpm": 330.0,
        "kit": {"sigma_ms": 0.2}, "state": "finished", "hits": hits, "missed": [3],
        "verdict": VERDICT,
    }  # fmt: skip
    stage.engine.say(Ended("0192f1c2", "finished", report))
    stage.feed.tick()
    page = stage.window.report
    assert not page.showing_sheet
    QTest.keyClick(stage.window, Qt.Key.Key_S)
    assert page.showing_sheet
    stage.until(lambda: len(page.sheet.placed) >= 2)
    image = page.sheet.widget().grab().toImage()  # type: ignore[union-attr]
    place = page.sheet.placed[0]
    for note, outcome in enumerate((Outcome.EARLY, Outcome.IN_TIME, Outcome.LATE)):
        x, y = place.line.middle_of(note)
        at = QPointF(place.left + x * place.scale, place.top + y * place.scale)
        assert stage.near(image, at, theme.OUTCOME_COLOURS[outcome], 1), outcome
    QTest.keyClick(stage.window, Qt.Key.Key_S)
    assert not page.showing_sheet


def test_pages_become_a_pdf(app: QApplication) -> None:
    page = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297">'
        '<rect width="210" height="297" fill="#fff"/></svg>'
    )
    data = pdf_of([page, page, page], "Three pages")
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 3
