"""The benchmark runs, and its peers are what they say."""

from __future__ import annotations

import pytest

from firmware_bridge.bench.estimators import ESTIMATORS
from firmware_bridge.bench.exchanges import LINES, START_NS, exchanges
from firmware_bridge.bench.run import render, run
from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.sync import Exchange


def test_a_short_run_says_it_all() -> None:
    result = run(frames=2_000, fuzzed=5_000, seconds=12, takes=1)
    assert result["fuzz"]["exceptions"] == result["fuzz"]["false_hits"] == 0
    assert result["fuzz"]["hits_heard"] > 1_000
    assert 0.9 < result["decoder"]["frames_lost_per_bit_error"] <= 1.1
    page = render(result)
    for name in ESTIMATORS:
        assert page.count(name) == 6


@pytest.mark.parametrize("name", ESTIMATORS)
def test_without_waits_every_estimator_is_right(name: str) -> None:
    clock = SimClock(START_NS)
    estimator = ESTIMATORS[name]()
    for k in range(20):
        sent_ns = START_NS + k * 100_000_000
        received_us = clock.now_us(sent_ns + 100_000)
        estimator.hear(Exchange(sent_ns, received_us, received_us, sent_ns + 200_000))
    at_ns = START_NS + 1_950_000_000
    assert estimator.host_ns(clock.now_us(at_ns)) == pytest.approx(at_ns, abs=2_000)


def test_the_model_keeps_the_order_of_the_wire() -> None:
    last_us = last_ns = 0
    for heard, until_ns in exchanges(LINES["busy"], SimClock(START_NS), 20, seed=1):
        assert heard.sent_ns <= heard.heard_ns <= until_ns
        assert heard.received_us >= last_us
        assert heard.heard_ns >= last_ns
        last_us, last_ns = heard.received_us, heard.heard_ns
