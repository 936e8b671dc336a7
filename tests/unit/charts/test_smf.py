import struct
from fractions import Fraction
from io import BytesIO

import mido
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.gm import DRUM_CHANNEL
from station.charts.smf import MAX_BYTES, MAX_NOTES, read_smf, write_smf
from station.charts.tempo import TempoChange, TempoMap
from station.errors import ChartError
from station.model import Dynamic, Note, Pad, Zone


def raw(*tracks, kind=1, division=480, end=b"\x00\xff\x2f\x00"):
    """A MIDI file from the bytes of its tracks."""
    out = b"MThd" + struct.pack(">LHHH", 6, kind, len(tracks), division)
    for track in tracks:
        out += b"MTrk" + struct.pack(">L", len(track) + len(end)) + track + end
    return out


SNARE = b"\x00\x99\x26\x50"


def file_of(*messages, ppq=480, kind=0):
    """A MIDI file of one track of (delta, message)."""
    track = mido.MidiTrack([m.copy(time=delta) for delta, m in messages])
    out = BytesIO()
    mido.MidiFile(type=kind, ticks_per_beat=ppq, tracks=[track]).save(file=out)
    return out.getvalue()


def on(note=38, velocity=80, channel=DRUM_CHANNEL):
    return mido.Message("note_on", note=note, velocity=velocity, channel=channel)


def tempo(us):
    return mido.MetaMessage("set_tempo", tempo=us)


def metre(beats, unit):
    return mido.MetaMessage("time_signature", numerator=beats, denominator=unit)


def test_ticks_tempo_and_metre_are_those_of_the_file():
    chart = read_smf(
        file_of(
            (0, mido.MetaMessage("track_name", name="Groove")),
            (0, metre(7, 4)),
            (0, tempo(181_818)),
            (0, on(36)),
            (7 * 96 + 1, tempo(500_001)),
            (10, on(38)),
            ppq=96,
        ),
        "groove.mid",
    )
    assert (chart.title, chart.origin, chart.ppq) == ("Groove", "groove.mid", 96)
    assert chart.tempo.changes == (
        TempoChange(0, Fraction(181_818_000)),
        TempoChange(673, Fraction(500_001_000)),
    )
    assert chart.metre == (MetreChange(0, 7, 4),)
    assert [(n.tick, n.pad) for n in chart.notes] == [(0, Pad.KICK), (683, Pad.SNARE)]
    assert chart.length_ticks == 2 * 7 * 96


def test_without_tempo_and_metre_it_is_120_in_four_four():
    chart = read_smf(raw(SNARE), "x.mid")
    assert (chart.bpm, chart.metre) == (120, (MetreChange(0, 4, 4),))
    assert chart.title == "x"


def test_a_tempo_change_before_any_at_0_begins_with_120():
    chart = read_smf(file_of((480, tempo(300_000)), (0, on())), "x.mid")
    assert [(c.tick, c.ns_per_quarter) for c in chart.tempo.changes] == [
        (0, 500_000_000),
        (480, 300_000_000),
    ]


def test_channel_10_alone_is_the_kit():
    chart = read_smf(
        file_of((0, on(60, channel=0)), (0, on(38)), (240, on(62, channel=1))), "x.mid"
    )
    assert [n.midi_note for n in chart.notes] == [38]


def test_without_channel_10_all_channels_count():
    chart = read_smf(file_of((0, on(38, channel=0)), (240, on(36, channel=3))), "x.mid")
    assert [n.midi_note for n in chart.notes] == [38, 36]


def test_tempo_in_one_track_and_notes_in_others_run_together():
    tempo_track = b"\x00\xff\x51\x03\x03\xd0\x90"
    chart = read_smf(raw(tempo_track, SNARE, b"\x81\x70\x99\x24\x50"), "x.mid")
    assert chart.bpm == 240
    assert [(n.tick, n.midi_note) for n in chart.notes] == [(0, 38), (240, 36)]


def test_running_status_and_velocity_0():
    chart = read_smf(raw(b"\x00\x99\x26\x50\x10\x26\x00\x10\x26\x50"), "x.mid")
    assert [n.tick for n in chart.notes] == [0, 32]


def test_notes_of_one_tick_are_sorted_by_number():
    chart = read_smf(file_of((0, on(42)), (0, on(36)), (0, on(38))), "x.mid")
    assert [n.midi_note for n in chart.notes] == [36, 38, 42]


def test_of_the_same_note_twice_at_once_the_louder_stays():
    chart = read_smf(file_of((0, on(38, 30)), (0, on(38, 120)), (0, on(38, 80))), "x.mid")
    assert [(n.midi_note, n.dynamic) for n in chart.notes] == [(38, Dynamic.ACCENT)]


@pytest.mark.parametrize(
    ("velocity", "dynamic"),
    [
        (1, Dynamic.GHOST),
        (47, Dynamic.GHOST),
        (48, Dynamic.NORMAL),
        (111, Dynamic.NORMAL),
        (112, Dynamic.ACCENT),
        (127, Dynamic.ACCENT),
    ],
)
def test_velocity_is_the_dynamic(velocity, dynamic):
    assert read_smf(file_of((0, on(38, velocity))), "x.mid").notes[0].dynamic is dynamic


def test_a_note_outside_the_map_is_kept():
    chart = read_smf(file_of((0, on(81))), "x.mid")
    assert (chart.notes[0].pad, chart.notes[0].midi_note) == (Pad.OTHER, 81)


def test_another_note_map():
    chart = read_smf(file_of((0, on(31))), "x.mid", {31: (Pad.SNARE, Zone.RIM)})
    assert (chart.notes[0].pad, chart.notes[0].zone) == (Pad.SNARE, Zone.RIM)


@pytest.mark.parametrize(
    ("events", "bars"),
    [
        (((0, on()),), 1),
        (((1919, on()),), 1),
        (((1920, on()),), 2),
        # Notation programs end the track a tick behind the bar line.
        (((0, on()), (1921, mido.MetaMessage("end_of_track"))), 1),
        (((0, on()), (3 * 1920, mido.MetaMessage("end_of_track"))), 3),
    ],
)
def test_length_is_in_whole_bars(events, bars):
    assert read_smf(file_of(*events), "x.mid").length_ticks == bars * 1920


def test_metre_changes_and_the_last_bar():
    chart = read_smf(
        file_of((0, metre(4, 4)), (0, on()), (1920, metre(7, 8)), (240, on()), (0, metre(7, 8))),
        "x.mid",
    )
    assert chart.metre == (MetreChange(0, 4, 4), MetreChange(1920, 7, 8))
    assert chart.length_ticks == 1920 + 7 * 240


def test_a_metre_change_right_behind_the_last_note_ends_its_bar():
    chart = read_smf(file_of((0, on()), (960, metre(3, 4))), "x.mid")
    assert chart.length_ticks == 960
    assert chart.metre == (MetreChange(0, 4, 4),)


def test_titles_in_utf8_and_latin1():
    for encoded in ("Fünf".encode(), "Fünf".encode("latin-1")):
        track = b"\x00\xff\x03" + bytes([len(encoded)]) + encoded + SNARE
        assert read_smf(raw(track), "x.mid").title == "Fünf"


def test_a_title_cannot_carry_control_characters():
    track = b"\x00\xff\x03\x06a\x1b[2\nb" + SNARE
    assert read_smf(raw(track), "x.mid").title == "a [2 b"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF" + bytes(40), "not a MIDI file"),
        (raw(SNARE)[:-6], "cut off"),
        (raw(SNARE)[:20], "cut off"),
        (raw(SNARE, kind=2), "type 2"),
        (raw(SNARE, kind=7), "type 7"),
        (raw(SNARE, division=0xE728), "SMPTE"),
        (raw(SNARE, division=0), "0 ticks"),
        (raw(b"\x00\x99\x26\xff"), "damaged"),
        (raw(b"\x00\xf4"), "damaged"),
        (raw(b"\x00\x26\x50"), "damaged"),
        (raw(b""), "no notes"),
        (raw(b"\x00\xff\x51\x03\x00\x00\x00" + SNARE), "tempo"),
        (raw(b"\x00\xff\x51\x01\x07" + SNARE), "damaged"),
        (raw(b"\x00\xff\x58\x04\x00\x02\x18\x08" + SNARE), "0/4"),
        (raw(b"\x00\xff\x58\x04\x04\xff\x18\x08" + SNARE), "shorter than a 1/32"),
        (raw(b"\x00\xff\x58\x04\x04\x05\x18\x08" + SNARE, division=1), "1/32"),
        (raw(b"\xff\xff\xff\x7f\x99\x26\x50" * 9), "longer than a day"),
        (raw(b"\xff\xff\xff\x7f\x99\x26\x50" * 4, division=24), "24 hours"),
        (raw(b"\xff" * 2000 + b"\x00\x99\x26\x50"), "endless number"),
        (raw((b"\xff" * 900 + b"\x00\x99\x26\x50") * 100), "endless number"),
        (raw(SNARE + bytes(MAX_BYTES)), "too large"),
        (raw(SNARE + b"\x01\x26\x50" * (MAX_NOTES + 1)), "notes are too many"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(data, why):
    with pytest.raises(ChartError, match=why) as raised:
        read_smf(data, "bad.mid")
    message = str(raised.value)
    assert message.startswith("bad.mid: ")
    assert message.endswith(".")
    assert ";" in message
    assert "\n" not in message
    assert len(message) < 250


def simple_chart(**changed):
    parts = {
        "title": "Größe",
        "tempo": TempoMap.constant(120, 480),
        "metre": (MetreChange(0, 7, 4),),
        "notes": (
            Note(0, Pad.KICK, Zone.HEAD, 36, Dynamic.ACCENT),
            Note(5, Pad.KICK, Zone.HEAD, 36),
        ),
        "length_ticks": 7 * 480,
        "origin": "x.mid",
    }
    return Chart(**(parts | changed))


def test_written_and_read_again_it_is_the_same():
    assert read_smf(write_smf(simple_chart()), "x.mid") == simple_chart()


def test_a_written_note_ends_before_the_next_of_its_number():
    track = mido.MidiFile(file=BytesIO(write_smf(simple_chart()))).tracks[0]
    kinds = [m.type for m in track if not m.is_meta]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]
    assert {m.channel for m in track if not m.is_meta} == {DRUM_CHANNEL}


def test_tempo_is_rounded_to_what_the_file_can_say():
    chart = read_smf(write_smf(simple_chart(tempo=TempoMap.constant(330, 480))), "x.mid")
    assert chart.tempo.changes[0].ns_per_quarter == 181_818_000


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"tempo": TempoMap.constant(120, 40_000)}, "ticks a quarter note"),
        ({"tempo": TempoMap.constant(3, 480)}, "µs a quarter note"),
        ({"metre": (MetreChange(0, 256, 4),)}, "beats a bar"),
    ],
)
def test_what_a_midi_file_cannot_hold_is_refused(changed, why):
    with pytest.raises(ChartError, match=why):
        write_smf(simple_chart(**changed))
