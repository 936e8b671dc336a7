"""The host's session and the real firmware's core on a line in virtual time."""

from __future__ import annotations

from random import Random
from typing import TypeVar

import numpy as np
import pytest

from firmware_bridge.events import (
    Answered,
    Beat,
    BoardEvent,
    Greeted,
    HitsLost,
    PedalMoved,
    Strike,
    Tied,
)
from firmware_bridge.firmware.core_lib import CoreBoard, CoreLib
from firmware_bridge.firmware.virtual import VirtualCore
from firmware_bridge.messages import Applied, Cue, Cued, Described, Save, Saved, Set
from firmware_bridge.parameters import ParameterList
from firmware_bridge.session import BoardSession
from firmware_bridge.simboard import FaultyLine, LineFaults
from firmware_bridge.simboard.virtual import VirtualLine

E = TypeVar("E", bound=BoardEvent)
MS = 1_000_000
S = 1_000 * MS
START_NS = 1_000 * S
US = 1_000


def of(kind: type[E], events: list[BoardEvent]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


class Stage:
    """A session, a board of the real firmware, a line, and everything that was said."""

    def __init__(
        self,
        core: CoreLib,
        faults: LineFaults | None = None,
        started_us: int = 0,
        baud: int = 1_000_000,
    ) -> None:
        self.boots = 0
        self.core = core
        random = Random(7)
        self.end = VirtualCore(self._make, START_NS, 80.0, started_us, baud)
        self.session = BoardSession(Random(8))
        self.line = VirtualLine(
            self.session,
            self.end,
            START_NS,
            lambda: 100_000 + round(random.expovariate(1 / 100_000)),
            FaultyLine(faults, 1),
            FaultyLine(faults, 2),
        )
        self.said: list[BoardEvent] = []
        self.struck_ns: list[int] = []
        self.session.connect(START_NS)

    def _make(self, now_us: int) -> CoreBoard:
        self.boots += 1
        return CoreBoard(self.core, now_us, boot_id=self.boots)

    def run(self, for_ns: int) -> list[BoardEvent]:
        events = self.line.run_until(self.line.now_ns + for_ns)
        self.said += events
        return events

    def play(self, count: int, gap_ns: int) -> None:
        for n in range(count):
            t_ns = self.line.now_ns + (n + 1) * gap_ns
            self.end.strike(t_ns, n % 6, n % 65_536)
            self.struck_ns.append(t_ns)

    @property
    def numbers(self) -> list[int]:
        return [strike.number for strike in of(Strike, self.said)]

    @property
    def lost(self) -> int:
        return sum(lost.count for lost in of(HitsLost, self.said))


def test_it_is_greeted_and_its_clock_tied(core):
    stage = Stage(core)
    said = stage.run(200 * MS)
    (greeted,) = of(Greeted, said)
    assert (greeted.board.board, greeted.board.newer_minor) == ("Host library", False)
    assert len(of(Tied, said)) == 1


@pytest.mark.parametrize("started_us", [0, 2**32 - 3_000_000])
def test_every_hit_arrives_at_its_time(core, started_us):
    stage = Stage(core, started_us=started_us)
    stage.run(S)
    stage.play(400, 15 * MS)
    stage.run(8 * S)
    assert stage.numbers == list(range(400))
    errors_ns = np.array([s.t_ns for s in of(Strike, stage.said)]) - np.array(stage.struck_ns)
    assert np.abs(errors_ns).max() < 250_000
    assert [s.hit.velocity for s in of(Strike, stage.said)] == list(range(400))
    assert stage.session.counters.misfits == 0
    assert stage.session.line.bad == 0


def test_over_a_bad_line_nothing_is_lost(core):
    stage = Stage(core, LineFaults(bit_errors=2e-4, drops=5e-4))
    stage.run(2 * S)
    stage.play(500, 30 * MS)
    stage.run(18 * S)
    assert sorted(stage.numbers) == list(range(500))
    assert stage.lost == 0
    assert stage.session.line.bad > 10
    assert any(strike.late for strike in of(Strike, stage.said))
    assert of(Beat, stage.said)[-1].beat.bad_frames > 0


def test_a_host_that_stops_reading_for_ten_seconds_gets_the_ring_and_is_told_of_the_rest(core):
    stage = Stage(core)
    stage.run(S)
    stage.play(200, 50 * MS)
    stage.end.reading = False
    stage.run(11 * S)
    stage.end.reading = True
    stage.run(5 * S)
    ring = core.sizes.ring
    assert sorted(stage.numbers)[-ring:] == list(range(200 - ring, 200))
    assert len(stage.numbers) + stage.lost == 200
    counts = stage.end.board.counts
    # One may have been on the line already when it stood still.
    assert counts.hits_dropped == 200 - len(stage.numbers)
    assert of(Beat, stage.said)[-1].beat.hits_dropped == counts.hits_dropped
    stage.play(50, 10 * MS)
    stage.run(S)
    assert sorted(stage.numbers)[-50:] == list(range(200, 250))


def test_struck_while_unplugged_and_asked_for_again(core):
    stage = Stage(core)
    stage.run(S)
    stage.said += stage.line.unplug()
    stage.play(core.sizes.ring, 10 * MS)
    stage.run(S)
    stage.line.plug()
    stage.run(2 * S)
    assert sorted(stage.numbers) == list(range(core.sizes.ring))
    assert len(of(Greeted, stage.said)) == 2


def test_a_reset_is_noticed_and_its_hits_are_its_own(core):
    stage = Stage(core)
    stage.run(S)
    stage.play(10, 5 * MS)
    stage.run(S)
    stage.end.reset(stage.line.now_ns)
    stage.run(S)
    stage.play(7, 5 * MS)
    stage.run(S)
    assert [greeted.restarted for greeted in of(Greeted, stage.said)] == [False, True]
    assert stage.numbers == [*range(10), *range(7)]


def test_parameters_are_listed_set_and_saved_over_the_line(core):
    stage = Stage(core, LineFaults(bit_errors=1e-4), baud=250_000)
    stage.run(S)
    parameters = ParameterList()
    while (question := parameters.question()) is not None:
        stage.session.ask(question)
        for answered in of(Answered, stage.run(S)):
            assert isinstance(answered.answer, Described)
            parameters.hear(answered.answer)
    threshold = parameters.named("threshold")
    stage.session.ask(threshold.set(9, 1, core.sizes.pads))
    stage.run(S)
    stage.session.ask(Save())
    stage.run(100 * MS)
    for byte in stage.end.board.to_keep():
        if byte.last:
            stage.end.board.saved()
    stage.run(S)
    answers = [answered.answer for answered in of(Answered, stage.said)]
    assert Applied(threshold.id, 1, 9) in answers
    assert Saved() in answers
    assert len(parameters) == core.sizes.params
    assert not [a for a in answers if isinstance(a, Set)]


def test_a_metronome_light_keeps_to_the_hosts_grid(core):
    stage = Stage(core)
    stage.run(10 * S)
    sync = stage.session.sync
    first_ns = stage.line.now_ns + 200 * MS
    grid_ns = [first_ns + n * 500 * MS for n in range(20)]
    done_ns = []
    for tick_ns in grid_ns:
        stage.session.ask(Cue(sync.board_time(tick_ns), 50_000, 65_535, 0))
        for answered in of(Answered, stage.run(500 * MS)):
            if isinstance(answered.answer, Cued):
                done_ns.append(stage.end.clock.true_ns(answered.answer.done_us))
    assert len(done_ns) == 20
    assert np.abs(np.array(done_ns) - np.array(grid_ns)).max() < MS


def test_a_pedal_that_moves_is_heard_in_the_hosts_time(core):
    stage = Stage(core, LineFaults(drops=1e-2))
    stage.run(S)
    moved_ns = {}
    for value in range(0, 65_000, 1_000):
        now_ns = stage.line.now_ns
        stage.end.board.pedal(stage.end.clock.now_us(now_ns), 2, value)
        moved_ns[value] = now_ns
        stage.run(10 * MS)
    stage.run(3 * S)
    heard = of(PedalMoved, stage.said)
    first = {m.pedal.value: m.t_ns for m in reversed(heard)}
    assert 40 < len(first) < 65  # some were lost, and
    assert heard[-1].pedal.value == 64_000  # the last was said again
    late_ns = [first[v] - moved_ns[v] for v in first if v != 64_000]
    assert np.abs(np.array(late_ns)).max() < MS


def test_a_million_random_bytes_leave_it_as_it_was(core, ask, hear):
    board = CoreBoard(core, boot_id=5)
    board.say(0)
    random = Random(20_240_601)
    sent = 0
    for second in range(100):
        board.receive(random.randbytes(10_000), second * 1_000_000)
        sent += 10_000
        board.run((second + 1) * 1_000_000)
        hear(board.say((second + 1) * 1_000_000))
    assert sent == 1_000_000
    board.receive(b"\0", 0)
    counts = board.counts
    # One byte of 256 is an end; hardly a block between two of them is a frame.
    assert 3_000 < counts.bad_frames < 4_200
    assert counts.hits == counts.hits_dropped == 0
    (applied,) = ask(board, Set(1, 0, 4), t_us=100_500_000)
    assert applied == Applied(1, 0, 4)
    board.run(101_000_000)
    (beat,) = hear(board.say(101_000_000))
    assert (beat.boot_id, beat.hits, beat.bad_frames) == (5, 0, counts.bad_frames)
    assert beat.overruns == counts.overruns
