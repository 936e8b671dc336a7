from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_bridge.handshake import greet
from firmware_bridge.messages import Capability, HelloAck
from station.errors import KitError, KitReason

ACK = HelloAck(1, 1, 0, 8, 0xABC, 77, 10**6, 5, 6, 64, 9000, 255, 240, "trigger 1.2", "Pädchen")


def test_a_board_says_who_it_is() -> None:
    board = greet(ACK)
    assert board.board_id == "0000000000000abc"
    assert (board.firmware, board.board, board.pads) == ("trigger 1.2", "Pädchen", 8)
    assert (board.major, board.newer_minor) == (1, False)
    assert Capability.HAPTIC in board.capabilities


@pytest.mark.parametrize("newer", [replace(ACK, minor=2), replace(ACK, protocol_max=3)])
def test_a_newer_board_that_still_speaks_ours_is_welcome(newer: HelloAck) -> None:
    board = greet(newer)
    assert board.major == 1
    assert board.newer_minor


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (2, 4, "Pädchen speaks protocol 2 and above, this station up to 1; update the station."),
        (0, 0, "Pädchen speaks protocol 0, this station from 1 on; update the board's firmware."),
    ],
)
def test_one_of_the_two_is_too_old(low: int, high: int, says: str) -> None:
    with pytest.raises(KitError) as told:
        greet(replace(ACK, protocol_min=low, protocol_max=high))
    assert str(told.value) == says
    assert told.value.reason is KitReason.NOT_A_KIT


def test_without_the_capability_there_is_no_ring() -> None:
    assert greet(replace(ACK, capabilities=0)).ring == 0


def test_unknown_capabilities_are_kept() -> None:
    assert int(greet(replace(ACK, capabilities=1 << 30)).capabilities) == 1 << 30


def test_a_name_cannot_upset_a_terminal() -> None:
    assert greet(replace(ACK, board="\x1b[2Jx\n")).board == "�[2Jx�"
