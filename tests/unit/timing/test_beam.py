from __future__ import annotations

import math

import beam_twin
import numpy as np
import pytest

from station.timing.beam import DOUBLE, HEARD, MISSED, STRAY, BeamMatcher
from station.timing.beam_layout import Priors, dense_gap_ms

BEAT_NS = 181_818_182
BAR_NS = 4 * BEAT_NS
GROOVE = [(i * BEAT_NS // 2, 0) for i in range(8)]
GROOVE += [(BEAT_NS, 1), (3 * BEAT_NS, 1), (0, 2), (2 * BEAT_NS + BEAT_NS // 2, 2)]


def groove(bars: int) -> tuple[np.ndarray, np.ndarray]:
    rows = sorted((bar * BAR_NS + t, lane) for bar in range(bars) for t, lane in GROOVE)
    notes = np.array(rows, dtype=np.int64)
    return notes[:, 0], notes[:, 1]


def sixteenths(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(n, dtype=np.int64) * (BEAT_NS // 4), np.zeros(n, dtype=np.int64)


def rows(times, lanes, velocities=0, suspect=0) -> np.ndarray:
    hits = np.zeros(len(times), dtype=HEARD)
    hits["t_ns"], hits["lane"] = times, lanes
    hits["velocity"], hits["suspect"] = velocities, suspect
    return hits


def settle(matcher: BeamMatcher, hits: np.ndarray, end_ns: int | None = None):
    matcher.hear(hits)
    settled = matcher.finish(end_ns)
    confirmed = np.full(len(hits), -9)
    of_hits = settled["ticket"] != MISSED
    confirmed[settled["ticket"][of_hits]] = settled["chart_index"][of_hits]
    return confirmed, settled["chart_index"][~of_hits].tolist(), settled


def jittered(times, ms: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0.0, ms * 1e6, len(times))
    return times + noise.astype(np.int64)


def test_exact_playing_finds_every_note_at_once_and_for_good():
    written, lanes = groove(8)
    hits = rows(written, lanes)
    confirmed, missed, settled = settle(BeamMatcher(written, lanes, bar_ns=BAR_NS), hits)
    assert hits["label"].tolist() == confirmed.tolist() == list(range(len(written)))
    assert missed == []
    assert settled["counts"].all()
    assert not settled["offset_ns"].any()


def test_a_missed_note_and_an_extra_hit_are_named():
    written, lanes = groove(8)
    order = np.argsort(np.append(np.delete(written, 30), written[40] + BEAT_NS // 4))
    times = np.append(np.delete(written, 30), written[40] + BEAT_NS // 4)[order]
    pads = np.append(np.delete(lanes, 30), 1)[order]
    confirmed, missed, _ = settle(BeamMatcher(written, lanes, bar_ns=BAR_NS), rows(times, pads))
    assert missed == [30]
    assert np.flatnonzero(confirmed == STRAY).tolist() == np.flatnonzero(order == 95).tolist()


def test_offsets_are_played_minus_written():
    written, lanes = sixteenths(40)
    _, _, settled = settle(BeamMatcher(written, lanes, bar_ns=BAR_NS), rows(written - 3, lanes))
    assert (settled["offset_ns"] == -3).all()


@pytest.mark.parametrize("percent", [-3.0, 1.0, 3.0])
def test_a_steady_tempo_error_is_followed_for_as_long_as_it_lasts(percent):
    written, lanes = sixteenths(2000)
    times = jittered((written / (1 + percent / 100)).astype(np.int64), 4.0)
    confirmed, missed, _ = settle(BeamMatcher(written, lanes, bar_ns=BAR_NS), rows(times, lanes))
    assert (confirmed == np.arange(2000)).mean() > 0.99
    assert len(missed) < 20


def test_a_double_trigger_is_flagged_as_such_and_does_not_take_the_note():
    written, lanes = sixteenths(100)
    times = np.sort(np.append(written, written[20::10] + 15_000_000))
    doubles = np.isin(times, written[20::10] + 15_000_000)
    velocities = np.where(doubles, 35, 90)
    confirmed, missed, _ = settle(
        BeamMatcher(written, lanes, bar_ns=BAR_NS), rows(times, 0, velocities)
    )
    assert (confirmed[doubles] == DOUBLE).all()
    assert (confirmed[~doubles] == np.arange(100)).all()
    assert missed == []


def test_a_suspect_pairs_only_where_nothing_else_does_and_never_counts():
    written, lanes = sixteenths(40)
    suspect = np.zeros(40, dtype=int)
    suspect[20] = 1
    _, _, settled = settle(
        BeamMatcher(written, lanes, bar_ns=BAR_NS), rows(written, lanes, 90, suspect)
    )
    assert settled["chart_index"][20] == 20
    assert settled["counts"].sum() == 39
    assert settled["counts"][20] == 0


def test_noise_is_learned_from_the_player():
    written, lanes = groove(60)
    noises = []
    for ms in (3.0, 12.0):
        matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
        settle(matcher, rows(np.sort(jittered(written, ms)), lanes))
        noises.append(matcher.noise_ms)
    assert noises[0] == pytest.approx(3.0, rel=0.3)
    assert noises[1] == pytest.approx(12.0, rel=0.3)


def hand(times, common_ms: float, own_ms: float, seed: int) -> np.ndarray:
    """Hits whose noise is partly that of the whole hand, which fades within 80 ms."""
    rng = np.random.default_rng(seed)
    off = np.zeros(len(times))
    for i in range(1, len(times)):
        keep = math.exp((times[i - 1] - times[i]) / 80e6)
        off[i] = keep * off[i - 1] + math.sqrt(1 - keep * keep) * rng.normal(0.0, common_ms)
    off += rng.normal(0.0, own_ms, len(times))
    return times + (off * 1e6).astype(np.int64)


@pytest.mark.parametrize(("common_ms", "own_ms", "tie"), [(0, 8, 0.0), (12, 6, 0.7), (8, 8, 0.3)])
def test_how_alike_the_noise_of_a_chord_is_is_learned(common_ms, own_ms, tie):
    written, lanes = groove(60)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    times = hand(written, common_ms, own_ms, 3)
    order = np.argsort(times, kind="stable")
    settle(matcher, rows(times[order], lanes[order]))
    assert float(matcher._state.shared["tie"][0]) == pytest.approx(tie, abs=0.15)


def test_a_chart_without_chords_has_no_tie_to_begin_with():
    written, lanes = sixteenths(64)
    assert BeamMatcher(written, lanes, bar_ns=BAR_NS)._state.shared["tie"][0] == 0.0
    written, lanes = groove(4)
    assert BeamMatcher(written, lanes, bar_ns=BAR_NS)._state.shared["tie"][0] == 0.5


def test_one_pad_does_not_slip_against_the_others():
    # Sixteenths on the hi-hat, whose hand is off by up to a whole one, and a backbeat.
    beat = BEAT_NS // 4
    bar = [(i * beat, 0) for i in range(16)] + [(4 * beat, 1), (12 * beat, 1)]
    bar += [(i * beat, 2) for i in (0, 3, 7, 10, 11)]
    notes = np.array(sorted((b * BAR_NS + t, pad) for b in range(24) for t, pad in bar))
    written, lanes = notes[:, 0], notes[:, 1]
    wrong = {}
    for name, priors in (("tied", Priors()), ("untied", Priors(tie=0.0, tie_most=0.0))):
        wrong[name] = 0
        for seed in range(12):
            times = hand(written, 16.0, 5.0, seed)
            order = np.argsort(times, kind="stable")
            matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS, priors=priors)
            confirmed, _, _ = settle(matcher, rows(times[order], lanes[order]))
            wrong[name] += int((confirmed != order).sum())
    assert wrong["tied"] < 0.5 * wrong["untied"]


def test_accents_that_are_not_written_tell_one_place_from_the_next():
    written, lanes = sixteenths(600)
    place = np.arange(600) % 4
    wrong = {True: 0, False: 0}
    for seed in range(8):
        played = np.flatnonzero(np.random.default_rng(seed).random(600) > 0.1)
        times = hand(written, 7.0, 7.0, seed)[played]
        order = np.argsort(times, kind="stable")
        loud = np.where(place[played] == 0, 105, 55)
        for told in wrong:
            matcher = BeamMatcher(
                written, lanes, bar_ns=BAR_NS, places_in_beat=place if told else None
            )
            confirmed, _, _ = settle(matcher, rows(times[order], 0, loud[order]))
            wrong[told] += int((confirmed != played[order]).sum())
    assert wrong[True] < 0.5 * wrong[False], wrong


def test_places_say_nothing_where_all_are_as_loud():
    written, lanes = groove(30)
    loud = np.random.default_rng(2).normal(80, 15, len(written)).astype(int)
    confirmed = []
    for places in (np.arange(len(written)) % 7, None):
        matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS, places_in_beat=places)
        confirmed.append(settle(matcher, rows(jittered(written, 6.0), lanes, loud))[2])
    assert confirmed[0].tobytes() == confirmed[1].tobytes()


def test_a_label_is_confirmed_sixteen_hits_later_at_the_latest():
    written, lanes = sixteenths(64)
    matcher = BeamMatcher(written, lanes, bar_ns=10**12)
    hits = rows(written, lanes)
    for i in range(64):
        matcher.hear(hits[i : i + 1])
        settled = matcher.advance(int(written[i]))
        assert settled["ticket"].tolist() == ([i - 15] if i >= 15 else [])


def test_a_label_is_confirmed_a_bar_later_when_nothing_comes():
    written, lanes = sixteenths(4)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    matcher.hear(rows(written, lanes))
    assert len(matcher.advance(BAR_NS - 1)) == 0
    assert matcher.advance(BAR_NS)["ticket"].tolist() == [0]
    assert matcher.advance(2 * BAR_NS)["ticket"].tolist() == [1, 2, 3]


def test_notes_after_the_end_of_a_broken_take_are_not_missed():
    written, lanes = sixteenths(64)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    _, missed, _ = settle(matcher, rows(written[:30], lanes[:30]), end_ns=int(written[33]))
    assert missed == [30, 31, 32, 33]


@pytest.mark.parametrize("late_beats", [0, 1])
def test_a_player_who_stops_and_comes_in_again_is_found_and_it_is_said(late_beats):
    rng = np.random.default_rng(5)
    written, lanes = groove(40)
    # Not the same in every bar: otherwise nobody could tell.
    kept = (lanes != 2) | (rng.random(len(lanes)) < 0.6)
    written, lanes = written[kept], lanes[kept]
    after = written >= 22 * BAR_NS
    times = written + np.where(after, late_beats * BEAT_NS, 0)
    played = after | (written < 20 * BAR_NS)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, _, _ = settle(matcher, rows(jittered(times[played], 2.0), lanes[played]))
    truth = np.flatnonzero(played)
    back = int((written[played] < 20 * BAR_NS).sum())
    assert (confirmed[back + 24 :] == truth[back + 24 :]).mean() > 0.97
    assert [r.ticket - back < 24 for r in matcher.resyncs] == [True]
    said = matcher.resyncs[0]
    assert said.shift_ns / 1e6 == pytest.approx(late_beats * BEAT_NS / 1e6, abs=15)
    assert said.stopped_ns > 2 * BAR_NS


def test_a_rest_that_is_written_is_no_stop():
    written, lanes = groove(20)
    kept = (written < 8 * BAR_NS) | (written >= 12 * BAR_NS)
    written, lanes = written[kept], lanes[kept]
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    settle(matcher, rows(jittered(written, 2.0), lanes))
    assert len(matcher.resyncs) == 0


@pytest.mark.parametrize("part", ["groove", "sixteenths"])
@pytest.mark.parametrize("from_bar", [4, 16, 64])
def test_who_comes_in_late_on_the_click_is_where_the_click_is(part, from_bar):
    written, lanes = groove(100) if part == "groove" else sixteenths(1600)
    played = written >= from_bar * BAR_NS
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    hits = rows(np.sort(jittered(written[played], 4.0)), lanes[played])
    confirmed, missed, _ = settle(matcher, hits)
    truth = np.flatnonzero(played)
    assert (hits["label"] == truth).mean() > 0.97
    assert (confirmed == truth).mean() > 0.97
    assert missed[: truth[0]] == list(range(truth[0]))
    assert len(matcher.resyncs) == 0


@pytest.mark.parametrize("part", ["groove", "sixteenths"])
@pytest.mark.parametrize("bars", [4, 16, 64])
def test_who_rests_and_comes_in_on_the_click_is_where_the_click_is(part, bars):
    written, lanes = groove(110) if part == "groove" else sixteenths(1760)
    rested = (written >= 20 * BAR_NS) & (written < (20 + bars) * BAR_NS)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    hits = rows(np.sort(jittered(written[~rested], 4.0)), lanes[~rested])
    confirmed, _, _ = settle(matcher, hits)
    truth = np.flatnonzero(~rested)
    assert (hits["label"] == truth).mean() > 0.97
    assert (confirmed == truth).mean() > 0.97
    assert [r.stopped_ns > (bars - 1) * BAR_NS for r in matcher.resyncs] == [True]


def test_who_rushed_far_ahead_and_stops_is_found_on_the_click():
    written, lanes = groove(60)
    after = written >= 34 * BAR_NS
    times = np.where(after, written, (written / 1.03).astype(np.int64))
    played = after | (written < 30 * BAR_NS)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    hits = rows(jittered(times[played], 2.0), lanes[played])
    confirmed, _, _ = settle(matcher, hits)
    truth = np.flatnonzero(played)
    back = int((~after).sum() - (~played).sum())
    assert (confirmed[back:] == truth[back:]).mean() > 0.97
    assert len(matcher.resyncs) == 1
    rushed_ms = 30 * BAR_NS / 1e6 * (1 - 1 / 1.03)
    assert matcher.resyncs[0].shift_ns / 1e6 == pytest.approx(rushed_ms, abs=40)


@pytest.mark.parametrize("part", ["groove", "sixteenths"])
def test_playing_on_after_the_end_changes_nothing_of_what_was(part):
    written, lanes = groove(24) if part == "groove" else sixteenths(384)
    times = np.sort(jittered(written, 4.0))
    exact = BeamMatcher(written[: len(written) // 2], lanes[: len(written) // 2], bar_ns=BAR_NS)
    longer = BeamMatcher(written[: len(written) // 2], lanes[: len(written) // 2], bar_ns=BAR_NS)
    half = rows(times, lanes)[: len(written) // 2]
    expected, _, _ = settle(exact, half)
    confirmed, _, _ = settle(longer, rows(times, lanes))
    assert confirmed[: len(half)].tolist() == expected.tolist()
    assert (confirmed[len(half) :] == STRAY).all()
    assert longer.noise_ms == exact.noise_ms
    assert len(longer.resyncs) == 0


def test_a_count_in_tapped_along_is_extra_and_changes_nothing_of_what_follows():
    written, lanes = groove(24)
    hits = rows(jittered(written, 4.0), lanes)
    expected, _, _ = settle(BeamMatcher(written, lanes, bar_ns=BAR_NS), hits.copy())
    count_in = rows(np.arange(-8, 0) * BEAT_NS, 0)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, _, _ = settle(matcher, np.concatenate((count_in, hits)))
    assert (confirmed[:8] == STRAY).all()
    assert confirmed[8:].tolist() == expected.tolist()
    assert len(matcher.resyncs) == 0


def test_a_few_missed_notes_of_a_short_bar_are_no_stop():
    written = np.arange(400, dtype=np.int64) * BEAT_NS
    lanes = np.zeros(400, dtype=np.int64)
    played = np.random.default_rng(3).random(400) > 0.1
    matcher = BeamMatcher(written, lanes, bar_ns=BEAT_NS)
    confirmed, _, _ = settle(matcher, rows(jittered(written[played], 4.0), 0))
    assert (confirmed == np.flatnonzero(played)).mean() > 0.98
    assert len(matcher.resyncs) == 0


def test_a_constant_latency_found_at_the_start_is_no_jump():
    written, lanes = groove(24)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, _, _ = settle(matcher, rows(jittered(written + 120_000_000, 2.0), lanes))
    assert (confirmed[40:] == np.arange(len(written))[40:]).all()
    assert len(matcher.resyncs) == 0


def test_a_beat_lost_without_a_stop_is_found():
    written, lanes = groove(40)
    times = written + np.where(written >= 20 * BAR_NS, BEAT_NS, 0)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, _, _ = settle(matcher, rows(times, lanes))
    assert (confirmed[-100:] == np.arange(len(written))[-100:]).all()
    assert [round(r.shift_ns / 1e6) for r in matcher.resyncs] == [182]


def test_a_chart_without_notes_makes_every_hit_extra():
    none = np.zeros(0, dtype=np.int64)
    matcher = BeamMatcher(none, none, bar_ns=BAR_NS)
    confirmed, missed, _ = settle(matcher, rows(np.arange(50) * 10**8, 3, 80))
    assert (confirmed < 0).all()
    assert missed == []


def test_a_chart_with_one_note_is_hit_once():
    one = np.zeros(1, dtype=np.int64)
    matcher = BeamMatcher(one, one, bar_ns=BAR_NS)
    confirmed, missed, _ = settle(matcher, rows([0, 400_000_000, 10**9], 0))
    assert confirmed.tolist() == [0, STRAY, STRAY]
    assert missed == []


def test_a_pad_that_the_chart_does_not_use_is_extra():
    written, lanes = sixteenths(20)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, missed, _ = settle(matcher, rows(written, 7))
    assert (confirmed == STRAY).all()
    assert missed == list(range(20))


def test_a_hundred_thousand_hits_in_a_second_come_to_an_end():
    written, lanes = groove(20)
    times = np.sort(np.random.default_rng(0).integers(0, 10**9, 100_000))
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    confirmed, missed, _ = settle(matcher, rows(times, times % 3, times % 128))
    assert (confirmed != -9).all()
    assert len(np.unique(confirmed[confirmed >= 0])) == (confirmed >= 0).sum()
    assert (confirmed >= 0).sum() + len(missed) == len(written)
    assert math.isfinite(matcher.noise_ms)


def test_what_is_settled_does_not_grow_the_state_in_the_live_path():
    written, lanes = sixteenths(5000)
    matcher = BeamMatcher(written, lanes, bar_ns=BAR_NS)
    hits = rows(written, lanes)
    before = matcher._settled
    for i in range(5000):
        matcher.judge(hits[i : i + 1], int(written[i]))
    assert matcher._settled is before


@pytest.mark.parametrize("tie", [0.0, 0.6])
@pytest.mark.parametrize("seed", range(20))
def test_the_beam_says_what_reading_the_hits_in_every_way_would_say(seed, tie):
    rng = np.random.default_rng(seed)
    gap = 45.0
    written = [gap * i for i in range(7)]
    kept = [w + rng.normal(0.0, 8.0) for w in written if rng.random() > 0.15]
    hits = sorted([*kept, float(rng.uniform(0.0, 6 * gap))])[:7]
    notes = np.array([round(w * 1e6) for w in written])
    matcher = BeamMatcher(notes, np.zeros(7, dtype=np.int64), bar_ns=10**12)
    shared = matcher._state.shared[0]
    shared["tie"] = tie
    clock = beam_twin.Clock(
        float(shared["offset_var"]),
        0.0,
        float(shared["rate_var"]),
        float(shared["noise_var"]),
        tie,
    )
    stray_rate = float(shared["stray_rate"])
    heard = rows([round(t * 1e6) for t in hits], 0)
    matcher.hear(heard)
    votes = beam_twin.exhaustive_votes(written, hits, stray_rate, clock)
    for label, likely in zip(heard["label"].tolist(), votes, strict=True):
        # Merging takes the mean of two estimates: a draw may fall the other way.
        assert likely[label] > 0.8 * max(likely.values())


def test_a_dense_gap_is_that_of_runs_and_not_of_chords():
    assert dense_gap_ms(np.array([0.0, 1.0, 90.0, 91.0, 180.0, 181.0])) == pytest.approx(89.0)
    assert dense_gap_ms(np.array([0.0])) == 1000.0
