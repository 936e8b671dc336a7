"""The stamper against a simulated driver whose true times are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hal.stamps import LET_GO_PPM, Stamp, Stamper
from station.model import StampedBy

MS = 1_000_000
S = 1_000 * MS
SIGMA_NS = 50_000
LATENESS_NS = 30 * MS
POLL_NS = 200_000
START_NS = 7 * 3600 * S


@dataclass(frozen=True)
class Wire:
    """True times, what the driver says the deltas are, and when the host saw the messages."""

    true_ns: list[int]
    deltas_s: list[float]
    arrivals_ns: list[int]


def wire(gaps_ns: Sequence[int], waits_ns: Sequence[int], ppm: float = 0.0) -> Wire:
    """A driver whose clock runs `ppm` slow, cutting deltas to microseconds as RtMidi does."""
    true = [START_NS + int(t) for t in np.cumsum([0, *gaps_ns])]
    cut = [int(g * (1 - ppm * 1e-6)) // 1000 for g in gaps_ns]
    arrivals = np.maximum.accumulate([t + w for t, w in zip(true, waits_ns, strict=True)])
    return Wire(true, [0.0, *(c * 1e-6 for c in cut)], [int(a) for a in arrivals])


def stamps(w: Wire, stamper: Stamper | None = None) -> list[Stamp]:
    stamper = stamper or Stamper(SIGMA_NS, LATENESS_NS)
    return [
        stamper.stamp(delta, arrival, min(true, arrival) - POLL_NS)
        for true, delta, arrival in zip(w.true_ns, w.deltas_s, w.arrivals_ns, strict=True)
    ]


def errors_ms(w: Wire, got: Sequence[Stamp]) -> np.ndarray:
    return np.array([(s.t_ns - t) / MS for s, t in zip(got, w.true_ns, strict=True)])


gaps = st.integers(min_value=0, max_value=300 * MS) | st.integers(
    min_value=60 * S, max_value=600 * S
)
waits = st.integers(min_value=20_000, max_value=400_000) | st.integers(
    min_value=0, max_value=25 * MS
)


@given(
    st.lists(st.tuples(gaps, waits), min_size=1, max_size=120),
    st.floats(min_value=-200, max_value=200),
)
def test_a_stamp_lies_between_the_truth_and_the_arrival_at_any_drift(
    messages: list[tuple[int, int]], ppm: float
) -> None:
    w = wire([g for g, _ in messages[1:]], [wait for _, wait in messages], ppm)
    got = stamps(w)
    assert all(s.t_ns <= a for s, a in zip(got, w.arrivals_ns, strict=True))
    # 250 ppm of the largest difference between two waits, and a microsecond of cutting.
    assert errors_ms(w, got).min() >= -0.01
    assert all(a.t_ns <= b.t_ns for a, b in pairwise(got))
    assert all(s.sigma_ns >= SIGMA_NS for s in got)


@given(
    st.lists(st.tuples(gaps, waits), min_size=2, max_size=120),
    st.floats(min_value=-200, max_value=200),
)
def test_a_stamp_is_as_good_as_the_quickest_message_of_late(
    messages: list[tuple[int, int]], ppm: float
) -> None:
    w = wire([g for g, _ in messages[1:]], [wait for _, wait in messages], ppm)
    got = stamps(w)
    true = np.array(w.true_ns)
    waited = w.arrivals_ns - true
    slope = (LET_GO_PPM + 201) * 1e-6
    for i, stamp in enumerate(got):
        ago = true[i] - true[: i + 1] + waited[i]
        cut = 2_000 * np.arange(i, -1, -1)
        bound = (waited[: i + 1] + ago * slope + cut).min() + 1_000
        held_back = i and stamp.t_ns == got[i - 1].t_ns
        assert held_back or stamp.t_ns - true[i] <= bound


@pytest.mark.parametrize("ppm", [-200, -20, 0, 20, 200])
def test_an_hour_of_playing_with_a_drifting_clock_stays_true(ppm: float) -> None:
    rng = np.random.default_rng(3)
    n = 20_000
    w = wire(
        rng.integers(30 * MS, 330 * MS, n - 1).tolist(),
        (60_000 + rng.exponential(200_000, n)).astype(int).tolist(),
        ppm,
    )
    got = stamps(w)
    error = errors_ms(w, got)
    assert {s.stamped_by for s in got} == {StampedBy.DRIVER}
    assert error.max() < 1.0
    assert error[-1000:].std() < 0.1


def test_a_machine_with_no_time_does_not_smear_the_stamps() -> None:
    rng = np.random.default_rng(5)
    n = 4_000
    waits = np.where(rng.random(n) < 0.3, 0.1, rng.exponential(20, n)) * MS
    w = wire(rng.integers(30 * MS, 120 * MS, n - 1).tolist(), waits.astype(int).tolist())
    got = stamps(w)
    assert {s.stamped_by for s in got} == {StampedBy.DRIVER}
    assert errors_ms(w, got)[50:].std() < 0.2
    assert np.std(np.subtract(w.arrivals_ns, w.true_ns) / MS) > 5


def test_the_first_delta_is_not_counted() -> None:
    stamper = Stamper(SIGMA_NS, LATENESS_NS)
    first = stamper.stamp(1e9, START_NS, START_NS - POLL_NS)
    then = stamper.stamp(0.1, START_NS + 100 * MS, START_NS + 100 * MS - POLL_NS)
    assert (first.t_ns, then.t_ns) == (START_NS, START_NS + 100 * MS)
    assert then.stamped_by is StampedBy.DRIVER


def playing(n: int = 200) -> Wire:
    return wire([90 * MS] * (n - 1), [150_000] * n)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda i, d: 3 * d if i % 5 == 0 else d, id="repeated"),
        pytest.param(lambda i, d: 0.0, id="always zero"),
        pytest.param(lambda i, d: 1.01 * d, id="one per cent fast"),
        pytest.param(lambda i, d: 0.99 * d, id="one per cent slow"),
        pytest.param(lambda i, d: math.nan, id="not a number"),
        pytest.param(lambda i, d: -d, id="negative"),
    ],
)
def test_deltas_that_do_not_add_up_are_noticed_and_said(
    wrong: Callable[[int, float], float],
) -> None:
    good = playing(400)
    broken = [wrong(i, d) for i, d in enumerate(good.deltas_s)]
    w = Wire(good.true_ns, broken, good.arrivals_ns)
    got = stamps(w)
    assert got[0].stamped_by is StampedBy.DRIVER
    assert got[-1].stamped_by is StampedBy.ARRIVAL
    assert got[-1].t_ns == w.arrivals_ns[-1]
    assert got[-1].sigma_ns >= MS
    # Until it was noticed, no stamp was further off than a message can be late.
    assert np.abs(errors_ms(w, got)).max() <= (LATENESS_NS + POLL_NS) / MS


@pytest.mark.parametrize("lost_s", [0.09, 0.9, -0.5])
def test_one_jump_is_forgiven_and_followed(lost_s: float) -> None:
    good = playing(200)
    deltas = list(good.deltas_s)
    deltas[100] = max(0.0, deltas[100] - lost_s)
    w = Wire(good.true_ns, deltas, good.arrivals_ns)
    got = stamps(w)
    assert {s.stamped_by for s in got} == {StampedBy.DRIVER}
    assert np.abs(errors_ms(w, got)[-50:]).max() < 0.5


def test_after_a_restart_the_deltas_are_believed_again_and_time_goes_on() -> None:
    good = playing(40)
    stamper = Stamper(SIGMA_NS, LATENESS_NS)
    before = stamps(Wire(good.true_ns, [math.nan] * 40, good.arrivals_ns), stamper)
    assert before[-1].stamped_by is StampedBy.ARRIVAL
    stamper.restart()
    late = [t + 5 * S for t in good.true_ns]
    after = stamps(Wire(late, good.deltas_s, [t + 1000 for t in late]), stamper)
    assert after[0].stamped_by is StampedBy.DRIVER
    assert after[0].t_ns > before[-1].t_ns


def test_what_is_not_known_for_sure_widens_the_spread() -> None:
    stamper = Stamper(SIGMA_NS, LATENESS_NS)
    sure = stamper.stamp(0.0, START_NS, START_NS - 10_000)
    # Ten minutes later, seen after a pause of 100 ms: the anchor may have moved by 150 ms.
    later = START_NS + 600 * S
    unsure = stamper.stamp(599.95, later, later - 100 * MS)
    assert sure.sigma_ns < 1.01 * SIGMA_NS
    assert unsure.sigma_ns == pytest.approx(100 * MS / math.sqrt(12), rel=0.01)
