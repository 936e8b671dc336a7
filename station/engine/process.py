"""The engine's process: `python -m station.engine.process RING`.

Commands come as lines on standard input, messages go as lines on standard output
(`engine.messages`), judgements through the ring. When standard input ends, whoever started
the engine is gone: a running take is marked as broken off, and kept.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO

from station.clock import MONOTONIC
from station.engine.host import Host
from station.engine.messages import (
    Command,
    Message,
    Problem,
    Progress,
    Quit,
    Ready,
    command_of,
    to_line,
)
from station.engine.priority import run_first
from station.engine.ring import RingWriter
from station.errors import StationError
from station.timing.warm import compile_kernels
from station.units import NS_PER_MS

# In a take the loop looks for hits itself: to be woken by a driver's thread costs two or three
# times this sleep, on processors that have gone to rest meanwhile. Else it waits to be woken.
_PLAYING_SLEEP_S = 0.000_1
_IDLE_WAIT_NS = 20 * NS_PER_MS
# Python hands over its lock at most this late to the thread that a hit woke.
_SWITCH_INTERVAL_S = 0.0002


class _Gone:
    """Standard input has ended."""


class _Ears(threading.Thread):
    """Reads commands, so that the loop need not wait for them."""

    def __init__(self, wake: threading.Event, stdin: IO[str]) -> None:
        super().__init__(name="commands", daemon=True)
        self.heard: queue.SimpleQueue[Command | Problem | _Gone] = queue.SimpleQueue()
        self._wake = wake
        self._stdin = stdin

    def pretend(self, command: Command) -> None:
        """As if the command had been read."""
        self.heard.put(command)
        self._wake.set()

    def run(self) -> None:
        for line in self._stdin:
            try:
                self.heard.put(command_of(line))
            except StationError as error:
                self.heard.put(Problem(str(error), error.exit_code))
            self._wake.set()
        self.heard.put(_Gone())
        self._wake.set()


class _Mouth(threading.Thread):
    """Writes messages, so that a reader that does not read cannot hold up the loop."""

    def __init__(self, stdout: IO[str]) -> None:
        super().__init__(name="messages", daemon=True)
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._stdout = stdout

    def say(self, message: Message) -> None:
        self._queue.put(message)

    def finish(self, timeout_s: float) -> None:
        self._queue.put(None)
        self.join(timeout_s)

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := self._queue.get()) is not None:
                self._stdout.write(to_line(message))
                self._stdout.flush()


def main(ring_path: str) -> int:
    """Run until told to quit, or until standard input ends."""
    # Whatever a library prints must not end up between the messages.
    stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    path = Path(ring_path)
    ring = RingWriter(path)
    if os.name == "posix":
        # Both ends have it mapped: without a name, nothing is left behind whoever dies first.
        path.unlink(missing_ok=True)

    wake = threading.Event()
    mouth = _Mouth(stdout)
    mouth.start()
    ears = _Ears(wake, sys.stdin)
    ears.start()
    host = Host(ring, mouth.say, wake.set, MONOTONIC)
    signal.signal(signal.SIGTERM, lambda *_: ears.pretend(Quit()))
    try:
        compile_kernels(lambda text: mouth.say(Progress(text)))
        mouth.say(Ready(os.getpid()))
        # What is there now stays; the collector would only walk over it in mid-take.
        gc.collect()
        gc.freeze()
        # Not before: compiling at this priority would leave nothing for the window.
        run_first()
        _loop(host, ears, wake)
    except Exception as error:
        mouth.say(
            Problem(f"The engine ended by a fault of ours ({error!r}); please report it.", 70)
        )
        raise
    finally:
        host.close()
        mouth.finish(timeout_s=5.0)
        ring.close()
        path.unlink(missing_ok=True)
    return 0


def _loop(host: Host, ears: _Ears, wake: threading.Event) -> None:
    was_playing = False
    while not host.quitting:
        if was_playing:
            time.sleep(_PLAYING_SLEEP_S)
        else:
            MONOTONIC.wait(wake, _IDLE_WAIT_NS)
            wake.clear()
        host.pump()
        while not ears.heard.empty():
            heard = ears.heard.get()
            if isinstance(heard, _Gone):
                return
            if isinstance(heard, Problem):
                host.complain(heard)
            else:
                host.obey(heard)
        if host.playing != was_playing:
            was_playing = host.playing
            # Records make no cycles, so a take needs no collector; between takes it may sweep.
            (gc.disable if was_playing else gc.enable)()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
