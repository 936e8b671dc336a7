from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from station.charts.musicxml_out import write_musicxml
from station.clock import ManualClock
from station.engine.messages import Ended, KitStatus, Problem, Ready, Started, VerdictNow
from station.engine.ring import RECORD_DTYPE, Records
from station.files import load_chart
from station.model import PAD_INDEX, JudgementKind, Pad
from ui import words
from ui.feed import Feed
from ui.kitsearch import FoundKit
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.pages.report import ReportPage
from ui.plan import SIMULATED_DRUMMER, Plan
from ui.state import Dashboard, Phase
from ui.widgets.painted import Painted
from ui.window import Window

NOW = 10**12
SIM = KitStatus(SIMULATED_DRUMMER, "Simulated drummer", "gm", "open", "simulated", 0.0, True)
TD17 = KitStatus("midi://TD-17", "TD-17", "gm", "open", "driver", 0.2, False, hint="a guess")
VERDICT: dict[str, Any] = {
    "tempo": {
        "call": "dragging",
        "ratio_percent": -0.8,
        "low": -1.2,
        "high": -0.4,
        "called_at_beat": 88,
    },
    "placement": {
        "call": "undecided",
        "offset_ms": None,
        "low": None,
        "high": None,
        "called_at_beat": None,
        "calibrated": False,
    },
    "spread": None,
    "limbs": None,
    "swing": None,
}


class Stage:
    """A window before a fake engine."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.engine = FakeEngine()
        self.state = Dashboard()
        self.commands: list[Any] = []
        self.feed = Feed(self.engine, self.state, FakeEngine, Outbox(), self.clock)
        self.feed.start = self.commands.append  # type: ignore[method-assign]
        self.feed.stop = lambda: self.commands.append("stop")  # type: ignore[method-assign]
        self.feed.connect_kits = self.commands.append  # type: ignore[method-assign]
        self.window = Window(self.feed, Plan("midi://TD-17", "straight-eighths", 330.0))
        self.window.show()
        self.window.activateWindow()
        # Shortcuts belong to the active window; this returns as soon as it is.
        assert QTest.qWaitForWindowActive(self.window, 5000)
        self.say(Ready(1))

    def say(self, *messages: Any) -> None:
        self.engine.say(*messages)
        self.feed.tick()

    def play(self) -> None:
        self.say(TD17, Started("0192f1c2-7b3a-7000", NOW))

    def picture(self) -> QImage:
        return self.window.grab().toImage()


@pytest.fixture
def stage(app: QApplication) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.window.close()


def report(stage: Stage, notes: int = 3, missed: tuple[int, ...] = (2,)) -> dict[str, Any]:
    hits = [
        {
            "t_ms": 90.9 * i + offset,
            "note": 42,
            "pad": "hi-hat",
            "velocity": 90,
            "flags": ["double-trigger"] if i == 1 else [],
            "chart_index": i if i < 2 else None,
            "live_chart_index": i if i < 2 else None,
            "offset_ms": offset if i < 2 else None,
        }
        for i, offset in enumerate((-12.0, 3.0, 40.0))
    ]
    return {
        "schema": "station.take/1",
        "chart": {"title": "T", "notes": notes},
        "tempo_bpm": 330.0,
        "kit": {"address": "", "profile": "gm", "stamped_by": "driver", "sigma_ms": 0.2},
        "state": "finished",
        "hits": hits,
        "missed": list(missed),
        "verdict": VERDICT,
    }


def records(n: int, start_ns: int = NOW) -> Records:
    made = np.zeros(n, RECORD_DTYPE)
    made["kind"] = JudgementKind.EXTRA
    made["hit_seq"] = np.arange(n)
    made["chart_index"] = -1
    made["pad"] = np.arange(n) % len(Pad)
    made["t_ns"] = start_ns + np.arange(n) * 100_000
    made["judged_ns"] = made["t_ns"]
    return made


# ------------------------------------------------------------------------- keys


def test_the_space_bar_starts_and_stops(stage: Stage) -> None:
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert [type(c).__name__ for c in stage.commands] == ["Start"]
    assert stage.commands[0].count_in_bars == 1
    stage.play()
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert stage.commands[1:] == ["stop"]


def test_the_space_bar_starts_from_any_choice_but_is_typed_into_a_name(stage: Stage) -> None:
    setup = stage.window.play.setup
    for widget in (setup.start, setup.bpm, setup.chart, setup.again):
        stage.commands.clear()
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        assert len(stage.commands) == 1, widget
    stage.commands.clear()
    setup.player.setFocus()
    QTest.keyClicks(setup.player, "Ada L")
    assert (setup.player.text(), stage.commands) == ("Ada L", [])
    assert setup.plan().player == "Ada L"


def test_escape_stops_then_goes_back_then_leaves(stage: Stage) -> None:
    stage.play()
    QTest.keyClick(stage.window, Qt.Key.Key_Escape)
    assert stage.commands == ["stop"]
    stage.say(Ended("0192f1c2", "finished", report(stage)))
    assert stage.window.showing_report
    QTest.keyClick(stage.window, Qt.Key.Key_Escape)
    assert not stage.window.showing_report
    assert stage.window.isVisible()
    QTest.keyClick(stage.window, Qt.Key.Key_Escape)
    assert not stage.window.isVisible()
    assert stage.engine.closed


def test_every_choice_is_reached_by_the_tab_key(stage: Stage) -> None:
    setup = stage.window.play.setup
    wanted: set[QWidget] = {setup.kit, setup.again, setup.chart, setup.bpm, setup.repeats}
    wanted |= {setup.beginning, setup.player, setup.start, setup.from_bar, setup.to_bar}
    wanted |= {setup.loop, setup.speed, setup.hand, setup.start_pad}
    reached: set[QWidget | None] = set()
    for _ in range(2 * len(wanted)):
        stage.window.focusNextChild()
        reached.add(stage.window.focusWidget())
    assert wanted <= reached


# ----------------------------------------------------------------------- choices


def test_a_typed_address_is_connected(stage: Stage) -> None:
    kit = stage.window.play.setup.kit
    kit.setEditText("midi://Nitro")
    QTest.keyClick(kit.lineEdit(), Qt.Key.Key_Return)
    assert stage.commands == [["midi://Nitro"]]


def test_kits_that_were_found_can_be_chosen_and_the_chosen_one_stays(stage: Stage) -> None:
    setup = stage.window.play.setup
    setup.show_kits([FoundKit("midi://Nitro", "Nitro", False, "")])
    assert setup.plan().kit == "midi://TD-17"
    assert setup.kit.findData(SIMULATED_DRUMMER) >= 0
    setup.kit.setCurrentIndex(setup.kit.findData("midi://Nitro"))
    setup.kit.activated.emit(setup.kit.currentIndex())
    assert stage.commands == [["midi://Nitro"]]


def test_another_chart_brings_its_own_tempo_and_is_laid_out(stage: Stage) -> None:
    setup = stage.window.play.setup
    setup.chart.setCurrentIndex(setup.chart.findData("seven-four"))
    setup.chart.activated.emit(setup.chart.currentIndex())
    grid = stage.state.grid
    assert grid is not None
    assert grid.beats_in_bar == 7
    assert setup.bpm.value() == pytest.approx(grid.chart.bpm, abs=0.05)
    setup.repeats.setValue(3)
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert stage.state.grid is not None
    assert stage.state.grid.bars == 3 * grid.bars


def test_the_first_hit_can_be_the_beginning(stage: Stage) -> None:
    setup = stage.window.play.setup
    setup.beginning.setCurrentIndex(setup.beginning.findData(0))
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert (stage.commands[0].on_first_hit, stage.commands[0].count_in_bars) == (True, 0)
    stage.say(Started("0192", -1))
    assert stage.window.play.count.figure == "STRIKE"


def test_a_chart_that_cannot_be_read_is_said_and_nothing_starts(stage: Stage) -> None:
    setup = stage.window.play.setup
    setup.chart.insertItem(0, "gone", "/nowhere/gone.toml")
    setup.chart.setCurrentIndex(0)
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert stage.commands == []
    assert "gone.toml" in stage.window.problem_banner.text


def test_what_could_not_be_read_of_a_chart_is_said(stage: Stage, tmp_path: Path) -> None:
    text = write_musicxml(load_chart("pulse"))
    odd = text.replace("</note>", "<notations><fermata/></notations></note>", 1)
    (tmp_path / "mine.musicxml").write_text(odd, "utf-8")
    setup = stage.window.play.setup
    setup.chart.insertItem(0, "mine", str(tmp_path / "mine.musicxml"))
    setup.chart.setCurrentIndex(0)
    setup.chart.activated.emit(0)
    assert stage.window.problem_banner.text == (
        "mine.musicxml: Bar 1: a fermata is not read; the time goes on."
    )


# ------------------------------------------------------------------------- shown


def test_the_count_follows_the_music(stage: Stage) -> None:
    stage.say(TD17)
    stage.state.asked(NOW, 1, "")
    stage.say(Started("0192", NOW + 10**9))
    count = stage.window.play.count
    beat_ns = 60e9 / 330
    shown = []
    for beats in (-3.9, -0.5, 0.1, 4.6):
        stage.clock.t_ns = NOW + 10**9 + round(beats * beat_ns)
        stage.feed.tick()
        shown.append((count.figure, count.line.split(" of")[0]))
    assert shown == [("1", "COUNT-IN"), ("4", "COUNT-IN"), ("1", "BAR 1"), ("1", "BAR 2")]


def test_a_simulated_drummer_is_called_one(stage: Stage) -> None:
    assert not stage.window.simulated_banner.isVisible()
    stage.say(SIM)
    assert stage.window.simulated_banner.isVisible()
    assert "simulated" in stage.window.simulated_banner.text
    assert "No kit is attached" in stage.window.simulated_banner.text


def test_the_kit_bar_says_how_good_the_time_is_and_that_the_profile_is_a_guess(
    stage: Stage,
) -> None:
    stage.say(TD17)
    said = stage.window.kit_bar.accessibleDescription()
    for part in ("TD-17", "connected", "stamped by the driver, ±0.2 ms", "a guess", "330 BPM"):
        assert part in said


def test_a_lost_kit_is_said_until_it_is_back(stage: Stage) -> None:
    stage.play()
    stage.say(replace(TD17, state="lost"))
    banner = stage.window.kit_banner
    assert banner.isVisible()
    assert banner.text.startswith("TD-17: the connection is lost; plug it in again. The take goes")
    assert "LOST" in stage.window.kit_bar.accessibleDescription()
    stage.say(TD17)
    assert not banner.isVisible()


def test_a_recording_that_is_played_back_is_no_simulated_drummer(stage: Stage) -> None:
    stage.say(replace(SIM, address="replay://take.mid", stamped_by="file"))
    assert stage.window.simulated_banner.text.endswith(words.PLAYED_BACK)


def test_a_problem_is_one_sentence_in_a_strip_that_can_be_closed(stage: Stage) -> None:
    stage.say(Problem("The disk is full; make room."))
    banner = stage.window.problem_banner
    assert (banner.text, banner.isVisible()) == ("The disk is full; make room.", True)
    stage.feed.dismiss_problems()
    assert not banner.isVisible()


def test_a_dead_engine_is_said_and_another_one_offered(stage: Stage) -> None:
    stage.play()
    stage.engine.alive = False
    stage.feed.tick()
    banner = stage.window.engine_banner
    assert banner.isVisible()
    assert "ended unexpectedly" in banner.text
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert stage.commands == [], "nothing can be started without an engine"
    [button] = banner.findChildren(type(stage.window.play.setup.start))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    assert stage.state.phase is Phase.STARTING


def test_the_report_says_what_is_known_and_what_is_not(stage: Stage) -> None:
    stage.play()
    stage.say(Ended("0192f1c2-7b3a-7000", "finished", report(stage)))
    page: ReportPage = stage.window.report
    assert stage.window.showing_report
    assert page.call.word == "DRAGGING"
    assert page.cards["hits"].text == "2 of 3 notes\n1 missed\n1 extra\n1 suspect"
    assert page.cards["timing"].text == "◀ 1 early\n● 1 in time\n▶ 0 late"
    for name in ("spread", "swing", "limbs"):
        assert page.cards[name].text == "not said yet"
    described = [w.accessibleDescription() for w in page.findChildren(QWidget)]
    assert any("1 early, 1 in time, 0 late; 1 missed, 1 extra" in d for d in described)
    assert any("hi-hat: mean −4.5 ms, 2 hits" in d for d in described)
    QTest.keyClick(stage.window, Qt.Key.Key_Space)
    assert not stage.window.showing_report
    assert [type(c).__name__ for c in stage.commands] == ["Start"]


def test_flams_have_a_card_of_their_own_in_place_of_limbs(stage: Stage) -> None:
    stage.play()
    flams = {"played": 9, "with_graces": 7, "width_ms": 29.6, "quartiles_ms": [24.7, 37.2]}
    hands = {"right": {"width_ms": 28.0}, "left": {"width_ms": 33.0}}
    told = {"flams": flams | hands, "drags": None, "buzzes": None, "notes": []}
    cards = stage.window.report.cards
    stage.say(Ended("0192f1c2-7b3a-7000", "finished", report(stage) | {"ornaments": told}))
    assert cards["ornaments"].isVisible()
    assert not cards["limbs"].isVisible()
    assert cards["ornaments"].text == "flams 30 ms (25–37)\n7 of 9 whole\nR 28, L 33 ms"
    stage.play()
    stage.say(Ended("0192f1c2-7b3a-7001", "finished", report(stage)))
    assert not cards["ornaments"].isVisible()
    assert cards["limbs"].isVisible()


def test_a_report_without_hits_is_shown(stage: Stage) -> None:
    stage.play()
    empty = report(stage) | {"hits": [], "missed": []}
    stage.say(Ended("0192", "finished", empty))
    assert stage.window.report.cards["hits"].text.startswith("0 of 0 notes")
    assert not stage.picture().isNull()


# ------------------------------------------------------------------------ painted


def test_every_painted_widget_says_in_words_what_it_shows(stage: Stage) -> None:
    painted = stage.window.findChildren(Painted)
    assert len(painted) >= 4
    for widget in painted:
        assert widget.accessibleName()
        assert widget.accessibleDescription()


def test_the_words_of_the_painted_follow_what_they_show(stage: Stage) -> None:
    play = stage.window.play
    stage.play()
    stage.say(VerdictNow(VERDICT))
    assert play.call.accessibleDescription().startswith("DRAGGING. −0.8 % (−1.2 … −0.4)")
    hits = records(3)
    hits["kind"], hits["confirmed"] = JudgementKind.HIT, 1
    hits["chart_index"], hits["offset_ns"] = np.arange(3), -9_000_000
    stage.engine.put(hits)
    stage.clock.advance(2 * 10**9)
    stage.feed.tick()
    assert play.meter.accessibleDescription() == "Last 3 hits: mean −9.0 ms, early."
    assert play.lanes.accessibleDescription().startswith("3 hits on a note")


def test_thousands_of_hits_a_second_are_drawn_as_some_hundred_marks(stage: Stage) -> None:
    stage.play()
    stage.engine.put(records(20_000))
    stage.clock.advance(1_500_000_000)
    stage.feed.tick()
    assert not stage.picture().isNull()
    assert 0 < stage.window.play.lanes.drawn <= 1400


def test_a_hit_is_painted_on_its_lane(stage: Stage) -> None:
    stage.play()
    stage.clock.advance(300_000_000)
    stage.feed.tick()
    before = stage.picture()
    hit = records(1, NOW + 150_000_000)
    hit["pad"] = PAD_INDEX[Pad.HI_HAT]
    stage.engine.put(hit)
    stage.feed.tick()
    assert stage.picture() != before
    assert stage.window.play.lanes.drawn == 1


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (1920, 1080)])
def test_nothing_is_cut_off_at_the_sizes_that_screens_have(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.window.resize(*size)
    stage.say(SIM)
    QApplication.processEvents()
    assert (stage.window.width(), stage.window.height()) == size
    play = stage.window.play
    for widget in (play.count, play.call, play.lanes, play.meter, play.setup.start):
        assert widget.height() >= 24
        corner = widget.mapTo(stage.window, widget.rect().bottomRight())
        assert corner.x() < size[0]
        assert corner.y() < size[1]
