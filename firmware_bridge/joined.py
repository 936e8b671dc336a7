"""Several boards as one kit: `serial://A,B`, the second board's pads numbered after the first's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from firmware_bridge.source import SerialSource
from station.errors import WrongUse
from station.hal.address import Address
from station.hal.api import (
    ChokeEvent,
    KitEvent,
    KitInfo,
    LinkEvent,
    LinkState,
    MidiEvent,
    OverflowEvent,
    PedalEvent,
    StrikeEvent,
)
from station.model import StampedBy

BETWEEN = ","


class JoinedSource:
    """Boards that are played together.

    The kit is lost while one of them is, and says so once for each.

    Parameters
    ----------
    address
        As it was typed.
    boards
        In the order of their pads' numbers.
    """

    def __init__(self, address: Address, boards: Sequence[SerialSource]) -> None:
        self._address = address
        self._boards = tuple(boards)
        self._first_pad = [0] * len(boards)
        self._lost: set[int] = set()
        self._next_seq = 0

    @property
    def info(self) -> KitInfo:
        """All boards as one kit, as good as the worst of them."""
        infos = [board.info for board in self._boards]
        worst = max(infos, key=lambda info: info.sigma_ns)
        by_device = all(info.stamped_by is StampedBy.DEVICE for info in infos)
        # Begins as a single board's does, for the profiles.
        return KitInfo(
            str(self._address),
            " + ".join(dict.fromkeys(info.name for info in infos)),
            StampedBy.DEVICE if by_device else worst.stamped_by,
            worst.sigma_ns,
            detail="; ".join(info.detail for info in infos if info.detail),
        )

    def open(self, wake: Callable[[], None]) -> None:
        """Open all of them, or none.

        Raises
        ------
        KitError
            When one cannot be opened, or does not number its pads.
        """
        self.close()
        first_pad = 0
        try:
            for number, board in enumerate(self._boards):
                board.open(wake)
                self._first_pad[number] = first_pad
                first_pad += board.board.pads
        except BaseException:
            self.close()
            raise
        self._lost.clear()

    def read(self) -> Sequence[KitEvent]:
        """Everything that came since the last call, in the order of arrival; never blocks."""
        came = [
            (number, event) for number, board in enumerate(self._boards) for event in board.read()
        ]
        if len(came) > 1:
            came.sort(key=lambda one: _came_ns(one[1]))
        return [ours for number, event in came for ours in self._ours(number, event)]

    def watermark_ns(self) -> int:
        """The earliest of all boards'."""
        return min(board.watermark_ns() for board in self._boards)

    def close(self) -> None:
        """Stop listening."""
        for board in self._boards:
            board.close()

    def cue(self, at_ns: int, output: int, strength: float, duration_ns: int) -> bool:
        """Switch an output on on every board that has it; see `hal.api.TakesCues`."""
        taken = [board.cue(at_ns, output, strength, duration_ns) for board in self._boards]
        return any(taken)

    def _ours(self, number: int, event: KitEvent) -> list[KitEvent]:
        if isinstance(event, StrikeEvent):
            pad = event.pad + self._first_pad[number]
            numbered = replace(event, seq=self._next_seq, pad=pad)
            self._next_seq += 1
            return [numbered]
        if isinstance(event, ChokeEvent | PedalEvent):
            return [replace(event, pad=event.pad + self._first_pad[number])]
        if isinstance(event, LinkEvent):
            return self._link(number, event)
        return [event]

    def _link(self, number: int, event: LinkEvent) -> list[KitEvent]:
        if event.state is LinkState.OPEN:
            self._lost.discard(number)
            return [] if self._lost else [event]
        self._lost.add(number)
        return [event]


def _came_ns(event: KitEvent) -> int:
    if isinstance(event, StrikeEvent | MidiEvent):
        return event.arrival_ns
    assert isinstance(event, ChokeEvent | PedalEvent | LinkEvent | OverflowEvent)
    return event.t_ns


def parts_of(address: Address) -> list[Address]:
    """The boards that an address names, each as its own address.

    Raises
    ------
    WrongUse
        When one is named twice or not at all, or a dialect is to be joined.
    """
    targets = [target.strip() for target in address.target.split(BETWEEN)]
    if len(targets) > 1 and address.params.get("dialect"):
        raise WrongUse(
            f"{address}: boards with a dialect do not number their pads; open each as a kit."
        )
    if len(set(targets)) < len(targets) or "" in targets:
        raise WrongUse(f"{address}: name each board once, with one comma between.")
    return [replace(address, target=target) for target in targets]
