"""What a recorder that is gone left behind: spilled hits, and takes that nobody ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from station.model import TakeState
from station.takes import database, ownership, spill
from station.takes.batch import add_take, hits_of
from station.takes.faults import translated
from station.takes.schema import takes


def lock_folder(path: Path) -> Path:
    """Where the locks of takes being recorded into the database at `path` are."""
    return path.with_name(path.name + "-live")


def recover(engine: Engine, path: Path, spill_folders: Sequence[Path]) -> None:
    """Take in spilled hits, then mark takes as broken off whose recorder is gone.

    May be called at any time and by several processes at once.

    Raises
    ------
    StoreError
        When the database cannot be written; what is spilled stays where it is.
    """
    locks = lock_folder(path)
    writing = database.writing(engine)
    for found in spill.find(path, spill_folders):
        take_id = found.take["id"]
        if not ownership.is_recorded_now(locks, take_id):
            with translated(path), writing.begin() as connection:
                add_take(connection, found.take)  # the database may be a new one
                found.batch.write(connection, take_id)
            spill.remove(found.path)
    with translated(path), engine.begin() as connection:
        lost = [id_ for id_ in _recording(connection) if not ownership.is_recorded_now(locks, id_)]
    if lost:
        with translated(path), writing.begin() as connection:
            connection.execute(
                update(takes)
                # Its recorder may have ended it a moment ago.
                .where(takes.c.id.in_(lost), takes.c.state == TakeState.RECORDING.value)
                .values(state=TakeState.BROKEN_OFF.value, hit_count=hits_of(takes.c.id))
            )
        for take_id in lost:
            ownership.forget(locks, take_id)


def _recording(connection: Connection) -> Sequence[str]:
    query = select(takes.c.id).where(takes.c.state == TakeState.RECORDING.value)
    return connection.execute(query).scalars().all()
