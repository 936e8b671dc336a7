"""What is written at once about a take: the same rows for the database and for the spill."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from station.takes.rows import Row
from station.takes.schema import grid_steps, hit_blocks, marks, takes

# A row that is there already is the same row: a write is repeated when nobody can say
# whether it was done, and a spill file may be taken in twice.
_ADD_TAKE = insert(takes).on_conflict_do_nothing()
_ADD_BLOCKS = insert(hit_blocks).on_conflict_do_nothing()
_ADD_MARKS = insert(marks).on_conflict_do_nothing()
_ADD_STEPS = insert(grid_steps).on_conflict_do_nothing()


@dataclass(slots=True)
class Batch:
    """Rows and changes of one take.

    Attributes
    ----------
    blocks, marks, steps
        Rows of `hit_blocks`, `marks` and `grid_steps`.
    changes
        Columns of the take's own row that are new: `start_ns`, or its end.
    """

    blocks: list[Row] = field(default_factory=list)
    marks: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    changes: Row = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.blocks or self.marks or self.steps or self.changes)

    @property
    def hit_count(self) -> int:
        """Hits in all blocks."""
        return sum(block["count"] for block in self.blocks)

    def extend(self, later: Batch) -> None:
        """Append what came later."""
        self.blocks += later.blocks
        self.marks += later.marks
        self.steps += later.steps
        self.changes |= later.changes

    def write(self, connection: Connection, take_id: str) -> None:
        """Write all of it inside the transaction of `connection`."""
        if self.blocks:
            connection.execute(_ADD_BLOCKS, self.blocks)
        if self.marks:
            connection.execute(_ADD_MARKS, self.marks)
        if self.steps:
            connection.execute(_ADD_STEPS, self.steps)
        if self.changes:
            changes = dict(self.changes)
            if "state" in changes:
                changes["hit_count"] = hits_of(take_id)
            connection.execute(update(takes).where(takes.c.id == take_id).values(changes))


def add_take(connection: Connection, row: Row) -> bool:
    """Insert a take's row; false when it is there already."""
    return connection.execute(_ADD_TAKE, row).rowcount == 1


def hits_of(take_id: object) -> object:
    """SQL for the number of hits that are kept of a take (an id, or a column of ids)."""
    count = func.coalesce(func.sum(hit_blocks.c["count"]), 0)
    return select(count).where(hit_blocks.c.take_id == take_id).scalar_subquery()
