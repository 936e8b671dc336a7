"""An exported take, judged again from the file, says what the kept take says."""

from __future__ import annotations

import random
from pathlib import Path

from station import analyse
from station.charts import document
from station.files import load_chart
from station.hits import to_array
from station.kept import report_of
from station.model import Hit, KitUsed, StampedBy, Take, TakeState
from station.report import Report
from station.takes.export import to_midi

START_NS, LATENCY_NS = 7_000_000_123, 4_000_000
FILE_TICK_NS = 60e9 / 330 / 15_360


def offsets(report: Report) -> dict[int, int]:
    """Offset by note; strikes of a chord may have changed places, their ticks being the same."""
    return dict(zip(report.chart_index.tolist(), report.offset_ns.tolist(), strict=True))


def test_an_exported_take_has_the_same_offsets(tmp_path: Path) -> None:
    chart = load_chart("straight-eighths").at_bpm(330)
    kit = KitUsed("sim://", "sim", "general-midi", StampedBy.SIMULATED, 0)
    take = Take(
        id="id", player="Ada", started_at="", start_ns=START_NS, chart_title=chart.title,
        chart_json=document.dump(chart), kits=(kit,), latency_ns=LATENCY_NS, calibrated=True,
        state=TakeState.FINISHED, version="1",
    )  # fmt: skip
    rng = random.Random(1)
    hits = []
    for seq, (note, written_ns) in enumerate(
        zip(chart.notes, chart.written_ns.tolist(), strict=True)
    ):
        early_ns = -9_000_000 if seq == 0 else round(rng.gauss(-6e6, 4e6))
        stamp = START_NS + LATENCY_NS + written_ns + early_ns
        hits.append(Hit(seq, stamp, 0, stamp, note.pad, note.zone, 90, note.midi_note))
    kept = report_of(take, to_array(hits))
    path = tmp_path / "take.mid"
    path.write_bytes(to_midi(take, chart, to_array(hits)))
    again = analyse(path, chart)
    assert len(again.hits) == len(hits)
    first, second = offsets(kept), offsets(again)
    assert first.keys() == second.keys() == set(range(len(hits)))
    assert first[0] == -9_000_000
    assert all(abs(first[i] - second[i]) <= FILE_TICK_NS / 2 + 1 for i in first)
    assert again.verdict.placement.call == kept.verdict.placement.call
    assert again.verdict.tempo.call == kept.verdict.tempo.call
