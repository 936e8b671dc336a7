"""Listening to MIDI over a serial line; nothing is ever sent."""

from __future__ import annotations

from firmware_bridge.dialects.edrumulus import EdrumulusStatus, is_status
from firmware_bridge.dialects.midi import MidiStream
from station.hal.api import LinkEvent, LinkState, MidiEvent
from station.hal.inbox import Inbox
from station.model import StampedBy
from station.units import NS_PER_MS, NS_PER_S

# The board has no clock of its own: what is left is when the bytes came. USB asks once a
# millisecond, a chip between gathers up to another, and the machine has other things to do.
SIGMA_NS = 2 * NS_PER_MS
# So long may a byte be on its way into our hands.
_LATENESS_NS = 30 * NS_PER_MS
_BITS_OF_A_BYTE = 10
# MIDI clock and active sensing only say that the wire is there.
_NOT_KEPT = (0xF8, 0xFE)


class MidiTalk:
    """MIDI messages as events, stamped by their arrival.

    Parameters
    ----------
    baud
        The line's speed: the bytes of one portion came one after another, so that a message
        with ten bytes behind it came ten bytes earlier than it was read.
    inbox
        Where events go.
    first_seq
        The number of the first event.

    Attributes
    ----------
    next_seq
        The number of the next event.
    status
        What an Edrumulus board has said of itself; None until it says something.
    strays
        Bytes that fit into no message.
    """

    stamped_by = StampedBy.ARRIVAL
    board_id = None
    next_ns = None

    def __init__(self, baud: int, inbox: Inbox, first_seq: int = 0) -> None:
        self.inbox = inbox
        self.quiet_ns = -(2**63)
        self.sigma_ns = SIGMA_NS
        self.status: EdrumulusStatus | None = None
        self._byte_ns = _BITS_OF_A_BYTE * NS_PER_S // baud
        self._stream = MidiStream()
        self.next_seq = first_seq
        self._said_ns = -(2**63)
        self._lost = False

    @property
    def strays(self) -> int:
        """Bytes that fit into no message."""
        return self._stream.strays

    def connect(self, now_ns: int) -> None:
        """The line is open (again): what had begun before is dropped."""
        self._stream.forget()
        if self._lost:
            self._lost = False
            self._said_ns = max(self._said_ns, now_ns)  # nothing came before the line was there
            self.inbox.put(LinkEvent(now_ns, LinkState.OPEN, "back"))

    def disconnect(self, now_ns: int, why: str) -> None:
        """The line is gone."""
        self._lost = True
        self.inbox.put(LinkEvent(now_ns, LinkState.LOST, why))

    def receive(self, data: bytes, arrival_ns: int) -> None:
        """Messages into events; the board's word on itself is kept apart."""
        for message in self._stream.feed(data):
            if is_status(message.data):
                self.status = (self.status or EdrumulusStatus()).after(message.data)
            elif message.data[0] not in _NOT_KEPT:
                t_ns = max(arrival_ns - message.left * self._byte_ns, self._said_ns, self.quiet_ns)
                self._said_ns = t_ns
                self.inbox.put(
                    MidiEvent(
                        self.next_seq, t_ns, SIGMA_NS, arrival_ns, StampedBy.ARRIVAL, message.data
                    )
                )
                self.next_seq += 1

    def to_send(self, now_ns: int) -> bytes:
        """Nothing; but by now everything older has come."""
        if not self._lost:
            self.quiet_ns = max(self.quiet_ns, now_ns - _LATENESS_NS)
        return b""
