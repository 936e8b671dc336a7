"""Every message of the protocol, as one table: the classes below, in the order of their types.

Types 0x01–0x3F are asked by the host, type + 0x80 is the board's answer and carries the
question's `seq`; 0x40–0x7F the board says by itself. What each field means stands in
PROTOCOL.md; its tables are made from these classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, TypeVar

from firmware_bridge.wire import I32, U8, U16, U32, U64, RecordsField, Text, U16List

# What this package speaks. A new major changes what is there; a new minor only adds.
PROTOCOL_MIN = 1
PROTOCOL_MAX = 1
PROTOCOL_MINOR = 1

NO_POSITION = 255
WHOLE_BOARD = 255  # as `index` of a parameter that every pad shares
ANSWER = 0x80

T = TypeVar("T")
_BY_TYPE: dict[int, type] = {}
_TYPE_OF: dict[type, int] = {}


def _message(kind: int) -> Callable[[type[T]], type[T]]:
    """Enter a class into the table."""

    def enter(cls: type[T]) -> type[T]:
        _BY_TYPE[kind] = cls
        _TYPE_OF[cls] = kind
        return cls

    return enter


class HitFlag(IntFlag):
    """What the board knows of a hit beside its strength."""

    CHOKE = 1  # a cymbal was grabbed, not struck
    CLIPPED = 2
    RETRIGGER_SUSPECT = 4
    CROSSTALK_SUSPECT = 8
    RESENT = 16  # an answer to RESEND


class Capability(IntFlag):
    """What a board can do; bits that are not named here are kept and mean nothing yet."""

    RESEND = 1
    LED = 2
    HAPTIC = 4
    SCOPE = 8
    SAVE = 16
    POSITION = 32
    CHOKE = 64
    ZONES = 128
    PEDAL = 256


class Scope(IntEnum):
    """Whether a parameter has one value, or one for each pad."""

    BOARD = 0
    PAD = 1


class Refusal(IntEnum):
    """Why a board does not do what it was asked."""

    UNKNOWN_TYPE = 1
    MALFORMED = 2
    NO_SUCH_ID = 3
    NO_SUCH_PAD = 4
    NOT_CAPABLE = 5
    BUSY = 6
    FAILED = 7


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the board describes it; values are whole numbers of `unit`."""

    id: U16
    scope: U8
    min: I32
    max: I32
    default: I32
    name: Text
    unit: Text


@_message(0x01)
@dataclass(frozen=True, slots=True)
class Hello:
    """Which protocols the host speaks; the board forgets what another host wanted of it."""

    protocol_min: U8 = PROTOCOL_MIN
    protocol_max: U8 = PROTOCOL_MAX
    minor: U8 = PROTOCOL_MINOR


@_message(0x02)
@dataclass(frozen=True, slots=True)
class Describe:
    """Asks for the parameters from number `first` on."""

    first: U8


@_message(0x03)
@dataclass(frozen=True, slots=True)
class Get:
    """Asks for a parameter's value."""

    id: U16
    index: U8


@_message(0x04)
@dataclass(frozen=True, slots=True)
class Set:
    """Sets a parameter, until the board loses power."""

    id: U16
    index: U8
    value: I32


@_message(0x05)
@dataclass(frozen=True, slots=True)
class Save:
    """Keeps all parameters beyond the loss of power."""


@_message(0x06)
@dataclass(frozen=True, slots=True)
class Ping:
    """Asks what time it is; as long as its answer, so that a wire takes equally long for both."""

    token: U32
    fill_1: U64 = 0
    fill_2: U64 = 0
    fill_3: U32 = 0


@_message(0x07)
@dataclass(frozen=True, slots=True)
class Resend:
    """Asks for hits number `first` to `last` (both included) once more."""

    first: U32
    last: U32


@_message(0x08)
@dataclass(frozen=True, slots=True)
class Cue:
    """An LED or a motor, at a time of the board's clock."""

    at_us: U64
    duration_us: U32
    value: U16
    id: U8


@_message(0x09)
@dataclass(frozen=True, slots=True)
class WatchPad:
    """Starts (1) or stops (0) the raw signal of one pad."""

    pad: U8
    on: U8


@_message(0x40)
@dataclass(frozen=True, slots=True)
class PadHit:
    """A strike. Its frame's `seq` is the lowest byte of the hit's number since the start."""

    t_us: U32
    pad: U8
    zone: U8
    velocity: U16
    position: U8
    flags: U8
    decided_after_us: U16


@_message(0x41)
@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Once a second: how the board is."""

    t_us: U64
    boot_id: U32
    hits: U32
    bad_frames: U32
    overruns: U32
    hits_dropped: U32
    adc_overruns: U32
    dc_fault: U32
    load_percent: U8


@_message(0x42)
@dataclass(frozen=True, slots=True)
class ScopeData:
    """A piece of a pad's raw signal."""

    t_us: U32
    period_ns: U32
    pad: U8
    samples: U16List


@_message(0x43)
@dataclass(frozen=True, slots=True)
class Pedal:
    """Where a hi-hat's pedal is: 0 open to 65535 closed. Since version 1.1."""

    t_us: U32
    pad: U8
    value: U16


@_message(0x81)
@dataclass(frozen=True, slots=True)
class HelloAck:
    """Who the board is; also said unasked, once, when it has started."""

    protocol_min: U8
    protocol_max: U8
    minor: U8
    pads: U8
    board_id: U64
    boot_id: U32
    clock_hz: U32
    t_us: U64
    hits: U32
    ring: U16
    longest_decision_us: U16
    capabilities: U32
    max_payload: U8
    firmware: Text
    board: Text


@_message(0x82)
@dataclass(frozen=True, slots=True)
class Described:
    """Parameters number `first` and following, out of `total`."""

    total: U8
    first: U8
    parameters: Annotated[tuple[Parameter, ...], RecordsField(Parameter)]


@_message(0x83)
@dataclass(frozen=True, slots=True)
class Got:
    """A parameter's value."""

    id: U16
    index: U8
    value: I32


@_message(0x84)
@dataclass(frozen=True, slots=True)
class Applied:
    """The value that was really set."""

    id: U16
    index: U8
    value: I32


@_message(0x85)
@dataclass(frozen=True, slots=True)
class Saved:
    """The parameters are kept."""


@_message(0x86)
@dataclass(frozen=True, slots=True)
class Pong:
    """When the board had the question and when it answers, and how many hits were sent before."""

    token: U32
    t_rx_us: U64
    t_tx_us: U64
    hits: U32


@_message(0x87)
@dataclass(frozen=True, slots=True)
class Resending:
    """Which hits follow: those asked for that are still in the ring; none when first > last."""

    first: U32
    last: U32


@_message(0x88)
@dataclass(frozen=True, slots=True)
class Cued:
    """When it was really done."""

    done_us: U64
    id: U8


@_message(0x89)
@dataclass(frozen=True, slots=True)
class WatchingPad:
    """The raw signal of this pad is on or off from now on."""

    pad: U8
    on: U8


@_message(0xBF)
@dataclass(frozen=True, slots=True)
class Refused:
    """Not done: the type that was asked, and why (`Refusal`)."""

    type: U8
    reason: U8


Message = (
    Hello
    | Describe
    | Get
    | Set
    | Save
    | Ping
    | Resend
    | Cue
    | WatchPad
    | PadHit
    | Heartbeat
    | ScopeData
    | Pedal
    | HelloAck
    | Described
    | Got
    | Applied
    | Saved
    | Pong
    | Resending
    | Cued
    | WatchingPad
    | Refused
)

BY_TYPE: dict[int, type[Message]] = _BY_TYPE
TYPE_OF: dict[type[Message], int] = _TYPE_OF
