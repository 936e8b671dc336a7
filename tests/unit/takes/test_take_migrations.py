"""Every schema that takes were ever kept in, brought to today's."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from station.errors import StoreError
from station.hits import from_array
from station.model import Flag, Hit, Mark, MarkKind, Pad, TakeState, Zone
from station.takes import database, upgrade
from station.takes.schema import metadata
from station.takes.store import Store

KEPT = Path(__file__).parent / "kept"
TAKE_ID = "019b0000-0000-7000-8000-000000000001"


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "station.takes:migrations")
    scripts = ScriptDirectory.from_config(config)
    return [script.revision for script in scripts.walk_revisions()][::-1]


def test_the_code_knows_the_last_revision() -> None:
    assert revisions()[-1] == upgrade.HEAD


def test_revisions_are_counted_without_a_gap() -> None:
    # `upgrade` tells older from newer by the number.
    assert revisions() == [f"{n:04d}" for n in range(1, len(revisions()) + 1)]


def test_the_migrations_make_the_tables_that_the_code_knows(db: Path) -> None:
    from alembic.autogenerate import compare_metadata

    Store.open(db).close()
    engine = database.connect(db)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        for table in metadata.sorted_tables:
            made = inspect(connection).get_columns(table.name)
            assert [c["name"] for c in made] == table.columns.keys()
    engine.dispose()


@pytest.mark.parametrize("revision", revisions())
def test_a_take_kept_in_any_schema_is_read_today(db: Path, revision: str) -> None:
    """`kept/REVISION.sql` is a database as a station of that time left it."""
    db.parent.mkdir()
    with closing(sqlite3.connect(db)) as old:
        old.executescript((KEPT / f"{revision}.sql").read_text())
    with Store.open(db) as store:
        (listed,) = store.takes()
        take = store.take(TAKE_ID)
        assert (take.player, take.chart_title, take.chart_json) == (
            "Ada", "Straight eighths", '{"ppq": 480}',
        )  # fmt: skip
        assert (take.state, take.start_ns, take.latency_ns, take.calibrated, take.version) == (
            TakeState.FINISHED, 5_000_000_000, 3_000_000, True, "0.1.0",
        )  # fmt: skip
        assert asdict(take.kits[0]) == {
            "address": "midi://TD-17", "name": "TD-17 MIDI 1", "profile": "roland-td17",
            "stamped_by": "driver", "sigma_ns": 200_000,
        }  # fmt: skip
        assert take.end_ns == 6_000_000_000
        assert listed.ended_at == "2026-01-02T03:05:06.789+01:00"
        assert (listed.hit_count, listed.notes) == (3, {"tags": ["warm-up"]})
        assert from_array(store.hits(TAKE_ID)) == [
            Hit(
                seq=i,
                t_ns=5_000_000_000 + i * 90_000_000,
                t_sigma_ns=200_000,
                arrival_ns=5_001_000_000 + i * 90_000_000,
                pad=Pad.HI_HAT,
                zone=Zone.EDGE,
                velocity=90 + i,
                note=22,
                flags=Flag.CROSSTALK if i == 2 else Flag.NONE,
                openness=12,
            )
            for i in range(3)
        ]
        # Since 0003.
        kept = take.calibration
        assert (kept.latency_ns if kept else None) == (3_000_000 if revision >= "0003" else None)
        assert store.marks(TAKE_ID) == [Mark(5_100_000_000, MarkKind.GAP_BEGIN, "unplugged")]


@pytest.mark.parametrize("revision", revisions())
def test_the_migrations_still_make_each_schema_as_it_was(tmp_path: Path, revision: str) -> None:
    """A migration that has been released never changes."""
    engine = database.connect(tmp_path / "made.db")
    with database.writing(engine).begin() as connection:
        upgrade.migrate(connection, revision)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        kept.executescript((KEPT / f"{revision}.sql").read_text())
        expected = schema_of(kept)
    with closing(sqlite3.connect(tmp_path / "made.db")) as made:
        assert schema_of(made) == expected


def schema_of(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    return {
        name: [
            *connection.execute(f"PRAGMA table_info({name})"),
            *connection.execute(f"PRAGMA foreign_key_list({name})"),
            *connection.execute(f"PRAGMA index_list({name})"),
            *connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", [name]),
        ]
        for (name,) in tables
    }


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: object) -> None:
        migrate(connection)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    migrate = upgrade.migrate
    monkeypatch.setattr(upgrade, "migrate", fail)
    with pytest.raises(StoreError, match="free some space"):
        Store.open(db)
    with closing(sqlite3.connect(db)) as left:
        assert left.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_stations_that_open_a_new_store_at_once_all_can(db: Path) -> None:
    problems: list[BaseException] = []
    start = threading.Barrier(6)

    def open_one() -> None:
        start.wait()
        try:
            Store.open(db).close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
