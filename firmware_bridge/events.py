"""What comes out of a board's session, in the order of the wire."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.handshake import BoardInfo
from firmware_bridge.messages import Heartbeat, Message, PadHit, Pedal, ScopeData
from firmware_bridge.sync import SyncState


@dataclass(frozen=True, slots=True)
class Greeted:
    """The board said who it is.

    Attributes
    ----------
    restarted
        It had been greeted before, and has been reset since.
    """

    board: BoardInfo
    restarted: bool


@dataclass(frozen=True, slots=True)
class Tied:
    """The board's clock is tied to the host's: stamps come from now on."""

    state: SyncState


@dataclass(frozen=True, slots=True)
class Strike:
    """A hit with its time on the host's clock.

    Attributes
    ----------
    number
        Of the hit, since the board's start.
    t_ns, t_sigma_ns
        When, on the host's clock, and its standard deviation.
    arrival_ns
        When the host first saw it.
    hit
        As the board said it.
    late
        It was missed first and sent again.
    """

    number: int
    t_ns: int
    t_sigma_ns: int
    arrival_ns: int
    hit: PadHit
    late: bool


@dataclass(frozen=True, slots=True)
class HitsLost:
    """So many hits will never come."""

    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The board's answer to a question put with `ask` (`Refused` is one, too)."""

    question: Message
    answer: Message


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question was put several times and never answered."""

    question: Message


@dataclass(frozen=True, slots=True)
class Beat:
    """The board's own word about how it is."""

    beat: Heartbeat


@dataclass(frozen=True, slots=True)
class ScopePiece:
    """A piece of a pad's raw signal; `t_ns` is its first sample on the host's clock."""

    t_ns: int
    data: ScopeData


@dataclass(frozen=True, slots=True)
class PedalMoved:
    """Where a hi-hat's pedal is; `t_ns` is on the host's clock."""

    t_ns: int
    pedal: Pedal


BoardEvent = (
    Greeted | Tied | Strike | HitsLost | Answered | Unanswered | Beat | ScopePiece | PedalMoved
)
