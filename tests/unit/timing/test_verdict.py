from __future__ import annotations

import math
import random

import numpy as np
import pytest
import twins

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, PlacementCall, SwingCall, TempoCall, Zone
from station.timing import evidence
from station.timing.beam import CONFIRMED, MISSED
from station.timing.verdict import RunningVerdict

MS = 1_000_000


def pulse(n_beats, bpm=120, per_beat=1):
    step = 480 // per_beat
    notes = tuple(Note(i * step, Pad.SNARE, Zone.HEAD, 38) for i in range(n_beats * per_beat))
    metre = (MetreChange(0, 4, 4),)
    return Chart("pulse", TempoMap.constant(bpm, 480), metre, notes, n_beats * 480)


def settled(offsets_ms):
    rows = [
        (MISSED, i, 0, 0) if offset is None else (i, i, 1, round(offset * MS))
        for i, offset in enumerate(offsets_ms)
    ]
    return np.array(rows, dtype=CONFIRMED)


def verdict_of(offsets_ms, chart=None, *, calibrated=True):
    running = RunningVerdict(chart or pulse(len(offsets_ms)), calibrated=calibrated)
    running.feed(settled(offsets_ms))
    return running.verdict()


def jitter(n, mean=0.0, sd=8.0, seed=1):
    rng = random.Random(seed)
    return [rng.gauss(mean, sd) for _ in range(n)]


def drifting(n, ratio, sd=5.0, bpm=120, seed=2):
    """Offsets of a player at `1 + ratio` times the tempo, all inside their windows."""
    beat_ms = 60_000 / bpm
    return [x + i * beat_ms * (1 / (1 + ratio) - 1) for i, x in enumerate(jitter(n, 0, sd, seed))]


def test_early_is_ahead():
    placement = verdict_of(jitter(320, -14)).placement
    assert placement.call is PlacementCall.AHEAD
    assert placement.high < -6
    assert placement.low < placement.offset_ms < placement.high
    assert placement.called_at_beat % 8 == 0
    assert placement.calibrated


def test_late_is_behind():
    assert verdict_of(jitter(320, 14)).placement.call is PlacementCall.BEHIND


def test_centred_and_steady_are_proven():
    verdict = verdict_of(jitter(640, 1))
    assert verdict.placement.call is PlacementCall.CENTRED
    assert -6 < verdict.placement.low < 1 < verdict.placement.high < 6
    assert verdict.tempo.call is TempoCall.STEADY
    assert -0.3 < verdict.tempo.low < 0 < verdict.tempo.high < 0.3


def test_faster_is_rushing_and_slower_is_dragging():
    fast, slow = verdict_of(drifting(400, 0.01)).tempo, verdict_of(drifting(400, -0.01)).tempo
    assert fast.call is TempoCall.RUSHING
    assert 0.3 < fast.low < 1.0 < fast.high
    assert fast.ratio_percent == pytest.approx(1.0, abs=0.01)
    assert fast.called_at_beat % 4 == 0
    assert slow.call is TempoCall.DRAGGING
    assert slow.ratio_percent == pytest.approx(-1.0, abs=0.01)


def test_without_calibration_only_the_tempo_is_called():
    verdict = verdict_of(drifting(400, 0.01), calibrated=False)
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.placement.offset_ms is None
    assert not verdict.placement.calibrated
    assert verdict.tempo.call is TempoCall.RUSHING


@pytest.mark.parametrize("offsets", [[], [-30.0], [-30.0] * 3, [None] * 64])
def test_too_little_says_nothing(offsets):
    verdict = verdict_of(offsets)
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.placement.offset_ms is None
    assert verdict.tempo.call is TempoCall.UNDECIDED
    assert verdict.tempo.low is None


def test_a_few_beats_bound_but_call_nothing():
    verdict = verdict_of([-30.0] * 24)
    assert verdict.placement.call is PlacementCall.UNDECIDED
    assert verdict.placement.low < -30 < verdict.placement.high
    assert verdict.tempo.call is not TempoCall.RUSHING
    assert verdict.spread is None


def test_a_robot_is_centred_and_steady():
    verdict = verdict_of([0.0] * 160)
    assert verdict.placement.call is PlacementCall.CENTRED
    assert -3 < verdict.placement.low < 0 < verdict.placement.high < 3
    assert verdict.spread.sd_ms < 0.01
    assert verdict.tempo.call is TempoCall.STEADY


def test_means_are_over_batches_of_beats():
    offsets = [x if i % 4 else None for i, x in enumerate(jitter(96, -9))]
    chart = pulse(32, per_beat=3)
    played = [(i // 3, x) for i, x in enumerate(offsets) if x is not None]
    means = twins.batch_means([b for b, _ in played], [x for _, x in played], 8)
    expected = sum(mean for _, mean in means) / len(means)
    # A little more weight on the ends, as far as the player may be one who wanders.
    assert verdict_of(offsets, chart).placement.offset_ms == pytest.approx(expected, abs=0.3)


def test_a_batch_cut_short_by_the_end_of_the_chart_does_not_count():
    offsets = [-10.0] * 16 + [90.0] * 7
    assert verdict_of(offsets).placement.offset_ms == pytest.approx(-10)
    assert verdict_of([*offsets, 90.0]).placement.offset_ms > 20


def test_little_is_made_of_batches_that_touch():
    # Only the last beat of one batch and the first of the next were played.
    tempo = verdict_of([None] * 7 + [30.0, -30.0] + [None] * 7).tempo
    assert tempo.call is TempoCall.UNDECIDED
    assert tempo.low < -5
    assert tempo.high is None or tempo.high > 25


def calls_of(batches):
    """The call after each batch of 8 beats, repeats left out, with its interval."""
    running = RunningVerdict(pulse(8 * len(batches)), calibrated=True)
    rows = settled([x for batch in batches for x in batch])
    told = []
    for i in range(len(batches)):
        running.feed(rows[8 * i : 8 * i + 8])
        placement = running.verdict().placement
        if not told or told[-1].call is not placement.call:
            told.append(placement)
    return told


def test_a_contradicted_call_is_replaced():
    told = calls_of([jitter(8, -12 if i < 40 else 12, seed=i) for i in range(400)])
    calls = [p.call for p in told]
    assert calls[:2] == [PlacementCall.UNDECIDED, PlacementCall.AHEAD]
    assert calls[-1] is PlacementCall.BEHIND
    assert calls.count(PlacementCall.AHEAD) == calls.count(PlacementCall.BEHIND) == 1


def test_a_call_that_the_estimate_leaves_is_withdrawn():
    told = calls_of([[-14.0 - i % 2] * 8 for i in range(20)] + [[50.0] * 8] * 300)
    assert [p.call for p in told[:3]] == [
        PlacementCall.UNDECIDED,
        PlacementCall.AHEAD,
        PlacementCall.UNDECIDED,
    ]
    assert -6 < told[2].offset_ms < 6
    assert told[2].called_at_beat is None


def test_a_tempo_call_goes_when_what_was_gained_is_given_back():
    # 2 % fast for 100 beats, and by and by back to the click.
    lead = [-10.0 * min(i, 100) + 5.0 * min(max(i - 100, 0), 200) for i in range(800)]
    offsets = [a + b for a, b in zip(lead, jitter(800, sd=5), strict=True)]
    running = RunningVerdict(pulse(800), calibrated=True)
    running.feed(settled(offsets)[:96])
    assert running.verdict().tempo.call is TempoCall.RUSHING
    running.feed(settled(offsets)[96:])
    tempo = running.verdict().tempo
    assert -0.3 < tempo.ratio_percent < 0.3
    assert tempo.call in (TempoCall.UNDECIDED, TempoCall.STEADY)


def test_a_call_stands_while_the_interval_only_widens():
    steps = [[-13.0 - 0.1 * (i % 2)] * 8 for i in range(10)]
    told = calls_of([*steps, [40.0] * 8])
    assert [p.call for p in told] == [PlacementCall.UNDECIDED, PlacementCall.AHEAD]
    running = RunningVerdict(pulse(8 * 11), calibrated=True)
    running.feed(settled([x for batch in [*steps, [40.0] * 8] for x in batch]))
    placement = running.verdict().placement
    assert placement.low < -6 < placement.high
    assert placement.called_at_beat == told[1].called_at_beat


def test_fed_in_pieces_it_is_the_same_to_the_bit():
    rows = settled(drifting(400, 0.005))
    whole, pieces = (RunningVerdict(pulse(400), calibrated=True) for _ in range(2))
    whole.feed(rows)
    for i in range(0, 400, 7):
        pieces.feed(rows[i : i + 7])
    assert pieces.verdict() == whole.verdict()


def kit(n_beats, written_swing=2 / 3):
    """Hi-hat on every beat and off-beat, kick on every beat."""
    off = round(480 * written_swing)
    notes = [
        Note(i * 480 + d, Pad.HI_HAT, Zone.CLOSED, 42) for i in range(n_beats) for d in (0, off)
    ]
    notes += [Note(i * 480, Pad.KICK, Zone.HEAD, 36) for i in range(n_beats)]
    notes.sort(key=lambda n: (n.tick, n.midi_note))
    return Chart(
        "kit", TempoMap.constant(120, 480), (MetreChange(0, 4, 4),), tuple(notes), n_beats * 480
    )


def test_spread_is_what_is_left_after_the_drift():
    slow = [0.3 * i for i in range(640)]
    spread = verdict_of([a + b for a, b in zip(slow, jitter(640, sd=8), strict=True)]).spread
    assert spread.low < 8 < spread.high
    assert spread.sd_ms == pytest.approx(8, rel=0.07)
    assert verdict_of(jitter(640, 50, sd=8)).spread.sd_ms == pytest.approx(8, rel=0.07)


def like_real_takes(n, seed):
    """SD 11 ms, correlated from beat to beat as in real takes, without their slow wander."""
    rng, level, offsets = random.Random(seed), 0.0, []
    for _ in range(n):
        level = 0.53 * level + rng.gauss(0, 10 * math.sqrt(1 - 0.53**2))
        offsets.append(level + rng.gauss(0, math.sqrt(21)))
    return offsets


def test_spread_is_not_read_low_where_offsets_are_correlated():
    spread = verdict_of(like_real_takes(12_000, 4)).spread
    assert spread.sd_ms == pytest.approx(11, rel=0.03)
    assert spread.low < 11 < spread.high


def test_slow_wander_is_no_spread():
    n = 6400
    wander = [8 * math.sin(2 * math.pi * i / 200) for i in range(n)]
    offsets = [a + b for a, b in zip(wander, jitter(n, sd=8), strict=True)]
    assert verdict_of(offsets).spread.sd_ms == pytest.approx(8, rel=0.03)


@pytest.mark.parametrize("missing", [(), (3, 5, 17), range(8, 12), range(28, 32)])
def test_a_stretch_of_spread_is_its_definition(missing):
    offsets = [None if i in missing else 2 * i + x for i, x in enumerate(jitter(32))]
    running = RunningVerdict(pulse(32), calibrated=True)
    running.feed(settled(offsets))
    moments = running.tables()[4][evidence.SPREAD]
    played = [(i, x) for i, x in enumerate(offsets) if x is not None]
    t = [[i for i, _ in played if i // 4 == batch] for batch in range(8)]
    x = [[x for i, x in played if i // 4 == batch] for batch in range(8)]
    expected = twins.variance_about_the_course(t, x, evidence.SPREAD_APART)
    assert moments["n"] == 1
    assert evidence.SPREAD_CENTRE * math.exp(moments["mean"]) == pytest.approx(expected)


def test_no_spread_is_told_of_hits_that_show_no_course():
    # Beats 12 to 19 alone: nobody knows where they would have lain.
    offsets = [x if 12 <= i % 32 < 20 else None for i, x in enumerate(jitter(320))]
    assert verdict_of(offsets).spread is None


def limb_of(apart):
    """The kick against the hi-hat, of a player whose kick is so much apart in each beat."""
    chart = kit(len(apart))
    noise = jitter(len(chart.notes), sd=7)
    late = [apart[n.tick // 480] if n.pad is Pad.KICK else 0.0 for n in chart.notes]
    (limb,) = verdict_of([a + b for a, b in zip(late, noise, strict=True)], chart).limbs
    return limb


def test_the_interval_of_a_limb_that_wanders_is_wider():
    still = limb_of([-6.6] * 800)
    wandering = limb_of([-6.6 + 6 * math.sin(2 * math.pi * i / 130) for i in range(800)])
    assert wandering.low < -6.6 < wandering.high
    assert wandering.high - wandering.low > 1.4 * (still.high - still.low)


def test_limbs_are_told_by_pairs_against_the_hi_hat():
    chart = kit(64)
    noise = jitter(len(chart.notes), sd=4)
    together = [-7.0 if n.pad is Pad.KICK else 0.0 for n in chart.notes]
    offsets = [a + b for a, b in zip(together, noise, strict=True)]
    (limb,) = verdict_of(offsets, chart).limbs
    assert (limb.pad, limb.against, limb.pairs) == (Pad.KICK, Pad.HI_HAT, 64)
    assert limb.offset_ms == pytest.approx(-7, abs=2)
    assert limb.low < -7 < limb.high


def test_a_pair_needs_both():
    chart = kit(64)
    kick = [i for i, n in enumerate(chart.notes) if n.pad is Pad.KICK]
    offsets = [None if i in kick[8:] else 0.0 for i in range(len(chart.notes))]
    assert verdict_of(offsets, chart).limbs is None  # two groups of four
    offsets = [None if i in kick[16:] else 0.0 for i in range(len(chart.notes))]
    assert verdict_of(offsets, chart).limbs[0].pairs == 16
    assert verdict_of(jitter(64)).limbs is None  # one pad alone


def test_pairs_do_not_depend_on_which_is_settled_first():
    chart = kit(32)
    rows = settled(jitter(len(chart.notes)))
    one, other = (RunningVerdict(chart, calibrated=True) for _ in range(2))
    one.feed(rows)
    flipped = rows.copy()
    for i in range(0, len(rows) - 1, 3):  # the two notes of each chord
        flipped[[i, i + 1]] = flipped[[i + 1, i]]
    other.feed(flipped)
    assert one.verdict().limbs == other.verdict().limbs


@pytest.mark.parametrize("played", [1.0, 1.2, 2.0, 3.0])
def test_swing_is_measured_and_not_taken_from_the_chart(played):
    chart = kit(96)
    beat_ms, rng = 500.0, random.Random(3)
    offsets = []
    for n in chart.notes:
        late = beat_ms * (played / (1 + played) - 2 / 3) if n.tick % 480 else 0.0
        offsets.append(late + rng.gauss(0, 4))
    swing = verdict_of(offsets, chart).swing
    assert swing.ratio == pytest.approx(played, rel=0.03)
    assert swing.low < played < swing.high
    assert swing.offbeats == 95  # the last beat has no next one
    assert swing.written == pytest.approx(2.0)


def test_straight_eighths_are_written_even_and_a_pulse_does_not_swing():
    chart = kit(32, written_swing=0.5)
    assert verdict_of([0.0] * len(chart.notes), chart).swing.written == pytest.approx(1.0)
    assert verdict_of(jitter(64)).swing is None


def swung(chart, played, mean=0.0, sd=4.0, seed=3):
    """Offsets of a player whose off-beats, on whichever pad, lie at `played` to one."""
    rng, beat_ms = random.Random(seed), 60_000 / chart.bpm
    offsets = []
    for n in chart.notes:
        place = n.tick % 480 / 480
        late = beat_ms * (played / (1 + played) - place) if place else 0.0
        offsets.append(mean + late + rng.gauss(0, sd))
    return offsets


@pytest.mark.parametrize(
    ("written", "played", "call"),
    [
        (2.0, 1.1, SwingCall.NARROWER),
        (1.0, 1.5, SwingCall.WIDER),
        (2.0, 2.0, SwingCall.AS_WRITTEN),
        (1.0, 1.0, SwingCall.AS_WRITTEN),
    ],
)
def test_swing_is_judged_against_the_ratio_that_is_written(written, played, call):
    chart = kit(480, written_swing=written / (1 + written))
    swing = verdict_of(swung(chart, played), chart).swing
    assert swing.call is call
    assert 0 < swing.called_at_beat <= 480
    assert swing.written == pytest.approx(written, rel=0.01)


def test_swing_is_undecided_near_the_margin_and_of_few_off_beats():
    chart = kit(192)  # at 120 BPM 6.25 ms are noticed: .0125 of a beat
    near = (2 / 3 - 0.0125) / (1 / 3 + 0.0125)
    swing = verdict_of(swung(chart, near), chart).swing
    assert swing.call is SwingCall.UNDECIDED
    assert swing.called_at_beat is None
    few = kit(14)
    assert verdict_of(swung(few, 1.1), few).swing.call is SwingCall.UNDECIDED


def test_what_is_swung_says_nothing_of_the_click():
    # The snare, which swings too, has no beat of its own that would show it.
    notes = [
        Note(i * 480 + d, pad, Zone.HEAD, note)
        for i in range(320)
        for d, pad, note in ((0, Pad.RIDE, 51), (320, Pad.RIDE, 51), (320, Pad.SNARE, 38))
    ]
    notes.sort(key=lambda n: (n.tick, n.midi_note))
    chart = Chart(
        "ride", TempoMap.constant(330, 480), (MetreChange(0, 4, 4),), tuple(notes), 320 * 480
    )
    for mean, call in ((0.0, PlacementCall.CENTRED), (14.0, PlacementCall.BEHIND)):
        verdict = verdict_of(swung(chart, 1.1, mean), chart)
        assert verdict.placement.call is call
        assert verdict.placement.offset_ms == pytest.approx(mean, abs=1)
        assert verdict.spread.sd_ms == pytest.approx(4, rel=0.1)
        assert verdict.tempo.call is TempoCall.STEADY
        assert verdict.swing.ratio == pytest.approx(1.1, abs=0.03)


def test_even_notes_on_one_pad_that_may_be_the_ones_before_are_not_placed():
    late = jitter(320, 150)  # of 500 ms from note to note
    assert verdict_of(late).placement.call is PlacementCall.BEHIND
    placement = verdict_of([None, *late[1:]]).placement
    assert placement.call is PlacementCall.UNDECIDED
    assert placement.offset_ms == pytest.approx(150, abs=2)
    near = [None, *jitter(319, 40)]
    assert verdict_of(near).placement.call is PlacementCall.BEHIND
    chart = kit(160)
    others = [None if i < 2 else 150 + x for i, x in enumerate(jitter(480))]
    assert verdict_of(others, chart).placement.call is PlacementCall.BEHIND
