from __future__ import annotations

import threading
import time

from station.clock import MONOTONIC, ManualClock


def test_the_host_clock_is_the_one_that_all_processes_share() -> None:
    before = time.monotonic_ns()
    now = MONOTONIC.now_ns()
    assert before <= now <= time.monotonic_ns()


def test_waiting_for_something_that_is_there_takes_no_time() -> None:
    event = threading.Event()
    event.set()
    assert MONOTONIC.wait(event, 10**12)


def test_waiting_for_nothing_ends() -> None:
    before = time.monotonic_ns()
    assert not MONOTONIC.wait(threading.Event(), 2_000_000)
    assert time.monotonic_ns() - before >= 2_000_000


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(5)
    assert clock.now_ns() == clock.now_ns() == 5
    clock.advance(7)
    assert clock.now_ns() == 12


def test_a_manual_clock_waits_in_no_time() -> None:
    clock, event = ManualClock(), threading.Event()
    assert not clock.wait(event, 10**12)
    assert clock.now_ns() == 10**12
    event.set()
    assert clock.wait(event, 10**12)
    assert clock.now_ns() == 10**12
