"""What every kit source promises (`station.hal.api`), asked of all of them.

A new kind of source joins by a rig in `RIGS`: something that makes a source and strikes it.
"""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol, runtime_checkable

import mido
import pytest

from firmware_bridge.simboard import PtyBoard
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import MONOTONIC
from station.errors import WrongUse
from station.hal.api import (
    FollowsChart,
    KitEvent,
    KitSource,
    LinkEvent,
    LinkState,
    MidiEvent,
    OverflowEvent,
    StrikeEvent,
)
from station.hal.registry import create_source
from station.hal.rtmidi_port import open_virtual_output
from station.model import Note, Pad, StampedBy, Zone

MS = 1_000_000
PATIENCE_S = 10.0


class SourceFixture(Protocol):
    """A kind of source under test.

    Attributes
    ----------
    address
        Opens such a source, as a person would type it.
    several, burst
        How many hits to strike where some are needed, and where many are.
    stamped_by
        Who stamps its events, when all is well.
    """

    address: str
    several: int
    burst: int
    stamped_by: StampedBy

    def prepare(self, hits: int) -> None:
        """Make it so that a source opened at `address` will be struck so many times."""

    def strike(self, source: KitSource, hits: int) -> Sequence[bytes] | None:
        """Strike the open source; what is to come out, where that is known to the byte."""

    def close(self) -> None:
        """Clear away."""


@runtime_checkable
class Unpluggable(Protocol):
    """A source under test whose wire can be pulled."""

    def unplug(self) -> None: ...

    def replug(self) -> None: ...


class MidiRig:
    """A virtual device on JACK's dummy server."""

    name = "Contract kit"
    address = "midi://contract kit?api=jack"
    several = 40
    burst = 3_000
    stamped_by = StampedBy.DRIVER

    def __init__(self) -> None:
        self.replug()

    def prepare(self, hits: int) -> None:
        pass

    def strike(self, source: KitSource, hits: int) -> Sequence[bytes]:
        messages = [bytes((0x99, 35 + i % 40, 1 + i % 127)) for i in range(hits)]
        for message in messages:
            self.output.send(message)
        return messages

    def unplug(self) -> None:
        self.output.close()

    def replug(self) -> None:
        self.output = open_virtual_output(self.name, "jack")

    def close(self) -> None:
        self.output.close()


@dataclass
class SimRig:
    """The simulated drummer, in real time or as fast as it goes."""

    address: str
    several: int
    burst: int
    stamped_by = StampedBy.SIMULATED

    def prepare(self, hits: int) -> None:
        pass

    def strike(self, source: KitSource, hits: int) -> None:
        assert isinstance(source, FollowsChart)
        step = 480 // 8
        notes = tuple(Note(i * step, Pad.SNARE, Zone.HEAD, 38) for i in range(hits))
        metre = (MetreChange(0, 4, 4),)
        chart = Chart("contract", TempoMap.constant(400, 480), metre, notes, hits * step)
        source.follow(chart, MONOTONIC.now_ns() + 50 * MS)

    def close(self) -> None:
        pass


@dataclass
class ReplayRig:
    """A MIDI file, in real time or as fast as it goes."""

    file: Path
    speed: str
    several: int
    burst: int
    stamped_by = StampedBy.FILE

    @property
    def address(self) -> str:
        return f"replay://{self.file}?speed={self.speed}"

    def prepare(self, hits: int) -> None:
        track = mido.MidiTrack(
            mido.Message("note_on", channel=9, note=38, velocity=1 + i % 127, time=10)
            for i in range(hits)
        )
        mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(self.file)

    def strike(self, source: KitSource, hits: int) -> Sequence[bytes]:
        return [bytes((0x99, 38, 1 + i % 127)) for i in range(hits)]

    def close(self) -> None:
        pass


class SerialRig:
    """The simulated trigger board on a pty."""

    several = 40
    burst = 3_000
    stamped_by = StampedBy.DEVICE

    def __init__(self) -> None:
        self.board = PtyBoard()
        self.address = f"serial://{self.board.path}"

    def prepare(self, hits: int) -> None:
        pass

    def strike(self, source: KitSource, hits: int) -> None:
        # A board says its hits in the order in which it decides: closer together than its
        # decisions differ, and a later strike may come first.
        self.board.play(hits, 4_000 if hits == self.burst else 500)

    def unplug(self) -> None:
        self.board.unplug()

    def replug(self) -> None:
        self.board.plug()

    def close(self) -> None:
        self.board.close()


class SerialMidiRig:
    """A board that speaks MIDI over a serial line, with running status."""

    several = 40
    burst = 3_000
    stamped_by = StampedBy.ARRIVAL

    def __init__(self, folder: Path) -> None:
        self._link = folder / "tty"
        self.address = f"serial://{self._link}?dialect=midi&baud=115200"
        self.replug()

    def prepare(self, hits: int) -> None:
        pass

    def strike(self, source: KitSource, hits: int) -> Sequence[bytes]:
        messages = [bytes((0x99, 35 + i % 40, 1 + i % 127)) for i in range(hits)]
        left = b"\x99" + b"".join(message[1:] for message in messages)
        while left:  # a pty takes some kilobytes at once, and waits for the reader
            left = left[os.write(self._ends[0], left[:1_024]) :]
        return messages

    def unplug(self) -> None:
        self._link.unlink()
        for end in self._ends:
            os.close(end)

    def replug(self) -> None:
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self._link.symlink_to(os.ttyname(self._ends[1]))

    def close(self) -> None:
        if self._link.is_symlink():
            self.unplug()


def _midi(request: pytest.FixtureRequest, folder: Path) -> SourceFixture:
    request.getfixturevalue("jack_server")
    return MidiRig()


SIM = "sim://?player=steady&miss_rate=0&extra_rate=0&double_trigger_rate=0"
RIGS: dict[str, Callable[[pytest.FixtureRequest, Path], SourceFixture]] = {
    "midi": _midi,
    "serial": lambda _, __: SerialRig(),
    "midi over serial": lambda _, folder: SerialMidiRig(folder),
    "sim": lambda _, __: SimRig(SIM, 10, 40),
    "sim as fast as it goes": lambda _, __: SimRig(f"{SIM}&realtime=0", 40, 3_000),
    "replay": lambda _, folder: ReplayRig(folder / "a.mid", "1", 10, 40),
    "replay as fast as it goes": lambda _, folder: ReplayRig(folder / "a.mid", "max", 40, 3_000),
}


def _named(*names: str) -> list[object]:
    return [pytest.param(n, marks=pytest.mark.jack if n == "midi" else ()) for n in names]


with_a_plug = pytest.mark.parametrize(
    "rig", _named("midi", "serial", "midi over serial"), indirect=True
)


@pytest.fixture(params=_named(*RIGS))
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourceFixture]:
    made = RIGS[request.param](request, tmp_path)
    yield made
    made.close()


class Listener:
    """Reads when it is woken, and at each read holds the source to its word on time."""

    def __init__(self, source: KitSource) -> None:
        self.source = source
        self.woken = threading.Event()
        self.events: list[KitEvent] = []
        source.open(self.woken.set)

    def read(self) -> Sequence[KitEvent]:
        promised_ns = self.source.watermark_ns()
        new = self.source.read()
        assert all(e.t_ns >= promised_ns for e in new), "an event from before the watermark"
        assert self.source.watermark_ns() >= promised_ns, "the watermark went back"
        self.events += new
        return new

    def until(self, done: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Read at each wake until it is done; a source that does not wake is found out."""
        give_up = time.monotonic() + within_s
        while True:
            self.woken.clear()
            self.read()
            if done():
                return
            left_s = give_up - time.monotonic()
            assert left_s > 0, f"no more came than {len(self.hits)} hits: {self.events[-3:]}"
            self.woken.wait(left_s)

    def until_hits(self, count: int) -> None:
        self.until(lambda: len(self.hits) >= count)

    def until_link(self, state: LinkState, within_s: float = PATIENCE_S) -> None:
        self.until(lambda: self.links[-1:] == [state], within_s)

    @property
    def numbered(self) -> list[MidiEvent | StrikeEvent]:
        return [e for e in self.events if isinstance(e, MidiEvent | StrikeEvent)]

    @property
    def hits(self) -> list[MidiEvent | StrikeEvent]:
        return [
            e
            for e in self.numbered
            if isinstance(e, StrikeEvent) or (e.data[0] & 0xF0 == 0x90 and e.data[2])
        ]

    @property
    def links(self) -> list[LinkState]:
        return [e.state for e in self.events if isinstance(e, LinkEvent)]


@pytest.fixture
def source_of(rig: SourceFixture) -> Iterator[Callable[[int], KitSource]]:
    """Makes sources that are closed at the end."""
    made: list[KitSource] = []

    def make(hits: int) -> KitSource:
        rig.prepare(hits)
        made.append(create_source(rig.address))
        return made[-1]

    yield make
    for source in made:
        source.close()


def struck(
    rig: SourceFixture, source_of: Callable[[int], KitSource], hits: int
) -> tuple[Listener, Sequence[bytes] | None]:
    """A listener that has heard so many hits, and what was struck."""
    listener = Listener(source_of(hits))
    sent = rig.strike(listener.source, hits)
    listener.until_hits(hits)
    return listener, sent


def test_a_source_is_a_kit_source_and_tells_its_address(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    source = source_of(rig.several)
    info = source.info
    assert info.address == rig.address
    assert info.name
    assert info.stamped_by is rig.stamped_by


def test_an_unknown_parameter_is_refused_by_name(rig: SourceFixture) -> None:
    joint = "&" if "?" in rig.address else "?"
    with pytest.raises(WrongUse, match="'nonsense'"):
        create_source(f"{rig.address}{joint}nonsense=1")


def test_reading_and_closing_before_opening_is_harmless(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    source = source_of(rig.several)
    assert list(source.read()) == []
    source.close()
    source.close()


def test_every_hit_comes_once_in_the_order_of_the_wire(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener, sent = struck(rig, source_of, rig.several)
    assert [e.seq for e in listener.numbered] == list(range(len(listener.numbered)))
    if sent is not None:
        assert [e.data for e in listener.hits if isinstance(e, MidiEvent)] == sent


def test_a_burst_loses_nothing(rig: SourceFixture, source_of: Callable[[int], KitSource]) -> None:
    listener, sent = struck(rig, source_of, rig.burst)
    assert len(listener.hits) == rig.burst
    assert not [e for e in listener.events if isinstance(e, OverflowEvent)]
    assert [e.seq for e in listener.numbered] == list(range(len(listener.numbered)))
    if sent is not None:
        assert [e.data for e in listener.hits if isinstance(e, MidiEvent)] == sent


def test_stamps_are_sane(rig: SourceFixture, source_of: Callable[[int], KitSource]) -> None:
    listener, _ = struck(rig, source_of, rig.several)
    heard = listener.numbered
    assert all(e.t_sigma_ns > 0 for e in heard)
    assert {e.stamped_by for e in heard} == {rig.stamped_by}
    assert all(e.t_ns <= e.arrival_ns for e in heard)
    assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(heard))
    if rig.stamped_by is not StampedBy.SIMULATED:  # those err on purpose
        assert all(a.t_ns <= b.t_ns for a, b in pairwise(heard))


def test_info_says_what_the_stamps_turned_out_to_be(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener, _ = struck(rig, source_of, rig.several)
    info = listener.source.info
    assert info.stamped_by is listener.hits[-1].stamped_by
    assert 0 < info.sigma_ns <= max(e.t_sigma_ns for e in listener.hits)
    nobody_plays = (StampedBy.SIMULATED, StampedBy.FILE)
    assert info.simulated is (info.stamped_by in nobody_plays)


def test_it_wakes_the_reader(rig: SourceFixture, source_of: Callable[[int], KitSource]) -> None:
    listener = Listener(source_of(rig.several))
    rig.strike(listener.source, rig.several)
    assert listener.woken.wait(PATIENCE_S)


def test_the_watermark_passes_every_hit_that_was_read(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener, _ = struck(rig, source_of, rig.several)
    last_ns = max(e.t_ns for e in listener.hits)
    give_up = time.monotonic() + PATIENCE_S
    while listener.source.watermark_ns() <= last_ns:
        assert time.monotonic() < give_up
        listener.read()


def test_reading_does_not_wait_for_anything(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener, _ = struck(rig, source_of, rig.several)
    took = []
    for _ in range(20):
        before = time.perf_counter()
        listener.read()
        took.append(time.perf_counter() - before)
    assert min(took) < 0.005  # the quickest: others may have the processor


def test_after_closing_nothing_is_read_and_it_can_be_closed_again(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener = Listener(source_of(rig.several))
    rig.strike(listener.source, rig.several)
    assert listener.woken.wait(PATIENCE_S)
    listener.source.close()
    assert list(listener.source.read()) == []
    listener.source.close()


def test_a_closed_source_opens_again(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    listener, _ = struck(rig, source_of, rig.several)
    listener.source.close()
    again = Listener(listener.source)
    rig.strike(again.source, rig.several)
    again.until_hits(rig.several)


@with_a_plug
def test_an_unplug_is_said_once_and_a_replug_is_heard_within_a_second(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    assert isinstance(rig, Unpluggable)
    listener, _ = struck(rig, source_of, rig.several)
    rig.unplug()
    listener.until_link(LinkState.LOST)
    rig.replug()
    listener.until_link(LinkState.OPEN, within_s=1.0)
    rig.strike(listener.source, rig.several)
    listener.until_hits(2 * rig.several)
    assert listener.links == [LinkState.LOST, LinkState.OPEN]
    assert [e.seq for e in listener.numbered] == list(range(2 * rig.several))
    order = [e.t_ns for e in listener.events]
    assert order == sorted(order)


@with_a_plug
def test_while_a_link_is_lost_the_watermark_stands_still_but_not_for_good(
    rig: SourceFixture, source_of: Callable[[int], KitSource]
) -> None:
    assert isinstance(rig, Unpluggable)
    listener, _ = struck(rig, source_of, rig.several)
    rig.unplug()
    listener.until_link(LinkState.LOST)
    lost_ns = next(e.t_ns for e in listener.events if isinstance(e, LinkEvent))
    give_up = time.monotonic() + PATIENCE_S
    while listener.source.watermark_ns() <= lost_ns:
        assert time.monotonic() < give_up
        threading.Event().wait(0.01)
        listener.read()
    assert 1_500 * MS < MONOTONIC.now_ns() - lost_ns < 3_000 * MS
