"""A conversation with a board of our own protocol: its session, as a kit's events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

from firmware_bridge.codec import PING_BYTES
from firmware_bridge.cues import CueQueue, WantedCue, WhenDone
from firmware_bridge.events import (
    Answered,
    Beat,
    BoardEvent,
    Greeted,
    HitsLost,
    PedalMoved,
    ScopePiece,
    Strike,
    Tied,
    Unanswered,
)
from firmware_bridge.handshake import BoardInfo
from firmware_bridge.messages import Cue, Cued, Heartbeat, HitFlag, Message
from firmware_bridge.session import BoardSession
from station.errors import KitError, KitReason
from station.hal.api import (
    ChokeEvent,
    LinkEvent,
    LinkState,
    OverflowEvent,
    PedalEvent,
    StrikeEvent,
)
from station.hal.inbox import Inbox
from station.model import Flag, StampedBy
from station.units import NS_PER_MS, NS_PER_S, NS_PER_US

# What a stamp is worth on a board that nothing else is known of yet; see the bench.
SIGMA_NS = 60 * NS_PER_US
_PING_BITS = 2 * PING_BYTES * 10
# A board answers pings and says a heartbeat every second: in so long it must be heard.
_SILENT_NS = 2_500 * NS_PER_MS
# After the last hit, pings come as often as while playing for so long.
_PLAYING_FOR_NS = 20 * NS_PER_S
_VELOCITY_SHIFT = 16 - 7
_PEDAL_SHIFT = 16 - 7
_CHOKE = int(HitFlag.CHOKE)
_FLAGS = (
    (HitFlag.CLIPPED, Flag.CLIPPED),
    (HitFlag.RETRIGGER_SUSPECT, Flag.DOUBLE_TRIGGER),
    (HitFlag.CROSSTALK_SUSPECT, Flag.CROSSTALK),
)
# Looked up, not computed, for thousands of hits a second.
_FLAGS_OF = tuple(
    Flag(sum(ours for theirs, ours in _FLAGS if bits & theirs)) for bits in range(256)
)

Reply = Callable[[Message | None], None]


class BoardTalk:
    """One board, across unplugs and resets.

    Parameters
    ----------
    baud
        The line's speed, which is known to be spent in both directions of a ping.
    inbox
        Where events go.
    first_seq
        The number of the first event.
    board
        Which one it has to be, where that is known already; None takes any.
    random
        For the pings' gaps.

    Attributes
    ----------
    next_seq
        The number of the next event.
    board
        The board as last greeted, or as it has to be.
    heartbeat
        Its last word about how it is.
    tied
        Whether its clock is tied to ours.
    scope
        Takes pieces of a pad's raw signal, on the link's thread.
    """

    stamped_by = StampedBy.DEVICE

    def __init__(
        self,
        baud: int,
        inbox: Inbox,
        first_seq: int = 0,
        board: BoardInfo | None = None,
        random: Random | None = None,
    ) -> None:
        self.inbox = inbox
        self.sigma_ns = SIGMA_NS
        self.board = board
        self.heartbeat: Heartbeat | None = None
        self.scope: Callable[[ScopePiece], None] | None = None
        self.session = BoardSession(random or Random(), _PING_BITS * NS_PER_S // baud)
        self.next_seq = first_seq
        self._quiet_ns = self.session.quiet_until_ns
        self._lost = False
        self._connected = False
        self._since_ns = 0
        self._playing_until_ns = 0
        self._cues = CueQueue()
        self._wishes: deque[Callable[[], None]] = deque()
        self._replies: dict[int, tuple[Message, Reply]] = {}

    @property
    def board_id(self) -> str | None:
        """Which board it is with."""
        return None if self.board is None else self.board.board_id

    @property
    def tied(self) -> bool:
        """Whether the board's clock is tied to ours, and the line there."""
        return self._connected and self.session.board is not None and self.session.sync.usable

    @property
    def quiet_ns(self) -> int:
        """No hit with an earlier time will come into the inbox any more."""
        return self._quiet_ns

    @property
    def next_ns(self) -> int | None:
        """When something is due to be sent, or the board's silence to be noticed."""
        if not self._connected:
            return None
        times = (self.session.next_ns, self._cues.next_ns if self.tied else None)
        next_ns = min((t for t in times if t is not None), default=None)
        return self._silent_ns if next_ns is None else min(next_ns, self._silent_ns)

    # ------------------------------------------------------------ any thread

    def ask(self, question: Message, reply: Reply) -> None:
        """Put a question; `reply` gets the answer, or None when none came.

        Called on the link's thread. The link has to be woken.
        """

        def put() -> None:
            self._replies[id(question)] = (question, reply)
            self.session.ask(question)

        self._wishes.append(put)

    def cue(self, cue: WantedCue, done: WhenDone = lambda _: None) -> None:
        """Light or move something; `done` is called on the link's thread.

        The link has to be woken.
        """
        self._wishes.append(lambda: self._cues.want(cue, done))

    # --------------------------------------------------------- link's thread

    def connect(self, now_ns: int) -> None:
        """The line is open (again)."""
        self._connected = True
        self._playing_until_ns = now_ns + _PLAYING_FOR_NS
        self._since_ns = now_ns
        self.session.connect(now_ns)

    def disconnect(self, now_ns: int, why: str) -> None:
        """The line is gone."""
        self._connected = False
        self._lose(now_ns, why)
        self._cues.take_back()
        self._put(self.session.disconnect(), now_ns)

    def receive(self, data: bytes, arrival_ns: int) -> None:
        """Take the next bytes of the line.

        Raises
        ------
        KitError
            When the board speaks no protocol of ours any more, or another one is there.
        """
        self._put(self.session.receive(data, arrival_ns), arrival_ns)

    def to_send(self, now_ns: int) -> bytes:
        """Wishes of other threads, and whatever the session has due."""
        while self._wishes:
            self._wishes.popleft()()
        if self.tied:
            self._send_cues(now_ns)
        if self._connected and now_ns >= self._silent_ns:
            self._lose(now_ns, f"{self._name} does not answer")
            self._since_ns = now_ns
            self.session.connect(now_ns)
        self.session.schedule.playing = now_ns < self._playing_until_ns
        data, events = self.session.to_send(now_ns)
        self._put(events, now_ns)
        return data

    @property
    def _silent_ns(self) -> int:
        """When the board has been silent for too long, if it says nothing before."""
        return max(self._since_ns, self.session.heard_ns or 0) + _SILENT_NS

    @property
    def _name(self) -> str:
        return (self.board.board if self.board else "") or "the board"

    def _put(self, events: list[BoardEvent], now_ns: int) -> None:
        for event in events:
            match event:
                case Strike():
                    self._strike(event)
                case Greeted():
                    self._greeted(event, now_ns)
                case Tied():
                    self.sigma_ns = event.state.sigma_ns
                    self._regain(now_ns)
                case HitsLost():
                    self.inbox.put(OverflowEvent(now_ns, event.count))
                case Answered():
                    self._reply(event.question, event.answer)
                case Unanswered():
                    self._reply(event.question, None)
                case Beat():
                    self.heartbeat = event.beat
                case PedalMoved():
                    openness = 127 - (event.pedal.value >> _PEDAL_SHIFT)
                    self.inbox.put(PedalEvent(event.t_ns, event.pedal.pad, openness))
                case ScopePiece():
                    if self.scope is not None:
                        self.scope(event)
        # Last: the session is past a whole portion before the first hit of it is in the inbox,
        # and the reader may look at any time in between.
        self._quiet_ns = self.session.quiet_until_ns

    def _strike(self, strike: Strike) -> None:
        hit = strike.hit
        self._playing_until_ns = strike.arrival_ns + _PLAYING_FOR_NS
        if hit.flags & _CHOKE:
            self.inbox.put(ChokeEvent(strike.t_ns, hit.pad, hit.zone))
            return
        self.sigma_ns = strike.t_sigma_ns
        self.inbox.put(
            StrikeEvent(
                self.next_seq,
                strike.t_ns,
                strike.t_sigma_ns,
                strike.arrival_ns,
                StampedBy.DEVICE,
                hit.pad,
                hit.zone,
                max(1, hit.velocity >> _VELOCITY_SHIFT),
                _FLAGS_OF[hit.flags],
            )
        )
        self.next_seq += 1

    def _send_cues(self, now_ns: int) -> None:
        for number, wanted in self._cues.due(now_ns):
            at_us = max(0, self.session.sync.board_time(wanted.at_ns))
            cue = Cue(at_us, wanted.duration_us, wanted.value, wanted.output)
            self._replies[id(cue)] = (cue, partial(self._cue_answered, number))
            self.session.ask(cue)

    def _cue_answered(self, number: int, answer: Message | None) -> None:
        done_ns = None
        if isinstance(answer, Cued) and self.session.sync.usable:
            done_ns = self.session.sync.host_time(answer.done_us).t_ns
        self._cues.finish(number, done_ns)

    def _greeted(self, event: Greeted, now_ns: int) -> None:
        board = event.board
        if self.board is not None and board.board_id != self.board.board_id:
            raise KitError(
                f"Another board ({board.board_id}) is at the place of {self.board.board_id}; "
                "plug the first one in again, or open this one.",
                KitReason.LOST,
            )
        self.board = board
        self._cues.take_back()  # a board drops its cues when it is greeted
        if event.restarted:
            self._lose(now_ns, f"{self._name} was reset")
        elif self.session.sync.usable:  # it ran on without us, and its clock with it
            self._regain(now_ns)

    def _lose(self, now_ns: int, why: str) -> None:
        if not self._lost:
            self._lost = True
            self.inbox.put(LinkEvent(now_ns, LinkState.LOST, why))

    def _regain(self, now_ns: int) -> None:
        if self._lost:
            self._lost = False
            self.inbox.put(LinkEvent(now_ns, LinkState.OPEN, f"{self._name} is back"))

    def _reply(self, question: Message, answer: Message | None) -> None:
        asked = self._replies.pop(id(question), None)
        if asked is not None:
            asked[1](answer)
