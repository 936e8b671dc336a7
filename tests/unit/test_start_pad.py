from __future__ import annotations

import numpy as np
import pytest

from station.engine.ring import RECORD_DTYPE
from station.errors import WrongUse
from station.files import load_chart
from station.model import PAD_INDEX, Flag, JudgementKind, Pad
from station.start_pad import StartPad, check_start_pad
from station.units import NS_PER_MS

AUX, SNARE = Pad.AUX_1, Pad.SNARE


def signs(*strikes):
    """The places of the strikes (pad, ms, flags) that complete the sign."""
    pad = StartPad(AUX)
    return [
        i
        for i, (where, t_ms, *flags) in enumerate(strikes)
        if pad.strike(where, t_ms * NS_PER_MS, *flags)
    ]


def test_two_strikes_within_a_second_are_the_sign():
    assert signs((AUX, 0), (AUX, 300)) == [1]
    assert signs((AUX, 0), (AUX, 1000)) == [1]


def test_one_strike_is_none_nor_are_two_far_apart():
    assert signs((AUX, 0)) == []
    assert signs((AUX, 0), (AUX, 1001)) == []
    assert signs((AUX, 0), (AUX, 1001), (AUX, 1500)) == [2]


def test_a_strike_that_bounces_is_one():
    assert signs((AUX, 0), (AUX, 79)) == []
    assert signs((AUX, 0), (AUX, 30, Flag.DOUBLE_TRIGGER), (AUX, 60), (AUX, 400)) == [3]


def test_playing_on_is_no_sign():
    groove = [(SNARE if i % 2 else AUX, 90 * i) for i in range(200)]
    assert signs(*groove) == []


def test_a_rack_that_trembles_is_no_sign():
    assert signs((AUX, 0, Flag.CROSSTALK), (AUX, 200, Flag.CROSSTALK)) == []


def test_after_the_sign_the_pad_rests():
    assert signs((AUX, 0), (AUX, 200), (AUX, 400), (AUX, 600)) == [1]
    assert signs((AUX, 0), (AUX, 200), (AUX, 1300), (AUX, 1600)) == [1, 3]


def records(*rows):
    out = np.zeros(len(rows), RECORD_DTYPE)
    for record, (pad, t_ms, confirmed) in zip(out, rows, strict=True):
        record["pad"], record["t_ns"] = PAD_INDEX[pad], t_ms * NS_PER_MS
        record["confirmed"], record["kind"] = confirmed, JudgementKind.EXTRA
    return out


def test_a_hit_that_is_said_twice_is_one():
    pad = StartPad(AUX)
    assert not pad.hear(records((AUX, 0, 0), (AUX, 0, 1), (AUX, 500, 1)))
    assert not pad.hear(records())
    assert pad.hear(records((AUX, 600, 0)))


def test_other_pads_between_two_polls_break_it():
    pad = StartPad(AUX)
    assert not pad.hear(records((AUX, 0, 0)))
    assert not pad.hear(records((SNARE, 200, 0)))
    assert not pad.hear(records((AUX, 400, 0)))


def test_a_missed_note_is_no_strike():
    missed = records((AUX, 0, 0), (AUX, 500, 0))
    missed["kind"] = JudgementKind.MISSED
    assert not StartPad(AUX).hear(missed)


def test_a_chart_that_plays_the_pad_is_refused():
    chart = load_chart("pulse")
    check_start_pad(AUX, chart)
    with pytest.raises(WrongUse, match=r"has notes for the snare, .* choose another pad"):
        check_start_pad(SNARE, chart)
