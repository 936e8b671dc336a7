"""The core's functions, called from Python: what comes back is what they gave."""

from __future__ import annotations

import ctypes

import pytest

from firmware_bridge.firmware.core_lib import CoreBoard, core_lib

pytestmark = pytest.mark.usefixtures("zig")

# Beyond 32 bits, as after some hours.
LATE_US = 3 * 2**33 + 5


def test_times_come_back_with_all_their_bits():
    lib = core_lib()
    assert lib.time_near_us(LATE_US, (LATE_US - 7) % 2**32) == LATE_US - 7
    board = CoreBoard(lib, LATE_US)
    board.run(LATE_US)
    board.say(LATE_US)
    assert LATE_US < board.next_us(LATE_US) < LATE_US + 10_000_000


def test_what_a_function_returns_is_said_to_the_function_that_is_called():
    c = core_lib().c
    assert c.ed_host_time_near is c.ed_host_time_near
    assert c.ed_host_time_near.restype is ctypes.c_uint64
    assert c.ed_board_has_to_say.restype is ctypes.c_bool
