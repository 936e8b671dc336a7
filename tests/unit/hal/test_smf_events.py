"""MIDI files as what was played."""

import io
import struct
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.smf import write_smf
from station.charts.tempo import TempoChange, TempoMap
from station.errors import FileError
from station.hal.smf_events import MAX_BYTES, read_played_file
from station.model import Note, Pad, Zone


def smf(*tracks, ppq=480, kind=1):
    file = mido.MidiFile(type=kind, ticks_per_beat=ppq)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def raw(division, track, kind=0):
    head = b"MThd" + struct.pack(">LHHH", 6, kind, 1, division)
    return head + b"MTrk" + struct.pack(">L", len(track)) + track


def timed_messages(data, name):
    return read_played_file(data, name).messages()


def on(note, time, channel=9):
    return mido.Message("note_on", note=note, velocity=90, channel=channel, time=time)


END = b"\x00\xff\x2f\x00"


def test_tracks_run_together_and_every_tempo_counts_from_its_tick():
    tempi = [
        mido.MetaMessage("set_tempo", tempo=500_000, time=0),
        mido.MetaMessage("set_tempo", tempo=250_000, time=960),
    ]
    data = smf(tempi, [on(38, 480), on(38, 960)], [on(36, 480), on(36, 480)])
    assert timed_messages(data, "take.mid") == [
        (500_000_000, b"\x99\x26\x5a"),
        (500_000_000, b"\x99\x24\x5a"),
        (1_000_000_000, b"\x99\x24\x5a"),
        (1_250_000_000, b"\x99\x26\x5a"),
    ]


def test_every_channel_message_stays_and_nothing_else():
    data = smf(
        [
            mido.MetaMessage("text", text="x", time=3),
            mido.Message("sysex", data=[1, 2, 3], time=0),
            mido.Message("control_change", control=4, value=127, channel=9, time=0),
            mido.Message("polytouch", note=49, value=127, channel=9, time=0),
            mido.Message("note_on", note=38, velocity=0, channel=0, time=0),
        ]
    )
    assert [m for _, m in timed_messages(data, "t")] == [
        b"\xb9\x04\x7f",
        b"\xa9\x31\x7f",
        b"\x90\x26\x00",
    ]


def test_the_drums_are_channel_10_or_everything():
    both = read_played_file(smf([on(38, 1), on(60, 1, channel=0)]), "t")
    assert both.of_the_drums().messages() == both.of_channel(9).messages() == both.messages()[:1]
    silent = mido.Message("control_change", control=4, value=0, channel=9, time=0)
    melody = read_played_file(smf([silent, on(60, 1, channel=0)]), "t")
    assert melody.of_the_drums().messages() == melody.messages()
    assert len(melody.messages()) == 2


def test_the_longest_tick_says_how_finely():
    assert read_played_file(smf([on(38, 10)]), "t").tick_ns == Fraction(500_000_000, 480)
    fast_after = [on(38, 10), mido.MetaMessage("set_tempo", tempo=1000, time=0), on(38, 10)]
    assert read_played_file(smf(fast_after), "t").tick_ns == Fraction(500_000_000, 480)
    fast_first = [mido.MetaMessage("set_tempo", tempo=1000, time=0), on(38, 10)]
    assert read_played_file(smf(fast_first), "t").tick_ns == Fraction(1_000_000, 480)


@pytest.mark.parametrize(
    ("frames", "rate"), [(24, 24), (25, 25), (29, Fraction(30_000, 1001)), (30, 30)]
)
def test_film_frames_go_their_own_pace(frames, rate):
    tempo = b"\x00\xff\x51\x03\x01\x00\x00"
    track = tempo + b"\x60\x99\x26\x40" + tempo + b"\x04\x99\x26\x40" + END
    division = (256 - frames) << 8 | 40
    tick_ns = 10**9 / (rate * 40)
    times = [t for t, _ in timed_messages(raw(division, track), "t")]
    assert times == [round(96 * tick_ns), round(100 * tick_ns)]


@given(
    st.lists(st.tuples(st.integers(1, 2000), st.integers(60_000, 2_000_000)), max_size=5),
    st.lists(st.integers(0, 9000), min_size=1, max_size=20, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_a_chart_s_own_file_lies_on_its_written_times(steps, ticks):
    changes, tick = [TempoChange(0, Fraction(500_000_000))], 0
    for step, us in steps:
        tick += step
        changes.append(TempoChange(tick, Fraction(us * 1000)))
    chart = Chart(
        "t",
        TempoMap(480, tuple(changes)),
        (MetreChange(0, 4, 4),),
        tuple(Note(t, Pad.SNARE, Zone.HEAD, 38) for t in sorted(ticks)),
        10_000,
    )
    played = [t for t, data in timed_messages(write_smf(chart), "t") if data[0] == 0x99]
    assert played == chart.written_ns.tolist()


SOUND = smf([on(38, 480), on(38, 960)])
DAYS = b"\xff\xff\xff\x7f"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF" + bytes(40), "not a MIDI file"),
        (SOUND[:-9], "cut off"),
        (raw(480, END, kind=2), "type 2"),
        (raw(0, END), "0 ticks"),
        (raw(0xE900, END), "0 ticks in each of 23 frames"),
        (raw(480, b"\x00\xff\x51\x00" + END), "damaged"),
        (raw(480, b"\x00\xf4\x00" + END), "damaged"),
        (raw(480, b"\x00\x99\x26\x90" + END), "damaged"),
        (raw(480, b"\xff" * 5000 + b"\x00\x99\x26\x40" + END), "endless number"),
        (raw(1, DAYS + b"\x99\x26\x40" + END), "longer than a day"),
        (bytes(MAX_BYTES + 1), "4.0 MB is too large"),
    ],
)
def test_a_broken_file_is_one_sentence_that_names_it(data, says):
    with pytest.raises(FileError, match=says) as caught:
        timed_messages(data, "take.mid")
    assert str(caught.value).startswith("take.mid")
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=60), st.integers(0, len(SOUND)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_in_the_file_it_is_read_or_refused(noise, at):
    data = SOUND[:at] + noise + SOUND[at + len(noise) :]
    try:
        messages = timed_messages(data, "take.mid")
    except FileError:
        return
    assert [t for t, _ in messages] == sorted(t for t, _ in messages)
