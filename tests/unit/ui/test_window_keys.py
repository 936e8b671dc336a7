"""The keys of the window: they change what comes next, and nothing that is being played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from station.charts import document
from station.charts.tempo import TempoChange, TempoMap
from station.clock import ManualClock
from station.engine.messages import Ended, KitStatus, Ready, Start, Started, Stop
from station.engine.ring import RECORD_DTYPE
from station.errors import FileError
from station.files import load_chart
from station.model import PAD_INDEX, JudgementKind, Pad
from station.preferences import Preferences
from ui.feed import Feed
from ui.keys import BINDINGS, IN_TAKE, PAGE, Act
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.plan import SIMULATED_DRUMMER, Plan
from ui.practice import UNTIL_STOPPED
from ui.state import Dashboard, Phase
from ui.window import Window

NOW = 10**12
MS = 1_000_000
K = Qt.Key
TD17 = KitStatus("midi://TD-17", "TD-17", "gm", "open", "driver", 0.2, False)
SIM = KitStatus(SIMULATED_DRUMMER, "Simulated drummer", "gm", "open", "simulated", 0.0, True)
EIGHT_BARS = "double-time-swing"


class Stage:
    """A window before a fake engine."""

    def __init__(self, chart: str = EIGHT_BARS, pad: Pad | None = None) -> None:
        self.clock, self.engine, self.state = ManualClock(NOW), FakeEngine(), Dashboard()
        self.commands: list[Any] = []
        self.kept: list[Preferences] = []
        self.feed = Feed(self.engine, self.state, FakeEngine, Outbox(), self.clock)
        self.feed._send = self.commands.append  # type: ignore[method-assign]
        self.window = Window(
            self.feed,
            Plan("midi://TD-17", chart),
            chosen=Preferences(start_pad=pad),
            keep=self.kept.append,
        )
        self.window.show()
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 5000)
        self.say(Ready(1), TD17)

    @property
    def setup(self) -> Any:
        return self.window.play.setup

    def say(self, *messages: Any) -> None:
        self.engine.say(*messages)
        self.feed.tick()

    def press(self, *keys: Qt.Key, shift: bool = False) -> None:
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        for key in keys:
            QTest.keyClick(self.window, key, held)

    def strike(self, pad: Pad, *at_ms: float) -> None:
        struck = np.zeros(len(at_ms), RECORD_DTYPE)
        struck["kind"], struck["pad"] = JudgementKind.EXTRA, PAD_INDEX[pad]
        struck["t_ns"] = [NOW + round(ms * MS) for ms in at_ms]
        self.engine.put(struck)
        self.feed.tick()

    def started(self) -> Start:
        start = self.commands[-1]
        assert isinstance(start, Start)
        return start


@pytest.fixture
def stage(app: QApplication) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.window.close()


# ------------------------------------------------------------------------ loops


def test_a_loop_from_bar_5_to_bar_7_is_what_is_played(stage: Stage) -> None:
    stage.press(K.Key_Right, K.Key_Right, K.Key_Right, K.Key_Right, K.Key_A)
    stage.press(K.Key_Right, K.Key_Right, K.Key_B, K.Key_Space)
    chart = document.parse(stage.started().chart)
    written = load_chart(EIGHT_BARS)
    assert chart.title == f"{written.title}, bars 5–7"
    assert (chart.first_bar, chart.bars_a_pass) == (4, 3)
    assert chart.length_ns > 25 * 60 * 10**9
    assert stage.state.grid is not None
    assert stage.state.grid.open_end


def test_brackets_set_it_as_well_and_l_switches_it(stage: Stage) -> None:
    stage.press(K.Key_Right, K.Key_BracketLeft, K.Key_BracketRight)
    assert stage.setup.plan().part == (1, 2)
    assert stage.setup.repeats.text() == "∞"
    stage.press(K.Key_L)
    assert (stage.setup.plan().part, stage.setup.plan().repeats) == (None, 1)
    stage.press(K.Key_L)
    assert stage.setup.plan().part == (1, 2)
    stage.press(K.Key_Home)
    practice = stage.setup.practice
    assert (practice.bar, practice.loop, practice.first, practice.last) == (0, False, 0, 7)


def test_the_desk_shows_the_page_with_the_chosen_bar(stage: Stage) -> None:
    lanes = stage.window.play.lanes
    first = stage.window.grab().toImage()
    stage.press(*[K.Key_Right] * 6)
    stage.feed.tick()
    later = stage.window.grab().toImage()
    assert first != later
    assert stage.state.grid is not None
    assert lanes._front == 1 + stage.state.grid.page_with(6)
    assert stage.window.play.count.figure == "BAR 7"


def test_bars_can_be_typed(stage: Stage) -> None:
    setup = stage.setup
    setup.from_bar.setValue(3)
    assert setup.plan().part == (2, 8)
    setup.to_bar.setValue(2)
    assert (setup.plan().part, setup.from_bar.value()) == ((1, 2), 2)
    setup.from_bar.setValue(6)
    assert (setup.plan().part, setup.to_bar.value()) == ((5, 6), 6)
    setup.repeats.setValue(20)
    assert setup.plan().repeats == 20
    setup.repeats.setValue(0)
    assert setup.plan().repeats == UNTIL_STOPPED
    QTest.mouseClick(setup.loop, Qt.MouseButton.LeftButton)
    assert setup.plan().part is None


def test_another_chart_is_played_as_a_whole_and_as_written(stage: Stage) -> None:
    stage.press(K.Key_A, K.Key_B, K.Key_Minus)
    setup = stage.setup
    setup.chart.setCurrentIndex(setup.chart.findData("20-flam"))
    setup.chart.activated.emit(setup.chart.currentIndex())
    plan = setup.plan()
    assert (plan.chart, plan.part, plan.speed, plan.repeats) == ("20-flam", None, 1, 1)
    assert setup.bpm.text() == "105 BPM"
    assert "60–180 BPM" in setup._bpm_name.text()


def test_the_other_hand_keeps_what_is_chosen(stage: Stage) -> None:
    setup = stage.setup
    setup.chart.setCurrentIndex(setup.chart.findData("16-single-paradiddle"))
    setup.chart.activated.emit(setup.chart.currentIndex())
    stage.press(K.Key_A, K.Key_B, K.Key_Minus)
    before = setup.practice
    setup.hand.setCurrentIndex(1)
    setup.hand.activated.emit(1)
    assert setup.practice == before
    stage.press(K.Key_Space)
    left = document.parse(stage.started().chart).notes[0].sticking
    assert left != load_chart("16-single-paradiddle").notes[0].sticking


def test_a_stop_leaves_the_bar_that_was_played_chosen(stage: Stage) -> None:
    stage.press(*[K.Key_Right] * 4, K.Key_A, K.Key_Right, K.Key_Right, K.Key_B, K.Key_Space)
    stage.say(Started("0192", NOW))
    assert stage.state.grid is not None
    # The second bar of the third pass: bar 6.
    begin, _ = stage.state.grid.bar_ns(7)
    stage.clock.t_ns = NOW + begin + 5 * MS
    stage.feed.tick()
    stage.press(K.Key_Space)
    assert stage.setup.practice.bar == 5


# ------------------------------------------------------------------------ tempo


def test_tempo_keys_step_by_five_and_with_shift_by_one(stage: Stage) -> None:
    stage.press(K.Key_Up)
    assert stage.setup.bpm.value() == 335
    assert (stage.window.play.count.figure, stage.window.play.count.line[:3]) == ("335", "BPM")
    stage.press(K.Key_Down, K.Key_Down)
    assert stage.setup.bpm.value() == 325
    stage.press(K.Key_Up, shift=True)
    assert stage.setup.bpm.value() == 326
    stage.press(K.Key_Space)
    chart = document.parse(stage.started().chart)
    assert chart.tempo.changes[0].ns_per_quarter == Fraction(60 * 10**9, 326)


def test_speed_keys_and_the_two_fields_are_one_choice(stage: Stage) -> None:
    setup = stage.setup
    stage.press(K.Key_Minus, K.Key_Minus)
    assert (setup.speed.text(), setup.bpm.text()) == ("90 %", "297 BPM")
    stage.press(K.Key_Plus)
    assert setup.plan().speed == Fraction(95, 100)
    setup.bpm.setValue(165)
    assert (setup.speed.text(), setup.plan().speed) == ("50 %", Fraction(1, 2))
    setup.speed.setValue(70)
    assert (setup.bpm.value(), setup.plan().speed) == (231, Fraction(7, 10))
    setup.bpm.setValue(990)
    assert setup.speed.text() == "300 %"


def test_a_tempo_that_a_part_of_the_chart_cannot_be_played_at_is_said(stage: Stage) -> None:
    tempi = ((0, 20), (960, 900))
    changes = tuple(TempoChange(t, Fraction(60 * 10**9, bpm)) for t, bpm in tempi)
    fast = replace(load_chart(EIGHT_BARS), tempo=TempoMap(480, changes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.plan.load_chart_with_complaints", lambda name: (fast, ()))
        stage.setup.chart.setCurrentIndex(stage.setup.chart.findData("20-flam"))
        stage.setup.chart.activated.emit(0)
        assert stage.window.problem_banner.text == ""
        stage.setup.bpm.setValue(40)
        assert "1800 BPM is outside 1 to 1000" in stage.window.problem_banner.text
        stage.press(K.Key_Space)
        assert stage.commands == []
        stage.setup.bpm.setValue(20)
        stage.press(K.Key_Space)
        assert isinstance(stage.commands[-1], Start)


# --------------------------------------------------------------------- mid-take


def test_no_key_acts_on_a_take_but_stop(stage: Stage) -> None:
    stage.press(K.Key_Space)
    stage.say(Started("0192", NOW))
    before, grid = stage.setup.practice, stage.state.grid
    sent = len(stage.commands)
    for keys, act in BINDINGS:
        if act not in IN_TAKE:
            stage.window.act(act)
            assert (stage.setup.practice, stage.state.grid, len(stage.commands)) == (
                before,
                grid,
                sent,
            ), keys
    assert not stage.window.key_page.isVisible()
    assert stage.kept == []
    stage.press(K.Key_Right, K.Key_A, K.Key_Up, K.Key_V, K.Key_Question)
    assert (stage.setup.practice, stage.kept) == (before, [])
    stage.press(K.Key_Space)
    assert isinstance(stage.commands[-1], Stop)


def test_letters_are_typed_into_a_name_and_do_nothing_else(stage: Stage) -> None:
    stage.setup.player.setFocus()
    QTest.keyClicks(stage.setup.player, "Vlad +B")
    assert stage.setup.player.text() == "Vlad +B"
    assert (stage.setup.practice.loop, stage.kept) == (False, [])


def test_numbers_are_typed_and_letters_go_to_the_window(stage: Stage) -> None:
    setup = stage.setup
    setup.bpm.setFocus()
    setup.bpm.selectAll()
    QTest.keyClicks(setup.bpm, "200")
    QTest.keyClick(setup.bpm, K.Key_Return)
    assert setup.bpm.value() == 200
    assert stage.window.focusWidget() is setup.start
    setup.bpm.setFocus()
    QTest.keyClick(setup.bpm, K.Key_L)
    assert setup.practice.loop
    QTest.keyClick(setup.bpm, K.Key_Up)
    assert setup.bpm.value() == 205


def test_the_arrow_keys_step_through_a_list_that_has_the_focus(stage: Stage) -> None:
    setup = stage.setup
    setup.beginning.setFocus()
    QTest.keyClick(setup.beginning, K.Key_Down)
    assert setup.beginning.currentData() == 2
    assert setup.bpm.value() == 330


def test_keys_on_the_report_go_back_to_the_choices(stage: Stage) -> None:
    stage.press(K.Key_Space)
    stage.say(Started("0192", NOW))
    stage.say(Ended("0192", "finished", report()))
    assert stage.window.showing_report
    stage.press(K.Key_Up)
    assert not stage.window.showing_report
    assert stage.setup.bpm.value() == 335


def report(passes: int = 0) -> dict[str, Any]:
    verdict = {"tempo": {"call": "undecided"}, "placement": {"call": "undecided"}}
    told = {
        "chart": {"title": "T", "notes": 9999},
        "kit": {"sigma_ms": 0.2},
        "state": "finished",
        "hits": [],
        "missed": [0],
        "verdict": verdict,
    }
    one = {"hits": 4, "missed": 1, "offset_ms": -3.21, "spread_ms": None}
    return told | ({"passes": [{"pass": i + 1} | one for i in range(passes)]} if passes else {})


@pytest.mark.parametrize(("passes", "columns"), [(0, 0), (1, 0), (2, 2), (400, None)])
def test_the_report_of_a_loop_has_a_column_a_pass(
    stage: Stage, passes: int, columns: int | None
) -> None:
    stage.window.resize(1280, 800)
    QApplication.processEvents()
    stage.press(K.Key_Space)
    stage.say(Started("0192", NOW), Ended("0192", "finished", report(passes)))
    table = stage.window.report.passes
    assert stage.window.report.cards["hits"].text.startswith("0 of 1 notes")
    assert table.isVisible() == (passes > 1)
    if passes > 1:
        assert not table.grab().isNull()
        said = "Pass 1: offset −3.2 ms, spread – ms, 1 missed"
        assert table.accessibleDescription().startswith(said)
        assert columns is None or len(table.shown) == columns
    if columns is None:
        assert table.shown[:4] == (1, 2, 3, None)
        assert table.shown[-1] == passes
        assert len(table.shown) < 40


def test_in_the_smallest_window_the_plots_have_the_room(stage: Stage) -> None:
    stage.window.resize(800, 500)
    QApplication.processEvents()
    stage.press(K.Key_Space)
    stage.say(Started("0192", NOW), Ended("0192", "finished", report(9)))
    assert not stage.window.report.passes.isVisible()


# ---------------------------------------------------------------- the key page


def test_the_page_of_keys_is_shown_and_any_key_closes_it(stage: Stage) -> None:
    page = stage.window.key_page
    for key in (K.Key_Question, K.Key_F1):
        stage.press(key)
        assert page.isVisible()
        assert page.geometry() == stage.window.centralWidget().rect()
        stage.press(K.Key_Escape)
        assert not page.isVisible()
    assert stage.window.isVisible()
    stage.press(K.Key_Question, K.Key_Up)
    assert not page.isVisible()
    assert stage.setup.bpm.value() == 335


def test_every_key_that_does_something_is_explained() -> None:
    printed = " ".join(line.keys for line in PAGE)
    shown = {"Space": "SPACE", "Escape": "ESC", "Left": "←", "Right": "→", "Home": "HOME"}
    shown |= {"Up": "↑", "Down": "↓", "-": "−"}
    second = {"[", "]", "=", "F1", "F5", "?", "Shift+Up", "Shift+Down"}
    for keys, _ in BINDINGS:
        assert keys in second or shown.get(keys, keys) in printed.split(), keys
    assert {act for keys, act in BINDINGS if keys not in second} >= set(Act) - {
        Act.KEYS,
        Act.SEARCH,
        Act.BPM_FINE_UP,
        Act.BPM_FINE_DOWN,
    }


@pytest.mark.parametrize(("size", "least_px"), [((800, 500), 24), ((1280, 800), 36)])
def test_the_page_of_keys_can_be_read_from_afar(
    stage: Stage, size: tuple[int, int], least_px: int
) -> None:
    stage.window.resize(*size)
    QApplication.processEvents()
    stage.press(K.Key_Question)
    stage.window.key_page.grab()
    assert stage.window.key_page.text_px >= least_px


# ----------------------------------------------------------------- once for all


def test_the_visual_click_is_switched_and_kept(stage: Stage) -> None:
    pulse = stage.window.play.pulse
    assert not pulse.isVisible()
    stage.press(K.Key_V)
    assert pulse.isVisible()
    stage.press(K.Key_V)
    assert not pulse.isVisible()
    assert [kept.visual_click for kept in stage.kept] == [True, False]


def test_two_strikes_on_the_start_pad_start_and_two_more_stop(app: QApplication) -> None:
    stage = Stage(pad=Pad.AUX_1)
    stage.strike(Pad.AUX_1, 0)
    assert stage.commands == []
    stage.strike(Pad.AUX_1, 300)
    assert isinstance(stage.commands[-1], Start)
    stage.say(Started("0192", NOW + 2000 * MS))
    stage.strike(Pad.SNARE, 3000, 3200)
    assert len(stage.commands) == 1
    stage.strike(Pad.AUX_1, 4000, 4300)
    assert isinstance(stage.commands[-1], Stop)
    stage.window.close()


def test_the_start_pad_is_chosen_and_kept(stage: Stage) -> None:
    pads = stage.setup.start_pad
    pads.setCurrentIndex(pads.findData("aux-1"))
    pads.activated.emit(pads.currentIndex())
    assert stage.kept == [Preferences(start_pad=Pad.AUX_1)]
    stage.strike(Pad.AUX_1, 0, 300)
    assert len(stage.commands) == 1


def test_a_simulated_drummer_starts_nothing(app: QApplication) -> None:
    stage = Stage(pad=Pad.SNARE)
    stage.state.kits = {}
    stage.say(SIM)
    stage.strike(Pad.SNARE, 0, 300)
    assert stage.commands == []
    stage.press(K.Key_Space)
    assert isinstance(stage.commands[-1], Start)
    stage.window.close()


def test_a_chart_that_plays_the_start_pad_is_refused(app: QApplication) -> None:
    stage = Stage(pad=Pad.SNARE)
    stage.press(K.Key_Space)
    assert stage.commands == []
    assert "has notes for the snare" in stage.window.problem_banner.text
    assert stage.state.phase is Phase.IDLE
    stage.window.close()


def test_a_choice_that_cannot_be_kept_is_used_and_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(chosen: Preferences) -> None:
        raise FileError("The disk is full; make room.")

    monkeypatch.setattr(stage.window._choosing, "_keep", full)
    stage.press(K.Key_V)
    assert stage.window.play.pulse.isVisible()
    assert stage.window.problem_banner.text == "The disk is full; make room."
