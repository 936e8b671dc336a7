"""The store of takes: open it, list, read, begin.

Several processes may use one database at once: a dashboard reads while an engine writes, and
two engines in two rooms write into the same file on one machine.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from sqlalchemy import Connection, Engine, Select, func, insert, select, update

from station import settings
from station.clock import MONOTONIC, Clock
from station.errors import StoreError, StoreReason, WrongUse
from station.grid_clock import on_grid
from station.hits import HIT_DTYPE, HitArray
from station.model import Calibration, GridStep, Mark, Take, TakeState
from station.takes import blocks, database, ownership, schema, spill
from station.takes.batch import add_take, hits_of
from station.takes.faults import store_error, translated
from station.takes.recording import Recording
from station.takes.recovery import lock_folder, recover
from station.takes.rows import (
    Row,
    TakeSummary,
    mark_from_row,
    row_from_take,
    step_from_row,
    summary_from_row,
    take_from_row,
)
from station.takes.upgrade import bring_up_to_date
from station.takes.writer import PATIENCE_NS, TakeWriter

_log = logging.getLogger(__name__)
FILE_NAME = "takes.db"
_ID_CHARACTERS = set("0123456789abcdef-")
_AFTER_ALL_IDS = "g"
# Long, behind what is long, or counted.
_NOT_LISTED = ("chart_json", "calibration", "hit_count")


@dataclass(frozen=True, slots=True)
class KeptHits:
    """The hits of a take as they are on the disk.

    Attributes
    ----------
    hits
        `HIT_DTYPE`, shape (n,), in order of arrival; whatever is whole.
    damage
        A sentence for each block that is damaged or missing, and therefore left out.
    """

    hits: HitArray
    damage: tuple[str, ...]


class Store:
    """An open store; made by `Store.open`, closed by `close` or as a context manager.

    Attributes
    ----------
    path
        The database.
    problem
        Why what a dead recorder left behind could not be taken in, or None.
    """

    def __init__(
        self, engine: Engine, path: Path, spill_folders: Sequence[Path], clock: Clock
    ) -> None:
        self.path = path
        self.problem: StoreError | None = None
        self._engine = engine
        self._spill_folders = tuple(spill_folders)
        self._clock = clock

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        *,
        spill_folders: Sequence[Path] | None = None,
        clock: Clock = MONOTONIC,
    ) -> Self:
        """Open the store, making or migrating it as needed.

        Parameters
        ----------
        path
            The database; `settings.data_dir() / "takes.db"` if not given.
        spill_folders
            Where hits go that the database cannot take, best first.
        clock
            Paces the writing.

        Raises
        ------
        StoreError
            FULL, IN_USE, NEWER, DAMAGED or NO_PERMISSION.
        """
        path = (path or settings.data_dir() / FILE_NAME).resolve()
        engine = database.connect(path)
        try:
            with translated(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                bring_up_to_date(engine, path)
            folders = spill.default_folders(path) if spill_folders is None else spill_folders
            store = cls(engine, path, folders, clock)
            store._recover()
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Let go of the database; takes being recorded go on. May be called twice."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    # ----------------------------------------------------------------- reading

    def takes(
        self, limit: int | None = None, *, before: str | None = None, player: str | None = None
    ) -> list[TakeSummary]:
        """Takes, newest first.

        Parameters
        ----------
        limit
            How many at most.
        before
            Only those older than the take with this id: the next page.
        player
            Only those of this player.
        """
        table = schema.takes
        columns = [c for c in table.c if c.name not in _NOT_LISTED]
        count = func.coalesce(table.c.hit_count, hits_of(table.c.id)).label("hit_count")
        query = select(*columns, count).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        if player is not None:
            query = query.where(table.c.player == player)
        return [summary_from_row(row) for row in self._take_rows(query)]

    def take(self, id_or_prefix: str) -> Take:
        """The take with this id, or with the only id that begins so.

        Raises
        ------
        StoreError
            NOT_FOUND.
        WrongUse
            When several ids begin so.
        """
        table = schema.takes
        prefix = id_or_prefix.strip().lower()
        if not prefix or not set(prefix) <= _ID_CHARACTERS:
            raise store_error(StoreReason.NOT_FOUND, self.path, f"'{id_or_prefix}'")
        query = (
            select(table)
            .where(table.c.id >= prefix, table.c.id < prefix + _AFTER_ALL_IDS)
            .order_by(table.c.id)
            .limit(3)
        )
        rows = self._take_rows(query)
        if not rows:
            raise store_error(StoreReason.NOT_FOUND, self.path, f"'{id_or_prefix}'")
        if len(rows) > 1:
            some = ", ".join(row["id"] for row in rows)
            raise WrongUse(f"Several takes begin with '{id_or_prefix}' ({some}); type more of it.")
        return take_from_row(rows[0])

    def hits(self, id_or_prefix: str) -> HitArray:
        """A take's hits, `HIT_DTYPE`, shape (n,), in order of arrival.

        Damaged blocks are left out, with a warning in the log; `kept_hits` says which.
        """
        kept = self.kept_hits(id_or_prefix)
        for sentence in kept.damage:
            _log.warning(sentence)
        return kept.hits

    def kept_hits(self, id_or_prefix: str) -> KeptHits:
        """A take's hits, and what is wrong with them.

        Raises
        ------
        StoreError
            NOT_FOUND; NEWER for a block in a form that this version does not know.
        """
        take_id = self.take(id_or_prefix).id
        table = schema.hit_blocks
        query = select(table).where(table.c.take_id == take_id).order_by(table.c.number)
        arrays: list[HitArray] = [np.empty(0, HIT_DTYPE)]
        damage: list[str] = []
        expected = 0
        for row in self._rows(query):
            number = row["number"]
            if number > expected:
                damage.append(
                    f"Take {take_id}: blocks {expected} to {number - 1} are missing and left out."
                )
            expected = number + 1
            try:
                arrays.append(blocks.unpack(row))
            except blocks.DamagedBlock:
                damage.append(
                    f"Take {take_id}: block {number} with {row['count']} hits is damaged "
                    "and left out."
                )
            except KeyError:
                detail = f"hits of take {take_id} in form {row['format']}"
                raise store_error(StoreReason.NEWER, self.path, detail) from None
        return KeptHits(np.concatenate(arrays), tuple(damage))

    def marks(self, id_or_prefix: str) -> list[Mark]:
        """A take's marks, in the order in which they were made."""
        take_id = self.take(id_or_prefix).id
        table = schema.marks
        query = select(table).where(table.c.take_id == take_id).order_by(table.c.number)
        return [mark_from_row(row) for row in self._rows(query)]

    def grid_steps(self, id_or_prefix: str) -> list[GridStep]:
        """How a take's click ran against the host's clock; none where it was the host's own."""
        take_id = self.take(id_or_prefix).id
        table = schema.grid_steps
        query = select(table).where(table.c.take_id == take_id).order_by(table.c.number)
        return [step_from_row(row) for row in self._rows(query)]

    def hits_on_grid(self, id_or_prefix: str) -> HitArray:
        """As `hits`, with the times on the chart's own clock, as they were judged by."""
        return on_grid(self.hits(id_or_prefix), self.grid_steps(id_or_prefix))

    # ----------------------------------------------------------------- writing

    def begin(self, take: Take) -> TakeWriter:
        """Begin to record `take`; its state is 'recording' whatever it says.

        Raises
        ------
        StoreError
            When the take cannot be written: nothing has been played yet.
        ValueError
            When its id is no UUID in its usual form, or was used before.
        """
        if take.id != str(uuid.UUID(take.id)):
            raise ValueError(f"a take's id is a UUID in lower case, not '{take.id}'")
        row = row_from_take(take)
        with translated(self.path):
            try:
                lock = ownership.TakeLock(lock_folder(self.path), take.id)
            except BlockingIOError:
                raise ValueError(f"a take with the id {take.id} is being recorded") from None
        try:
            self._insert(row)
            engine = database.connect(self.path, PATIENCE_NS)
            spilled = spill.Spill(self.path, row, self._spill_folders)
            recording = Recording(engine, self.path, take.id, spilled)
            return TakeWriter(take.id, recording, engine, lock, self._clock)
        except BaseException:
            lock.release()
            raise

    def calibrate(self, calibration: Calibration) -> None:
        """Keep what was measured; earlier ones stay, and the newest counts."""
        with self._transaction(writes=True) as connection:
            connection.execute(insert(schema.calibrations).values(asdict(calibration)))

    def calibration(self, kit: str, sound: str) -> Calibration | None:
        """The newest calibration of a kit with a sound; None where nobody measured it."""
        table = schema.calibrations
        query = (
            select(*(c for c in table.c if c.name != "id"))
            .where(table.c.kit == kit, table.c.sound == sound)
            .order_by(table.c.id.desc())
            .limit(1)
        )
        rows = self._rows(query)
        return Calibration(**rows[0]) if rows else None

    def set_notes(self, id_or_prefix: str, notes: Mapping[str, Any]) -> None:
        """Replace what is noted about a take; anything that JSON can hold."""
        take_id = self.take(id_or_prefix).id
        table = schema.takes
        with self._transaction(writes=True) as connection:
            connection.execute(update(table).where(table.c.id == take_id).values(notes=dict(notes)))

    # ----------------------------------------------------------------- private

    def _insert(self, row: Row) -> None:
        with self._transaction(writes=True) as connection:
            added = add_take(connection, row)
        if not added:
            raise ValueError(f"a take with the id {row['id']} has been recorded already")

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        engine = database.writing(self._engine) if writes else self._engine
        with translated(self.path), engine.begin() as connection:
            yield connection

    def _rows(self, query: Select[Any]) -> list[Row]:
        with self._transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _take_rows(self, query: Select[Any]) -> list[Row]:
        """Rows of takes, in which 'recording' means that somebody does."""
        rows = self._rows(query)
        if not any(self._is_lost(row) for row in rows):
            return rows
        self._recover()
        broken_off = {"state": TakeState.BROKEN_OFF.value}
        # Said truly even where it cannot be written.
        return [row | broken_off if self._is_lost(row) else row for row in self._rows(query)]

    def _is_lost(self, row: Row) -> bool:
        recording = row["state"] == TakeState.RECORDING.value
        locks = lock_folder(self.path)
        return recording and not ownership.is_recorded_now(locks, row["id"])

    def _recover(self) -> None:
        try:
            recover(self._engine, self.path, self._spill_folders)
        except StoreError as error:
            # What can be read must stay readable on a full disk.
            self.problem = error
        else:
            self.problem = None
