"""Is the swing called rightly against the ratio that is written?

The same takes against several charts: one written as it is played, straight, two to one, and one
that the player is off by just what is noticed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from station.bench import verdict_kit_cases as kit_cases
from station.bench.verdict_cases import BEAT_MS, Floats
from station.charts.chart import Chart
from station.timing import evidence
from station.timing.beam import CONFIRMED
from station.timing.evidence import FIRST_PAIR_CALL, HIGH, LOW, SWING_ASKED, WITHIN
from station.timing.verdict import RunningVerdict

_PLACE = kit_cases.SWING / (1 + kit_cases.SWING)
_MARGIN = 6.0 / BEAT_MS
_CHARTS = {
    "as played": _PLACE,
    "straight": 0.5,
    "2:1": 2 / 3,
    "at the margin": _PLACE - _MARGIN,
}
_LOOK_BEATS = SWING_ASKED * evidence.PAIRS_TOGETHER
_MOST_FALSE = 1.0  # %


def rows(runs: int, beats: int, seed: int) -> list[dict[str, Any]]:
    """For each player and chart, how often and how soon each call is made.

    Parameters
    ----------
    runs, beats
        Takes of each player, and their length.
    seed
        The same seed gives the same takes.
    """
    told = []
    for i, wanders in enumerate((True, False)):
        kit = kit_cases.kit_takes(runs, beats, seed + i, wanders=wanders)
        for name, written in _CHARTS.items():
            chart = kit_cases.kit_chart(beats, written / (1 - written))
            # Against this chart, from where an off-beat of straight eighths is written.
            offsets = kit.offsets_ms.copy()
            offsets[:, 2::3] -= (chart.notes[2].tick / 480 - 0.5) * BEAT_MS
            at = _called_at(chart, offsets)
            told.append(
                {
                    "player": kit.name,
                    "chart": name,
                    **{
                        f"{word}_{what}": value
                        for word, call in (("narrower", LOW), ("wider", HIGH), ("within", WITHIN))
                        for what, value in _of(at[:, call - 1])
                    },
                }
            )
    return told


def _of(at: Floats) -> tuple[tuple[str, float | None], ...]:
    median = float(np.median(at))
    share = float(np.isfinite(at).mean())
    return ("share", share), ("beats", median if np.isfinite(median) else None)


def _called_at(chart: Chart, offsets_ms: Floats) -> Floats:
    """Beat of the first call that is narrower, wider, as written; infinite for never.

    Shape (runs, 3).
    """
    fresh = RunningVerdict(chart, calibrated=True).tables()
    settled = np.zeros(offsets_ms.shape[1], dtype=CONFIRMED)
    settled["ticket"] = settled["chart_index"] = np.arange(len(settled))
    settled["counts"] = 1
    at = np.full((len(offsets_ms), 3), np.inf)
    step = _LOOK_BEATS * len(settled) // round(chart.length_ticks / 480)
    for r, offsets in enumerate(offsets_ms):
        settled["offset_ns"] = np.rint(offsets * 1e6)
        tables = [table.copy() for table in fresh]
        call = tables[-1][FIRST_PAIR_CALL : FIRST_PAIR_CALL + 1]
        for begin in range(0, len(settled), step):
            evidence.feed(settled[begin : begin + step], *tables)
            said = int(call["call"][0])
            if said and not np.isfinite(at[r, said - 1]):
                at[r, said - 1] = int(call["called_at_beat"][0])
    return at


def targets(told: list[dict[str, Any]]) -> list[tuple[str, float | None, float]]:
    """Name, measured, at most."""
    right = [row for row in told if row["chart"] == "as played"]
    astray = [row for row in told if row["chart"] in {"straight", "2:1"}]
    wrong = [
        row["narrower_share" if row["chart"] == "straight" else "wider_share"] for row in astray
    ]
    worst = max(max(row["narrower_share"], row["wider_share"]) for row in right)
    return [
        ("swing, false calls a side, %", 100 * worst, _MOST_FALSE),
        ("swing, wrong side, %", 100 * max(wrong), 0.1),
    ]


def render(told: list[dict[str, Any]]) -> list[str]:
    """What was measured, for a terminal."""
    lines = ["", f"{'swing of 1.2:1 against the chart':<36}narrower, wider, as written: % (beats)"]
    for row in told:
        calls = (
            f"{100 * row[f'{word}_share']:5.1f} ({_beats(row[f'{word}_beats'])})"
            for word in ("narrower", "wider", "within")
        )
        lines.append(f"  {row['player'] + ', ' + row['chart']:<34}" + "  ".join(calls))
    return lines


def _beats(at: float | None) -> str:
    return "never" if at is None else f"{at:.0f}"
