"""A take on a simulated card: what is heard is where it is written, whatever the card does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sound_stage import Stage, beats

from station.errors import SoundError, SoundReason, WrongUse
from station.grid_clock import GridClock
from station.model import MarkKind, Pad, Zone
from station.sound.click import lay_clicks
from station.sound.click_plan import ClickPlan
from station.sound.metronome import KitSound, Metronome
from station.sound.rhythm_gate import Gate

SECOND = 10**9


def onsets(stage: Stage, channel: int = 0) -> NDArray[np.int64]:
    """Frames of the card at which sound begins after silence."""
    loud = np.flatnonzero(stage.card.recorded()[:, channel])
    if len(loud) == 0:
        return loud
    return loud[np.concatenate(([True], np.diff(loud) > 100))]


def begin(stage: Stage, plan: ClickPlan, bpm: int = 330, bars: int = 40) -> int:
    """A take that starts in two seconds; its start."""
    stage.metronome.prepare(beats(bpm, bars), plan)
    stage.go_on(1)
    start_ns = stage.clock.t_ns + 2 * SECOND
    stage.metronome.start(start_ns)
    return start_ns


def grid_of(stage: Stage) -> GridClock:
    grid = GridClock()
    for pumped in stage.pumped:
        for turn in pumped.turns:
            grid.turn(*turn)
    return grid


@pytest.mark.parametrize("ppm", [-500, 0, 50])
def test_tick_0_is_heard_at_its_time_and_every_click_at_its_frame(stage: Stage, ppm: int) -> None:
    stage.metronome.open(f"simsound://?ppm={ppm}&jitter_us=50")
    start_ns = begin(stage, ClickPlan(count_in_bars=1))
    stage.go_on(20)
    heard = onsets(stage)
    written = lay_clicks(beats(330, 40), ClickPlan(count_in_bars=1)).frames(48_000)
    zero = heard[4]
    assert abs(stage.card.heard_ns(int(zero)) - start_ns) < 100_000
    assert np.array_equal(heard - zero, written[: len(heard)])
    assert len(heard) > 90


def test_the_grid_says_when_each_click_is_heard(stage: Stage) -> None:
    stage.metronome.open("simsound://?ppm=300&jitter_us=100")
    start_ns = begin(stage, ClickPlan(count_in_bars=0))
    stage.go_on(30)
    grid, heard = grid_of(stage), onsets(stage)
    times = lay_clicks(beats(330, 40), ClickPlan(count_in_bars=0)).times_ns()
    said = [grid.host_at(start_ns + int(t)) for t in times[: len(heard)]]
    errors = [s - stage.card.heard_ns(int(f)) for s, f in zip(said, heard, strict=True)]
    assert np.percentile(np.abs(errors), 99) < 200_000


def test_a_dropout_is_a_gap_never_a_shift_and_is_marked(stage: Stage) -> None:
    stage.metronome.open("simsound://?ppm=50&dropouts=40")
    begin(stage, ClickPlan(count_in_bars=0, voice="tick"))
    stage.go_on(30)
    heard = onsets(stage)
    written = lay_clicks(beats(330, 40), ClickPlan(count_in_bars=0)).frames(48_000)
    # A click that began in a gap is heard from where the gap ends.
    on_grid = np.isin(heard - heard[0], written)
    assert on_grid.mean() > 0.9
    assert on_grid[-1]
    marks = [mark for pumped in stage.pumped for mark in pumped.marks]
    assert marks
    assert {mark.kind for mark in marks} == {MarkKind.SOUND_GAP}
    assert "ms of it lost" in marks[0].detail
    assert np.diff([mark.t_ns for mark in marks]).min() > 0


def test_a_card_that_vanishes_is_said_once_and_the_take_goes_on(stage: Stage) -> None:
    stage.metronome.open("simsound://?ppm=80&vanish_s=6")
    begin(stage, ClickPlan(), bars=400)
    stage.go_on(10)
    problems = [p.problem for p in stage.pumped if p.problem is not None]
    assert [problem.reason for problem in problems] == [SoundReason.LOST]
    assert "unplugged" in str(problems[0])
    assert stage.metronome.status is None
    last = grid_of(stage).last
    assert last is not None
    assert last.rate_ppb == pytest.approx(80_000, abs=5000)
    assert not stage.metronome.strike(Pad.SNARE, Zone.HEAD, 100)


def test_a_rate_that_is_refused_is_one_sentence_and_no_card_is_open(stage: Stage) -> None:
    stage.metronome.open("simsound://")
    with pytest.raises(SoundError, match="44100 Hz") as caught:
        stage.metronome.open("simsound://?rate=44100&refuse=44100")
    assert caught.value.reason is SoundReason.REFUSED_RATE
    assert stage.metronome.status is None


def test_without_a_card_everything_does_nothing() -> None:
    metronome = Metronome()
    metronome.open("audio://none")
    metronome.prepare(beats(), ClickPlan())
    metronome.start(0)
    assert metronome.pump(10**9).turns == ()
    assert not metronome.strike(Pad.SNARE, Zone.HEAD, 100)
    metronome.choke(Pad.CRASH_1)
    metronome.stop()
    metronome.close()
    assert metronome.status is None


@pytest.mark.parametrize(
    "address", ["alsa://x", "default", "simsound://?warp=9", "audio://none?x=1"]
)
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    with pytest.raises(WrongUse):
        Metronome().open(address)


def test_a_take_that_is_stopped_falls_silent_and_another_may_follow(stage: Stage) -> None:
    stage.metronome.open("simsound://")
    begin(stage, ClickPlan())
    stage.go_on(4)
    stage.metronome.stop()
    stage.go_on(0.1)
    silent_from = len(stage.card.recorded())
    stage.go_on(2)
    assert not stage.card.recorded()[silent_from:].any()
    start_ns = begin(stage, ClickPlan(count_in_bars=0), bars=1)
    stage.go_on(4)
    heard = onsets(stage)
    again = heard[heard > silent_from]
    assert len(again) == 4
    assert abs(stage.card.heard_ns(int(again[0])) - start_ns) < 100_000


def test_a_plan_may_change_in_mid_take_and_the_grid_stays(stage: Stage) -> None:
    stage.metronome.open("simsound://")
    begin(stage, ClickPlan(count_in_bars=0))
    stage.go_on(4)
    stage.metronome.prepare(beats(330, 40), ClickPlan(count_in_bars=0, on_bars=1, off_bars=1))
    changed = len(stage.card.recorded())
    stage.go_on(6)
    heard = onsets(stage)
    written = lay_clicks(beats(330, 40), ClickPlan(count_in_bars=0)).frames(48_000)
    assert np.isin(heard - heard[0], written).all()
    late = np.diff(heard[heard > changed + 48_000])
    assert late.max() > 4 * late.min()


def test_a_take_that_began_in_the_past_clicks_from_now_on(stage: Stage) -> None:
    """The first hit was the first note: the click joins in."""
    stage.metronome.open("simsound://")
    stage.metronome.prepare(beats(330, 40), ClickPlan(count_in_bars=0))
    stage.go_on(1)
    start_ns = stage.clock.t_ns - SECOND // 3
    stage.metronome.start(start_ns)
    stage.go_on(3)
    heard = onsets(stage)
    beat_ns = 60 * SECOND / 330
    off = (stage.card.heard_ns(int(heard[0])) - start_ns) / beat_ns
    assert off == pytest.approx(round(off), abs=1e-3)
    assert np.diff(heard).min() > 8_000  # no half click before it


def test_clicks_and_kit_have_sides_of_their_own(stage: Stage) -> None:
    stage.metronome.open("simsound://")
    stage.metronome.sound_kit(KitSound(volume=1.0, balance=1.0))
    begin(stage, ClickPlan(balance=-1.0))
    stage.go_on(4)
    assert len(onsets(stage, 0)) > 4
    assert len(onsets(stage, 1)) == 0
    stage.metronome.strike(Pad.SNARE, Zone.HEAD, 100)
    stage.go_on(0.5)
    assert len(onsets(stage, 1)) == 1


def test_a_stroke_is_heard_with_the_next_block_and_harder_is_louder(stage: Stage) -> None:
    stage.metronome.open("simsound://?block=64")
    stage.go_on(0.5)
    loud = []
    for velocity in (30, 127):
        begin_frame = len(stage.card.recorded())
        assert stage.metronome.strike(Pad.HI_HAT_PEDAL, Zone.FOOT, velocity)
        stage.go_on(0.5)
        since = stage.card.recorded()[begin_frame:, 0]
        assert np.flatnonzero(since)[0] < 64
        loud.append(np.abs(since).max())
    assert loud[1] > 5 * loud[0]


def test_a_hand_on_a_cymbal_ends_it(stage: Stage) -> None:
    stage.metronome.open("simsound://")
    stage.metronome.strike(Pad.CRASH_1, Zone.EDGE, 127)
    stage.go_on(0.2)
    stage.metronome.choke(Pad.CRASH_1)
    stage.go_on(0.2)
    assert not stage.card.recorded()[-4800:].any()


@pytest.mark.parametrize(
    ("gate", "offset_ms", "sounds"),
    [
        (Gate.OFF, None, True),
        (Gate.OFF, 90, True),
        (Gate.TIGHT, 9, True),
        (Gate.TIGHT, -11, False),
        (Gate.MEDIUM, -19, True),
        (Gate.MEDIUM, 21, False),
        (Gate.WIDE, 34, True),
        (Gate.WIDE, 36, False),
        (Gate.WIDE, None, False),
    ],
)
def test_the_gate_lets_a_hit_sound_only_in_time(
    stage: Stage, gate: Gate, offset_ms: int | None, sounds: bool
) -> None:
    stage.metronome.open("simsound://")
    stage.metronome.sound_kit(KitSound(gate=gate))
    offset_ns = None if offset_ms is None else offset_ms * 1_000_000
    assert stage.metronome.strike(Pad.SNARE, Zone.HEAD, 90, offset_ns) is sounds
    stage.go_on(0.1)
    assert bool(stage.card.recorded().any()) is sounds
