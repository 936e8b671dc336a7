"""A session under fire: no exception, and no hit that nobody struck."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

from firmware_bridge.codec import encode
from firmware_bridge.events import BoardEvent, Strike
from firmware_bridge.messages import PadHit
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard.board import SimBoard
from firmware_bridge.simboard.config import SimBoardConfig
from firmware_bridge.simboard.faults import FaultyLine, LineFaults
from firmware_bridge.simboard.virtual import VirtualLine
from station.units import NS_PER_MS, NS_PER_S, NS_PER_US

_BLOCK = 1_000
_CHUNK = 61

Mutation = Callable[[bytes, Random], bytes]


def _bits(frame: bytes, random: Random) -> bytes:
    """Wrong bits, from one in ten thousand to one in a hundred."""
    line = FaultyLine(LineFaults(bit_errors=10 ** random.uniform(-4, -2)), random.randrange(2**32))
    return line.carry(frame)


def _burst(frame: bytes, random: Random) -> bytes:
    """Up to sixteen bits in a row, anything in them: all that a CRC-16 is sure to see."""
    at = random.randrange(len(frame) * 8 - 16)
    pattern = random.randrange(1, 1 << 16) << at
    return (int.from_bytes(frame, "little") ^ pattern).to_bytes(len(frame), "little")


def _lost(frame: bytes, random: Random) -> bytes:
    """Some bytes are gone."""
    at = random.randrange(len(frame))
    return frame[:at] + frame[at + random.randrange(1, 12) :]


def _added(frame: bytes, random: Random) -> bytes:
    """Some bytes too many."""
    at = random.randrange(len(frame))
    return frame[:at] + random.randbytes(random.randrange(1, 12)) + frame[at:]


def _noise(_frame: bytes, random: Random) -> bytes:
    """Nothing but noise."""
    return random.randbytes(random.randrange(1, 60)) + b"\0"


def _clean(frame: bytes, _random: Random) -> bytes:
    """As it was sent."""
    return frame


_MUTATIONS: tuple[Mutation, ...] = (_clean, _bits, _bits, _burst, _lost, _added, _noise)


def measure_fuzz(frames: int) -> dict[str, Any]:
    """Mutated frames through a session whose clock is tied.

    Parameters
    ----------
    frames
        How many.
    """
    session, now_ns, now_us = _tied_session()
    random = Random(11)
    heard = false = exceptions = 0
    start = time.perf_counter()
    for first in range(0, frames, _BLOCK):
        sent = [_hit(n, now_us, random) for n in range(first, min(frames, first + _BLOCK))]
        wire = b"".join(
            random.choice(_MUTATIONS)(encode(hit, (first + n) % 256), random)
            for n, hit in enumerate(sent)
        )
        true = set(sent)
        now_ns += NS_PER_MS
        for at in range(0, len(wire), _CHUNK):
            try:
                events = session.receive(wire[at : at + _CHUNK], now_ns)
            except Exception:
                exceptions += 1
                continue
            struck = _hits_in(events)
            heard += len(struck)
            false += sum(hit not in true for hit in struck)
    return {
        "frames": frames,
        "exceptions": exceptions,
        "hits_heard": heard,
        "false_hits": false,
        "implausible_hits_refused": session.counters.implausible,
        "bad_frames": session.line.bad,
        "seconds": round(time.perf_counter() - start, 1),
    }


def _hits_in(events: list[BoardEvent]) -> list[PadHit]:
    return [event.hit for event in events if isinstance(event, Strike)]


def _hit(n: int, now_us: int, random: Random) -> PadHit:
    t_us = (now_us - 20_000 + n % _BLOCK) % 2**32
    return PadHit(t_us, n % 8, n % 3, random.randrange(65_536), 255, 0, 1_300)


def _tied_session() -> tuple[BoardSession, int, int]:
    """A session in the middle of a take, and its time on both clocks."""
    board = SimBoard(SimBoardConfig(), NS_PER_S)
    session = BoardSession(Random(1))
    line = VirtualLine(session, board, NS_PER_S, lambda: 100 * NS_PER_US)
    session.connect(line.now_ns)
    line.run_until(5 * NS_PER_S)
    return session, line.now_ns, board.clock.now_us(line.now_ns)
