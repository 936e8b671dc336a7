"""What the tests of the core's conversation share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.core_lib import CoreBoard
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import Message

Ask = Callable[..., list[Message]]


@pytest.fixture
def hear() -> Callable[[bytes], list[Message]]:
    """Bytes of a board as messages; nothing in them may be wrong."""

    def hear(data: bytes) -> list[Message]:
        decoder = FrameDecoder()
        heard = [decode(frame) for frame in decoder.feed(data)]
        assert decoder.counters.bad == 0
        assert decoder.waiting == 0
        messages = [message for message in heard if not isinstance(message, Unread)]
        assert len(messages) == len(heard)
        return messages

    return hear


@pytest.fixture
def ask(hear: Callable[[bytes], list[Message]]) -> Ask:
    """Put questions to a board at one time; everything that it says to them."""

    def ask(board: CoreBoard, *questions: Message, t_us: int = 1_000) -> list[Message]:
        for number, question in enumerate(questions):
            board.receive(encode(question, number + 1), t_us)
        board.run(t_us)
        return hear(board.say(t_us))

    return ask


@pytest.fixture
def greeted(hear: Callable[[bytes], list[Message]]) -> Callable[..., CoreBoard]:
    """Start a board, and hear its first word."""

    def greeted(*args: object, **kwargs: object) -> CoreBoard:
        board = CoreBoard(*args, **kwargs)  # type: ignore[arg-type]
        hear(board.say(0))
        return board

    return greeted
