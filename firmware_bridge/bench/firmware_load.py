"""What is played and asked to have a board at full load, and what it said."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.codec import decode, encode
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import Cue, Cued, Heartbeat, Message, Ping, Save, WatchPad
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad
from firmware_bridge.piezo.waves import RATE_HZ

S = 1_000_000
ROLLED_A_SECOND = 22
FIRST_US = 500_000.0
EVERY_US = S / ROLLED_A_SECOND
_GRID_US = 50_000


def rolling(pads: int, seconds: float) -> list[Strike]:
    """Every pad rolled on, one after the other."""
    return [
        Strike(FIRST_US + n * EVERY_US + pad * EVERY_US / pads, pad, 76.0 + 5.0 * (n % 5))
        for pad in range(pads)
        for n in range(round(seconds * ROLLED_A_SECOND))
    ]


def waves(pads: int, strikes: list[Strike], seconds: float) -> NDArray[np.uint16]:
    """What lies at the inputs of mesh pads, shape [samples, pads] at `waves.RATE_HZ`."""
    fine = Converter(period_us=1e6 / RATE_HZ, noise=1.6, wide_codes=False)
    rig = Rig(tuple(make_pad(PadKind.MESH, n) for n in range(pads)), 1, fine, coupling_db=None)
    return rig.play(strikes, seconds).readings


def questions(seconds: float) -> tuple[list[tuple[float, bytes]], NDArray[np.float64], int]:
    """A pad watched, ten pings a second, a light twenty times a second, and one save.

    Returns
    -------
    tuple
        (when in µs, bytes) of each; when lights are wanted; how many pings.
    """
    grid_us = np.arange(FIRST_US + 200_000, (seconds + 0.5) * S, _GRID_US)
    asked: list[tuple[float, Message]] = [(400_000.0, WatchPad(2, 1)), (800_000.0, Save())]
    pings = round(seconds * 10)
    asked += [(450_000.0 + n * 97_003.0, Ping(n, 0, 0, 0)) for n in range(pings)]
    asked += [(t_us - 91_000.0, Cue(int(t_us), 20_000, 65_535, 0)) for t_us in grid_us]
    asked.sort(key=lambda question: question[0])
    return [(t_us, encode(m, n)) for n, (t_us, m) in enumerate(asked)], grid_us, pings


def messages(said: bytes) -> list[Message]:
    """All that a board said."""
    heard = [decode(frame) for frame in FrameDecoder().feed(said)]
    return [message for message in heard if isinstance(message, Message)]


def count(said: list[Message], kind: type[Message]) -> int:
    """How many of one kind."""
    return sum(isinstance(message, kind) for message in said)


def last_heartbeat(said: list[Message]) -> Heartbeat:
    """The board's counters at the end."""
    return [message for message in said if isinstance(message, Heartbeat)][-1]


def latest_light_us(said: list[Message], grid_us: NDArray[np.float64]) -> Any:
    """How late the latest light was by the board's own account."""
    done_us = [message.done_us for message in said if isinstance(message, Cued)]
    return max(np.array(done_us) - grid_us[: len(done_us)]).item()
