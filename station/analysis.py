"""Was this take rushing or dragging? A file or hits against a chart, without a kit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from station import units
from station.charts.chart import Chart
from station.errors import WrongUse
from station.files import load_chart, read_bytes
from station.hal import smf_events
from station.hal.api import MidiEvent
from station.hits import HitArray, from_array
from station.kits.library import FALLBACK, load_library
from station.kits.profile import Profile
from station.kits.translate import Translator
from station.model import Hit, KitUsed, Mark, StampedBy
from station.report import Report, build_report


def analyse(
    take: str | Path | Sequence[Hit] | HitArray,
    chart: str | Path | Chart,
    *,
    latency_ms: float | None = None,
    calibrated: bool | None = None,
    kit_profile: str | Profile | None = None,
) -> Report:
    """Judge a take against a chart; time 0 of the two is the same instant.

    Parameters
    ----------
    take
        A MIDI file, or hits with `t_ns` counted from the chart's tick 0. Of a file, the
        notes of channel 10 are the hits, or those of all channels when channel 10 is silent.
    chart
        A Chart, a chart file, or the name of a chart.
    latency_ms
        Taken off every hit's time; without it, the file's own times are true.
    calibrated
        Whether placement may be called: yes, unless False is given.
    kit_profile
        How the kit speaks that the file was recorded from: a profile or its name, General
        MIDI without it. Hits in memory are on their pads already.

    Raises
    ------
    FileError
        When a file cannot be read; ChartError, ProfileError for a chart or a profile.
    WrongUse
        When the latency is no number of milliseconds.

    Examples
    --------
    >>> report = analyse("take.mid", chart="chart.mid")  # doctest: +SKIP
    >>> report.verdict.tempo.call  # doctest: +SKIP
    <TempoCall.RUSHING: 'rushing'>
    """
    if latency_ms is not None and not math.isfinite(latency_ms):
        raise WrongUse(f"A latency of {latency_ms} ms cannot be; give a number like 12.5.")
    if not isinstance(chart, Chart):
        chart = load_chart(str(chart))
    marks: Sequence[Mark] = ()
    if isinstance(take, (str, Path)):
        hits, marks, kit = _read_take(Path(take), _profile(kit_profile))
    else:
        hits = from_array(take) if isinstance(take, np.ndarray) else list(take)
        kit = _no_kit(hits)
    return build_report(
        chart,
        hits,
        start_ns=0,
        latency_ns=units.ns_from_ms(latency_ms or 0),
        calibrated=calibrated is not False,
        kit=kit,
        marks=marks,
    )


def _profile(wanted: str | Profile | None) -> Profile:
    if isinstance(wanted, Profile):
        return wanted
    return load_library().named(wanted or FALLBACK)


def _read_take(path: Path, profile: Profile) -> tuple[list[Hit], list[Mark], KitUsed]:
    played = smf_events.read_played_file(read_bytes(path, smf_events.MAX_BYTES), path.name)
    sigma_ns = played.sigma_ns
    events = [
        MidiEvent(seq, t_ns, sigma_ns, t_ns, StampedBy.FILE, data)
        for seq, (t_ns, data) in enumerate(played.of_the_drums())
    ]
    heard = Translator(profile).translate(events)
    kit = KitUsed(f"replay://{path}", path.name, profile.name, StampedBy.FILE, sigma_ns)
    return heard.hits, heard.marks, kit


def _no_kit(hits: Sequence[Hit]) -> KitUsed:
    sigma_ns = max((hit.t_sigma_ns for hit in hits), default=0)
    return KitUsed("", "hits in memory", "", StampedBy.FILE, sigma_ns)
