"""The last word on every note counts, and what was said before is taken back."""

from __future__ import annotations

from typing import Any

from station.model import Judgement, JudgementKind, Pad
from station.outcome import Outcome
from station.sheet.played import NOT_YET
from ui.link import records_of
from ui.sheet.live import LivePlayed

MS = 1_000_000
START = 10**12


def judgement(kind: JudgementKind, seq: int, note: int, offset_ms: float = 0, **more: Any) -> Any:
    t_ns = START + 500 * MS + int(offset_ms * MS)
    values: dict[str, Any] = {"t_sigma_ns": 0, "velocity": 90, "flags": 0, "confirmed": False}
    return Judgement(kind=kind, hit_seq=seq, chart_index=note, pad=Pad.SNARE, t_ns=t_ns,
                     offset_ns=int(offset_ms * MS), **{**values, **more})  # fmt: skip


def hit(seq: int, note: int, offset_ms: float = 0) -> Any:
    return judgement(JudgementKind.HIT, seq, note, offset_ms)


def extra(seq: int) -> Any:
    return judgement(JudgementKind.EXTRA, seq, -1)


def missed(note: int) -> Any:
    return judgement(JudgementKind.MISSED, -1, note)


def after(*said: Any, notes: int = 4) -> LivePlayed:
    live = LivePlayed()
    for one in said:
        live.add(records_of((one,)), START, notes)
    return live


def outcomes(live: LivePlayed) -> list[int]:
    return live.played().outcome.tolist()


def test_notes_are_early_in_time_or_late() -> None:
    live = after(hit(0, 0, -9), hit(1, 1, 2), hit(2, 2, 9))
    assert outcomes(live) == [Outcome.EARLY, Outcome.IN_TIME, Outcome.LATE, NOT_YET]
    assert live.played().offset_ns.tolist() == [-9 * MS, 2 * MS, 9 * MS, 0]


def test_a_hit_that_was_another_note_leaves_the_first() -> None:
    live = after(hit(7, 1, 8), hit(7, 2, -8))
    assert outcomes(live) == [NOT_YET, NOT_YET, Outcome.EARLY, NOT_YET]
    # Not if that one has been struck by another hit meanwhile.
    live = after(hit(7, 1, 8), hit(8, 1, 0), hit(7, 2, -8))
    assert outcomes(live) == [NOT_YET, Outcome.IN_TIME, Outcome.EARLY, NOT_YET]


def test_a_hit_that_was_none_becomes_extra_and_back() -> None:
    live = after(hit(3, 0, 0), extra(3))
    assert outcomes(live) == [NOT_YET] * 4
    assert live.played().extra_ns.tolist() == [500 * MS]
    live.add(records_of((hit(3, 0, 0),)), START, 4)
    assert outcomes(live)[0] == Outcome.IN_TIME
    assert len(live.played().extra_ns) == 0


def test_a_grace_stroke_that_was_the_note_at_first_gives_it_back() -> None:
    grace = judgement(JudgementKind.ORNAMENT, 3, 1, -30)
    live = after(hit(3, 1, -30), hit(4, 1, 2), grace)
    assert outcomes(live) == [NOT_YET, Outcome.IN_TIME, NOT_YET, NOT_YET]
    live = after(extra(3), grace)
    assert outcomes(live) == [NOT_YET] * 4
    assert len(live.played().extra_ns) == 0


def test_a_missed_note_that_was_found_is_no_longer_missed() -> None:
    assert outcomes(after(missed(2)))[2] == Outcome.MISSED
    assert outcomes(after(missed(2), hit(0, 2, 9)))[2] == Outcome.LATE


def test_the_order_within_one_piece_counts() -> None:
    live = LivePlayed()
    live.add(records_of((hit(1, 0, 9), hit(1, 3, 0), missed(0))), START, 4)
    assert outcomes(live) == [Outcome.MISSED, NOT_YET, NOT_YET, Outcome.IN_TIME]


def test_notes_of_no_chart_are_passed_over_and_a_new_take_is_empty() -> None:
    live = after(hit(0, 9, 0))
    assert outcomes(live) == [NOT_YET] * 4
    live = after(hit(0, 1, 0), extra(1))
    live.clear()
    assert outcomes(live) == []
    assert len(live.played().extra_ns) == 0
