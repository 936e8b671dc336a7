"""Players who come in late, rest, or play on after the end: the labels, and the verdict on them.

All of them play on the click: a verdict of rushing, dragging, ahead or behind is a lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from station.bench.matching_cases import (
    EXTRA,
    Case,
    Conditions,
    Part,
    come_in_again,
    make_part,
    play,
)
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import PADS, Note, PlacementCall, TempoCall, Verdict, Zone
from station.timing.beam import HEARD
from station.timing.judging import Judging

_PARTS = ("kit eighths", "one pad 16ths")
_BPM = (120.0, 330.0)
_BARS = 128
_REST_AT = 40
_PPQ = 480
_FOUND = {"kit eighths": 0.98, "one pad 16ths": 0.9}  # share of a take's hits that are right


@dataclass(frozen=True, slots=True)
class _Way:
    """Comes in `late` bars after the start; rests `rest` bars; plays `on` bars after the end."""

    late: int = 0
    rest: int = 0
    on: int = 0

    def __str__(self) -> str:
        if self.late:
            return f"comes in {self.late} bars late"
        return f"rests {self.rest} bars" if self.rest else f"plays on {self.on} bars"


_WAYS = (
    *(_Way(late=bars) for bars in (4, 16, 64)),
    *(_Way(rest=bars) for bars in (4, 16, 64)),
    *(_Way(on=bars) for bars in (2, 16)),
)


def entries(seeds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for each tempo, part and way of playing: takes found, and the verdicts on them."""
    rows = []
    for bpm in _BPM:
        for name in _PARTS:
            for way in _WAYS:
                say(f"{bpm:g} BPM, {name}: {way}")
                part = make_part(name, bpm, bars=_BARS)
                head = {"bpm": bpm, "part": name, "what": str(way), "runs": seeds}
                rows.append(head | _row(part, way, seeds))
    return rows


def _row(part: Part, way: _Way, seeds: int) -> dict[str, Any]:
    right, jumps = [], 0
    tempo: Counter[TempoCall] = Counter()
    placement: Counter[PlacementCall] = Counter()
    for seed in range(seeds):
        case = _play(part, way, seed)
        share, resyncs, verdict = _judged(case, part, _BARS - way.on)
        right.append(share)
        jumps += resyncs
        tempo[verdict.tempo.call] += 1
        placement[verdict.placement.call] += 1
    return {
        "right": round(100 * float(np.mean(right)), 2),
        "worst": round(100 * min(right), 2),
        "found": sum(share >= _FOUND[part.name] for share in right),
        "resyncs": jumps,
        "steady": tempo[TempoCall.STEADY],
        "centred": placement[PlacementCall.CENTRED],
        "lies": tempo[TempoCall.RUSHING]
        + tempo[TempoCall.DRAGGING]
        + placement[PlacementCall.AHEAD]
        + placement[PlacementCall.BEHIND],
    }


def _play(part: Part, way: _Way, seed: int) -> Case:
    # A limb's own lead would be no lie of the verdict's.
    case = play(part, Conditions(limb_ms=0.0), seed)
    if way.rest:
        return come_in_again(case, _REST_AT, way.rest, 0.0)[0]
    if way.late:
        return come_in_again(case, 0, way.late, 0.0)[0]
    kept = part.written_ms < (_BARS - way.on) * part.bar_ms - 1e-6
    return replace(case, truth=np.where(case.truth < kept.sum(), case.truth, EXTRA))


def _judged(case: Case, part: Part, bars: int) -> tuple[float, int, Verdict]:
    """Share of the hits that are right, how often the player was said to be lost, the verdict."""
    judging = Judging(_chart(part, bars), calibrated=True)
    hits = np.zeros(len(case.t_ms), dtype=HEARD)
    hits["t_ns"] = np.round(case.t_ms * 1e6)
    hits["lane"] = case.lane
    hits["velocity"] = case.velocity
    labels = np.full(len(hits), EXTRA)
    judging.hear(hits)
    settled = judging.finish()
    of_hits = settled["ticket"] >= 0
    labels[settled["ticket"][of_hits]] = np.maximum(settled["chart_index"][of_hits], EXTRA)
    return float((labels == case.truth).mean()), len(judging.resyncs), judging.verdict()


def _chart(part: Part, bars: int) -> Chart:
    ticks = np.round(part.written_ms / part.bar_ms * 4 * _PPQ).astype(np.int64)
    notes = tuple(
        Note(tick, PADS[lane], Zone.HEAD, 36 + lane)
        for tick, lane in zip(ticks.tolist(), part.lane.tolist(), strict=True)
        if tick < bars * 4 * _PPQ
    )
    tempo = TempoMap.constant(round(240_000 / part.bar_ms), _PPQ)
    return Chart(part.name, tempo, (MetreChange(0, 4, 4),), notes, bars * 4 * _PPQ)


def render_entries(rows: list[dict[str, Any]]) -> list[str]:
    """The table as lines of text."""
    lines = ["Late entries, rests, playing on; all on the click: no verdict may say otherwise."]
    lines += [
        f"{r['bpm']:>3.0f} {r['part']:<16}{r['what']:<23}found {r['found']}/{r['runs']}"
        f"  right {r['right']:.2f} (worst {r['worst']:.2f})"
        f"  steady {r['steady']}  centred {r['centred']}  lies {r['lies']}"
        f"  said lost {r['resyncs']}"
        for r in rows
    ]
    return lines
