"""A Cortex-M3 in QEMU with the real core, its line on a pty: the board whose clock is known.

QEMU lets the machine's clock run with the host's own, so a board time is a host time but for a
constant. A second line of the board says its time at once when it is asked; from the quickest of
many such questions the constant is known to some ten microseconds, whatever else is going on.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import struct
import subprocess
import tempfile
import time
import tty
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.firmware.build import built
from firmware_bridge.firmware.pace import Pace
from firmware_bridge.firmware.targets import target_named
from firmware_bridge.firmware.toolchain import Compiler, command_of
from station.errors import OutsideError
from station.units import NS_PER_US

CHANNELS: Final = 8
PERIOD_US: Final = 125
_QEMU: Final = "qemu-system-arm"
_BENCH_AT: Final = 0x2100_0000
_MAGIC: Final = 0x3157_4445
_WAITS: Final = 0xFFFF_FFFF
_PLAY: Final = 0xFF
_PTY: Final = re.compile(r"redirected to (\S+) \(label (\w+)\)")
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class M3Setup:
    """What is laid into the board's memory before it starts.

    Attributes
    ----------
    boot_id
        Which start it is.
    sweeps
        Readings, shape [sweeps, 8], 0 to 4095, 125 µs apart; the last one stays. None: rest.
    begin_us
        When the first sweep is there, on the board's clock; None: when `M3OnPty.play` says so.
    stop_us
        When the emulator ends by itself; 0: never.
    """

    boot_id: int = 1
    sweeps: NDArray[np.uint16] | None = None
    begin_us: int | None = None
    stop_us: int = 0

    def image(self) -> bytes:
        """As the firmware finds it."""
        sweeps = np.zeros((0, CHANNELS)) if self.sweeps is None else self.sweeps
        begin_us = _WAITS if self.begin_us is None else self.begin_us
        head = struct.pack("<5I", _MAGIC, self.boot_id, self.stop_us, begin_us, sweeps.shape[0])
        return head + np.ascontiguousarray(sweeps, dtype="<u2").tobytes()


@dataclass(frozen=True, slots=True)
class Truth:
    """What the board's clock is on the host's.

    Attributes
    ----------
    offset_ns
        Host time at the board's time 0.
    bound_ns
        It is no further off than this.
    """

    offset_ns: int
    bound_ns: int

    def host_ns(self, board_us: float) -> float:
        """Host time of a board time."""
        return self.offset_ns + board_us * NS_PER_US

    def board_us(self, host_ns: int) -> int:
        """Board time of a host time."""
        return round((host_ns - self.offset_ns) / NS_PER_US)


def missing_m3() -> str | None:
    """Why there is no emulated Cortex-M3 here; None: there is one."""
    if shutil.which(_QEMU) is None:
        return f"{_QEMU} is not installed (Debian: qemu-system-arm)"
    try:
        command_of(Compiler.ZIG)
    except OutsideError as error:
        return str(error)
    return None


def said_by_m3(setup: M3Setup) -> bytes:
    """What a board says that nobody talks to, in virtual time: the same bytes on every run.

    Parameters
    ----------
    setup
        With a `stop_us`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        out = folder / "said"
        command = [*_command(folder, setup), "-icount", "shift=5,sleep=off"]
        command += ["-serial", f"file:{out}", "-serial", "null"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OutsideError(f"The emulated Cortex-M3 failed: {done.stderr.strip()[-1000:]}")
        return out.read_bytes()


class M3OnPty:
    """A board at the pace of the computer's clock; a context manager.

    Parameters
    ----------
    setup
        What is laid into its memory.

    Attributes
    ----------
    path
        Opens its line, as ``serial://PATH``.
    pid
        Of the emulator's process.

    Raises
    ------
    OutsideError
        When the emulator is not there, or fails.
    """

    def __init__(self, setup: M3Setup | None = None) -> None:
        self._place = tempfile.TemporaryDirectory()
        command = _command(Path(self._place.name), setup or M3Setup())
        self._qemu = subprocess.Popen(
            [*command, "-serial", "pty", "-serial", "pty"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            paths = self._ptys()
        except OutsideError:
            self._qemu.kill()
            self._qemu.communicate()
            self._place.cleanup()
            raise
        self.path = paths["serial0"]
        self.pid = self._qemu.pid
        # Held open, so that the emulator sees somebody there before the station comes.
        self._held = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
        self._truth = os.open(paths["serial1"], os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._held)
        tty.setraw(self._truth)
        self._rest = b""
        self._lights: list[tuple[int, int, int]] = []
        self._clocks: list[tuple[int, int]] = []
        self._begun: list[int] = []
        self._longest_turn_us = 0

    def tie(self, questions: int = 400) -> Truth:
        """Find out what the board's clock is on the host's.

        Parameters
        ----------
        questions
            The more, the likelier is one to which nothing came in between.
        """
        latest, earliest = None, None
        for number in range(questions):
            mark = number % _PLAY
            asked_ns = time.monotonic_ns()
            os.write(self._truth, bytes([mark]))
            board_us, heard_ns = self._clock(mark)
            low, high = asked_ns - board_us * NS_PER_US, heard_ns - board_us * NS_PER_US
            # The counter ticks in whole microseconds: it was up to one further on.
            low -= NS_PER_US
            latest = low if latest is None else max(latest, low)
            earliest = high if earliest is None else min(earliest, high)
        assert latest is not None
        assert earliest is not None
        return Truth((latest + earliest) // 2, (earliest - latest) // 2)

    def play(self) -> int:
        """Let the sweeps begin now.

        Returns
        -------
        int
            When the first one is there: µs of the board's own clock.
        """
        os.write(self._truth, bytes([_PLAY]))
        while not self._begun:
            self._wait()
        return self._begun.pop()

    def pace(self) -> Pace:
        """How well it kept up with the clock so far: its own never stands still."""
        return Pace(self.tie().offset_ns, 0.0, self._longest_turn_us)

    def lights(self) -> list[tuple[int, int, int]]:
        """(board time in µs, output, level) of each change of a light so far."""
        while select.select([self._truth], [], [], 0)[0]:
            self._read()
        return list(self._lights)

    def close(self) -> None:
        """Take the board away; may be called twice."""
        if self._qemu.returncode is not None:
            return
        self._qemu.terminate()
        self._qemu.communicate()
        os.close(self._held)
        os.close(self._truth)
        self._place.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ptys(self) -> dict[str, Path]:
        assert self._qemu.stdout is not None
        paths: dict[str, Path] = {}
        said = ""
        while len(paths) < 2:
            line = self._qemu.stdout.readline()
            if not line:
                raise OutsideError(f"The emulated Cortex-M3 failed: {said.strip()[-1000:]}")
            said += line
            found = _PTY.search(line)
            if found:
                paths[found[2]] = Path(found[1])
        return paths

    def _clock(self, mark: int) -> tuple[int, int]:
        while True:
            for number, (heard, board_us) in enumerate(self._clocks):
                if heard == mark:
                    heard_ns = time.monotonic_ns()
                    del self._clocks[: number + 1]
                    return board_us, heard_ns
            self._wait()

    def _wait(self) -> None:
        if not select.select([self._truth], [], [], _PATIENCE_S)[0]:
            raise OutsideError("The emulated Cortex-M3 does not say its time.")
        self._read()

    def _read(self) -> None:
        *lines, self._rest = (self._rest + os.read(self._truth, 4096)).split(b"\n")
        for line in lines:
            kind, *numbers = line.split()
            values = [int(number, 16) for number in numbers]
            if kind == b"C":
                self._clocks.append((values[0], values[1]))
                self._longest_turn_us = values[2]
            elif kind == b"B":
                self._begun.append(values[0])
            else:
                self._lights.append((values[0], values[1], values[2]))


def _command(folder: Path, setup: M3Setup) -> list[str]:
    why_not = missing_m3()
    if why_not is not None:
        raise OutsideError(f"There is no emulated Cortex-M3: {why_not}.")
    target = target_named("m3")
    assert target is not None
    laid = folder / "laid"
    laid.write_bytes(setup.image())
    return [
        *(_QEMU, "-M", "mps2-an385", "-kernel", str(built(target))),
        *("-display", "none", "-monitor", "none", "-semihosting"),
        *("-device", f"loader,file={laid},addr={_BENCH_AT:#x},force-raw=on"),
    ]
