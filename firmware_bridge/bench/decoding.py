"""How many frames a second go through the decoder, and what a wrong bit costs."""

from __future__ import annotations

import time
from typing import Any

from firmware_bridge.codec import decode, encode
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import PadHit
from firmware_bridge.simboard.faults import FaultyLine, LineFaults

# What a read of a serial port hands out: a lone hit, a USB packet, a full buffer.
CHUNKS = (18, 64, 4096)
_RUNS = 5
_BIT_ERRORS = 1e-5


def hits_on_the_wire(count: int) -> list[bytes]:
    """Frames of different hits, as a lively player makes them."""
    return [
        encode(
            PadHit(n * 5_003 % 2**32, n % 8, n % 3, n * 7_919 % 65_536, 255, 0, 1_300 + n % 400),
            n % 256,
        )
        for n in range(count)
    ]


def measure_decoder(frames: int) -> dict[str, Any]:
    """Frames a second, best of several runs, by the size of the portions.

    Parameters
    ----------
    frames
        How many a run.
    """
    wire = b"".join(hits_on_the_wire(frames))
    rates = {str(chunk): round(_frames_a_second(wire, frames, chunk)) for chunk in CHUNKS}
    read = FrameDecoder().feed(wire)
    start = time.perf_counter()
    for frame in read:
        decode(frame)
    messages = len(read) / (time.perf_counter() - start)
    return {"frames_per_s": rates, "messages_per_s": round(messages), **_cost_of_a_bit(wire)}


def _frames_a_second(wire: bytes, frames: int, chunk: int) -> float:
    best = 0.0
    for _ in range(_RUNS):
        decoder = FrameDecoder()
        start = time.perf_counter()
        heard = sum(len(decoder.feed(wire[at : at + chunk])) for at in range(0, len(wire), chunk))
        best = max(best, heard / (time.perf_counter() - start))
        assert heard == frames
    return best


def _cost_of_a_bit(wire: bytes) -> dict[str, Any]:
    """Frames lost for each wrong bit of a line that is bad now and then."""
    line = FaultyLine(LineFaults(bit_errors=_BIT_ERRORS), seed=1)
    errors = lost = 0
    sent = len(FrameDecoder().feed(wire))
    while errors < 1_000:
        bad = line.carry(wire)
        errors += (int.from_bytes(wire) ^ int.from_bytes(bad)).bit_count()
        lost += sent - len(FrameDecoder().feed(bad))
    return {"bit_errors": errors, "frames_lost_per_bit_error": round(lost / errors, 3)}
