"""The simulated card: its clock, its lateness, its dropouts, its end."""

from __future__ import annotations

import numpy as np
import pytest

from station.clock import ManualClock
from station.errors import SoundReason, WrongUse
from station.sound.desk import Desk
from station.sound.output import SoundAddress, open_output, parse_sound_address
from station.sound.simulated import CardTraits, SimulatedCard
from station.sound.voices import voice_bank

SECOND = 10**9


def played(traits: CardTraits, seconds: int) -> tuple[SimulatedCard, Desk]:
    clock = ManualClock(5 * SECOND)
    card = SimulatedCard(traits, clock, record=True)
    desk = Desk(voice_bank(traits.rate_hz), traits.channels)
    card.play(desk)
    for _ in range(seconds * 100):
        clock.advance(SECOND // 100)
        card.tend()
    return card, desk


@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
def test_it_plays_as_many_frames_as_its_clock_says(ppm: float) -> None:
    card, desk = played(CardTraits(ppm=ppm), 20)
    expected = 20 * 48_000 * (1 + ppm * 1e-6)
    assert desk.position == pytest.approx(expected, abs=64)
    assert len(card.recorded()) == desk.position


def test_a_dropout_takes_frames_and_leaves_silence() -> None:
    card, desk = played(CardTraits(dropouts=60), 10)
    gaps = desk.new_gaps()
    assert len(gaps) > 3
    assert sum(gap.lost for gap in gaps) == pytest.approx(
        len(card.recorded()) - 64 * desk.blocks_played, abs=64 * 20
    )


def test_the_same_seed_gives_the_same_card() -> None:
    traits = CardTraits(jitter_ns=200_000, dropouts=30, seed=7)
    one, other = (played(traits, 3)[1].new_blocks() for _ in range(2))
    assert np.array_equal(one, other)


def test_it_vanishes_when_it_is_told_to_and_plays_no_more() -> None:
    clock = ManualClock()
    card = SimulatedCard(CardTraits(vanish_ns=SECOND), clock)
    desk = Desk(voice_bank(48_000), 2)
    card.play(desk)
    clock.advance(SECOND // 2)
    assert card.tend() is None
    clock.advance(10 * SECOND)
    error = card.tend()
    assert error is not None
    assert error.reason is SoundReason.LOST
    assert desk.position <= 48_000 + 64


def test_an_address_says_what_it_is_like_and_is_said_again() -> None:
    text = "simsound://?rate=44100&block=256&channels=1&ppm=-20&jitter_us=5&vanish_s=2"
    card = open_output(text, ManualClock())
    assert isinstance(card, SimulatedCard)
    assert card.address == text
    assert card.traits == CardTraits(44_100, 256, 1, -20, 5_000, 0, 2 * SECOND, 1)


@pytest.mark.parametrize("query", ["ppm=lots", "ppm=9999", "rate=1", "channels=3", "speed=2"])
def test_traits_that_no_card_has_are_refused(query: str) -> None:
    with pytest.raises(WrongUse):
        open_output(f"simsound://?{query}", ManualClock())


def test_an_address_is_taken_apart_as_it_was_typed() -> None:
    assert parse_sound_address(" audio://USB: Audio (hw:1,0)?rate=44100 ") == SoundAddress(
        "audio", "USB: Audio (hw:1,0)", {"rate": "44100"}
    )
