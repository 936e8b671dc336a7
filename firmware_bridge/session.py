"""The host's side of the protocol, pure: bytes and times in, events and bytes out.

Whoever holds the line calls `connect` when it is open, `receive` with what came and when,
and sends what `to_send` gives, at once, whenever `next_ns` says so. No threads, no I/O and
no clock, so that a test can play hours in a second.
"""

from __future__ import annotations

from collections import OrderedDict
from random import Random

from firmware_bridge.codec import Unread, Why, decode, encode
from firmware_bridge.counters import SessionCounters
from firmware_bridge.events import (
    Answered,
    Beat,
    BoardEvent,
    Greeted,
    PedalMoved,
    ScopePiece,
    Tied,
    Unanswered,
)
from firmware_bridge.frames import END, Frame, FrameDecoder, LineCounters
from firmware_bridge.handshake import BoardInfo, common_major, greet
from firmware_bridge.hits import BoardHits
from firmware_bridge.messages import (
    TYPE_OF,
    Heartbeat,
    Hello,
    HelloAck,
    Message,
    PadHit,
    Pedal,
    Ping,
    Pong,
    Refused,
    Resend,
    Resending,
    ScopeData,
)
from firmware_bridge.questions import Questions
from firmware_bridge.schedule import PingSchedule
from firmware_bridge.sync import ClockSync, Exchange
from station.units import NS_PER_MS

HELLO_AGAIN_NS = 250 * NS_PER_MS
_PINGS_ON_THE_WAY = 64
_TOKENS = 1 << 32
# After its time a cue is answered at once.
_CUE_ANSWERED_US = 1_000_000


class BoardSession:
    """One board, from `Hello` on; outlives unplugs and resets.

    Parameters
    ----------
    random
        For the pings' gaps and tokens.
    wire_ns
        Part of each ping's round trip known to be spent on the wire (bytes at a baud rate).

    Attributes
    ----------
    board
        Who it is; None before it has said so on this connection.
    sync
        Its clock.
    schedule
        When it is pinged; set its `playing`.
    counters
        What was of no use.
    heard_ns
        When the last right frame came; None before one has.
    """

    def __init__(self, random: Random, wire_ns: int = 0) -> None:
        self.board: BoardInfo | None = None
        self.sync = ClockSync(wire_ns)
        self.schedule = PingSchedule(random)
        self.counters = SessionCounters()
        self.heard_ns: int | None = None
        self._decoder = FrameDecoder()
        self._questions = Questions()
        self._known: BoardInfo | None = None
        self._hits = BoardHits(self.sync, self.counters, self._emit)
        self._token = random.randrange(_TOKENS)
        self._pings: OrderedDict[int, int] = OrderedDict()
        self._resends: OrderedDict[int, Resend] = OrderedDict()
        self._pedals: dict[int, Pedal] = {}
        self._hello_ns: int | None = None
        self._events: list[BoardEvent] = []

    @property
    def line(self) -> LineCounters:
        """What came over the line, right and wrong."""
        return self._decoder.counters

    @property
    def missing(self) -> int:
        """Hits that are known to be missing and may still come."""
        return self._hits.missing

    @property
    def quiet_until_ns(self) -> int:
        """No hit with an earlier time will come any more; never goes back."""
        return self._hits.quiet_until_ns

    def connect(self, now_ns: int) -> None:
        """The line is open (again): greet the board."""
        self._decoder.forget()
        self._pings.clear()
        self._resends.clear()
        self.board = None
        self._hello_ns = now_ns

    def disconnect(self) -> list[BoardEvent]:
        """The line is gone; what is known of the board is kept for when it is back."""
        self.board = None
        self._hello_ns = None
        self.schedule.stop()
        self._events += [Unanswered(question) for question in self._questions.forget()]
        return self._take_events()

    def ask(self, question: Message) -> None:
        """Put a question; `Answered` or `Unanswered` follows."""
        self._questions.put(question)

    def receive(self, data: bytes, arrival_ns: int) -> list[BoardEvent]:
        """Take the next bytes of the line.

        Parameters
        ----------
        data
            Any portion.
        arrival_ns
            When they came; not before the last portion's.

        Raises
        ------
        KitError
            When the board speaks no protocol that we do.
        """
        for frame in self._decoder.feed(data):
            self.heard_ns = arrival_ns
            newer = self.board is None or self.board.newer_minor
            message = decode(frame, newer=newer)
            if isinstance(message, Unread):
                self._pass_over(message)
            else:
                self._hear(frame, message, arrival_ns)
        return self._take_events()

    def to_send(self, now_ns: int) -> tuple[bytes, list[BoardEvent]]:
        """Everything that is due now, to be written at once (pings carry `now_ns`)."""
        out: list[bytes] = []
        if self._hello_ns is not None and now_ns >= self._hello_ns:
            self._hello_ns = now_ns + HELLO_AGAIN_NS
            # The zero ends whatever noise the board has heard so far.
            out += [END, encode(Hello(), self._questions.number())]
        if self.board is not None:
            # First: what is written before a ping makes its way there the longer.
            if self.schedule.due(now_ns):
                out.append(self._ping(now_ns))
            out += self._resend_requests(now_ns)
            self._give_up_cues(now_ns)
            send, given_up = self._questions.due(now_ns)
            out += [encode(question, seq) for seq, question in send]
            self._events += [Unanswered(question) for question in given_up]
        return b"".join(out), self._take_events()

    @property
    def next_ns(self) -> int | None:
        """When `to_send` has something to do next, if nothing comes before; None: never."""
        times = [self._hello_ns]
        if self.board is not None:
            times += [self.schedule.next_ns, self._questions.next_ns, self._hits.next_ns]
        return min((t for t in times if t is not None), default=None)

    def _pass_over(self, unread: Unread) -> None:
        if unread.why is Why.UNKNOWN_TYPE:
            self.counters.unknown += 1
            return
        self.counters.misfits += 1
        frame = unread.frame
        # Of a newer protocol's greeting only the first two bytes are sure to be as ours.
        if frame.type == TYPE_OF[HelloAck] and len(frame.payload) > 1:
            common_major(frame.payload[0], frame.payload[1])

    def _hear(self, frame: Frame, message: Message, arrival_ns: int) -> None:
        match message:
            case HelloAck():
                self._greeted(message, arrival_ns)
            case PadHit():
                self._hits.hear(self.board, frame.seq, message, arrival_ns)
            case Pong():
                self._pong(message, arrival_ns)
            case Heartbeat():
                self._beat(message, arrival_ns)
            case ScopeData():
                if self.sync.usable:
                    t_ns = self.sync.host_time(self.sync.unwrap(message.t_us)).t_ns
                    self._events.append(ScopePiece(t_ns, message))
            case Pedal():
                # Before the clock is tied only the newest place is worth keeping.
                self._pedals[message.pad] = message
                if self.sync.usable:
                    self._say_pedals()
            case _:
                self._answer(frame, message)

    def _greeted(self, ack: HelloAck, arrival_ns: int) -> None:
        info = greet(ack)
        known = self._known
        self._hello_ns = None
        same_board = known is not None and known.board_id == info.board_id
        same_boot = same_board and known is not None and known.boot_id == info.boot_id
        if self.board is not None and same_boot:
            self._hits.told(ack.hits)  # a second answer to the same question
            return
        self.board = self._known = info
        if not same_boot:
            if known is not None:
                self.sync.restart(same_board=same_board)
            # Of a board that was reset under our hands everything since is wanted; of one
            # that we have never met, nothing that was before.
            self._hits.begin(info.ring, 0 if same_board else ack.hits)
            self._pedals.clear()
        self.sync.note_board_time(ack.t_us)
        self.schedule.start(arrival_ns)
        self._events.append(Greeted(info, restarted=same_board and not same_boot))
        # A board that is greeted drops its cues.
        self._events += [Unanswered(cue) for cue in self._questions.forget_cues()]
        self._hits.greeted(info, same_boot=same_boot)
        self._hits.told(ack.hits)

    def _pong(self, pong: Pong, arrival_ns: int) -> None:
        sent_ns = self._pings.pop(pong.token, None)
        if sent_ns is None:
            return
        was_usable = self.sync.usable
        if not self.sync.hear(Exchange(sent_ns, pong.t_rx_us, pong.t_tx_us, arrival_ns)):
            self._greet_again(arrival_ns)
            return
        if self.sync.usable and not was_usable:
            self._tied()
        if self.board is not None:
            # Before it has said who it is its hits wait unnumbered, and are not missing.
            self._hits.told(pong.hits)
            self._hits.quiet_at(self.board, pong.t_tx_us, arrival_ns)

    def _tied(self) -> None:
        state = self.sync.state
        assert state is not None
        self._events.append(Tied(state))
        self._say_pedals()
        if self.board is not None:
            self._hits.tied(self.board)

    def _say_pedals(self) -> None:
        for pedal in self._pedals.values():
            t_ns = self.sync.host_time(self.sync.unwrap(pedal.t_us)).t_ns
            self._events.append(PedalMoved(t_ns, pedal))
        self._pedals.clear()

    def _beat(self, beat: Heartbeat, arrival_ns: int) -> None:
        if self.board is None:
            return
        if beat.boot_id != self.board.boot_id:
            self._greet_again(arrival_ns)
            return
        self.sync.note_board_time(beat.t_us)
        self._hits.told(beat.hits)
        self._events.append(Beat(beat))

    def _answer(self, frame: Frame, message: Message) -> None:
        if isinstance(message, Resending):
            asked = self._resends.pop(frame.seq, None)
            if asked is not None:
                none_left = message.first > message.last
                self._hits.cannot(asked.last + 1 if none_left else message.first, asked.first)
            return
        if isinstance(message, Refused) and self._resends.pop(frame.seq, None) is not None:
            return
        question = self._questions.answered(frame.seq, message)
        if question is not None:
            self._events.append(Answered(question, message))

    def _greet_again(self, now_ns: int) -> None:
        """The board is not what it was: ask who it is before believing its times."""
        self.board = None
        self.schedule.stop()
        self._hello_ns = now_ns

    def _ping(self, now_ns: int) -> bytes:
        self._token = (self._token + 1) % _TOKENS
        self._pings[self._token] = now_ns
        if len(self._pings) > _PINGS_ON_THE_WAY:
            self._pings.popitem(last=False)
        return encode(Ping(self._token), self._questions.number())

    def _resend_requests(self, now_ns: int) -> list[bytes]:
        out = []
        for request in self._hits.to_ask(now_ns):
            seq = self._questions.number()
            self._resends[seq] = request
            if len(self._resends) > _PINGS_ON_THE_WAY:
                self._resends.popitem(last=False)
            out.append(encode(request, seq))
        return out

    def _give_up_cues(self, now_ns: int) -> None:
        """A cue's only answer may be lost like anything else."""
        if self.sync.usable:
            until_us = self.sync.board_time(now_ns) - _CUE_ANSWERED_US
            self._events += [Unanswered(cue) for cue in self._questions.forget_cues(until_us)]

    def _emit(self, event: BoardEvent) -> None:
        self._events.append(event)

    def _take_events(self) -> list[BoardEvent]:
        events, self._events = self._events, []
        return events
