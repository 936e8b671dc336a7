"""`station bench serial`: found by the entry points `station.benches`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware_bridge.bench.over_a_pty import decided_to_judged, first_sync, flood, stamp_error
from firmware_bridge.bench.run import render as render_without_a_wire
from firmware_bridge.bench.run import run as run_without_a_wire

ABOUT = "the serial wire: stamps, sync, floods and the way to the judgement, over a pty"
OPTIONS = {"seconds": 20, "hits": 300, "fuzzed": 1_000_000}
_FLOOD_PER_S = 5_000
# Clock error in ppm and whether all cores are busy, with the promised 99th percentile in µs.
_LINES = ((50.0, False, 250), (50.0, True, 300), (5_000.0, False, 500), (-5_000.0, False, 500))
_SD_US = 60
_SYNC_MS = 150
_JUDGED_MS = 1.5


def run(seconds: int, hits: int, fuzzed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure all of it.

    Parameters
    ----------
    seconds
        Of each line's stamps.
    hits
        On their way to the judgement.
    fuzzed
        Mutated frames.
    say
        Takes progress.
    """
    stamps = []
    for ppm, busy, goal_us in _LINES:
        say(f"stamps for {seconds} s: {ppm:+.0f} ppm, {'all cores busy' if busy else 'idle'}")
        stamps.append({**stamp_error(ppm, busy, seconds), "p99_goal_us": goal_us})
    say("first sync, and sync after an unplug")
    sync = first_sync(20)
    say(f"{_FLOOD_PER_S} hits a second")
    flooded = flood(_FLOOD_PER_S, 5)
    say("from the board's decision to the judgement")
    judged = decided_to_judged(hits)
    return {
        "schema": "station.bench.serial/1",
        "stamps": stamps,
        "sync": sync,
        "flood": flooded,
        "judged": judged,
        "without_a_wire": run_without_a_wire(fuzzed=fuzzed, note=say),
    }


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = [
        f"{'stamp error, µs':32}{'SD':>8}{'99 %':>8}{'goal':>8}{'most':>8}{'by arrival, 99 %':>18}"
    ]
    for row in result["stamps"]:
        name = f"{row['ppm']:+.0f} ppm, {'all cores busy' if row['busy'] else 'idle'}"
        lines.append(
            f"{name:32}{row['sd_us']:8.1f}{row['p99_us']:8.1f}{row['p99_goal_us']:8}"
            f"{row['max_us']:8.1f}{row['arrival_p99_us']:18.1f}"
        )
    sync, flooded, judged = result["sync"], result["flood"], result["judged"]
    opened, back = sync["opened_to_synced_ms"], sync["plugged_to_synced_ms"]
    lines += [
        f"(goal of the SD on a quartz: {_SD_US})",
        f"port opened to usable stamps: {opened['p50_ms']:.0f} ms, at most {opened['max_ms']:.0f} "
        f"(goal: {_SYNC_MS}); plugged in again: {back['p50_ms']:.0f}, at most "
        f"{back['max_ms']:.0f} ms (goal: 1500)",
        f"flood: {flooded['hits']} hits at {flooded['hits_per_s']} a second, {flooded['lost']} "
        f"lost, {flooded['processor_percent']} % of a core",
        f"board's decision to judgement: {judged['judged_ms']['p50_ms']:.2f} ms, 99 % "
        f"{judged['judged_ms']['p99_ms']:.2f} (goal: median {_JUDGED_MS:g}); of it to the "
        f"host {judged['arrived_ms']['p50_ms']:.2f} ms",
        render_without_a_wire(result["without_a_wire"]),
    ]
    return "\n".join(lines)
