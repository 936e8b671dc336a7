"""Strokes around a note, given hits whose meaning is plain."""

from __future__ import annotations

import math

import beam_twin
import numpy as np
import pytest

from station.model import Flag
from station.timing.beam import (
    BOUNCES,
    DOUBLE,
    HEARD,
    MISSED,
    ORNAMENT,
    STRAY,
    BeamMatcher,
)
from station.timing.beam_ornaments import before_and_after, lay_out_ornaments, ornament

MS = 1_000_000
BEAT = 500
SD_MS = 8.0


def matcher(strokes, beats=8, beat_ms=BEAT, bar_ms=None):
    """One pad, a note on each beat, all with the same strokes around them."""
    written = np.arange(beats, dtype=np.int64) * beat_ms * MS
    around = np.full(beats, strokes) if np.isscalar(strokes) else np.array(strokes)
    lanes = np.zeros(beats, dtype=np.int64)
    bar_ns = (bar_ms or 4 * beat_ms) * MS
    return BeamMatcher(written, lanes, bar_ns=bar_ns, ornaments=around)


def hits(*struck, suspect=0):
    """Of (ms, velocity)."""
    rows = np.zeros(len(struck), dtype=HEARD)
    rows["t_ns"] = [round(ms * MS) for ms, _ in struck]
    rows["velocity"] = [velocity for _, velocity in struck]
    rows["suspect"] = suspect
    return rows


def labels(beam, rows):
    beam.hear(rows)
    settled = beam.finish()
    confirmed = np.full(len(rows), -99)
    of_hits = settled["ticket"] != MISSED
    confirmed[settled["ticket"][of_hits]] = settled["chart_index"][of_hits]
    return confirmed.tolist(), settled["chart_index"][~of_hits].tolist(), settled


def flams(beats=8, width_ms=30.0, loud=90, soft=40, late_ms=0.0):
    return [
        stroke
        for i in range(beats)
        for stroke in ((i * BEAT + late_ms - width_ms, soft), (i * BEAT + late_ms, loud))
    ]


FLAMS = [label for i in range(8) for label in (ORNAMENT - i, i)]


@pytest.mark.parametrize("width_ms", [8, 15, 30, 60, 80])
@pytest.mark.parametrize(("loud", "soft"), [(90, 40), (90, 90), (60, 95), (0, 0)])
def test_the_main_stroke_of_a_flam_is_the_note_however_loud_its_grace_is(width_ms, loud, soft):
    confirmed, missed, settled = labels(matcher(1), hits(*flams(8, width_ms, loud, soft)))
    assert confirmed == FLAMS
    assert missed == []
    pairs = settled[settled["chart_index"] >= 0]
    assert pairs["counts"].all()
    assert not pairs["offset_ns"].any()


def test_a_soft_grace_is_called_so_at_once():
    rows = hits(*flams())
    confirmed, _, _ = labels(matcher(1), rows)
    assert rows["label"].tolist() == confirmed


@pytest.mark.parametrize("late_ms", [-35, -20, 20, 35])
def test_who_is_early_or_late_is_so_by_his_main_strokes(late_ms):
    _, _, settled = labels(matcher(1), hits(*flams(late_ms=late_ms)))
    pairs = settled[settled["chart_index"] >= 0]
    assert pairs["offset_ns"].tolist() == [late_ms * MS] * 8


def test_a_flam_without_its_grace_is_a_note_and_nothing_is_missed():
    struck = [s for i, s in enumerate(flams()) if i not in (4, 10)]
    confirmed, missed, _ = labels(matcher(1), hits(*struck))
    assert confirmed == [x for i, x in enumerate(FLAMS) if i not in (4, 10)]
    assert missed == []


def test_a_flam_has_one_grace_and_a_drag_two():
    thrice = [(2000 - 75, 40), (2000 - 50, 40), (2000 - 25, 40)]
    for strokes in (1, 2):
        rows = hits(*sorted([(i * BEAT, 90) for i in range(8)] + thrice))
        confirmed, _, _ = labels(matcher(strokes), rows)
        assert confirmed.count(ORNAMENT - 4) == strokes
        assert sum(x in (STRAY, DOUBLE) for x in confirmed) == 3 - strokes


def test_where_no_grace_is_written_it_is_an_extra_hit():
    rows = hits(*flams())
    confirmed, _, _ = labels(matcher([1, 0] * 4), rows)
    extra = [x for x in confirmed if x in (STRAY, DOUBLE)]
    assert len(extra) == 4
    assert sorted(x for x in confirmed if x <= ORNAMENT) == [ORNAMENT - i for i in (6, 4, 2, 0)]


def test_what_looks_like_a_double_trigger_behind_a_grace_counts():
    for flag, counts in ((Flag.DOUBLE_TRIGGER, 1), (Flag.CROSSTALK, 0)):
        rows = hits(*flams(soft=95, loud=60))
        rows["suspect"][1::2] = int(flag)
        confirmed, _, settled = labels(matcher(1), rows)
        assert confirmed == FLAMS
        assert settled["counts"][settled["chart_index"] >= 0].tolist() == [counts] * 8


def test_a_double_trigger_that_no_grace_explains_stays_suspect():
    rows = hits(*[(i * BEAT, 90) for i in range(8)])
    rows["suspect"] = int(Flag.DOUBLE_TRIGGER)
    _, missed, settled = labels(matcher(1), rows)
    assert missed == []
    assert not settled["counts"].any()


def test_a_buzz_bounces_until_the_next_note_and_a_bar_after_the_last():
    bounces = [(28, 50), (52, 40), (75, 33), (97, 26), (120, 20)]
    struck = [(i * 250 + ms, v) for i in range(4) for ms, v in [(0, 90), *bounces]]
    rows = hits(*struck)
    confirmed, missed, _ = labels(matcher(BOUNCES, 4, 250), rows)
    assert confirmed == [x for i in range(4) for x in [i] + [ORNAMENT - i] * 5]
    assert rows["label"].tolist() == confirmed
    assert missed == []
    # Where it may be heard, not how loud it is, tells a bounce from a note.
    rows["velocity"] = 0
    assert labels(matcher(BOUNCES, 4, 250), rows)[0] == confirmed


def test_a_hit_after_a_silence_is_no_bounce():
    rows = hits((0, 90), (500, 90), (750, 90), (1000, 90), (1500, 90))
    confirmed, _, _ = labels(matcher(BOUNCES, 4), rows)
    assert confirmed == [0, 1, STRAY, 2, 3]


def test_the_grace_of_a_missed_note_does_not_stand_in_for_it():
    struck = [s for s in flams(60) if s[0] != 40 * BEAT]
    confirmed, missed, _ = labels(matcher(1, 60), hits(*struck))
    assert missed == [40]
    assert [x for x in confirmed if x >= 0] == [i for i in range(60) if i != 40]


def test_nothing_around_the_notes_is_the_same_as_never_having_heard_of_it():
    rng = np.random.default_rng(3)
    times = np.sort(np.arange(400) * 181 + rng.normal(0, 9, 400))
    rows = hits(*zip(times, rng.integers(20, 120, 400), strict=True))
    same = []
    for around in (None, np.zeros(400, dtype=np.int64)):
        beam = BeamMatcher(
            np.arange(400, dtype=np.int64) * 181 * MS,
            np.zeros(400, dtype=np.int64),
            bar_ns=724 * MS,
            ornaments=around,
        )
        heard = rows.copy()
        beam.hear(heard)
        same.append((heard.tobytes(), beam.finish().tobytes()))
    assert same[0] == same[1]
    assert len(beam._state.ornaments) == 0


def table(strokes, gap_ms=BEAT):
    n = len(strokes)
    written = np.append(np.arange(n) * float(gap_ms), np.inf)
    following = np.append(np.arange(1, n + 1), n).astype(np.int32)
    laid = lay_out_ornaments(np.array(strokes), written, np.full(n + 1, 4.0 * gap_ms), following)
    return laid, written


@pytest.mark.parametrize("strokes", [1, 2])
def test_the_density_of_graces_adds_up_to_how_many_there_are(strokes):
    laid, written = table([0, strokes, 0])
    x = np.arange(0.0, 800.0, 0.25)
    density = [math.exp(ornament(t, 0.0, SD_MS**2, 1, 0, written[1], laid)[0]) for t in x]
    assert 0.9 * strokes < np.sum(density) * 0.25 < strokes
    assert {ornament(t, 0.0, SD_MS**2, 1, 0, written[1], laid)[1] for t in x} == {
        ORNAMENT - 1, STRAY,
    }  # fmt: skip
    peak = x[int(np.argmax(density))]
    assert written[1] - peak == pytest.approx({1: 32, 2: 60}[strokes], abs=0.5)


def test_the_density_is_student_s():
    laid, written = table([0, 1])
    square = 16.0**2 + SD_MS**2
    for before_ms in (10.0, 32.0, 70.0):
        z2 = (before_ms - 32.0) ** 2 / square
        density = 2 / (math.pi * math.sqrt(3 * square)) / (1 + z2 / 3) ** 2
        log_density, _ = ornament(written[1] - before_ms, 0.0, SD_MS**2, 1, 0, written[1], laid)
        assert log_density == pytest.approx(math.log(density))


def test_graces_are_narrower_where_notes_leave_less_room():
    wide, _ = table([0, 1, 2])
    near, _ = table([0, 1, 2], gap_ms=60)
    assert wide["mean_ms"].tolist()[1:3] == [32, 60]
    assert near["mean_ms"].tolist()[1:3] == pytest.approx([24, 24])
    assert near["most_ms"].tolist()[1:3] == pytest.approx([42, 42])


def test_what_can_be_heard_before_the_first_note_and_after_the_last():
    assert before_and_after(*table([0, 0])) == (0.0, 0.0)
    assert before_and_after(*table([1, 0])) == (110.0, 0.0)
    assert before_and_after(*table([0, BOUNCES])) == (0.0, 4.0 * BEAT)
    assert before_and_after(*table([0, 1])) == (0.0, 0.0)


def test_a_player_is_found_again_with_flams_and_all():
    bar_ms, bars = 2000, 40
    places, strokes = (0, 500, 750, 1500), (1, 0, 1, 0)
    written = np.array([bar * bar_ms + place for bar in range(bars) for place in places])
    beam = BeamMatcher(
        written * MS,
        np.zeros(len(written), dtype=np.int64),
        bar_ns=bar_ms * MS,
        ornaments=np.tile(strokes, bars),
    )
    struck, truth = [], []
    for note, t in enumerate(written.tolist()):
        if 32 <= note < 40:
            continue  # stops for two bars, and comes in again a beat late
        late = 500 if note >= 40 else 0
        if strokes[note % 4]:
            struck.append((t + late - 30, 40))
            truth.append(ORNAMENT - note)
        struck.append((t + late, 90))
        truth.append(note)
    confirmed, _, _ = labels(beam, hits(*struck))
    right = [a == b for a, b in zip(confirmed, truth, strict=True)]
    assert all(right[:48])
    assert all(right[-120:])
    assert len(beam.resyncs) == 1


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("strokes", [1, 2])
def test_every_reading_of_a_few_hits_is_weighed(seed, strokes):
    """The beam against all readings, none dropped: graces and notes near, far and left out."""
    rng = np.random.default_rng(seed)
    written = [i * 180.0 for i in range(6)]
    graces = [strokes if i % 2 else 0 for i in range(6)]
    struck = [t + rng.normal(0, 9) for t in written if rng.random() > 0.15]
    struck += [
        t - 30 * (i + 1) + rng.normal(0, 9)
        for t, count in zip(written, graces, strict=True)
        for i in range(count)
        if rng.random() > 0.25
    ]
    struck = sorted(struck)[:9]
    beam = matcher(graces, 6, 180, bar_ms=10**6)
    shared = beam._state.shared[0]
    clock = beam_twin.Clock(
        float(shared["offset_var"]),
        0.0,
        float(shared["rate_var"]),
        float(shared["noise_var"]),
    )
    stray_rate = float(shared["stray_rate"])
    heard = hits(*[(t, 0) for t in struck])
    struck = (heard["t_ns"] / 1e6).tolist()
    beam.hear(heard)
    votes = beam_twin.exhaustive_votes(written, struck, stray_rate, clock, graces)
    for label, likely in zip(heard["label"].tolist(), votes, strict=True):
        assert likely[label] > 0.8 * max(likely.values())
