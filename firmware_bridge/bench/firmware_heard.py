"""What the firmware's core makes of a recording, off its own wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.core_lib import CoreBoard, core_lib
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import Describe, Described, HitFlag, Message, PadHit, Set
from firmware_bridge.piezo import Recording

NS_PER_US = 1_000
_FULL = 65_535.0
_BOARD = 255  # as a parameter's index


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
    """The hits that the core's board says of a recording; see `listen`."""
    messages = listen(recording, settings, variant)[0]
    return [_heard(m) for m in messages if isinstance(m, PadHit)]


def listen(
    recording: Recording,
    settings: Sequence[Settings],
    variant: str = "host",
    whole_board: Settings | None = None,
) -> tuple[list[Message], CoreBoard]:
    """Everything that the core's board says of a recording, read off its wire; and the board.

    Parameters
    ----------
    settings
        For each pad; pads beyond are off.
    variant
        Of the host's library: ``host`` or ``host-small``.
    whole_board
        The board's own parameters.
    """
    board = CoreBoard(core_lib(variant), period_ns=round(recording.period_us * NS_PER_US))
    configure(board, settings, variant, whole_board)
    period_ns = round(recording.period_us * NS_PER_US)
    step_ns = round(period_ns / recording.readings.shape[1])
    decoder = FrameDecoder()
    said = board.play(recording.readings, 0, period_ns, step_ns)
    messages = (decode(frame) for frame in decoder.feed(said))
    return [m for m in messages if not isinstance(m, Unread)], board


def configure(
    board: CoreBoard,
    settings: Sequence[Settings],
    variant: str = "host",
    whole_board: Settings | None = None,
    now_us: int = 0,
) -> None:
    """Set a board's parameters over its wire; as for `listen`."""
    ids = parameter_ids(variant)
    wanted = [(ids[name], _BOARD, value) for name, value in (whole_board or {}).items()]
    for pad in range(board.lib.sizes.pads):
        values = settings[pad] if pad < len(settings) else {"kind": 0}
        wanted += [(ids[name], pad, value) for name, value in values.items()]
    for one in wanted:
        board.receive(encode(Set(*one)), now_us)
        board.run(now_us)
        board.say(now_us)


@cache
def parameter_ids(variant: str) -> dict[str, int]:
    """The board's parameters' numbers by their names, as it describes them."""
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
