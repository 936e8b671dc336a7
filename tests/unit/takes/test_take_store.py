from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from station import settings
from station.errors import StoreError, StoreReason, WrongUse
from station.hits import HIT_DTYPE, from_array, to_array
from station.model import Calibration, GridStep, Hit, Mark, MarkKind, Take, TakeState
from station.takes import blocks
from station.takes.store import Store

NewTake = Callable[..., Take]
NewHit = Callable[..., Hit]
GoRound = Callable[[], None]


def test_a_take_comes_back_as_it_was(store: Store, new_take: NewTake, hit: NewHit) -> None:
    take = new_take()
    hits = [hit(i) for i in range(20)]
    marks = [Mark(7, MarkKind.GAP_BEGIN, "unplugged"), Mark(9, MarkKind.GAP_END)]
    with store.begin(take) as writer:
        assert writer.take_id == take.id
        writer.add(hits[:12])
        for mark in marks:
            writer.mark(mark)
        writer.add(hits[12:])
    assert writer.problem is None
    assert store.take(take.id) == replace(take, state=TakeState.FINISHED)
    assert from_array(store.hits(take.id)) == hits
    assert store.marks(take.id) == marks


def test_how_the_click_ran_comes_back_and_moves_the_hits(
    store: Store, new_take: NewTake, hit: NewHit
) -> None:
    steps = [GridStep(5_000_000_000, 5_000_000_000, 50_000), GridStep(6 * 10**9, 6_000_050_000, 0)]
    take = new_take()
    with store.begin(take) as writer:
        writer.grid_step(steps[0])
        writer.add([hit(0), hit(10)])
        writer.grid_step(steps[1])
        writer.add([hit(20)])
    assert store.grid_steps(take.id) == steps
    late = store.hits_on_grid(take.id)["t_ns"] - store.hits(take.id)["t_ns"]
    assert late.tolist() == [0, 45_000, 50_000]


def test_the_newest_calibration_of_a_kit_with_a_sound_counts(store: Store) -> None:
    first = Calibration("midi://TD-17", "audio://default", 9_000_000, 800_000, 20, "tap", "a")
    second = replace(first, latency_ns=8_000_000, method="loopback")
    other = replace(first, sound="audio://USB")
    for calibration in (first, second, other):
        store.calibrate(calibration)
    assert store.calibration("midi://TD-17", "audio://default") == second
    assert store.calibration("midi://TD-17", "audio://USB") == other
    assert store.calibration("midi://SPD", "audio://default") is None


def test_a_list_says_the_newest_first_and_counts_hits(
    store: Store, new_take: NewTake, hit: NewHit
) -> None:
    takes = [new_take(player=player) for player in ("Ada", "Bo", "Ada")]
    for n, take in enumerate(takes):
        with store.begin(take) as writer:
            writer.add([hit(i) for i in range(n)])
    listed = store.takes()
    assert [t.id for t in listed] == [t.id for t in reversed(takes)]
    assert [t.hit_count for t in listed] == [2, 1, 0]
    assert all(t.ended_at is not None for t in listed)
    assert listed[0].kits == takes[0].kits
    assert [t.id for t in store.takes(1)] == [takes[2].id]
    assert [t.id for t in store.takes(1, before=takes[2].id)] == [takes[1].id]
    assert [t.player for t in store.takes(player="Bo")] == ["Bo"]


def test_a_take_being_recorded_is_listed_with_what_is_kept_so_far(
    store: Store, new_take: NewTake, hit: NewHit, kept: str, go_round: GoRound
) -> None:
    with store.begin(new_take()) as writer:
        writer.add([hit(0)])
        go_round()
        live, before = store.takes()
        assert (live.state, live.ended_at, live.hit_count) == (TakeState.RECORDING, None, 1)
        assert (before.id, before.hit_count) == (kept, 6)


def test_start_and_end_may_be_said_later(store: Store, new_take: NewTake) -> None:
    with store.begin(new_take()) as writer:
        writer.set_start(77)
        writer.set_end(99)
    take = store.take(writer.take_id)
    assert (take.start_ns, take.end_ns) == (77, 99)


def test_a_take_is_found_by_the_beginning_of_its_id(store: Store, new_take: NewTake) -> None:
    ids = [f"019b0000-0000-7000-8000-00000000000{i}" for i in range(4)]
    for id_ in ids:
        store.begin(new_take(id=id_)).finish()
    store.begin(new_take(id="019c0000-0000-7000-8000-000000000000")).finish()
    assert store.take(" 019C ").id.startswith("019c")
    with pytest.raises(WrongUse, match=f"Several takes begin with '019b' .*{ids[0]}.*type more"):
        store.take("019b")


@pytest.mark.parametrize("asked", ["", "0199", "%", "'; DROP TABLE takes", "019_"])
def test_an_unknown_take_is_not_found(store: Store, asked: str) -> None:
    with pytest.raises(StoreError, match="There is no such take") as caught:
        store.take(asked)
    assert caught.value.reason is StoreReason.NOT_FOUND


def test_notes_are_kept(store: Store, new_take: NewTake) -> None:
    take = new_take()
    store.begin(take).finish()
    assert store.takes()[0].notes == {}
    store.set_notes(take.id, {"tags": ["warm-up"], "rating": 4})
    assert store.takes()[0].notes == {"tags": ["warm-up"], "rating": 4}


@pytest.mark.parametrize("bad", ["../../etc/passwd", "019B0000-0000-7000-8000-000000000000", "x"])
def test_an_id_that_is_none_is_refused(store: Store, new_take: NewTake, bad: str) -> None:
    with pytest.raises(ValueError):
        store.begin(new_take(id=bad))
    assert store.takes() == []


def test_an_id_is_used_once(store: Store, new_take: NewTake) -> None:
    take = new_take()
    with store.begin(take):
        with pytest.raises(ValueError, match="is being recorded"):
            store.begin(take)
    with pytest.raises(ValueError, match="has been recorded already"):
        store.begin(take)


def test_the_store_is_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "mine"))
    with Store.open() as store:
        assert store.path == settings.data_dir() / "takes.db"
    assert (tmp_path / "mine" / "takes.db").is_file()


def _spoil(db: Path, sql: str, *values: object) -> None:
    connection = sqlite3.connect(db)
    with connection:
        connection.execute(sql, values)
    connection.close()


@pytest.fixture
def kept(store: Store, new_take: NewTake, hit: NewHit, go_round: GoRound) -> str:
    """A take of three blocks of two hits."""
    with store.begin(new_take()) as writer:
        for i in range(3):
            writer.add([hit(2 * i), hit(2 * i + 1)])
            go_round()
    return writer.take_id


def test_a_torn_last_block_is_left_out_and_said(
    store: Store, kept: str, caplog: pytest.LogCaptureFixture
) -> None:
    _spoil(store.path, "UPDATE hit_blocks SET payload = substr(payload, 1, 40) WHERE number = 2")
    with caplog.at_level(logging.WARNING):
        assert store.hits(kept)["seq"].tolist() == [0, 1, 2, 3]
    assert caplog.messages == [f"Take {kept}: block 2 with 2 hits is damaged and left out."]


def test_a_flipped_bit_is_noticed(store: Store, kept: str) -> None:
    payload = bytearray(to_array(from_array(store.hits(kept))[:2]).tobytes())
    payload[3] ^= 4
    _spoil(store.path, "UPDATE hit_blocks SET payload = ? WHERE number = 0", bytes(payload))
    found = store.kept_hits(kept)
    assert found.hits["seq"].tolist() == [2, 3, 4, 5]
    assert found.damage == (f"Take {kept}: block 0 with 2 hits is damaged and left out.",)


def test_a_missing_block_is_noticed(store: Store, kept: str) -> None:
    _spoil(store.path, "DELETE FROM hit_blocks WHERE number = 1")
    found = store.kept_hits(kept)
    assert found.hits["seq"].tolist() == [0, 1, 4, 5]
    assert found.damage == (f"Take {kept}: blocks 1 to 1 are missing and left out.",)


def test_a_block_of_a_later_form_needs_a_newer_station(store: Store, kept: str) -> None:
    _spoil(store.path, "UPDATE hit_blocks SET format = 99 WHERE number = 1")
    with pytest.raises(StoreError, match="newer station") as caught:
        store.hits(kept)
    assert caught.value.reason is StoreReason.NEWER


def test_the_form_of_a_block_is_pinned() -> None:
    # Whoever changes HIT_DTYPE adds a format; those that takes are kept in never change.
    assert blocks.DTYPE_BY_FORMAT[blocks.FORMAT] == HIT_DTYPE
    assert set(blocks.DTYPE_BY_FORMAT) == set(range(1, blocks.FORMAT + 1))
    one = np.zeros(1, blocks.DTYPE_BY_FORMAT[1])
    one["t_ns"], one["note"], one["source"] = 1, 38, 7
    assert one.tobytes().hex() == "01" + "00" * 27 + "2600" + "00" * 3 + "07"


def test_a_damaged_page_is_one_sentence_and_other_takes_are_read(
    store: Store, new_take: NewTake, hit: NewHit, kept: str, go_round: GoRound
) -> None:
    with store.begin(new_take()) as writer:
        for i in range(50):
            writer.add([hit(j) for j in range(40 * i, 40 * i + 40)])
            go_round()
    last = to_array(from_array(store.hits(writer.take_id))[-40:]).tobytes()
    store.close()
    content = bytearray(store.path.read_bytes())
    page = content.index(last[:200]) // 4096 * 4096
    content[page : page + 8] = b"\xff" * 8
    store.path.write_bytes(content)
    assert len(store.hits(kept)) == 6
    with pytest.raises(StoreError, match="left as they are") as caught:
        store.hits(writer.take_id)
    assert caught.value.reason is StoreReason.DAMAGED


def test_opening_an_old_friend_is_quick_and_needs_no_alembic(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from station.takes.store import Store\n"
        f"Store.open(Path({str(store.path)!r})).close()\n"
        "print('alembic' in sys.modules, 'mido' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.split() == ["False", "False"]
