"""Turns keep a take's grid on the card's clock, each said before its time."""

from __future__ import annotations

import numpy as np
import pytest

from station.grid_clock import MAX_RATE_PPB, GridClock
from station.sound.clockfit import ClockFit
from station.sound.turns import GridTurns, Turn

RATE = 48_000
MS = 1_000_000
SECOND = 1000 * MS


class Take:
    """A card that is `ppm` fast, its fit, and the grid that the turns make."""

    def __init__(self, ppm: float) -> None:
        self.fit = ClockFit(RATE)
        self.grid = GridClock()
        self.turns: list[Turn] = []
        self.now = 10**12
        self.shift_ns = 0
        self._frame_ns = 1e9 / RATE / (1 + ppm * 1e-6)
        self._fed = 0
        self.feed(3)
        self.start_ns = self.now + 100 * MS
        zero = round(self.fit.frame(self.start_ns))
        self._zero_ns = self.heard_ns(zero)
        self.maker = GridTurns(self.fit, RATE, zero, self.start_ns)

    def heard_ns(self, frame: float) -> float:
        return 10**12 + self.shift_ns + frame * self._frame_ns

    def feed(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)
        frames = np.arange(self._fed, (self.now - 10**12 - self.shift_ns) / self._frame_ns, 64)
        frames = frames.astype(np.int64)
        self.fit.hear(frames, np.array([round(self.heard_ns(int(f))) for f in frames]))
        self._fed = int(frames[-1]) + 64 if len(frames) else self._fed

    def go_on(self, seconds: float) -> list[float]:
        """Errors of the grid against the card, ns."""
        errors = []
        for _ in range(round(seconds * 200)):
            self.feed(0.005)
            turn = self.maker.next(self.now)
            if turn is not None:
                assert turn.host_ns > self.now + 10 * MS
                self.turns.append(turn)
                self.grid.turn(*turn)
            card_ns = (self.now - self.heard_ns(0)) / self._frame_ns
            errors.append(self.maker.grid_ns(card_ns) - self.grid.at(self.now))
        return errors


@pytest.mark.parametrize("ppm", [-500, 0, 50, 500])
def test_the_grid_stays_on_the_card_with_few_turns(ppm: int) -> None:
    take = Take(ppm)
    take.go_on(2)
    assert np.abs(take.go_on(30)).max() < 20_000
    assert len(take.turns) < 60
    assert take.grid.last is not None
    assert take.grid.last.rate_ppb == pytest.approx(ppm * 1000, abs=5000)


def test_the_first_turn_comes_before_the_first_hit_and_joins_without_a_jump() -> None:
    take = Take(200)
    take.go_on(0.1)
    first = take.grid.steps[0]
    assert first.host_ns < take.start_ns
    assert first.grid_ns == first.host_ns


def test_a_card_that_stood_still_is_caught_up_with_no_faster_than_a_grid_may() -> None:
    take = Take(50)
    take.go_on(2)
    take.shift_ns += 2 * MS
    take.fit.stood_still()
    errors = np.abs(take.go_on(1))
    assert errors[-1] < 20_000
    assert all(abs(turn.rate_ppb) <= MAX_RATE_PPB for turn in take.turns)


def test_when_the_card_is_gone_the_grid_runs_as_the_card_did() -> None:
    take = Take(50)
    take.go_on(2)
    turn = take.maker.let_go(take.now)
    assert turn.host_ns > take.now
    assert turn.rate_ppb == pytest.approx(50_000, abs=3000)
