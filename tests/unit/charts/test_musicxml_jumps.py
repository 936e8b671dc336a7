"""Repeats and jumps: each case is bars with their marks, and the order in which they are played."""

import pytest

from station.charts.complaints import Complaints
from station.charts.musicxml_jumps import Marks, playing_order


def ending(*numbers):
    return frozenset(numbers)


def order(*bars, most=1000):
    complaints = Complaints()
    names = [str(i + 1) for i in range(len(bars))]
    played = playing_order(list(bars), names, complaints, most)
    return [i + 1 for i in played], complaints.sentences()


def played(*bars):
    numbers, complaints = order(*bars)
    assert complaints == ()
    return numbers


def m(**marks):
    return Marks(**marks)


def test_nothing_is_played_from_first_to_last():
    assert played(m(), m(), m()) == [1, 2, 3]


def test_a_repeat_from_the_beginning():
    assert played(m(), m(backward=True), m()) == [1, 2, 1, 2, 3]


def test_a_repeat_between_its_signs():
    assert played(m(), m(forward=True), m(backward=True), m()) == [1, 2, 3, 2, 3, 4]


def test_two_repeats_of_which_the_second_has_no_sign_to_begin():
    assert played(m(backward=True), m(), m(backward=True)) == [1, 1, 2, 3, 2, 3]


def test_as_often_as_it_says():
    assert played(m(forward=True, backward=True, times=4), m()) == [1, 1, 1, 1, 2]


def test_first_and_second_ending():
    assert played(
        m(forward=True),
        m(ending_starts=ending(1), ending_stops=True, backward=True),
        m(ending_starts=ending(2), ending_stops=True),
        m(),
    ) == [1, 2, 1, 3, 4]


def test_endings_of_several_bars_and_passes():
    assert played(
        m(forward=True),
        m(ending_starts=ending(1, 2)),
        m(ending_stops=True, backward=True),
        m(ending_starts=ending(3)),
        m(ending_stops=True),
        m(),
    ) == [1, 2, 3, 1, 2, 3, 1, 4, 5, 6]


def test_three_endings_each_with_its_sign():
    assert played(
        m(forward=True),
        m(ending_starts=ending(1), ending_stops=True, backward=True),
        m(ending_starts=ending(2), ending_stops=True, backward=True),
        m(ending_starts=ending(3), ending_stops=True),
    ) == [1, 2, 1, 3, 1, 4]


def test_a_repeat_in_a_repeat_is_played_anew():
    assert played(
        m(forward=True),
        m(forward=True, backward=True),
        m(backward=True),
        m(),
    ) == [1, 2, 2, 3, 1, 2, 2, 3, 4]


def test_endings_after_a_repeat_in_a_repeat():
    assert played(
        m(forward=True),
        m(forward=True, backward=True),
        m(ending_starts=ending(1), ending_stops=True, backward=True),
        m(ending_starts=ending(2), ending_stops=True),
    ) == [1, 2, 2, 3, 1, 2, 2, 4]


def test_da_capo_al_fine():
    assert played(m(), m(fine=True), m(da_capo=True, until="fine")) == [1, 2, 3, 1, 2]


def test_dal_segno_al_coda():
    assert played(
        m(), m(segnos={"s"}), m(to_coda="c"), m(dal_segno="s", until="coda"), m(codas={"c"}), m()
    ) == [1, 2, 3, 4, 2, 3, 5, 6]


def test_a_fine_on_the_way_to_the_coda_is_passed():
    assert played(m(fine=True), m(to_coda="c"), m(da_capo=True, until="coda"), m(codas={"c"})) == [
        1,
        2,
        3,
        1,
        2,
        4,
    ]


def test_a_coda_on_the_way_to_the_fine_is_passed():
    assert played(m(to_coda="c"), m(fine=True), m(da_capo=True, until="fine"), m(codas={"c"})) == [
        1,
        2,
        3,
        1,
        2,
    ]


def test_after_a_jump_repeats_are_played_once_with_their_last_ending():
    assert played(
        m(forward=True),
        m(ending_starts=ending(1), ending_stops=True, backward=True),
        m(ending_starts=ending(2), ending_stops=True),
        m(da_capo=True),
    ) == [1, 2, 1, 3, 4, 1, 3, 4]


def test_a_repeat_that_is_played_after_a_jump_too():
    assert played(m(backward=True, after_jump=True), m(da_capo=True)) == [1, 1, 2, 1, 1, 2]


def test_a_jump_behind_a_repeat_waits_for_it():
    assert played(m(), m(backward=True, da_capo=True)) == [1, 2, 1, 2, 1, 2]


def test_a_jump_in_one_pass_only():
    assert played(
        m(forward=True, segnos={"s"}),
        m(backward=True, times=3, dal_segno="s", passes=frozenset({3})),
        m(),
    ) == [1, 2, 1, 2, 1, 2, 1, 2, 3]


def test_two_signs_by_name():
    assert played(m(segnos={"a"}), m(segnos={"b"}), m(dal_segno="b"), m(dal_segno="a"), m()) == [
        1,
        2,
        3,
        2,
        3,
        4,
        1,
        2,
        3,
        4,
        5,
    ]


def test_of_two_bare_coda_signs_one_leaves_at_the_first():
    assert played(m(), m(codas={"coda"}), m(da_capo=True), m(codas={"coda"})) == [1, 2, 3, 1, 2, 4]


@pytest.mark.parametrize(
    ("bars", "numbers", "said"),
    [
        ((m(), m(dal_segno="x")), [1, 2], "Bar 2: there is no segno to go back to."),
        (
            (m(to_coda="c"), m(da_capo=True)),
            [1, 2, 1, 2],
            "Bar 1: there is no coda to go to.",
        ),
    ],
)
def test_a_jump_that_leads_nowhere_is_named(bars, numbers, said):
    assert order(*bars) == (numbers, (said,))


def test_endings_left_open():
    assert played(m(forward=True), m(ending_starts=ending(1)), m(backward=True)) == [
        1, 2, 3,
    ]  # fmt: skip


def test_endings_for_other_passes_are_skipped():
    assert played(m(ending_starts=ending(2), ending_stops=True), m()) == [2]


@pytest.mark.parametrize("times", [500, 999_999_999])
def test_too_many_bars_are_refused(times):
    with pytest.raises(ValueError, match="more than 400 bars"):
        order(m(forward=True, backward=True, times=times), most=400)
