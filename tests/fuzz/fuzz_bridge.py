"""A longer job, run by hand: coverage-guided noise for both ends of the serial wire.

::

    pip install atheris
    python tests/fuzz/fuzz_bridge.py -max_total_time=600

It stops at the first exception that is not a board's refusal, and leaves the bytes that made
it in a file ``crash-…``; give that file as the only argument to see it again.
"""

from __future__ import annotations

import contextlib
import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["firmware_bridge"]):
    from firmware_bridge.codec import Unread, decode, encode
    from firmware_bridge.frames import Frame, FrameDecoder, encode_frame
    from firmware_bridge.session import BoardSession
    from firmware_bridge.simboard.board import SimBoard
    from firmware_bridge.simboard.config import SimBoardConfig
    from station.errors import KitError

STEP_NS = 1_000_000


def cuts_change_nothing(data: bytes, cut: int) -> None:
    whole, parts = FrameDecoder(), FrameDecoder()
    frames = whole.feed(data + b"\0")
    cut_frames = parts.feed(data[:cut]) + parts.feed(data[cut:]) + parts.feed(b"\0")
    assert frames == cut_frames, "cut bytes give other frames"
    assert whole.counters == parts.counters, "cut bytes give other counts"


def a_message_read_is_a_message_written(kind: int, payload: bytes) -> None:
    read = decode(Frame(kind, 0, payload), newer=True)
    if not isinstance(read, Unread):
        (again,) = FrameDecoder().feed(encode(read))
        assert decode(again) == read, "a message does not come back"


def both_ends_stand(provider: atheris.FuzzedDataProvider) -> None:
    """Frames that are right as frames and anything inside, between real ones."""
    board = SimBoard(SimBoardConfig(), 0)
    session = BoardSession(Random(1))
    session.connect(0)
    now_ns = 0
    while provider.remaining_bytes() > 0:
        now_ns += STEP_NS * provider.ConsumeIntInRange(0, 100)
        kind, seq = provider.ConsumeIntInRange(0, 255), provider.ConsumeIntInRange(0, 255)
        payload = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 60))
        noise = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 4))
        board.receive(noise + encode_frame(kind, seq, payload), now_ns)
        with contextlib.suppress(KitError):  # a greeting in another version
            session.receive(board.output(now_ns), now_ns)
        with contextlib.suppress(KitError):
            session.receive(noise + encode_frame(kind, seq, payload), now_ns)
        board.receive(session.to_send(now_ns)[0], now_ns)


def one_input(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    match provider.ConsumeIntInRange(0, 2):
        case 0:
            cut = provider.ConsumeIntInRange(0, 1000)
            cuts_change_nothing(provider.ConsumeBytes(provider.remaining_bytes()), cut)
        case 1:
            kind = provider.ConsumeIntInRange(0, 255)
            a_message_read_is_a_message_written(kind, provider.ConsumeBytes(240))
        case _:
            both_ends_stand(provider)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
