"""A performance as MIDI."""

import io
from dataclasses import replace

import mido
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.smf import read_smf
from station.charts.tempo import TempoMap
from station.drummer import PRESETS, Cause, DrummerParams, Performance, Strike, perform
from station.drummer.midi import TICK_NS, midi_file, midi_messages
from station.model import Note, Pad, Zone


def _performance(*strikes):
    return Performance("t", 0, DrummerParams(), tuple(strikes), ())


def _strike(t_ns, pad=Pad.SNARE, zone=Zone.HEAD, midi_note=38, velocity=90):
    return Strike(t_ns, pad, zone, midi_note, velocity, Cause.NOTE, 0)


def test_every_strike_is_a_pair_in_time_order():
    ms = 1_000_000
    messages = midi_messages(_performance(_strike(0), _strike(40 * ms), _strike(40 * ms)))
    assert messages == [
        (0, b"\x99\x26\x5a"),
        (20 * ms, b"\x89\x26\x00"),
        (40 * ms, b"\x99\x26\x5a"),
        (40 * ms, b"\x99\x26\x5a"),
        (90 * ms, b"\x89\x26\x00"),
    ]


def test_the_pedal_is_said_before_the_hi_hat():
    hat = _strike(0, Pad.HI_HAT, Zone.OPEN, 46)
    assert midi_messages(_performance(hat, _strike(5)), channel=1, pedal=True)[:3] == [
        (0, b"\xb0\x04\x00"),
        (0, b"\x90\x2e\x5a"),
        (5, b"\x90\x26\x5a"),
    ]


@pytest.mark.parametrize("channel", [0, 17])
def test_channels_are_people_s(channel):
    with pytest.raises(ValueError, match="1 to 16"):
        midi_messages(_performance(), channel=channel)


def test_a_file_is_read_by_others_and_keeps_the_times():
    chart = Chart(
        "Ÿ 一",
        TempoMap.constant(330, 480),
        (MetreChange(0, 4, 4),),
        tuple(Note(i * 120, Pad.SNARE, Zone.HEAD, 38) for i in range(400)),
        48_000,
    )
    performance = perform(chart, replace(PRESETS["human"], seed=4)).not_before_zero()
    data = midi_file(performance)
    assert read_smf(data, "take.mid").title == "Ÿ 一"
    file = mido.MidiFile(file=io.BytesIO(data))
    seconds, played = 0.0, []
    for message in file:
        seconds += message.time
        if message.type == "note_on":
            played.append((seconds, message.velocity))
    assert len(played) == len(performance.strikes)
    for (t_s, velocity), strike in zip(played, performance.strikes, strict=True):
        assert t_s * 1e9 == pytest.approx(strike.t_ns, abs=TICK_NS / 2 + 1000)
        assert velocity == strike.velocity


def test_a_file_has_no_time_before_zero():
    early = _performance(_strike(-5), _strike(7))
    with pytest.raises(ValueError, match="before tick 0"):
        midi_file(early)
    assert [s.t_ns for s in early.not_before_zero().strikes] == [0, 7]
