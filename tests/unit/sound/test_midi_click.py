"""The click as notes: which, when, and what happens when the module is gone."""

from __future__ import annotations

import threading
import time

import pytest
from sound_stage import beats

from station.clock import MONOTONIC, ManualClock
from station.errors import WrongUse
from station.sound.click import lay_clicks
from station.sound.click_plan import ClickPlan, Subdivision
from station.sound.click_voices import Strength
from station.sound.midi_click import ClickNotes, MidiClick


class Port:
    """Remembers what was sent, and when by its clock; after so many it is unplugged."""

    def __init__(self, clock: ManualClock, room: int = 10**6) -> None:
        self.sent: list[tuple[int, bytes]] = []
        self._clock, self._room = clock, room

    def send(self, message: bytes) -> None:
        if len(self.sent) >= self._room:
            raise OSError("unplugged")
        self.sent.append((self._clock.now_ns(), message))


def ons(port: Port) -> list[tuple[int, int, int]]:
    return [(t, data[1], data[2]) for t, data in port.sent if data[0] & 0xF0 == 0x90]


def test_clicks_are_sent_at_their_times_with_their_notes_and_velocities() -> None:
    clock = ManualClock(1_000)
    port = Port(clock)
    notes = ClickNotes(channel=3, notes=(10, 20, 30), velocities=(100, 80, 60))
    click = MidiClick(port, notes, clock)
    plan = ClickPlan(count_in_bars=0, subdivision=Subdivision.EIGHTHS)
    click.start(lay_clicks(beats(120, 1), plan), 10**9)
    click.join()
    at = [10**9 + i * 250_000_000 for i in range(8)]
    kinds = [(10, 100), (30, 60), (20, 80), (30, 60), (20, 80), (30, 60), (20, 80), (30, 60)]
    assert ons(port) == [(t, *kind) for t, kind in zip(at, kinds, strict=True)]
    assert {data[0] for _, data in port.sent} == {0x92, 0x82}
    assert len(port.sent) == 16
    assert click.late_ns == [0] * 8


def test_a_grid_that_follows_a_card_is_asked_for_every_click() -> None:
    clock = ManualClock(0)
    port = Port(clock)
    click = MidiClick(port, ClickNotes(), clock)
    clicks = lay_clicks(beats(60, 1), ClickPlan(count_in_bars=0))
    click.start(clicks, 10**9, lambda grid_ns: grid_ns + grid_ns // 1000)
    click.join()
    assert [t for t, *_ in ons(port)] == [s * 10**9 + s * 10**6 for s in (1, 2, 3, 4)]


def test_what_is_over_when_it_begins_is_left_out() -> None:
    clock = ManualClock(10**9)
    port = Port(clock)
    click = MidiClick(port, ClickNotes(), clock)
    click.start(lay_clicks(beats(60, 1), ClickPlan(count_in_bars=1)), 0)
    click.join()
    assert [t for t, *_ in ons(port)] == [10**9, 2 * 10**9, 3 * 10**9]


def test_a_module_that_is_unplugged_is_one_sentence_and_ends_the_thread() -> None:
    clock = ManualClock(0)
    click = MidiClick(Port(clock, room=5), ClickNotes(), clock)
    click.start(lay_clicks(beats(60, 4), ClickPlan()), 5 * 10**9)
    click.join()
    assert "unplugged" in str(click.problem)
    assert "cable" in str(click.problem)


def test_stopping_does_not_wait_for_the_next_click() -> None:
    port = Port(ManualClock(0))
    click = MidiClick(port, ClickNotes(), MONOTONIC)
    click.start(lay_clicks(beats(60, 4), ClickPlan(count_in_bars=0)), time.monotonic_ns() + 10**12)
    click.stop()
    assert "midi-click" not in [thread.name for thread in threading.enumerate()]
    assert port.sent == []
    click.stop()


def test_messages_by_default_are_general_midis_wood_blocks() -> None:
    assert ClickNotes().messages(Strength.ACCENT) == (bytes((0x99, 76, 120)), bytes((0x89, 76, 0)))


@pytest.mark.parametrize(
    "settings",
    [{"channel": 0}, {"channel": 17}, {"notes": (1, 2, 128)}, {"velocities": (0, 1, 1)}],
)
def test_what_midi_cannot_say_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(WrongUse):
        ClickNotes(**settings)  # type: ignore[arg-type]
