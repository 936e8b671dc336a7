"""What the firmware's core makes of a recording, off its own wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from firmware_bridge.codec import decode, encode
from firmware_bridge.firmware.core_lib import CoreBoard, core_lib
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import Describe, Described, HitFlag, PadHit, Set
from firmware_bridge.piezo import Recording

NS_PER_US = 1_000
_FULL = 65_535.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One hit as a host would hear it.

    Attributes
    ----------
    t_us
        Its stamp.
    velocity
        0 to 127, with fractions.
    sent_us
        When it was handed to the line.
    """

    t_us: float
    pad: int
    velocity: float
    zone: int
    flags: HitFlag
    sent_us: float


# A pad's parameters by their names.
Settings = Mapping[str, int]


def hear(recording: Recording, settings: Sequence[Settings], variant: str = "host") -> list[Heard]:
    """What the core's board says of a recording, read off its wire.

    Parameters
    ----------
    settings
        For each pad.
    variant
        Of the host's library: ``host`` or ``host-small``.
    """
    lib = core_lib(variant)
    board = CoreBoard(lib, period_ns=round(recording.period_us * NS_PER_US))
    for pad in range(lib.sizes.pads):
        values = settings[pad] if pad < len(settings) else {"kind": 0}
        for name, value in values.items():
            board.receive(encode(Set(_ids(variant)[name], pad, value)), 0)
            board.run(0)
            board.say(0)
    channels = recording.readings.shape[1]
    said = board.play(
        recording.readings,
        0,
        round(recording.period_us * NS_PER_US),
        round(recording.period_us * NS_PER_US / channels),
    )
    messages = (decode(frame) for frame in FrameDecoder().feed(said))
    return [_heard(m) for m in messages if isinstance(m, PadHit)]


@cache
def _ids(variant: str) -> dict[str, int]:
    """The board's parameters' numbers, as it describes them."""
    board = CoreBoard(core_lib(variant))
    ids: dict[str, int] = {}
    total = 1
    while len(ids) < total:
        board.receive(encode(Describe(len(ids))), 0)
        board.run(0)
        for frame in FrameDecoder().feed(board.say(0)):
            message = decode(frame)
            if isinstance(message, Described):
                total = message.total
                ids.update((parameter.name, parameter.id) for parameter in message.parameters)
    return ids


def _heard(hit: PadHit) -> Heard:
    return Heard(
        t_us=float(hit.t_us),
        pad=hit.pad,
        velocity=hit.velocity / _FULL * 127.0,
        zone=hit.zone,
        flags=HitFlag(hit.flags),
        sent_us=float(hit.t_us + hit.decided_after_us),
    )
