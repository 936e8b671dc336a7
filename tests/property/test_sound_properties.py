"""Clicks and mixing, for any chart, plan, rate, and however blocks and dropouts fall."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.sound.card import UNDERFLOW, play_block
from station.sound.click import lay_clicks
from station.sound.click_plan import Beats, ClickPlan, Subdivision
from station.sound.desk import Desk
from station.sound.voices import voice_bank

RATES = st.sampled_from([8_000, 22_050, 44_100, 48_000, 96_000, 192_000])


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    ppq = draw(st.sampled_from([24, 96, 480, 960]))
    tempi = draw(st.lists(st.integers(20, 1000), min_size=1, max_size=4))
    metres = draw(
        st.lists(st.tuples(st.integers(1, 13), st.sampled_from([2, 4, 8])), min_size=1, max_size=3)
    )
    length = draw(st.integers(1, 40)) * ppq
    changes = tuple(
        TempoChange(i * 5 * ppq, Fraction(60 * 10**9, bpm)) for i, bpm in enumerate(tempi)
    )
    metre = tuple(MetreChange(i * 7 * ppq, *m) for i, m in enumerate(metres))
    return Chart("any", TempoMap(ppq, changes), metre, (), length)


plans = st.builds(
    ClickPlan,
    beats=st.sampled_from([b for b in Beats if b is not Beats.GROUPS]),
    subdivision=st.sampled_from(Subdivision),
    count_in_bars=st.integers(0, 2),
    on_bars=st.integers(1, 3),
    off_bars=st.integers(0, 3),
    silent_bars=st.frozensets(st.integers(0, 9), max_size=3),
)


def exact_ns(tempo: TempoMap, tick: Fraction) -> Fraction:
    """By hand: segment after segment."""
    at, ns = Fraction(0), Fraction(0)
    for i, change in enumerate(tempo.changes):
        after = tempo.changes[i + 1].tick if i + 1 < len(tempo.changes) else None
        end = tick if after is None or tick < after else Fraction(after)
        ns += (end - at) * change.ns_per_quarter / tempo.ppq
        at = end
        if at == tick:
            break
    return ns


@given(charts(), plans, RATES)
def test_every_click_is_half_a_frame_off_at_most_and_in_order(
    chart: Chart, plan: ClickPlan, rate_hz: int
) -> None:
    clicks = lay_clicks(chart, plan)
    frames = clicks.frames(rate_hz)
    assert (np.diff(clicks.places) > 0).all()
    assert len(frames) == len(clicks.strengths)
    for place, frame in zip(clicks.places.tolist(), frames.tolist(), strict=True):
        exact = exact_ns(chart.tempo, Fraction(place, 12)) * rate_hz / 10**9
        assert abs(frame - exact) <= Fraction(1, 2)


@given(charts(), plans)
def test_silent_bars_are_silent_and_all_clicks_lie_in_the_chart_or_its_count_in(
    chart: Chart, plan: ClickPlan
) -> None:
    ticks = lay_clicks(chart, plan).places / 12
    count_in = plan.count_in_bars * chart.metre[0].bar_ticks(chart.ppq)
    assert ((ticks >= -count_in) & (ticks < chart.length_ticks)).all()
    for bar in chart.bars():
        turn = bar.number % (plan.on_bars + plan.off_bars)
        if bar.number in plan.silent_bars or turn >= plan.on_bars:
            assert not ((ticks >= bar.tick) & (ticks < bar.end_tick)).any()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=40),
    st.lists(st.integers(0, 8000), min_size=1, max_size=20),
)
def test_a_mix_is_the_same_to_the_bit_in_blocks_of_any_length(
    blocks: list[int], frames: list[int]
) -> None:
    def mixed(lengths: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        desk = Desk(voice_bank(48_000), 2)
        at = np.array(sorted(frames))
        voices = (np.arange(len(at)) % 35).astype(np.int32)
        desk.schedule(at, voices, np.full(len(at), 0.1, np.float32))
        heard = []
        for length in lengths:
            out = np.zeros(2 * length, np.float32)
            play_block(desk.where, out, length, 0.0, desk.position / 48_000, 0)
            heard.append(out)
        return np.concatenate(heard)

    assert np.array_equal(mixed(blocks), mixed([sum(blocks)]))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(40, 200), st.integers(1, 3000)), min_size=1, max_size=8))
def test_whatever_a_card_loses_each_click_stays_at_its_frame(
    dropouts: list[tuple[int, int]],
) -> None:
    """Blocks played, then frames lost, over and over; what is heard is the score with holes."""
    desk, block = Desk(voice_bank(48_000), 1), 64
    at = np.arange(0, 200_000, 3_000)
    places = np.zeros(len(at), np.int32)
    desk.schedule(at, places, np.ones(len(at), np.float32))
    score = np.zeros(400_000, np.float32)
    click = desk.bank.voice(0)
    for frame in at:
        score[frame : frame + len(click)] = click
    frame, flags = 0, 0
    for blocks, lost in dropouts:
        for _ in range(blocks):
            out = np.zeros(block, np.float32)
            heard = 10 + frame / 48_000
            play_block(desk.where, out, block, heard - 0.005, heard, flags)
            assert np.allclose(out, score[frame : frame + block], atol=1e-6)
            frame, flags = frame + block, 0
        frame, flags = frame + lost, UNDERFLOW
