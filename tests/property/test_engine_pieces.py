"""The same hits in any pieces, at any cadence, give the same judgements to the bit."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.engine.engine import Engine
from station.model import Flag, Hit, JudgementKind, KitUsed, Note, Ornament, Pad, StampedBy, Zone
from station.report import build_report

MS = 1_000_000
START = 77 * MS
LATENCY = 4 * MS
LANES = [Pad.KICK, Pad.SNARE, Pad.HI_HAT]
VELOCITIES = [0, 30, 60, 90, 90, 120]
FLAGS = [Flag.NONE, Flag.NONE, Flag.NONE, Flag.DOUBLE_TRIGGER, Flag.CROSSTALK, Flag.CLIPPED]


@st.composite
def charts(draw):
    places = draw(st.lists(st.tuples(st.integers(0, 150), st.sampled_from(LANES)), max_size=60))
    around = random.Random(draw(st.integers(0, 2**32)))
    kinds = list(Ornament) if draw(st.booleans()) else [Ornament.NONE]
    notes = sorted(
        (
            Note(
                tick * 120, pad, Zone.HEAD, 36 + LANES.index(pad), ornament=around.choice(kinds)
            )
            for tick, pad in places
        ),
        key=lambda n: (n.tick, n.midi_note),
    )  # fmt: skip
    metre = (MetreChange(0, 4, 4),)
    return Chart("t", TempoMap.constant(330, 480), metre, tuple(notes), 160 * 120)


@st.composite
def performances(draw):
    """Hits in order of arrival: each source in order of time, the sources interleaved."""
    chart = draw(charts())
    rng = random.Random(draw(st.integers(0, 2**32)))
    written = chart.written_ns.tolist()
    strikes = [
        (t + round(rng.gauss(-3, 12) * MS), note.pad)
        for t, note in zip(written, chart.notes, strict=True)
        if rng.random() > 0.1
    ]
    for t, note in zip(written, chart.notes, strict=True):
        count = {Ornament.FLAM: 1, Ornament.DRAG: 2, Ornament.BUZZ: 4}.get(note.ornament, 0)
        side = 1 if note.ornament is Ornament.BUZZ else -1
        strikes += [
            (t + round(side * 30 * i * MS + rng.gauss(0, 8) * MS), note.pad)
            for i in range(1, count + 1)
        ]
    strikes += [
        (rng.randrange(-500, 7000) * MS, rng.choice(LANES)) for _ in range(rng.randrange(12))
    ]
    hits = [
        Hit(
            0, START + LATENCY + t, 0, START + t + rng.randrange(30) * MS, pad, Zone.HEAD,
            rng.choice(VELOCITIES), source=LANES.index(pad), flags=rng.choice(FLAGS),
        )
        for t, pad in strikes
    ]  # fmt: skip
    hits.sort(key=lambda h: (h.arrival_ns, h.t_ns))
    return chart, [
        Hit(i, h.t_ns, 0, h.arrival_ns, h.pad, h.zone, h.velocity, source=h.source, flags=h.flags)
        for i, h in enumerate(hits)
    ]


def play(chart, hits, pieces, marks, *, in_one_call=False):
    """All judgements, and the verdict at each of the watermarks in `marks` (hits heard)."""
    engine = Engine(chart, START, latency_ns=LATENCY, calibrated=True)
    said, verdicts = [], {}
    heard = 0
    for size in [*pieces, len(hits)]:
        piece = hits[heard : heard + size]
        heard = min(heard + size, len(hits))
        watermark = min((h.t_ns for h in hits[heard:]), default=2**62)  # a true promise
        if in_one_call:
            said += engine.judge(piece, watermark)
            said += engine.confirmed()
        else:
            said += engine.hear(piece)
            said += engine.advance(watermark)
        if heard in marks:
            verdicts[heard] = engine.verdict()
    said += engine.finish()
    return said, verdicts, engine.verdict()


@settings(max_examples=150, deadline=None)
@given(performances(), st.data())
def test_pieces_and_cadence_change_nothing(performance, data):
    chart, hits = performance
    pieces = data.draw(st.lists(st.integers(0, 9), max_size=40))
    borders, at = set(), 0
    for size in pieces:
        at = min(at + size, len(hits))
        borders.add(at)
    one_by_one, verdicts_a, end_a = play(
        chart, hits, [1] * len(hits), borders, in_one_call=data.draw(st.booleans())
    )
    in_pieces, verdicts_b, end_b = play(chart, hits, pieces, borders)
    confirmed_a = [j for j in one_by_one if j.confirmed]
    confirmed_b = [j for j in in_pieces if j.confirmed]
    assert confirmed_a == confirmed_b  # and in the same order
    assert [j for j in one_by_one if not j.confirmed] == [j for j in in_pieces if not j.confirmed]
    assert end_a == end_b
    for mark in set(verdicts_a) & set(verdicts_b):
        assert verdicts_a[mark] == verdicts_b[mark]


@settings(max_examples=100, deadline=None)
@given(performances())
def test_every_hit_and_every_note_is_confirmed_once(performance):
    chart, hits = performance
    said, _, _ = play(chart, hits, [3] * len(hits), set())
    confirmed = [j for j in said if j.confirmed]
    assert sorted(j.hit_seq for j in confirmed if j.hit_seq >= 0) == list(range(len(hits)))
    of_notes = [j for j in confirmed if j.kind is not JudgementKind.ORNAMENT]
    notes = sorted(j.chart_index for j in of_notes if j.chart_index >= 0)
    assert notes == list(range(len(chart.notes)))
    for j in confirmed:
        if j.hit_seq >= 0 and j.chart_index >= 0:
            assert j.offset_ns == j.t_ns - START - chart.written_ns[j.chart_index]
    graces = Counter(j.chart_index for j in confirmed if j.kind is JudgementKind.ORNAMENT)
    most = {Ornament.NONE: 0, Ornament.FLAM: 1, Ornament.DRAG: 2, Ornament.BUZZ: len(hits)}
    assert all(count <= most[chart.notes[note].ornament] for note, count in graces.items())


@settings(max_examples=60, deadline=None)
@given(performances(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_report(performance, rng):
    chart, hits = performance
    kit = KitUsed("sim://", "sim", "general-midi", StampedBy.SIMULATED, 0)

    def confirmed(order):
        renumbered = [replace(h, seq=i) for i, h in enumerate(order)]
        report = build_report(
            chart, renumbered, start_ns=START, latency_ns=LATENCY, calibrated=True, kit=kit
        )
        stamps = [(h.t_ns, h.pad) for h in report.hits]
        return stamps, report.offset_ns.tolist(), report.missed, report.verdict

    by_time = sorted(hits, key=lambda h: (h.t_ns, h.seq))
    # Of equal times the first that arrived comes first: those keep their order.
    late = [h for h in by_time if rng.random() < 0.2]
    times = [h.t_ns for h in by_time]
    late = [h for h in late if times.count(h.t_ns) == 1]
    order = [h for h in by_time if h not in late] + late
    assert confirmed(by_time) == confirmed(order)


@settings(max_examples=60, deadline=None)
@given(performances())
def test_the_report_says_what_was_said_live(performance):
    chart, hits = performance
    hits = [replace(h, seq=i) for i, h in enumerate(sorted(hits, key=lambda h: h.t_ns))]
    said, _, verdict = play(chart, hits, [1] * len(hits), set())
    kit = KitUsed("sim://", "sim", "general-midi", StampedBy.SIMULATED, 0)
    report = build_report(chart, hits, start_ns=START, latency_ns=LATENCY, calibrated=True, kit=kit)
    live = {j.hit_seq: told(j)[:2] for j in said if not j.confirmed}
    final = {j.hit_seq: told(j) for j in said if j.confirmed and j.hit_seq >= 0}
    assert report.verdict == verdict
    seqs = [h.seq for h in report.hits]
    at_once = zip(report.live_index.tolist(), report.live_ornament_of.tolist(), strict=True)
    assert dict(zip(seqs, at_once, strict=True)) == live
    columns = (report.chart_index, report.ornament_of, report.offset_ns, report.hit_array["flags"])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    assert dict(zip(seqs, rows, strict=True)) == final
    missed = sorted(j.chart_index for j in said if j.hit_seq == -1)
    assert list(report.missed) == missed


def told(j):
    """A judgement of a hit as a report has it: note, note that it is around, offset, flags."""
    flags = int(j.flags & ~Flag.LATE)
    if j.kind is JudgementKind.ORNAMENT:
        return -1, j.chart_index, 0, flags
    return j.chart_index, -1, j.offset_ns, flags
