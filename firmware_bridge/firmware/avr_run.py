"""What an emulated Arduino did, as its runner's log tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.firmware.avr_image import AvrMemory, avr_memory


@dataclass(frozen=True, slots=True)
class AvrReport:
    """What can only be seen from outside.

    Attributes
    ----------
    cycles, slept
        Of the processor, since power-on.
    longest_awake
        The longest it went without sleeping, in cycles, from `awake_from_us` on.
    untouched
        Bytes between the variables and the deepest that the stack ever went.
    line_lost
        Bytes that the host did not read.
    slipped_us, longest_away_us
        At the pace of the clock: see `Pace`.
    memory
        How full the chip is.
    ram
        Bytes of memory that it has.
    usb
        What the board told a USB host of itself: name and answer, as hexadecimal.
    """

    cycles: int
    slept: int
    longest_awake: int
    untouched: int
    line_lost: int
    slipped_us: int
    longest_away_us: int
    memory: AvrMemory
    ram: int
    usb: dict[str, str] = field(default_factory=dict)

    @property
    def load(self) -> float:
        """Part of the time that the processor was awake."""
        return 1.0 - self.slept / self.cycles

    @property
    def stack(self) -> int:
        """Bytes that the stack took at its deepest."""
        return self.ram - self.memory.ram - self.untouched


@dataclass(frozen=True, slots=True)
class AvrRun:
    """What a board did.

    Attributes
    ----------
    said, said_us
        Bytes, and when each went out; emulated microseconds since power-on.
    lights
        (time in µs, output, lit) for each change of a light or motor.
    report
        What can only be seen from outside.
    reset
        (time in µs, the word at 0x0800, the memory's last word) when the chip was reset: where old
        and new bootloaders look for their key; None: it was not.
    """

    said: bytes
    said_us: NDArray[np.float64]
    lights: tuple[tuple[float, int, bool], ...]
    report: AvrReport
    reset: tuple[float, int, int] | None = None


def run_of(log: str, image: Path, ram: int) -> AvrRun:
    """What a runner's log says.

    Parameters
    ----------
    log
        Its lines.
    image
        What ran, linked.
    ram
        Bytes of memory that the chip has.
    """
    said = bytearray()
    said_us = []
    lights = []
    reset = None
    seen: dict[str, int] = {}
    usb: dict[str, str] = {}
    for line in log.splitlines():
        match line.split():
            case ["T", at, byte]:
                said_us.append(float(at))
                said.append(int(byte, 16))
            case ["L", at, output, lit]:
                lights.append((float(at), int(output), lit == "1"))
            case ["R", at, old, safe]:
                reset = float(at), int(old, 16), int(safe, 16)
            case ["S", name, value]:
                seen[name] = int(value)
            case ["U", name, *answer]:
                usb[name] = " ".join(answer)
            case _:
                pass
    memory = avr_memory(image.read_bytes())
    report = AvrReport(**seen, memory=memory, ram=ram, usb=usb)
    return AvrRun(bytes(said), np.array(said_us), tuple(lights), report, reset)
