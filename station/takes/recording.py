"""One take on its way from memory to the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from station.errors import StoreError
from station.model import GridStep, Hit, Mark
from station.takes import blocks, database
from station.takes.batch import Batch
from station.takes.faults import from_database
from station.takes.rows import Row, row_from_mark, row_from_step
from station.takes.spill import Spill

# Packing holds the interpreter's lock for about half a microsecond a hit; between blocks the
# engine's loop gets its turn.
_HITS_PER_BLOCK = 512


class Recording:
    """Takes hits and marks at any time from one thread, writes them when told from another.

    What cannot be written into the database is kept in memory and in the spill file, and
    tried again with the next write.

    Attributes
    ----------
    problem
        Why the database lacks something, and where that is meanwhile; None when all is well.
    """

    def __init__(self, engine: Engine, path: Path, take_id: str, spill: Spill) -> None:
        self.problem: StoreError | None = None
        self._engine = database.writing(engine)
        self._path = path
        self._take_id = take_id
        self._spill = spill
        # Appended to by one thread and cut at the front by the other: both are single steps
        # of the interpreter, so that neither needs a lock.
        self._hits: list[Hit] = []
        self._marks: list[Mark] = []
        self._steps: list[GridStep] = []
        self._changes: list[Row] = []
        self._lacking = Batch()
        self._next_block = 0
        self._next_mark = 0
        self._next_step = 0

    @property
    def is_spilled(self) -> bool:
        """Whether everything that the database lacks is in the spill file."""
        return self._spill.path is not None

    def add(self, hits: Sequence[Hit]) -> None:
        """Keep hits with the next write."""
        self._hits += hits

    def mark(self, mark: Mark) -> None:
        """Keep a mark with the next write."""
        self._marks.append(mark)

    def grid_step(self, step: GridStep) -> None:
        """Keep a step of the grid's clock with the next write."""
        self._steps.append(step)

    def change(self, columns: Row) -> None:
        """Change the take's own row with the next write."""
        self._changes.append(columns)

    def write(self) -> None:
        """Write what is new and what was lacking; never raises for the disk's sake."""
        news = self._pack()
        self._lacking.extend(news)
        if not self._lacking:
            return
        try:
            with self._engine.begin() as connection:
                self._lacking.write(connection, self._take_id)
        except DBAPIError as error:
            if news or self._spill.path is None:
                self._spill.write(self._lacking, news)
            self.problem = self._describe(from_database(error.orig, self._path))
        else:
            self._lacking = Batch()
            if self.problem is not None:
                self._spill.discard()
                self.problem = None

    def _pack(self) -> Batch:
        batch = Batch()
        while self._hits:
            chunk = self._hits[:_HITS_PER_BLOCK]
            batch.blocks.append(blocks.pack(chunk, self._take_id, self._next_block))
            self._next_block += 1
            del self._hits[: len(chunk)]
        while self._marks:
            batch.marks.append(row_from_mark(self._marks[0], self._take_id, self._next_mark))
            self._next_mark += 1
            del self._marks[0]
        while self._steps:
            batch.steps.append(row_from_step(self._steps[0], self._take_id, self._next_step))
            self._next_step += 1
            del self._steps[0]
        while self._changes:
            batch.changes |= self._changes.pop(0)
        return batch

    def _describe(self, error: StoreError) -> StoreError:
        if self._spill.path is not None:
            where = f"in '{self._spill.path}' and come back by themselves"
        else:
            where = "in memory only, until the station ends"
        sentence = str(error).rstrip(".")
        return StoreError(
            f"{sentence}: the last {self._lacking.hit_count} hits are {where}.", error.reason
        )
