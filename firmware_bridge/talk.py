"""What a link does with the bytes of a line: a conversation in one protocol.

The link's thread owns the port and the time; the conversation is told when the line is there,
what came and when, and says what to send. Its events go into the inbox that the reader drains.
"""

from __future__ import annotations

from typing import Protocol

from station.hal.inbox import Inbox
from station.model import StampedBy


class Talk(Protocol):
    """One protocol over one line. All methods on the link's thread; the attributes are read
    by others.

    Attributes
    ----------
    inbox
        Where events go; replaced when the source is opened anew.
    next_seq
        The number of the next event.
    sigma_ns
        What its stamps are worth by now, as a standard deviation.
    """

    inbox: Inbox
    sigma_ns: int
    next_seq: int

    @property
    def quiet_ns(self) -> int:
        """No event with an earlier time will come any more; never goes back."""
        ...

    @property
    def stamped_by(self) -> StampedBy:
        """Who stamps its hits."""
        ...

    @property
    def board_id(self) -> str | None:
        """Which board it is with; None where boards do not say."""
        ...

    @property
    def next_ns(self) -> int | None:
        """When `to_send` has something next, if nothing comes before; None: never."""
        ...

    def connect(self, now_ns: int) -> None:
        """The line is open (again)."""
        ...

    def disconnect(self, now_ns: int, why: str) -> None:
        """The line is gone."""
        ...

    def receive(self, data: bytes, arrival_ns: int) -> None:
        """Take the next bytes of the line.

        Raises
        ------
        KitError
            When what is there now is no kit of ours any more.
        """
        ...

    def to_send(self, now_ns: int) -> bytes:
        """What is due now, to be written at once."""
        ...
