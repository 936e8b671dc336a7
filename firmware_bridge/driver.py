"""`serial://`: trigger boards on a serial line.

`serial:///dev/ttyACM0` opens a device, `serial://00c0ffee00c0ffee` a board by its id, wherever
it is plugged in; several with commas between are one kit. Parameters: `baud` (without it the
usual speeds are tried) and `dialect` (`midi` or `edrumulus`, for boards that say nothing until
they are struck).
"""

from __future__ import annotations

from collections.abc import Sequence

from firmware_bridge.board_talk import SIGMA_NS
from firmware_bridge.boards import ask_everywhere, is_device
from firmware_bridge.dialects.recognise import Dialect
from firmware_bridge.joined import BETWEEN, JoinedSource, parts_of
from firmware_bridge.knock import Found
from firmware_bridge.midi_talk import SIGMA_NS as ARRIVAL_SIGMA_NS
from firmware_bridge.source import (
    DIALECT_NAMES,
    DIALECTS,
    SerialSource,
    board_id_of,
    board_name,
)
from station.clock import MONOTONIC, Clock
from station.errors import WrongUse
from station.hal.address import Address
from station.hal.api import KitInfo
from station.model import StampedBy


class SerialDriver:
    """Makes sources for `serial://`."""

    scheme = "serial"

    def __init__(self, clock: Clock = MONOTONIC) -> None:
        self._clock = clock
        self._why_not: list[str] = []

    def discover(self) -> Sequence[KitInfo]:
        """Every board that answers or is heard; takes 2.5 s at most.

        A device that says nothing, is taken or may not be opened is none, and no error: this
        is asked before somebody chooses a MIDI kit, too. `why_not` tells of them.
        """
        infos: list[KitInfo] = []
        why_not: list[str] = []
        for answer in ask_everywhere(self._clock):
            if answer.found is not None:
                answer.found.port.close()
                infos.append(_info(answer.found))
            elif answer.error is not None:
                why_not.append(str(answer.error))
        self._why_not = why_not
        return infos

    def why_not(self) -> Sequence[str]:
        """A sentence on each device that the last `discover` met and that is no kit."""
        return list(self._why_not)

    def create(self, address: Address, clock: Clock) -> SerialSource | JoinedSource:
        """A source for a device or a board's id, or for several with commas between.

        Raises
        ------
        WrongUse
            For a parameter that is not known, or a value that makes no sense.
        """
        address.only({"baud", "dialect"})
        parts = parts_of(address) if BETWEEN in address.target else [address]
        for part in parts:
            if not is_device(part.target):
                board_id_of(part)
        dialect = address.params.get("dialect")
        if dialect is not None and dialect not in DIALECTS:
            known = ", ".join(sorted(DIALECTS))
            raise WrongUse(f"{address}: '{dialect}' is no dialect; known are {known}.")
        boards = [SerialSource(part, clock) for part in parts]
        return boards[0] if len(boards) == 1 else JoinedSource(address, boards)


def _info(found: Found) -> KitInfo:
    path = found.port.path
    if found.board is not None:
        board = found.board
        return KitInfo(
            f"serial://{board.board_id}",
            board_name(board),
            StampedBy.DEVICE,
            SIGMA_NS,
            detail=f"{path}, {board.firmware}, {board.pads} pads",
        )
    dialect = found.dialect or Dialect.MIDI
    return KitInfo(
        f"serial://{path}?dialect={dialect.value}&baud={found.baud}",
        DIALECT_NAMES[dialect],
        StampedBy.ARRIVAL,
        ARRIVAL_SIGMA_NS,
        detail=f"{path}, {found.baud} baud",
    )


driver = SerialDriver()
