"""The fit of a card's frames to the host's clock, on cards whose truth is known."""

from __future__ import annotations

import random

import numpy as np
import pytest

from station.sound.clockfit import ClockFit

RATE = 48_000
BLOCK = 256
MS = 1_000_000


class Course:
    """A card that is `ppm` fast; blocks are heard late at random, and in bursts."""

    def __init__(self, ppm: float, jitter_ns: float = 0, burst: float = 0, seed: int = 1) -> None:
        self.fit = ClockFit(RATE)
        self.frame = 12_345
        self.shift_ns = 7 * 10**14
        self._frame_ns = 1e9 / RATE / (1 + ppm * 1e-6)
        self._jitter_ns, self._burst = jitter_ns, burst
        self._chance = random.Random(seed)
        self._held_up_ns = 0.0

    def heard_ns(self, frame: float) -> float:
        return self.shift_ns + frame * self._frame_ns

    def play(self, seconds: float) -> list[float]:
        """Errors of the fit at the end of each twentieth of a second, ns."""
        errors = []
        for _ in range(round(seconds * 20)):
            frames, heard = [], []
            for _ in range(RATE // BLOCK // 20 + 1):
                if self._chance.random() < self._burst:
                    self._held_up_ns = 8e6  # the host does something else for 8 ms
                late = self._chance.expovariate(1 / self._jitter_ns) if self._jitter_ns else 0
                late = max(late, self._held_up_ns)
                self._held_up_ns = max(0.0, self._held_up_ns - BLOCK * self._frame_ns)
                frames.append(self.frame)
                heard.append(round(self.heard_ns(self.frame) + late))
                self.frame += BLOCK
            self.fit.hear(np.array(frames), np.array(heard))
            errors.append(self.fit.host_ns(self.frame) - self.heard_ns(self.frame))
        return errors


@pytest.mark.parametrize("ppm", [-500, -50, 0, 50, 500])
@pytest.mark.parametrize(("jitter_us", "burst"), [(0, 0), (100, 0), (300, 0.02)])
def test_within_200_microseconds_whatever_the_card_and_however_busy_the_host(
    ppm: int, jitter_us: int, burst: float
) -> None:
    course = Course(ppm, jitter_us * 1000, burst)
    course.play(1)
    errors = np.abs(course.play(60))
    assert np.percentile(errors, 99) < 200_000
    assert course.fit.rate == pytest.approx(ppm * 1e-6, abs=3e-6)


def test_frame_and_host_time_are_each_others_inverse() -> None:
    course = Course(77, 50_000)
    course.play(5)
    for frame in (0, course.frame, course.frame + 10 * RATE):
        assert course.fit.frame(course.fit.host_ns(frame)) == pytest.approx(frame, abs=1e-3)


def test_the_line_goes_on_without_a_jump() -> None:
    """Between one look and the next, what is said of the near future hardly moves."""
    course = Course(50, 100_000)
    course.play(5)
    for _ in range(200):
        ahead = course.frame + RATE // 10
        before = course.fit.host_ns(ahead)
        course.play(0.05)
        assert abs(course.fit.host_ns(ahead) - before) < 30_000


def test_a_host_that_is_held_up_for_a_quarter_of_a_second_does_not_move_it() -> None:
    course = Course(50)
    course.play(10)
    late = np.array([round(course.heard_ns(course.frame + i * BLOCK)) for i in range(40)])
    frames = course.frame + BLOCK * np.arange(40)
    course.fit.hear(frames, late + 5 * MS)
    course.frame += 40 * BLOCK
    assert abs(course.fit.host_ns(course.frame) - course.heard_ns(course.frame)) < 5_000


@pytest.mark.parametrize("told", [True, False])
def test_a_card_that_stood_still_is_followed_with_its_rate_kept(told: bool) -> None:
    course = Course(50)
    course.play(10)
    course.shift_ns += 20 * MS
    if told:
        course.fit.stood_still()
    course.play(0.1 if told else 0.6)
    assert abs(course.fit.host_ns(course.frame) - course.heard_ns(course.frame)) < 20_000
    assert course.fit.rate == pytest.approx(50e-6, abs=5e-6)


def test_a_line_that_was_too_late_is_corrected_at_once() -> None:
    course = Course(0)
    course.shift_ns += 3 * MS
    course.play(5)
    course.shift_ns -= 3 * MS
    course.play(0.1)
    assert abs(course.fit.host_ns(course.frame) - course.heard_ns(course.frame)) < 20_000
