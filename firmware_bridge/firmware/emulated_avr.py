"""An Arduino in an emulator, with the real image: waveforms in, bytes and lights out.

`run_avr` runs it as fast as it goes and the same every time; `AvrOnPty` runs it at the pace of the
computer's clock, its line on a pty that the station opens as any kit. The emulator is simavr, by
a small runner of our own (`emulators/simavr`); where it is not there, avr8js runs an Uno as fast
as it goes (`emulators/avr8js`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import tty
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import platformdirs
from numpy.typing import NDArray

from firmware_bridge.firmware.avr_run import AvrRun, run_of
from firmware_bridge.firmware.build import built
from firmware_bridge.firmware.pace import Pace
from firmware_bridge.firmware.targets import HERE, target_named
from firmware_bridge.firmware.toolchain import Compiler, command_of, run
from station.errors import OutsideError

_EMULATORS: Final = HERE / "emulators"
_SOURCES: Final = _EMULATORS / "simavr"
_CHIPS: Final = {"uno": "atmega328p", "leonardo": "atmega32u4"}
_RAM: Final = {"uno": 2048, "leonardo": 2560}
_PATIENCE_S: Final = 20.0


class Arduino(StrEnum):
    """Which board."""

    UNO = "uno"
    LEONARDO = "leonardo"


class Emulator(StrEnum):
    """By what it is emulated."""

    SIMAVR = "simavr"
    AVR8JS = "avr8js"


@dataclass(frozen=True, slots=True)
class Wave:
    """What lies at the inputs.

    Attributes
    ----------
    samples
        Shape [samples, channels], 0 to 4095 from 0 to 5 V; inputs left out rest at 2.5 V. The
        last sample stays.
    rate_hz
        Samples a second.
    at_us
        When the first one is there, in emulated microseconds since power-on.
    """

    samples: NDArray[np.uint16]
    rate_hz: float
    at_us: float = 0.0


def missing_avr(emulator: Emulator = Emulator.SIMAVR) -> str | None:
    """Why there is no Arduino in this emulator here; None: there is one."""
    try:
        command_of(Compiler.AVR_GCC)
        _runner(emulator)
    except OutsideError as error:
        return str(error)
    return None


def run_avr(
    board: Arduino,
    until_us: float,
    *,
    wave: Wave | None = None,
    heard: Sequence[tuple[float, bytes]] = (),
    eeprom: Path | None = None,
    usb: bool = False,
    deaf_us: tuple[float, float] | None = None,
    touch_us: float | None = None,
    awake_from_us: float = 0.0,
    seed: int = 1,
    emulator: Emulator = Emulator.SIMAVR,
    image: Path | None = None,
) -> AvrRun:
    """Run a board from power-on, as fast as it goes; the same arguments give the same bytes.

    Parameters
    ----------
    board
        Which.
    until_us
        When its power goes, whatever it is doing.
    wave
        What lies at its inputs.
    heard
        What the host says: (when, bytes).
    eeprom
        File of the EEPROM: read when it is there, and written when the power goes.
    usb
        Joined by USB (a Leonardo), and not by its UART.
    deaf_us
        From when to when the host fetches nothing; with USB.
    touch_us
        When the host opens and closes the line at 1200 baud, which asks for the bootloader; with
        USB. The run ends with the reset: there is no bootloader.
    awake_from_us
        From when on `AvrReport.longest_awake` counts.
    seed
        Of what a byte of the EEPROM becomes that is being written when the power goes.
    emulator
        By what it is emulated; avr8js knows the Uno only, and neither `usb` nor `awake_from_us`.
    image
        Another image than the board's own, linked, with its HEX file beside it.

    Raises
    ------
    OutsideError
        When the emulator is not there, or the firmware stops.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = [
            *_command(emulator, board, image or _built(board), folder, wave, eeprom),
            f"--until-us={until_us}",
            f"--awake-from-us={awake_from_us}",
            f"--seed={seed}",
        ]
        if usb:
            command.append("--usb")
        if touch_us is not None:
            command.append(f"--touch-us={touch_us}")
        if deaf_us is not None:
            command.append("--deaf-us={},{}".format(*deaf_us))
        if heard:
            rows = (f"{at_us} {data.hex()}\n" for at_us, data in heard)
            (folder / "heard").write_text("".join(rows))
            command.append(f"--input={folder / 'heard'}")
        # What the emulator warns of holds the line's own bytes.
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    if done.returncode:
        raise OutsideError(f"The emulated {board} failed: {done.stderr.strip()[-1000:]}")
    return run_of(done.stdout, image or _built(board), _RAM[board])


class AvrOnPty:
    """A board at the pace of the computer's clock; a context manager.

    Parameters
    ----------
    board, wave, eeprom
        As for `run_avr`; the wave waits for `play`.

    Attributes
    ----------
    path
        Opens its line, as ``serial://PATH``.
    pid
        Of the emulator's process.
    began_ns
        When its power came, on the host's monotonic clock.
    run
        What it did; there after `close`, and without the bytes.

    Raises
    ------
    OutsideError
        When the emulator is not there, or fails.
    """

    def __init__(
        self, board: Arduino, *, wave: Wave | None = None, eeprom: Path | None = None
    ) -> None:
        self._board = board
        self.run: AvrRun | None = None
        self._place = tempfile.TemporaryDirectory()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = Path(os.ttyname(self._slave))
        self._image = _built(board)
        self._log = Path(self._place.name) / "log"
        place = Path(self._place.name)
        waits = wave and replace(wave, at_us=inf)
        command = _command(Emulator.SIMAVR, board, self._image, place, waits, eeprom)
        self._runner = subprocess.Popen(
            [*command, f"--pty-fd={self._master}", f"--log={self._log}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(self._master,),
        )
        assert self._runner.stdout is not None
        first = self._runner.stdout.readline().split()
        if first[:1] != ["P"]:
            why = self._runner.communicate()[1].strip()[-1000:]
            self._clear()
            raise OutsideError(f"The emulated {board} failed: {why}")
        self.began_ns = int(first[1])
        self.pid = self._runner.pid

    def play(self) -> float:
        """Let the wave begin, a moment from now.

        Returns
        -------
        float
            When its first sample is there: µs since power-on.
        """
        self._runner.send_signal(signal.SIGUSR1)
        assert self._runner.stdout is not None
        line = self._runner.stdout.readline()
        if not line:
            raise OutsideError(f"The emulated {self._board} has ended before it could play.")
        return float(line.split()[1])

    def pace(self) -> Pace:
        """How well it kept up with the clock; after `close`."""
        assert self.run is not None
        report = self.run.report
        return Pace(self.began_ns, report.slipped_us, report.longest_away_us)

    def close(self) -> None:
        """Take the power away; may be called twice."""
        if self._runner.returncode is not None:
            return
        self._runner.send_signal(signal.SIGTERM)
        try:
            _, why = self._runner.communicate(timeout=_PATIENCE_S)
            log = self._log.read_text()
        except subprocess.TimeoutExpired:
            self._runner.kill()
            self._runner.communicate()
            raise
        finally:
            self._clear()
        if self._runner.returncode:
            raise OutsideError(f"The emulated {self._board} failed: {why.strip()[-1000:]}")
        self.run = run_of(log, self._image, _RAM[self._board])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _clear(self) -> None:
        os.close(self._master)
        os.close(self._slave)
        self._place.cleanup()


def _built(board: Arduino) -> Path:
    target = target_named(board)
    assert target is not None
    return built(target)


def _runner(emulator: Emulator) -> list[str]:
    """The words that start a runner."""
    if emulator is Emulator.SIMAVR:
        return [str(_simavr())]
    if shutil.which("node") is None:
        raise OutsideError("There is no node for avr8js; install Node.js 20 or newer.")
    if not (_EMULATORS / "node_modules" / "avr8js").is_dir():
        raise OutsideError(f"avr8js is not installed (type: npm ci --prefix {_EMULATORS}).")
    return ["node", str(_EMULATORS / "avr8js" / "run.mjs")]


def _simavr() -> Path:
    """The runner; compiled when it is not, or no longer."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise OutsideError("There is no C compiler (cc) for the Arduinos' emulator.")
    sources = sorted(_SOURCES.glob("*.[ch]"))
    digest = blake2b(digest_size=8)
    for path in sources:
        digest.update(path.read_bytes())
    cache = Path(platformdirs.user_cache_dir("edrum-station", appauthor=False)) / "firmware"
    runner = cache / f"simavr-{digest.hexdigest()}" / "run"
    if not runner.exists():
        runner.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=runner.parent) as place:
            half = Path(place) / "run"
            flags = ["-O2", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
            files = [str(path) for path in sources if path.suffix == ".c"]
            run(
                [compiler, *flags, *files, "-lsimavr", "-o", str(half)],
                "The Arduinos' emulator (Debian: libsimavr-dev)",
            )
            half.replace(runner)
    return runner


def _command(
    emulator: Emulator,
    board: Arduino,
    image: Path,
    folder: Path,
    wave: Wave | None,
    eeprom: Path | None,
) -> list[str]:
    command = [*_runner(emulator), f"--mcu={_CHIPS[board]}", f"--image={image.with_suffix('.hex')}"]
    if wave is not None:
        samples = np.ascontiguousarray(wave.samples, dtype="<u2")
        samples.tofile(folder / "wave")
        command += [
            f"--wave={folder / 'wave'}",
            f"--wave-hz={wave.rate_hz}",
            f"--wave-at-us={wave.at_us}",
            f"--channels={samples.shape[1]}",
        ]
    if eeprom is not None:
        command.append(f"--eeprom={eeprom}")
    return command
