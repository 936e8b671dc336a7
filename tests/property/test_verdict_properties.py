"""Whatever is played, the verdict is sound JSON, and the pieces it comes in change nothing."""

from __future__ import annotations

import json
import math
import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, PlacementCall, TempoCall, Zone
from station.report import verdict_dict
from station.timing.beam import CONFIRMED, MISSED
from station.timing.verdict import RunningVerdict

LANES = {Pad.KICK: 36, Pad.SNARE: 38, Pad.HI_HAT: 42, Pad.RIDE: 51}
FAR_NS = 2**62
_PLACEMENT = (PlacementCall.AHEAD, PlacementCall.CENTRED, PlacementCall.BEHIND)
_TEMPO = (TempoCall.DRAGGING, TempoCall.STEADY, TempoCall.RUSHING)


def sides(value, margin, low, within, high):
    """What a call must be that goes with what is shown beside it."""
    if abs(value) <= margin * (1 + 1e-9):
        return within
    return low if value < 0 else high


@st.composite
def charts(draw):
    places = draw(
        st.lists(st.tuples(st.integers(0, 200), st.sampled_from(list(LANES))), max_size=80)
    )
    notes = sorted(
        (Note(tick * 160, pad, Zone.HEAD, LANES[pad]) for tick, pad in places),
        key=lambda n: (n.tick, n.midi_note),
    )
    bpm = draw(st.sampled_from([1, 60, 330, 1000]))
    metre = draw(st.sampled_from([(4, 4), (7, 8), (3, 2)]))
    return Chart(
        "t", TempoMap.constant(bpm, 480), (MetreChange(0, *metre),), tuple(notes), 201 * 160
    )


@st.composite
def settled(draw):
    """A chart, and what became of its notes, in any order."""
    chart = draw(charts())
    rng = random.Random(draw(st.integers(0, 2**32)))
    loud = draw(st.sampled_from([0.0, 1e3, 1e7, 1e10, 1e15]))
    absurd = draw(st.booleans())
    rows = []
    for i in range(len(chart.notes)):
        offset = round(rng.gauss(0, loud))
        if absurd and rng.random() < 0.1:
            offset = rng.choice([-FAR_NS, FAR_NS])
        kind = rng.random()
        rows.append((MISSED, i, 0, 0) if kind < 0.1 else (i, i, int(kind < 0.9), offset))
    if draw(st.booleans()):
        rng.shuffle(rows)
    return chart, np.array(rows, dtype=CONFIRMED)


@settings(max_examples=40, deadline=None)
@given(settled(), st.lists(st.integers(0, 9), max_size=30))
def test_pieces_and_looks_in_between_change_nothing(played, pieces):
    chart, rows = played
    whole, looked_at = (RunningVerdict(chart, calibrated=True) for _ in range(2))
    whole.feed(rows)
    begin = 0
    for size in [*pieces, len(rows)]:
        looked_at.feed(rows[begin : begin + size])
        looked_at.verdict()
        begin += size
    assert looked_at.verdict() == whole.verdict()


@settings(max_examples=40, deadline=None)
@given(settled())
def test_whatever_is_played_every_number_is_one(played):
    chart, rows = played
    running = RunningVerdict(chart, calibrated=True)
    running.feed(rows)
    verdict = running.verdict()
    json.dumps(verdict_dict(verdict), allow_nan=False)
    placement, tempo, spread = verdict.placement, verdict.tempo, verdict.spread
    if placement.low is not None and placement.high is not None:
        assert placement.low <= placement.offset_ms <= placement.high
    if placement.call is not PlacementCall.UNDECIDED:
        assert placement.call is sides(placement.offset_ms, 6, *_PLACEMENT)
    if tempo.call is not TempoCall.UNDECIDED and tempo.ratio_percent is not None:
        assert tempo.call is sides(tempo.ratio_percent, 0.3, *_TEMPO)
    if spread is not None:
        assert 0 < spread.low <= spread.sd_ms <= spread.high
        assert math.isfinite(spread.high)
    if verdict.swing is not None:
        assert 0 < verdict.swing.low <= verdict.swing.ratio <= verdict.swing.high
    for limb in verdict.limbs or ():
        assert limb.low <= limb.offset_ms <= limb.high


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.floats(-40, 40))
def test_early_and_late_are_mirror_images(seed, mean):
    notes = tuple(Note(i * 480, Pad.SNARE, Zone.HEAD, 38) for i in range(160))
    chart = Chart("p", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), notes, 160 * 480)
    offsets = np.random.default_rng(seed).normal(mean, 8, 160)
    told = []
    for sign in (1, -1):
        rows = np.zeros(160, dtype=CONFIRMED)
        rows["ticket"] = rows["chart_index"] = np.arange(160)
        rows["counts"] = 1
        rows["offset_ns"] = sign * np.rint(offsets * 1e6)
        running = RunningVerdict(chart, calibrated=True)
        running.feed(rows)
        told.append(running.verdict().placement)
    mirrored = {
        PlacementCall.AHEAD: PlacementCall.BEHIND,
        PlacementCall.BEHIND: PlacementCall.AHEAD,
    }
    assert told[1].call is mirrored.get(told[0].call, told[0].call)
    assert told[1].called_at_beat == told[0].called_at_beat
    assert math.isclose(told[1].offset_ms, -told[0].offset_ms, abs_tol=1e-9)
