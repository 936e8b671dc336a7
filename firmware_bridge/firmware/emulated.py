"""A Raspberry Pi Pico in an emulator, with the real image: waveforms in, bytes out.

`run_pico` runs it as fast as it goes and the same every time, `run_picos` several, one after the
other; `PicoOnPty` runs it at the pace of the computer's clock, its line on a pty that the station
opens as any kit.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import tty
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.firmware.build import built
from firmware_bridge.firmware.pace import Pace
from firmware_bridge.firmware.targets import HERE, target_named
from firmware_bridge.firmware.toolchain import Compiler, command_of
from station.errors import OutsideError

EMULATORS: Final = HERE / "emulators"
_RUNNER: Final = EMULATORS / "pico" / "run.mjs"
_REST: Final = 2048  # an input on its divider
_PATIENCE_S: Final = 10.0


class Line(StrEnum):
    """By what the board is joined to the host."""

    UART = "uart"
    USB = "usb"


@dataclass(frozen=True, slots=True)
class Feed:
    """What lies at the board's inputs.

    Attributes
    ----------
    samples
        Shape [samples, channels], 0 to 4095 of the converter's 4096 steps; channels 0 to 7 are
        the heads, 8 to 15 the rims, 16 the hi-hat controller; those left out are at rest. The
        last sample stays.
    rate_hz
        Samples a second.
    """

    samples: NDArray[np.uint16]
    rate_hz: float


@dataclass(frozen=True, slots=True)
class PicoSetup:
    """Which Pico.

    Attributes
    ----------
    line
        By what it is joined to the host.
    board_id
        The number in its flash chip; the board's id.
    start
        Which start of this board it is; another one, another boot id.
    kept
        File of the two flash sectors that keep the settings: read when it is there, and written
        when the power goes. None: a new chip.
    rest
        Reading of an input that nothing is fed to.
    direct
        Without multiplexers: channels 0 to 2 are the chip's own inputs.
    """

    line: Line = Line.UART
    board_id: int = 0xE463_A857_4B4A_3C21
    start: int = 1
    kept: Path | None = None
    rest: int = _REST
    direct: bool = False


@dataclass(frozen=True, slots=True)
class PicoJob:
    """What a Pico is to do.

    Attributes
    ----------
    until_us
        When its power goes, whatever it is doing.
    setup
        Which Pico.
    feed, feed_at_us
        What lies at its inputs, from when on.
    heard
        What the host says: (when, bytes).
    deaf_us
        From when to when the host fetches nothing; with USB.
    touch_us
        When the host opens and closes the line at 1200 baud, which asks for the boot ROM to take
        a new image; with USB.
    """

    until_us: int
    setup: PicoSetup = field(default_factory=PicoSetup)
    feed: Feed | None = None
    feed_at_us: int = 0
    heard: Sequence[tuple[int, bytes]] = ()
    deaf_us: tuple[int, int] | None = None
    touch_us: int | None = None

    def written(self, folder: Path) -> dict[str, Any]:
        """As the runner reads it; what is long lies in files in this folder."""
        job = _job(self.setup) | {"until_us": self.until_us}
        if self.feed is not None:
            job["feed"] = _feed_file(self.feed, folder) | {"at_us": self.feed_at_us}
        if self.heard:
            job["input"] = str(folder / "heard")
            rows = (f"{at_us} {data.hex()}\n" for at_us, data in self.heard)
            (folder / "heard").write_text("".join(rows))
        if self.deaf_us is not None:
            job["deaf"] = self.deaf_us
        if self.touch_us is not None:
            job["touch_us"] = self.touch_us
        return job


@dataclass(frozen=True, slots=True)
class PicoRun:
    """What a board did.

    Attributes
    ----------
    said, said_us
        Bytes, and when each had come out; emulated microseconds since power-on.
    lights
        (time in µs, output, level 0 to 65535) for each change of a light or motor.
    report
        Of the runner: `emulated_us`, `took_us`, `flash` (what was written, and when), `usb` (what
        the board told of itself), and others.
    """

    said: bytes
    said_us: NDArray[np.float64]
    lights: tuple[tuple[float, int, int], ...]
    report: dict[str, Any] = field(repr=False)

    @property
    def speed(self) -> float:
        """How many times real time."""
        return float(self.report["emulated_us"] / self.report["took_us"])


def missing() -> str | None:
    """Why there is no emulated Pico here; None: there is one."""
    if shutil.which("node") is None:
        return "node is not installed (the emulated Pico needs Node.js 20 or newer)"
    if not (EMULATORS / "node_modules" / "rp2040js").is_dir():
        return f"rp2040js is not installed (type: npm ci --prefix {EMULATORS})"
    try:
        command_of(Compiler.ZIG)
    except OutsideError as error:
        return str(error)
    return None


def pico_image(direct: bool = False) -> Path:
    """The image as it lies in the flash; built when it is not, or no longer.

    Parameters
    ----------
    direct
        The one for a Pico without multiplexers.

    Raises
    ------
    OutsideError
        When there is no compiler.
    """
    target = target_named("pico-direct" if direct else "pico")
    assert target is not None
    return built(target).with_suffix(".bin")


def run_pico(job: PicoJob) -> PicoRun:
    """Run a Pico from power-on, as fast as it goes; the same job gives the same bytes.

    Raises
    ------
    OutsideError
        When the emulator is not there, or fails.
    """
    return run_picos([job])[0]


def run_picos(jobs: Sequence[PicoJob]) -> list[PicoRun]:
    """Run one Pico after the other, as `run_pico` does.

    All in one process: most of what a short run takes is the emulator's own start.

    Raises
    ------
    OutsideError
        When the emulator is not there, or fails.
    """
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(number) for number in range(len(jobs))]
        for folder, job in zip(folders, jobs, strict=True):
            folder.mkdir()
            (folder / "job.json").write_text(json.dumps(job.written(folder)))
        command = _command(*(folder / "job.json" for folder in folders))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OutsideError(f"The emulated Pico failed: {done.stderr.strip()[-1000:]}")
    return _runs_of(done.stdout)


class PicoOnPty:
    """A Pico at the pace of the computer's clock; a context manager.

    Parameters
    ----------
    setup
        Which Pico.

    Attributes
    ----------
    path
        Opens its line, as ``serial://PATH``.
    pid
        Of the emulator's process.
    final
        The runner's last report; there after `close`.

    Raises
    ------
    OutsideError
        When the emulator is not there, or fails.
    """

    def __init__(self, setup: PicoSetup | None = None) -> None:
        self._place = tempfile.TemporaryDirectory()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = Path(os.ttyname(self._slave))
        self.final: dict[str, Any] = {}
        job = _job(setup or PicoSetup()) | {"pty": self._master}
        (Path(self._place.name) / "job.json").write_text(json.dumps(job))
        self._runner = subprocess.Popen(
            _command(Path(self._place.name) / "job.json"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(self._master,),
        )
        self.pid = self._runner.pid
        try:
            self._answer()
        except OutsideError:
            self._runner.kill()
            self._clear()
            raise

    def play(self, feed: Feed, in_us: int = 20_000) -> float:
        """Lay waveforms at the inputs, a moment from now.

        Returns
        -------
        float
            When the first sample is there: µs of the board's own clock.
        """
        values = _feed_file(feed, Path(self._place.name)) | {"in_us": in_us}
        return float(self._ask({"feed": values})["feed_at_us"])

    def report(self) -> dict[str, Any]:
        """What it did so far: as `PicoRun.report`, and `lights`, `dropped`, and its pace."""
        return self._ask({"report": True})

    def pace(self) -> Pace:
        """How well it kept up with the clock; after `close`."""
        told = self.final
        return Pace(told["began_ns"], told["slipped_us"], told["longest_away_us"])

    def close(self) -> None:
        """Take the power away; may be called twice."""
        if self._runner.returncode is not None:
            return
        assert self._runner.stdin is not None
        self._runner.stdin.close()
        try:
            self.final = self._answer()
            self._runner.wait(_PATIENCE_S)
        except (OutsideError, subprocess.TimeoutExpired):
            self._runner.kill()
            raise
        finally:
            self._clear()

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
        self._runner.wait()
        for pipe in (self._runner.stdin, self._runner.stdout, self._runner.stderr):
            assert pipe is not None
            pipe.close()
        os.close(self._master)
        os.close(self._slave)
        self._place.cleanup()

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._runner.stdin is not None
        self._runner.stdin.write(json.dumps(command) + "\n")
        self._runner.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._runner.stdout is not None
        assert self._runner.stderr is not None
        line = self._runner.stdout.readline()
        if not line:
            why = self._runner.stderr.read().strip()[-1000:]
            raise OutsideError(f"The emulated Pico failed: {why}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _command(*jobs: Path) -> list[str]:
    why_not = missing()
    if why_not is not None:
        raise OutsideError(f"There is no emulated Pico: {why_not}.")
    return ["node", str(_RUNNER), *map(str, jobs)]


def _job(setup: PicoSetup) -> dict[str, Any]:
    return asdict(setup) | {
        "image": str(pico_image(setup.direct)),
        "board_id": f"{setup.board_id:016x}",
        "kept": str(setup.kept) if setup.kept else None,
    }


def _feed_file(feed: Feed, folder: Path) -> dict[str, Any]:
    samples = np.ascontiguousarray(feed.samples, dtype="<u2")
    path = folder / f"feed-{len(list(folder.iterdir()))}"
    samples.tofile(path)
    return {"path": str(path), "rate": feed.rate_hz, "channels": samples.shape[1]}


def _runs_of(log: str) -> list[PicoRun]:
    runs = []
    said: list[tuple[float, int]] = []
    lights: list[tuple[float, int, int]] = []
    for line in log.splitlines():
        match line.split(" ", 2):
            case ["T", at, byte]:
                said.append((float(at), int(byte, 16)))
            case ["L", at, shown]:
                output, level = shown.split()
                lights.append((float(at), int(output), int(level)))
            case _:
                run = PicoRun(
                    bytes(byte for _, byte in said),
                    np.array([at_us for at_us, _ in said]),
                    tuple(lights),
                    json.loads(line.removeprefix("R ")),
                )
                runs.append(run)
                said, lights = [], []
    return runs
