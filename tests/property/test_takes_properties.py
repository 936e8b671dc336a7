"""Whatever comes in whatever order, what went into a take comes out of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from station.hits import from_array
from station.model import Flag, Hit, Mark, MarkKind, Pad, Take, TakeState, Zone
from station.takes import database
from station.takes.ids import uuid7
from station.takes.ownership import TakeLock
from station.takes.recording import Recording
from station.takes.recovery import lock_folder
from station.takes.rows import row_from_take
from station.takes.spill import Spill
from station.takes.store import Store

I64 = st.integers(-(2**63), 2**63 - 1)
HITS = st.builds(
    Hit,
    seq=st.integers(0, 2**32 - 1),
    t_ns=I64,
    t_sigma_ns=st.integers(0, 2**31 - 1),
    arrival_ns=I64,
    pad=st.sampled_from(Pad),
    zone=st.sampled_from(Zone),
    velocity=st.integers(0, 127),
    note=st.integers(-1, 127),
    source=st.integers(0, 255),
    flags=st.integers(0, 63).map(Flag),
    openness=st.integers(-1, 127),
)
MARKS = st.builds(Mark, I64, st.sampled_from(MarkKind), st.text(max_size=20))
WRITE, TROUBLE_BEGINS, TROUBLE_ENDS = "write", "trouble begins", "trouble ends"
STEPS = st.lists(
    st.one_of(
        st.lists(HITS, min_size=1, max_size=5),
        MARKS,
        st.just(WRITE),
        st.just(TROUBLE_BEGINS),
        st.just(TROUBLE_ENDS),
    ),
    min_size=3,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, killed=st.booleans())
def test_what_was_written_comes_back(steps: list[list[Hit] | Mark | str], killed: bool) -> None:
    """Any mixture of hits, marks, writes and times in which the database is out of reach."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder).resolve() / "takes.db"
        spill_folder = db.parent / "spill"
        take = Take(uuid7(), "", "", 0, "", "", (), 0, False, TakeState.RECORDING, "")
        with Store.open(db, spill_folders=[spill_folder]) as store:
            store.begin(take).finish()
            row = row_from_take(take)
            engine = database.connect(db, 0)
            other = database.connect(db).connect()
            lock = TakeLock(lock_folder(db), take.id)
            recording = Recording(engine, db, take.id, Spill(db, row, [spill_folder]))
            hits: list[Hit] = []
            marks: list[Mark] = []
            for step in [*steps, WRITE] if killed else [*steps, TROUBLE_ENDS, WRITE]:
                if step == WRITE:
                    recording.write()
                    assert (recording.problem is not None) <= other.in_transaction()
                elif step == TROUBLE_BEGINS:
                    if not other.in_transaction():
                        other.execution_options(station_writes=True).begin()
                elif step == TROUBLE_ENDS:
                    other.rollback()
                elif isinstance(step, Mark):
                    recording.mark(step)
                    marks.append(step)
                elif not isinstance(step, str):
                    recording.add(step)
                    hits += step
            # The end of the recorder's process: its lock goes, its memory with it.
            other.close()
            other.engine.dispose()
            engine.dispose()
            lock.release()
        with Store.open(db, spill_folders=[spill_folder]) as store:
            assert from_array(store.hits(take.id)) == hits
            assert store.marks(take.id) == marks
            assert not spill_folder.exists()
