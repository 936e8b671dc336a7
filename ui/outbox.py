"""Commands to the engine, in order, from a thread of their own.

A pipe to an engine that does not read blocks its writer once it is full (a long chart is
enough), and ending such an engine takes seconds. The window must not feel either.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from station.engine.messages import Command
from station.errors import EngineError
from ui.link import EngineLink

_Job = Callable[[], None]


class Outbox:
    """Does jobs one after the other.

    Attributes
    ----------
    failures
        What went wrong, one sentence each.
    """

    def __init__(self) -> None:
        self.failures: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
        self._thread.start()

    def send(self, engine: EngineLink, command: Command) -> None:
        """Tell the engine something, soon."""
        self._jobs.put(lambda: engine.send(command))

    def end(self, engine: EngineLink) -> None:
        """End the engine, after all that was sent before."""
        self._jobs.put(engine.close)

    def finish(self, timeout_s: float) -> None:
        """Do what is left, and stop; may be called twice."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except EngineError as error:
                self.failures.put(str(error))
