"""Dropouts as marks: where the first was, how much was lost, one a second at most."""

from __future__ import annotations

import numpy as np

from station.model import Mark, MarkKind
from station.sound.clockfit import ClockFit
from station.sound.desk import Gap
from station.sound.gap_marks import GapMarks

RATE = 48_000
SECOND = 10**9


def on_time() -> ClockFit:
    fit = ClockFit(RATE)
    frames = np.arange(0, 10 * RATE, 480)
    fit.hear(frames, frames * SECOND // RATE)
    return fit


def test_nothing_is_said_of_nothing() -> None:
    assert GapMarks().due(0) == ()


def test_a_gap_is_marked_where_it_was() -> None:
    marks = GapMarks()
    marks.add([Gap(2 * RATE, 480)], on_time(), RATE)
    (mark,) = marks.due(3 * SECOND)
    assert mark.kind is MarkKind.SOUND_GAP
    assert abs(mark.t_ns - 2 * SECOND) < 1000
    assert mark.detail == "sound broke off once, 10.0 ms of it lost"
    assert marks.due(9 * SECOND) == ()


def test_many_gaps_are_gathered_into_one_mark_a_second() -> None:
    marks, fit, said = GapMarks(), on_time(), list[Mark]()
    for i in range(300):
        marks.add([Gap(i * RATE // 100, 48)], fit, RATE)
        said += marks.due(i * SECOND // 100)
    assert len(said) == 3
    assert said[1].detail == "sound broke off 100 times, 100.0 ms of it lost"


def test_a_complaint_without_a_loss_says_so() -> None:
    marks = GapMarks()
    marks.add([Gap(RATE, 0)], on_time(), RATE)
    assert marks.due(SECOND)[0].detail == "sound broke off once, nothing lost"
