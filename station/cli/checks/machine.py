"""The machine itself: cores, load, clock, and how late it wakes up."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from station.cli.checks.finding import Finding, ok, remark
from station.clock import MONOTONIC, Clock
from station.units import NS_PER_MS, NS_PER_US, ms_from_ns

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_WAITS = 50
_WAIT_NS = 2 * NS_PER_MS
# Above this, a waking-up thread adds to a hit's way more than MIDI's own wire does.
_LATE_NS = 2 * NS_PER_MS
_COARSE_NS = 100 * NS_PER_US


def check() -> list[Finding]:
    """Everything about the machine; takes a fifth of a second."""
    return [_processors(), *_governor(_GOVERNOR), _clock(), waking_up(MONOTONIC)]


def _processors() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = f"{cores} processor cores"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    if load is not None:
        said += f", load {load:.1f}"
    if cores == 1:
        return remark(
            "processor", said, "on one core the window and the engine share it: use 'station play'"
        )
    if load is not None and cores and load > cores:
        return remark("processor", f"{said}: busy", "close other programs while you play")
    return ok("processor", said)


def _governor(path: Path) -> list[Finding]:
    try:
        governor = path.read_text().strip()
    except OSError:  # a virtual machine, or not Linux
        return []
    if governor == "powersave" and not _driver_scales_itself(path):
        return [
            remark(
                "processor speed",
                "the governor is 'powersave': hits may be judged a little later",
                "sudo cpupower frequency-set -g performance",
            )
        ]
    return [ok("processor speed", f"governor {governor}")]


def _driver_scales_itself(governor: Path) -> bool:
    """Intel's own driver calls its normal, load-following mode 'powersave' as well."""
    try:
        return "pstate" in (governor.parent / "scaling_driver").read_text()
    except OSError:
        return False


def _clock() -> Finding:
    info = time.get_clock_info("monotonic")
    resolution_ns = info.resolution * 1e9
    said = f"{info.implementation}, in steps of {resolution_ns:g} ns"
    if resolution_ns > _COARSE_NS:
        return remark("clock", said, "stamps are no better than this step on this system")
    return ok("clock", said)


def waking_up(clock: Clock) -> Finding:
    """How late a short wait ends, at worst but one in fifty."""
    never = threading.Event()
    late_ns = []
    for _ in range(_WAITS):
        due_ns = clock.now_ns() + _WAIT_NS
        clock.wait(never, _WAIT_NS)
        late_ns.append(clock.now_ns() - due_ns)
    worst_ns = sorted(late_ns)[-2]
    said = f"a thread wakes up at most {max(0.0, ms_from_ns(worst_ns)):.2f} ms late"
    if worst_ns > _LATE_NS:
        return remark(
            "waking up", said, "close other programs; verdicts use the driver's stamps and hold"
        )
    return ok("waking up", said)
