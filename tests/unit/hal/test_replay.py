"""A MIDI file or a kept take as a kit."""

import threading
from dataclasses import replace

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import MONOTONIC, ManualClock
from station.drummer import PRESETS, perform
from station.drummer.midi import TICK_NS, midi_file, midi_messages
from station.errors import FileError, StoreError, WrongUse
from station.hal.api import (
    END_OF_TIME_NS,
    BringsItsTime,
    LinkEvent,
    LinkState,
    MidiEvent,
    PedalEvent,
    StrikeEvent,
)
from station.hal.registry import create_source
from station.hal.replay import driver
from station.hits import to_array
from station.model import (
    PAD_INDEX,
    ZONE_INDEX,
    Flag,
    Hit,
    KitUsed,
    Note,
    Pad,
    StampedBy,
    Take,
    TakeState,
    Zone,
)
from station.takes.ids import uuid7
from station.takes.store import Store

S = 1_000_000_000
CHART = Chart(
    "eighths",
    TempoMap.constant(240, 480),
    (MetreChange(0, 4, 4),),
    tuple(Note(i * 240, Pad.SNARE, Zone.HEAD, 38) for i in range(64)),
    64 * 240,
)
PERFORMANCE = perform(CHART, replace(PRESETS["human"], seed=2)).not_before_zero()


@pytest.fixture
def take_file(tmp_path):
    path = tmp_path / "a take.mid"
    path.write_bytes(midi_file(PERFORMANCE))
    return path


@pytest.fixture
def play():
    """Play an address to its end: the source, and its events."""
    opened = []

    def to_the_end(address, clock):
        source = create_source(address, clock)
        opened.append(source)
        return source, listen(source)

    yield to_the_end
    for source in opened:
        source.close()


def listen(source):
    woken = threading.Event()
    source.open(woken.set)
    events = []
    while not (events and isinstance(events[-1], LinkEvent)):
        assert woken.wait(10)
        woken.clear()
        promised_ns = source.watermark_ns()
        new = source.read()
        assert all(e.t_ns >= promised_ns for e in new)
        events += new
    assert events[-1].state is LinkState.ENDED
    assert source.watermark_ns() == END_OF_TIME_NS
    return events


def test_as_fast_as_it_goes_a_file_keeps_its_own_times(play, take_file):
    source, events = play(f"replay://{take_file}?speed=max", ManualClock(77))
    assert isinstance(source, BringsItsTime)
    assert source.start_ns == 0
    expected = midi_messages(PERFORMANCE)
    assert [e.data for e in events[:-1]] == [data for _, data in expected]
    for event, (t_ns, _) in zip(events[:-1], expected, strict=True):
        assert abs(event.t_ns - t_ns) <= TICK_NS // 2
        assert event.stamped_by is StampedBy.FILE
    # An even spread over a tick of 10 µs.
    assert {e.t_sigma_ns for e in events[:-1]} == {2887}
    assert source.info.sigma_ns == 2887
    assert source.info.name == "Replay of a take.mid"
    assert source.info.simulated


@pytest.mark.parametrize("speed", ["1", "2"])
def test_in_real_time_the_events_are_the_same(play, take_file, speed):
    clock = ManualClock(77 * S)
    _, fast = play(f"replay://{take_file}?speed=max", ManualClock())
    source, live = play(f"replay://{take_file}?speed={speed}", clock)
    assert source.start_ns == 77 * S
    assert [(e.t_ns - 77 * S, e.data) for e in live[:-1]] == [(e.t_ns, e.data) for e in fast[:-1]]
    assert all(e.arrival_ns >= e.t_ns for e in live[:-1])
    took_ns = clock.now_ns() - 77 * S
    assert took_ns == pytest.approx(fast[-1].t_ns / int(speed), abs=2)


def test_on_the_real_clock(play, take_file):
    began_ns = MONOTONIC.now_ns()
    source, events = play(f"replay://{take_file}?speed=20", MONOTONIC)
    assert source.start_ns >= began_ns
    assert len(events) == 1 + len(midi_messages(PERFORMANCE))
    assert MONOTONIC.now_ns() - began_ns >= (events[-1].t_ns - source.start_ns) // 20


def test_it_begins_anew_when_it_is_opened_again(play, take_file):
    source, first = play(f"replay://{take_file}?speed=max", ManualClock())
    assert listen(source) == first
    source.close()
    source.close()
    assert source.read() == []


def test_only_one_channel(play, tmp_path):
    path = tmp_path / "t.mid"
    path.write_bytes(midi_file(PERFORMANCE, channel=3))
    _, all_channels = play(f"replay://{path}?speed=max", ManualClock())
    _, three = play(f"replay://{path}?speed=max&channel=3", ManualClock())
    _, ten = play(f"replay://{path}?speed=max&channel=10", ManualClock())
    assert three == all_channels
    assert len(three) > 100
    assert len(ten) == 1


# ------------------------------------------------------------------ kept takes


HITS = [
    Hit(0, 95 * S, 1000, 95 * S + 7, Pad.KICK, Zone.HEAD, 100, note=36),
    Hit(1, 101 * S, 2000, 101 * S + 9, Pad.HI_HAT, Zone.CLOSED, 0, note=42, openness=0),
    Hit(2, 103 * S, 2000, 103 * S + 9, Pad.RIDE, Zone.BELL, 70, flags=Flag.CLIPPED),
    Hit(3, 102 * S, 2000, 104 * S, Pad.SNARE, Zone.RIM, 80, note=40),
]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keep a take in a store of its own, and say its id."""
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STATION_RUNTIME_DIR", str(tmp_path))

    def keep(hits):
        kit = KitUsed("midi://TD-17", "TD-17 MIDI 1", "roland-td", StampedBy.DRIVER, 2000)
        take = Take(
            id=uuid7(),
            player="",
            started_at="2024-01-01T00:00:00+00:00",
            start_ns=100 * S,
            chart_title="t",
            chart_json="{}",
            kits=(kit,),
            latency_ns=0,
            calibrated=False,
            state=TakeState.RECORDING,
            version="0",
        )
        with Store.open() as store:
            with store.begin(take) as writer:
                writer.add(hits)
                writer.finish(TakeState.FINISHED)
            assert len(store.hits(take.id)) == len(to_array(hits))
        return take.id

    return keep


def test_a_kept_take_as_fast_as_it_goes_has_its_own_times(play, kept):
    take_id = kept(HITS)
    source, events = play(f"replay://{take_id}?speed=max", ManualClock(5))
    assert source.start_ns == 100 * S
    by = StampedBy.FILE
    assert events == [
        MidiEvent(0, 95 * S, 1000, 95 * S + 7, by, b"\x99\x24\x64"),
        MidiEvent(1, 101 * S, 2000, 101 * S + 9, by, b"\xb9\x04\x7f"),
        MidiEvent(2, 101 * S, 2000, 101 * S + 9, by, b"\x99\x2a\x01"),
        StrikeEvent(
            3, 103 * S, 2000, 103 * S + 9, by,
            PAD_INDEX[Pad.RIDE], ZONE_INDEX[Zone.BELL], 70, Flag.CLIPPED,
        ),
        MidiEvent(4, 102 * S, 2000, 104 * S, by, b"\x99\x28\x50"),
        LinkEvent(103 * S, LinkState.ENDED),
    ]  # fmt: skip
    assert source.info.sigma_ns == 2000
    # The kit's own name is in it, so that its profile is found again.
    assert source.info.name == f"Replay of take {take_id[:8]} on TD-17 MIDI 1"


def test_a_pad_with_a_pedal_is_told_where_it_was(play, kept):
    hit = replace(HITS[0], pad=Pad.HI_HAT, zone=Zone.CLOSED, note=-1, openness=11)
    take_id = kept([hit])
    _, events = play(f"replay://{take_id}?speed=max", ManualClock())
    pedal, struck, _ = events
    assert pedal == PedalEvent(hit.arrival_ns, PAD_INDEX[Pad.HI_HAT], 11)
    assert isinstance(struck, StrikeEvent)
    assert (struck.pad, struck.arrival_ns) == (pedal.pad, hit.arrival_ns)


def test_a_kept_take_in_real_time_begins_with_its_first_hit(play, kept):
    take_id = kept(HITS)
    _, fast = play(f"replay://{take_id}?speed=max", ManualClock())
    source, live = play(f"replay://{take_id[:13]}", ManualClock(7 * S))
    # The first hit came five seconds before tick 0.
    assert source.start_ns == 12 * S
    shift_ns = 12 * S - 100 * S
    assert [(e.seq, e.t_ns - shift_ns, e.arrival_ns - shift_ns) for e in live[:-1]] == [
        (e.seq, e.t_ns, e.arrival_ns) for e in fast[:-1]
    ]


def test_a_file_comes_before_a_take_of_the_same_name(play, take_file, monkeypatch):
    monkeypatch.chdir(take_file.parent)
    take_file.rename(take_file.parent / "abcdef")
    _, events = play("replay://abcdef?speed=max", ManualClock())
    assert len(events) > 100


# ----------------------------------------------------------------------- wrong


def test_what_is_missing_is_said_when_it_is_opened(tmp_path, kept):
    empty = kept([])
    (tmp_path / "broken.mid").write_bytes(b"MThd and no more")
    for target, error, says in (
        (tmp_path / "none.mid", FileError, "none.mid does not exist"),
        (tmp_path / "broken.mid", FileError, "^broken.mid: "),
        (tmp_path, FileError, "is a folder"),
        ("ffff", StoreError, "ffff"),
        (empty, FileError, "has no hits to replay"),
    ):
        source = create_source(f"replay://{target}")
        with pytest.raises(error, match=says):
            source.open(lambda: None)
        assert source.read() == []
        source.close()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("replay://", "name a MIDI file or a kept take"),
        ("replay://a.mid?speed=0", "'speed' is a number from 0.01 to 100, not '0'"),
        ("replay://a.mid?speed=fast", "'speed' is a number"),
        ("replay://a.mid?channel=17", "'channel' is a number from 1 to 16"),
        ("replay://a.mid?player=x", "'player' is no parameter of replay://; it takes channel"),
    ],
)
def test_a_wrong_address_says_what_would_be_right(address, says):
    with pytest.raises(WrongUse, match=says):
        create_source(address)


def test_nothing_is_discovered():
    assert driver.discover() == []
