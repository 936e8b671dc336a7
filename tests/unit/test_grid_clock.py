"""Host time to the chart's own time: exact, the same for one and for many, never back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grid_clock import MAX_RATE_PPB, GridClock, on_grid
from station.hits import to_array
from station.model import GridStep, Hit, Pad, Zone

S = 1_000_000_000
turns = st.lists(
    st.tuples(st.integers(1_000, 3600 * S), st.integers(-MAX_RATE_PPB, MAX_RATE_PPB)),
    max_size=20,
)


def turned(ways, begin_ns=5 * S):
    clock = GridClock()
    at_ns = begin_ns
    for after_ns, rate in ways:
        clock.turn(at_ns, rate)
        at_ns += after_ns
    return clock


def test_without_a_step_it_is_the_hosts_clock():
    clock = GridClock()
    times = np.array([-5, 0, 7 * S])
    assert [clock.at(t) for t in times.tolist()] == times.tolist()
    assert clock.of(times) is times
    assert clock.last is None


def test_fifty_ppm_are_thirty_milliseconds_in_ten_minutes():
    clock = turned([(600 * S, 50_000)])
    assert clock.at(5 * S) == 5 * S
    assert clock.at(605 * S) - 605 * S == 30_000_000
    assert clock.at(4 * S) == 4 * S


def test_a_step_begins_where_the_one_before_had_come_to():
    clock = turned([(100 * S, 50_000), (100 * S, -20_000)])
    assert clock.last == GridStep(105 * S, 105 * S + 5_000_000, -20_000)
    assert clock.at(205 * S) - 205 * S == 3_000_000


@given(turns, st.lists(st.integers(-10 * S, 20 * 3600 * S), max_size=30))
def test_one_by_one_as_all_at_once_and_never_back(ways, times):
    clock = turned(ways)
    ordered = np.array(sorted(times), dtype=np.int64)
    mapped = clock.of(ordered)
    assert mapped.tolist() == [clock.at(t) for t in ordered.tolist()]
    assert (np.diff(mapped) >= 0).all()


@given(turns, st.integers(0, 20 * 3600 * S))
def test_there_and_back(ways, host_ns):
    clock = turned(ways)
    assert abs(clock.host_at(clock.at(host_ns)) - host_ns) <= 30


@given(turns)
def test_kept_steps_give_the_same_clock(ways):
    clock = turned(ways)
    again = GridClock(clock.steps)
    times = np.arange(0, 40_000 * S, 1_234_567_891_011)
    assert again.of(times).tolist() == clock.of(times).tolist()


def test_what_is_no_clock_is_refused():
    clock = turned([(S, 0)])
    with pytest.raises(ValueError, match="ppm off is no clock"):
        clock.turn(9 * S, 2 * MAX_RATE_PPB)
    with pytest.raises(ValueError, match="go forward"):
        clock.turn(4 * S, 0)


def test_hits_keep_everything_but_the_time():
    hits = to_array([Hit(0, 605 * S, 1, 605 * S + 9, Pad.KICK, Zone.HEAD, 90)])
    mapped = on_grid(hits, [GridStep(5 * S, 5 * S, 50_000)])
    assert mapped["t_ns"].tolist() == [605 * S + 30_000_000]
    assert mapped["arrival_ns"].tolist() == [605 * S + 9]
    assert hits["t_ns"].tolist() == [605 * S]
    assert on_grid(hits, []) is hits
