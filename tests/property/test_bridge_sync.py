"""Clock sync against any clock and any line: never backwards, never beyond its bounds."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.sync import ClockSync, Exchange, unwrap_us
from firmware_bridge.sync.unwrap import AHEAD_US, WRAP_US

S = 1_000_000_000

clocks = st.builds(
    SimClock,
    started_ns=st.just(77 * S),
    ppm=st.floats(-5000, 5000),
    wander_ppm=st.floats(0, 3),
    started_us=st.sampled_from([0, (1 << 32) - 5_000_000, 10**15]),
)


class Line:
    """Exchanges over a line with waits on both ways, first in first out."""

    def __init__(self, clock: SimClock, seed: int, base_ns: int, wait_ns: int, skew: float) -> None:
        self._clock = clock
        self._random = Random(seed)
        self._base_ns = base_ns
        self._wait_ns = wait_ns
        self._skew = skew
        self._there_ns = self._back_ns = 0

    def exchange(self, sent_ns: int) -> Exchange:
        there = self._base_ns * (1 + self._skew) + self._wait()
        back = self._base_ns * (1 - self._skew) + self._wait()
        self._there_ns = max(self._there_ns, sent_ns + round(there))
        answered_ns = self._there_ns + 15_000
        self._back_ns = max(self._back_ns, answered_ns + round(back))
        return Exchange(
            sent_ns,
            self._clock.now_us(self._there_ns),
            self._clock.now_us(answered_ns),
            self._back_ns,
        )

    def _wait(self) -> float:
        return self._random.expovariate(1 / self._wait_ns)


def ping_times(seconds: float, rate: float) -> list[int]:
    first = [77 * S + n * 5_000_000 for n in range(16)]
    return first + [first[-1] + round(n * S / rate) for n in range(1, round(seconds * rate))]


@settings(max_examples=40, deadline=None)
@given(
    clocks,
    st.integers(0, 10**6),
    st.sampled_from([10_000, 150_000, 1_000_000]),
    st.sampled_from([5_000, 300_000, 3_000_000]),
    st.floats(-1, 1),
    st.sampled_from([1.0, 10.0]),
)
def test_stamps_stay_within_the_round_trips(
    clock: SimClock, seed: int, base_ns: int, wait_ns: int, skew: float, rate: float
) -> None:
    """Half the smallest round trip bounds the bias; what remains is the waits' own."""
    line = Line(clock, seed, base_ns, wait_ns, skew)
    sync = ClockSync()
    random = Random(seed)
    for k, sent_ns in enumerate(ping_times(40, rate)):
        heard = line.exchange(sent_ns)
        assert sync.hear(heard)
        if k <= 40:
            continue
        for _ in range(3):
            true_ns = heard.heard_ns + random.randrange(round(0.9 * S / rate))
            error_ns = sync.host_time(clock.now_us(true_ns)).t_ns - true_ns
            # Six bins, the three quickest of each: well below the mean wait.
            assert abs(error_ns) <= base_ns + wait_ns * (0.75 if rate > 1 else 1.5) + 40_000


@settings(max_examples=40, deadline=None)
@given(clocks, st.integers(0, 10**6), st.sampled_from([5_000, 300_000, 20_000_000]))
def test_later_is_later_whatever_was_learned_between(
    clock: SimClock, seed: int, wait_ns: int
) -> None:
    line = Line(clock, seed, 100_000, wait_ns, 0.0)
    sync = ClockSync()
    random = Random(seed)
    said: dict[int, int] = {}
    for sent_ns in ping_times(10, 10.0):
        heard = line.exchange(sent_ns)
        assert sync.hear(heard)
        if sync.usable:
            for _ in range(4):
                # Around now, before and after: hits are told late and twice.
                board_us = heard.answered_us + random.randrange(-20_000, 50_000)
                t_ns = sync.host_time(board_us).t_ns
                assert said.setdefault(board_us, t_ns) == t_ns
    in_order = [said[board_us] for board_us in sorted(said)]
    assert in_order == sorted(in_order)


@settings(max_examples=25, deadline=None)
@given(clocks, st.integers(0, 10**6), st.integers(1, 6))
def test_time_never_goes_back_over_resets(clock: SimClock, seed: int, resets: int) -> None:
    sync = ClockSync()
    now_ns = 77 * S
    last_ns = 0
    for n in range(resets):
        board = SimClock(now_ns, clock.ppm, clock.wander_ppm, 0)
        line = Line(board, seed + n, 100_000, 500_000, 0.0)
        for k in range(60):
            heard = line.exchange(now_ns + k * 20_000_000)
            sync.hear(heard)
            if sync.usable:
                t_ns = sync.host_time(heard.answered_us).t_ns
                assert t_ns >= last_ns
                last_ns = t_ns
        assert sync.usable
        assert sync.epoch == n
        now_ns += 60 * 20_000_000 + 300_000_000


@given(st.integers(0, 2**60), st.integers(-(WRAP_US - AHEAD_US) + 1, AHEAD_US - 1))
def test_unwrapping_is_right_from_an_hour_ago_to_ten_minutes_ahead(
    board_us: int, away_us: int
) -> None:
    true_us = board_us + away_us
    if true_us >= 0:
        assert unwrap_us(true_us % WRAP_US, board_us) == true_us


@given(clocks, st.integers(0, 10**14))
def test_the_simulated_clock_goes_both_ways(clock: SimClock, passed_ns: int) -> None:
    true_ns = clock.started_ns + passed_ns
    board_us = clock.now_us(true_ns)
    assert abs(clock.true_ns(board_us) - true_ns) <= 1_100 + passed_ns * 1e-9
    error_us = board_us - clock.started_us - passed_ns / 1000
    assert abs(error_us) <= 2 + passed_ns / 1000 * 0.0051
