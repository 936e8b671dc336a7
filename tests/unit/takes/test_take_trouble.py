"""What stands in the way of keeping takes, each with a real file and a real cause."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from station.clock import Clock
from station.errors import StoreError, StoreReason
from station.hits import from_array
from station.model import GridStep, Hit, Mark, MarkKind, Take, TakeState
from station.takes import database
from station.takes.store import Store

NewTake = Callable[..., Take]
NewHit = Callable[..., Hit]
GoRound = Callable[[], None]


@contextmanager
def held_by_another(db: Path) -> Iterator[None]:
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "station-test", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on the disk; deleting the file returned gives it back."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return filler


# ------------------------------------------------------------------ on opening


def test_a_file_of_something_else_is_left_as_it_is(db: Path) -> None:
    db.parent.mkdir()
    db.write_bytes(b"My diary. Dear diary, today I practised." * 100)
    before = db.read_bytes()
    with pytest.raises(StoreError, match=rf"'{db}' cannot be read .*left as they are") as caught:
        Store.open(db)
    assert caught.value.reason is StoreReason.DAMAGED
    assert db.read_bytes() == before
    assert list(db.parent.iterdir()) == [db]


def test_a_database_of_something_else_is_left_as_it_is(db: Path) -> None:
    db.parent.mkdir()
    with closing(sqlite3.connect(db)) as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")
    before = db.read_bytes()
    with pytest.raises(StoreError, match="a database of something else") as caught:
        Store.open(db)
    assert caught.value.reason is StoreReason.DAMAGED
    assert db.read_bytes() == before


@pytest.mark.parametrize("revision", ["0099", "9999", "abcdef"])
def test_a_newer_database_is_left_as_it_is(db: Path, revision: str) -> None:
    Store.open(db).close()
    with closing(sqlite3.connect(db, isolation_level=None)) as later:
        later.execute("UPDATE alembic_version SET version_num = ?", [revision])
        later.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = db.read_bytes()
    with pytest.raises(StoreError, match=f"newer station.*schema is {revision}") as caught:
        Store.open(db)
    assert caught.value.reason is StoreReason.NEWER
    assert db.read_bytes() == before


def test_a_database_that_another_holds_is_in_use(
    db: Path, new_take: NewTake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.connect, "__defaults__", (20_000_000,))
    with Store.open(db) as store, held_by_another(db):
        with pytest.raises(StoreError, match="held by another program") as caught:
            store.begin(new_take())
        assert caught.value.reason is StoreReason.IN_USE
        with Store.open(db) as reader:  # reading goes on
            assert reader.takes() == []


def test_a_folder_that_is_not_ours_is_no_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    if os.geteuid() == 0:
        for parent in (tmp_path.parent, tmp_path.parent.parent):
            parent.chmod(0o755)
        os.seteuid(65534)
    try:
        for path in (tmp_path / "takes.db", tmp_path / "deeper" / "takes.db"):
            with pytest.raises(StoreError, match="STATION_DATA_DIR") as caught:
                Store.open(path)
            assert caught.value.reason is StoreReason.NO_PERMISSION
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        tmp_path.chmod(0o700)


def test_a_folder_in_the_files_place_is_no_permission(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert caught.value.reason is StoreReason.NO_PERMISSION


def test_no_room_to_begin_is_said_at_once(small_disk: Path, new_take: NewTake) -> None:
    with Store.open(small_disk / "takes.db") as store:
        fill(small_disk)
        with pytest.raises(StoreError, match="free some space") as caught:
            store.begin(new_take())
        assert caught.value.reason is StoreReason.FULL


def test_no_room_to_open_is_said(small_disk: Path) -> None:
    fill(small_disk)
    with pytest.raises(StoreError, match="free some space") as caught:
        Store.open(small_disk / "takes.db")
    assert caught.value.reason is StoreReason.FULL


# ------------------------------------------------------------------ in mid-take


def test_a_full_disk_loses_nothing_and_is_forgotten_once_there_is_room(
    small_disk: Path, spill_folder: Path, new_take: NewTake, hit: NewHit, clock: Clock,
    go_round: GoRound,
) -> None:  # fmt: skip
    with Store.open(small_disk / "takes.db", spill_folders=[spill_folder], clock=clock) as store:
        writer = store.begin(new_take())
        filler = fill(small_disk)
        writer.add([hit(i) for i in range(3000)])
        go_round()
        assert writer.problem is not None
        assert writer.problem.reason is StoreReason.FULL
        assert f"the last 3000 hits are in '{spill_folder}" in str(writer.problem)
        writer.add([hit(i) for i in range(3000, 3005)])
        go_round()
        filler.unlink()
        go_round()
        assert writer.problem is None
        assert not spill_folder.exists()
        writer.finish()
        assert from_array(store.hits(writer.take_id)) == [hit(i) for i in range(3005)]


def test_a_disk_that_stays_full_is_taken_in_by_whoever_opens_next(
    small_disk: Path, spill_folder: Path, new_take: NewTake, hit: NewHit
) -> None:
    db = small_disk / "takes.db"
    spills = [small_disk / "beside", spill_folder]
    with Store.open(db, spill_folders=spills) as store:
        writer = store.begin(new_take())
        filler = fill(small_disk)
        writer.add([hit(i) for i in range(3000)])
        writer.mark(Mark(5, MarkKind.CHOKE))
        writer.grid_step(GridStep(6, 6, 50_000))
        writer.set_start(123)
        writer.finish()
        assert writer.problem is not None
        assert writer.problem.reason is StoreReason.FULL
    with Store.open(db, spill_folders=spills) as store:  # still full: readable, and honest
        assert store.problem is not None
        assert store.problem.reason is StoreReason.FULL
        assert store.take(writer.take_id).state is TakeState.BROKEN_OFF
    filler.unlink()
    with Store.open(db, spill_folders=spills) as store:
        assert store.problem is None
        take = store.take(writer.take_id)
        assert (take.state, take.start_ns) == (TakeState.FINISHED, 123)
        assert from_array(store.hits(writer.take_id)) == [hit(i) for i in range(3000)]
        assert store.marks(writer.take_id) == [Mark(5, MarkKind.CHOKE)]
        assert store.grid_steps(writer.take_id) == [GridStep(6, 6, 50_000)]
        assert store.takes()[0].hit_count == 3000
    assert not any(folder.exists() for folder in spills)


def test_a_database_held_in_mid_take_is_caught_up_with(
    store: Store, new_take: NewTake, hit: NewHit, go_round: GoRound
) -> None:
    writer = store.begin(new_take())
    with held_by_another(store.path):
        writer.add([hit(0)])
        go_round()
        assert writer.problem is not None
        assert writer.problem.reason is StoreReason.IN_USE
    go_round()
    assert writer.problem is None
    writer.finish()
    assert from_array(store.hits(writer.take_id)) == [hit(0)]


def test_a_take_may_be_finished_again_when_the_way_is_free(
    store: Store, new_take: NewTake, hit: NewHit
) -> None:
    writer = store.begin(new_take())
    with held_by_another(store.path):
        writer.add([hit(0)])
        writer.finish()
        assert writer.problem is not None
    writer.finish()
    assert writer.problem is None
    assert store.take(writer.take_id).state is TakeState.FINISHED
    assert from_array(store.hits(writer.take_id)) == [hit(0)]


def test_with_no_place_at_all_hits_stay_in_memory_and_that_is_said(
    db: Path, tmp_path: Path, new_take: NewTake, hit: NewHit, clock: Clock
) -> None:
    (tmp_path / "a-file").touch()
    with Store.open(db, spill_folders=[tmp_path / "a-file"], clock=clock) as store:
        writer = store.begin(new_take())
        with held_by_another(db):
            writer.add([hit(0)])
            writer.finish()
            assert writer.problem is not None
            assert "the last 1 hits are in memory only" in str(writer.problem)
            # Its recorder is alive and has the hits: it is not broken off.
            assert store.take(writer.take_id).state is TakeState.RECORDING
        writer.finish()
        assert writer.problem is None
        assert store.takes()[0].hit_count == 1


def test_a_spill_file_in_a_folder_for_all_is_neither_written_nor_read(
    db: Path, spill_folder: Path, new_take: NewTake, hit: NewHit, clock: Clock
) -> None:
    spill_folder.mkdir()
    spill_folder.chmod(0o777)
    with Store.open(db, spill_folders=[spill_folder], clock=clock) as store:
        writer = store.begin(new_take())
        with held_by_another(db):
            writer.add([hit(0)])
            writer.finish()
            assert list(spill_folder.iterdir()) == []
        writer.finish()


def test_a_torn_spill_file_gives_what_is_whole(
    db: Path, spill_folder: Path, new_take: NewTake, hit: NewHit, clock: Clock, go_round: GoRound
) -> None:
    with Store.open(db, spill_folders=[spill_folder], clock=clock) as store:
        writer = store.begin(new_take())
        with held_by_another(db):
            for i in range(3):
                writer.add([hit(i)])
                go_round()
            writer.finish()
    (path,) = spill_folder.glob("*.hits")
    lines = path.read_text().splitlines()
    assert json.loads(lines[-1])["changes"]["state"] == "finished"
    path.write_text("\n".join(lines[:-1])[:-20])
    with Store.open(db, spill_folders=[spill_folder]) as store:
        assert store.take(writer.take_id).state is TakeState.BROKEN_OFF
        assert from_array(store.hits(writer.take_id)) == [hit(0), hit(1)]


def test_a_take_spilled_from_a_database_that_is_gone_comes_back(
    db: Path, spill_folder: Path, new_take: NewTake, hit: NewHit, clock: Clock
) -> None:
    with Store.open(db, spill_folders=[spill_folder], clock=clock) as store:
        writer = store.begin(new_take())
        with held_by_another(db):
            writer.add([hit(0)])
            writer.finish()
    db.rename(db.with_suffix(".moved"))
    with Store.open(db.parent / "other.db", spill_folders=[spill_folder]) as store:
        assert store.takes() == []  # not that one's
    with Store.open(db, spill_folders=[spill_folder]) as store:
        assert store.take(writer.take_id).player == "Ada"
        assert len(store.hits(writer.take_id)) == 1


def test_a_fault_of_ours_does_not_end_the_take(
    store: Store, new_take: NewTake, hit: NewHit, go_round: GoRound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    writer = store.begin(new_take())

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setattr("station.takes.recording.Batch.write", fail)
        writer.add([hit(0)])
        go_round()
        assert writer.problem is not None
        assert "boom" in str(writer.problem)
    go_round()
    assert writer.problem is None
    writer.finish()
    assert len(store.hits(writer.take_id)) == 1


# ------------------------------------------------------------------ pace


def test_adding_costs_microseconds(store: Store, new_take: NewTake, hit: NewHit) -> None:
    with store.begin(new_take()) as writer:
        hits = [hit(i) for i in range(4)]
        costs = []
        for _ in range(2000):
            begin = time.perf_counter_ns()
            writer.add(hits)
            costs.append(time.perf_counter_ns() - begin)
    assert sorted(costs)[len(costs) // 2] < 20_000


def test_hits_are_on_the_disk_within_a_quarter_of_a_second(
    db: Path, new_take: NewTake, hit: NewHit
) -> None:
    def seconds_to_the_disk(store: Store) -> float:
        with store.begin(new_take()) as writer:
            begun = time.monotonic()
            writer.add([hit(0)])
            while not len(store.hits(writer.take_id)):
                assert time.monotonic() < begun + 10
            return time.monotonic() - begun

    # The quickest of some: a disk that is busy with others now and then is not the writer's.
    with Store.open(db) as store:
        assert min(seconds_to_the_disk(store) for _ in range(5)) < 0.25
