from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from station.timing.beam import BOUNCES, HEARD, MISSED, ORNAMENT, BeamMatcher

BAR_NS = 700_000_000
bars_ns = st.sampled_from([1_000_000, BAR_NS, 8_000_000_000, 240_000_000_000])
FAR_NS = 2**61


def charts_of(ornament):
    return st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(0, 3), st.integers(0, 2), ornament),
        max_size=60,
    )


charts = st.one_of(charts_of(st.just(0)), charts_of(st.sampled_from([0, 1, 2, BOUNCES])))
times_ms = st.one_of(
    st.integers(-2_000, 22_000),
    st.integers(-(10**9), 10**9),
    st.sampled_from([-FAR_NS // 10**6, FAR_NS // 10**6]),
)
takes = st.lists(
    st.tuples(times_ms, st.integers(0, 5), st.integers(0, 127), st.booleans()), max_size=120
)


def matcher_of(chart, bar_ns: int = BAR_NS) -> tuple[BeamMatcher, np.ndarray]:
    notes = np.array(sorted(chart), dtype=np.int64).reshape(-1, 4)
    times, lanes, dynamics, ornaments = notes.T
    return (
        BeamMatcher(times * 10**6, lanes, dynamics, bar_ns=bar_ns, ornaments=ornaments.copy()),
        notes,
    )


def rows(take) -> np.ndarray:
    return np.array(
        [(t * 10**6, lane, velocity, suspect, 0, 0) for t, lane, velocity, suspect in take],
        dtype=HEARD,
    )


def eighths(beats: int, bpm: int) -> tuple[np.ndarray, np.ndarray]:
    """Hi-hat on every eighth, kick and snare by turns on the beat: times and lanes."""
    half_ns = 30_000_000_000 // bpm
    rows = [(i * half_ns, 0) for i in range(2 * beats)]
    rows += [(2 * i * half_ns, 1 + i % 2) for i in range(beats)]
    notes = np.array(sorted(rows), dtype=np.int64)
    return notes[:, 0], notes[:, 1]


@settings(max_examples=150, deadline=None)
@given(charts, takes, bars_ns)
def test_every_hit_is_settled_once_and_every_note_once_whatever_comes(chart, take, bar_ns):
    matcher, notes = matcher_of(chart, bar_ns)
    hits = rows(take)
    matcher.hear(hits)
    settled = matcher.finish()
    of_hits = settled["ticket"] != MISSED
    assert settled["ticket"][of_hits].tolist() == list(range(len(take)))
    paired = settled["chart_index"][of_hits]
    given_away = np.concatenate((paired[paired >= 0], settled["chart_index"][~of_hits]))
    assert sorted(given_away) == list(range(len(notes)))
    for (_, lane, _, _), label in zip(take, paired, strict=True):
        assert label < 0 or notes[label, 1] == lane
        if label <= ORNAMENT:
            assert notes[ORNAMENT - label, 1] == lane
            assert notes[ORNAMENT - label, 3] != 0
    assert math.isfinite(matcher.noise_ms)
    for name in matcher._state.shared.dtype.names:
        assert not math.isnan(matcher._state.shared[name][0])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    bpm=st.sampled_from([1, 60, 120, 330, 1000]),
    bar_beats=st.sampled_from([1, 4, 14]),
    stop=st.integers(0, 200),
    silence=st.integers(0, 2_000),
)
def test_after_any_silence_the_state_is_sound_and_the_player_is_found(
    seed, bpm, bar_beats, stop, silence
):
    rng = np.random.default_rng(seed)
    written, lanes = eighths(2_400, bpm)
    beat_ns = 60_000_000_000 // bpm
    played = (written < stop * beat_ns) | (written >= (stop + silence) * beat_ns)
    matcher = BeamMatcher(written, lanes, bar_ns=bar_beats * beat_ns)
    hits = np.zeros(int(played.sum()), dtype=HEARD)
    hits["t_ns"] = written[played] + rng.normal(0, 4e6, len(hits)).astype(np.int64)
    hits["lane"] = lanes[played]
    order = np.argsort(hits["t_ns"], kind="stable")
    hits = hits[order]
    shared = matcher._state.shared[0]
    for i in range(len(hits)):
        matcher.hear(hits[i : i + 1])
        assert shared["offset_var"] > 0
        assert shared["rate_var"] >= 0
        bound = shared["offset_var"] * shared["rate_var"]
        assert shared["covariance"] ** 2 <= bound * (1 + 1e-6) + 1e-12
    settled = matcher.finish()
    truth = np.flatnonzero(played)[order]
    labels = settled["chart_index"][settled["ticket"] != MISSED]
    assert (labels == truth).mean() > 0.95 or len(truth) < 20
    for name in ("shared", "models", "lanes"):
        rows = getattr(matcher._state, name)
        assert not any(np.isnan(rows[field]).any() for field in rows.dtype.names)


@settings(max_examples=100, deadline=None)
@given(
    charts,
    takes,
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(["hear", "advance", "judge"])),
        min_size=1,
        max_size=40,
    ),
    bars_ns,
)
def test_the_same_hits_in_any_pieces_at_any_cadence_say_the_same(chart, take, pieces, bar_ns):
    take = sorted(take)
    whole, _ = matcher_of(chart, bar_ns)
    at_once = rows(take)
    whole.hear(at_once)
    expected = whole.finish().copy()

    matcher, _ = matcher_of(chart, bar_ns)
    hits = rows(take)
    settled = []
    done = i = 0
    while done < len(hits):
        size, then = pieces[i % len(pieces)]
        block = hits[done : done + size]
        done += size
        i += 1
        # Halfway to the next hit: nothing earlier will come.
        t_ns = int(block["t_ns"][-1])
        then_ns = int(hits["t_ns"][done]) if done < len(hits) else t_ns
        if then == "judge":
            settled.append(matcher.judge(block, (t_ns + then_ns) // 2).copy())
            continue
        matcher.hear(block)
        if then == "advance":
            settled.append(matcher.advance((t_ns + then_ns) // 2).copy())
    settled.append(matcher.finish().copy())
    assert hits["label"].tolist() == at_once["label"].tolist()
    assert np.concatenate(settled).tolist() == expected.tolist()
    assert list(matcher.resyncs) == list(whole.resyncs)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 6.0), st.sampled_from([1, 60, 330, 1000]))
def test_a_good_player_is_understood_at_any_tempo(seed, jitter_ms, bpm):
    rng = np.random.default_rng(seed)
    gap_ns = 60_000_000_000 // bpm
    written = np.arange(64, dtype=np.int64) * gap_ns
    lanes = np.arange(64) % 3
    matcher = BeamMatcher(written, lanes, bar_ns=4 * gap_ns)
    hits = np.zeros(64, dtype=HEARD)
    hits["t_ns"] = np.sort(written + rng.normal(0.0, jitter_ms * 1e6, 64).astype(np.int64))
    hits["lane"] = lanes
    matcher.hear(hits)
    settled = matcher.finish()
    assert (settled["chart_index"][settled["ticket"] >= 0] == np.arange(64)).mean() >= 0.9
