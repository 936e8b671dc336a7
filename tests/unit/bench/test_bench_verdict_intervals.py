from __future__ import annotations

import math

import numpy as np
import pytest

from station.bench import verdict_intervals, verdict_kit_cases
from station.bench.verdict_cases import steady
from station.bench.verdict_intervals import looks, missed, targets
from station.bench.verdict_trials import pulse
from station.timing.evidence import LIMBS, SPREAD, SWING


def pairs_of(takes):
    hits = takes.offsets_ms.reshape(len(takes.offsets_ms), -1, 3)
    return hits[:, :, 0] - hits[:, :, 1]


def test_the_simulated_limbs_are_those_of_real_takes():
    pairs = pairs_of(verdict_kit_cases.kit_takes(200, 1000, 1, wanders=True))
    assert pairs.mean() == pytest.approx(-6.6, abs=0.2)
    assert pairs.std() == pytest.approx(11.2, rel=0.02)
    away = pairs + 6.6
    got = [float((away[:, k:] * away[:, :-k]).mean() / away.var()) for k in (1, 4, 8, 16)]
    assert got == pytest.approx([0.06, 0.09, 0.06, 0.03], abs=0.035)


def test_a_steady_players_limbs_do_not_wander():
    takes = verdict_kit_cases.kit_takes(100, 1000, 2, wanders=False)
    away = pairs_of(takes) + 6.6
    assert abs(float((away[:, 8:] * away[:, :-8]).mean() / away.var())) < 0.01
    assert (takes.limb_so_far_ms == takes.limb_ms).all()


def test_the_drummer_is_told_with_what_he_missed():
    takes = verdict_kit_cases.drummer_takes(3, 64, 5)
    assert 0 < np.isnan(takes.offsets_ms).mean() < 0.05
    assert takes.limb_ms == -6.6
    assert 10 < takes.spread_ms < 25


@pytest.mark.parametrize("wanders", [False, True])
def test_the_intervals_hold_at_every_look(wanders):
    # At 5 % there would be 6 of 120; 14 is three sigma more.
    takes = verdict_kit_cases.kit_takes(120, 400, 11, wanders=wanders)
    at = looks(takes.chart, takes.offsets_ms)
    for part, truth in ((SPREAD, takes.spread_ms), (LIMBS, takes.limb_ms), (SWING, takes.place)):
        assert missed(at[:, :, part], truth).any(axis=1).sum() <= 14
    # And they say something: nobody doubts in the end that he swings, and how little.
    assert missed(at[:, -1, SWING], 0.5).mean() > 0.9
    assert missed(at[:, -1, SWING], 2 / 3).all()
    assert missed(at[:, -1, LIMBS], 6.6).all()
    assert missed(at[:, -1, SPREAD], 2 * takes.spread_ms).all()


def test_spread_is_right_on_the_average():
    takes = steady(60, 2000, 3)
    last = looks(pulse(2000), takes.offsets_ms)[:, -1, SPREAD]
    told = np.sqrt(last[:, 0] * last[:, 1])
    assert told.mean() == pytest.approx(11, rel=0.02)


def test_what_is_missed_is_outside():
    at = np.array([[[1.0, 2.0], [-math.inf, math.inf]]])
    assert missed(at, 1.5).tolist() == [[False, False]]
    assert missed(at, 2.5).tolist() == [[True, False]]
    assert missed(at, np.array([[0.5, 9.0]])).tolist() == [[True, False]]


def test_targets_are_of_the_worst_player():
    row = {"player": "", "off": 0.0}
    told = [
        {"part": "spread", "ever_missed_put_in": 0.01, **row},
        {"part": "spread", "ever_missed_put_in": 0.0, **row, "off": -0.03},
        {"part": "limb", "ever_missed_put_in": 0.02, "ever_missed_so_far": 0.07},
        {"part": "swing", "ever_missed_put_in": 0.04, "ever_missed_so_far": 0.0},
    ]
    measured = {name: value for name, value, _ in targets(told)}
    assert list(measured.values()) == pytest.approx([1, 7, 4, 3])
    told[0]["off"] = None
    assert targets(told)[-1][1] is None


def test_short_takes_bound_nothing():
    rows = verdict_intervals.rows(4, 64, 1)
    assert len(rows) == 13
    for row in rows:
        assert row["half_width_400"] is None
        assert row["part"] == "spread" or row["speaks_after_beats"] <= 64
