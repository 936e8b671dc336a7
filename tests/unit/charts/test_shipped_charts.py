"""The charts that ship: sound, as described, and within what people can play."""

from dataclasses import replace

import numpy as np
import pytest

from station import settings
from station.charts.document import dump, parse
from station.charts.smf import read_smf, write_smf
from station.charts.toml_chart import read_toml_chart
from station.model import Pad, Sticking

FOLDER = settings.config_dir() / "charts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name):
    return read_toml_chart((FOLDER / f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def test_the_set():
    assert NAMES == [
        "double-time-swing",
        "fourteen-eight",
        "paradiddle",
        "pulse",
        "seven-four",
        "single-strokes",
        "straight-eighths",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_two_to_eight_whole_bars_with_a_title(name):
    chart = load(name)
    bars = list(chart.bars())
    assert chart.title
    assert 2 <= len(bars) <= 8
    assert bars[-1].end_tick == chart.length_ticks
    assert {len(bar.beat_ticks()) for bar in bars} == {chart.metre[0].beats}


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_kept_and_exported(name):
    chart = load(name)
    assert parse(dump(chart)) == chart
    read = read_smf(write_smf(chart), f"{name}.mid")
    assert [(n.tick, n.midi_note) for n in read.notes] == [
        (n.tick, n.midi_note) for n in chart.notes
    ]
    assert (read.metre, read.length_ticks, read.title) == (
        # A MIDI file cannot say how beats stand together.
        tuple(replace(metre, groups=()) for metre in chart.metre),
        chart.length_ticks,
        chart.title,
    )


@pytest.mark.parametrize("name", NAMES)
def test_two_hands_and_two_feet_are_enough(name):
    ticks = {}
    for note in load(name).notes:
        ticks.setdefault(note.tick, []).append(note.pad)
    for pads in ticks.values():
        hands = [p for p in pads if p not in {Pad.KICK, Pad.HI_HAT_PEDAL}]
        assert len(hands) <= 2


@pytest.mark.parametrize(
    ("name", "beats", "unit"), [("seven-four", 7, 4), ("fourteen-eight", 14, 8)]
)
def test_odd_metres(name, beats, unit):
    assert {(m.beats, m.unit) for m in load(name).metre} == {(beats, unit)}


def test_single_strokes_alternate():
    hands = [n.sticking for n in load("single-strokes").notes[:32]]
    assert hands == [Sticking.RIGHT, Sticking.LEFT] * 16


def test_paradiddle_sticking():
    hands = "".join(n.sticking for n in load("paradiddle").notes if n.pad is not Pad.KICK)
    assert hands == "RLRRLRLL" * 8


def test_pulse_is_quarters():
    snare = [n.tick for n in load("pulse").notes if n.pad is Pad.SNARE]
    assert np.diff(snare).tolist() == [480] * 15


@pytest.mark.parametrize("bpm", [330, 400])
def test_the_swing_is_playable(bpm):
    chart = load("double-time-swing").at_bpm(bpm)
    # One hand strikes 5 to 7 times a second, the fastest in the world 10 (Fujii 2009).
    ride = chart.written_ns[[n.pad is Pad.RIDE for n in chart.notes]]
    rates = [np.sum((ride >= t) & (ride < t + 2 * 10**9)) / 2 for t in ride if t < ride[-1] - 2e9]
    assert max(rates) <= 8
    left = chart.written_ns[[n.pad is Pad.SNARE for n in chart.notes]]
    assert np.diff(left).min() >= 140 * 10**6
    # 1.1 : 1 on every offbeat.
    offbeats = {n.tick % chart.ppq for n in chart.notes} - {0}
    assert offbeats == {chart.ppq * 11 // 21}
