"""Who the board is, and whether we speak its language."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.messages import (
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    PROTOCOL_MINOR,
    Capability,
    HelloAck,
)
from station.errors import KitError, KitReason


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """A board that we can talk to.

    Attributes
    ----------
    board_id
        This very board, as 16 hexadecimal digits; opens it as ``serial://ID``.
    boot_id
        Another one at every start of the board.
    firmware, board
        Its own words for people.
    major, newer_minor
        The protocol spoken, and whether the board's minor version is above ours.
    pads
        How many.
    clock_hz
        How fine its stamps are.
    ring
        How many hits it keeps to be sent again.
    longest_decision_us
        No hit is sent later than this after its stamp.
    capabilities
        What it can do.
    max_payload
        The longest payload that it takes.
    """

    board_id: str
    boot_id: int
    firmware: str
    board: str
    major: int
    newer_minor: bool
    pads: int
    clock_hz: int
    ring: int
    longest_decision_us: int
    capabilities: Capability
    max_payload: int


def greet(ack: HelloAck) -> BoardInfo:
    """What a board's answer to `Hello` means for us.

    Raises
    ------
    KitError
        When there is no protocol that both speak; the message says which side is too old.
    """
    major = common_major(ack.protocol_min, ack.protocol_max, printable(ack.board))
    # Of a board's higher major the minor says nothing about the major that is spoken.
    newer = ack.protocol_max > PROTOCOL_MAX or ack.minor > PROTOCOL_MINOR
    return BoardInfo(
        board_id=f"{ack.board_id:016x}",
        boot_id=ack.boot_id,
        firmware=printable(ack.firmware),
        board=printable(ack.board),
        major=major,
        newer_minor=newer,
        pads=ack.pads,
        clock_hz=ack.clock_hz,
        ring=ack.ring if Capability.RESEND in Capability(ack.capabilities) else 0,
        longest_decision_us=ack.longest_decision_us,
        capabilities=Capability(ack.capabilities),
        max_payload=ack.max_payload,
    )


def common_major(lowest: int, highest: int, board: str = "") -> int:
    """The highest protocol that a board and we both speak.

    Parameters
    ----------
    lowest, highest
        What the board speaks.
    board
        What it calls itself.

    Raises
    ------
    KitError
        When there is none; the message says which side is too old.
    """
    name = board or "The board"
    if lowest > PROTOCOL_MAX:
        raise KitError(
            f"{name} speaks protocol {lowest} and above, this station up to {PROTOCOL_MAX}; "
            "update the station.",
            KitReason.NOT_A_KIT,
        )
    if highest < PROTOCOL_MIN:
        raise KitError(
            f"{name} speaks protocol {highest}, this station from {PROTOCOL_MIN} on; "
            "update the board's firmware.",
            KitReason.NOT_A_KIT,
        )
    return min(highest, PROTOCOL_MAX)


def printable(text: str) -> str:
    """A board's words without what would upset a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)
