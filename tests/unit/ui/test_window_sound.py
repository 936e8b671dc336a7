"""The row of sound: what is chosen is kept and told to the engine, and what is missing is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget

from station.engine.messages import (
    AskCalibration,
    CalibrationNow,
    Click,
    Ended,
    KitVoices,
    MuteClick,
    OpenSound,
    Problem,
    Ready,
    SoundStatus,
    Start,
    Started,
)
from station.preferences import Preferences
from station.sound_choice import SoundChoice
from ui.link import FakeEngine
from ui.soundsearch import FoundSounds
from ui.state import Phase

K = Qt.Key
NOW_NS, MS = 10**12, 1_000_000
CARD = SoundChoice(card="audio://default")
USB = SoundStatus("audio://default", "USB Audio", 48_000, 11.5)
NONE_THERE = SoundStatus("audio://default", problem="There is no sound card; plug one in.")
BEAT_NS = 60 * 10**9 / 330
Rooms = Callable[..., Any]


def test_without_a_choice_nothing_is_opened_and_a_take_has_no_sound(room_of: Rooms) -> None:
    room = room_of()
    room.press(K.Key_Space)
    [start] = room.commands
    assert (start.click, start.kit_voices) == (None, None)


def test_what_is_chosen_is_kept_opened_and_played(room_of: Rooms) -> None:
    room = room_of()
    row = room.row
    row.show_found(["USB Audio", "HDA"], ["TD-17 MIDI 1"])
    room.choose(row.card, "audio://USB Audio")
    room.choose(row.click, "cowbell")
    room.choose(row.module, "TD-17 MIDI 1")
    room.choose(row.subdivision, "triplets")
    row.on_bars.setValue(3)
    row.off_bars.setValue(1)
    row.volume.setValue(45)
    room.choose(row.balance, -0.5)
    room.choose(row.voices, "card medium")
    assert room.kept[-1].sound == SoundChoice(
        "audio://USB Audio",
        "cowbell",
        "TD-17 MIDI 1",
        "triplets",
        3,
        1,
        0.45,
        -0.5,
        True,
        False,
        "medium",
    )
    voices = KitVoices(gate="medium")
    assert room.told(OpenSound) == [
        OpenSound("audio://USB Audio"),
        OpenSound("audio://USB Audio", voices),
    ]
    room.press(K.Key_Space)
    [start] = room.told(Start)
    assert start.kit_voices == voices
    assert start.click == Click(
        "cowbell", subdivision="triplets", on_bars=3, off_bars=1, volume=0.45, balance=-0.5,
        midi_port="TD-17 MIDI 1", midi_port_needed=False,
    )  # fmt: skip


def test_what_was_kept_is_opened_at_once_and_shown(room_of: Rooms) -> None:
    chosen = replace(CARD, card="audio://Scarlett", click="rim", off_bars=2, balance=0.25)
    room = room_of(Preferences(sound=chosen))
    assert room.told(OpenSound) == [OpenSound("audio://Scarlett")]
    assert room.row.choice() == chosen
    # It is not plugged in, and stays chosen.
    room.row.show_found(["HDA"], [])
    assert room.row.choice() == chosen
    assert room.row.card.currentText() == "Scarlett"


def test_no_card_any_more_closes_it(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=CARD))
    room.choose(room.row.card, "audio://none")
    assert room.told(OpenSound)[-1] == OpenSound("audio://none")


def test_hits_without_a_card_are_said_once(room_of: Rooms) -> None:
    room = room_of()
    room.choose(room.row.voices, "card off")
    assert "Hits need a sound card" in room.window.problem_banner.text
    room.feed.dismiss_problems()
    room.press(K.Key_V)
    assert room.window.problem_banner.text == ""


def test_a_module_can_be_gated(room_of: Rooms) -> None:
    room = room_of()
    room.choose(room.row.voices, "module tight")
    assert "Hits need a module" in room.window.problem_banner.text
    room.row.show_found([], ["TD-17 MIDI 1"])
    room.choose(room.row.module, "TD-17 MIDI 1")
    voices = KitVoices(gate="tight", midi_port="TD-17 MIDI 1", midi_port_needed=False)
    assert room.told(OpenSound) == [OpenSound("audio://none", voices)]
    room.press(K.Key_Space)
    assert room.told(Start)[0].kit_voices == voices
    chosen = room.row.choice()
    assert (chosen.module_voices, chosen.kit_voices, chosen.gate) == (True, False, "tight")
    room.row.show_choice(chosen)
    assert room.row.choice() == chosen


def test_a_card_that_is_not_there_is_said_and_the_click_is_seen(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=CARD))
    assert not room.window.play.pulse.isVisible()
    room.say(NONE_THERE)
    assert room.window.problem_banner.text == NONE_THERE.problem
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS))
    assert room.state.phase is Phase.PLAYING
    assert room.window.play.pulse.isVisible()
    room.let_pass(1)
    assert room.window.play.pulse.level > 0.9
    room.say(Ended("0192", "finished", {}), USB)
    assert not room.window.play.pulse.isVisible()


def test_a_module_that_is_not_there_is_said_and_the_click_is_seen(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=SoundChoice(module="TD-17")))
    assert room.told(AskCalibration) == [AskCalibration("TD-17")]
    room.say(CalibrationNow("midi://TD-17", "", problem="No MIDI port is called 'TD-17'."))
    assert "No MIDI port" in room.window.problem_banner.text
    assert room.window.play.pulse.isVisible()
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS), Problem("No MIDI port is called 'TD-17'.", passing=True))
    assert room.state.phase is Phase.PLAYING


def test_a_new_engine_is_told_of_the_sound(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=CARD))
    room.say(USB)
    room.press(K.Key_M)
    room.engine.alive = False
    room.feed.tick()
    room.commands.clear()
    room.feed.new_engine()
    assert room.commands == [OpenSound("audio://default"), MuteClick(True)]
    room.engine = room.feed._engine
    room.say(Ready(2), room.kit)
    room.commands.clear()
    room.say(USB)
    assert room.commands == [AskCalibration("")]


# ------------------------------------------------------------------------- mute


def test_m_mutes_the_click_in_mid_take_and_lets_it_be_heard_again(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=CARD))
    room.say(USB)
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS))
    room.press(K.Key_M)
    assert room.commands[-1] == MuteClick(True)
    assert "The click is muted (M)" in room.window.play._running.text()
    room.press(K.Key_M)
    assert room.commands[-1] == MuteClick(False)
    assert "muted" not in room.window.play._running.text()
    assert room.kept == []


def test_between_takes_it_is_said_in_big_letters(room_of: Rooms) -> None:
    room = room_of(Preferences(sound=CARD))
    room.press(K.Key_M)
    assert room.window.play.count.figure == "MUTED"


# ------------------------------------------------------------------ silent bars


def test_in_a_silent_bar_nothing_flashes_and_the_bar_count_goes_on(room_of: Rooms) -> None:
    chosen = Preferences(visual_click=True, sound=SoundChoice(on_bars=1, off_bars=2))
    room = room_of(chosen)
    play = room.window.play
    room.press(K.Key_Space)
    room.say(Started("0192", NOW_NS + round(4 * BEAT_NS)))
    levels: dict[int, list[float]] = {}
    lines: dict[int, set[str]] = {}
    flashes: dict[int, set[bool]] = {}
    figures: dict[int, set[str]] = {}
    for frame in range(4 * 4 * 20):
        room.let_pass(BEAT_NS / 20 / MS)
        bar = frame // 80 - 1
        if frame % 80 in (0, 79):  # the frame at the border itself
            continue
        levels.setdefault(bar, []).append(play.pulse.level)
        lines.setdefault(bar, set()).add(play.count.line)
        flashes.setdefault(bar, set()).add(play.count._flash)
        figures.setdefault(bar, set()).add(play.count.figure)
    assert max(levels[-1]) > 0.9
    assert max(levels[0]) > 0.9
    assert max(levels[1]) == max(levels[2]) == 0
    assert flashes == {-1: {True, False}, 0: {True, False}, 1: {False}, 2: {False}}
    assert figures[0] == {"1", "2", "3", "4"}
    assert figures[1] == figures[2] == {"SILENT"}
    assert [next(iter(lines[bar])) for bar in (0, 1, 2)] == [
        "BAR 1 of 8",
        "BAR 2 of 8",
        "BAR 3 of 8",
    ]
    assert all(len(said) == 1 for said in lines.values())


# ------------------------------------------------------------------------- found


class Search:
    """A search that is over when the test says so."""

    def __init__(self) -> None:
        self.found: FoundSounds | None = None
        self.given_up = False

    def poll(self) -> FoundSounds | None:
        return self.found

    def cancel(self) -> None:
        self.given_up = True


def test_cards_and_ports_are_looked_for_and_shown(room_of: Rooms, monkeypatch: Any) -> None:
    searches: list[Search] = []

    def begin() -> Search:
        searches.append(Search())
        return searches[-1]

    room = room_of(Preferences(sound=CARD), sound_search=begin)
    room.let_pass(900)
    # Nobody is to wait for it who plays at once.
    assert searches == []
    room.let_pass(200)
    assert room.row.card.findText("USB Audio") < 0
    searches[0].found = FoundSounds(("USB Audio", "USB Audio"), ("TD-17 MIDI 1",))
    room.feed.tick()
    assert room.row.choice() == CARD
    assert room.row.card.itemData(room.row.card.findText("USB Audio")) == "audio://USB Audio"
    assert room.row.card.count() == 3
    assert room.row.module.findData("TD-17 MIDI 1") > 0
    monkeypatch.setattr("ui.window.KitSearch", Search)
    room.press(K.Key_F5, K.Key_Space)
    room.feed.tick()
    # In a take both processors have better to do.
    assert len(searches) == 1
    room.say(Started("0192", NOW_NS), Ended("0192", "finished", {}))
    room.let_pass(1100)
    room.let_pass(16)
    assert len(searches) == 2
    room.window.close()
    assert searches[1].given_up


# ------------------------------------------------------------------------ layout


def test_every_choice_of_the_sound_is_reached_by_the_tab_key(room_of: Rooms) -> None:
    room = room_of()
    row = room.row
    wanted: set[QWidget] = {row.card, row.click, row.module, row.subdivision, row.on_bars}
    wanted |= {row.off_bars, row.volume, row.balance, row.voices, row.calibrate, room.setup.learn}
    reached: set[QWidget | None] = set()
    for _ in range(60):
        room.window.focusNextChild()
        reached.add(room.window.focusWidget())
    assert wanted <= reached
    for widget in wanted:
        assert widget.accessibleName()


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (1920, 1080)])
def test_what_is_chosen_can_be_read(room_of: Rooms, size: tuple[int, int]) -> None:
    room = room_of(Preferences(sound=CARD))
    room.window.resize(*size)
    QApplication.processEvents()
    for choice in (room.row.card, room.row.click, room.row.balance, room.row.voices):
        # What the frame takes, and the arrow.
        room_px = choice.width() - 3 * choice.fontMetrics().height()
        assert choice.fontMetrics().horizontalAdvance(choice.currentText()) <= room_px


def test_a_search_in_its_own_process_finds_names_or_nothing() -> None:
    from ui.soundsearch import SoundSearch

    search = SoundSearch()
    search._asked._process.wait(60)
    found = search.poll()
    assert isinstance(found, FoundSounds)
    assert all(isinstance(name, str) and name for name in (*found.cards, *found.ports))
    given_up = SoundSearch()
    given_up.cancel()
    assert given_up._asked._process.poll() is not None


def test_the_fake_is_told_as_the_engine_would_be() -> None:
    engine = FakeEngine()
    engine.send(MuteClick(True))
    assert engine.sent == [MuteClick(True)]
