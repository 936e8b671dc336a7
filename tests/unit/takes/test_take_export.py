from __future__ import annotations

import csv
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO, StringIO

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.smf import read_smf
from station.charts.tempo import TempoChange, TempoMap
from station.hits import HIT_DTYPE, to_array
from station.model import Flag, Hit, Note, Pad, Take, TakeState, Zone
from station.takes.export import START_MARKER, to_csv, to_midi

START_NS, LATENCY_NS = 7_000_000_123, 4_000_000
TAKE = Take("id", "Ada", "", START_NS, "", "", (), LATENCY_NS, True, TakeState.FINISHED, "1")


def chart(*tempi: tuple[int, float], ppq: int = 480, metre: tuple[int, int] = (4, 4)) -> Chart:
    changes = [TempoChange(t, Fraction(60_000_000_000) / Fraction(str(b))) for t, b in tempi]
    bar = metre[0] * ppq * 4 // metre[1]
    return Chart(
        title="Swing – schnell",
        tempo=TempoMap(ppq, tuple(changes)),
        metre=(MetreChange(0, *metre),),
        notes=(Note(0, Pad.SNARE, Zone.HEAD, 38),),
        length_ticks=8 * bar,
    )


def hit(seq: int, t_ns: int, **fields: object) -> Hit:
    """A hit at `t_ns` from tick 0, as the kit stamped it."""
    stamp = START_NS + LATENCY_NS + t_ns
    given_: dict[str, object] = {
        "seq": seq, "t_ns": stamp, "t_sigma_ns": 200_000, "arrival_ns": stamp,
        "pad": Pad.SNARE, "zone": Zone.HEAD, "velocity": 90, "note": 38,
    }  # fmt: skip
    return Hit(**(given_ | fields))  # type: ignore[arg-type]


def events(data: bytes) -> list[tuple[float, int, mido.Message]]:
    """(ns from the marker, tick, message) of all tracks, by a reader that is not ours."""
    file = mido.MidiFile(file=BytesIO(data))
    out: list[tuple[float, int, mido.Message]] = []
    tick, seconds, us = 0, 0.0, 500_000
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        seconds += message.time * us / 1e6 / file.ticks_per_beat
        if message.type == "set_tempo":
            us = message.tempo
        out.append((seconds * 1e9, tick, message))
    start = next(t for t, _, m in out if m.type == "marker" and m.text == START_MARKER)
    return [(t - start, tick, m) for t, tick, m in out]


def notes_on(data: bytes) -> list[tuple[float, mido.Message]]:
    return [(t, m) for t, _, m in events(data) if m.type == "note_on"]


@settings(deadline=None)
@given(
    times=st.lists(st.integers(-3_000_000_000, 600_000_000_000), max_size=30),
    tempi=st.lists(st.tuples(st.integers(1, 50_000), st.floats(30, 400)), max_size=4),
    ppq=st.sampled_from([1, 96, 480, 997, 30_000]),
)
def test_a_hit_is_within_half_a_tick_of_when_it_was(
    times: list[int], tempi: list[tuple[int, float]], ppq: int
) -> None:
    """Times as a reader gets them, over ten minutes and tempi that MIDI can only round."""
    changes = [(0, 330.0), *sorted({tick: (tick, bpm) for tick, bpm in tempi}.values())]
    data = to_midi(TAKE, chart(*changes, ppq=ppq), to_array(map(hit, range(len(times)), times)))
    per_quarter = mido.MidiFile(file=BytesIO(data)).ticks_per_beat
    half_tick_ns = 60e9 / min(bpm for _, bpm in changes) / per_quarter / 2
    got = [t for t, _ in notes_on(data)]
    assert np.allclose(got, sorted(times), rtol=0, atol=half_tick_ns * 1.01 + 1)


def test_a_file_of_a_take_without_early_hits_begins_with_the_chart() -> None:
    data = to_midi(TAKE, chart((0, 330)), to_array([hit(0, 0)]))
    assert [tick for _, tick, m in events(data) if m.type == "note_on"] == [0]


def test_early_hits_shift_the_chart_by_whole_bars() -> None:
    c = chart((0, 330), metre=(7, 4))
    data = to_midi(TAKE, c, to_array([hit(0, -5_000_000), hit(1, -1_500_000_000)]))
    file = mido.MidiFile(file=BytesIO(data))
    (tick,) = (tick for _, tick, m in events(data) if m.type == "marker")
    assert tick == 2 * 7 * file.ticks_per_beat
    assert [round(t, -5) for t, _ in notes_on(data)] == [-1_500_000_000, -5_000_000]


def test_the_grid_is_that_of_the_chart() -> None:
    c = chart((0, 120), (960, 240), metre=(7, 8))
    data = to_midi(TAKE, c, to_array([hit(0, 0), hit(1, 1_100_000_000)]))
    back = read_smf(data, "take.mid")
    scale = back.ppq // c.ppq
    assert back.metre == c.metre
    assert [(x.tick / scale, x.ns_per_quarter) for x in back.tempo.changes] == [
        (x.tick, x.ns_per_quarter) for x in c.tempo.changes
    ]
    assert back.title == "Swing – schnell (Ada)"


def test_what_was_played_is_said_as_kits_say_it() -> None:
    hits = [
        hit(0, 0, note=22, velocity=0, openness=0, pad=Pad.HI_HAT, zone=Zone.EDGE),
        hit(1, 10_000_000, note=-1, velocity=127, pad=Pad.RIDE, zone=Zone.BELL),
        hit(2, 20_000_000, note=46, openness=127, pad=Pad.HI_HAT, zone=Zone.OPEN),
    ]
    data = to_midi(TAKE, chart((0, 120)), to_array(hits))
    said = [m for _, _, m in events(data) if not m.is_meta]
    assert {m.channel for m in said} == {9}
    assert [
        (m.type, m.control, m.value) if m.type == "control_change" else (m.type, m.note, m.velocity)
        for m in said
        if m.type != "note_off"
    ] == [
        ("control_change", 4, 127), ("note_on", 22, 1), ("note_on", 53, 127),
        ("control_change", 4, 0), ("note_on", 46, 90),
    ]  # fmt: skip


def test_every_note_ends_before_its_pad_is_struck_again() -> None:
    hits = [hit(i, t) for i, t in enumerate([0, 10_000_000, 10_000_000, 200_000_000])]
    data = to_midi(TAKE, chart((0, 120)), to_array(hits))
    said = [m.type for _, _, m in events(data) if m.type in ("note_on", "note_off")]
    assert said == ["note_on", "note_off"] * 4


def test_hours_of_silence_fit_between_two_hits() -> None:
    c = chart((0, 400), ppq=30_000)
    late = 8 * 3600 * 1_000_000_000
    data = to_midi(TAKE, c, to_array([hit(0, 0), hit(1, late)]))
    assert notes_on(data)[1][0] == pytest.approx(late, abs=10_000)


def test_csv_has_a_row_for_each_hit_in_time_order() -> None:
    hits = [
        hit(0, 12_345_678, flags=Flag.DOUBLE_TRIGGER | Flag.CROSSTALK),
        hit(1, -1, note=-1, pad=Pad.HI_HAT, zone=Zone.HALF_OPEN, openness=64, source=1),
    ]
    text = to_csv(TAKE, to_array(hits), {"chart_index": [0, None], "offset_ms": [-0.25, None]})
    assert text.splitlines(keepends=True) == [
        "seq,t_ms,sigma_ms,pad,zone,velocity,note,openness,source,flags,chart_index,offset_ms\r\n",
        "1,-0.000001,0.200000,hi-hat,half-open,90,,64,1,,0,-0.25\r\n",
        "0,12.345678,0.200000,snare,head,90,38,,0,double-trigger crosstalk,,\r\n",
    ]


def test_csv_quotes_what_needs_it() -> None:
    nasty = 'a "b", c\r\nd'
    text = to_csv(TAKE, to_array([hit(0, 0)]), {"note, free": [nasty]})
    (row,) = csv.DictReader(StringIO(text, newline=""))
    assert row["note, free"] == nasty


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="column 'offset_ms' has 2 values for 1 hits"):
        to_csv(TAKE, to_array([hit(0, 0)]), {"offset_ms": [1, 2]})


@pytest.mark.parametrize("export", [to_csv, lambda take, hits: to_midi(take, chart((0, 90)), hits)])
def test_a_take_without_hits_is_a_whole_file(export: Callable[..., str | bytes]) -> None:
    assert export(TAKE, np.empty(0, HIT_DTYPE))
