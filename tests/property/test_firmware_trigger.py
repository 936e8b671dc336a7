"""The trigger under any readings and any settings: it goes on, and keeps its promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.bench.firmware_heard import Settings, configure, listen
from firmware_bridge.firmware.core_lib import core_lib
from firmware_bridge.messages import HitFlag, PadHit
from firmware_bridge.piezo import Recording

pytestmark = pytest.mark.usefixtures("zig")

PADS = 3
PERIOD_US = 125.0
SHORTEST_SCAN_US = 500


@st.composite
def readings(draw):
    """Readings of three pads and an input more: noise, jumps, rails, bursts, in any order."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pieces = []
    for _ in range(draw(st.integers(1, 6))):
        length = draw(st.integers(1, 4_000))
        rest = draw(st.sampled_from([0, 100, 2_048, 4_000, 4_095]))
        loud = draw(st.sampled_from([0.0, 1.0, 30.0, 400.0, 3_000.0]))
        shape = draw(st.sampled_from(["noise", "tone", "bursts"]))
        t = np.arange(length)[:, None]
        signal = rng.normal(0.0, 1.0, (length, PADS + 1))
        if shape == "tone":
            signal = np.sin(t * draw(st.floats(0.005, 3.0)))
        elif shape == "bursts":
            signal = signal * ((t % draw(st.integers(20, 900))) < 12)
        pieces.append(rest + loud * signal + np.zeros((length, PADS + 1)))
    return np.clip(np.concatenate(pieces), 0, 4_095).astype(np.uint16)


pad_settings = st.fixed_dictionaries(
    {
        "kind": st.integers(0, 3),
        "threshold": st.integers(0, 100),
        "mask": st.integers(1_000, 50_000),
        "scan": st.integers(SHORTEST_SCAN_US, 10_000),
        "crosstalk": st.integers(0, 100),
        "gain": st.integers(50, 2_000),
        "range": st.integers(20, 60),
        "curve": st.integers(-100, 100),
        "decay": st.integers(10, 400),
        "over ring": st.integers(110, 800),
        "rise": st.integers(0, 5_000),
        "rim input": st.integers(0, 6),
        "rim gain": st.integers(10, 1_000),
        "choke": st.integers(0, 2_000),
        "pedal input": st.integers(0, 6),
        "pedal open": st.integers(0, 4_095),
        "pedal closed": st.integers(0, 4_095),
        "position": st.integers(0, 200),
    }
)
any_pads = st.lists(pad_settings, min_size=PADS, max_size=PADS)


def said(given: np.ndarray, pads: list[Settings], variant: str) -> list[PadHit]:
    messages, _ = listen(Recording(given, PERIOD_US, ()), pads, variant)
    return [m for m in messages if isinstance(m, PadHit)]


@given(readings(), any_pads, st.sampled_from(["host", "host-small"]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_read_hits_keep_their_promises(given, pads, variant):
    # The library's undefined behaviour ends the process: that it goes on is part of the test.
    length_us = len(given) * PERIOD_US
    foot = 3
    for hit in said(given, pads, variant):
        assert hit.pad < PADS
        assert hit.t_us - 2**32 * (hit.t_us > 2**31) <= length_us
        assert hit.decided_after_us <= core_lib(variant).sizes.longest_decision_us
        if hit.flags & HitFlag.CHOKE or hit.zone >= foot:
            continue
        assert hit.velocity >= 1
        assert hit.velocity * 100 >= 65_535 * pads[hit.pad]["threshold"] - 65_535


@given(readings(), any_pads)
@settings(max_examples=20, deadline=None)
def test_the_same_readings_are_the_same_hits(given, pads):
    assert said(given, pads, "host") == said(given, pads, "host")


@given(readings(), any_pads, any_pads, st.sampled_from(["host", "host-small"]))
@settings(max_examples=30, deadline=None)
def test_pads_may_be_set_up_anew_while_they_are_played(given, before, after, variant):
    half = len(given) // 2
    _, board = listen(Recording(given[:half], PERIOD_US, ()), before, variant)
    now_us = round(half * PERIOD_US)
    configure(board, after, variant, now_us=now_us)
    board.play(given[half:], now_us)
    # Nothing is left undecided, or the board would never sleep again.
    quiet = np.full((2_000, PADS + 1), 2_048, np.uint16)
    end_us = now_us + round((len(given) - half) * PERIOD_US)
    board.play(quiet, end_us)
    asleep_us = end_us + round(len(quiet) * PERIOD_US)
    assert board.next_us(asleep_us) > asleep_us


@given(readings(), st.integers(2_000, 30_000))
@settings(max_examples=30, deadline=None)
def test_a_pad_does_not_hit_more_often_than_it_can_look(given, mask_us):
    pads = [{"mask": mask_us, "scan": 1_000}, {"kind": 0}, {"kind": 0}]
    hits = said(given, pads, "host")
    # Within a mask only a strike twice as loud is heard: from softest to rails, twelve times.
    assert len(hits) <= 12 * (len(given) * PERIOD_US / mask_us + 1)
    for before, after in pairwise(hits):
        apart_us = after.t_us - before.t_us
        assert apart_us > 0 or after.velocity > before.velocity
