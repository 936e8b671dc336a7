"""Flams, drags and buzzes: how wide, with or without their grace strokes, hand by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import Ornament, Sticking
from station.units import NS_PER_MS

_GRACES = {Ornament.FLAM: 1, Ornament.DRAG: 2}
_HANDS = {Sticking.RIGHT: "right", Sticking.LEFT: "left"}


def ornament_statistics(
    chart: Chart,
    chart_index: NDArray[np.int32],
    ornament_of: NDArray[np.int32],
    t_ns: NDArray[np.int64],
) -> dict[str, Any] | None:
    """How what is written around the notes was played, JSON-ready; None where nothing is.

    Parameters
    ----------
    chart
        What should have been played.
    chart_index, ornament_of, t_ns
        Of the hits: which note, of which note a grace stroke or bounce (−1 for none), and
        when; shape (hits,).
    """
    written: dict[Ornament, list[int]] = {kind: [] for kind in Ornament}
    for i, note in enumerate(chart.notes):
        written[note.ornament].append(i)
    if len(written[Ornament.NONE]) == len(chart.notes):
        return None
    paired = np.flatnonzero(chart_index >= 0)
    played_ns = dict(zip(chart_index[paired].tolist(), t_ns[paired].tolist(), strict=True))
    strokes: dict[int, list[float]] = {}
    for hit in np.flatnonzero(ornament_of >= 0).tolist():
        of = int(ornament_of[hit])
        if of in played_ns:
            ms = abs(played_ns[of] - int(t_ns[hit])) / NS_PER_MS
            strokes.setdefault(of, []).append(ms)
    played = set(played_ns)
    told: dict[str, Any] = {
        f"{kind}s": _of_graces(chart, written[kind], graces, played, strokes)
        if written[kind]
        else None
        for kind, graces in _GRACES.items()
    }
    buzzed = written[Ornament.BUZZ]
    told["buzzes"] = _of_buzzes(buzzed, played, strokes) if buzzed else None
    told["notes"] = [
        {
            "chart_index": note,
            "ornament": chart.notes[note].ornament.value,
            "strokes_ms": [round(ms, 3) for ms in strokes.get(note, [])],
        }
        for note in sorted(played)
        if chart.notes[note].ornament is not Ornament.NONE
    ]
    return told


def _of_graces(
    chart: Chart, notes: list[int], graces: int, played: set[int], strokes: dict[int, list[float]]
) -> dict[str, Any]:
    """Flams, or drags: the width is from the first grace stroke to the main one."""
    heard = [note for note in notes if note in played]
    whole = [note for note in heard if len(strokes.get(note, ())) == graces]
    told: dict[str, Any] = {
        "written": len(notes),
        "played": len(heard),
        "with_graces": len(whole),
        "flat": sum(note not in strokes for note in heard),
        **_widths([max(strokes[note]) for note in whole]),
    }
    for sticking, name in _HANDS.items():
        own = [note for note in whole if chart.notes[note].sticking is sticking]
        told[name] = (
            {"with_graces": len(own), **_widths([max(strokes[note]) for note in own])}
            if own
            else None
        )
    return told


def _of_buzzes(
    notes: list[int], played: set[int], strokes: dict[int, list[float]]
) -> dict[str, Any]:
    heard = [note for note in notes if note in played]
    bounces = [len(strokes.get(note, ())) for note in heard]
    return {
        "written": len(notes),
        "played": len(heard),
        "with_bounces": sum(count > 0 for count in bounces),
        "bounces": float(np.median(bounces)) if bounces else None,
    }


def _widths(widths_ms: list[float]) -> dict[str, Any]:
    """Median and quartiles, None of none."""
    if not widths_ms:
        return {"width_ms": None, "quartiles_ms": None}
    low, median, high = np.quantile(widths_ms, (0.25, 0.5, 0.75)).tolist()
    return {"width_ms": round(median, 3), "quartiles_ms": [round(low, 3), round(high, 3)]}
