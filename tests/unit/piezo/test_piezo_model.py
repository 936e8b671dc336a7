"""The piezo model: what is struck is what is read, and another seed is another pad."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge.piezo import (
    Converter,
    Grab,
    PadKind,
    Rig,
    RimKind,
    Strike,
    amplitude_of,
    faults,
    make_pad,
    make_rim,
    pedal,
    playing,
    velocity_of,
)
from firmware_bridge.piezo.converter import HALF_SCALE

QUIET = Converter(noise=0.0, wide_codes=False)
ONSET_US = 20_000.0


def played(strikes, kind="mesh", converter=QUIET, **rig):
    """One pad's readings about their rest."""
    rig.setdefault("coupling_db", None)
    rig.setdefault("hum", 0.0)
    pads = (make_pad(kind, 1),)
    recording = Rig(pads, 1, converter=converter, **rig).play(strikes, 0.4)
    return recording.readings[:, 0].astype(float) - HALF_SCALE


def peak(velocity, kind="mesh", position=0.3):
    return np.max(np.abs(played([Strike(ONSET_US, 0, velocity, position)], kind)))


def test_velocity_and_amplitude_are_each_others_inverse():
    for velocity in (5.0, 64.0, 127.0):
        assert velocity_of(amplitude_of(velocity)) == pytest.approx(velocity)
    assert 20.0 * np.log10(amplitude_of(127.0) / amplitude_of(5.0)) == pytest.approx(40.0)


@pytest.mark.parametrize("kind", list(PadKind))
def test_the_hardest_strike_reaches_what_the_pad_is_set_up_for(kind):
    pad = make_pad(kind, 1)
    assert peak(127.0, kind) == pytest.approx(pad.sensitivity * HALF_SCALE, rel=0.15)


@pytest.mark.parametrize("kind", list(PadKind))
def test_a_softer_strike_is_weaker_by_its_decibels(kind):
    ratio_db = 20.0 * np.log10(peak(127.0, kind) / peak(66.0, kind))
    assert ratio_db == pytest.approx(20.0, abs=2.5)


@pytest.mark.parametrize("kind", list(PadKind))
def test_nothing_is_heard_before_the_touch_and_the_ring_dies(kind):
    signal = np.abs(played([Strike(ONSET_US, 0, 120.0)], kind))
    touched = int(ONSET_US / QUIET.period_us)
    assert signal[:touched].max() <= 1.0
    assert signal[touched : touched + 40].max() > 100.0
    assert signal[-200:].max() < 0.02 * signal.max()


def test_the_same_seed_is_the_same_take_and_another_is_another():
    rig = Rig((make_pad("mesh", 1),), 1)
    strikes = playing.singles(np.random.default_rng(1), 3)
    first, again, other = (rig.play(strikes, 1.5, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.readings, again.readings)
    assert not np.array_equal(first.readings, other.readings)
    assert make_pad("mesh", 1).contact_us != make_pad("mesh", 2).contact_us


def test_a_hot_piezo_clips_and_a_dead_one_whispers():
    strike = [Strike(ONSET_US, 0, 127.0)]
    for sensitivity, highest in ((4.0, 4095), (0.02, HALF_SCALE + 60)):
        pad = make_pad("mesh", 1, sensitivity=sensitivity)
        rig = Rig((pad,), 1, converter=QUIET, coupling_db=None, hum=0.0)
        assert rig.play(strike, 0.2).readings.max() == pytest.approx(highest, abs=45)


def test_ten_bits_are_coarse_and_half_wave_rests_at_zero():
    coarse = played([Strike(ONSET_US, 0, 100.0)], converter=Converter(bits=10, noise=0.0))
    assert set(np.unique(coarse % 4.0)) == {0.0}
    half = Converter(noise=0.0, wide_codes=False, half_wave=True)
    assert played([Strike(ONSET_US, 0, 100.0)], converter=half).min() == -HALF_SCALE


def test_crosstalk_is_late_dull_and_weak():
    pads = (make_pad("mesh", 1), make_pad("mesh", 2))
    rig = Rig(pads, 1, converter=QUIET, coupling_db=(-24.0, -24.0), hum=0.0)
    readings = rig.play([Strike(ONSET_US, 0, 120.0)], 0.3).readings.astype(float) - HALF_SCALE
    own, other = (np.abs(readings[:, n]) / pads[n].sensitivity for n in (0, 1))
    assert 20.0 * np.log10(own.max() / other.max()) == pytest.approx(24.0, abs=6.0)
    assert np.argmax(other > 0.3 * other.max()) > np.argmax(own > 0.3 * own.max())


def test_hum_has_the_mains_frequency():
    signal = played([], hum=50.0, mains_hz=60.0)
    spectrum = np.abs(np.fft.rfft(signal - signal.mean()))
    assert np.argmax(spectrum) * 1e6 / QUIET.period_us / len(signal) == pytest.approx(60.0, abs=2.6)


def test_a_switch_closes_at_the_edge_and_under_a_hand():
    rig = Rig((make_pad("cymbal", 1),), 1, converter=QUIET, rims={0: make_rim(RimKind.SWITCH, 1)})
    strikes = [Strike(50_000.0, 0, 100.0), Strike(150_000.0, 0, 100.0, zone=1)]
    readings = rig.play(strikes, 0.6, grabs=[Grab(0, 400_000.0, 550_000.0)]).readings
    closed_ms = np.flatnonzero(readings[:, rig.rim_channel(0)] < 1_000) / 8.0
    assert closed_ms.min() > 150.0
    assert 156.0 < closed_ms[closed_ms < 300.0].max() < 180.0
    assert closed_ms.max() == pytest.approx(550.0, abs=1.0)


def test_a_rim_of_its_own_piezo_hears_the_rim_best():
    rim = make_rim(RimKind.PIEZO, 1)
    rig = Rig((make_pad("mesh", 1),), 1, converter=QUIET, rims={0: rim}, hum=0.0)
    for zone in (0, 1):
        recording = rig.play([Strike(ONSET_US, 0, 110.0, zone=zone)], 0.2)
        head, own = np.abs(recording.readings.astype(float) - HALF_SCALE).max(axis=0)
        assert (own > head) == (zone == 1)


@pytest.mark.parametrize("kind", list(pedal.PedalKind))
def test_a_pedal_reads_from_open_to_closed(kind):
    rng = np.random.default_rng(1)
    readings = pedal.readings(kind, np.linspace(0.0, 1.0, 50), rng, noise=0.0)
    assert readings[0] == pedal.OPEN_READING
    assert readings[-1] == pytest.approx(pedal.CLOSED_READING, abs=1.0)
    assert np.all(np.diff(readings) <= 0.0)


def test_faults_replace_one_channel_only():
    rig = Rig((make_pad("mesh", 1), make_pad("mesh", 2)), 1)
    recording = rig.play([], 0.3)
    count = len(recording.readings)
    for signal in (
        faults.floating(count, 125.0, 1),
        faults.stuck(count, 4095, 1),
        recording.readings[:, 1] + faults.humming(count, 125.0, 300.0, 50.0, 0.1, 1),
    ):
        bad = faults.with_channel(recording, 1, signal)
        assert np.array_equal(bad.readings[:, 0], recording.readings[:, 0])
        assert bad.readings[:, 1].std() != recording.readings[:, 1].std()
        assert bad.readings.max() <= 4095


def test_what_is_played_stays_in_range_and_in_time():
    rng = np.random.default_rng(3)
    scenes = [
        playing.singles(rng, 30),
        playing.roll(rng, 60, 22.0),
        playing.doubles(rng, 60, 20.0),
        playing.accents(rng, 30, 10.0),
        playing.buzz(rng, 10),
        playing.flams(rng, 10, (0, 1), (20_000.0, 40_000.0)),
        playing.unisons(rng, 10, 3),
        playing.spread(rng, 10, 3),
    ]
    for strikes in scenes:
        assert all(playing.LOWEST <= s.velocity <= playing.HIGHEST for s in strikes)
        assert all(0.0 <= s.position <= 1.0 for s in strikes)
        assert min(s.onset_us for s in strikes) >= playing.FIRST_US
        assert playing.length_s(strikes) > max(s.onset_us for s in strikes) / 1e6
    rate = 59.0 / (scenes[1][-1].onset_us - scenes[1][0].onset_us) * 1e6
    assert rate == pytest.approx(22.0, rel=0.05)
