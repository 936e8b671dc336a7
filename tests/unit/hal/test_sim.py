"""The simulated drummer as a kit."""

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import MONOTONIC, ManualClock
from station.drummer import PRESETS, Cause
from station.errors import WrongUse
from station.hal.address import parse_address
from station.hal.api import END_OF_TIME_NS, FollowsChart, LinkEvent, LinkState, MidiEvent
from station.hal.registry import create_source
from station.hal.sim import driver
from station.model import Note, Ornament, Pad, StampedBy, Zone

S = 1_000_000_000


def pulse(beats, bpm=240.0):
    notes = tuple(Note(i * 480, Pad.SNARE, Zone.HEAD, 38) for i in range(beats))
    return Chart("pulse", TempoMap.constant(bpm, 480), (MetreChange(0, 4, 4),), notes, beats * 480)


class Player:
    """A source that is read as it wakes; checks the watermark's promise on the way."""

    def __init__(self, address, clock):
        self.source = create_source(address, clock)
        self._woken = threading.Event()
        self.source.open(self._woken.set)
        self.events = []

    def read(self):
        promised_ns = self.source.watermark_ns()
        new = self.source.read()
        assert all(e.t_ns >= promised_ns for e in new if isinstance(e, MidiEvent))
        assert self.source.watermark_ns() >= promised_ns
        self.events += new
        return new

    def read_until(self, done):
        while not done(self.events):
            assert self._woken.wait(10), self.events[-3:]
            self._woken.clear()
            self.read()
        return self.events

    @property
    def struck(self):
        return struck(self.events)


def struck(events):
    return [e for e in events if isinstance(e, MidiEvent) and e.data[0] & 0xF0 == 0x90]


def has_ended(events):
    return bool(events) and isinstance(events[-1], LinkEvent) and events[-1].state == "ended"


@pytest.fixture
def sit_down():
    players = []

    def make(address, clock=None):
        players.append(Player(address, clock or ManualClock()))
        return players[-1]

    yield make
    for player in players:
        player.source.close()


def test_everything_at_once_is_the_whole_truth_and_then_the_end(sit_down):
    player = sit_down("sim://?player=beginner&seed=3&realtime=0&sigma_us=0&channel=2")
    assert isinstance(player.source, FollowsChart)
    assert player.read() == []
    chart = pulse(3000)
    kinds = itertools.cycle((Ornament.NONE, Ornament.DRAG, Ornament.BUZZ))
    around = tuple(replace(n, ornament=o) for n, o in zip(chart.notes, kinds, strict=False))
    player.source.follow(replace(chart, notes=around), start_ns=5 * S)
    events = player.read_until(has_ended)
    assert player.source.watermark_ns() == END_OF_TIME_NS
    truth = player.source.performance.strikes
    assert [(e.t_ns - 5 * S, e.data) for e in struck(events)] == [
        (s.t_ns, bytes((0x91, s.midi_note, s.velocity))) for s in truth
    ]
    assert {s.cause for s in truth} == set(Cause)
    assert [e.seq for e in events[:-1]] == list(range(len(events) - 1))
    assert {e.stamped_by for e in struck(events)} == {StampedBy.SIMULATED}


def test_in_real_time_on_a_clock_that_stands_still_it_is_the_same_take(sit_down):
    chart = pulse(300)
    fast = sit_down("sim://?player=human&seed=3&realtime=0")
    fast.source.follow(chart, start_ns=S)
    fast.read_until(has_ended)
    clock = ManualClock()
    live = sit_down("sim://?player=human&seed=3", clock)
    live.source.follow(chart, start_ns=S)
    live.read_until(lambda events: len(events) == len(fast.events) - 1)
    assert [(e.t_ns, e.data) for e in live.events] == [(e.t_ns, e.data) for e in fast.events[:-1]]
    assert all(e.arrival_ns >= e.t_ns for e in live.events)
    # A live kit does not end: time goes on in silence.
    clock.t_ns += 60 * S
    assert live.read() == []
    assert live.source.watermark_ns() == clock.now_ns()


def test_on_the_real_clock_strikes_come_when_they_are_struck(sit_down):
    player = sit_down("sim://?player=steady&seed=1", MONOTONIC)
    assert player.source.watermark_ns() <= MONOTONIC.now_ns()
    player.source.follow(pulse(16, 960), start_ns=MONOTONIC.now_ns() + S // 10)
    player.read_until(lambda events: len(struck(events)) == 16)
    late_ns = [e.arrival_ns - e.t_ns for e in player.struck]
    assert min(late_ns) >= 0
    # The thread sleeps until the very time; a loaded machine wakes it some ms later.
    assert sorted(late_ns)[8] < 20_000_000


def test_silent_until_there_is_a_chart(sit_down):
    clock = ManualClock(7)
    player = sit_down("sim://", clock)
    assert player.read() == []
    assert player.source.watermark_ns() == 7
    player.source.close()
    player.source.close()


def test_stamps_are_off_as_they_say(sit_down):
    player = sit_down("sim://?player=robot&realtime=0&sigma_us=500")
    player.source.follow(pulse(4000), start_ns=0)
    player.read_until(has_ended)
    written = pulse(4000).written_ns
    errors_us = (np.array([e.t_ns for e in player.struck]) - written) / 1e3
    assert errors_us.mean() == pytest.approx(0, abs=30)
    assert errors_us.std() == pytest.approx(500, rel=0.05)
    assert {e.t_sigma_ns for e in player.struck} == {500_000}
    assert player.source.info.sigma_ns == 500_000


def test_strikes_at_once_arrive_in_the_order_of_the_wire(sit_down):
    chord = tuple(Note(0, Pad.SNARE, Zone.HEAD, midi_note) for midi_note in range(36, 46))
    chart = Chart("t", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), chord, 1920)
    player = sit_down("sim://?player=robot&realtime=0&sigma_us=500")
    player.source.follow(chart, start_ns=0)
    player.read_until(has_ended)
    arrivals = [e.arrival_ns for e in player.struck]
    assert arrivals == sorted(arrivals)
    assert all(e.t_ns <= e.arrival_ns for e in player.struck)
    stamps = [e.t_ns for e in player.struck]
    assert stamps != sorted(stamps)


def test_what_was_given_up_is_not_played(sit_down):
    clock = ManualClock(10 * S)
    player = sit_down("sim://?player=robot&sigma_us=0", clock)
    assert player.source.watermark_ns() == 10 * S
    player.source.follow(pulse(8), start_ns=9 * S)  # a strike each quarter second
    player.read_until(lambda events: len(struck(events)) == 4)
    assert [e.t_ns for e in player.struck] == [10 * S + i * S // 4 for i in range(4)]


@pytest.mark.parametrize("realtime", [0, 1])
def test_unplugged_and_back(sit_down, realtime):
    player = sit_down(
        f"sim://?player=robot&sigma_us=0&realtime={realtime}&unplug_at_s=2&unplug_for_s=3.1"
    )
    player.source.follow(pulse(40), start_ns=S)
    player.read_until(lambda events: len(struck(events)) == 40 - 13)
    links = [e for e in player.events if isinstance(e, LinkEvent)]
    assert [(e.t_ns, e.state) for e in links[:2]] == [
        (3 * S, LinkState.LOST),
        (6 * S + S // 10, LinkState.OPEN),
    ]
    lost, back = (player.events.index(e) for e in links[:2])
    assert lost + 1 == back
    assert all(e.t_ns < 3 * S for e in player.events[:lost])
    assert all(e.t_ns > links[1].t_ns for e in player.events[back + 1 :])


def test_the_chart_in_a_loop(sit_down):
    player = sit_down("sim://?player=robot&realtime=0&loop=3&sigma_us=0")
    player.source.follow(pulse(4), start_ns=0)
    player.read_until(has_ended)
    assert [e.t_ns for e in player.struck] == [i * S // 4 for i in range(12)]


def test_a_second_take_begins_anew(sit_down):
    player = sit_down("sim://?player=robot&realtime=0&sigma_us=0")
    player.source.follow(pulse(4), start_ns=0)
    player.read_until(has_ended)
    first = list(player.events)
    player.source.follow(pulse(4), start_ns=50 * S)
    assert player.source.watermark_ns() == 50 * S
    again = player.source.read()
    assert isinstance(again[0], LinkEvent)
    assert again[0].state is LinkState.OPEN
    assert [(e.seq, e.t_ns, e.data) for e in again[1:-1]] == [
        (e.seq + len(first) - 1, e.t_ns + 50 * S, e.data) for e in first[:-1]
    ]


def test_a_second_take_in_real_time_leaves_off_the_first(sit_down):
    clock = ManualClock()
    player = sit_down("sim://?player=robot&sigma_us=0&unplug_at_s=0.5&unplug_for_s=900", clock)
    player.source.follow(pulse(8), start_ns=S)
    player.read_until(lambda events: events and events[-1].t_ns == S + 900 * S + S // 2)
    now_ns = clock.now_ns()
    player.events.clear()
    player.source.follow(pulse(8), start_ns=now_ns + S)
    player.read_until(lambda events: len(struck(events)) == 2)
    assert player.events[0] == LinkEvent(now_ns, LinkState.OPEN)
    assert [e.t_ns for e in player.struck] == [now_ns + S, now_ns + S + S // 4]


@pytest.mark.parametrize(
    ("chart", "says"),
    [
        (pulse(400), "10000 times 400 notes are too many; loop at most 250 times"),
        (pulse(4, 1), "at most 24 hours; loop it less often"),
    ],
)
def test_more_loops_than_a_chart_can_have(sit_down, chart, says):
    player = sit_down("sim://?loop=10000")
    with pytest.raises(WrongUse, match=says):
        player.source.follow(chart, start_ns=0)


def test_the_pedal_is_said(sit_down):
    hat = Note(0, Pad.HI_HAT, Zone.CLOSED, 42)
    chart = Chart("t", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), (hat,), 1920)
    player = sit_down("sim://?player=robot&realtime=0&pedal=1")
    player.source.follow(chart, start_ns=0)
    player.read_until(has_ended)
    assert [e.data[0] for e in player.events[:-1]] == [0xB9, 0x99, 0x89]


def test_an_empty_chart_ends_at_its_end(sit_down):
    player = sit_down("sim://?realtime=0")
    chart = Chart("t", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), (), 1920)
    player.source.follow(chart, start_ns=3)
    assert player.read_until(has_ended) == [LinkEvent(3 + 2 * S, LinkState.ENDED)]


def test_its_name_says_that_nobody_strikes_it():
    info = create_source("sim://?player=rushing&seed=1").info
    assert info.simulated
    assert info.name == "Simulated drummer: rushing"
    assert info.address == "sim://?player=rushing&seed=1"


def test_a_steady_player_at_another_tempo_is_not_called_steady_alone():
    info = create_source("sim://?player=steady&tempo_percent=0.7").info
    assert info.name == "Simulated drummer: steady, at +0.7 % tempo"


def test_what_is_discovered_can_be_made():
    found = driver.discover()
    assert {info.address for info in found} >= {"sim://?player=steady", "sim://?player=rushing"}
    for info in found:
        made = driver.create(parse_address(info.address), MONOTONIC)
        assert made.info.name == info.name
        assert made.info.simulated


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sim://rushing", "has no port; write 'sim://\\?player=NAME' with one of robot"),
        ("sim://?playr=x", "'playr' is no parameter of sim://"),
        ("sim://?player=x", "No simulated drummer 'x'; known are " + ", ".join(PRESETS)),
        ("sim://?realtime=2", "'realtime' is a number from 0 to 1, not '2'"),
        ("sim://?realtime=0.5", "'realtime' is a whole number, not '0.5'"),
        ("sim://?channel=0", "'channel' is a number from 1 to 16"),
        ("sim://?loop=0", "'loop' is a number from 1"),
        ("sim://?sigma_us=nan", "'sigma_us' is a number from 0 to 100000, not 'nan'"),
        ("sim://?unplug_at_s=soon", "'unplug_at_s' is a number"),
    ],
)
def test_a_wrong_address_says_what_would_be_right(address, says):
    with pytest.raises(WrongUse, match=says):
        create_source(address)
