from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from station.bench.matching_cases import (
    DRIFTS,
    EXTRA,
    PART_NAMES,
    Conditions,
    come_in_again,
    make_part,
    play,
)
from station.bench.oracle import oracle_labels


def likeliest_by_trying_all(case) -> list[int]:
    """Every order-preserving pairing on one lane, and the likeliest."""
    c, hits, notes = case.conditions, len(case.t_ms), len(case.expected_ms)
    best, best_log = [], -math.inf
    for n in range(min(hits, notes) + 1):
        for some_hits in combinations(range(hits), n):
            for some_notes in combinations(range(notes), n):
                log = (notes - n) * math.log(c.miss)
                log += (hits - n) * math.log(case.extras_per_ms[0])
                for h, k in zip(some_hits, some_notes, strict=True):
                    z = (case.t_ms[h] - case.expected_ms[k]) / c.jitter_ms
                    log += math.log(1 - c.miss) - 0.5 * z * z
                    log -= math.log(c.jitter_ms * math.sqrt(2 * math.pi))
                if log > best_log:
                    best_log = log
                    labels = dict(zip(some_hits, some_notes, strict=True))
                    best = [labels.get(h, EXTRA) for h in range(hits)]
    return best


@pytest.mark.parametrize("seed", range(25))
def test_the_oracle_finds_the_likeliest_of_all_pairings(seed):
    part = make_part("one pad 16ths", bars=1)
    part = replace(
        part, written_ms=part.written_ms[:5], lane=part.lane[:5], dynamic=part.dynamic[:5]
    )
    conditions = Conditions(jitter_ms=15.0, miss=0.2, extra=0.4, doubles=0.0)
    case = play(part, conditions, seed)
    assert oracle_labels(case).tolist() == likeliest_by_trying_all(case)


def test_without_jitter_extras_and_misses_everything_is_known():
    part = make_part("kit eighths", bars=8)
    case = play(part, Conditions(jitter_ms=0.0, miss=0.0, extra=0.0), 1)
    assert (oracle_labels(case) == case.truth).all()


@pytest.mark.parametrize(
    ("name", "jitter_ms", "low", "high"),
    [
        ("kit eighths", 6.0, 99.1, 99.7),
        ("swing triplets", 6.0, 99.2, 99.8),
        ("linear 16ths", 6.0, 99.1, 99.8),
        ("one pad 16ths", 6.0, 97.3, 98.5),
        ("one pad 16ths", 12.0, 93.7, 95.3),
    ],
)
def test_the_limit_is_where_it_was_measured_before(name, jitter_ms, low, high):
    part = make_part(name)
    cases = [play(part, Conditions(jitter_ms=jitter_ms), seed) for seed in range(3)]
    right = [float((oracle_labels(case) == case.truth).mean()) for case in cases]
    assert low < 100 * np.mean(right) < high


@pytest.mark.parametrize("name", PART_NAMES)
def test_the_same_seed_plays_the_same_take(name):
    part = make_part(name, bars=4)
    a, b = play(part, Conditions(), 7), play(part, Conditions(), 7)
    assert np.array_equal(a.t_ms, b.t_ms)
    assert np.array_equal(a.truth, b.truth)
    assert not np.array_equal(a.t_ms, play(part, Conditions(), 8).t_ms)


def test_rates_are_as_asked_for():
    part = make_part("one pad 16ths", bars=512)
    case = play(part, Conditions(miss=0.05, extra=0.05, doubles=0.3), 3)
    notes = len(part.lane)
    assert 1 - (case.truth >= 0).sum() / notes == pytest.approx(0.05, abs=0.01)
    assert (case.truth == EXTRA).sum() / notes == pytest.approx(0.05, abs=0.01)
    assert case.double.sum() / (case.truth == EXTRA).sum() == pytest.approx(0.3, abs=0.06)
    assert (np.diff(case.t_ms) >= 0).all()
    assert not (case.double & (case.truth >= 0)).any()


@pytest.mark.parametrize("name", [n for n in DRIFTS if n.startswith(("sine", "ramp"))])
def test_a_bounded_drift_reaches_sixty_percent_of_a_gap_both_ways(name):
    part = make_part("kit eighths")
    drift = DRIFTS[name](part.written_ms, part)
    assert drift.max() == pytest.approx(0.6 * part.gap_ms, rel=0.02)
    assert drift.min() == pytest.approx(-0.6 * part.gap_ms, rel=0.02)


def test_after_a_stop_everything_is_late_by_as_much_as_said():
    part = make_part("kit eighths", bars=16)
    case = play(part, Conditions(), 2)
    again, first = come_in_again(case, 8, 2.0, 1.0)
    note = again.truth[first:][again.truth[first:] >= 0]
    before = {int(n): t for n, t in zip(case.truth, case.t_ms, strict=True) if n >= 0}
    after = again.t_ms[first:][again.truth[first:] >= 0]
    late = after - np.array([before[int(n)] for n in note])
    assert late == pytest.approx(part.bar_ms / 4)
    written = part.written_ms[again.truth[again.truth >= 0]]
    assert not ((written > 8 * part.bar_ms) & (written < 10 * part.bar_ms - 1)).any()
