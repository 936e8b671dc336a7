"""Voices: heard from their first sample, quiet at their end, short enough, and all there."""

from __future__ import annotations

import numpy as np
import pytest

from station.charts.lanes import ZONES_OF
from station.model import Pad, Zone
from station.sound.click_voices import CLICK_VOICES, Strength, click_voice
from station.sound.kit_voices import KIT_VOICES, choke_group, cuts_off, kit_voice, voice_of
from station.sound.voices import voice_bank

RATES = (22_050, 44_100, 48_000, 96_000)


def test_there_are_four_clicks_at_least() -> None:
    assert {"wood", "beep", "cowbell", "rim"} <= set(CLICK_VOICES)


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("name", CLICK_VOICES)
def test_a_click_begins_with_its_first_sample_and_is_over_before_a_sixteenth_at_330(
    name: str, rate_hz: int
) -> None:
    for strength in Strength:
        samples = click_voice(name, strength, rate_hz)
        peak = np.abs(samples).max()
        assert 0 < peak <= 1
        assert abs(samples[0]) > 0.3 * peak
        assert abs(samples[-1]) < 0.01 * peak
        assert len(samples) <= 0.0455 * rate_hz


@pytest.mark.parametrize("name", CLICK_VOICES)
def test_an_accent_is_louder_than_a_beat_and_a_subdivision_softer(name: str) -> None:
    loud = [float(np.abs(click_voice(name, s, 48_000)).max()) for s in Strength]
    assert loud == sorted(loud, reverse=True)
    assert len(set(loud)) == 3


@pytest.mark.parametrize("name", KIT_VOICES)
def test_a_drum_begins_at_once_and_dies_away(name: str) -> None:
    samples = kit_voice(name, 48_000)
    peak = np.abs(samples).max()
    assert 0.2 < peak <= 1
    assert samples[0] != 0
    assert np.abs(samples[:480]).max() > 0.3 * peak  # loud within 10 ms
    assert np.abs(samples[-48:]).max() < 0.05 * peak


def test_every_place_of_a_kit_has_a_voice() -> None:
    for pad, zones in ZONES_OF.items():
        for zone in zones:
            assert voice_of(pad, zone) in KIT_VOICES
    assert voice_of(Pad.SNARE, Zone.HEAD) != voice_of(Pad.SNARE, Zone.CROSS_STICK)
    assert voice_of(Pad.HI_HAT, Zone.OPEN) != voice_of(Pad.HI_HAT, Zone.CLOSED)
    assert voice_of(Pad.HI_HAT_PEDAL, Zone.SPLASH) != voice_of(Pad.HI_HAT_PEDAL, Zone.FOOT)


def test_a_hi_hat_that_closes_ends_what_rings_and_one_that_opens_does_not() -> None:
    assert choke_group(Pad.HI_HAT) == choke_group(Pad.HI_HAT_PEDAL) != 0
    assert cuts_off(Pad.HI_HAT, Zone.CLOSED)
    assert cuts_off(Pad.HI_HAT_PEDAL, Zone.FOOT)
    assert not cuts_off(Pad.HI_HAT, Zone.OPEN)
    assert not cuts_off(Pad.CRASH_1, Zone.EDGE)
    assert choke_group(Pad.SNARE) == 0


def test_the_bank_finds_each_voice_by_its_name() -> None:
    bank = voice_bank(44_100)
    wood = click_voice("wood", Strength.BEAT, 44_100)
    assert np.array_equal(bank.voice(bank.click("wood", Strength.BEAT)), wood)
    assert np.array_equal(bank.voice(bank.places["ride"]), kit_voice("ride", 44_100))
    assert bank.first[-1] == len(bank.samples)
    assert voice_bank(44_100) is bank
