"""The sheet as something to measure: `python -m ui.sheet.benchmark`, which says JSON.

Offscreen, with the real engraving process: from a chart in memory until its lines have been
painted, and how long every frame takes while the playhead runs, beside the lanes' own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from station.bench.sheet_charts import varied_chart
from station.charts.chart import Chart
from station.engine.ring import RECORD_DTYPE
from station.files import list_charts, load_chart
from station.model import PAD_INDEX, JudgementKind
from station.sheet.client import SheetClient
from station.units import NS_PER_MS, NS_PER_S
from ui.grid import Grid
from ui.state import Dashboard, Phase

# As large as the window shows it at 1280 by 800.
_SIZE = (1256, 420)
_FRAME_NS = NS_PER_S // 60
_GIVE_UP_S = 60.0
_PLAYED_BARS = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ui.sheet.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    options = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415 - needs the platform's name first

    app = QApplication(sys.argv[:1])
    rounds = [_measure(app.processEvents, seed) for seed in range(options.rounds)]
    print(json.dumps({"rounds": rounds}), flush=True)
    return 0


def _measure(process_events: Callable[[], None], seed: int) -> dict[str, Any]:
    sheets = SheetClient()
    try:
        desk = _Desk(sheets, process_events)
        began = time.perf_counter()
        sheets.start()
        desk.until(lambda: sheets.ready)
        ready_ms = _ms_since(began)
        rudiments = [
            load_chart(entry.name)
            for entry in list_charts()
            if entry.path.parent.name == "rudiments"
        ]
        first_ms = desk.show(load_chart("straight-eighths"))
        return {
            "ready_ms": ready_ms,
            "first_ms": first_ms,
            "rudiments_ms": [desk.show(chart) for chart in rudiments],
            "bars_200_ms": desk.show(varied_chart(200, seed)),
            "bars_200_all_ms": desk.all_ms(),
            "bars_2000_ms": desk.show(varied_chart(2000, seed)),
            "frames": desk.frames(varied_chart(_PLAYED_BARS, seed)),
        }
    finally:
        sheets.close()


class _Desk:
    """A sheet and lanes of the same state, painted at will."""

    def __init__(self, sheets: SheetClient, process_events: Callable[[], None]) -> None:
        from ui.sheet.view import SheetView  # noqa: PLC0415 - needs an application
        from ui.widgets.lanes import Lanes  # noqa: PLC0415

        self._state, self._sheets, self._process_events = Dashboard(), sheets, process_events
        self._sheet, self._lanes = SheetView(self._state, sheets), Lanes(self._state)
        for widget in (self._sheet, self._lanes):
            widget.resize(*_SIZE)
            widget.show()
        self._now_ns = 0
        self._began = 0.0

    def until(self, holds: Callable[[], bool]) -> None:
        """Show frames until it holds."""
        began = time.perf_counter()
        while not holds():
            if time.perf_counter() - began > _GIVE_UP_S:
                raise SystemExit("The sheet did not come; run it by hand to see why.")
            # As short as the engraving process takes to answer: a window would wait for its
            # next frame, up to 16 ms.
            self._sheets.wait(0.001)
            self._sheet.show_time(self._now_ns)
            self._process_events()

    def show(self, chart: Chart) -> float:
        """From the chart to its painted lines, in ms."""
        self._began = time.perf_counter()
        self._state.lay_out(Grid(chart))
        self._sheet.show_time(self._now_ns)
        wanted = min(2, len(self._sheets.systems))

        def painted() -> bool:
            if any(self._sheets.line(number) is None for number in range(wanted)):
                return False
            self._sheet.repaint()
            return len(self._sheet.placed) == wanted

        self.until(painted)
        return _ms_since(self._began)

    def all_ms(self) -> float:
        """From the same beginning until every line is engraved, in ms."""
        numbers = range(len(self._sheets.systems))
        while any(self._sheets.line(number) is None for number in numbers):
            self._sheets.want(numbers)
            self._sheets.wait(0.001)
            self._sheets.poll()
        return _ms_since(self._began)

    def frames(self, chart: Chart) -> dict[str, Any]:
        """Every sixtieth of a second of a chart that is played, painted at once after another."""
        self.show(chart)
        self.all_ms()
        self._state.phase, self._state.start_ns, self._state.take_id = Phase.PLAYING, 0, "bench"
        notes = len(chart.notes)
        records = np.zeros(notes, RECORD_DTYPE)
        records["kind"], records["confirmed"] = JudgementKind.HIT, 1
        records["hit_seq"] = records["chart_index"] = np.arange(notes)
        records["offset_ns"] = np.random.default_rng(0).normal(0, 9 * NS_PER_MS, notes)
        records["t_ns"] = chart.written_ns + records["offset_ns"]
        records["pad"] = [PAD_INDEX[note.pad] for note in chart.notes]
        times: dict[str, list[float]] = {"sheet": [], "lanes": []}
        done = 0
        for now_ns in range(0, chart.length_ns, _FRAME_NS):
            upto = int(np.searchsorted(chart.written_ns, now_ns))
            self._state.take_records(records[done:upto])
            done = upto
            for name, widget in (("sheet", self._sheet), ("lanes", self._lanes)):
                began = time.perf_counter()
                widget.show_time(now_ns)
                widget.repaint()
                times[name].append((time.perf_counter() - began) * 1e3)
        return {
            name: {
                "count": len(sample),
                "p50_ms": round(float(np.percentile(sample, 50)), 3),
                "p99_ms": round(float(np.percentile(sample, 99)), 3),
                "max_ms": round(max(sample), 3),
                "over_a_sixtieth": sum(ms > 1000 / 60 for ms in sample),
                "frames_per_s": round(1000 * len(sample) / sum(sample), 1),
            }
            for name, sample in times.items()
        }


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1e3, 1)


if __name__ == "__main__":
    sys.exit(main())
