from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from firmware_bridge.schedule import FIRST_PINGS, PingSchedule

MS = 1_000_000


def pings(schedule: PingSchedule, until_ns: int) -> list[int]:
    times = []
    while schedule.next_ns is not None and schedule.next_ns < until_ns:
        now_ns = schedule.next_ns
        assert not schedule.due(now_ns - 1)
        assert schedule.due(now_ns)
        times.append(now_ns)
    return times


def gaps(times: list[int]) -> list[int]:
    return [b - a for a, b in pairwise(times)]


def test_sixteen_come_at_once_three_to_seven_apart() -> None:
    schedule = PingSchedule(Random(1))
    schedule.start(1000 * MS)
    times = pings(schedule, 1150 * MS)
    assert times[0] == 1000 * MS
    first = gaps(times[:FIRST_PINGS])
    assert all(3 * MS <= gap <= 7 * MS for gap in first)
    assert len(set(first)) == FIRST_PINGS - 1


@pytest.mark.parametrize(("playing", "rate"), [(True, 10), (False, 1)])
def test_then_they_come_evenly_and_never_quite(playing: bool, rate: int) -> None:
    schedule = PingSchedule(Random(1))
    schedule.playing = playing
    schedule.start(0)
    later = [t for t in pings(schedule, 205_000 * MS) if t > 5_000 * MS]
    assert len(later) == pytest.approx(200 * rate, rel=0.1)
    assert all(800 * MS <= gap * rate <= 1200 * MS for gap in gaps(later))
    assert len(set(gaps(later))) > len(later) * 0.9


def test_in_between_the_gaps_grow() -> None:
    schedule = PingSchedule(Random(1))
    schedule.start(0)
    between = [t for t in pings(schedule, 2_000 * MS)[FIRST_PINGS - 1 :] if t < 900 * MS]
    assert 15 <= len(between) <= 30
    early, late = gaps(between)[:8], gaps(between)[-8:]
    assert max(early) < min(late)


def test_who_begins_to_play_need_not_wait() -> None:
    schedule = PingSchedule(Random(1))
    schedule.playing = False
    schedule.start(0)
    last = pings(schedule, 10_000 * MS)[-1]
    schedule.playing = True
    assert schedule.next_ns is not None
    assert schedule.next_ns - last <= 120 * MS


def test_a_late_ping_does_not_make_the_next_ones_crowd() -> None:
    schedule = PingSchedule(Random(1))
    schedule.start(0)
    assert schedule.due(5_000 * MS)
    assert not schedule.due(5_000 * MS)


def test_stopped_is_stopped() -> None:
    schedule = PingSchedule(Random(1))
    assert not schedule.due(10**18)
    schedule.start(0)
    schedule.stop()
    assert schedule.next_ns is None
    assert not schedule.due(10**18)
