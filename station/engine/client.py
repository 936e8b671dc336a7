"""The engine from outside: start its process, tell it what to do, hear what it says.

Used alike by the dashboard and by the commands in the terminal.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from station import settings
from station.engine.messages import Command, Message, Problem, Quit, message_of, to_line
from station.engine.ring import Records, RingReader, create_ring
from station.errors import EngineError

_QUIT_TIMEOUT_S = 10.0


class EngineClient:
    """A running engine.

    Made by `EngineClient.launch()`; a context manager that ends the process. `poll` and
    `messages` never block, so that a window can call them at every frame.
    """

    def __init__(self, process: subprocess.Popen[str], ring: RingReader) -> None:
        self._process = process
        self._ring = ring
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="engine-messages", daemon=True)
        self._listener.start()

    @classmethod
    def launch(cls, environment: Mapping[str, str] | None = None) -> EngineClient:
        """Start an engine in a process of its own.

        Parameters
        ----------
        environment
            Variables that it gets beside this process's own.

        Raises
        ------
        EngineError
            When the process cannot be started.
        """
        path = create_ring(settings.runtime_dir())
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "station.engine.process", str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, **(environment or {})},
                # Ctrl-C in a terminal goes to the client, which ends the take in good order.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            return cls(process, RingReader(path))
        except OSError as error:
            path.unlink(missing_ok=True)
            raise EngineError(f"The engine cannot be started: {error}.") from error

    @property
    def pid(self) -> int:
        """The engine's process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def lost(self) -> int:
        """Judgements that this client was too slow to read."""
        return self._ring.lost

    @property
    def beat_ns(self) -> int:
        """When the engine last said that it is alive, monotonic clock; 0 before the first."""
        return self._ring.beat_ns

    def send(self, command: Command) -> None:
        """Tell the engine something.

        Raises
        ------
        EngineError
            When the engine has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(to_line(command))
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise EngineError(self.obituary()) from error

    def poll(self) -> Records:
        """Judgements since the last poll, shape (n,) of `ring.RECORD_DTYPE`."""
        return self._ring.poll()

    def messages(self) -> list[Message]:
        """Messages since the last call."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._messages.get_nowait())
        return found

    def wait_message(self, timeout_s: float) -> Message | None:
        """The next message, or None when there is none in time or the engine has ended."""
        try:
            return self._messages.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def obituary(self) -> str:
        """One sentence about an engine that ended by itself."""
        code = self._process.poll()
        how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
        return (
            f"The engine ended unexpectedly ({how}); what was recorded until a quarter of a "
            "second before is kept: see 'station takes'."
        )

    def close(self) -> None:
        """End the engine; a running take is finished and kept. May be called twice."""
        if self.alive:
            with contextlib.suppress(EngineError):
                self.send(Quit())
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()
        try:
            self._process.wait(_QUIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(_QUIT_TIMEOUT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._ring.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _listen(self) -> None:
        # In a thread of its own: it ends with the engine's standard output.
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._messages.put(message_of(line))
            except EngineError as error:
                self._messages.put(Problem(str(error)))
