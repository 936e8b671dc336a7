"""A take being recorded, beside the engine's loop and never in its way.

The recorder's process may be killed at any moment: what `TakeWriter.add` was given is written
within a tenth of a second, and what is written survives the process. A power cut may take
what came since the last checkpoint, a few seconds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from station.clock import Clock
from station.errors import StoreError, StoreReason
from station.model import GridStep, Hit, Mark, TakeState
from station.takes import database, wall
from station.takes.ownership import TakeLock
from station.takes.recording import Recording
from station.units import NS_PER_MS, NS_PER_S

# No more than 250 ms may be missing after a kill: this leaves 100 ms for a busy machine, when
# the database is held by somebody else for all of the writer's patience.
WRITE_EVERY_NS = 100 * NS_PER_MS
PATIENCE_NS = 50 * NS_PER_MS
CHECKPOINT_EVERY_NS = 5 * NS_PER_S
# At the end of a take people wait a little for a database that somebody else holds.
_LAST_TRIES = 10


class TakeWriter:
    """Keeps one take; made by `Store.begin`.

    As a context manager it finishes the take when that has not been done: as broken off
    after an error.

    Attributes
    ----------
    take_id
        Whose hits these are.
    """

    def __init__(
        self, take_id: str, recording: Recording, engine: Engine, lock: TakeLock, clock: Clock
    ) -> None:
        self.take_id = take_id
        self._recording = recording
        self._engine = engine
        self._lock = lock
        self._clock = clock
        self._stop = threading.Event()
        self._ended = False
        self._threads = [
            threading.Thread(target=self._every, args=job, name=name, daemon=True)
            for name, job in {
                "take-writer": (WRITE_EVERY_NS, self._write),
                "take-checkpoint": (CHECKPOINT_EVERY_NS, self._checkpoint),
            }.items()
        ]
        for thread in self._threads:
            thread.start()

    @property
    def problem(self) -> StoreError | None:
        """What stands in the way of keeping, and where the hits are meanwhile; or None."""
        return self._recording.problem

    def add(self, hits: Sequence[Hit]) -> None:
        """Keep hits, in order of arrival; takes microseconds, never blocks, never raises."""
        self._recording.add(hits)

    def mark(self, mark: Mark) -> None:
        """Keep a mark; as quick as `add`."""
        self._recording.mark(mark)

    def grid_step(self, step: GridStep) -> None:
        """Keep how the click's clock runs from now on; as quick as `add`."""
        self._recording.grid_step(step)

    def set_start(self, start_ns: int) -> None:
        """Say when the chart's tick 0 is, where the first hit decides it; as quick as `add`."""
        self._recording.change({"start_ns": start_ns})

    def set_end(self, end_ns: int) -> None:
        """Say when the take was stopped before the chart's end; as quick as `add`."""
        self._recording.change({"end_ns": end_ns})

    def finish(self, state: TakeState = TakeState.FINISHED) -> None:
        """Write what is left, and how the take ended.

        Tries for two seconds at most, where another program holds the database. If `problem`
        is not None afterwards, it says where the hits are, and `finish` may be called again to
        try again; once it is None, calls do nothing more.
        """
        if not self._stop.is_set():
            self._stop.set()
            for thread in self._threads:
                thread.join()
            self._recording.change({"state": state.value, "ended_at": wall.now_iso()})
        if self._ended:
            return
        for _ in range(_LAST_TRIES):
            self._write()
            if self.problem is None or self.problem.reason is not StoreReason.IN_USE:
                break
            self._clock.wait(threading.Event(), WRITE_EVERY_NS)
        if self.problem is None:
            self._ended = True
            self._checkpoint()
        self._engine.dispose()
        if self._ended or self._recording.is_spilled:
            self._lock.release()

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the take, unless it is finished."""
        if not self._stop.is_set():
            self.finish(TakeState.FINISHED if error is None else TakeState.BROKEN_OFF)

    def _every(self, period_ns: int, job: Callable[[], None]) -> None:
        due_ns = self._clock.now_ns() + period_ns
        while not self._clock.wait(self._stop, due_ns - self._clock.now_ns()):
            job()
            due_ns = max(due_ns + period_ns, self._clock.now_ns())

    def _write(self) -> None:
        try:
            self._recording.write()
        except Exception as error:  # a fault of ours must not end the take
            self._recording.problem = StoreError(
                f"Take {self.take_id} cannot be kept ({error!r}); please report this.",
                StoreReason.DAMAGED,
            )

    def _checkpoint(self) -> None:
        # One that fails costs nothing but time: what it would move is in the log, and kept.
        with suppress(sqlite3.Error, DBAPIError):
            database.checkpoint(self._engine)
