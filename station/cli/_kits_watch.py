"""`station kits --watch`: every hit of a kit as it comes, to see what a pad sends."""

from __future__ import annotations

import itertools
import threading

from station.charts.lanes import place_name
from station.cli._output import clean, note, say
from station.cli._signals import asked_to_stop
from station.clock import MONOTONIC
from station.engine.kit_link import KitLink
from station.hal.api import BringsItsTime, FollowsChart
from station.model import Flag, Hit, Mark
from station.units import NS_PER_MS, ns_from_s, s_from_ns

_WAIT_NS = 50 * NS_PER_MS


def watch(address: str, seconds: float | None) -> int:
    """Print hits until Ctrl-C, the end of the time, or the end of a replay.

    Raises
    ------
    StationError
        When the kit cannot be opened.
    """
    wake = threading.Event()
    link = KitLink(address, 0, itertools.count(), MONOTONIC)
    try:
        link.open(wake.set)
        _greet(link)
        begin_ns = opened_ns = MONOTONIC.now_ns()
        if isinstance(link.source, BringsItsTime):
            begin_ns = link.source.start_ns
        with asked_to_stop() as stop:
            while not (stop.is_set() or link.ended):
                if seconds is not None and MONOTONIC.now_ns() - opened_ns > ns_from_s(seconds):
                    break
                MONOTONIC.wait(wake, _WAIT_NS)
                wake.clear()
                found = link.pump()
                for hit in found.hits:
                    say(hit_line(hit, begin_ns))
                for mark in found.marks:
                    say(mark_line(mark, begin_ns))
    finally:
        link.close()
    return 0


def hit_line(hit: Hit, begin_ns: int) -> str:
    """One hit: when, where, how hard, and as which note."""
    parts = [
        f"{s_from_ns(hit.t_ns - begin_ns):9.3f} s",
        f"{place_name(hit.pad, hit.zone):<22}",
        f"velocity {hit.velocity:3}",
        f"note {hit.note:3}" if hit.note >= 0 else "no note ",
    ]
    if hit.openness >= 0:
        parts.append(f"hi-hat open {hit.openness}/127")
    if Flag.UNMAPPED in hit.flags:
        parts.append("in no profile: 'station kits learn' teaches it")
    parts += [
        str(flag.name).lower().replace("_", "-") for flag in hit.flags if flag is not Flag.UNMAPPED
    ]
    return "  ".join(parts)


def mark_line(mark: Mark, begin_ns: int) -> str:
    """Something other than a hit."""
    return f"{s_from_ns(mark.t_ns - begin_ns):9.3f} s  [{mark.kind.value}] {clean(mark.detail)}"


def _greet(link: KitLink) -> None:
    status = link.status()
    note(
        f"{clean(status.name)}, profile {status.profile}, stamped by {status.stamped_by} "
        f"(±{status.sigma_ms:g} ms); Ctrl-C ends."
    )
    if status.hint:
        note(clean(status.hint))
    if isinstance(link.source, FollowsChart):
        note("a simulated drummer plays only in a take: 'station play' starts one.")
