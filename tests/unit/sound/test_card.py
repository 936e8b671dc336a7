"""Gaps: a card that was not fed goes on counting, and so does the desk."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from station.sound.card import UNDERFLOW, callback, play_block
from station.sound.desk import Desk, Gap
from station.sound.jack_clock import JackClock
from station.sound.voices import voice_bank

RATE = 48_000
BLOCK = 64
SECOND = RATE // BLOCK


class Card:
    """Plays blocks that are heard when its own count of frames says, and later when told."""

    def __init__(self, rate_hz: float = RATE) -> None:
        self.desk = Desk(voice_bank(RATE), 1)
        self.frame = 0
        self._rate_hz = rate_hz
        self._out = np.zeros(BLOCK, np.float32)

    def play(self, blocks: int = 1, late_s: float = 0.0, flags: int = 0) -> None:
        for _ in range(blocks):
            heard = 100 + self.frame / self._rate_hz + late_s
            play_block(self.desk.where, self._out, BLOCK, heard - 0.01, heard, flags)
            self.frame += BLOCK

    @property
    def astray(self) -> int:
        return self.desk.position - self.frame


def test_a_card_that_is_fed_has_no_gaps() -> None:
    card = Card()
    card.play(2 * SECOND)
    assert card.astray == 0
    assert card.desk.new_gaps() == []


@pytest.mark.parametrize("lost", [1, 17, BLOCK, 1000])
def test_what_the_card_complains_of_is_made_good_at_once(lost: int) -> None:
    card = Card()
    card.play(SECOND)
    at = card.desk.position
    card.frame += lost
    card.play(flags=UNDERFLOW)
    assert card.astray == 0
    card.play(SECOND)
    assert card.astray == 0
    assert card.desk.new_gaps() == [Gap(at, lost)]


def test_a_complaint_by_a_late_callback_is_corrected_by_the_next() -> None:
    card = Card()
    card.play(SECOND)
    card.frame += 500
    card.play(late_s=0.002, flags=UNDERFLOW)
    assert card.astray == 96
    card.play()
    assert card.astray == 0
    card.play(SECOND)
    (gap,) = card.desk.new_gaps()
    assert gap.lost == 500


def test_a_complaint_about_nothing_is_a_gap_of_nothing() -> None:
    card = Card()
    card.play(SECOND)
    card.play(late_s=0.004, flags=UNDERFLOW)
    card.play(SECOND)
    assert card.astray == 0
    assert [gap.lost for gap in card.desk.new_gaps()] == [0]


def test_two_complaints_in_a_row_are_two_gaps() -> None:
    card = Card()
    card.play(SECOND)
    for _ in range(2):
        card.frame += 100
        card.play(flags=UNDERFLOW)
        card.play(3)
    card.play(SECOND)
    assert card.astray == 0
    assert [gap.lost for gap in card.desk.new_gaps()] == [100, 100]


def test_a_loss_that_nobody_complains_of_is_noticed_within_a_fifth_of_a_second() -> None:
    card = Card()
    card.play(SECOND)
    card.frame += 1000
    card.play(SECOND // 5)
    assert card.astray == 0
    assert [gap.lost for gap in card.desk.new_gaps()] == [1000]


def test_callbacks_that_are_late_for_a_while_are_no_gap() -> None:
    card = Card()
    card.play(SECOND)
    card.play(SECOND // 20, late_s=0.02)
    card.play(SECOND)
    assert card.astray == 0
    assert card.desk.new_gaps() == []


@pytest.mark.parametrize("ppm", [-500, -50, 50, 500])
def test_a_card_that_is_fast_or_slow_is_not_taken_for_one_that_stumbles(ppm: int) -> None:
    card = Card(RATE * (1 + ppm * 1e-6))
    card.play(60 * SECOND)
    assert card.astray == 0
    card.desk.runs_at(RATE * (1 + ppm * 1e-6))
    card.play(60 * SECOND)
    assert card.astray == 0
    assert card.desk.new_gaps() == []


def test_a_system_that_does_not_say_when_a_block_is_heard_is_taken_at_its_present() -> None:
    desk = Desk(voice_bank(RATE), 1)
    play_block(desk.where, np.zeros(BLOCK, np.float32), BLOCK, 7.0, 0.0, 0)
    assert desk.new_blocks()["heard_ns"].tolist() == [7_000_000_000]


def test_blocks_say_their_first_frame_and_are_told_once() -> None:
    card = Card()
    card.play(3)
    assert card.desk.new_blocks()["frame"].tolist() == [0, BLOCK, 2 * BLOCK]
    assert len(card.desk.new_blocks()) == 0
    card.play(5000)
    assert len(card.desk.new_blocks()) < 5000  # what nobody fetched is written over


class FakeJack:
    """JACK's two functions, saying what a test wants."""

    def __init__(self) -> None:
        self.frame, self.time_us = 2**32 - 100, 5_000_000
        frames_type = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p)
        time_type = ctypes.CFUNCTYPE(ctypes.c_uint64)
        self.jack_last_frame_time = frames_type(lambda _client: self.frame % 2**32)
        self.jack_get_time = time_type(lambda: self.time_us)


def test_jack_counts_itself_so_a_gap_is_exact_whatever_the_time_says() -> None:
    fake = FakeJack()
    desk = Desk(voice_bank(RATE), 1, jack=JackClock(fake, client=1))
    out = np.zeros(BLOCK, np.float32)
    played = 0
    for number, (lost, flags) in enumerate([(0, 0)] * 5 + [(192, 0), (0, 4), (64, 4)] + [(0, 0)]):
        fake.frame += lost  # over the end of its 32 bits, too
        played += lost
        play_block(desk.where, out, BLOCK, number * 0.3, number * 0.3 + 0.5, flags)
        fake.frame += BLOCK
        played += BLOCK
        assert desk.position == played
    assert [gap.lost for gap in desk.new_gaps()] == [192, 0, 64]
    assert desk.new_blocks()["heard_ns"][0] == 5_500_000_000


def test_the_callback_in_c_does_what_the_kernel_does() -> None:
    desk, twin = (Desk(voice_bank(RATE), 2) for _ in range(2))
    for one in (desk, twin):
        one.strike(one.bank.places["snare"], 0.7)
    out, expected = np.zeros(2 * BLOCK, np.float32), np.zeros(2 * BLOCK, np.float32)
    times = np.array([0.0, 1.0, 1.5])
    arguments = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong]
    arguments += [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p]
    call = ctypes.CFUNCTYPE(ctypes.c_int, *arguments)(callback().address)
    result = call(None, out.ctypes.data, BLOCK, times.ctypes.data, 0, desk.where.ctypes.data)
    play_block(twin.where, expected, BLOCK, 1.0, 1.5, 0)
    assert result == 0
    assert np.abs(out).max() > 0.1
    assert np.array_equal(out, expected)
    assert np.array_equal(desk.new_blocks(), twin.new_blocks())
