"""What holds for every chart and every drummer."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.drummer import Cause, DrummerParams, WanderShape, perform
from station.drummer.midi import midi_messages
from station.drummer.params import RANGES
from station.drummer.truth import truth_from_json, truth_to_json
from station.model import Dynamic, Note, Pad, Zone

VOICES = [
    (Pad.KICK, Zone.HEAD, 36),
    (Pad.SNARE, Zone.HEAD, 38),
    (Pad.SNARE, Zone.RIM, 40),
    (Pad.HI_HAT, Zone.CLOSED, 42),
]


@st.composite
def charts(draw):
    places = draw(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(VOICES)), max_size=40))
    notes = sorted((tick, voice[2], voice) for tick, voice in places)
    dynamics = draw(st.sampled_from(Dynamic))
    return Chart(
        "drawn",
        TempoMap.constant(draw(st.integers(40, 400)), 96),
        (MetreChange(0, *draw(st.sampled_from([(4, 4), (7, 4), (14, 8)]))),),
        tuple(Note(tick, *voice, dynamics) for tick, _, voice in notes),
        draw(st.integers(3001, 5000)),
    )


@st.composite
def drummers(draw):
    numbers = {}
    for name, (low, high) in RANGES.items():
        whole = name == "fill_every_bars"
        drawn = st.integers(int(low), int(high)) if whole else st.floats(low, high)
        numbers[name] = draw(drawn)
    return DrummerParams(
        wander_shape=draw(st.sampled_from(WanderShape)),
        limb_offsets_ms=draw(st.dictionaries(st.sampled_from(Pad), st.floats(-50, 50), max_size=3)),
        seed=draw(st.integers()),
        **numbers,
    )


@given(charts(), drummers())
@settings(max_examples=150, deadline=None)
def test_the_truth_is_whole(chart, params):
    performance = perform(chart, params)
    struck = [s.chart_index for s in performance.strikes if s.cause is Cause.NOTE]
    # Every note is either struck or missed, exactly once.
    assert sorted([*struck, *performance.missed]) == list(range(len(chart.notes)))
    times = [s.t_ns for s in performance.strikes]
    assert times == sorted(times)
    by_lane = defaultdict(list)
    for s in performance.strikes:
        assert 1 <= s.velocity <= 127
        assert (s.chart_index >= 0) == (s.cause is Cause.NOTE)
        if s.cause is Cause.NOTE:
            note = chart.notes[s.chart_index]
            assert (s.pad, s.zone, s.midi_note) == (note.pad, note.zone, note.midi_note)
            by_lane[s.pad].append((s.t_ns, s.chart_index))
    for strokes in by_lane.values():
        in_chart_order = sorted(strokes, key=lambda s: s[1])
        assert [t for t, _ in in_chart_order] == sorted(t for t, _ in strokes)
    assert perform(chart, params) == performance


@given(charts(), drummers())
@settings(max_examples=50, deadline=None)
def test_truth_and_messages_say_the_same_take(chart, params):
    performance = perform(chart, params)
    assert truth_from_json(truth_to_json(performance), "truth") == performance
    messages = midi_messages(performance)
    assert [t for t, _ in messages] == sorted(t for t, _ in messages)
    notes_on = sorted((t, data[1], data[2]) for t, data in messages if data[0] == 0x99)
    assert notes_on == sorted((s.t_ns, s.midi_note, s.velocity) for s in performance.strikes)


@given(charts(), st.floats(-200, 200), st.integers())
@settings(max_examples=50, deadline=None)
def test_without_noise_only_the_constant_is_left(chart, offset_ms, seed):
    performance = perform(chart, DrummerParams(offset_ms=offset_ms, seed=seed))
    shift = round(offset_ms * 1e6)
    assert [s.t_ns - shift for s in performance.strikes] == chart.written_ns.tolist()
