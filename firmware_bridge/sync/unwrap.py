"""A board's 32-bit microseconds wrap every 71.6 minutes; here they do not."""

from __future__ import annotations

WRAP_US = 1 << 32
# A stamp may be this much later than the board's time as last heard: an idle board is asked
# once a second, and pongs are lost. Everything else of the circle is the past, so that hits
# out of the ring are told right for an hour.
AHEAD_US = 600_000_000


def unwrap_us(low_us: int, board_us: int) -> int:
    """The 64-bit time of a 32-bit stamp.

    Parameters
    ----------
    low_us
        The stamp, 0 to 2³² − 1.
    board_us
        The board's time as last heard, 64 bits.
    """
    ahead_us = (low_us - board_us) % WRAP_US
    if ahead_us >= AHEAD_US and board_us + ahead_us >= WRAP_US:
        ahead_us -= WRAP_US
    return board_us + ahead_us
