"""How wrong a hit's time is: estimators over the same lines and clocks."""

from __future__ import annotations

import time
from random import Random
from typing import Any

import numpy as np

from firmware_bridge.bench.estimators import ESTIMATORS, Estimator
from firmware_bridge.bench.exchanges import LINES, START_NS, LineModel, exchanges
from firmware_bridge.schedule import FIRST_PINGS
from firmware_bridge.simboard.clock import SimClock
from station.units import NS_PER_S, NS_PER_US

_WANDER_PPM = 2.0
# Slopes: a quartz, and the two ends of what a ceramic resonator may be.
SLOPES_PPM = (50.0, -5_000.0, 5_000.0)
_SETTLED_AFTER_NS = 10 * NS_PER_S


def compare_estimators(seconds: float, seeds: int) -> dict[str, Any]:
    """Error of stamps in µs, by line, slope and estimator.

    Parameters
    ----------
    seconds
        Length of a take; ten hits or so a second are told.
    seeds
        How many takes.
    """
    return {
        f"{line}, {ppm:+.0f} ppm": {
            name: _errors_of(name, line, ppm, seconds, seeds) for name in ESTIMATORS
        }
        for line in LINES
        for ppm in SLOPES_PPM
    }


def _errors_of(name: str, line: str, ppm: float, seconds: float, seeds: int) -> dict[str, Any]:
    first: list[float] = []
    settled: list[float] = []
    spent_s, count = 0.0, 0
    for seed in range(seeds):
        clock = SimClock(START_NS - 7 * NS_PER_S, ppm, _WANDER_PPM)
        estimator = ESTIMATORS[name]()
        started = time.perf_counter()
        errors = _take(estimator, LINES[line], clock, seconds, seed)
        spent_s += time.perf_counter() - started
        count += len(errors)
        for at_ns, error_ns in errors:
            (settled if at_ns > START_NS + _SETTLED_AFTER_NS else first).append(error_ns)
    return {
        **_summary(settled),
        "first_10_s_p99_us": round(float(np.percentile(np.abs(first), 99)) / NS_PER_US, 1),
        "us_per_exchange": round(spent_s / count * 1e6, 1),
    }


def _take(
    estimator: Estimator, line: LineModel, clock: SimClock, seconds: float, seed: int
) -> list[tuple[int, float]]:
    """True time and error of one hit after each exchange, from the sixteenth on."""
    random = Random(seed + 1)
    errors = []
    for n, (heard, until_ns) in enumerate(exchanges(line, clock, seconds, seed), start=1):
        estimator.hear(heard)
        if n < FIRST_PINGS or until_ns <= heard.heard_ns:
            continue
        true_ns = random.randrange(heard.heard_ns, until_ns)
        errors.append((true_ns, estimator.host_ns(clock.now_us(true_ns)) - true_ns))
    return errors


def _summary(errors_ns: list[float]) -> dict[str, float]:
    errors_us = np.array(errors_ns) / NS_PER_US
    return {
        "sd_us": round(float(errors_us.std()), 1),
        "mean_us": round(float(errors_us.mean()), 1),
        "p99_us": round(float(np.percentile(np.abs(errors_us), 99)), 1),
        "max_us": round(float(np.abs(errors_us).max()), 1),
    }
