"""`station bench live`: latency, burst, start-up and memory, as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from station.bench.hit_path import burst, hit_latency, start_up

# What issue and README promise.
P99_RATIO = 1.25
START_S = 2.0


def run(hits: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure all of it.

    Parameters
    ----------
    hits, rounds
        Of the latency; see `hit_path.hit_latency`.
    say
        Takes progress.
    """
    return {
        "schema": "station.bench.live/1",
        "start_up": start_up(5, say),
        "latency": hit_latency(hits, rounds, say),
        "burst": burst(10_000, 10, say),
    }


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    latency, flood, start = result["latency"], result["burst"], result["start_up"]
    rows = {
        "bare callback, idle machine": latency["floor_idle"],
        "bare callback beside the window": latency["floor_beside"],
        "station: sent to judged": latency["station"],
        "  of it, read to judged": latency["read_to_judged"],
    }
    lines = [f"{'ms':34}{'median':>9}{'99 %':>9}{'most':>9}"]
    lines += [
        f"{name:34}{row['p50_ms']:9.3f}{row['p99_ms']:9.3f}{row['max_ms']:9.3f}"
        for name, row in rows.items()
    ]
    lines += [
        f"99 % of the station to the idle floor: {latency['p99_ratio_to_idle']:.2f}, to the "
        f"floor beside it: {latency['p99_ratio_to_beside']:.2f} (goal: {P99_RATIO:g} or less)",
        f"the window painted {latency['window_frames_per_s']:.0f} frames a second",
        f"burst: {flood['sent']} hits at {flood['sent_per_s']} a second, {flood['lost']} lost, "
        f"{flood['not_shown']} judged but not shown",
        f"start to first judged hit: {start['median_s']:.2f} s, at most {start['max_s']:.2f} s "
        f"(goal: {START_S:g})",
        "memory after the burst: " + _memory(flood["memory_mb"]),
    ]
    return "\n".join(lines)


def _memory(megabytes: dict[str, float | None]) -> str:
    return ", ".join(
        f"{who} {'?' if mb is None else f'{mb:.0f} MB'}" for who, mb in megabytes.items()
    )
