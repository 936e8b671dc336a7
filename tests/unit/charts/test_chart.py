from fractions import Fraction

import pytest

from station.charts.chart import MAX_BEATS, Chart, MetreChange
from station.charts.tempo import MAX_TICK, TempoChange, TempoMap
from station.model import PADS, Note, Pad, Zone


def note(tick, midi_note=38):
    return Note(tick, Pad.SNARE, Zone.HEAD, midi_note)


FOUR_FOUR = (MetreChange(0, 4, 4),)


def chart(ticks=(0,), metre=FOUR_FOUR, length=1920, bpm=120, ppq=480):
    return Chart("t", TempoMap.constant(bpm, ppq), metre, tuple(map(note, ticks)), length)


def test_written_times_and_lanes():
    made = chart((0, 240, 480))
    assert made.written_ns.tolist() == [0, 250_000_000, 500_000_000]
    assert [PADS[i] for i in made.lanes] == [Pad.SNARE] * 3
    assert made.length_ns == 2_000_000_000
    with pytest.raises(ValueError, match="read-only"):
        made.written_ns[0] = 1


@pytest.mark.parametrize(("beats", "unit", "beat_ticks"), [(7, 4, 480), (14, 8, 240), (3, 2, 960)])
def test_any_metre_is_counted_in_its_own_beats(beats, unit, beat_ticks):
    bar = beats * beat_ticks
    made = chart(metre=(MetreChange(0, beats, unit),), length=2 * bar)
    assert [(b.number, b.tick, b.end_tick, b.beats) for b in made.bars()] == [
        (0, 0, bar, beats),
        (1, bar, 2 * bar, beats),
    ]
    assert made.beat_ticks().tolist() == [i * beat_ticks for i in range(2 * beats)]


def test_tempo_is_told_in_the_metres_beats():
    made = chart(metre=(MetreChange(0, 14, 8),), length=14 * 240, bpm=120)
    assert made.bpm == 240
    assert made.at_bpm(300).bpm == 300
    assert made.at_bpm(300).tempo.bpm_at(0) == 150


def test_at_bpm_keeps_the_shape_of_the_tempo_map():
    tempo = TempoMap(
        480, (TempoChange(0, Fraction(500_000_000)), TempoChange(960, Fraction(10**9)))
    )
    made = Chart("t", tempo, (MetreChange(0, 4, 4),), (note(0),), 1920).at_bpm(330)
    assert [c.ns_per_quarter for c in made.tempo.changes] == [
        Fraction(60 * 10**9, 330),
        Fraction(120 * 10**9, 330),
    ]


@pytest.mark.parametrize("bpm", [0, -1, 5000, float("inf")])
def test_at_an_impossible_bpm_is_refused(bpm):
    with pytest.raises(ValueError, match=r"tempo|Fraction"):
        chart().at_bpm(bpm)


def test_a_metre_change_cuts_the_bar_and_keeps_the_beat():
    metre = (MetreChange(0, 4, 4), MetreChange(960, 3, 4))
    made = chart(metre=metre, length=960 + 1440)
    assert [(b.tick, b.end_tick, b.beats) for b in made.bars()] == [(0, 960, 2), (960, 2400, 3)]
    assert made.beat_ticks().tolist() == [0, 480, 960, 1440, 1920]


def test_the_end_of_the_chart_cuts_the_last_bar():
    made = chart(length=1920 + 600)
    assert [(b.tick, b.end_tick, b.beat_ticks()) for b in made.bars()][1] == (
        1920,
        2520,
        [1920, 2400],
    )


def test_metre_at():
    metre = (MetreChange(0, 4, 4), MetreChange(1920, 3, 4))
    made = chart(metre=metre, length=1920 + 1440)
    assert [made.metre_at(t).beats for t in (0, 1919, 1920, 9999)] == [4, 4, 3, 3]


def test_repeated_unrolls_notes_tempo_and_metre():
    tempo = TempoMap(
        480, (TempoChange(0, Fraction(500_000_000)), TempoChange(1920, Fraction(250_000_000)))
    )
    metre = (MetreChange(0, 4, 4), MetreChange(1920, 3, 4))
    once = Chart("t", tempo, metre, (note(0), note(2000)), 3360)
    twice = once.repeated(2)
    assert [n.tick for n in twice.notes] == [0, 2000, 3360, 5360]
    assert twice.length_ns == 2 * once.length_ns
    assert [b.beats for b in twice.bars()] == [4, 3, 4, 3]


def test_repeated_leaves_out_changes_behind_the_end():
    tempo = TempoMap(
        480, (TempoChange(0, Fraction(500_000_000)), TempoChange(5000, Fraction(10**9)))
    )
    metre = (MetreChange(0, 4, 4), MetreChange(5000, 3, 4))
    twice = Chart("t", tempo, metre, (note(0),), 1920).repeated(2)
    assert twice.length_ns == 4_000_000_000
    assert [b.beats for b in twice.bars()] == [4, 4]


def test_an_empty_chart_repeats_to_itself():
    empty = chart((), length=0)
    assert empty.repeated(3) == empty
    assert list(empty.bars()) == []


def test_repeated_at_least_once():
    with pytest.raises(ValueError, match="at least once"):
        chart().repeated(0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"metre": ()}, "begins at tick 0"),
        ({"metre": (MetreChange(1, 4, 4),)}, "begins at tick 0"),
        ({"metre": (MetreChange(0, 0, 4),)}, "0/4 cannot be counted"),
        ({"metre": (MetreChange(0, 4, 5),)}, "4/5 cannot be counted"),
        ({"metre": (MetreChange(0, 4, 4), MetreChange(0, 3, 4))}, "out of order"),
        ({"metre": (MetreChange(0, 4, 32),), "ppq": 100}, "cannot hold a 1/32"),
        ({"ticks": (-1,)}, "out of order"),
        ({"ticks": (480, 240)}, "out of order at tick 240"),
        ({"ticks": (1920,)}, "behind the chart's end"),
        ({"length": -1}, "outside 0 to"),
        ({"length": MAX_TICK + 1}, "outside 0 to"),
        ({"length": MAX_TICK}, "24 hours"),
        ({"length": MAX_BEATS + 1, "ppq": 8, "metre": (MetreChange(0, 4, 32),)}, "beats"),
    ],
)
def test_a_chart_that_cannot_be_played_is_refused(changed, why):
    with pytest.raises(ValueError, match=why):
        chart(**({"bpm": 1000} | changed))


def test_notes_of_one_tick_are_in_order_of_their_number():
    tempo, metre = TempoMap.constant(120, 480), (MetreChange(0, 4, 4),)
    Chart("t", tempo, metre, (note(0, 36), note(0, 38)), 1920)
    with pytest.raises(ValueError, match="out of order"):
        Chart("t", tempo, metre, (note(0, 38), note(0, 36)), 1920)
