"""The start pad learnt by striking it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import Qt

from station.engine.messages import KitStatus, Start
from station.model import Flag, Pad
from station.preferences import Preferences

Rooms = Callable[..., Any]


@pytest.fixture
def room(room_of: Rooms) -> Any:
    return room_of(Preferences(start_pad=Pad.AUX_1))


def test_the_pad_that_is_struck_is_shown_kept_and_used(room: Any) -> None:
    room.setup.learn.click()
    assert room.window.play.count.figure == "STRIKE"
    room.strike(Pad.COWBELL, 100)
    assert room.kept == []
    room.let_pass(200)
    assert room.kept == [Preferences(start_pad=Pad.COWBELL)]
    assert room.setup.pad is Pad.COWBELL
    assert room.window.play.count.figure == "COWBELL"
    # The strike itself was no sign.
    room.strike(Pad.COWBELL, 500)
    assert room.told(Start) == []
    room.strike(Pad.COWBELL, 800)
    assert len(room.told(Start)) == 1


def test_it_can_be_undone(room: Any) -> None:
    room.setup.learn.click()
    room.strike(Pad.COWBELL, 0)
    room.let_pass(100)
    assert room.setup.learn.text() == "undo"
    room.setup.learn.click()
    assert room.setup.pad is Pad.AUX_1
    assert room.kept[-1] == Preferences(start_pad=Pad.AUX_1)
    assert room.setup.learn.text() == "strike it"


def test_after_a_choice_from_the_list_there_is_nothing_to_undo(room: Any) -> None:
    room.setup.learn.click()
    room.strike(Pad.COWBELL, 0)
    room.let_pass(100)
    room.choose(room.setup.start_pad, "splash")
    assert room.setup.learn.text() == "strike it"
    assert room.kept[-1] == Preferences(start_pad=Pad.SPLASH)


def test_the_loudest_of_what_came_together_is_the_one(room: Any) -> None:
    room.setup.learn.click()
    room.strike(Pad.SPLASH, 0, velocity=20)
    room.strike(Pad.COWBELL, 3, velocity=100)
    room.strike(Pad.CHINA, 4, velocity=127, flags=int(Flag.CROSSTALK))
    room.let_pass(100)
    assert room.setup.pad is Pad.COWBELL


def test_what_was_struck_before_does_not_count(room: Any) -> None:
    room.let_pass(1000)
    room.setup.learn.click()
    room.strike(Pad.SPLASH, 900)
    room.let_pass(100)
    assert room.setup.learn.text().startswith("strike …")
    assert room.setup.pad is Pad.AUX_1


def test_the_time_runs_out_and_nothing_is_changed(room: Any) -> None:
    room.setup.learn.click()
    said = []
    for _ in range(8):
        room.feed.tick()
        said.append(room.setup.learn.text())
        room.let_pass(1000)
    assert said == [f"strike … {left}" for left in (8, 7, 6, 5, 4, 3, 2, 1)]
    assert room.setup.learn.text() == "strike it"
    assert room.window.play.count.line == "NO PAD WAS STRUCK"
    room.strike(Pad.COWBELL, 8500)
    room.let_pass(100)
    assert (room.setup.pad, room.kept) == (Pad.AUX_1, [])


def test_pressed_again_or_played_it_listens_no_more(room: Any) -> None:
    room.setup.learn.click()
    room.setup.learn.click()
    room.strike(Pad.COWBELL, 0)
    room.let_pass(100)
    assert (room.setup.pad, room.kept) == (Pad.AUX_1, [])
    room.setup.learn.click()
    room.press(Qt.Key.Key_Space)
    assert room.feed.learner is None
    assert room.setup.learn.text() == "strike it"


def test_while_it_listens_the_old_pad_starts_nothing(room: Any) -> None:
    room.setup.learn.click()
    room.strike(Pad.AUX_1, 0, 300)
    assert room.told(Start) == []


def test_a_pad_that_the_chart_plays_is_complained_of_at_once(room: Any) -> None:
    room.setup.learn.click()
    room.strike(Pad.SNARE, 0)
    room.let_pass(100)
    assert "has notes for the snare" in room.window.problem_banner.text


def test_a_simulated_drummer_teaches_nothing(room: Any) -> None:
    room.state.kits = {}
    room.say(KitStatus("sim://", "Simulated", "gm", "open", "simulated", 0.0, True))
    room.setup.learn.click()
    assert room.feed.learner is None
    assert room.window.play.count.figure == "NO KIT"
