"""The simulated board itself, pure: bytes and true times in, bytes out.

It is a board as PROTOCOL.md describes one. Time is the host's monotonic clock, handed in;
what the host is told is the board's own, wrong one.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from random import Random

from firmware_bridge.codec import Unread, Why, decode
from firmware_bridge.frames import Frame, FrameDecoder, encode_frame
from firmware_bridge.messages import (
    ANSWER,
    NO_POSITION,
    PROTOCOL_MINOR,
    TYPE_OF,
    Capability,
    Cue,
    Cued,
    Describe,
    Get,
    Heartbeat,
    Hello,
    HelloAck,
    HitFlag,
    Message,
    PadHit,
    Pedal,
    Ping,
    Pong,
    Refusal,
    Refused,
    Resend,
    Resending,
    Save,
    Saved,
    Set,
    WatchingPad,
    WatchPad,
)
from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.simboard.config import SimBoardConfig
from firmware_bridge.simboard.pads import FULL, Heard, heard_of
from firmware_bridge.simboard.scope import Scope
from firmware_bridge.simboard.settings import Values
from firmware_bridge.simboard.truth import TrueHit
from firmware_bridge.wire import layout_of
from station.units import NS_PER_S, NS_PER_US

_U32 = 1 << 32
_CUES = 8
_LONGEST_DECISION_US = 10_000
_CAN = (
    Capability.LED
    | Capability.HAPTIC
    | Capability.SCOPE
    | Capability.SAVE
    | Capability.CHOKE
    | Capability.ZONES
    | Capability.PEDAL
)
_FROM_A_NEWER_MINOR = b"\x01\x02\x03"
_TYPE_OF_A_NEWER_MINOR = 0x7D


@dataclass(frozen=True, slots=True)
class _Sent:
    """A hit in the ring."""

    number: int
    hit: PadHit


class SimBoard:
    """A board without hardware.

    Parameters
    ----------
    config
        What kind of board.
    now_ns
        True time of its start.

    Attributes
    ----------
    clock
        Its clock since the last reset.
    boot_id
        Another one at every reset.
    truth
        Every hit with its true time, in the order of decision.
    """

    def __init__(self, config: SimBoardConfig, now_ns: int) -> None:
        self.config = config
        self.truth: list[TrueHit] = []
        self._random = Random(config.seed)
        self._values = Values(config.pads)
        self._coming: list[tuple[int, Heard]] = []
        self.reset(now_ns)

    def reset(self, now_ns: int) -> None:
        """Lose all but what was saved, and start anew."""
        self.boot_id = self._random.randrange(_U32)
        self._up_ns = now_ns + self.config.boot_ns
        self.clock = SimClock(
            self._up_ns, self.config.ppm, self.config.wander_ppm, self.config.clock_starts_us
        )
        self._values.reset()
        self._decoder = FrameDecoder()
        self._out: list[bytes] = []
        self._ring: deque[_Sent] = deque(maxlen=self.config.ring)
        self._hits = 0
        self._unasked = 0
        self._last_pong_us = 0
        self._cues: list[tuple[int, int, int, Cue]] = []
        self._scope: Scope | None = None
        self._pedals: dict[int, int] = {}
        self._beat_ns = self._up_ns + NS_PER_S
        self._announced = False
        # A strike while the board starts is heard by nobody.
        self._coming = [c for c in self._coming if c[1].t_ns >= self._up_ns]
        heapq.heapify(self._coming)

    def strike(self, t_ns: int, pad: int, velocity: int = 40_000, zone: int = 0) -> None:
        """Strike a pad at a true time, now or later; velocity 0 to 65535.

        Raises
        ------
        ValueError
            When there is no such pad, or the velocity is out of range.
        """
        if not 0 <= pad < self.config.pads or not 0 <= velocity <= FULL:
            raise ValueError(f"No pad {pad} of {self.config.pads}, or no velocity {velocity}.")
        if t_ns < self._up_ns:
            return
        for heard in heard_of(Heard(t_ns, pad, velocity, zone), self.config, self._values.of):
            self._will_hear(heard)

    def choke(self, t_ns: int, pad: int) -> None:
        """Grab a cymbal."""
        self._will_hear(Heard(t_ns, pad, 0, 1, int(HitFlag.CHOKE)))

    def pedal(self, t_ns: int, pad: int, value: int) -> None:
        """Move a hi-hat's pedal at a true time; 0 open to 65535 closed.

        Raises
        ------
        ValueError
            When there is no such pad, or the value is out of range.
        """
        if not 0 <= pad < self.config.pads or not 0 <= value <= FULL:
            raise ValueError(f"No pad {pad} of {self.config.pads}, or no place {value}.")
        if t_ns >= self._up_ns:
            self._pedals[pad] = value
            self._say_pedals(t_ns)

    @property
    def next_ns(self) -> int:
        """When `output` has something to say next, if nothing is asked before."""
        times = [self._beat_ns if self._announced else self._up_ns]
        if self._coming:
            times.append(self._coming[0][0])
        if self._cues:
            times.append(self._cues[0][0])
        if self._scope is not None:
            times.append(self._scope.next_ns)
        return max(self._up_ns, min(times))

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the host came at a true time; `output` has the answers."""
        if now_ns < self._up_ns:
            return
        self._run(now_ns)
        for frame in self._decoder.feed(data):
            if 0 < frame.type < ANSWER // 2:
                self._answer(frame, now_ns)

    def output(self, now_ns: int) -> bytes:
        """Everything that the board has to say by this true time."""
        if now_ns >= self._up_ns:
            self._run(now_ns)
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _run(self, now_ns: int) -> None:
        """Do what is due by now."""
        if not self._announced:
            self._announced = True
            self._say(self._hello_ack(now_ns), 0)
        while self._coming and self._coming[0][0] <= now_ns:
            self._decide(*heapq.heappop(self._coming))
        while self._cues and self._cues[0][0] <= now_ns:
            due_ns, _, seq, cue = heapq.heappop(self._cues)
            self._say(Cued(self.clock.now_us(due_ns), cue.id), seq)
        if self._scope is not None:
            for piece in self._scope.pieces(now_ns, self.clock):
                self._say_unasked(piece)
        if self._beat_ns <= now_ns:
            self._beat_ns += (now_ns - self._beat_ns) // NS_PER_S * NS_PER_S + NS_PER_S
            self._say_unasked(self._heartbeat(now_ns))
            self._say_pedals(now_ns)

    def _will_hear(self, heard: Heard) -> None:
        spread_us = abs(self._random.gauss(0, self.config.decided_after_us / 10))
        after_us = min(_LONGEST_DECISION_US, round(self.config.decided_after_us + spread_us))
        heapq.heappush(self._coming, (heard.t_ns + after_us * NS_PER_US, heard))

    def _decide(self, due_ns: int, heard: Heard) -> None:
        number = self._hits
        self._hits += 1
        stamp_us = self._stamp_us(heard.t_ns)
        hit = PadHit(
            t_us=stamp_us % _U32,
            pad=heard.pad,
            zone=heard.zone,
            velocity=heard.velocity,
            position=NO_POSITION,
            flags=heard.flags,
            decided_after_us=max(0, min(FULL, self.clock.now_us(due_ns) - stamp_us)),
        )
        self._ring.append(_Sent(number, hit))
        self.truth.append(
            TrueHit(
                number,
                self.boot_id,
                heard.t_ns,
                heard.pad,
                heard.zone,
                heard.velocity,
                heard.cause,
            )
        )
        if self._scope is not None:
            self._scope.heard(heard)
        self._say(hit, number)

    def _answer(self, frame: Frame, now_ns: int) -> None:
        question = decode(frame, newer=True)
        if isinstance(question, Unread):
            unknown = question.why is Why.UNKNOWN_TYPE
            reason = Refusal.UNKNOWN_TYPE if unknown else Refusal.MALFORMED
            self._say(Refused(frame.type, reason), frame.seq)
            return
        match question:
            case Hello():
                self._scope = None
                self._cues.clear()
                self._say(self._hello_ack(now_ns), frame.seq)
                self._say_pedals(now_ns)
            case Ping():
                self._say(self._pong(question, now_ns), frame.seq)
            case Resend():
                self._resend(question, frame.seq)
            case Describe():
                self._say(self._values.describe(question), frame.seq)
            case Get():
                self._say(self._values.get(question), frame.seq)
            case Set():
                self._say(self._values.set(question), frame.seq)
            case Save():
                self._values.save()
                self._say(Saved(), frame.seq)
            case Cue():
                self._take_cue(question, frame.seq, now_ns)
            case WatchPad():
                self._watch(question, frame.seq, now_ns)

    def _pong(self, ping: Ping, now_ns: int) -> Pong:
        # Jitter makes a stamp late, never a clock run backwards.
        t_us = max(self._last_pong_us, self._stamp_us(now_ns))
        self._last_pong_us = max(t_us, self.clock.now_us(now_ns))
        return Pong(ping.token, t_us, self._last_pong_us, self._hits)

    def _resend(self, request: Resend, seq: int) -> None:
        wanted = [s for s in self._ring if request.first <= s.number <= request.last]
        if not wanted:
            self._say(Resending(1, 0), seq)
            return
        self._say(Resending(wanted[0].number, wanted[-1].number), seq)
        for sent in wanted:
            hit = sent.hit
            again = PadHit(
                hit.t_us,
                hit.pad,
                hit.zone,
                hit.velocity,
                hit.position,
                hit.flags | int(HitFlag.RESENT),
                hit.decided_after_us,
            )
            self._say(again, sent.number)

    def _take_cue(self, cue: Cue, seq: int, now_ns: int) -> None:
        if len(self._cues) >= _CUES:
            self._say(Refused(TYPE_OF[Cue], Refusal.BUSY), seq)
            return
        due_ns = max(now_ns, self.clock.true_ns(cue.at_us))
        heapq.heappush(self._cues, (due_ns, len(self._cues), seq, cue))

    def _watch(self, question: WatchPad, seq: int, now_ns: int) -> None:
        if question.pad >= self.config.pads:
            self._say(Refused(TYPE_OF[WatchPad], Refusal.NO_SUCH_PAD), seq)
            return
        self._scope = Scope(question.pad, now_ns, self._random) if question.on else None
        self._say(WatchingPad(question.pad, question.on), seq)

    def _hello_ack(self, now_ns: int) -> HelloAck:
        return HelloAck(
            protocol_min=self.config.protocol_min,
            protocol_max=self.config.protocol_max,
            minor=self.config.minor,
            pads=self.config.pads,
            board_id=self.config.board_id,
            boot_id=self.boot_id,
            clock_hz=1_000_000,
            t_us=self.clock.now_us(now_ns),
            hits=self._hits % _U32,
            ring=self.config.ring,
            longest_decision_us=_LONGEST_DECISION_US,
            capabilities=int(_CAN | Capability.RESEND if self.config.ring else _CAN),
            max_payload=240,
            firmware="simboard 1",
            board="Simulated board",
        )

    def _heartbeat(self, now_ns: int) -> Heartbeat:
        return Heartbeat(
            t_us=self.clock.now_us(now_ns),
            boot_id=self.boot_id,
            hits=self._hits % _U32,
            bad_frames=self._decoder.counters.bad,
            overruns=0,
            hits_dropped=0,
            adc_overruns=0,
            dc_fault=0,
            load_percent=7,
        )

    def _say_pedals(self, now_ns: int) -> None:
        for pad, value in self._pedals.items():
            self._say_unasked(Pedal(self._stamp_us(now_ns) % _U32, pad, value))

    def _stamp_us(self, true_ns: int) -> int:
        jitter_us = round(self._random.gauss(0, self.config.jitter_us))
        return max(0, self.clock.now_us(true_ns) + jitter_us)

    def _say_unasked(self, message: Message) -> None:
        self._unasked += 1
        self._say(message, self._unasked)

    def _say(self, message: Message, seq: int) -> None:
        kind = TYPE_OF[type(message)]
        payload = layout_of(type(message)).pack(message)
        if self.config.minor > PROTOCOL_MINOR:
            payload += _FROM_A_NEWER_MINOR
            self._out.append(encode_frame(_TYPE_OF_A_NEWER_MINOR, seq % 256, b"?"))
        self._out.append(encode_frame(kind, seq % 256, payload))
