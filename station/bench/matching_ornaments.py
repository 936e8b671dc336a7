"""Flams, drags and buzzes: what the graces cost a matcher that is not told of them.

Each take is judged twice, against the chart as written and against the same chart with its
ornaments left out: that is the peer. Half of the players keep to the click, half rush by 2 %; a
verdict that says otherwise is a lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.drummer import PRESETS, Cause, Performance, Strike, perform
from station.files import load_chart
from station.model import PAD_INDEX, Ornament, PlacementCall, TempoCall, Verdict
from station.timing.beam import HEARD, ORNAMENT
from station.timing.judging import Judging
from station.units import NS_PER_S

_CHARTS = ("20-flam", "22-flam-tap", "27-pataflafla", "31-drag", "33-double-drag-tap",
           "04-multiple-bounce-roll")  # fmt: skip
# Without a limb's or a hand's own lead, which would be no lie. The even one's graces are as loud
# as the main strokes.
_PLAYERS = {
    "steady": PRESETS["steady"],
    "even": replace(PRESETS["steady"], grace_velocity=PRESETS["steady"].normal_velocity),
    "human": replace(PRESETS["human"], offset_ms=0.0, limb_offsets_ms={}, wander_ms=0.0),
}
_RUSH_PERCENT = 2.0
_SECONDS = 60
_OFF = (PlacementCall.AHEAD, PlacementCall.BEHIND)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of one take: what it was judged to be.

    Attributes
    ----------
    right, at_once, notes
        Shares that are right: of the hits, for good and at once, and of those on a note.
    extra
        Extra hits.
    lied
        Whether the verdict says what is not so.
    """

    right: float
    at_once: float
    notes: float
    extra: int
    lied: bool


def ornaments(seeds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for each chart and player; `without` is of the chart without its ornaments."""
    rows = []
    for name, player in product(_CHARTS, _PLAYERS):
        say(f"{name}, {player}")
        once = load_chart(name)
        chart = once.repeated(max(1, round(_SECONDS * NS_PER_S / once.length_ns)))
        plain = replace(chart, notes=tuple(replace(n, ornament=Ornament.NONE) for n in chart.notes))
        takes = list(_takes(chart, player, seeds))
        rows.append(
            {
                "chart": name,
                "player": player,
                "bpm": chart.bpm,
                "runs": len(takes),
                **_row([_judged(take, chart) for take in takes]),
                "without": _row([_judged(take, plain) for take in takes]),
            }
        )
    return rows


def _takes(chart: Chart, player: str, seeds: int) -> Iterator[Performance]:
    for seed in range(seeds):
        who = replace(_PLAYERS[player], seed=seed)
        yield perform(chart, who)
        yield perform(chart, replace(who, tempo_percent=_RUSH_PERCENT))


def _judged(take: Performance, chart: Chart) -> _Outcome:
    rows = [(s.t_ns, PAD_INDEX[s.pad], s.velocity, 0, 0, 0) for s in take.strikes]
    hits = np.array(rows, dtype=HEARD)
    judging = Judging(chart, calibrated=True)
    judging.hear(hits)
    settled = judging.finish()
    of_hits = settled["ticket"] >= 0
    labels = np.empty(len(hits), dtype=np.int64)
    labels[settled["ticket"][of_hits]] = settled["chart_index"][of_hits]
    meant = np.array([_meant(s) for s in take.strikes])
    right = _plainly(labels) == meant
    extra = (labels < 0) & (labels > ORNAMENT)
    return _Outcome(
        right=float(right.mean()),
        at_once=float((_plainly(hits["label"].astype(np.int64)) == meant).mean()),
        notes=float(right[meant >= 0].mean()),
        extra=int(extra.sum()),
        lied=_lies(judging.verdict(), take.params.tempo_percent),
    )


def _meant(strike: Strike) -> int:
    """The label that is right."""
    if strike.cause in (Cause.GRACE, Cause.BOUNCE):
        return ORNAMENT - strike.chart_index
    return strike.chart_index


def _plainly(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Double triggers are extra hits."""
    return np.where((labels < 0) & (labels > ORNAMENT), -1, labels)


def _lies(verdict: Verdict, tempo_percent: float) -> bool:
    true = TempoCall.RUSHING if tempo_percent else TempoCall.STEADY
    if verdict.tempo.call not in (true, TempoCall.UNDECIDED):
        return True
    return not tempo_percent and verdict.placement.call in _OFF


def _row(takes: list[_Outcome]) -> dict[str, Any]:
    return {
        "right": round(100 * float(np.mean([t.right for t in takes])), 2),
        "at_once": round(100 * float(np.mean([t.at_once for t in takes])), 2),
        "notes": round(100 * float(np.mean([t.notes for t in takes])), 2),
        "extra": round(float(np.mean([t.extra for t in takes])), 1),
        "lies": sum(t.lied for t in takes),
    }


def render_ornaments(rows: list[dict[str, Any]]) -> list[str]:
    """The table as lines of text."""
    lines = ["Flams, drags and buzzes; beside it, judged against the chart without them."]
    lines += [
        f"{r['chart']:<24}{r['player']:<8}right {r['right']:>6.2f}  at once {r['at_once']:>6.2f}"
        f"  notes {r['notes']:>6.2f} ({r['without']['notes']:.2f})"
        f"  extra {r['extra']:.1f} ({r['without']['extra']:.1f})"
        f"  lies {r['lies']}/{r['runs']} ({r['without']['lies']})"
        for r in rows
    ]
    return lines
