from __future__ import annotations

from dataclasses import replace

import pytest

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.engine.engine import Engine
from station.model import (
    Flag,
    Hit,
    Judgement,
    JudgementKind,
    Note,
    Ornament,
    Pad,
    PlacementCall,
    TempoCall,
    Zone,
)

MS = 1_000_000
START = 5_000_000_000
BEAT = 500 * MS  # at 120 BPM


def chart_of(*pads_and_beats, beats=4):
    notes = tuple(
        Note(round(beat * 480), pad, Zone.HEAD, 38) for beat, pad in sorted(pads_and_beats)
    )
    metre = (MetreChange(0, 4, 4),)
    return Chart("t", TempoMap.constant(120, 480), metre, notes, beats * 480)


PULSE = chart_of(*((i, Pad.SNARE) for i in range(4)))


def hit(seq, offset_from_start_ms, *, pad=Pad.SNARE, flags=Flag.NONE, velocity=90):
    t_ns = START + round(offset_from_start_ms * MS)
    return Hit(seq, t_ns, 200_000, t_ns + MS, pad, Zone.HEAD, velocity, 38, flags=flags)


def labels(judgements):
    return [(j.kind.name, j.hit_seq, j.chart_index) for j in judgements]


FLAMS = replace(PULSE, notes=tuple(replace(n, ornament=Ornament.FLAM) for n in PULSE.notes))


def test_a_grace_stroke_is_told_with_its_note_and_how_long_before_it():
    engine = Engine(FLAMS, START)
    grace, main = engine.hear([hit(0, 470, velocity=40), hit(1, 504)])
    assert (grace.kind, grace.chart_index, grace.offset_ns) == (JudgementKind.ORNAMENT, 1, -30 * MS)
    assert (main.kind, main.chart_index, main.offset_ns) == (JudgementKind.HIT, 1, 4 * MS)
    assert labels(j for j in engine.finish() if j.hit_seq >= 0) == [
        ("ORNAMENT", 0, 1), ("HIT", 1, 1)
    ]  # fmt: skip


def test_neither_a_grace_stroke_nor_the_note_behind_it_is_a_double_trigger():
    doubled = Flag.DOUBLE_TRIGGER | Flag.CLIPPED
    for chart, left in ((FLAMS, Flag.CLIPPED), (PULSE, doubled)):
        engine = Engine(chart, START)
        said = engine.hear([hit(0, 475, velocity=90), hit(1, 500, velocity=45, flags=doubled)])
        confirmed = [j for j in engine.finish() if j.hit_seq >= 0]
        assert said[1].flags == confirmed[1].flags == left


def test_a_hit_is_judged_at_once_and_confirmed_within_a_bar():
    engine = Engine(PULSE, START)
    expected = {
        "kind": JudgementKind.HIT, "hit_seq": 0, "chart_index": 1, "pad": Pad.SNARE,
        "t_ns": START + BEAT - 7 * MS, "offset_ns": -7 * MS, "t_sigma_ns": 200_000,
        "velocity": 90, "flags": Flag.NONE,
    }  # fmt: skip
    assert engine.hear([hit(0, 493)]) == [Judgement(confirmed=False, **expected)]
    assert engine.advance(START + 600 * MS) == []
    bar_later = engine.advance(START + 493 * MS + 4 * BEAT + 200 * MS)
    assert Judgement(confirmed=True, **expected) in bar_later
    confirmed = labels(bar_later) + labels(engine.finish())
    assert sorted(confirmed) == [
        ("HIT", 0, 1), ("MISSED", -1, 0), ("MISSED", -1, 2), ("MISSED", -1, 3)
    ]  # fmt: skip
    assert engine.finish() == []


def test_a_missed_note_says_when_it_was_written():
    (missed, *_) = Engine(PULSE, START, latency_ns=3 * MS).finish()
    assert missed == Judgement(
        kind=JudgementKind.MISSED, confirmed=True, hit_seq=-1, chart_index=0, pad=Pad.SNARE,
        t_ns=START, offset_ns=0, t_sigma_ns=0, velocity=0, flags=Flag.NONE,
    )  # fmt: skip


def test_latency_is_taken_off():
    (judgement,) = Engine(PULSE, START, latency_ns=9 * MS).hear([hit(0, 10)])
    assert judgement.offset_ns == MS
    assert judgement.t_ns == START + MS


def test_the_nearer_hit_takes_the_note_over():
    engine = Engine(PULSE, START)
    assert labels(engine.hear([hit(0, -80)])) == [("HIT", 0, 0)]
    assert labels(engine.hear([hit(1, 2)])) == [("HIT", 1, 0)]
    engine.hear([hit(2, 500), hit(3, 1000), hit(4, 1500)])
    assert ("EXTRA", 0, -1) in (confirmed := labels(engine.finish()))
    assert ("HIT", 1, 0) in confirmed


def test_count_in_and_afterplay_are_extra():
    engine = Engine(PULSE, START)
    hits = [hit(0, -2000), hit(1, -251), hit(2, 1751), hit(3, 9000)]
    assert [j.kind for j in engine.hear(hits)] == [JudgementKind.EXTRA] * 4
    confirmed = engine.finish()
    assert [j.hit_seq for j in confirmed if j.kind is JudgementKind.EXTRA] == [0, 1, 2, 3]


def test_lanes_are_apart():
    chart = chart_of((0, Pad.KICK), (0, Pad.SNARE), (0.25, Pad.HI_HAT))
    judged = Engine(chart, START).hear(
        [hit(0, 3), hit(1, 5, pad=Pad.KICK), hit(2, 5, pad=Pad.RIDE), hit(3, 120, pad=Pad.HI_HAT)]
    )
    assert judged[2].kind is JudgementKind.EXTRA
    pads = [chart.notes[judged[i].chart_index].pad for i in (0, 1, 3)]
    assert pads == [Pad.SNARE, Pad.KICK, Pad.HI_HAT]


@pytest.mark.parametrize("flag", [Flag.DOUBLE_TRIGGER, Flag.CROSSTALK])
def test_a_suspect_yields_to_a_hit(flag):
    engine = Engine(PULSE, START)
    engine.hear([hit(0, 10, flags=flag), hit(1, 20)])
    confirmed = engine.finish()
    assert {("EXTRA", 0, -1), ("HIT", 1, 0)} <= set(labels(confirmed))
    (extra,) = (j for j in confirmed if j.hit_seq == 0)
    assert flag in extra.flags


def test_a_hit_from_before_the_watermark_is_late_and_kept():
    engine = Engine(PULSE, START)
    engine.advance(START + BEAT)
    (judgement,) = engine.hear([hit(0, 3, flags=Flag.CLIPPED)])
    assert judgement.flags == Flag.LATE | Flag.CLIPPED
    (confirmed,) = (j for j in engine.finish() if j.hit_seq == 0)
    assert confirmed.flags == Flag.LATE | Flag.CLIPPED


def test_notes_after_the_end_of_a_broken_take_are_not_missed():
    engine = Engine(PULSE, START)
    engine.hear([hit(0, 500)])
    assert sorted(labels(engine.finish(end_ns=START + 1100 * MS))) == [
        ("HIT", 0, 1),
        ("MISSED", -1, 0),
        ("MISSED", -1, 2),
    ]


def test_without_notes_everything_is_extra():
    engine = Engine(chart_of(), START, calibrated=True)
    assert labels(engine.hear([hit(0, 3)])) == [("EXTRA", 0, -1)]
    assert labels(engine.finish()) == [("EXTRA", 0, -1)]
    assert engine.verdict().placement.call is PlacementCall.UNDECIDED


@pytest.mark.parametrize("t_ns", [0, -1, -(2**62), 2**63 - 1, -(2**63), 10**30])
def test_absurd_stamps_are_extra(t_ns):
    engine = Engine(PULSE, START)
    strange = Hit(0, t_ns, 0, 0, Pad.SNARE, Zone.HEAD, 90)
    assert labels(engine.hear([strange])) == [("EXTRA", 0, -1)]
    assert ("EXTRA", 0, -1) in labels(engine.finish())


def test_a_hundred_thousand_hits_in_a_second():
    engine = Engine(PULSE, START)
    hits = [hit(i, i / 100) for i in range(100_000)]
    assert len(engine.hear(hits)) == 100_000
    confirmed = engine.finish()
    assert sorted(j.hit_seq for j in confirmed if j.hit_seq >= 0) == list(range(100_000))
    notes = sorted(j.chart_index for j in confirmed if j.chart_index >= 0)
    assert notes == [0, 1, 2, 3]


def test_hits_at_equal_times():
    engine = Engine(PULSE, START)
    assert labels(engine.hear([hit(0, 0), hit(1, 0), hit(2, 0)]))[0] == ("HIT", 0, 0)
    kinds = [j.kind for j in engine.finish() if j.hit_seq >= 0]
    assert sorted(kinds) == [JudgementKind.HIT, JudgementKind.EXTRA, JudgementKind.EXTRA]


def test_the_verdict_grows_with_what_is_confirmed():
    chart = chart_of(*((i, Pad.SNARE) for i in range(160)), beats=160)
    engine = Engine(chart, START, calibrated=True)
    calls = []
    for i in range(160):
        engine.hear([hit(i, i * 500 - 20 + i % 3)])
        engine.advance(START + (i * 500 - 30) * MS)
        calls.append(engine.verdict().placement.call)
    assert calls[:32] == [PlacementCall.UNDECIDED] * 32
    assert calls[-1] is PlacementCall.AHEAD
    engine.finish()
    assert engine.verdict().placement.offset_ms == pytest.approx(-19, abs=0.1)
    assert engine.verdict().tempo.call is TempoCall.STEADY
