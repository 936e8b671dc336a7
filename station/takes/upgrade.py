"""Bring a database to the schema that this program knows, or say why not."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from station.errors import StoreReason
from station.takes import database
from station.takes.faults import store_error

# Known here, so that a database that is up to date costs one query and not Alembic's import.
HEAD = "0003"


def bring_up_to_date(engine: Engine, path: Path) -> None:
    """Make the tables, or migrate them; nothing is done to a file that is not ours.

    Raises
    ------
    StoreError
        NEWER when the file is from a later version, DAMAGED when it holds something else.
    """
    with engine.begin() as connection:
        before = _revision(connection, path)
    if before == HEAD:
        return
    database.use_wal(engine)
    with database.writing(engine).begin() as connection:
        # Another process may have been faster.
        if _revision(connection, path) != HEAD:
            migrate(connection)


def migrate(connection: Connection, to: str = HEAD) -> None:
    """Run the migrations up to `to` inside the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 - a tenth of a second, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "station.takes:migrations")
    command.upgrade(config, to)


def _revision(connection: Connection, path: Path) -> str | None:
    """The schema's revision, or None for an empty file."""
    names = {
        name
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='table'"
        )
    }
    if not names:
        return None
    if not {"alembic_version", "takes"} <= names:
        raise store_error(StoreReason.DAMAGED, path, "it is a database of something else")
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    known = revision is not None and revision.isdecimal() and revision <= HEAD
    if not known:
        detail = f"its schema is {revision}, this version knows up to {HEAD}"
        raise store_error(StoreReason.NEWER, path, detail)
    return str(revision)
