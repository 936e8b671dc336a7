"""A session and a simulated board on a line in virtual time."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TypeVar

import numpy as np
import pytest

from firmware_bridge import codec
from firmware_bridge.codec import encode
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
from firmware_bridge.frames import encode_frame
from firmware_bridge.messages import (
    TYPE_OF,
    WHOLE_BOARD,
    Applied,
    Cue,
    Cued,
    Describe,
    Get,
    Got,
    PadHit,
    Pedal,
    Ping,
    Refusal,
    Refused,
    Save,
    Set,
    WatchingPad,
    WatchPad,
)
from firmware_bridge.parameters import ParameterList
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard import FaultyLine, LineFaults, SimBoard, SimBoardConfig
from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.simboard.virtual import VirtualLine
from station.errors import KitError

E = TypeVar("E", bound=BoardEvent)
MS = 1_000_000
S = 1_000 * MS
START_NS = 1_000 * S


def of(kind: type[E], events: list[BoardEvent]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


class House:
    """A session, a board and a line, and everything that was said."""

    def __init__(
        self,
        config: SimBoardConfig | None = None,
        faults: LineFaults | None = None,
        mean_wait_ns: int = 100_000,
    ) -> None:
        random = Random(7)
        self.board = SimBoard(config or SimBoardConfig(), START_NS)
        self.session = BoardSession(Random(8))
        self.line = VirtualLine(
            self.session,
            self.board,
            START_NS,
            lambda: 100_000 + round(random.expovariate(1 / mean_wait_ns)),
            FaultyLine(faults, 1),
            FaultyLine(faults, 2),
        )
        self.said: list[BoardEvent] = []
        self.session.connect(START_NS)

    @property
    def now_ns(self) -> int:
        return self.line.now_ns

    def run(self, for_ns: int) -> list[BoardEvent]:
        events = self.line.run_until(self.now_ns + for_ns)
        self.said += events
        return events

    def play(self, count: int, gap_ns: int) -> None:
        for n in range(count):
            self.board.strike(self.now_ns + n * gap_ns, n % self.board.config.pads)

    def errors_ns(self) -> np.ndarray:
        true = {(hit.boot_id, hit.number): hit.t_ns for hit in self.board.truth}
        boots = {number: t for (boot, number), t in true.items() if boot == self.board.boot_id}
        return np.array([s.t_ns - boots[s.number] for s in of(Strike, self.said)])

    def numbers(self) -> list[int]:
        return [strike.number for strike in of(Strike, self.said)]


def test_it_greets_and_is_usable_within_150_ms() -> None:
    house = House()
    said = house.run(150 * MS)
    (greeted,) = of(Greeted, said)
    assert greeted.board.board == "Simulated board"
    assert not greeted.restarted
    assert len(of(Tied, said)) == 1
    assert house.session.sync.usable


def test_hits_come_with_their_true_times() -> None:
    house = House()
    house.run(S)
    house.play(500, 10 * MS)
    house.run(6 * S)
    assert house.numbers() == list(range(500))
    assert np.abs(house.errors_ns()).max() < 100_000
    for strike in of(Strike, house.said):
        assert strike.t_ns <= strike.arrival_ns
        assert not strike.late


def test_a_hit_before_the_clocks_are_tied_waits() -> None:
    house = House()
    house.run(2 * MS)
    house.play(3, 5 * MS)
    early = house.run(25 * MS)
    assert not of(Strike, early)
    later = house.run(S)
    assert [type(e) for e in later[:4]] == [Tied, Strike, Strike, Strike]
    assert np.abs(house.errors_ns()).max() < 300_000


def test_what_was_struck_before_anybody_said_hello_is_not_ours() -> None:
    house = House()
    house.board.strike(START_NS + MS, 0)
    house.board.output(START_NS + 5 * MS)
    house.run(S)
    house.play(1, 0)
    house.run(S)
    assert house.numbers() == [1]
    assert not of(HitsLost, house.said)


def test_a_bad_line_loses_nothing_for_good() -> None:
    house = House(faults=LineFaults(bit_errors=1e-3))
    house.run(S)
    house.play(1000, 5 * MS)
    house.run(8 * S)
    assert sorted(house.numbers()) == list(range(1000))
    assert not of(HitsLost, house.said)
    assert sum(s.late for s in of(Strike, house.said)) > 50
    assert np.abs(house.errors_ns()).max() < 300_000
    assert house.session.line.bad > 50


def test_a_roll_that_fills_the_ring_in_a_tenth_of_a_second_loses_nothing() -> None:
    house = House(faults=LineFaults(bit_errors=3e-4))
    house.run(S)
    house.play(6000, S // 600)
    house.run(12 * S)
    assert sorted(house.numbers()) == list(range(6000))


def test_a_stalled_line_is_waited_for() -> None:
    house = House()
    house.run(S)
    house.play(20, 5 * MS)
    house.run(50 * MS)
    frame = house.board.output(house.now_ns + 5 * MS)  # one hit's frame is lost
    assert frame
    house.line.stall(600 * MS)
    house.run(2 * S)
    assert sorted(house.numbers()) == list(range(20))


def test_lost_bytes_lose_no_hits() -> None:
    house = House(faults=LineFaults(drops=1e-3))
    house.run(S)
    house.play(500, 5 * MS)
    house.run(5 * S)
    assert sorted(house.numbers()) == list(range(500))


def test_no_hit_comes_before_what_was_said_to_be_quiet() -> None:
    house = House(faults=LineFaults(bit_errors=3e-4), mean_wait_ns=2 * MS)
    house.run(S)
    house.play(2000, 3 * MS)
    quiet_ns = house.session.quiet_until_ns
    for _ in range(4000):
        for strike in of(Strike, house.run(2 * MS)):
            assert strike.t_ns >= quiet_ns
        assert house.session.quiet_until_ns >= quiet_ns
        quiet_ns = house.session.quiet_until_ns
    assert house.now_ns - quiet_ns < 200 * MS


def test_a_short_unplug_costs_nothing() -> None:
    house = House()
    house.run(S)
    house.play(60, 10 * MS)
    house.run(100 * MS)
    house.said += house.line.unplug()
    house.run(400 * MS)
    assert house.session.board is None
    house.line.plug()
    house.run(S)
    assert sorted(house.numbers()) == list(range(60))
    assert not of(HitsLost, house.said)
    assert [g.restarted for g in of(Greeted, house.said)] == [False, False]
    assert np.abs(house.errors_ns()).max() < 300_000


def test_a_long_unplug_loses_what_the_ring_cannot_hold_and_says_so() -> None:
    house = House()
    house.run(S)
    house.said += house.line.unplug()
    house.play(100, 10 * MS)
    house.run(2 * S)
    house.line.plug()
    house.run(S)
    assert sorted(house.numbers()) == list(range(36, 100))
    assert [lost.count for lost in of(HitsLost, house.said)] == [36]


def test_a_reset_is_seen_at_once_and_hits_go_on() -> None:
    house = House()
    house.run(S)
    house.play(3, 10 * MS)
    house.run(100 * MS)
    before = of(Strike, house.said)[-1]
    house.said.clear()
    house.board.reset(house.now_ns)
    house.play(5, 20 * MS)
    house.run(2 * S)
    assert [g.restarted for g in of(Greeted, house.said)] == [True]
    assert house.numbers() == list(range(5))
    assert all(strike.t_ns > before.t_ns for strike in of(Strike, house.said))
    assert np.abs(house.errors_ns()).max() < 300_000


def test_a_reset_whose_announcement_is_lost_is_seen_by_the_clock() -> None:
    house = House()
    house.run(2 * S)
    house.board.reset(house.now_ns)
    house.board.output(house.now_ns)
    house.run(S)
    assert [g.restarted for g in of(Greeted, house.said)] == [False, True]
    assert house.session.sync.usable


def test_the_board_may_wrap_its_clock() -> None:
    house = House(SimBoardConfig(clock_starts_us=(1 << 32) - 3_000_000))
    house.run(S)
    house.play(400, 10 * MS)
    house.run(5 * S)
    assert house.numbers() == list(range(400))
    assert np.abs(house.errors_ns()).max() < 100_000
    assert len(of(Tied, house.said)) == 1


@pytest.mark.parametrize("ppm", [-5000.0, 5000.0])
def test_a_resonator_is_as_good_as_a_quartz(ppm: float) -> None:
    house = House(SimBoardConfig(ppm=ppm))
    house.run(S)
    house.play(500, 20 * MS)
    house.run(11 * S)
    errors_ns = house.errors_ns()
    assert len(errors_ns) == 500
    assert np.percentile(np.abs(errors_ns), 99) < 250_000


def test_a_newer_minor_is_understood() -> None:
    house = House(SimBoardConfig(minor=3))
    house.run(S)
    house.play(20, 5 * MS)
    house.run(S)
    assert house.numbers() == list(range(20))
    assert house.session.counters.unknown > 20
    assert house.session.counters.misfits == 0


def test_a_pedal_is_heard_in_our_time_and_said_again() -> None:
    house = House(SimBoardConfig(ppm=100))
    house.run(S)
    began_ns = house.now_ns
    for step in range(20):
        house.board.pedal(house.now_ns, 2, step * 3_000)
        house.run(10 * MS)
    moved = of(PedalMoved, house.said)
    assert [m.pedal.value for m in moved] == [step * 3_000 for step in range(20)]
    assert max(abs(m.t_ns - began_ns - n * 10 * MS) for n, m in enumerate(moved)) < MS
    again = of(PedalMoved, house.run(3 * S))
    assert [m.pedal.value for m in again] == [57_000] * 3
    assert again[-1].t_ns - again[0].t_ns == pytest.approx(2 * S, abs=MS)


def test_where_a_pedal_was_before_the_clock_was_tied_is_said_once() -> None:
    house = House()
    for value in (1_000, 2_000, 3_000):
        house.board.pedal(START_NS, 2, value)
    house.run(200 * MS)
    assert [m.pedal.value for m in of(PedalMoved, house.said)][-1] == 3_000
    first = next(n for n, e in enumerate(house.said) if isinstance(e, PedalMoved))
    assert any(isinstance(event, Tied) for event in house.said[:first])


def test_a_1_0_host_passes_over_a_pedal(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    monkeypatch.delitem(codec._LAYOUTS, TYPE_OF[Pedal])
    house.run(S)
    house.board.pedal(house.now_ns, 2, 5)
    house.play(20, 5 * MS)
    house.run(S)
    assert house.numbers() == list(range(20))
    assert house.session.counters.unknown > 0
    assert not of(PedalMoved, house.said)


def test_a_newer_major_is_refused_in_one_sentence() -> None:
    house = House(SimBoardConfig(protocol_min=2, protocol_max=2))
    with pytest.raises(KitError, match=r"Simulated board speaks protocol 2 and above.*update"):
        house.run(S)


def test_a_greeting_that_a_newer_major_has_changed_is_refused_all_the_same() -> None:
    session = BoardSession(Random(1))
    session.connect(0)
    with pytest.raises(
        KitError, match=r"The board speaks protocol 3 and above.*update the station"
    ):
        session.receive(encode_frame(0x81, 0, bytes((3, 5, 0))), 1)
    assert session.receive(encode_frame(0x81, 0, bytes((1, 1, 0))), 2) == []
    assert session.counters.misfits == 2


def test_parameters_are_described_set_and_kept() -> None:
    house = House()
    house.run(S)
    known = ParameterList()
    while (question := known.question()) is not None:
        house.session.ask(question)
        (answer,) = of(Answered, house.run(100 * MS))
        known.hear(answer.answer)  # type: ignore[arg-type]
    assert {p.name for p in known} >= {"threshold", "mask", "scan", "crosstalk"}
    order = known.named("mask").set(12_000, 2, 8)
    house.session.ask(order)
    house.session.ask(Save())
    answers = [a.answer for a in of(Answered, house.run(100 * MS))]
    assert answers[0] == Applied(order.id, 2, 12_000)
    house.board.reset(house.now_ns)
    house.run(S)
    house.session.ask(known.named("mask").get(2, 8))
    (answer,) = of(Answered, house.run(100 * MS))
    assert answer.answer == Got(order.id, 2, 12_000)


def test_the_board_says_what_it_really_set_and_what_it_cannot() -> None:
    house = House()
    house.run(S)
    for question in (Set(1, 0, 1000), Get(99, 0), Get(1, 200), Set(5, WHOLE_BOARD, -4)):
        house.session.ask(question)
    answers = [a.answer for a in of(Answered, house.run(200 * MS))]
    assert answers == [
        Applied(1, 0, 100),
        Refused(3, Refusal.NO_SUCH_ID),
        Refused(3, Refusal.NO_SUCH_PAD),
        Applied(5, WHOLE_BOARD, 0),
    ]


def test_a_question_survives_a_bad_line_and_a_dead_one_gives_up() -> None:
    house = House(faults=LineFaults(bit_errors=1e-3))
    house.run(S)
    for n in range(20):
        house.session.ask(Get(1, n % 8))
    assert len(of(Answered, house.run(3 * S))) == 20
    house.session.ask(Describe(0))
    assert of(Unanswered, house.line.unplug()) == [Unanswered(Describe(0))]


def test_a_cue_is_done_on_the_boards_clock() -> None:
    house = House()
    house.run(2 * S)
    at_ns = house.now_ns + 300 * MS
    house.session.ask(Cue(house.session.sync.board_time(at_ns), 0, 65_535, 1))
    assert not of(Answered, house.run(290 * MS))
    (answered,) = of(Answered, house.run(20 * MS))
    assert isinstance(answered.answer, Cued)
    assert abs(house.board.clock.true_ns(answered.answer.done_us) - at_ns) < 100_000


def test_the_ninth_cue_is_refused() -> None:
    house = House()
    house.run(S)
    for _ in range(9):
        at_us = house.session.sync.board_time(house.now_ns + S)
        house.session.ask(Cue(at_us, 0, 1, 0))
    (refused,) = of(Answered, house.run(100 * MS))
    assert refused.answer == Refused(8, Refusal.BUSY)


def test_a_cue_whose_answer_is_lost_is_given_up() -> None:
    house = House()
    house.run(S)
    cue = Cue(house.session.sync.board_time(house.now_ns + 100 * MS), 0, 1, 0)
    house.session.ask(cue)
    house.session.to_send(house.now_ns)  # and never carried
    assert not of(Unanswered, house.run(S))
    assert of(Unanswered, house.run(500 * MS)) == [Unanswered(cue)]


def test_a_board_that_is_greeted_again_has_no_cues() -> None:
    house = House()
    house.run(S)
    cue = Cue(house.session.sync.board_time(house.now_ns + S), 0, 1, 0)
    house.session.ask(cue)
    house.run(50 * MS)
    house.board.reset(house.now_ns)
    said = house.run(100 * MS)
    assert [type(e) for e in said if isinstance(e, Greeted | Unanswered)] == [Greeted, Unanswered]
    assert not of(Answered, house.run(2 * S))


def test_a_pad_can_be_watched() -> None:
    house = House()
    house.run(S)
    house.session.ask(WatchPad(2, 1))
    house.run(50 * MS)
    struck_ns = house.now_ns
    house.board.strike(struck_ns, 2, 60_000)
    said = house.run(100 * MS)
    loudest = max(of(ScopePiece, said), key=lambda p: max(p.data.samples))
    at = int(np.argmax(loudest.data.samples))
    assert max(loudest.data.samples) > 3800
    # The piece that was being filled when the hit was decided shows it from there on.
    assert abs(loudest.t_ns + at * loudest.data.period_ns - struck_ns) < 2 * MS
    house.session.ask(WatchPad(2, 0))
    assert of(Answered, house.run(50 * MS))[0].answer == WatchingPad(2, 0)
    assert not of(ScopePiece, house.run(100 * MS))


def test_the_board_says_how_it_is_once_a_second() -> None:
    house = House()
    house.run(10 * S + 50 * MS)
    assert len(of(Beat, house.said)) == 10


def test_noise_that_looks_like_a_hit_is_none() -> None:
    house = House()
    house.run(2 * S)
    now_us = house.board.clock.now_us(house.now_ns)
    hit = PadHit(now_us, 0, 0, 40_000, 255, 0, 1300)
    for false in (replace(hit, pad=8), replace(hit, t_us=now_us + 5_000_000)):
        said = house.session.receive(encode(false, 0), house.now_ns)
        assert not of(Strike, said)
    assert house.session.counters.implausible == 2
    assert of(Strike, house.session.receive(encode(hit, 0), house.now_ns))


@pytest.mark.parametrize("stood_ms", [20, 150, 900])
def test_no_hit_is_lost_or_made_up_when_the_boards_clock_stands_still(stood_ms: int) -> None:
    house = House(SimBoardConfig(ring=255), mean_wait_ns=20 * MS)
    house.run(2 * S)
    for _ in range(12):
        house.play(40, 12 * MS)
        house.run(100 * MS)
        clock = house.board.clock
        house.board.clock = replace(clock, started_ns=clock.started_ns + stood_ms * MS)
        house.run(S)
    house.run(3 * S)
    assert not of(HitsLost, house.said)
    assert sorted(house.numbers()) == list(range(12 * 40))


def test_no_hit_is_lost_unsaid_on_a_clock_that_runs_at_half_its_speed() -> None:
    house = House(SimBoardConfig(ring=255), mean_wait_ns=20 * MS)
    house.run(2 * S)
    for _ in range(12):
        house.play(40, 22 * MS)
        clock = house.board.clock
        shown_us = clock.now_us(house.now_ns)
        house.board.clock = SimClock(house.now_ns, -500_000.0, started_us=shown_us)
        house.run(S)
        house.board.clock = SimClock(house.now_ns, started_us=clock.now_us(house.now_ns))
    house.run(3 * S)
    lost = sum(event.count for event in of(HitsLost, house.said))
    assert len(set(house.numbers())) == len(house.numbers())
    assert len(house.numbers()) + lost == 12 * 40


def test_the_same_frame_twice_is_one_hit() -> None:
    house = House()
    house.run(2 * S)
    hit = PadHit(house.board.clock.now_us(house.now_ns), 0, 0, 40_000, 255, 0, 1300)
    said = house.session.receive(encode(hit, 0) * 3, house.now_ns)
    assert len(of(Strike, said)) == 1
    assert house.session.counters.twice == 2


def test_an_hour_is_played_without_drifting_off() -> None:
    house = House()
    house.session.schedule.playing = False
    house.run(3600 * S)
    house.play(100, 20 * MS)
    house.run(3 * S)
    assert len(house.numbers()) == 100
    assert np.abs(house.errors_ns()).max() < 200_000


def test_a_silent_device_is_greeted_again_and_again() -> None:
    session = BoardSession(Random(1))
    session.connect(0)
    greetings = 0
    now_ns = 0
    while now_ns < 2 * S:
        data, _ = session.to_send(now_ns)
        greetings += bool(data)
        assert session.next_ns is not None
        now_ns = session.next_ns
    assert greetings == 8
    assert session.heard_ns is None


def test_a_pong_that_nobody_asked_for_teaches_nothing() -> None:
    house = House()
    house.run(S)
    before = house.session.sync.state
    house.board.receive(encode(Ping(12345), 0), house.now_ns)
    assert house.session.receive(house.board.output(house.now_ns), house.now_ns) == []
    assert house.session.sync.state == before
