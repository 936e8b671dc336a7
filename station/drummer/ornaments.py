"""Strokes around a note: the graces of flams and drags, and a buzzed stick's bounces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from station.charts.chart import Chart
from station.drummer.noise import Noise
from station.drummer.params import DrummerParams
from station.drummer.performance import Cause, Strike
from station.model import Ornament, Pad
from station.units import NS_PER_MS, ns_from_ms

# Of the time since the pad's last stroke, graces take so much at most.
_ROOM = 0.6
_NARROWEST_MS = 2.0
# Each bounce is softer than the one before, and the last one is over before the next stroke.
_FIRST_BOUNCE, _EACH_BOUNCE = 0.6, 0.8
_CLEAR_NS = 8 * NS_PER_MS


def graces(
    chart: Chart, strokes: Sequence[Strike], params: DrummerParams, noise: Noise
) -> Iterator[Strike]:
    """Grace strokes before the strokes on notes that are written so.

    Parameters
    ----------
    strokes
        On the notes, by chart index.
    """
    count = len(chart.notes)
    widths = {
        Ornament.FLAM: (params.flam_ms,),
        Ornament.DRAG: (params.drag_ms, params.drag_ms),
    }
    drawn = [(noise.normal(f"grace {i}", count) * params.grace_sd_ms).tolist() for i in range(2)]
    left_out = [noise.uniform(f"grace {i}/miss", count) < params.grace_miss_rate for i in range(2)]
    velocities = [noise.normal(f"grace {i}/velocity", count).tolist() for i in range(2)]
    before: dict[Pad, int] = {}
    for s in strokes:
        since, before[s.pad] = before.get(s.pad), s.t_ns
        n = s.chart_index
        ms = widths.get(chart.notes[n].ornament, ())
        away = [max(x + drawn[i][n], _NARROWEST_MS) for i, x in enumerate(ms)]
        shrunk = 1.0
        if since is not None and ms:
            shrunk = min(1.0, _ROOM * (s.t_ns - since) / ns_from_ms(sum(away)))
        for i in range(len(ms)):
            if left_out[i][n]:
                continue
            t_ns = s.t_ns - ns_from_ms(sum(away[: i + 1]) * shrunk)
            loud = round(params.grace_velocity + velocities[i][n] * params.velocity_sd)
            yield replace(s, t_ns=t_ns, velocity=min(max(loud, 1), 127), cause=Cause.GRACE)


def bounces(
    chart: Chart, strokes: Sequence[Strike], params: DrummerParams, noise: Noise
) -> Iterator[Strike]:
    """Bounces after the strokes on notes that are written as a buzz.

    Parameters
    ----------
    strokes
        On the notes, by chart index.
    """
    gaps = noise.normal("bounce", len(chart.notes) * max(params.bounces, 1))
    following: dict[Pad, int] = {}
    ends = []
    for s in reversed(strokes):
        ends.append(following.get(s.pad))
        following[s.pad] = s.t_ns
    for s, end in zip(strokes, reversed(ends), strict=True):
        if chart.notes[s.chart_index].ornament is not Ornament.BUZZ:
            continue
        t_ns, velocity = s.t_ns, s.velocity * _FIRST_BOUNCE
        for i in range(params.bounces):
            gap = gaps[s.chart_index * params.bounces + i] * params.grace_sd_ms / 2
            t_ns += ns_from_ms(max(params.bounce_ms + float(gap), params.bounce_ms / 2))
            if end is not None and t_ns > end - _CLEAR_NS:
                break
            yield replace(s, t_ns=t_ns, velocity=max(1, round(velocity)), cause=Cause.BOUNCE)
            velocity *= _EACH_BOUNCE
