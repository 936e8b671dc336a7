from __future__ import annotations

from random import Random

import numpy as np
import pytest

from firmware_bridge.sync import ClockSync, Exchange
from firmware_bridge.sync.line import KEPT_OF_A_BIN, STAMP_SIGMA_NS, WINDOW_US, BinnedLine
from firmware_bridge.sync.mapping import MonotoneMap
from firmware_bridge.sync.model import ENOUGH_EXCHANGES

S = 1_000_000_000
MS = 1_000_000
START_NS = 5_000 * S


def board_us(true_ns: int, ppm: float = 50.0) -> int:
    return round((true_ns - START_NS) * (1 + ppm * 1e-6)) // 1000


def exchange(sent_ns: int, there_ns: int, back_ns: int, ppm: float = 50.0) -> Exchange:
    received_ns = sent_ns + there_ns
    answered_ns = received_ns + 20_000
    return Exchange(
        sent_ns, board_us(received_ns, ppm), board_us(answered_ns, ppm), answered_ns + back_ns
    )


def tied(ppm: float = 50.0, seconds: int = 20) -> ClockSync:
    """A clock that has been asked ten times a second over a quick and even line."""
    sync = ClockSync()
    random = Random(1)
    for k in range(seconds * 10):
        there_ns, back_ns = (100_000 + round(random.expovariate(1 / 50_000)) for _ in "tb")
        assert sync.hear(exchange(START_NS + k * 100 * MS, there_ns, back_ns, ppm))
    return sync


def test_it_is_usable_after_twelve_exchanges() -> None:
    sync = ClockSync()
    for k in range(ENOUGH_EXCHANGES):
        assert not sync.usable
        assert sync.state is None
        sync.hear(exchange(START_NS + k * 5 * MS, 100_000, 100_000))
    assert sync.usable


@pytest.mark.parametrize("ppm", [-5000.0, 0.0, 50.0, 5000.0])
def test_it_finds_the_slope(ppm: float) -> None:
    state = tied(ppm).state
    assert state is not None
    assert state.ppm == pytest.approx(ppm, abs=1.5)


@pytest.mark.parametrize("ppm", [-5000.0, 50.0, 5000.0])
def test_host_time_is_right_within_its_uncertainty(ppm: float) -> None:
    sync = tied(ppm)
    for true_ns in range(START_NS + 20 * S, START_NS + 21 * S, 10 * MS):
        said = sync.host_time(board_us(true_ns, ppm))
        assert abs(said.t_ns - true_ns) < 40_000
        assert abs(said.t_ns - true_ns) < 3 * said.sigma_ns


def test_board_time_is_the_way_back() -> None:
    sync = tied()
    at_ns = START_NS + 21 * S
    assert abs(sync.host_time(sync.board_time(at_ns)).t_ns - at_ns) < 2_000


def test_an_unequal_way_stays_within_its_bound() -> None:
    sync = ClockSync()
    for k in range(200):
        sync.hear(exchange(START_NS + k * 100 * MS, 400_000, 100_000))
    state = sync.state
    assert state is not None
    error_ns = sync.host_time(board_us(START_NS + 20 * S)).t_ns - (START_NS + 20 * S)
    assert state.bias_ns == pytest.approx(250_000, abs=2_000)
    assert abs(error_ns) == pytest.approx(150_000, abs=5_000)
    assert abs(error_ns) < state.bias_ns


def test_time_known_to_be_on_the_wire_is_no_doubt() -> None:
    slow, known = ClockSync(), ClockSync(wire_ns=5_200_000)
    for sync in (slow, known):
        for k in range(50):
            sync.hear(exchange(START_NS + k * 100 * MS, 2_700_000, 2_700_000))
    assert slow.state is not None
    assert known.state is not None
    assert slow.state.bias_ns == pytest.approx(2_700_000, abs=2_000)
    assert known.state.bias_ns == pytest.approx(100_000, abs=2_000)
    assert known.state.sigma_ns < slow.state.sigma_ns / 10


def test_a_speed_that_the_answers_belie_is_not_believed() -> None:
    plain, told = ClockSync(), ClockSync(wire_ns=5_200_000)
    for sync in (plain, told):
        for k in range(50):
            sync.hear(exchange(START_NS + k * 100 * MS, 100_000, 100_000))
    assert plain.state is not None
    assert told.state == plain.state
    assert plain.state.bias_ns == pytest.approx(100_000, abs=2_000)


def test_a_saturated_host_does_not_move_a_known_clock() -> None:
    sync = tied()
    for k in range(20):  # two seconds of answers that wait for up to 80 ms to be read
        sync.hear(exchange(START_NS + (200 + k) * 100 * MS, 100_000, 20 * MS + k * 3 * MS))
    true_ns = START_NS + 22 * S
    assert abs(sync.host_time(board_us(true_ns)).t_ns - true_ns) < 40_000
    assert sync.epoch == 0


def test_sigma_grows_while_nothing_is_heard() -> None:
    sync = tied()
    now, later = (sync.host_time(board_us(START_NS + s * S)).sigma_ns for s in (20, 80))
    assert later > now + 50_000


def test_a_reset_begins_an_epoch_and_time_goes_on() -> None:
    sync = tied()
    last = sync.host_time(board_us(START_NS + 20 * S)).t_ns
    again = [
        Exchange(
            START_NS + 21 * S + k * 5 * MS,
            1000 + k * 5000,
            1020 + k * 5000,
            START_NS + 21 * S + k * 5 * MS + 220_000,
        )
        for k in range(ENOUGH_EXCHANGES)
    ]
    assert not sync.hear(again[0])
    assert sync.epoch == 1
    assert not sync.usable
    for heard in again[1:]:
        assert sync.hear(heard)
    assert sync.usable
    assert abs(sync.host_time(1000).t_ns - (START_NS + 21 * S + 100_000)) < 20_000
    assert sync.host_time(0).t_ns >= last


def test_jitter_in_the_boards_stamps_is_no_reset() -> None:
    """Two pings that waited together are answered together, the second a little early."""
    sync = tied()
    late = exchange(START_NS + 20 * S, 5 * MS, 100_000)
    assert sync.hear(late)
    early = Exchange(
        late.sent_ns + 1, late.received_us - 5, late.answered_us + 10, late.heard_ns + 50_000
    )
    assert sync.hear(early)
    assert sync.epoch == 0


def test_the_slope_of_a_board_is_remembered_over_a_reset() -> None:
    forgot, knew = tied(5000.0), tied(5000.0)
    forgot.restart(same_board=False)
    knew.restart()
    errors = []
    for sync in (forgot, knew):
        random = Random(3)
        for k in range(ENOUGH_EXCHANGES):
            delays = (100_000 + round(random.expovariate(1 / 300_000)) for _ in "tb")
            sync.hear(exchange(START_NS + 30 * S + k * 5 * MS, *delays, 5000.0))
        at_ns = START_NS + 31 * S
        errors.append(abs(sync.host_time(board_us(at_ns, 5000.0)).t_ns - at_ns))
    assert errors[1] < 250_000 < errors[0]


def test_a_host_that_slept_begins_an_epoch() -> None:
    """The monotonic clock stands still in sleep; the board's does not."""
    sync = tied()
    slept_ns = 3600 * S
    heard = []
    for k in range(3):
        e = exchange(START_NS + slept_ns + 20 * S + k * 100 * MS, 100_000, 100_000)
        heard.append(
            sync.hear(
                Exchange(e.sent_ns - slept_ns, e.received_us, e.answered_us, e.heard_ns - slept_ns)
            )
        )
    assert heard == [True, True, False]
    assert sync.epoch == 1


@pytest.mark.parametrize(
    "impossible",
    [
        Exchange(START_NS, 100, 50, START_NS + MS),
        Exchange(START_NS, 0, 5_000, START_NS + MS),
    ],
)
def test_an_impossible_exchange_teaches_nothing(impossible: Exchange) -> None:
    sync = tied()
    before = sync.state
    assert sync.hear(impossible)
    assert sync.state == before


def test_the_window_is_bounded() -> None:
    fit = BinnedLine()
    for k in range(1000):
        fit.hear(exchange(START_NS + k * 100 * MS, 100_000, 100_000))
    assert len(fit) <= WINDOW_US // 100_000 + 1


def weighted_line(points: np.ndarray) -> tuple[float, float]:
    """Height at 0 and slope of a weighted line, by numpy: what `fit` must equal."""
    x, y, sigma = points.T
    slope, height = np.polyfit(x, y, 1, w=1 / sigma)
    return float(height), float(slope)


def test_the_line_is_the_weighted_line_through_the_three_quickest_of_six() -> None:
    random = Random(2)
    fit = BinnedLine()
    exchanges = [
        exchange(START_NS + k * 100 * MS, *(random.randrange(100_000, 900_000) for _ in "tb"))
        for k in range(300)
    ]
    for one in exchanges:
        fit.hear(one)
    x0 = exchanges[-1].received_us
    y0 = exchanges[-1].sent_ns
    rows = sorted(
        (
            ((e.received_us + e.answered_us) / 2, (e.sent_ns + e.heard_ns) / 2, e.round_trip_ns)
            for e in exchanges
        ),
    )
    first, last = rows[0][0], rows[-1][0]
    chosen = []
    for n in range(6):
        low, high = (first + (last - first) * edge / 6 for edge in (n, n + 1))
        inside = [r for r in rows if low <= r[0] < high or (n == 5 and r[0] == last)]
        chosen += sorted(inside, key=lambda r: r[2])[:KEPT_OF_A_BIN]
    trips = sorted(r[2] for r in chosen)
    least = STAMP_SIGMA_NS + (trips[len(trips) // 2] - trips[0]) / 8
    points = np.array([(r[0] - x0, r[1] - y0, least + (r[2] - trips[0]) / 2) for r in chosen])
    height, slope = weighted_line(points)
    line = fit.fit()
    assert line.ns_per_us == pytest.approx(slope, rel=1e-6)
    assert line.host_ns + line.at(x0) - y0 == pytest.approx(height, abs=500)


def test_a_map_runs_to_a_new_line_without_a_jump() -> None:
    fit = BinnedLine()
    fit.hear(exchange(START_NS, 100_000, 100_000, 0.0))
    here = MonotoneMap(fit.fit())
    other = BinnedLine()
    other.hear(exchange(START_NS, 100_000, 2_100_000, 0.0))  # one millisecond off
    said, _ = here.host_ns(10_000)
    here.follow(other.fit())
    assert here.host_ns(10_000)[0] == said
    steps = np.diff([here.host_ns(us)[0] for us in range(10_000, 60_000, 100)])
    assert steps.min() >= 100_000
    assert steps.max() <= 105_001
    assert here.host_ns(60_000)[0] - said == pytest.approx(51 * MS, abs=1000)
    assert here.host_ns(10_000)[0] == said
