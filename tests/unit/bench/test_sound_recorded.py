"""What a recording says, on recordings that are made up."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from station.bench.sound import measure
from station.bench.sound_recorded import Recording

RATE, BLOCK = 48_000, 64
FIRST = 5_000


def recording(
    onsets: list[int], cycles: int = 4000, late_ns: NDArray[np.int64] | None = None, lost: int = 0
) -> Recording:
    """Sounds of 20 samples at these places; half-way, the card's count jumps by `lost`."""
    samples = np.zeros((2, cycles * BLOCK), np.float32)
    for at in onsets:
        samples[0, at : at + 20 : 2] = 0.5  # with zeros in between
    places = np.arange(cycles) * BLOCK
    frames = FIRST + places + np.where(np.arange(cycles) >= cycles // 2, lost, 0)
    called = 10**12 + (frames - FIRST) * 10**9 // RATE
    return Recording(samples, places, frames, called + (0 if late_ns is None else late_ns), RATE)


def test_a_sound_begins_after_silence_and_its_frame_counts_what_was_lost() -> None:
    made = recording([100, 1000, 200_000], lost=128)
    assert made.onsets(0, 50).tolist() == [FIRST + 100, FIRST + 1000, FIRST + 200_000 + 128]
    assert made.onsets(1, 50).tolist() == []


def test_late_calls_do_not_move_when_a_frame_began() -> None:
    late = np.random.default_rng(1).exponential(200_000, 4000).astype(np.int64)
    made = recording([], late_ns=late)
    frames = FIRST + np.arange(0, 250_000, 1000)
    truth = 10**12 + (frames - FIRST) * 10**9 // RATE
    assert np.abs(made.began_ns(frames) - truth).max() < 40_000
    assert len(made.restarts_ns()) == 0


def test_a_clock_that_stood_still_is_found() -> None:
    still = np.where(np.arange(4000) >= 3000, 5_000_000, 0)
    made = recording([], late_ns=still)
    assert len(made.restarts_ns()) == 1
    assert made.strayed_ns() == 5_000_000


@pytest.mark.parametrize(("late", "missing"), [(0, 0), (3, 0), (0, 1)])
def test_clicks_that_are_off_or_missing_are_told(late: int, missing: int) -> None:
    beat = 60 * RATE / 330
    places = [1000 + round(k * beat) for k in range(28)]
    places[10] += late
    if missing:
        del places[12]
    made = recording(places)
    start_ns = int(made.began_ns(np.array([FIRST + places[4]]))[0]) + BLOCK * 10**9 // RATE
    looks = [(start_ns + s * 10**8, 700 + s * RATE / 10) for s in range(20)]
    played: dict[str, object] = {"start_ns": start_ns, "zero_frame": 700, "looks": looks}
    played |= {"steps": [], "struck_ns": [], "marks": []}
    result = measure(made, played, 4, BLOCK)  # 24 beats, and a bar before them
    assert result["clicks"]["missing"] == missing
    assert result["clicks"]["frames_off_max"] == pytest.approx(max(0.25, late), abs=0.5)
    if not missing:
        assert result["mapping"]["p99_ms"] < 0.1
        assert result["grid"]["p99_ms"] < 0.1
