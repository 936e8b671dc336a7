from __future__ import annotations

import numpy as np
import pytest
from free_parts import hits_at

from station.model import Flag, Pad
from station.timing.free.onsets import WEIGHTS, find_onsets


def test_a_chord_is_one_onset_and_a_roll_is_many():
    hits = hits_at([0.0, 0.008, 0.5, 0.54, 0.58], [Pad.KICK, Pad.HI_HAT] + [Pad.SNARE] * 3, 90)
    onsets = find_onsets(hits)
    assert onsets.of_hit.tolist() == [0, 0, 1, 2, 3]
    assert onsets.t_s == pytest.approx([0.004, 0.5, 0.54, 0.58])


def test_hits_in_a_chain_do_not_run_together():
    onsets = find_onsets(hits_at(np.arange(100) * 0.01, [Pad.SNARE] * 100, 90))
    assert len(onsets) > 30


def test_soft_and_suspect_hits_say_little():
    hits = hits_at([0.0, 1.0, 2.0], [Pad.SNARE] * 3, [100, 15, 100])
    hits["flags"][2] = int(Flag.DOUBLE_TRIGGER)
    steps = WEIGHTS[find_onsets(hits).weight_step]
    assert steps[0] == 1.0
    assert steps[1] < 0.5
    assert steps[2] == 0.1


def test_the_order_given_does_not_matter():
    hits = hits_at([0.0, 1.0, 2.0], [Pad.KICK, Pad.SNARE, Pad.RIDE], [100, 90, 80])
    assert find_onsets(hits[::-1]).pad.tolist() == find_onsets(hits).pad.tolist()


def test_a_pause_is_cut_and_remembered():
    onsets = find_onsets(hits_at([0.0, 3600.0], [Pad.KICK] * 2, 90))
    assert onsets.t_s[1] + onsets.cut_s[1] == pytest.approx(3600.0)
    assert onsets.t_s[1] == pytest.approx(30.0)
