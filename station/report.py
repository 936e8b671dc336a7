"""The report of a take: every hit with its note, what was missed, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.engine.engine import heard_rows_of_array
from station.garbage import collector_paused
from station.hits import HitArray, from_array, to_array
from station.model import (
    PADS,
    Calibration,
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
from station.timing.beam import DOUBLE, MISSED, ORNAMENT, Resync
from station.timing.judging import Judging
from station.timing.statistics import take_statistics
from station.timing.statistics_ornaments import ornament_statistics
from station.timing.statistics_passes import Pass, by_pass

SCHEMA = "station.take/1"
_PAD_NAMES = [pad.value for pad in PADS]
_US_PER_MS = 1000
_HALF_US = units.NS_PER_US // 2


@dataclass(frozen=True, eq=False)
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
    hit_array
        The hits, of `hits.HIT_DTYPE`, in order of time; of equal times the one that arrived
        first.
    live_index, chart_index
        The note of each hit as said at once and as confirmed, −1 for an extra hit; shape
        (hits,).
    live_ornament_of, ornament_of
        The note that each hit is a grace stroke or a bounce of, in the same way; −1 for none.
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
    calibration
        What the latency was measured by, or None.
    """

    chart: Chart
    kit: KitUsed
    start_ns: int
    latency_ns: int
    hit_array: HitArray
    live_index: NDArray[np.int32]
    chart_index: NDArray[np.int32]
    live_ornament_of: NDArray[np.int32]
    ornament_of: NDArray[np.int32]
    offset_ns: NDArray[np.int64]
    missed: tuple[int, ...]
    verdict: Verdict
    state: TakeState = TakeState.FINISHED
    marks: tuple[Mark, ...] = ()
    resyncs: tuple[Resync, ...] = ()
    calibration: Calibration | None = None

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """The hits as records, in the same order."""
        return tuple(from_array(self.hit_array))

    @property
    def offsets_ms(self) -> NDArray[np.float64]:
        """Offsets of the hits that were a note, in order of time."""
        return self.offset_ns[self.chart_index >= 0] / np.float64(units.NS_PER_MS)

    @cached_property
    def ornaments(self) -> dict[str, Any] | None:
        """How flams, drags and buzzes were played, JSON-ready; None where none is written."""
        return ornament_statistics(
            self.chart, self.chart_index, self.ornament_of, self.hit_array["t_ns"]
        )

    @cached_property
    def passes(self) -> list[Pass]:
        """How each pass of a loop went; empty for a chart that is played once."""
        return by_pass(self.chart, self.chart_index, self.offset_ns, self.missed)

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
        if self.calibration is not None:
            told["calibration"] = calibration_dict(self.calibration)
        if self.ornaments is not None:
            told["ornaments"] = self.ornaments
        if self.passes:
            told["passes"] = [_pass(one) for one in self.passes]
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
        velocity = self.hit_array["velocity"].astype(np.int64)
        return take_statistics(self.chart, self.chart_index, self.offset_ns, velocity)

    def _hits(self) -> list[dict[str, Any]]:
        told = self._plain_hits()
        for name in ("ornament_of", "live_ornament_of"):
            notes = getattr(self, name)
            for hit in np.flatnonzero(notes >= 0).tolist():
                told[hit][name] = int(notes[hit])
        return told

    def _plain_hits(self) -> list[dict[str, Any]]:
        hits = self.hit_array
        bits = hits["flags"].tolist()
        names = {flags: flag_names(Flag(flags)) for flags in set(bits)}
        with collector_paused():
            return [
                {
                    "t_ms": t_ms,
                    "note": midi_note if midi_note >= 0 else None,
                    "pad": _PAD_NAMES[pad],
                    "velocity": velocity,
                    "flags": names[flags].copy(),
                    "chart_index": note if note >= 0 else None,
                    "live_chart_index": live if live >= 0 else None,
                    "offset_ms": offset_ms if note >= 0 else None,
                }
                for t_ms, midi_note, pad, velocity, flags, note, live, offset_ms in zip(
                    _all_ms(hits["t_ns"], self.start_ns),
                    hits["note"].tolist(),
                    hits["pad"].tolist(),
                    hits["velocity"].tolist(),
                    bits,
                    self.chart_index.tolist(),
                    self.live_index.tolist(),
                    _all_ms(self.offset_ns),
                    strict=True,
                )
            ]


def build_report(
    chart: Chart,
    hits: Sequence[Hit] | HitArray,
    *,
    start_ns: int,
    latency_ns: int,
    calibrated: bool,
    kit: KitUsed,
    state: TakeState = TakeState.FINISHED,
    end_ns: int | None = None,
    marks: Sequence[Mark] = (),
    calibration: Calibration | None = None,
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
    calibration
        What the latency was measured by, where it was.
    """
    array = hits if isinstance(hits, np.ndarray) else to_array(hits)
    zero_ns = start_ns + latency_ns
    if state is not TakeState.FINISHED and end_ns is None:
        end_ns = int(array["t_ns"].max()) if len(array) else zero_ns
    arrived = array[np.argsort(array["seq"], kind="stable")]
    by_time = np.argsort(arrived["t_ns"], kind="stable")
    in_time = arrived[by_time]
    judging = Judging(chart, calibrated=calibrated)
    rows = heard_rows_of_array(in_time, zero_ns)
    judging.hear(rows)
    settled = judging.finish(None if end_ns is None else end_ns - zero_ns)

    is_hit = settled["ticket"] != MISSED
    confirmed = np.empty(len(rows), dtype=settled.dtype)
    confirmed[settled["ticket"][is_hit]] = settled[is_hit]
    labels = confirmed["chart_index"]
    in_time["flags"][labels == DOUBLE] |= int(Flag.DOUBLE_TRIGGER)
    # What is written around a note only looks like a double trigger, and so may the note itself.
    excused = (labels <= ORNAMENT) | (confirmed["counts"] != 0)
    in_time["flags"][excused] &= ~np.uint16(Flag.DOUBLE_TRIGGER)
    at_once = _said_at_once(chart, arrived, by_time, rows["label"], zero_ns)
    return Report(
        chart=chart,
        kit=kit,
        start_ns=start_ns,
        latency_ns=latency_ns,
        hit_array=in_time,
        live_index=np.maximum(at_once, -1),
        chart_index=np.maximum(labels, -1),
        live_ornament_of=np.maximum(ORNAMENT - at_once, -1),
        ornament_of=np.maximum(ORNAMENT - labels, -1),
        offset_ns=np.where(labels >= 0, confirmed["offset_ns"], 0),
        missed=tuple(np.sort(settled["chart_index"][~is_hit]).tolist()),
        verdict=judging.verdict(),
        resyncs=tuple(judging.resyncs),
        state=state,
        marks=tuple(marks),
        calibration=calibration,
    )


def _said_at_once(
    chart: Chart,
    arrived: HitArray,
    by_time: NDArray[np.int64],
    labels_by_time: NDArray[np.int32],
    zero_ns: int,
) -> NDArray[np.int32]:
    """The label that the engine gave each hit when it came, shape (hits,), in order of time."""
    labels = labels_by_time
    if (by_time != np.arange(len(by_time))).any():
        # Some came late: then they were judged in another order than now.
        rows = heard_rows_of_array(arrived, zero_ns)
        Judging(chart, calibrated=False).hear(rows)
        labels = rows["label"][by_time]
    return labels


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


def calibration_dict(calibration: Calibration) -> dict[str, Any]:
    """A calibration as JSON-ready values."""
    return {
        "method": calibration.method,
        "latency_ms": _ms(calibration.latency_ns),
        "spread_ms": _ms(calibration.spread_ns),
        "n": calibration.count,
        "measured_at": calibration.measured_at,
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


def _pass(one: Pass) -> dict[str, Any]:
    return {
        "pass": one.number,
        "hits": one.hits,
        "missed": one.missed,
        "offset_ms": _rounded(one.offset_ms, 3),
        "spread_ms": _rounded(one.spread_ms, 3),
    }


def _ms(ns: int) -> float:
    """To the microsecond, half up."""
    return (ns + _HALF_US) // units.NS_PER_US / _US_PER_MS


def _all_ms(ns: NDArray[np.int64], since_ns: int = 0) -> list[float]:
    """The same as `_ms` of a whole array less `since_ns`, shape (n,)."""
    # Apart, since a difference of two int64 need not be one.
    whole_us, rest_ns = np.divmod(ns, units.NS_PER_US)
    since_us, since_rest_ns = divmod(since_ns, units.NS_PER_US)
    carried = (rest_ns - since_rest_ns + _HALF_US) // units.NS_PER_US
    told: list[float] = ((whole_us - since_us + carried) / _US_PER_MS).tolist()
    return told


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0
