from __future__ import annotations

from firmware_bridge.messages import (
    TYPE_OF,
    Applied,
    Cue,
    Cued,
    Get,
    Got,
    Refusal,
    Refused,
    Save,
    Set,
)
from firmware_bridge.questions import ASK_AGAIN_NS, ASK_TIMES, Questions


def test_an_answer_finds_its_question() -> None:
    questions = Questions()
    one, two = questions.put(Get(1, 0)), questions.put(Set(1, 0, 5))
    assert questions.due(0) == ([(one, Get(1, 0)), (two, Set(1, 0, 5))], [])
    assert questions.answered(two, Applied(1, 0, 5)) == Set(1, 0, 5)
    assert questions.answered(one, Got(1, 0, 5)) == Get(1, 0)
    assert len(questions) == 0


def test_an_answer_to_something_else_is_none() -> None:
    questions = Questions()
    seq = questions.put(Get(1, 0))
    assert questions.answered(seq, Applied(1, 0, 5)) is None
    assert questions.answered(seq + 1, Got(1, 0, 5)) is None
    assert questions.answered(seq, Refused(TYPE_OF[Save], Refusal.FAILED)) is None
    assert questions.answered(seq, Refused(TYPE_OF[Get], Refusal.NO_SUCH_ID)) == Get(1, 0)


def test_it_is_put_again_and_then_given_up() -> None:
    questions = Questions()
    questions.put(Save())
    put = 0
    given_up: list[object] = []
    now_ns = 0
    while questions.next_ns is not None:
        now_ns = max(now_ns, questions.next_ns)
        send, give_up = questions.due(now_ns)
        put += len(send)
        given_up += give_up
        assert questions.due(now_ns + ASK_AGAIN_NS - 1) == ([], [])
    assert put == ASK_TIMES
    assert given_up == [Save()]


def test_a_cue_is_put_once_and_waited_for() -> None:
    questions = Questions()
    seq = questions.put(Cue(10**9, 0, 1, 0))
    assert len(questions.due(0)[0]) == 1
    assert questions.next_ns is None
    assert questions.due(10**12) == ([], [])
    assert questions.answered(seq, Cued(10**9, 0)) is not None


def test_a_number_that_waits_is_not_given_again() -> None:
    questions = Questions()
    seq = questions.put(Save())
    assert seq not in {questions.number() for _ in range(600)}


def test_a_board_that_is_gone_answers_nothing() -> None:
    questions = Questions()
    questions.put(Save())
    assert questions.forget() == [Save()]
    assert questions.next_ns is None
