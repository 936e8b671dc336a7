"""MIDI over serial, Edrumulus and Firmata: out of bytes in any portions, and told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codec import encode
from firmware_bridge.dialects.edrumulus import EdrumulusStatus, is_status
from firmware_bridge.dialects.firmata import firmware_name, is_firmata
from firmware_bridge.dialects.midi import MidiStream
from firmware_bridge.dialects.recognise import Dialect, Ear
from firmware_bridge.messages import PadHit
from firmware_bridge.midi_talk import SIGMA_NS, MidiTalk
from station.hal.api import LinkEvent, LinkState, MidiEvent
from station.hal.inbox import Inbox
from station.model import StampedBy

MS = 1_000_000


def messages(data: bytes, step: int = 10_000) -> list[bytes]:
    stream = MidiStream()
    return [m.data for at in range(0, len(data), step) for m in stream.feed(data[at : at + step])]


channel_messages = st.one_of(
    st.tuples(
        st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0xE0]),
        st.integers(0, 15),
        st.integers(0, 127),
        st.integers(0, 127),
    ).map(lambda t: bytes((t[0] | t[1], t[2], t[3]))),
    st.tuples(st.sampled_from([0xC0, 0xD0]), st.integers(0, 15), st.integers(0, 127)).map(
        lambda t: bytes((t[0] | t[1], t[2]))
    ),
)


@given(
    st.lists(channel_messages, max_size=30),
    st.integers(1, 7),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from([0xF8, 0xFE, 0xFA])), max_size=5),
)
def test_running_status_and_real_time_change_nothing(sent, step, real_time):
    line = bytearray()
    status = 0
    for message in sent:
        line += message[1:] if message[0] == status else message
        status = message[0]
    for at, byte in real_time:
        line.insert(min(at, len(line)), byte)
    stream = MidiStream()
    data = bytes(line)
    heard = [m.data for at in range(0, len(data), step) for m in stream.feed(data[at : at + step])]
    assert [m for m in heard if m[0] < 0xF8] == sent
    assert len([m for m in heard if m[0] >= 0xF8]) == len(real_time)
    assert (stream.messages, stream.strays) == (len(sent), 0)


@given(st.binary(max_size=300))
def test_any_bytes_give_whole_messages_and_no_exception(data):
    for message in messages(data):
        assert message[0] >= 0x80
        assert all(byte < 0x80 for byte in message[1:])


def test_system_messages_end_running_status_and_exclusives_are_passed_over():
    data = bytes.fromhex("99 26 40 f0 41 10 42 f7 26 40 99 24 50 f2 01 02 24 50")
    assert messages(data) == [b"\x99\x26\x40", b"\x99\x24\x50", b"\xf2\x01\x02"]


def test_what_was_begun_before_we_listened_is_no_fault_and_later_nonsense_is():
    stream = MidiStream()
    assert stream.feed(b"\x26\x40\x99\x26\x40")[0].data == b"\x99\x26\x40"
    assert stream.strays == 0
    stream.feed(b"\x99\x26\x99\x26\x40")
    assert stream.strays == 1
    stream.feed(b"\xf4\x12")
    assert stream.strays == 3


def test_edrumulus_says_what_it_is_in_note_offs_and_they_are_no_music():
    status = EdrumulusStatus()
    for message in (b"\x80\x7f\x01", b"\x80\x7e\x02", b"\x80\x7c\x05", b"\x80\x7d\x03"):
        assert is_status(message)
        status = status.after(message)
    assert status == EdrumulusStatus(major=1, minor=2, load=5, error=3)
    assert str(status) == "Edrumulus 1.2, load 5, reports error 3: look at its pads' cables"
    assert not is_status(b"\x89\x26\x00")
    assert not is_status(b"\x90\x7f\x01")
    assert status.after(b"\x80\x66\x07") == status


def test_the_three_are_told_apart():
    assert Ear().hear(b"\x99\x26\x40\x26\x41") is Dialect.MIDI
    assert Ear().hear(b"\x80\x7f\x01\x80\x7e\x02\x99\x26\x40") is Dialect.EDRUMULUS
    firmata = Ear()
    greeting = b"\xf9\x02\x05\xf0\x79\x02\x05" + b"".join(bytes((c, 0)) for c in b"Std") + b"\xf7"
    assert firmata.hear(greeting[:4]) is None
    assert firmata.hear(greeting[4:]) is Dialect.FIRMATA
    assert firmata.firmware_name == "Std"
    assert is_firmata(greeting)
    assert firmware_name(b"\xf9\x02\x05\xf0\x79") == ""


def test_one_message_or_a_stray_byte_is_not_enough():
    ear = Ear()
    assert ear.hear(b"\x99\x26\x40") is None
    assert ear.hear(b"\x99\x26") is None
    assert ear.hear(b"\x99\x26\x40\x26\x40\x26\x40") is None


def test_our_own_board_is_no_firmata():
    ear = Ear()
    for n in range(200):
        hit = PadHit(n * 7919, n % 8, 0, 40_000, 255, 0, 1_300)
        assert ear.hear(encode(hit, n)) is not Dialect.FIRMATA


class TestTalk:
    def talk(self, baud: int = 31_250) -> MidiTalk:
        return MidiTalk(baud, Inbox())

    def test_hits_are_stamped_by_their_arrival_each_byte_in_its_turn(self):
        talk = self.talk()
        talk.receive(b"\x99\x26\x40\x24\x50\xf8", 100 * MS)
        first, second = talk.inbox.drain()
        assert isinstance(first, MidiEvent)
        assert isinstance(second, MidiEvent)
        assert (first.data, second.data) == (b"\x99\x26\x40", b"\x99\x24\x50")
        assert (first.seq, second.seq) == (0, 1)
        assert first.stamped_by is StampedBy.ARRIVAL
        assert first.t_sigma_ns == SIGMA_NS
        # 10 bits a byte at 31250 baud are 0.32 ms; three bytes and one came after them.
        assert (first.t_ns, second.t_ns) == (100 * MS - 960_000, 100 * MS - 320_000)
        assert first.arrival_ns == second.arrival_ns == 100 * MS

    def test_a_stamp_is_never_before_the_one_before_it(self):
        talk = self.talk()
        talk.receive(b"\x99\x26\x40", 100 * MS)
        talk.receive(b"\x99\x26\x40" * 10, 100 * MS + 1)
        times = [e.t_ns for e in talk.inbox.drain()]
        assert times == sorted(times)

    def test_the_boards_status_is_kept_and_is_no_event(self):
        talk = self.talk()
        talk.receive(b"\x80\x7f\x01\x80\x7e\x04", 0)
        assert talk.inbox.drain() == []
        assert str(talk.status) == "Edrumulus 1.4"

    def test_a_line_that_comes_back_begins_a_new_message(self):
        talk = self.talk()
        talk.connect(0)
        talk.receive(b"\x99\x26", 1 * MS)
        talk.disconnect(2 * MS, "gone")
        talk.connect(3 * MS)
        talk.receive(b"\x40\x99\x24\x50", 4 * MS)
        lost, back, hit = talk.inbox.drain()
        assert isinstance(lost, LinkEvent)
        assert isinstance(back, LinkEvent)
        assert (lost.state, back.state) == (LinkState.LOST, LinkState.OPEN)
        assert isinstance(hit, MidiEvent)
        assert hit.data == b"\x99\x24\x50"
        assert talk.strays == 0

    def test_quiet_time_follows_the_clock_and_stands_still_while_lost(self):
        talk = self.talk()
        assert talk.to_send(100 * MS) == b""
        assert talk.quiet_ns == 70 * MS
        talk.disconnect(110 * MS, "gone")
        talk.to_send(500 * MS)
        assert talk.quiet_ns == 70 * MS


@pytest.mark.parametrize("byte", range(0x80, 0x100))
def test_every_status_alone_is_survived(byte):
    stream = MidiStream()
    stream.feed(bytes((byte,)))
    assert [m.data for m in stream.feed(b"\x99\x26\x40")] == [b"\x99\x26\x40"]
