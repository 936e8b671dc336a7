"""An emulator that the computer held up says so: what the tests at the clock's pace rely on."""

from __future__ import annotations

import os
import signal
import time

import pytest

from firmware_bridge.firmware.emulated import PicoOnPty, missing
from firmware_bridge.firmware.emulated_avr import Arduino, AvrOnPty, missing_avr
from firmware_bridge.firmware.emulated_m3 import M3OnPty, missing_m3

HELD_S = 1.2
HELD_US = HELD_S * 1e6
# What an emulator catches up with, and a timer's own grain.
PICO_CATCHES_UP_US, AVR_CATCHES_UP_US = 260_000, 25_000


def hold_up(pid: int) -> None:
    """As a computer does that has something better to do."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(HELD_S)
    os.kill(pid, signal.SIGCONT)


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_a_pico_that_was_held_up_has_slipped() -> None:
    with PicoOnPty() as board:
        hold_up(board.pid)
        board.report()
    pace = board.pace()
    assert pace.was_held_up
    assert pace.longest_away_us > HELD_US
    assert pace.slipped_us > HELD_US - PICO_CATCHES_UP_US


@pytest.mark.skipif(missing_avr() is not None, reason=str(missing_avr()))
def test_an_arduino_that_was_held_up_has_slipped() -> None:
    with AvrOnPty(Arduino.UNO) as board:
        hold_up(board.pid)
        board.play()
    pace = board.pace()
    assert pace.was_held_up
    assert pace.longest_away_us > HELD_US
    assert pace.slipped_us > HELD_US - AVR_CATCHES_UP_US


@pytest.mark.skipif(missing_m3() is not None, reason=str(missing_m3()))
def test_a_cortex_m3_that_was_held_up_was_away_and_its_clock_went_on() -> None:
    with M3OnPty() as board:
        before = board.tie()
        hold_up(board.pid)
        pace = board.pace()
        after = board.tie()
    assert pace.was_held_up
    assert pace.longest_away_us > HELD_US
    assert pace.slipped_us == 0
    assert abs(before.offset_ns - after.offset_ns) <= before.bound_ns + after.bound_ns
