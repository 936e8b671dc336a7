"""A recorder that is killed in mid-take, with nothing to warn it."""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from station.model import TakeState
from station.takes.store import Store

TAKE_ID = "019b0000-0000-7000-8000-000000000001"
MAY_MISS_NS = 250_000_000
RECORDER = textwrap.dedent(
    """
    import os, sys, time
    from pathlib import Path
    from station.model import Hit, KitUsed, Pad, StampedBy, Take, TakeState, Zone
    from station.takes.store import Store

    db, take_id, spill = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    store = Store.open(db, spill_folders=[spill])
    kit = KitUsed("sim://", "sim", "general-midi", StampedBy.SIMULATED, 0)
    take = Take(take_id, "", "2026-01-01T00:00:00+00:00", 0, "", "", (kit,), 0, False,
                TakeState.RECORDING, "0")
    writer = store.begin(take)
    seq = 0
    while True:
        now = time.monotonic_ns()
        hit = Hit(seq, now, 0, now, Pad.SNARE, Zone.HEAD, 90, 38)
        writer.add([hit])
        os.write(1, now.to_bytes(8, "little"))
        seq += 1
        time.sleep(0.005)
    """
)


@contextmanager
def recorder(db: Path, spill: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that records a hit every 5 ms, and says the time of each that it has added."""
    with subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(db), TAKE_ID, str(spill)], stdout=subprocess.PIPE
    ) as child:
        try:
            yield child
        finally:
            child.kill()


class Listener:
    """Hears when each hit was added."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        self._fd = child.stdout.fileno()
        self._heard = b""

    def listen(self, for_ns: int) -> None:
        """Listen so long, or to the recorder's end."""
        until_ns = time.monotonic_ns() + for_ns
        while (left := until_ns - time.monotonic_ns()) > 0:
            if select.select([self._fd], [], [], left / 1e9)[0]:
                chunk = os.read(self._fd, 8192)
                if not chunk:
                    return
                self._heard += chunk

    def wait_for_first(self) -> None:
        """Until it records."""
        while not self._heard:
            self._heard += os.read(self._fd, 8192)

    @property
    def added(self) -> list[int]:
        whole = len(self._heard) // 8 * 8
        return [int.from_bytes(self._heard[i : i + 8], "little") for i in range(0, whole, 8)]


def kill(child: subprocess.Popen[bytes], listener: Listener) -> list[int]:
    """Kill it; when it had added each of its hits."""
    child.send_signal(signal.SIGKILL)
    listener.listen(10_000_000_000)
    assert child.wait() == -signal.SIGKILL
    return listener.added


def check_broken_off(db: Path, spill: Path, added: list[int]) -> None:
    with Store.open(db, spill_folders=[spill]) as store:
        kept = store.kept_hits(TAKE_ID)
        (listed,) = store.takes()
        assert listed.state is TakeState.BROKEN_OFF
        assert listed.ended_at is None
        assert listed.hit_count == len(kept.hits)
        assert kept.damage == ()
        times = kept.hits["t_ns"].tolist()
        # The last may have been added and not yet been said.
        assert (added + times[len(added) :])[: len(times)] == times
        assert len(times) <= len(added) + 1
        assert all(added[-1] - t < MAY_MISS_NS for t in added[len(times) :])


@pytest.mark.parametrize("seed", range(3))
def test_at_most_the_last_250_ms_are_missing(tmp_path: Path, seed: int) -> None:
    db, spill = tmp_path / "takes.db", tmp_path / "spill"
    with recorder(db, spill) as child:
        listener = Listener(child)
        listener.wait_for_first()
        listener.listen(random.Random(seed).randrange(300_000_000, 1_000_000_000))
        with Store.open(db, spill_folders=[spill]) as store:  # a dashboard looks on
            assert store.take(TAKE_ID).state is TakeState.RECORDING
        added = kill(child, listener)
    check_broken_off(db, spill, added)


def test_neither_when_the_database_cannot_be_written(tmp_path: Path) -> None:
    db, spill = tmp_path / "takes.db", tmp_path / "spill"
    with recorder(db, spill) as child:
        listener = Listener(child)
        listener.wait_for_first()
        listener.listen(300_000_000)
        with closing(sqlite3.connect(db, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            listener.listen(600_000_000)
            added = kill(child, listener)
            other.execute("ROLLBACK")
    assert len(list(spill.glob("*.hits"))) == 1
    check_broken_off(db, spill, added)
    assert not spill.exists()
