from __future__ import annotations

import numpy as np
import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.engine.messages import Ended, KitStatus, Problem, Ready, Started, VerdictNow
from station.model import PAD_INDEX, Flag, Judgement, JudgementKind, Note, Pad, Zone
from ui.grid import Grid
from ui.link import records_of
from ui.state import METER_HITS, Dashboard, Phase

SECOND = 1_000_000_000
START = 100 * SECOND


def grid() -> Grid:
    notes = tuple(Note(480 * i, Pad.SNARE, Zone.HEAD, 38) for i in range(40))
    tempo = TempoMap.constant(60, 480)
    return Grid(Chart("Test", tempo, (MetreChange(0, 4, 4),), notes, 480 * 40))


def hit(i: int, offset_ms: int = 0, *, confirmed: bool = True) -> Judgement:
    t_ns = START + i * SECOND + offset_ms * 1_000_000
    return Judgement(
        JudgementKind.HIT, confirmed, i, i, Pad.SNARE, t_ns, offset_ms * 1_000_000, 0, 90, Flag.NONE
    )


def kit(address: str, *, simulated: bool = False, state: str = "open") -> KitStatus:
    return KitStatus(address, address, "gm", state, "driver", 0.2, simulated)


@pytest.fixture
def playing() -> Dashboard:
    state = Dashboard()
    state.lay_out(grid())
    state.take_message(Ready(1))
    state.asked(START - 5 * SECOND, 1, "Ada")
    state.take_message(Started("0192", START))
    return state


def test_a_take_goes_through_its_phases() -> None:
    state = Dashboard()
    assert (state.phase, state.playing) == (Phase.STARTING, False)
    state.take_message(Ready(1))
    assert state.phase is Phase.IDLE
    state.asked(5, 1, "")
    assert (state.phase, state.playing) == (Phase.ASKED, True)
    state.take_message(Started("0192", -1))
    assert state.phase is Phase.AWAITING
    state.take_message(Started("0192", START))
    assert (state.phase, state.start_ns) == (Phase.PLAYING, START)
    state.take_message(Ended("0192", "finished", {"hits": []}))
    assert (state.phase, state.take_state, state.report) == (Phase.IDLE, "finished", {"hits": []})


def test_a_take_asked_for_while_the_engine_starts_is_still_to_come() -> None:
    state = Dashboard()
    state.asked(5, 1, "")
    assert (state.phase, state.playing) == (Phase.STARTING, True)
    state.take_message(Ready(1))
    assert (state.phase, state.playing) == (Phase.ASKED, True)


def test_a_refused_start_goes_back_to_idle_and_says_why() -> None:
    state = Dashboard()
    state.take_message(Ready(1))
    state.asked(5, 1, "")
    state.take_message(Problem("No kit is connected."))
    assert (state.phase, state.problems) == (Phase.IDLE, ("No kit is connected.",))


def test_problems_are_said_once_and_the_last_two_stay() -> None:
    state = Dashboard()
    for text in ("one", "two", "two", "three"):
        state.complain(text)
    assert state.problems == ("two", "three")


def test_the_place_follows_the_clock_from_the_count_in_to_the_end(playing: Dashboard) -> None:
    assert playing.place(START - 5 * SECOND) is None
    count_in, first, end = (playing.place(START + t * SECOND) for t in (-4, 0, 40))
    assert count_in is not None
    assert (count_in.bar, count_in.beat) == (-1, 0)
    assert first is not None
    assert (first.bar, first.beat) == (0, 0)
    assert end is None


def test_the_meter_keeps_the_last_confirmed_offsets(playing: Dashboard) -> None:
    playing.take_records(records_of(tuple(hit(i, i) for i in range(20))))
    playing.take_records(records_of((hit(20, 99, confirmed=False),)))
    assert playing.offsets_ns.tolist() == [i * 1_000_000 for i in range(20 - METER_HITS, 20)]
    assert (playing.hits, playing.missed, playing.extra) == (20, 0, 0)


def test_judgements_that_overtake_the_message_of_the_start_are_not_lost() -> None:
    state = Dashboard()
    state.lay_out(grid())
    state.take_message(Ready(1))
    old = records_of((hit(0, 5),), judged_ns=START - 7 * SECOND)
    state.asked(START - 5 * SECOND, 1, "")
    state.take_records(old)
    state.take_records(records_of((hit(1, 7),), judged_ns=START))
    state.take_message(Started("0192", START))
    assert state.offsets_ns.tolist() == [7_000_000]


def test_a_hit_lights_its_pad_when_it_is_struck_even_between_takes() -> None:
    state = Dashboard()
    heard = records_of((hit(0, confirmed=False),), judged_ns=77)
    state.take_records(heard)
    assert state.heard_ns[PAD_INDEX[Pad.SNARE]] == 77
    state.take_records(records_of((hit(0),), judged_ns=99))
    assert state.heard_ns[PAD_INDEX[Pad.SNARE]] == 77, "what is confirmed was heard before"
    assert np.count_nonzero(state.heard_ns) == 1


def test_a_new_take_begins_with_nothing_of_the_last(playing: Dashboard) -> None:
    playing.take_records(records_of((hit(0, 5),)))
    playing.take_message(VerdictNow({"tempo": {"call": "steady"}}))
    playing.take_message(Ended("0192", "finished", {"hits": []}))
    playing.asked(START + 60 * SECOND, 2, "")
    assert len(playing.marks.between(-START, START)) == 0
    assert (playing.hits, playing.verdict, playing.report) == (0, None, None)
    assert len(playing.offsets_ns) == 0


def test_the_newest_kits_are_those_that_are_open() -> None:
    state = Dashboard()
    state.connecting(1)
    state.take_message(kit("sim://", simulated=True))
    assert state.simulated
    state.connecting(1)
    state.take_message(kit("sim://", simulated=True))  # was still on its way
    state.take_message(kit("midi://TD-17", state="lost"))
    assert list(state.kits) == ["midi://TD-17"]
    assert not state.simulated
    state.connecting(2)
    state.take_message(kit("midi://A"))
    state.take_message(kit("midi://B"))
    state.take_message(kit("midi://A"))
    assert sorted(state.kits) == ["midi://A", "midi://B"]


def test_a_dead_engine_takes_its_kits_with_it(playing: Dashboard) -> None:
    playing.take_message(kit("midi://A"))
    playing.died()
    assert (playing.phase, playing.playing, playing.kits) == (Phase.DEAD, False, {})
    playing.reborn()
    assert (playing.phase, playing.playing) == (Phase.STARTING, False)
