"""Cues: sent a little ahead, never too many, taken back when the board forgets them."""

from __future__ import annotations

from firmware_bridge.cues import (
    AHEAD_NS,
    AT_ONCE,
    CueDone,
    CueQueue,
    RushDragLight,
    WantedCue,
    silent_click,
)

MS = 1_000_000


def cue(at_ms: float, output: int = 0) -> WantedCue:
    return WantedCue(round(at_ms * MS), output, 1_000, 10_000)


class Lamp:
    """A kit with lights that says yes to all."""

    def __init__(self) -> None:
        self.cues: list[tuple[int, int, float, int]] = []

    def cue(self, at_ns: int, output: int, strength: float, duration_ns: int) -> bool:
        self.cues.append((at_ns, output, strength, duration_ns))
        return True


def test_cues_go_out_in_the_order_of_their_times_and_not_far_ahead():
    queue = CueQueue()
    for at_ms in (900, 500, 700):
        queue.want(cue(at_ms))
    assert queue.next_ns == 500 * MS - AHEAD_NS
    assert queue.due(200 * MS) == []
    assert [c.at_ns // MS for _, c in queue.due(450 * MS)] == [500, 700]
    assert queue.next_ns == 900 * MS - AHEAD_NS


def test_the_board_never_holds_more_than_it_can():
    queue = CueQueue()
    for n in range(20):
        queue.want(cue(n))
    first = queue.due(0)
    assert len(first) == AT_ONCE
    assert queue.next_ns is None
    queue.finish(first[0][0], 3)
    assert len(queue.due(0)) == 1


def test_who_wants_to_know_is_told():
    told: list[CueDone | None] = []
    queue = CueQueue()
    queue.want(cue(5), told.append)
    queue.want(cue(6), told.append)
    (one, _), (two, _) = queue.due(0)
    queue.finish(one, 5 * MS + 3)
    queue.finish(two, None)
    queue.finish(two, 7)
    assert told == [CueDone(5 * MS, 5 * MS + 3), None]


def test_what_is_much_too_late_is_not_done():
    told: list[CueDone | None] = []
    queue = CueQueue()
    queue.want(cue(100), told.append)
    queue.want(cue(190), told.append)
    assert [c.at_ns // MS for _, c in queue.due(200 * MS)] == [190]
    assert told == [None]


def test_a_board_that_forgot_is_told_again():
    queue = CueQueue()
    queue.want(cue(100))
    ((number, _),) = queue.due(0)
    queue.take_back()
    queue.finish(number, 100 * MS)  # of the board's former life: nobody waits for it now
    assert [c.at_ns // MS for _, c in queue.due(0)] == [100]


def test_the_light_shows_which_side_and_how_far():
    lamp = Lamp()
    light = RushDragLight(lamp)
    assert not light.show(-5 * MS, 7)
    assert light.show(-10 * MS, 7)
    assert light.show(20 * MS, 8)
    assert light.show(300 * MS, 9)
    assert [(at, output) for at, output, _, _ in lamp.cues] == [(7, 0), (8, 1), (9, 1)]
    strengths = [strength for _, _, strength, _ in lamp.cues]
    assert strengths == sorted(strengths)
    assert strengths[-1] == 1.0


def test_a_silent_click_is_strong_on_the_first_of_the_bar():
    lamp = Lamp()
    assert silent_click(lamp, [(0, True), (250 * MS, False)], output=3) == 2
    assert [(at, output, strength) for at, output, strength, _ in lamp.cues] == [
        (0, 3, 1.0),
        (250 * MS, 3, 0.5),
    ]
