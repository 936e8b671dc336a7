from __future__ import annotations

import json

import pytest

from firmware_bridge.codec import decode, encode
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import (
    Applied,
    Get,
    Got,
    Heartbeat,
    Hello,
    HelloAck,
    HitFlag,
    Message,
    PadHit,
    Ping,
    Pong,
    Refusal,
    Refused,
    Resend,
    Resending,
    Save,
    Set,
    WatchPad,
)
from firmware_bridge.simboard import (
    FaultyLine,
    LineFaults,
    SimBoard,
    SimBoardConfig,
    truth_json,
)
from firmware_bridge.simboard.pads import Cause

MS = 1_000_000
S = 1_000 * MS
T0 = 9 * S


def said(board: SimBoard, now_ns: int) -> list[Message]:
    return [decode(frame) for frame in FrameDecoder().feed(board.output(now_ns))]  # type: ignore[misc]


def started(config: SimBoardConfig | None = None) -> SimBoard:
    board = SimBoard(config or SimBoardConfig(), T0)
    assert isinstance(said(board, T0)[0], HelloAck)
    return board


def asked(board: SimBoard, question: Message, now_ns: int = T0) -> Message:
    board.receive(encode(question, 9), now_ns)
    (answer,) = said(board, now_ns)
    return answer


def hits(board: SimBoard, now_ns: int) -> list[PadHit]:
    return [m for m in said(board, now_ns) if isinstance(m, PadHit)]


def test_it_announces_itself_once() -> None:
    board = started()
    assert said(board, T0 + 1) == []


def test_it_is_silent_and_deaf_while_it_starts() -> None:
    board = SimBoard(SimBoardConfig(boot_ns=S), T0)
    board.receive(encode(Hello()), T0 + S // 2)
    board.strike(T0 + S // 2, 0)
    assert board.output(T0 + S - 1) == b""
    assert board.next_ns == T0 + S
    assert [type(m) for m in said(board, T0 + S)] == [HelloAck]
    assert board.truth == []


def test_a_strike_is_heard_after_the_scan_with_its_first_peak() -> None:
    board = started()
    board.strike(T0 + 50 * MS, 3, 50_000, zone=1)
    assert hits(board, T0 + 51 * MS) == []
    (hit,) = hits(board, T0 + 60 * MS)
    assert (hit.pad, hit.zone, hit.velocity) == (3, 1, 50_000)
    assert abs(hit.t_us - 50_000) < 20
    assert 1_200 < hit.decided_after_us < 3_000
    assert board.truth[0].t_ns == T0 + 50 * MS


def test_the_truth_is_plain_data() -> None:
    board = started()
    board.strike(T0, 0)
    board.output(T0 + S)
    truth = json.loads(json.dumps(truth_json(board.truth)))
    assert truth["schema"] == "firmware_bridge.truth/1"
    assert truth["hits"][0] == {
        "number": 0,
        "boot_id": board.boot_id,
        "t_ns": T0,
        "pad": 0,
        "zone": 0,
        "velocity": 40_000,
        "cause": "struck",
    }


@pytest.mark.parametrize(("pad", "velocity"), [(8, 1), (-1, 1), (0, 65_536)])
def test_there_are_only_so_many_pads(pad: int, velocity: int) -> None:
    with pytest.raises(ValueError, match=f"pad {pad} of 8"):
        started().strike(T0, pad, velocity)


def test_its_clock_is_wrong_as_it_was_told() -> None:
    board = started(SimBoardConfig(ppm=5000, wander_ppm=0, jitter_us=0))
    pong = asked(board, Ping(4), T0 + S // 2)
    assert isinstance(pong, Pong)
    assert (pong.token, pong.t_rx_us) == (4, 502_500)


def test_a_threshold_swallows_soft_strikes() -> None:
    board = started()
    assert asked(board, Set(1, 2, 50)) == Applied(1, 2, 50)
    board.strike(T0, 2, 30_000)
    board.strike(T0, 3, 30_000)
    assert [hit.pad for hit in hits(board, T0 + 50 * MS)] == [3]


def test_crosstalk_is_heard_flagged_and_can_be_masked() -> None:
    board = started(SimBoardConfig(crosstalk=0.2))
    board.strike(T0, 2, 50_000)
    first, second = hits(board, T0 + 50 * MS)
    assert (second.pad, second.velocity) == (3, 10_000)
    assert second.flags == HitFlag.CROSSTALK_SUSPECT
    assert not first.flags
    assert [hit.cause for hit in board.truth] == [Cause.STRUCK, Cause.CROSSTALK]
    asked(board, Set(4, 3, 25), T0 + 50 * MS)
    board.strike(T0 + 60 * MS, 2, 50_000)
    assert len(hits(board, T0 + 100 * MS)) == 1


def test_a_retrigger_is_heard_flagged_and_can_be_masked() -> None:
    board = started(SimBoardConfig(retrigger=0.4))
    board.strike(T0, 2, 50_000)
    assert [hit.flags for hit in hits(board, T0 + 50 * MS)] == [0, HitFlag.RETRIGGER_SUSPECT]
    asked(board, Set(2, 2, 15_000), T0 + 50 * MS)
    board.strike(T0 + 60 * MS, 2, 50_000)
    assert len(hits(board, T0 + 100 * MS)) == 1


def test_a_choke_is_a_hit_with_a_flag() -> None:
    board = started()
    board.choke(T0, 5)
    (hit,) = hits(board, T0 + 50 * MS)
    assert (hit.pad, hit.velocity, hit.flags) == (5, 0, HitFlag.CHOKE)


def test_the_ring_gives_what_it_has() -> None:
    board = started()
    for n in range(100):
        board.strike(T0 + n * MS, 0, 3000 + 100 * n)
    sent = hits(board, T0 + S // 2)
    board.receive(encode(Resend(30, 38)), T0 + S // 2)
    answer, *again = said(board, T0 + S // 2)
    assert answer == Resending(36, 38)
    assert [(h.t_us, h.velocity) for h in again] == [(h.t_us, h.velocity) for h in sent[36:39]]  # type: ignore[union-attr]
    assert all(h.flags & HitFlag.RESENT for h in again)  # type: ignore[union-attr]
    assert asked(board, Resend(0, 5), T0 + S // 2) == Resending(1, 0)


def test_only_what_was_saved_outlives_a_reset() -> None:
    board = started()
    asked(board, Set(1, 0, 7))
    asked(board, Save())
    asked(board, Set(1, 0, 9))
    before = board.boot_id
    board.reset(T0 + S)
    assert board.boot_id != before
    said(board, T0 + S)
    assert asked(board, Get(1, 0), T0 + S) == Got(1, 0, 7)


def test_what_it_cannot_do_it_refuses() -> None:
    board = started()
    assert asked(board, WatchPad(8, 1)) == Refused(9, Refusal.NO_SUCH_PAD)
    board.receive(b"\x05\x3f\x01\xff\xff\x00", T0)  # noise is never answered
    assert said(board, T0) == []


def test_an_unknown_or_malformed_question_is_refused() -> None:
    from firmware_bridge.frames import encode_frame

    board = started()
    board.receive(encode_frame(0x3E, 3, b"?") + encode_frame(0x03, 4, b"?"), T0)
    assert said(board, T0) == [
        Refused(0x3E, Refusal.UNKNOWN_TYPE),
        Refused(0x03, Refusal.MALFORMED),
    ]


def test_it_counts_what_it_could_not_read() -> None:
    board = started()
    board.receive(b"\x09\x09\x09\x09\x09\x09\x00", T0)
    (beat,) = said(board, T0 + S)
    assert isinstance(beat, Heartbeat)
    assert beat.bad_frames == 1


def test_a_line_without_faults_changes_nothing() -> None:
    assert FaultyLine().carry(b"abc") == b"abc"


@pytest.mark.parametrize("rate", [1e-4, 1e-2, 0.5])
def test_faults_come_as_often_as_they_should(rate: float) -> None:
    data = bytes(50_000)
    bad = FaultyLine(LineFaults(bit_errors=rate), seed=2).carry(data)
    assert sum(byte.bit_count() for byte in bad) == pytest.approx(400_000 * rate, rel=0.2)
    short = FaultyLine(LineFaults(drops=rate), seed=2).carry(data * 8)
    assert 400_000 - len(short) == pytest.approx(400_000 * rate, rel=0.2)


def test_faults_are_the_same_for_the_same_seed() -> None:
    lines = [FaultyLine(LineFaults(0.01, 0.01), seed=5) for _ in "ab"]
    one, two = (line.carry(bytes(10_000)) for line in lines)
    assert one == two
    assert FaultyLine(LineFaults(drops=1.0)).carry(b"abc") == b""
