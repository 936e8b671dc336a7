"""What a serial kit promises on time, it keeps: at whatever moment the reader looks."""

from __future__ import annotations

import threading
from random import Random

from firmware_bridge.board_talk import BoardTalk
from firmware_bridge.knock import who_is_at
from firmware_bridge.link import Link
from firmware_bridge.simboard import PtyBoard, SimBoard, SimBoardConfig
from firmware_bridge.source import SerialSource
from station.clock import MONOTONIC
from station.hal.address import parse_address
from station.hal.api import StrikeEvent
from station.hal.inbox import Inbox

MS = 1_000_000
S = 1_000 * MS
PATIENCE_S = 10.0


class LookingReader:
    """Reads at every single event, as a reader on another thread may."""

    def __init__(self) -> None:
        self.inbox = Inbox(self.look)
        self.talk = BoardTalk(1_000_000, self.inbox, random=Random(1))
        self.promised_ns = self.talk.quiet_ns
        self.strikes: list[StrikeEvent] = []
        self.too_early: list[StrikeEvent] = []

    def look(self) -> None:
        quiet_ns = self.talk.quiet_ns
        new = [e for e in self.inbox.drain() if isinstance(e, StrikeEvent)]
        self.too_early += [e for e in new if e.t_ns < self.promised_ns]
        self.strikes += new
        self.promised_ns = max(self.promised_ns, quiet_ns)


def test_the_watermark_waits_for_the_hits_of_the_same_portion() -> None:
    """A host that was held up finds a tenth of a second of hits, and a pong, in one portion."""
    board, reader = SimBoard(SimBoardConfig(), S), LookingReader()
    talk, now_ns = reader.talk, S
    talk.connect(now_ns)
    while now_ns < 2 * S:
        board.receive(talk.to_send(now_ns), now_ns)
        talk.receive(board.output(now_ns + MS // 10), now_ns + MS // 5)
        now_ns += MS
    assert talk.tied
    for n in range(200):
        board.strike(now_ns + n * MS // 2, n % 8)
    now_ns += 150 * MS
    board.receive(talk.to_send(now_ns), now_ns)
    talk.receive(board.output(now_ns), now_ns + MS)
    reader.look()
    assert len(reader.strikes) == 200
    assert reader.too_early == []
    assert reader.promised_ns > now_ns - 20 * MS


class LeapingClock:
    """The real clock, which leaps ahead when it is told to: everybody was held up."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def now_ns(self) -> int:
        return MONOTONIC.now_ns() + self.ahead_ns

    def wait(self, event: threading.Event, timeout_ns: int) -> bool:
        return MONOTONIC.wait(event, timeout_ns)


class HeldUp(BoardTalk):
    """Has the link's thread wait before it takes what came."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(1_000_000, inbox)
        self.hold = False
        self.held = threading.Event()
        self.release = threading.Event()

    def receive(self, data: bytes, arrival_ns: int) -> None:
        if self.hold:
            self.held.set()
            assert self.release.wait(PATIENCE_S)
        super().receive(data, arrival_ns)


def test_a_reader_that_runs_first_after_a_long_hold_up_promises_nothing_unread() -> None:
    clock = LeapingClock()
    with PtyBoard() as board:
        woken = threading.Event()
        source = SerialSource(parse_address(f"serial://{board.path}"), clock)
        talk = HeldUp(Inbox(woken.set))
        link = Link(who_is_at(str(board.path), clock), talk, clock)
        source.talk, source._link = talk, link
        try:
            give_up_ns = MONOTONIC.now_ns() + int(PATIENCE_S * S)
            while not talk.tied:
                assert MONOTONIC.now_ns() < give_up_ns
                threading.Event().wait(0.005)
            talk.hold = True
            assert talk.held.wait(PATIENCE_S)
            board.strike(0)
            clock.ahead_ns = 3 * S
            source.read()
            promised_ns = source.watermark_ns()
            talk.release.set()
            strikes: list[StrikeEvent] = []
            while not strikes:
                assert woken.wait(PATIENCE_S)
                woken.clear()
                strikes += [e for e in source.read() if isinstance(e, StrikeEvent)]
            assert strikes[0].t_ns >= promised_ns
        finally:
            talk.release.set()
            source.close()
