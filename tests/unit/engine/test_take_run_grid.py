"""A take whose click runs on a sound card's clock is judged by that clock, live and kept alike."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.charts import document
from station.charts.chart import Chart
from station.clock import ManualClock
from station.engine.memory_take import MemoryTake
from station.engine.ring import RingReader, RingWriter, create_ring
from station.engine.take_run import TakeRun
from station.files import load_chart
from station.grid_clock import GridClock
from station.kept import report_of
from station.model import Hit, KitUsed, StampedBy, Take, TakeState

S = 10**9
START_NS = 5 * S
PPB = 200_000  # a poor crystal: 18 ms in 90 s
KIT = KitUsed("sim://", "t", "gm", StampedBy.SIMULATED, 0)


@pytest.fixture
def rings(tmp_path: Path) -> Iterator[tuple[RingWriter, RingReader]]:
    path = create_ring(tmp_path)
    writer, reader = RingWriter(path), RingReader(path)
    yield writer, reader
    reader.close()
    writer.close()


def to_the_cards_click(chart: Chart, grid: GridClock) -> list[Hit]:
    """Hits exactly where the card's click sounds, as the host's clock stamps them."""
    hits = []
    for i, (note, t_ns) in enumerate(zip(chart.notes, chart.written_ns.tolist(), strict=True)):
        host_ns = grid.host_at(START_NS + t_ns)
        hits.append(Hit(i, host_ns, 0, host_ns, note.pad, note.zone, 90, note.midi_note))
    return hits


def test_who_follows_the_card_is_on_time_however_far_its_clock_runs_away(rings):
    chart = load_chart("straight-eighths").repeated(12)
    grid = GridClock()
    grid.turn(START_NS - S, PPB)
    hits = to_the_cards_click(chart, grid)
    take = Take(
        "id", "", "", START_NS, chart.title, document.dump(chart), (KIT,), 0, True,
        TakeState.RECORDING, "1",
    )  # fmt: skip
    sink = MemoryTake(take)
    run = TakeRun(
        chart, START_NS, latency_ns=0, calibrated=True, ring=rings[0], sink=sink,
        clock=ManualClock(),
    )  # fmt: skip
    run.turn_grid(START_NS - S, PPB)
    confirmed = []
    for hit in hits:
        run.judge([hit], hit.t_ns)
        confirmed += [r for r in rings[1].poll() if r["confirmed"]]
    run.finish(None)
    confirmed += [r for r in rings[1].poll() if r["confirmed"]]
    assert len(confirmed) == len(chart.notes)
    assert max(abs(int(r["offset_ns"])) for r in confirmed) < 100

    kept = report_of(replace(take, state=TakeState.FINISHED), sink.hits_on_grid())
    by_seq = {int(r["hit_seq"]): int(r["offset_ns"]) for r in confirmed}
    assert by_seq == {h.seq: int(x) for h, x in zip(kept.hits, kept.offset_ns, strict=True)}
    # By the host's clock the same hits are far away: the card does count.
    assert hits[-1].t_ns - START_NS - int(chart.written_ns[-1]) < -10_000_000
