from __future__ import annotations

import pytest

from firmware_bridge.sync import unwrap_us
from firmware_bridge.sync.unwrap import WRAP_US


@pytest.mark.parametrize(
    ("true_us", "board_us"),
    [
        (5, 9),
        (9, 5),
        (WRAP_US - 1, WRAP_US + 3),  # a hit from before the wrap, heard after
        (WRAP_US + 3, WRAP_US - 1),  # a hit after the wrap, the last pong was before
        (7 * WRAP_US + 1, 7 * WRAP_US + 60_000_000),
        (3 * WRAP_US - 3_000_000_000, 3 * WRAP_US),  # fifty minutes old, out of the ring
        (0, 0),
    ],
)
def test_the_low_half_and_the_time_of_day_give_the_whole(true_us: int, board_us: int) -> None:
    assert unwrap_us(true_us % WRAP_US, board_us) == true_us


def test_there_is_no_time_before_the_start() -> None:
    assert unwrap_us(WRAP_US - 5, 1000) == WRAP_US - 5
