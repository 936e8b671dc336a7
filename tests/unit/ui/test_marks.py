from __future__ import annotations

import numpy as np

from station.engine.ring import RECORD_DTYPE
from station.model import PAD_INDEX, Flag, Judgement, JudgementKind, Pad
from station.outcome import Outcome, outcomes_of
from station.units import NS_PER_MS
from ui.link import records_of
from ui.marks import Marks

START_NS = 5_000_000_000
WRITTEN_NS = np.arange(10, dtype=np.int64) * 100 * NS_PER_MS


def judgement(
    kind: JudgementKind = JudgementKind.HIT,
    *,
    seq: int = 0,
    index: int = 0,
    offset_ms: float = 0.0,
    confirmed: bool = False,
    t_ns: int = START_NS,
) -> Judgement:
    return Judgement(
        kind, confirmed, seq, index, Pad.SNARE, t_ns, round(offset_ms * 1e6), 0, 90, Flag.NONE
    )


def seen(*judgements: Judgement) -> list[tuple[float, Outcome]]:
    marks = Marks(capacity=16)
    for j in judgements:
        marks.add(records_of((j,)), START_NS, WRITTEN_NS)
    return shown(marks)


def shown(marks: Marks) -> list[tuple[float, Outcome]]:
    found = marks.between(-(10**12), 10**12)
    return sorted(
        (t / NS_PER_MS, Outcome(o))
        for t, o in zip(found.t_ns.tolist(), found.outcome.tolist(), strict=True)
    )


def test_a_hit_lies_at_its_note_plus_its_offset_whatever_latency_was_taken_off() -> None:
    late_stamp = START_NS + 250 * NS_PER_MS
    assert seen(judgement(index=2, offset_ms=-9, t_ns=late_stamp)) == [(191.0, Outcome.EARLY)]


def test_an_extra_hit_lies_where_it_was_struck() -> None:
    extra = judgement(JudgementKind.EXTRA, index=-1, t_ns=START_NS + 33 * NS_PER_MS)
    assert seen(extra) == [(33.0, Outcome.EXTRA)]


def test_what_is_confirmed_replaces_what_was_said_at_once() -> None:
    first = judgement(seq=3, index=1, offset_ms=40)
    later = judgement(seq=3, index=2, offset_ms=-60, confirmed=True)
    assert seen(first, later) == [(140.0, Outcome.EARLY)]


def test_a_grace_stroke_has_no_mark_and_takes_none_from_its_note() -> None:
    grace = judgement(JudgementKind.ORNAMENT, seq=6, index=2, offset_ms=-30)
    main = judgement(seq=7, index=2, offset_ms=-8)
    assert seen(grace) == []
    assert seen(main, grace) == seen(grace, main) == [(192.0, Outcome.EARLY)]
    # What was taken for the note at first gives its mark back.
    assert seen(judgement(seq=6, index=2, offset_ms=-30), main, grace) == [(192.0, Outcome.EARLY)]


def test_a_missed_note_that_was_found_after_all_is_missed_no_more() -> None:
    missed = judgement(JudgementKind.MISSED, seq=-1, index=4)
    assert seen(missed) == [(400.0, Outcome.MISSED)]
    assert seen(missed, judgement(seq=8, index=4)) == [(400.0, Outcome.IN_TIME)]


def test_the_last_word_about_a_note_counts_within_one_batch_too() -> None:
    marks = Marks(capacity=16)
    hit, missed = judgement(seq=8, index=4), judgement(JudgementKind.MISSED, seq=-1, index=4)
    marks.add(records_of((missed, hit)), START_NS, WRITTEN_NS)
    assert shown(marks) == [(400.0, Outcome.IN_TIME)]
    marks.clear()
    marks.add(records_of((hit, missed)), START_NS, WRITTEN_NS)
    assert (400.0, Outcome.MISSED) in shown(marks)


def test_a_record_of_a_note_that_is_not_in_the_chart_is_left_out() -> None:
    assert seen(judgement(index=99)) == []


def test_old_marks_give_way_and_a_stretch_of_time_is_cut_out() -> None:
    marks = Marks(capacity=4)
    many = tuple(judgement(seq=i, index=i) for i in range(10))
    marks.add(records_of(many), START_NS, WRITTEN_NS)
    assert [t for t, _ in shown(marks)] == [600.0, 700.0, 800.0, 900.0]
    cut = marks.between(700 * NS_PER_MS, 900 * NS_PER_MS)
    assert len(cut) == 2
    assert cut.pad.tolist() == [PAD_INDEX[Pad.SNARE]] * 2


def test_what_a_poor_stamp_leaves_open_is_not_called_early_or_late() -> None:
    offsets = np.array([-8, -8, 8, 8, 5, 0]) * NS_PER_MS
    sigmas = np.array([0, 5, 0, 5, 0, 0]) * NS_PER_MS
    kinds = np.zeros(6, dtype=np.uint8)
    expected = [
        Outcome.EARLY,
        Outcome.IN_TIME,
        Outcome.LATE,
        Outcome.IN_TIME,
        Outcome.IN_TIME,
        Outcome.IN_TIME,
    ]
    assert outcomes_of(offsets, sigmas, kinds).tolist() == expected


def test_no_records_change_nothing() -> None:
    marks = Marks(capacity=4)
    marks.add(np.empty(0, RECORD_DTYPE), START_NS, WRITTEN_NS)
    assert shown(marks) == []
