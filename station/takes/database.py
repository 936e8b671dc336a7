"""The one maker of connections to the database of takes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from station.units import NS_PER_MS, s_from_ns

# Readers never wait in WAL mode, and another station's write takes milliseconds.
PATIENCE_NS = 1000 * NS_PER_MS


def connect(path: Path, patience_ns: int = PATIENCE_NS) -> Engine:
    """An engine for the SQLite file at `path`; nothing is opened before its first use.

    Read with `engine.begin()`, one snapshot for each block. Write with `writing(engine)`.

    Parameters
    ----------
    path
        The file; SQLite makes it if it is not there.
    patience_ns
        How long a statement waits for another process that is writing.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # No isolation level: transactions begin where `_begin` says, not where a driver guesses.
        connect_args={"timeout": s_from_ns(patience_ns), "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, its transactions taking the write lock at once.

    A transaction that reads first and asks for the lock later fails without waiting when
    another process wrote in between.
    """
    return engine.execution_options(station_writes=True)


def use_wal(engine: Engine) -> None:
    """Switch the file to a write-ahead log, in which readers and a writer do not wait."""
    with engine.connect() as connection:
        _raw(connection).execute("PRAGMA journal_mode=WAL").close()


def checkpoint(engine: Engine) -> None:
    """Move what is in the log into the database, and both onto the disk.

    Waits for nobody, and nobody waits for it.
    """
    with engine.connect() as connection:
        _raw(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _set_up(raw: sqlite3.Connection, _record: object) -> None:
    # A commit is in the system's hands when it returns: it survives the end of the process,
    # however violent. A power cut may take what came after the last checkpoint (seconds,
    # see `takes.writer`); the file stays whole.
    raw.execute("PRAGMA synchronous=NORMAL")
    raw.execute("PRAGMA foreign_keys=ON")
    # A checkpoint waits for the disk; a block of hits must not. `takes.writer` does it aside.
    raw.execute("PRAGMA wal_autocheckpoint=0")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("station_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
