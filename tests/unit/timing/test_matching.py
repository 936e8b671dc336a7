from __future__ import annotations

import numpy as np
import pytest
import twins
from hypothesis import given, settings
from hypothesis import strategies as st

from station.timing.matching import EXTRA, HEARD, LATE, MISSED, Matcher
from station.timing.windows import lay_out

END = 2**62


def matcher_of(notes):
    return Matcher(
        lay_out(
            np.array([n.t_ns for n in notes], dtype=np.int64),
            np.array([n.lane for n in notes], dtype=np.uint8),
            np.array([n.reach_ns for n in notes], dtype=np.int64),
        )
    )


def rows_of(strikes):
    rows = [(s.t_ns, s.seq, s.lane, s.suspect, 0, 0) for s in strikes]
    return np.array(rows, dtype=HEARD)


def judge(notes, strikes, watermarks=()):
    """Tell all, then advance; labels at once, and what was confirmed as in twins.confirmed."""
    matcher = matcher_of(notes)
    rows = rows_of(strikes)
    matcher.hear(rows)
    told, missed = {}, []
    for watermark in (*watermarks, END):
        for ticket, note, offset, _ in matcher.advance(watermark).tolist():
            if ticket == MISSED:
                missed.append(note)
            else:
                (index,) = np.flatnonzero(rows["ticket"] == ticket)
                told[strikes[index].seq] = (note, offset)
    return rows["label"].tolist(), told, sorted(missed)


def pulse(n=4, gap=100, reach=50):
    return [twins.Written(i * gap, 0, reach) for i in range(n)]


def hit(t_ns, seq=0, *, suspect=False, lane=0):
    return twins.Strike(t_ns, seq, lane, suspect)


def test_hits_on_the_notes():
    labels, told, missed = judge(pulse(), [hit(i * 100 + 7, i) for i in range(4)])
    assert labels == [0, 1, 2, 3]
    assert told == {i: (i, 7) for i in range(4)}
    assert missed == []


def test_the_middle_belongs_to_the_earlier_note():
    labels, _, _ = judge(pulse(), [hit(50, 0), hit(151, 1), hit(250, 2)])
    assert labels == [0, 2, EXTRA]


def test_the_nearest_wins_in_the_end_and_the_first_of_equals():
    labels, told, _ = judge(pulse(1), [hit(-20, 0), hit(5, 1), hit(-5, 2)])
    assert labels == [0, EXTRA, EXTRA]
    assert told == {0: (EXTRA, 0), 1: (EXTRA, 0), 2: (0, -5)}


def test_a_suspect_never_wins_over_a_hit_without_suspicion():
    labels, told, missed = judge(pulse(1), [hit(0, 0, suspect=True), hit(40, 1)])
    assert labels == [0, 0]  # the suspect's note was still free for the second
    assert told == {0: (EXTRA, 0), 1: (0, 40)}
    assert missed == []


def test_a_lone_suspect_is_the_note_but_does_not_count():
    matcher = matcher_of(pulse(1))
    matcher.hear(rows_of([hit(3, 0, suspect=True)]))
    assert matcher.advance(END).tolist() == [(0, 0, 3, 0)]


def test_notes_of_a_lane_at_the_same_time_take_as_many_hits():
    notes = [twins.Written(0, 0, 50), twins.Written(0, 0, 50)]
    labels, told, _ = judge(notes, [hit(-9, 0), hit(4, 1), hit(30, 2)])
    assert labels == [0, 1, EXTRA]
    assert told == {0: (0, -9), 1: (1, 4), 2: (EXTRA, 0)}
    assert judge(notes, [hit(4, 0)])[2] == [1]


def test_other_lanes_do_not_matter():
    notes = [twins.Written(0, 0, 50), twins.Written(10, 1, 50)]
    assert judge(notes, [hit(9, 0, lane=0), hit(2, 1, lane=1), hit(5, 2, lane=2)])[0] == [0, 1, -1]


def test_nothing_is_settled_before_its_window_has_closed():
    matcher = matcher_of(pulse(2))
    matcher.hear(rows_of([hit(10, 0), hit(-60, 1)]))
    assert matcher.advance(-60).tolist() == []
    assert matcher.advance(-59).tolist() == [(1, EXTRA, 0, 0)]
    assert matcher.advance(50).tolist() == []
    assert matcher.advance(51).tolist() == [(0, 0, 10, 1)]
    assert matcher.advance(20).tolist() == []  # the watermark does not go back
    assert matcher.advance(151).tolist() == [(MISSED, 1, 0, 0)]


def test_a_hit_whose_time_was_settled_is_late():
    matcher = matcher_of(pulse(2))
    matcher.advance(60)
    late = rows_of([hit(10, 0), hit(-80, 1), hit(60, 2)])
    matcher.hear(late)
    assert late["label"].tolist() == [LATE, LATE, 1]
    assert [row[:2] for row in matcher.advance(60).tolist()] == [(1, EXTRA), (0, EXTRA)]


def test_tickets_are_used_again_and_many_hits_may_wait():
    matcher = matcher_of(pulse(2))
    crowd = rows_of([hit(i - 5000, i) for i in range(10_000)])
    matcher.hear(crowd)
    assert len(set(crowd["ticket"].tolist())) == 10_000
    assert len(matcher.advance(END)) == 10_000
    matcher.hear(crowd)
    assert crowd["ticket"].max() < 10_001


def test_a_chart_without_notes():
    labels, told, missed = judge([], [hit(3, 0)])
    assert (labels, told, missed) == ([EXTRA], {0: (EXTRA, 0)}, [])


notes_lists = st.lists(
    st.builds(
        twins.Written, st.integers(0, 60), st.integers(0, 2), st.sampled_from([0, 1, 4, 5, 50])
    ),
    max_size=12,
).map(lambda notes: sorted(notes, key=lambda n: n.t_ns))
strikes_lists = st.lists(
    st.tuples(st.integers(-20, 90), st.integers(0, 2), st.booleans()), max_size=25
).map(lambda rows: [twins.Strike(t, i, lane, sus) for i, (t, lane, sus) in enumerate(rows)])


@settings(max_examples=400, deadline=None)
@given(notes_lists, strikes_lists, st.data())
def test_the_matcher_equals_its_twin(notes, strikes, data):
    strikes = data.draw(st.permutations(strikes))
    watermarks = data.draw(st.lists(st.integers(-20, 90), max_size=4).map(sorted))
    labels, told, missed = judge(notes, strikes, watermarks)
    assert labels == twins.first_sight(notes, strikes)
    assert (told, missed) == twins.confirmed(notes, strikes)


@settings(deadline=None)
@given(notes_lists)
def test_windows_hold_their_note_and_do_not_overlap(notes):
    laid = lay_out(
        np.array([n.t_ns for n in notes], dtype=np.int64),
        np.array([n.lane for n in notes], dtype=np.uint8),
        np.array([n.reach_ns for n in notes], dtype=np.int64),
    )
    assert sorted(laid.notes.tolist()) == list(range(len(notes)))
    for lane in range(3):
        table = laid.table[laid.lane_begin[lane] : laid.lane_begin[lane + 1]]
        assert (table["first_ns"] <= table["written_ns"]).all()
        assert (table["written_ns"] <= table["last_ns"]).all()
        assert (table["last_ns"][:-1] < table["first_ns"][1:]).all()


@pytest.mark.timeout(20)
def test_a_hundred_thousand_hits_on_a_hundred_thousand_notes_at_once():
    notes = [twins.Written(0, 0, 50)] * 100_000
    matcher = matcher_of(notes)
    matcher.hear(rows_of([hit(i % 40, i) for i in range(100_000)]))
    settled = matcher.advance(END)
    assert sorted(settled["chart_index"].tolist()) == list(range(100_000))
