"""From recordings: clicks and strokes are found where they are."""

from __future__ import annotations

import numpy as np
import pytest

from station.calibration.microphone import both, click_latency, pad_delay
from station.calibration.onsets import click_delays, stroke_delays
from station.calibration.outcome import Measured, Refused
from station.sound.click_voices import Strength, click_voice

RATE = 48_000
PLACES = 4800.0 + 19_200.0 * np.arange(24)
CLICK = click_voice("rim", Strength.BEAT, RATE)


def shifted(wave, part):
    """A wave, a part of a sample later."""
    spectrum = np.fft.rfft(wave, 8192)
    return np.fft.irfft(spectrum * np.exp(-2j * np.pi * np.fft.rfftfreq(8192) * part), 8192)


def recorded(delay, loud=0.5, noise=0.001, only=24):
    samples = np.random.default_rng(1).normal(0, noise, int(PLACES[-1]) + RATE)
    for place in PLACES[:only]:
        whole, part = divmod(place + delay, 1)
        samples[int(whole) : int(whole) + 8192] += loud * shifted(CLICK, part)
    return samples.astype(np.float32)


def late(samples):
    return click_delays(samples, CLICK, PLACES, RATE, 0.35)


@pytest.mark.parametrize("delay", [0.0, 3.25, 512.5, 9600.75, -40.0])
def test_a_click_is_found_to_a_part_of_a_sample(delay):
    assert late(recorded(delay)) == pytest.approx(delay, abs=0.2)


def test_whichever_way_the_wires_are_poled():
    assert late(recorded(100.0, loud=-0.3)) == pytest.approx(100.0, abs=0.2)


def test_a_room_s_noise_moves_little():
    assert np.nanmedian(late(recorded(700.3, loud=0.1, noise=0.01))) == pytest.approx(700.3, abs=1)


def test_what_is_not_there_is_not_found():
    delays = late(recorded(100.0, only=6))
    assert np.isfinite(delays).sum() == 6
    outcome = click_latency(delays, RATE)
    assert isinstance(outcome, Refused)
    assert "Only 6 of 24" in outcome.reason


def test_beyond_the_end_of_the_recording_nothing_is_found():
    assert np.isnan(late(recorded(0.0)[:4000])).all()


def test_the_click_s_latency():
    found = click_latency(late(recorded(480.0)), RATE)
    assert isinstance(found, Measured)
    assert found.latency_ns == pytest.approx(10_000_000, abs=5_000)
    assert found.count == 24


def test_what_scatters_is_something_else():
    outcome = click_latency(np.linspace(0, 2000, 24), RATE)
    assert isinstance(outcome, Refused)
    assert "scatters" in outcome.reason


def struck(delay_frames, noise=0.002):
    """A stick on rubber: a knock that dies in a few ms, before the kit's message."""
    rng = np.random.default_rng(2)
    samples = rng.normal(0, noise, int(PLACES[-1]) + RATE)
    knock = rng.normal(0, 0.3, 600) * np.exp(-np.arange(600) / 100)
    for place in PLACES:
        begin = round(place - delay_frames)
        samples[begin : begin + 600] += knock
    return samples.astype(np.float32)


@pytest.mark.parametrize("delay", [48, 240, 1200, -96])
def test_a_pad_s_delay(delay):
    found = pad_delay(stroke_delays(struck(delay), PLACES, RATE), RATE)
    assert isinstance(found, Measured)
    assert found.latency_ns == pytest.approx(delay / RATE * 1e9, abs=150_000)


def test_a_microphone_that_hears_nothing():
    silent = np.zeros(int(PLACES[-1]) + RATE, np.float32)
    outcome = pad_delay(stroke_delays(silent, PLACES, RATE), RATE)
    assert isinstance(outcome, Refused)
    assert "Only 0 of 24 strokes" in outcome.reason


@pytest.mark.parametrize("own", [0, 120, 240])
def test_the_input_s_own_latency_cancels(own):
    """Of a card 10 ms and a pad 5 ms late, whatever the input adds."""
    click = click_latency(late(recorded(480.0 + own)), RATE)
    # Recorded later: nearer to the kit's message.
    pad = pad_delay(stroke_delays(struck(240 - own), PLACES, RATE), RATE)
    assert isinstance(click, Measured)
    assert isinstance(pad, Measured)
    assert both(click, pad).latency_ns == pytest.approx(15_000_000, abs=150_000)
    assert both(click, pad).count == 24
