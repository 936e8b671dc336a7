"""Was this take rushing or dragging? A file or hits against a chart, without a kit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from station import units
from station.charts.chart import Chart
from station.errors import WrongUse
from station.files import load_chart, read_bytes
from station.hal import smf_events
from station.hits import HitArray
from station.hits_given import checked_array
from station.kits.library import FALLBACK, load_library
from station.kits.played import hits_of_file
from station.kits.profile import Profile
from station.model import Hit, KitUsed, Mark, StampedBy
from station.report import Report, build_report

MAX_LATENCY_MS = 1000


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
        When the latency is no number of milliseconds up to a second, or a hit in memory
        cannot be.

    Examples
    --------
    >>> report = analyse("take.mid", chart="chart.mid")  # doctest: +SKIP
    >>> report.verdict.tempo.call  # doctest: +SKIP
    <TempoCall.RUSHING: 'rushing'>
    """
    latency_ns = 0 if latency_ms is None else _latency_ns(latency_ms)
    if not isinstance(chart, Chart):
        chart = load_chart(str(chart))
    marks: Sequence[Mark] = ()
    if isinstance(take, (str, Path)):
        hits, marks, kit = _read_take(Path(take), _profile(kit_profile))
    else:
        hits = checked_array(take)
        kit = _no_kit(hits)
    return build_report(
        chart,
        hits,
        start_ns=0,
        latency_ns=latency_ns,
        calibrated=calibrated is not False,
        kit=kit,
        marks=marks,
    )


def _profile(wanted: str | Profile | None) -> Profile:
    if isinstance(wanted, Profile):
        return wanted
    return load_library().named(wanted or FALLBACK)


def _latency_ns(latency_ms: float) -> int:
    if not isinstance(latency_ms, (int, float)) or not abs(latency_ms) <= MAX_LATENCY_MS:
        raise WrongUse(
            f"A latency of {latency_ms} ms cannot be; give a number from −{MAX_LATENCY_MS} to "
            f"{MAX_LATENCY_MS}, like 12.5."
        )
    return units.ns_from_ms(latency_ms)


def _read_take(path: Path, profile: Profile) -> tuple[HitArray, list[Mark], KitUsed]:
    played = smf_events.read_played_file(read_bytes(path, smf_events.MAX_BYTES), path.name)
    heard = hits_of_file(played.of_the_drums(), profile)
    kit = KitUsed(f"replay://{path}", path.name, profile.name, StampedBy.FILE, played.sigma_ns)
    return heard.hits, heard.marks, kit


def _no_kit(hits: HitArray) -> KitUsed:
    sigma_ns = int(hits["t_sigma_ns"].max(initial=0))
    return KitUsed("", "hits in memory", "", StampedBy.FILE, sigma_ns)
