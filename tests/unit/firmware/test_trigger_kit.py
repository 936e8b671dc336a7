"""Several pads on one stand: crosstalk, unison, flams; and inputs that are no pads."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge.bench.firmware_heard import hear, listen
from firmware_bridge.bench.firmware_pads import set_up
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, faults, make_pad, playing

pytestmark = pytest.mark.usefixtures("zig")

SUSPECT = HitFlag.CROSSTALK_SUSPECT
PICO = Converter.pico()


def stand(kinds, coupling_db=(-24.0, -30.0), seed=40):
    pads = tuple(make_pad(kind, seed + n) for n, kind in enumerate(kinds))
    settings = [dict(set_up(pad, seed + n, PICO).own) for n, pad in enumerate(pads)]
    return Rig(pads, seed, converter=PICO, coupling_db=coupling_db), settings


@pytest.fixture(scope="module")
def three(zig):
    """A mesh, a rubber pad and a cymbal."""
    return stand((PadKind.MESH, PadKind.RUBBER, PadKind.CYMBAL))


def spread(count=40, pads=3):
    return playing.spread(np.random.default_rng(1), count, pads)


def test_echoes_are_sent_and_suspected(three):
    rig, settings = three
    strikes = spread()
    heard = hear(rig.play(strikes, playing.length_s(strikes)), settings)
    own = [
        h for h in heard if any(s.pad == h.pad and abs(h.t_us - s.onset_us) < 3e3 for s in strikes)
    ]
    echoes = [h for h in heard if h not in own]
    assert len(own) == len(strikes)
    assert not any(h.flags & SUSPECT for h in own)
    assert len(echoes) > 20
    assert sum(bool(h.flags & SUSPECT) for h in echoes) >= 0.9 * len(echoes)


def test_echoes_are_swallowed_when_somebody_wants_it(three):
    rig, settings = three
    strikes = spread()
    quiet = [{**own, "crosstalk": 60} for own in settings]
    heard = hear(rig.play(strikes, playing.length_s(strikes)), quiet)
    assert len(heard) == len(strikes)


def test_two_pads_struck_together_are_two_strikes(three):
    rig, settings = three
    strikes = playing.unisons(np.random.default_rng(2), 40, 3)
    heard = hear(rig.play(strikes, playing.length_s(strikes)), settings)
    right = [
        any(
            h.pad == s.pad and abs(h.t_us - s.onset_us) < 3e3 and not h.flags & SUSPECT
            for h in heard
        )
        for s in strikes
    ]
    assert sum(right) >= 0.95 * len(strikes)


@pytest.fixture(scope="module")
def played_in(zig):
    """Two mesh pads that carry 20 dB, and forty strikes by which that is learned; none together."""
    rig, settings = stand((PadKind.MESH, PadKind.MESH), coupling_db=(-20.0, -20.0), seed=46)
    return rig, settings, playing.spread(np.random.default_rng(1), 40, 2)


@pytest.mark.parametrize("variant", ["host", "host-small"])
def test_a_stand_that_carries_much_is_learned(played_in, variant):
    rig, settings, strikes = played_in
    heard = hear(rig.play(strikes, playing.length_s(strikes)), settings, variant)
    echoes = [
        h
        for h in heard
        if not any(s.pad == h.pad and abs(h.t_us - s.onset_us) < 3e3 for s in strikes)
    ]
    known = [h for h in echoes if h.t_us > strikes[15].onset_us]
    assert len(known) >= 20
    assert sum(bool(h.flags & SUSPECT) for h in known) >= 0.95 * len(known)


def test_a_soft_echo_heard_by_a_later_swing_is_suspected_too():
    # A kick's echoes swing slowly: the softest are heard half a wave after the way's time.
    rig, settings = stand((PadKind.KICK, PadKind.MESH, PadKind.CYMBAL), (-24.0, -34.0))
    strikes = spread(120)
    heard = hear(rig.play(strikes, playing.length_s(strikes)), settings)
    echoes = [
        h
        for h in heard
        if h.t_us > strikes[40].onset_us
        and not any(s.pad == h.pad and abs(h.t_us - s.onset_us) < 3e3 for s in strikes)
    ]
    assert len(echoes) >= 70
    assert all(h.flags & SUSPECT for h in echoes)


@pytest.mark.parametrize("variant", ["host", "host-small"])
def test_what_is_louder_or_later_than_a_known_echo_is_a_strike(played_in, variant):
    rig, settings, strikes = played_in
    last_us = strikes[-1].onset_us
    together = []
    for n in range(10):
        at_us = last_us + (n + 1) * 300_000.0
        together += [Strike(at_us, 0, 120.0), Strike(at_us + 2_500.0, 1, 85.0)]
    played = [*strikes, *together]
    heard = hear(rig.play(played, playing.length_s(played)), settings, variant)
    own = [h for h in heard if h.pad == 1 and h.t_us > last_us + 100_000.0]
    assert len(own) == 10
    assert not any(h.flags & SUSPECT for h in own)


def test_flams_to_twenty_milliseconds_are_heard(three):
    rig, settings = three
    strikes = playing.flams(np.random.default_rng(3), 30, (0, 1), (20_000.0, 24_000.0))
    heard = [
        h
        for h in hear(rig.play(strikes, playing.length_s(strikes)), settings)
        if not h.flags & SUSPECT
    ]
    for strike in strikes:
        assert any(h.pad == strike.pad and abs(h.t_us - strike.onset_us) < 3e3 for h in heard)


def test_a_strike_right_behind_an_echo_is_heard():
    rig, settings = stand((PadKind.MESH, PadKind.RUBBER), coupling_db=(-22.0, -22.0))
    strikes = [
        Strike(playing.FIRST_US + n * 300_000.0 + late, pad, velocity)
        for n in range(10)
        for pad, late, velocity in ((0, 0.0, 120.0), (1, 6_000.0, 100.0))
    ]
    heard = hear(rig.play(strikes, playing.length_s(strikes)), settings)
    for strike in strikes:
        assert any(
            h.pad == strike.pad and abs(h.t_us - strike.onset_us) < 1e3 and not h.flags & SUSPECT
            for h in heard
        )


@pytest.fixture(scope="module")
def beside(zig):
    """Thirty strikes on the first of two pads."""
    rig, settings = stand((PadKind.MESH, PadKind.MESH), coupling_db=None)
    strikes = playing.singles(np.random.default_rng(4), 30)
    return rig.play(strikes, playing.length_s(strikes)), settings


@pytest.mark.parametrize("what", ["floating", "low rail", "high rail"])
def test_an_input_without_a_pad_is_a_fault_and_no_flood(beside, what):
    recording, settings = beside
    count = len(recording.readings)
    signal = {
        "floating": faults.floating(count, 125.0, 3),
        "low rail": faults.stuck(count, 0, 3),
        "high rail": faults.stuck(count, 4095, 3),
    }[what]
    messages, board = listen(faults.with_channel(recording, 1, signal), settings)
    hits = [m for m in messages if hasattr(m, "velocity")]
    assert [m for m in hits if m.pad == 1] == []
    assert len([m for m in hits if m.pad == 0]) == 30
    assert board.dc_fault == 0b10


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
@pytest.mark.parametrize("peak", [40.0, 200.0, 800.0])
def test_hum_above_the_threshold_is_no_playing(beside, mains_hz, peak):
    recording, settings = beside
    count = len(recording.readings)
    for from_s, most in ((0.0, 0), (2.0, 4)):
        hum = faults.humming(count, 125.0, peak, mains_hz, from_s, 3)
        bad = faults.with_channel(recording, 1, recording.readings[:, 1] + hum)
        assert sum(h.pad == 1 for h in hear(bad, settings)) <= most


def test_strikes_are_heard_over_hum(beside):
    recording, settings = beside
    hum = faults.humming(len(recording.readings), 125.0, 25.0, 50.0, 0.0, 3)
    bad = faults.with_channel(recording, 0, recording.readings[:, 0] + hum)
    assert sum(h.pad == 0 for h in hear(bad, settings)) >= 22


def test_a_cable_that_is_plugged_in_again_is_listened_to():
    rig, settings = stand((PadKind.MESH, PadKind.MESH), coupling_db=None)
    strikes = [Strike(4_000_000.0 + n * 200_000.0, 1, 90.0) for n in range(8)]
    recording = rig.play(strikes, 6.0)
    signal = recording.readings[:, 1].astype(float)
    signal[:16_000] = faults.stuck(16_000, 4095, 3)
    messages, board = listen(faults.with_channel(recording, 1, signal), settings)
    assert len([m for m in messages if hasattr(m, "velocity") and m.t_us > 3_900_000]) == 8
    assert board.dc_fault == 0
