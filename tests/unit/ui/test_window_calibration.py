"""The page to calibrate at, what is said to be kept, and what is said where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.engine.messages import (
    AskCalibration,
    Calibrate,
    Calibrated,
    CalibrationNow,
    Click,
    Ended,
    KitStatus,
    MuteClick,
    Problem,
    SoundStatus,
    Start,
    Started,
    Stop,
)
from station.model import Calibration, Flag, Pad
from station.preferences import Preferences
from station.sound_choice import SoundChoice
from ui import calibration_words
from ui.state import Phase

K = Qt.Key
NOW_NS, MS = 10**12, 1_000_000
CARD = SoundChoice(card="audio://default", on_bars=3, off_bars=1)
USB = SoundStatus("audio://default", "USB Audio", 48_000, 11.5)
NAMES = ("midi://TD-17", "audio://USB Audio")
FOUND = Calibration(*NAMES, 12_400_000, 900_000, 20, "tap", "2026-01-02T03:04:05+01:00")
KEPT, NOT_KEPT = CalibrationNow(*NAMES, FOUND), CalibrationNow(*NAMES)
DONE = Calibrated(*NAMES, FOUND, sd_ms=8.4)
Rooms = Callable[..., Any]


@pytest.fixture
def room(room_of: Rooms) -> Any:
    made = room_of(Preferences(sound=CARD))
    made.say(USB)
    return made


def report(*, calibrated: bool, **more: Any) -> dict[str, Any]:
    placement = {"call": "undecided", "offset_ms": None, "calibrated": calibrated}
    return {
        "schema": "station.take/1",
        "chart": {"title": "T", "notes": 0},
        "tempo_bpm": 330.0,
        "kit": {"address": "", "profile": "gm", "stamped_by": "driver", "sigma_ms": 0.2},
        "state": "finished",
        "hits": [],
        "missed": [],
        "verdict": {
            "tempo": None,
            "placement": placement,
            "spread": None,
            "limbs": None,
            "swing": None,
        },
    } | more


def right_of(window: Any, widget: Any) -> int:
    return int(widget.mapTo(window, widget.rect().bottomRight()).x())


# --------------------------------------------------------------------- re-asked


def test_it_is_asked_for_when_kit_or_card_or_module_is_another(room: Any) -> None:
    assert room.told(AskCalibration) == [AskCalibration("")]
    # That a stamp is better known by now is no other kit.
    room.say(replace(room.kit, sigma_ms=0.1), USB)
    assert len(room.told(AskCalibration)) == 1
    room.say(SoundStatus("audio://default", "HDA Intel", 48_000, 20.0))
    assert len(room.told(AskCalibration)) == 2
    room.state.kits = {}
    room.say(replace(room.kit, address="midi://Nitro"))
    assert len(room.told(AskCalibration)) == 3
    room.row.module.addItem("TD", "TD")
    room.choose(room.row.module, "TD")
    assert room.told(AskCalibration)[3:] == [AskCalibration("TD")]


def test_a_card_that_changed_in_mid_take_is_asked_for_after_it(room: Any) -> None:
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS), SoundStatus("audio://default", "HDA Intel", 48_000, 20.0))
    assert len(room.told(AskCalibration)) == 1
    room.say(Ended("0192", "finished", {}))
    assert len(room.told(AskCalibration)) == 2


def test_one_that_is_missing_is_said_until_it_is_there(room: Any) -> None:
    banner = room.window.calibration_banner
    assert banner.text == ""
    room.say(NOT_KEPT)
    assert "Not calibrated: TD-17 with USB Audio" in banner.text
    assert room.row._calibration.text() == "not calibrated"
    room.say(KEPT)
    assert banner.text == ""
    assert room.row._calibration.text() == "+12.4 ±0.9 ms"
    # Another card: it is asked for anew, and nothing of the old one is shown.
    room.say(SoundStatus("audio://default", "HDA Intel", 48_000, 20.0))
    assert room.row._calibration.text() == "Calibrate"
    room.say(CalibrationNow(NAMES[0], "audio://HDA Intel"))
    assert "TD-17 with HDA Intel" in banner.text


def test_the_player_may_put_it_off(room: Any) -> None:
    room.say(NOT_KEPT)
    room.window._put_calibration_off()
    assert room.window.calibration_banner.text == ""
    room.say(CalibrationNow(NAMES[0], "audio://HDA Intel"))
    assert room.window.calibration_banner.text != ""


def test_a_loop_back_is_not_enough(room: Any) -> None:
    room.say(CalibrationNow(*NAMES, replace(FOUND, method="loopback")))
    assert "loop-back" in room.window.calibration_banner.text


def test_nothing_is_asked_without_a_click_or_of_a_simulated_drummer(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=replace(CARD, click="none")))
    room.say(USB)
    assert room.told(AskCalibration) == []
    room = room_of(Preferences(sound=CARD))
    room.state.kits = {}
    room.say(KitStatus("sim://", "Simulated", "gm", "open", "simulated", 0.0, True), USB)
    room.say(CalibrationNow("sim://", "audio://USB Audio"))
    assert room.window.calibration_banner.text == ""


# ------------------------------------------------------------------- calibrating


def test_taps_are_counted_and_the_result_is_shown_and_kept(room: Any) -> None:
    page = room.window.calibrate
    room.say(NOT_KEPT)
    room.press(K.Key_C)
    assert room.window.showing_calibration
    assert room.window.calibration_banner.text == ""
    assert (page.count.figure, page.kept) == ("TAP ALONG", "")
    page.clicks.setValue(32)
    room.press(K.Key_Space)
    # All of the click sounds, whatever is chosen for takes.
    click = Click(midi_port="", off_bars=0)
    assert room.commands[-1] == Calibrate(click, 90, 32)
    room.say(Started("x", NOW_NS + 1000 * MS))
    assert page.count.figure == "LISTEN"
    room.strike(Pad.SNARE, 300)  # in the count-in
    assert page.count.figure == "LISTEN"
    room.let_pass(1000)
    room.strike(Pad.SNARE, 950, 1700)
    room.strike(Pad.SNARE, 1720, flags=int(Flag.DOUBLE_TRIGGER))
    assert (page.count.figure, page.count.line) == ("2", "TAPS · 32 CLICKS")
    assert not page.back.isEnabled()
    room.say(DONE)
    assert room.state.phase is Phase.IDLE
    assert room.window.showing_calibration
    assert page.count.figure == "+12.4 ms"
    assert page.count.line == "±0.9 MS · 20 TAPS, EACH ±8.4 MS"
    assert page.kept.startswith("Kept: +12.4 ms ±0.9 ms, by tap")
    room.press(K.Key_Escape)
    assert room.window.showing_choices
    assert room.window.calibration_banner.text == ""


def test_why_it_was_refused_is_said_and_what_was_kept_stays(room: Any) -> None:
    page = room.window.calibrate
    room.say(KEPT)
    room.press(K.Key_C, K.Key_Space)
    room.say(Started("x", NOW_NS), Calibrated(*NAMES, refused="Only 7 taps were heard."))
    assert page.count.figure == "NOT TAKEN"
    assert page.said == "Only 7 taps were heard."
    assert "+12.4 ms" in page.kept
    # The page that is opened again begins anew.
    room.press(K.Key_Escape, K.Key_C)
    assert page.count.figure == "TAP ALONG"


def test_space_and_escape_stop_it(room: Any) -> None:
    for key in (K.Key_Space, K.Key_Escape):
        room.press(K.Key_C, K.Key_Space)
        room.say(Started("x", NOW_NS))
        room.press(key)
        assert room.commands[-1] == Stop()
        room.say(Calibrated(*NAMES, refused="Only 0 taps were heard."))
        assert room.window.showing_calibration


def test_taps_on_the_start_pad_are_taps(room_of: Rooms) -> None:
    room = room_of(Preferences(start_pad=Pad.COWBELL, sound=CARD))
    room.press(K.Key_C, K.Key_Space)
    room.say(Started("x", NOW_NS))
    room.strike(Pad.COWBELL, 0, 667, 1334)
    assert room.told(Stop) == []
    assert room.state.taps == 3


def test_a_click_that_is_muted_is_heard_again_and_stays_so(room: Any) -> None:
    room.press(K.Key_M, K.Key_C, K.Key_Space)
    assert room.commands[-2:] == [MuteClick(False), room.told(Calibrate)[0]]
    room.say(Started("x", NOW_NS))
    room.press(K.Key_M)
    assert len(room.told(MuteClick)) == 2


def test_without_a_click_nothing_begins_and_that_is_said(room_of: Rooms) -> None:
    room = room_of()
    room.press(K.Key_C)
    assert room.window.calibrate.count.line == "CHOOSE A SOUND FIRST"
    room.press(K.Key_Space)
    assert room.commands == []
    assert "nothing to tap to" in room.window.problem_banner.text


def test_what_passes_by_itself_does_not_end_it(room: Any) -> None:
    room.press(K.Key_C, K.Key_Space)
    room.say(Problem("No MIDI port is called 'TD'.", passing=True), Started("x", NOW_NS))
    assert room.state.tapping
    assert room.window.calibrate.start.text() == "■  STOP"


def test_an_engine_that_refuses_is_heard(room: Any) -> None:
    room.press(K.Key_C, K.Key_Space)
    room.say(Problem("Without a sound card there is nothing to measure by."))
    assert room.state.phase is Phase.IDLE
    assert not room.state.tapping
    assert "nothing to measure by" in room.window.problem_banner.text


def test_an_engine_that_dies_while_one_taps_is_replaced(room: Any) -> None:
    room.press(K.Key_C, K.Key_Space)
    room.say(Started("x", NOW_NS))
    room.engine.alive = False
    room.feed.tick()
    assert room.window.engine_banner.text != ""
    assert not room.state.tapping
    assert room.window.calibrate.start.text() == "▶  TAP"
    room.press(K.Key_Space)
    assert len(room.told(Calibrate)) == 1


def test_a_calibration_leaves_no_marks_on_the_chart(room: Any) -> None:
    grid = room.state.grid
    room.press(K.Key_C, K.Key_Space)
    room.say(Started("x", NOW_NS))
    room.strike(Pad.SNARE, 100, 700)
    room.say(DONE)
    assert room.state.grid is grid
    assert (room.state.hits, room.state.extra, room.state.take_id) == (0, 0, "")
    room.press(K.Key_Escape, K.Key_Space)
    assert isinstance(room.commands[-1], Start)


@pytest.mark.parametrize("size", [(800, 500), (1280, 800), (1920, 1080)])
def test_all_of_what_is_said_fits_on_the_page(room: Any, size: tuple[int, int]) -> None:
    page = room.window.calibrate
    room.window.resize(*size)
    room.say(KEPT)
    room.press(K.Key_C)
    QApplication.processEvents()
    for label in (page._said, page._kept):
        assert label.heightForWidth(label.width()) <= label.height()
    corner = page.start.mapTo(room.window, page.start.rect().bottomRight())
    assert (corner.x() < size[0], corner.y() < size[1]) == (True, True)


# ------------------------------------------------------------------------- takes


def test_a_take_says_that_placement_is_not_called(room: Any) -> None:
    room.say(NOT_KEPT)
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS))
    why = "Placement is not called: not calibrated; press C to calibrate."
    assert why in room.window.play._running.text()
    assert room.window.calibration_banner.text == ""
    room.say(Ended("0192", "finished", report(calibrated=False)))
    assert why in room.window.report._kept.text()
    assert room.window.calibration_banner.text == ""
    room.press(K.Key_Escape)
    assert room.window.calibration_banner.text != ""


def test_a_calibrated_take_says_with_what(room: Any) -> None:
    room.say(KEPT)
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS))
    assert "Placement" not in room.window.play._running.text()
    with_it = {"method": "tap", "latency_ms": 12.4, "spread_ms": 0.9, "n": 20}
    with_it["measured_at"] = datetime.now(UTC).isoformat()
    room.say(Ended("0192", "finished", report(calibrated=True, calibration=with_it)))
    assert "Calibrated: +12.4 ms ±0.9 ms, by tap, today." in room.window.report._kept.text()


def test_what_else_keeps_placement_from_being_called(room: Any) -> None:
    room.say(KEPT)
    room.choose(room.setup.beginning, 0)
    room.press(K.Key_Space)
    assert "your first hit" in room.state.uncalled
    room.say(Problem("No."))
    room.choose(room.setup.beginning, 1)
    room.choose(room.row.click, "none")
    room.press(K.Key_Space)
    assert "no click sounds" in room.state.uncalled


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(hours=-2), "today"),
        (timedelta(hours=3), "today"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=300), "42 weeks ago"),
    ],
)
def test_how_old_it_is(ago: timedelta, said: str) -> None:
    now = datetime(2026, 5, 6, 12, tzinfo=UTC)
    assert calibration_words.age((now - ago).isoformat(), now) == said


def test_a_time_that_is_none_is_not_said() -> None:
    assert calibration_words.kept(replace(FOUND, measured_at="?")) == "+12.4 ms ±0.9 ms, by tap"


@pytest.mark.parametrize("size", [(800, 500), (1280, 800)])
def test_what_is_said_does_not_make_the_window_wider(room: Any, size: tuple[int, int]) -> None:
    room.say(NOT_KEPT)
    room.window.resize(*size)
    room.press(K.Key_Space)
    room.say(Started("0192f1c2-7b3a-7000", NOW_NS))
    room.press(K.Key_M)
    QApplication.processEvents()
    running = room.window.play._running
    assert (room.window.width(), room.window.height()) == size
    assert 0 < running.heightForWidth(running.width()) <= running.height()
    assert right_of(room.window, room.window.play._stop) < size[0]
    room.say(Ended("0192f1c2-7b3a-7000", "broken-off", report(calibrated=False)))
    QApplication.processEvents()
    kept = room.window.report._kept
    assert (room.window.width(), room.window.height()) == size
    assert 0 < kept.heightForWidth(kept.width()) <= kept.height()
    assert right_of(room.window, room.window.report.again) < size[0]
