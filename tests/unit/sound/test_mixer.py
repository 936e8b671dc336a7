"""The mixing kernel beside its twin in plain numpy, and what the desk may not do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from station.sound.card import play_block
from station.sound.desk import Desk
from station.sound.mixer import POLYPHONY, STRIKES
from station.sound.voices import VoiceBank

RATE = 1000


def bank() -> VoiceBank:
    """Three voices that can be told apart: 5 ones, 3 halves, 40 quarters."""
    rows = [np.full(5, 1.0), np.full(3, 0.5), np.full(40, 0.25)]
    first = np.array([0, 5, 8, 48], dtype=np.int64)
    return VoiceBank(RATE, np.concatenate(rows).astype(np.float32), first, {})


def play(desk: Desk, *blocks: int) -> NDArray[np.float32]:
    """Blocks of these lengths, on time; shape (frames, channels)."""
    heard = []
    for frames in blocks:
        out = np.full(frames * desk.channels, 9, np.float32)
        now = desk.position / RATE
        play_block(desk.where, out, frames, now, now + 0.01, 0)
        heard.append(out.reshape(-1, desk.channels))
    return np.concatenate(heard)


def schedule(desk: Desk, *clicks: tuple[int, int, float]) -> bool:
    frames, voices, gains = (np.array(column) for column in zip(*clicks, strict=True))
    return desk.schedule(frames, voices.astype(np.int32), gains.astype(np.float32))


def twin(clicks: list[tuple[int, int, float]], frames: int) -> NDArray[np.float64]:
    out = np.zeros(frames + 100)
    for frame, voice, gain in clicks:
        samples = bank().voice(voice)
        out[frame : frame + len(samples)] += gain * samples
    return np.clip(out[:frames], -1, 1)


@pytest.mark.parametrize("blocks", [(64, 64), (1,) * 128, (7, 50, 1, 70), (128,)])
def test_clicks_are_where_they_are_written_however_the_blocks_fall(blocks: tuple[int, ...]) -> None:
    clicks = [(0, 0, 0.5), (2, 1, 0.5), (63, 0, 0.25), (64, 2, 0.3), (100, 2, 0.1), (127, 0, 0.4)]
    desk = Desk(bank(), 1)
    assert schedule(desk, *clicks)
    assert np.allclose(play(desk, *blocks)[:, 0], twin(clicks, 128), atol=1e-6)


def test_a_long_voice_is_not_forgotten_when_short_ones_after_it_are_over() -> None:
    clicks = [(0, 2, 1.0), (1, 1, 0.2), (2, 1, 0.2), (30, 1, 0.2)]
    desk = Desk(bank(), 1)
    schedule(desk, *clicks)
    assert np.allclose(play(desk, *(8,) * 8)[:, 0], twin(clicks, 64), atol=1e-6)


def test_what_is_too_loud_stays_within_bounds() -> None:
    desk = Desk(bank(), 1)
    schedule(desk, (0, 0, 1.0), (0, 0, 1.0))
    assert play(desk, 8).max() == 1.0


def test_balance_and_volume_are_per_side_and_mono_has_their_mean() -> None:
    for channels, expected in ((2, [[0.5, 0.25]]), (1, [[0.375]])):
        desk = Desk(bank(), channels)
        desk.levels(click=(0.5, 0.25))
        schedule(desk, (0, 0, 1.0))
        assert play(desk, 1).tolist() == expected


def test_a_new_schedule_replaces_the_old_one_and_waits_for_the_card() -> None:
    desk = Desk(bank(), 1)
    assert schedule(desk, (0, 0, 1.0))
    assert not schedule(desk, (3, 1, 1.0))  # the card has not looked yet
    play(desk, 2)
    assert schedule(desk, (3, 1, 1.0))
    assert play(desk, 4)[:, 0].tolist() == [0, 0.5, 0.5, 0.5]


def test_a_strike_sounds_from_the_first_sample_of_the_next_block() -> None:
    desk = Desk(bank(), 1)
    play(desk, 4)
    assert desk.strike(1, 1.0)
    assert play(desk, 2, 2)[:, 0].tolist() == [0.5, 0.5, 0.5, 0]


def test_a_choke_lets_it_fall_within_a_few_hundredths_of_a_second() -> None:
    desk = Desk(bank(), 1)
    desk.strike(2, 1.0, group=3)
    before = play(desk, 8)
    desk.strike(-1, 0.0, group=3, cuts=True)
    after = play(desk, 32)[:, 0]
    assert before[-1, 0] == 0.25
    assert (np.diff(after) < 0).all()
    assert after[30] < 0.001
    desk.strike(2, 1.0, group=3)
    desk.strike(-1, 0.0, group=4, cuts=True)
    assert play(desk, 8)[-1, 0] == pytest.approx(0.25, abs=1e-3)  # another's hand


def test_more_strokes_than_anybody_plays_take_the_place_of_the_oldest() -> None:
    desk = Desk(bank(), 1)
    desk.levels(kit=(0.01, 0.01))
    desk.strike(2, 1.0)
    play(desk, 4)
    for _ in range(POLYPHONY):
        assert desk.strike(0, 1.0)
    assert play(desk, 1)[0, 0] == pytest.approx(POLYPHONY * 0.01, rel=1e-4)


def test_a_flood_of_strokes_is_refused_not_mixed_up() -> None:
    desk = Desk(bank(), 1)
    assert all(desk.strike(1, 0.1) for _ in range(STRIKES))
    assert not desk.strike(1, 0.1)
    play(desk, 1)
    assert desk.strike(1, 0.1)
