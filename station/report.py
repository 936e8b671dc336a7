"""The report of a take: every hit with its note, what was missed, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.engine.engine import heard_rows
from station.model import (
    Flag,
    Hit,
    KitUsed,
    LimbVerdict,
    Mark,
    PlacementVerdict,
    SpreadVerdict,
    SwingVerdict,
    TakeState,
    TempoVerdict,
    Verdict,
)
from station.timing.beam import DOUBLE, MISSED, Resync
from station.timing.judging import Judging
from station.timing.statistics import take_statistics

SCHEMA = "station.take/1"


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What a take was, judged.

    Attributes
    ----------
    chart, kit
        What was played, and on what.
    start_ns
        The chart's tick 0 on the clock of the hits.
    latency_ns
        Taken off every hit's time before it was judged.
    hits
        In order of time; of equal times the one that arrived first.
    live_index, chart_index
        The note of each hit as said at once and as confirmed, −1 for an extra hit; shape
        (hits,).
    offset_ns
        Played − written, negative is early; 0 for an extra hit; shape (hits,).
    missed
        Chart indexes, ascending.
    verdict
        The five answers.
    state
        How the take ended.
    marks
        What else happened.
    resyncs
        When the player was lost (a stop, a beat dropped) and found again.
    """

    chart: Chart
    kit: KitUsed
    start_ns: int
    latency_ns: int
    hits: tuple[Hit, ...]
    live_index: NDArray[np.int32]
    chart_index: NDArray[np.int32]
    offset_ns: NDArray[np.int64]
    missed: tuple[int, ...]
    verdict: Verdict
    state: TakeState = TakeState.FINISHED
    marks: tuple[Mark, ...] = ()
    resyncs: tuple[Resync, ...] = ()

    @property
    def offsets_ms(self) -> NDArray[np.float64]:
        """Offsets of the hits that were a note, in order of time."""
        return self.offset_ns[self.chart_index >= 0] / np.float64(units.NS_PER_MS)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready `station.take/1`; times relative to the chart's tick 0.

        `t_ms` is as stamped, `offset_ms` after the latency was taken off.
        """
        told: dict[str, Any] = {
            "schema": SCHEMA,
            "chart": {"title": self.chart.title, "notes": len(self.chart.notes)},
            "tempo_bpm": round(self.chart.bpm, 6),
            "kit": {
                "address": self.kit.address,
                "profile": self.kit.profile,
                "stamped_by": self.kit.stamped_by.value,
                "sigma_ms": _ms(self.kit.sigma_ns),
            },
            "state": self.state.value,
            "hits": self._hits(),
            "missed": list(self.missed),
            "verdict": verdict_dict(self.verdict),
            "statistics": self.statistics(),
        }
        if self.latency_ns:
            told["latency_ms"] = _ms(self.latency_ns)
        if self.resyncs:
            told["resyncs"] = [
                {
                    "t_ms": _ms(r.t_ns + self.latency_ns),
                    "shift_ms": _ms(r.shift_ns),
                    "stopped_ms": _ms(r.stopped_ns),
                }
                for r in self.resyncs
            ]
        if self.marks:
            told["marks"] = [
                {"t_ms": _ms(m.t_ns - self.start_ns), "kind": m.kind.value, "detail": m.detail}
                for m in self.marks
            ]
        return told

    def statistics(self) -> dict[str, Any]:
        """What else the whole take tells, JSON-ready."""
        velocity = np.array([hit.velocity for hit in self.hits], dtype=np.int64)
        return take_statistics(self.chart, self.chart_index, self.offset_ns, velocity)

    def _hits(self) -> list[dict[str, Any]]:
        start_ns = self.start_ns
        names = {flags: flag_names(flags) for flags in {hit.flags for hit in self.hits}}
        return [
            {
                "t_ms": _ms(hit.t_ns - start_ns),
                "note": hit.note if hit.note >= 0 else None,
                "pad": hit.pad.value,
                "velocity": hit.velocity,
                "flags": list(names[hit.flags]),
                "chart_index": note if note >= 0 else None,
                "live_chart_index": live if live >= 0 else None,
                "offset_ms": _ms(offset_ns) if note >= 0 else None,
            }
            for hit, note, live, offset_ns in zip(
                self.hits,
                self.chart_index.tolist(),
                self.live_index.tolist(),
                self.offset_ns.tolist(),
                strict=True,
            )
        ]


def build_report(
    chart: Chart,
    hits: Sequence[Hit],
    *,
    start_ns: int,
    latency_ns: int,
    calibrated: bool,
    kit: KitUsed,
    state: TakeState = TakeState.FINISHED,
    end_ns: int | None = None,
    marks: Sequence[Mark] = (),
) -> Report:
    """Judge a whole take from its hits, as the engine would have live.

    Hits are judged in order of time, so that one that was late then is judged rightly now;
    what was said at once comes out as it was said, in order of arrival (`seq`).

    Parameters
    ----------
    chart, hits
        What should be played, and what was, in any order.
    start_ns
        The chart's tick 0 on the clock of the hits.
    latency_ns, calibrated
        Constant taken off every hit's time, and whether anybody measured it.
    kit
        What it was played on.
    state, end_ns
        How it ended, and when it was stopped: notes written later are not missed. None for
        a take that went through the whole chart, or was broken off (it ends at its last hit).
    marks
        What else happened.
    """
    if state is not TakeState.FINISHED and end_ns is None:
        end_ns = max((hit.t_ns for hit in hits), default=start_ns + latency_ns)
    zero_ns = start_ns + latency_ns
    arrived = sorted(hits, key=lambda hit: hit.seq)
    stamps = [hit.t_ns for hit in arrived]
    by_time = sorted(range(len(arrived)), key=stamps.__getitem__)
    judging = Judging(chart, calibrated=calibrated)
    rows = heard_rows((arrived[i] for i in by_time), zero_ns)
    judging.hear(rows)
    settled = judging.finish(None if end_ns is None else end_ns - zero_ns)

    is_hit = settled["ticket"] != MISSED
    confirmed = np.empty(len(rows), dtype=settled.dtype)
    confirmed[settled["ticket"][is_hit]] = settled[is_hit]
    labels = confirmed["chart_index"]
    in_time = [arrived[i] for i in by_time]
    for i in np.flatnonzero(labels == DOUBLE).tolist():
        in_time[i] = replace(in_time[i], flags=in_time[i].flags | Flag.DOUBLE_TRIGGER)
    return Report(
        chart=chart,
        kit=kit,
        start_ns=start_ns,
        latency_ns=latency_ns,
        hits=tuple(in_time),
        live_index=_said_at_once(chart, arrived, by_time, rows["label"], zero_ns),
        chart_index=np.maximum(labels, -1),
        offset_ns=confirmed["offset_ns"],
        missed=tuple(sorted(settled["chart_index"][~is_hit].tolist())),
        verdict=judging.verdict(),
        resyncs=tuple(judging.resyncs),
        state=state,
        marks=tuple(marks),
    )


def _said_at_once(
    chart: Chart,
    arrived: Sequence[Hit],
    by_time: Sequence[int],
    labels_by_time: NDArray[np.int32],
    zero_ns: int,
) -> NDArray[np.int32]:
    """What the engine called each hit when it came, shape (hits,), in order of time."""
    labels = labels_by_time
    if any(i != place for place, i in enumerate(by_time)):
        # Some came late: then they were judged in another order than now.
        rows = heard_rows(arrived, zero_ns)
        Judging(chart, calibrated=False).hear(rows)
        labels = rows["label"][list(by_time)]
    at_once: NDArray[np.int32] = np.maximum(labels, -1)
    return at_once


def verdict_dict(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON-ready values; a part that cannot be said is None."""
    return {
        "tempo": _tempo(verdict.tempo),
        "placement": _placement(verdict.placement),
        "spread": _spread(verdict.spread),
        "limbs": None if verdict.limbs is None else [_limb(limb) for limb in verdict.limbs],
        "swing": _swing(verdict.swing),
        "matched": verdict.matched,
    }


def flag_names(flags: Flag) -> list[str]:
    """Flags as words: `double-trigger`, `crosstalk`."""
    return [str(flag.name).lower().replace("_", "-") for flag in Flag if flag in flags and flag]


def _tempo(v: TempoVerdict) -> dict[str, Any]:
    return {
        "call": v.call.value,
        "ratio_percent": _rounded(v.ratio_percent, 4),
        "low": _rounded(v.low, 4),
        "high": _rounded(v.high, 4),
        "called_at_beat": v.called_at_beat,
    }


def _placement(v: PlacementVerdict) -> dict[str, Any]:
    return {
        "call": v.call.value,
        "offset_ms": _rounded(v.offset_ms, 3),
        "low": _rounded(v.low, 3),
        "high": _rounded(v.high, 3),
        "called_at_beat": v.called_at_beat,
        "calibrated": v.calibrated,
    }


def _spread(v: SpreadVerdict | None) -> dict[str, Any] | None:
    if v is None:
        return None
    return {
        "sd_ms": _rounded(v.sd_ms, 3),
        "low": _rounded(v.low, 3),
        "high": _rounded(v.high, 3),
    }


def _limb(v: LimbVerdict) -> dict[str, Any]:
    return {
        "pad": v.pad.value,
        "against": v.against.value,
        "offset_ms": _rounded(v.offset_ms, 3),
        "low": _rounded(v.low, 3),
        "high": _rounded(v.high, 3),
        "pairs": v.pairs,
    }


def _swing(v: SwingVerdict | None) -> dict[str, Any] | None:
    if v is None:
        return None
    return {
        "ratio": _rounded(v.ratio, 4),
        "low": _rounded(v.low, 4),
        "high": _rounded(v.high, 4),
        "offbeats": v.offbeats,
        "written": _rounded(v.written, 4),
        "call": v.call.value,
        "called_at_beat": v.called_at_beat,
    }


def _ms(ns: int) -> float:
    return round(units.ms_from_ns(ns), 3) + 0.0  # never −0.0


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0
