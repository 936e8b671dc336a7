"""Real messages through a real MIDI system: JACK's dummy server and RtMidi, both ways."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import rtmidi

from station.clock import MONOTONIC
from station.errors import KitError, KitReason
from station.hal.api import KitEvent, LinkEvent, LinkState, MidiEvent, OverflowEvent
from station.hal.inbox import Inbox
from station.hal.jack import PERIOD_FRAMES, RATE_HZ, DummyServer, virtual_midi_available
from station.hal.midi import MidiSource, driver
from station.hal.midi_listener import MidiListener
from station.hal.registry import create_source
from station.hal.rtmidi_port import (
    InputPort,
    OutputPort,
    open_output,
    open_virtual_output,
)
from station.hal.stamps import Stamper
from station.hal.systems import BY_NAME
from station.model import StampedBy

pytestmark = [pytest.mark.jack, pytest.mark.usefixtures("jack_server")]

KIT = "E2E kit"
PATIENCE_S = 10.0
PERIOD_MS = PERIOD_FRAMES / RATE_HZ * 1000


def strike(i: int) -> bytes:
    return bytes((0x90 | i >> 14, (i >> 7) & 0x7F, i & 0x7F))


@pytest.fixture
def kit() -> Iterator[OutputPort]:
    with open_virtual_output(KIT, "jack") as port:
        yield port


class Ear:
    """An open source and all that it has said."""

    def __init__(self, address: str) -> None:
        source = create_source(address)
        assert isinstance(source, MidiSource)
        self.source = source
        self.events: list[KitEvent] = []
        self.woken = threading.Event()
        source.open(self.woken.set)

    def until(self, done: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        give_up = time.monotonic() + within_s
        while True:
            self.woken.clear()
            self.events += self.source.read()
            if done():
                return
            assert time.monotonic() < give_up, self.events[-3:]
            self.woken.wait(give_up - time.monotonic())

    def until_heard(self, count: int) -> list[MidiEvent]:
        self.until(lambda: len(self.midi) >= count)
        return self.midi

    def until_link(self, state: LinkState, within_s: float) -> None:
        self.until(lambda: self.links[-1:] == [state], within_s)

    @property
    def midi(self) -> list[MidiEvent]:
        return [e for e in self.events if isinstance(e, MidiEvent)]

    @property
    def links(self) -> list[LinkState]:
        return [e.state for e in self.events if isinstance(e, LinkEvent)]


@pytest.fixture
def ear(kit: OutputPort) -> Iterator[Ear]:
    made = Ear("midi://e2e kit")
    yield made
    made.source.close()


def test_three_thousand_hits_at_ten_thousand_a_second_come_in_order(
    kit: OutputPort, ear: Ear
) -> None:
    sent = [strike(i) for i in range(3_000)]
    began = time.monotonic()
    for i, message in enumerate(sent):
        while time.monotonic() < began + i / 10_000:
            time.sleep(0.000_5)
        kit.send(message)
    assert [e.data for e in ear.until_heard(len(sent))] == sent
    assert ear.links == []


def test_stamps_lie_within_a_period_of_the_truth(kit: OutputPort, ear: Ear) -> None:
    rng = np.random.default_rng(7)
    sent_ns = []
    for i in range(300):
        time.sleep(rng.uniform(0.001, 0.005))
        sent_ns.append(time.monotonic_ns())
        kit.send(strike(i))
    heard = ear.until_heard(300)
    assert {e.stamped_by for e in heard} == {StampedBy.DRIVER}
    late_ms = np.array([e.t_ns - t for e, t in zip(heard, sent_ns, strict=True)]) / 1e6
    assert late_ms.min() > 0
    # Others have the processor too: a server that was held up moved what it carried.
    within = np.abs(late_ms - np.median(late_ms)) <= PERIOD_MS
    assert within.mean() > 0.9


def test_an_unplugged_kit_is_heard_again_within_a_second_each_time(ear: Ear) -> None:
    for life in range(3):
        with open_virtual_output(f"{KIT} {life}", "jack") as device:
            other = Ear(f"midi://{KIT} {life}")
            device.send(strike(1))
            other.until_heard(1)
        other.until_link(LinkState.LOST, 1.0)
        with open_virtual_output(f"{KIT} {life}", "jack") as device:
            other.until_link(LinkState.OPEN, 1.0)
            device.send(strike(2))
            assert [e.seq for e in other.until_heard(2)] == [0, 1]
            assert other.source.info.stamped_by is StampedBy.DRIVER
        other.source.close()
    ear.events += ear.source.read()
    assert ear.links == []  # what others unplug is not our affair


def test_only_what_was_played_is_kept(kit: OutputPort, ear: Ear) -> None:
    sysex = bytes((0xF0, 0x41, 0x10, 0x00, 0x12, 0xF7))
    played = [b"\xfa", b"\xb9\x04\x5a", b"\x99\x2e\x40", b"\xa9\x31\x7f", sysex, b"\xfc"]
    for message in played:
        kit.send(b"\xfe")
        kit.send(message)
        kit.send(b"\xf8")
    assert [e.data for e in ear.until_heard(len(played))] == played
    assert [e.seq for e in ear.midi] == list(range(len(played)))


def test_discovery_lists_the_kit_with_an_address_that_opens_it(kit: OutputPort) -> None:
    info = next(info for info in driver.discover() if KIT in info.name)
    ear = Ear(info.address)
    kit.send(strike(5))
    ear.until_heard(1)
    assert ear.source.info.name == info.name
    ear.source.close()
    assert virtual_midi_available()


def test_a_name_that_fits_two_ports_or_none_is_an_error_that_lists_them(kit: OutputPort) -> None:
    with open_virtual_output("E2E kit two", "jack"):
        with pytest.raises(KitError, match=r"several.*E2E kit:midi.*E2E kit two:midi") as two:
            Ear("midi://e2e")
        with pytest.raises(KitError, match=r"'nothing like it'.*E2E kit:midi") as none:
            Ear("midi://nothing like it")
    assert two.value.reason is KitReason.AMBIGUOUS
    assert none.value.reason is KitReason.NO_SUCH_PORT


def test_we_can_play_to_a_port_that_listens() -> None:
    listens = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, "E2E synth")
    listens.open_virtual_port("in")
    heard = threading.Event()
    got: list[list[int]] = []

    def hear(message: tuple[list[int], float], _: object) -> None:
        got.append(message[0])
        heard.set()

    listens.set_callback(hear)
    with open_output("e2e synth", "jack") as port:
        port.send(b"\x99\x26\x40")
        assert heard.wait(PATIENCE_S)
    assert got == [[0x99, 0x26, 0x40]]
    with pytest.raises(KitError, match="'no such synth'"):
        open_output("no such synth", "jack")
    listens.cancel_callback()
    listens.delete()


def test_a_queue_that_ran_over_is_said(kit: OutputPort) -> None:
    system = BY_NAME["jack"]
    port = InputPort(system, f"{KIT}:midi", queue_limit=64)
    probe = Ear("midi://e2e kit")
    for i in range(200):
        kit.send(strike(i))
    probe.until_heard(200)  # so all of them have been at `port` too, where nobody listened
    probe.source.close()
    inbox = Inbox()
    listener = MidiListener(port, Stamper(system.sigma_ns, 0), inbox, MONOTONIC)
    events: list[KitEvent] = []
    give_up = time.monotonic() + PATIENCE_S
    while not any(isinstance(e, OverflowEvent) for e in events):
        assert time.monotonic() < give_up
        events += inbox.drain()
    listener.stop()
    assert [e.data for e in events if isinstance(e, MidiEvent)] == [strike(i) for i in range(63)]


def test_a_server_that_dies_is_a_lost_link() -> None:
    # In a process of its own: JACK's library keeps the dead server's clients until the end.
    script = """
        import os, threading
        from station.hal.api import LinkState
        from station.hal.jack import DummyServer
        from station.hal.registry import create_source
        from station.hal.rtmidi_port import open_virtual_output

        woken = threading.Event()
        with DummyServer("edrum-test-dies") as server:
            os.environ.update(server.environment())
            kit = open_virtual_output("Kit that goes too", "jack")
            source = create_source("midi://kit that goes")
            source.open(woken.set)
            assert source.read() == []
        assert woken.wait(5)
        [event] = source.read()
        assert event.state is LinkState.LOST
        source.close()
        print("heard", flush=True)
        os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "heard\n", done.stderr


def test_a_second_server_takes_another_name(jack_server: DummyServer) -> None:
    with DummyServer() as second:
        assert second.name != jack_server.name
        assert second.environment()["JACK_DEFAULT_SERVER"] == second.name
        assert virtual_midi_available()
