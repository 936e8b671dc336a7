"""Which boards are here: every serial device asked at once, for a limited time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_bridge.knock import PATIENCE_NS, SPEEDS, Found, who_is_at
from firmware_bridge.port import Device, devices
from station.clock import Clock
from station.errors import KitError, KitReason
from station.units import NS_PER_MS, NS_PER_S

# A look at all devices keeps nobody waiting for longer; a board that is still in its reset is
# found by the next look, and by its address at once.
LOOK_NS = 2_500 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking at one device: somebody, or why not."""

    device: Device
    found: Found | None
    error: KitError | None


def ask_everywhere(
    clock: Clock,
    patience_ns: int = LOOK_NS,
    enough: Callable[[Found], bool] = lambda _: False,
    speeds: Sequence[int] = SPEEDS,
    list_devices: Callable[[], list[Device]] = devices,
) -> list[Answer]:
    """Ask at all devices at once; ports of what was found are open, and the caller's.

    Parameters
    ----------
    patience_ns
        For how long at most. A device that cannot even be opened in this time is left out.
    enough
        Ends it early, when this one is found.
    """
    there = list_devices()
    stop = threading.Event()
    answers: list[Answer] = []
    lock = threading.Lock()
    closed = False

    def ask(device: Device) -> None:
        found, error = None, None
        try:
            found = who_is_at(device.path, clock, speeds, patience_ns, stop)
        except KitError as why:
            error = why
        with lock:
            if closed:
                if found is not None:
                    found.port.close()
                return
            answers.append(Answer(device, found, error))
        if found is not None and enough(found):
            stop.set()

    threads = [threading.Thread(target=ask, args=(device,), daemon=True) for device in there]
    for thread in threads:
        thread.start()
    until_ns = clock.now_ns() + patience_ns + NS_PER_S // 2
    for thread in threads:
        thread.join(max(0, until_ns - clock.now_ns()) / NS_PER_S)
    with lock:
        closed = True
    return sorted(answers, key=lambda answer: answer.device.path)


def find_board(board_id: str, clock: Clock, patience_ns: int = PATIENCE_NS) -> Found:
    """The board of this id, wherever it is plugged in.

    Raises
    ------
    KitError
        When it is not here; names those that are, and what stood in the way of asking.
    """

    def meant(found: Found) -> bool:
        return found.board is not None and found.board.board_id == board_id

    chosen: Found | None = None
    others, refused = [], []
    for answer in ask_everywhere(clock, patience_ns, meant):
        if answer.found is None:
            if answer.error is not None and answer.error.reason in _IN_THE_WAY:
                refused.append(answer.error)
        elif meant(answer.found) and chosen is None:
            chosen = answer.found
        else:
            answer.found.port.close()
            if answer.found.board is not None:
                others.append(answer.found.board.board_id)
    if chosen is not None:
        return chosen
    if refused and not others:
        raise refused[0]
    here = f"here are {', '.join(sorted(others))}" if others else "no board is here"
    raise KitError(
        f"No board {board_id} answers: {here}; plug it in ('station kits' lists boards).",
        KitReason.NO_SUCH_PORT,
    )


_IN_THE_WAY = (KitReason.NO_PERMISSION, KitReason.BUSY)


def is_device(target: str) -> bool:
    """Whether an address's target is a device's path and not a board's id."""
    return os.sep in target or "/" in target or target.upper().startswith("COM")
