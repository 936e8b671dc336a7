"""The simulated board on a pty, in real time: what a serial port is to a program.

The pty's own path changes with every unplug; a symbolic link to it stays, as a device's
link in /dev/serial/by-id does.
"""

from __future__ import annotations

import contextlib
import os
import select
import tempfile
import threading
import tty
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from random import Random
from types import TracebackType

from firmware_bridge.simboard.board import SimBoard
from firmware_bridge.simboard.config import SimBoardConfig
from firmware_bridge.simboard.faults import FaultyLine, LineFaults
from firmware_bridge.simboard.truth import TrueHit
from station.clock import MONOTONIC, Clock
from station.units import NS_PER_S, ns_from_s

_READ = 4096
# A host that does not read loses what a real board would have sent into the void.
_BACKLOG_LIMIT = 1 << 16


class PtyBoard:
    """A simulated board that a program can open by `path`. Its methods: any thread.

    Parameters
    ----------
    config
        What kind of board.
    path
        Where its link is put; without it, in a new folder for temporary files.
    faults
        How bad its line is, both ways.
    clock
        The host's clock, which is the true time.

    Attributes
    ----------
    path
        Open this.

    Raises
    ------
    OSError
        When there are no ptys, or the link cannot be made.
    """

    def __init__(
        self,
        config: SimBoardConfig | None = None,
        path: Path | None = None,
        faults: LineFaults | None = None,
        clock: Clock = MONOTONIC,
    ) -> None:
        self._clock = clock
        # The thread alone touches the board and the pty; the others wish.
        self._wishes: deque[tuple[Callable[[], None], Future[None]]] = deque()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if path is None:
            self._folder = tempfile.TemporaryDirectory(prefix="simboard-")
            path = Path(self._folder.name) / "tty"
        self.path = path
        config = config or SimBoardConfig()
        self._board = SimBoard(config, clock.now_ns())
        self._random = Random(config.seed + 1)
        self._lines = tuple(FaultyLine(faults, config.seed + n) for n in (2, 3))
        self._backlog = b""
        self._muted = False
        self._asleep_until_ns = 0
        self._replug_ns: int | None = None
        self._reset_on_plug = False
        self._ends: tuple[int, int] | None = None
        self._wake_r, self._wake_w = os.pipe()
        self._closing = False
        self._plug()
        self._thread = threading.Thread(target=self._run, name="simboard", daemon=True)
        self._thread.start()

    def __enter__(self) -> PtyBoard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the board away for good; may be called twice."""
        if self._closing:
            return
        self._closing = True
        self._wake()
        self._thread.join()
        for _, done in self._wishes:
            done.cancel()
        self._unplug()
        os.close(self._wake_r)
        os.close(self._wake_w)
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def truth(self) -> list[TrueHit]:
        """Every hit so far with its true time."""
        hits: list[TrueHit] = []
        self._do(lambda: hits.extend(self._board.truth))
        return hits

    @property
    def config(self) -> SimBoardConfig:
        """What kind of board it is."""
        return self._board.config

    def strike(
        self, pad: int, velocity: int = 40_000, zone: int = 0, t_ns: int | None = None
    ) -> None:
        """Strike a pad, now or at a true time to come.

        Raises
        ------
        ValueError
            When there is no such pad, or the velocity is out of range.
        """
        self._do(
            lambda: self._board.strike(
                self._clock.now_ns() if t_ns is None else t_ns, pad, velocity, zone
            )
        )

    def play(self, count: int, rate: float, velocity: int = 40_000) -> None:
        """Strike `count` times, `rate` a second, one pad after the other, from now on."""

        def strike_all() -> None:
            start_ns = self._clock.now_ns()
            for n in range(count):
                t_ns = start_ns + round(n * NS_PER_S / rate)
                self._board.strike(t_ns, n % self.config.pads, velocity)

        self._do(strike_all)

    def choke(self, pad: int) -> None:
        """Grab a cymbal."""
        self._do(lambda: self._board.choke(self._clock.now_ns(), pad))

    def pedal(self, pad: int, value: int) -> None:
        """Move a hi-hat's pedal; 0 open to 65535 closed."""
        self._do(lambda: self._board.pedal(self._clock.now_ns(), pad, value))

    def set_faults(self, faults: LineFaults) -> None:
        """Make the line better or worse."""
        for line in self._lines:
            line.faults = faults

    def reset(self) -> None:
        """Press the board's reset button; the line stays."""
        self._do(lambda: self._board.reset(self._clock.now_ns()))

    def unplug(self, for_s: float | None = None, *, reset: bool = False) -> None:
        """Pull the plug, for a while or (None) until `plug`.

        Parameters
        ----------
        reset
            The board lives off the line: it starts anew when it is back.
        """

        def pull() -> None:
            self._unplug()
            now_ns = self._clock.now_ns()
            self._replug_ns = None if for_s is None else now_ns + ns_from_s(for_s)
            self._reset_on_plug = reset

        self._do(pull)

    def plug(self) -> None:
        """Put the plug back."""
        self._do(self._plug)

    def stall(self, for_s: float) -> None:
        """Neither read nor say anything for a while; what is struck meanwhile comes after."""
        self._asleep_until_ns = self._clock.now_ns() + ns_from_s(for_s)
        self._wake()

    def garbage(self, count: int) -> None:
        """Say so many random bytes."""
        self._do(lambda: self._write(self._random.randbytes(count)))

    def half_frame(self) -> None:
        """Begin a frame, and say nothing any more."""

        def break_off() -> None:
            self._write(b"\x0b\x40\x07\x11\x22")
            self._muted = True

        self._do(break_off)

    def mute(self, muted: bool = True) -> None:
        """Say nothing any more (True), or speak again."""
        self._muted = muted

    def _do(self, action: Callable[[], None]) -> None:
        """Have the thread do something, and wait until it is done."""
        if self._closing:
            raise ValueError("The simulated board has been taken away.")
        done: Future[None] = Future()
        self._wishes.append((action, done))
        self._wake()
        done.result()

    def _wake(self) -> None:
        os.write(self._wake_w, b"!")

    def _plug(self) -> None:
        if self._ends is not None:
            return
        self._replug_ns = None
        if self._reset_on_plug:
            self._board.reset(self._clock.now_ns())
        host, board = os.openpty()
        # Held open by us as well: or the pty would hang up whenever no program has it open.
        tty.setraw(board)
        os.set_blocking(host, False)
        self._ends = host, board
        link = self.path.with_name(f"{self.path.name}.new")
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(board))
        link.replace(self.path)

    def _unplug(self) -> None:
        if self._ends is None:
            return
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None
        self._backlog = b""

    def _run(self) -> None:
        while not self._closing:
            while self._wishes:
                self._fulfil(*self._wishes.popleft())
            now_ns = self._clock.now_ns()
            asleep = now_ns < self._asleep_until_ns
            if not asleep:
                self._live(now_ns)
            reads, writes, wait_ns = self._wants(now_ns, asleep)
            ready, _, _ = select.select(reads, writes, [], wait_ns / NS_PER_S)
            if self._wake_r in ready:
                os.read(self._wake_r, _READ)

    def _fulfil(self, action: Callable[[], None], done: Future[None]) -> None:
        try:
            action()
        except Exception as error:  # whoever wished hears of it; the board lives on
            done.set_exception(error)
        else:
            done.set_result(None)

    def _wants(self, now_ns: int, asleep: bool) -> tuple[list[int], list[int], int]:
        """What to wait for, and how long at most."""
        if asleep:
            return [self._wake_r], [], self._asleep_until_ns - now_ns
        next_ns = self._board.next_ns
        if self._ends is None:
            if self._replug_ns is not None:
                next_ns = min(next_ns, self._replug_ns)
            return [self._wake_r], [], max(0, next_ns - now_ns)
        writes = [self._ends[0]] if self._backlog else []
        return [self._wake_r, self._ends[0]], writes, max(0, next_ns - now_ns)

    def _live(self, now_ns: int) -> None:
        if self._replug_ns is not None and now_ns >= self._replug_ns:
            self._plug()
        if self._ends is not None:
            with contextlib.suppress(BlockingIOError):
                heard = os.read(self._ends[0], _READ)
                self._board.receive(self._lines[0].carry(heard), self._clock.now_ns())
        said = self._board.output(self._clock.now_ns())
        if not self._muted:
            self._write(self._lines[1].carry(said))

    def _write(self, data: bytes) -> None:
        if self._ends is None:
            return
        if len(self._backlog) < _BACKLOG_LIMIT:
            self._backlog += data
        if self._backlog:
            with contextlib.suppress(BlockingIOError):
                self._backlog = self._backlog[os.write(self._ends[0], self._backlog) :]
