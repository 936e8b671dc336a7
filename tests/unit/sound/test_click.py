"""Chart and plan to clicks: which beats sound, where exactly, and how strong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from sound_stage import beats

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoChange, TempoMap
from station.errors import WrongUse
from station.sound.click import Clicks, lay_clicks
from station.sound.click_plan import Beats, ClickPlan, Subdivision
from station.sound.click_voices import Strength

A, B, S = Strength.ACCENT, Strength.BEAT, Strength.SUBDIVISION
NO_COUNT = ClickPlan(count_in_bars=0)


def ticks(clicks: Clicks) -> list[float]:
    return (clicks.places / 12).tolist()


def beat_numbers(clicks: Clicks, beat_ticks: int = 480) -> list[float]:
    return [t / beat_ticks for t in ticks(clicks)]


def plan(**settings: object) -> ClickPlan:
    return ClickPlan(count_in_bars=0, **settings)  # type: ignore[arg-type]


def test_every_beat_sounds_and_the_first_of_a_bar_is_accented() -> None:
    clicks = lay_clicks(beats(bars=2), NO_COUNT)
    assert beat_numbers(clicks) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert clicks.strengths.tolist() == [A, B, B, B] * 2


def test_a_count_in_lies_before_tick_0_and_sounds_whatever_the_plan_says() -> None:
    clicks = lay_clicks(
        beats(bars=1, metre=(3, 4)),
        ClickPlan(count_in_bars=2, beats=Beats.NONE, subdivision=Subdivision.NONE, off_bars=1),
    )
    assert beat_numbers(clicks) == [-6, -5, -4, -3, -2, -1]
    assert clicks.strengths.tolist() == [A, B, B] * 2


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Beats.FIRST, [0, 4]),
        (Beats.BACKBEATS, [1, 3, 5, 7]),
        (Beats.OFFBEATS, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]),
        (Beats.NONE, []),
    ],
)
def test_the_beats_that_are_asked_for(mode: Beats, expected: list[float]) -> None:
    assert beat_numbers(lay_clicks(beats(bars=2), plan(beats=mode))) == expected


def test_groups_of_an_odd_metre_are_accented_or_all_that_sounds() -> None:
    chart = beats(bars=1, metre=(7, 8))
    accented = lay_clicks(chart, plan(groups=(3, 2, 2)))
    assert accented.strengths.tolist() == [A, B, B, A, B, A, B]
    said = replace(chart, metre=(replace(chart.metre[0], groups=(2, 3, 2)),))
    assert lay_clicks(said, plan()).strengths.tolist() == [A, B, A, B, B, A, B]
    assert lay_clicks(said, plan(groups=(3, 2, 2))).strengths.tolist() == [A, B, B, A, B, A, B]
    only = lay_clicks(chart, plan(groups=(3, 2, 2), beats=Beats.GROUPS))
    assert beat_numbers(only, 240) == [0, 3, 5]


def test_without_accents_all_beats_are_equal() -> None:
    assert set(lay_clicks(beats(), plan(accents=False)).strengths.tolist()) == {B}


@pytest.mark.parametrize(
    ("subdivision", "inside"),
    [
        (Subdivision.EIGHTHS, [0.5]),
        (Subdivision.TRIPLETS, [1 / 3, 2 / 3]),
        (Subdivision.SIXTEENTHS, [0.25, 0.5, 0.75]),
    ],
)
@pytest.mark.parametrize("ppq", [480, 1, 7])
def test_subdivisions_are_exact_at_any_resolution(
    subdivision: Subdivision, inside: list[float], ppq: int
) -> None:
    clicks = lay_clicks(beats(bars=1, ppq=ppq), plan(subdivision=subdivision))
    expected = sorted([0, 1, 2, 3] + [b + i for b in range(4) for i in inside])
    assert beat_numbers(clicks, ppq) == pytest.approx(expected, abs=1e-12)
    assert (clicks.strengths == S).sum() == 4 * len(inside)


def test_in_a_metre_of_eighths_sixteenths_halve_the_beat_and_eighths_are_the_beat() -> None:
    chart = beats(bars=1, metre=(6, 8))
    assert len(lay_clicks(chart, plan(subdivision=Subdivision.EIGHTHS)).places) == 6
    assert len(lay_clicks(chart, plan(subdivision=Subdivision.SIXTEENTHS)).places) == 12


def test_an_offbeat_that_is_also_a_subdivision_sounds_once_and_as_a_beat() -> None:
    clicks = lay_clicks(
        beats(bars=1), plan(beats=Beats.OFFBEATS, subdivision=Subdivision.SIXTEENTHS)
    )
    assert beat_numbers(clicks)[:3] == [0.25, 0.5, 0.75]
    assert clicks.strengths[:3].tolist() == [S, B, S]


def test_two_bars_on_two_off() -> None:
    clicks = lay_clicks(beats(bars=8), plan(beats=Beats.FIRST, on_bars=2, off_bars=2))
    assert beat_numbers(clicks) == [0, 4, 16, 20]


def test_silent_bars_are_silent_throughout() -> None:
    clicks = lay_clicks(
        beats(bars=3), plan(silent_bars=frozenset({1}), subdivision=Subdivision.EIGHTHS)
    )
    assert not [b for b in beat_numbers(clicks) if 4 <= b < 8]
    assert len(clicks.places) == 16


def test_a_bar_may_be_said_beat_by_beat_even_in_a_stretch_of_silence() -> None:
    said = {1: (True, False, False, True), 2: (False, False, False, False)}
    clicks = lay_clicks(beats(bars=4), plan(on_bars=1, off_bars=1, bar_beats=said))
    assert beat_numbers(clicks) == [0, 1, 2, 3, 4, 7]


def test_metre_changes_cut_bars_short_and_bars_are_counted_on() -> None:
    metre = (MetreChange(0, 4, 4), MetreChange(6 * 480, 3, 8))
    chart = Chart("cut", TempoMap.constant(120, 480), metre, (), 6 * 480 + 3 * 240)
    clicks = lay_clicks(chart, NO_COUNT)
    assert ticks(clicks) == [0, 480, 960, 1440, 1920, 2400, 2880, 3120, 3360]
    assert clicks.strengths.tolist() == [A, B, B, B, A, B, A, B, B]
    silent = lay_clicks(chart, plan(silent_bars=frozenset({2})))
    assert ticks(silent)[-1] == 2400


def test_an_empty_chart_has_only_its_count_in() -> None:
    assert len(lay_clicks(beats(bars=0), NO_COUNT).places) == 0
    assert len(lay_clicks(beats(bars=0), ClickPlan(count_in_bars=1)).places) == 4


@pytest.mark.parametrize("bpm", [330, 400, 999])
def test_after_ten_minutes_a_click_is_still_half_a_frame_off_at_most(bpm: int) -> None:
    clicks = lay_clicks(beats(bpm, bars=bpm * 10 // 4), NO_COUNT)
    frames = clicks.frames(44_100)
    exact = [Fraction(60 * 44_100 * k, bpm) for k in range(len(frames))]
    assert max(abs(int(f) - e) for f, e in zip(frames, exact, strict=True)) <= Fraction(1, 2)


def test_a_change_of_tempo_is_where_it_is_written() -> None:
    tempo = TempoMap(480, (TempoChange(0, Fraction(10**9)), TempoChange(960, Fraction(10**9, 3))))
    chart = Chart("faster", tempo, (MetreChange(0, 4, 4),), (), 1920)
    clicks = lay_clicks(chart, NO_COUNT)
    assert clicks.frames(48_000).tolist() == [0, 48_000, 96_000, 112_000]
    assert clicks.times_ns().tolist() == [0, 10**9, 2 * 10**9, 2_333_333_333]


def test_a_million_beats_are_laid_out_without_a_loop_over_them() -> None:
    chart = beats(999, bars=250_000)
    clicks = lay_clicks(chart, plan(subdivision=Subdivision.SIXTEENTHS))
    assert len(clicks.places) == 4_000_000
    assert (np.diff(clicks.frames(48_000)) > 0).all()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"voice": "gong"}, "gong"),
        ({"volume": 1.5}, "volume"),
        ({"balance": -2.0}, "balance"),
        ({"on_bars": 0}, "on"),
        ({"off_bars": -1}, "off"),
        ({"count_in_bars": -1}, "count-in"),
        ({"groups": (3, 0)}, "group"),
        ({"beats": Beats.GROUPS}, "3+2+2"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(settings: dict[str, object], word: str) -> None:
    with pytest.raises(WrongUse, match=word.replace("+", r"\+")):
        ClickPlan(**settings)  # type: ignore[arg-type]
