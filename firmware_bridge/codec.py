"""Frames to messages and back; what cannot be read is said, never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware_bridge.frames import Frame, encode_frame
from firmware_bridge.messages import BY_TYPE, TYPE_OF, Message, Ping
from firmware_bridge.wire import Layout, Misfit, layout_of


class Why(StrEnum):
    """Why a frame is no message to us."""

    UNKNOWN_TYPE = "unknown type"
    TOO_SHORT = "does not fit its type"
    TOO_LONG = "longer than its type"


@dataclass(frozen=True, slots=True)
class Unread:
    """A right frame that says nothing to us: of a newer version, or wrong in itself."""

    frame: Frame
    why: Why


_LAYOUTS: dict[int, Layout[Message]] = {kind: layout_of(cls) for kind, cls in BY_TYPE.items()}


def encode(message: Message, seq: int = 0) -> bytes:
    """A message as the bytes of its frame.

    Raises
    ------
    ValueError
        When a field does not fit; the message names it.
    """
    kind = TYPE_OF[type(message)]
    return encode_frame(kind, seq & 0xFF, _LAYOUTS[kind].pack(message))


def decode(frame: Frame, *, newer: bool = False) -> Message | Unread:
    """The message in a frame.

    Parameters
    ----------
    newer
        The other side speaks a newer minor version: what it has appended is passed over.
        Otherwise a payload that is too long is a fault, which makes it all the less likely
        that noise with a right check is taken for a hit.
    """
    layout = _LAYOUTS.get(frame.type)
    if layout is None:
        return Unread(frame, Why.UNKNOWN_TYPE)
    try:
        message, used = layout.unpack(frame.payload)
    except Misfit:
        return Unread(frame, Why.TOO_SHORT)
    if used < len(frame.payload) and not newer:
        return Unread(frame, Why.TOO_LONG)
    return message


# On the wire, and so is a pong: at a known speed this part of a round trip is no doubt.
PING_BYTES = len(encode(Ping(0)))
