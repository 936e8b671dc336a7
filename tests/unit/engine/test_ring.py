"""The ring: whole records in order, or a count of what was lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.engine.ring import (
    RECORD_DTYPE,
    RingReader,
    RingWriter,
    create_ring,
    judgement_of,
)
from station.errors import EngineError
from station.model import PADS, Flag, Judgement, JudgementKind

JUDGEMENT = Judgement(
    kind=JudgementKind.HIT,
    confirmed=True,
    hit_seq=41,
    chart_index=40,
    pad=PADS[3],
    t_ns=10**15,
    offset_ns=-3_200_000,
    t_sigma_ns=200_000,
    velocity=96,
    flags=Flag.CROSSTALK | Flag.LATE,
)


def numbered(n: int) -> Judgement:
    return Judgement(JudgementKind.EXTRA, False, n, -1, PADS[0], n, 0, 0, 1, Flag.NONE)


judgements = st.builds(
    Judgement,
    kind=st.sampled_from(JudgementKind),
    confirmed=st.booleans(),
    hit_seq=st.integers(-1, 2**31 - 1),
    chart_index=st.integers(-1, 2**31 - 1),
    pad=st.sampled_from(PADS),
    t_ns=st.integers(-(2**63), 2**63 - 1),
    offset_ns=st.integers(-(2**63), 2**63 - 1),
    t_sigma_ns=st.integers(0, 2**62),
    velocity=st.integers(0, 127),
    flags=st.sampled_from([Flag.NONE, Flag.LATE, Flag.DOUBLE_TRIGGER | Flag.AFTER_GAP]),
)


class TestOneProcess:
    def test_gives_back_what_was_put(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path)
        writer, reader = RingWriter(path), RingReader(path)
        writer.put(JUDGEMENT, arrival_ns=5, judged_ns=6)
        (record,) = reader.poll()
        assert judgement_of(record) == JUDGEMENT
        assert (int(record["arrival_ns"]), int(record["judged_ns"])) == (5, 6)
        assert len(reader.poll()) == 0

    @given(written=st.lists(judgements, max_size=40), polls=st.sets(st.integers(0, 39)))
    def test_any_polls_give_everything_in_order(
        self, tmp_path_factory: pytest.TempPathFactory, written: list[Judgement], polls: set[int]
    ) -> None:
        path = create_ring(tmp_path_factory.mktemp("ring"), capacity=64)
        writer, reader = RingWriter(path), RingReader(path)
        read: list[Judgement] = []
        for i, judgement in enumerate(written):
            writer.put(judgement, 0, 0)
            if i in polls:
                read += [judgement_of(r) for r in reader.poll()]
        read += [judgement_of(r) for r in reader.poll()]
        assert read == written
        assert reader.lost == 0
        reader.close()
        writer.close()

    def test_a_slow_reader_loses_the_oldest_and_is_told(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path, capacity=8)
        writer, reader = RingWriter(path), RingReader(path)
        for n in range(20):
            writer.put(numbered(n), 0, 0)
        assert list(reader.poll()["hit_seq"]) == list(range(12, 20))
        assert reader.lost == 12

    def test_a_half_written_record_waits_for_the_next_poll(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path, capacity=8)
        writer, reader = RingWriter(path), RingReader(path)
        for n in range(3):
            writer.put(numbered(n), 0, 0)
        content = bytearray(path.read_bytes())
        torn_at = 64 + 1 * RECORD_DTYPE.itemsize + 40
        whole = bytes(content)
        content[torn_at] ^= 0xFF
        path.write_bytes(content)
        assert list(reader.poll()["hit_seq"]) == [0]
        path.write_bytes(whole)
        assert list(reader.poll()["hit_seq"]) == [1, 2]

    def test_two_words_torn_alike_do_not_hide_each_other(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path, capacity=8)
        writer, reader = RingWriter(path), RingReader(path)
        writer.put(numbered(0), 5, 5)
        content = bytearray(path.read_bytes())
        for name in ("arrival_ns", "judged_ns"):
            content[64 + RECORD_DTYPE.fields[name][1]] ^= 0xFF
        path.write_bytes(content)
        assert len(reader.poll()) == 0

    def test_the_beat_is_seen(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path)
        writer, reader = RingWriter(path), RingReader(path)
        assert reader.beat_ns == 0
        writer.beat(123)
        assert reader.beat_ns == 123

    def test_a_closed_ring_gives_nothing(self, tmp_path: Path) -> None:
        path = create_ring(tmp_path)
        reader = RingReader(path)
        reader.close()
        reader.close()
        assert len(reader.poll()) == 0


class TestBadFiles:
    def test_a_file_that_is_no_ring(self, tmp_path: Path) -> None:
        path = tmp_path / "not-a-ring"
        path.write_bytes(b"x" * 200)
        with pytest.raises(EngineError, match="no ring"):
            RingReader(path)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="cannot be opened"):
            RingReader(tmp_path / "gone")

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="STATION_RUNTIME_DIR"):
            create_ring(tmp_path / "gone")


WRITE = """
import sys
from pathlib import Path
from station.engine.ring import RingWriter
from station.model import PADS, Flag, Judgement, JudgementKind
writer = RingWriter(Path(sys.argv[1]))
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    judgement = Judgement(JudgementKind.EXTRA, False, n, -1, PADS[0], n, n * 7, 0, 1, Flag.NONE)
    writer.put(judgement, n, n)
"""


def test_two_processes_at_full_speed(tmp_path: Path) -> None:
    """A ring far too small for the flood: what is read is whole and in order, the rest counted."""
    count = 60_000
    path = create_ring(tmp_path, capacity=32)
    reader = RingReader(path)
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), str(count)], stdin=subprocess.PIPE
    )
    seen = []
    assert child.stdin is not None
    child.stdin.write(b"go\n")
    child.stdin.close()
    while child.poll() is None:
        seen.append(reader.poll())
    seen.append(reader.poll())
    assert child.returncode == 0
    records = np.concatenate(seen)
    assert (records["offset_ns"] == records["hit_seq"].astype(np.int64) * 7).all()
    assert (np.diff(records["hit_seq"]) > 0).all()
    assert len(records) + reader.lost == count
    assert len(records) > 32
