"""What a minute of playing says about pads."""

from __future__ import annotations

from random import Random

from firmware_bridge.tune import MASK_LIMIT_US, Advice, Tuning
from station.hal.api import StrikeEvent
from station.model import Flag, StampedBy

MS = 1_000_000


def strike(t_ms: float, pad: int, velocity: int, flags: Flag = Flag.NONE) -> StrikeEvent:
    t_ns = round(t_ms * MS)
    return StrikeEvent(0, t_ns, 50, t_ns, StampedBy.DEVICE, pad, 0, velocity, flags)


def tuned(strikes: list[StrikeEvent]) -> Tuning:
    tuning = Tuning()
    tuning.hear(sorted(strikes, key=lambda s: s.t_ns))
    tuning.settle(10**15)
    return tuning


def one(tuning: Tuning) -> Advice:
    (advice,) = [a for a in tuning.advice() if a.higher]
    return advice


def test_pads_that_ring_on_get_a_longer_mask():
    strikes = []
    for n in range(20):
        strikes += [strike(200 * n, 1, 100), strike(200 * n + 11 + n % 3, 1, 40)]
    advice = one(tuned(strikes))
    assert (advice.pad, advice.parameter) == (1, "mask")
    assert 13_000 < advice.value < 18_000
    assert "heard twice 20 times" in advice.why


def test_a_roll_of_two_hands_is_no_ringing_and_a_mask_never_eats_one():
    roll = [strike(46 * n, 1, 100 - 50 * (n % 2)) for n in range(60)]
    assert [a.parameter for a in tuned(roll).advice() if a.higher] == []
    late = [strike(t, 1, v) for n in range(20) for t, v in ((300 * n, 100), (300 * n + 44, 30))]
    assert one(tuned(late)).value == MASK_LIMIT_US


def test_a_pad_that_is_only_shaken_gets_a_threshold_above_it():
    strikes = []
    for n in range(20):
        strikes += [strike(200 * n, 0, 110), strike(200 * n + 1.5, 1, 12)]
    advice = one(tuned(strikes))
    assert (advice.pad, advice.parameter) == (1, "threshold")
    assert 12 * 100 / 127 < advice.value <= 12
    assert "pad 0 20 times" in advice.why


def test_what_is_felt_and_what_is_struck_are_kept_apart_by_the_threshold():
    strikes = []
    for n in range(20):
        strikes += [strike(400 * n, 0, 110), strike(400 * n + 1.5, 1, 12)]
        strikes.append(strike(400 * n + 200, 1, 60))
    advice = one(tuned(strikes))
    assert advice.parameter == "threshold"
    assert 100 * 12 / 127 < advice.value < 100 * 60 / 127


def test_crosstalk_may_come_before_its_cause():
    strikes = []
    for n in range(20):
        strikes += [strike(200 * n, 0, 110), strike(200 * n - 2, 1, 12)]
    assert one(tuned(strikes)).pad == 1


def test_soft_strokes_as_weak_as_crosstalk_need_the_boards_own_suppression():
    random = Random(1)
    strikes = []
    for n in range(40):
        strikes += [strike(400 * n, 0, 110), strike(400 * n + 1.5, 1, 20)]
        strikes.append(strike(400 * n + 200, 1, random.randint(10, 90)))
    advice = one(tuned(strikes))
    assert (advice.pad, advice.parameter) == (1, "crosstalk")
    assert 18 < advice.value < 30


def test_two_hands_at_once_are_no_crosstalk():
    strikes = []
    for n in range(40):
        strikes += [strike(200 * n, 0, 110), strike(200 * n + 3, 1, 90)]
    strikes += [strike(9_000, 0, 110), strike(9_001, 1, 30)]  # once, a ghost note with an accent
    tuning = tuned(strikes)
    assert tuning.shakes(1) == []
    assert not [a for a in tuning.advice() if a.higher]


def test_where_nothing_false_is_heard_the_threshold_may_only_be_lower():
    tuning = tuned([strike(200 * n, 2, 10 + n) for n in range(40)])
    (advice,) = tuning.advice()
    assert (advice.parameter, advice.higher, advice.value) == ("threshold", False, 4)


def test_too_little_says_nothing():
    assert tuned([strike(200 * n, 2, 60) for n in range(3)]).advice() == []
    assert tuned([]).advice() == []


def test_a_peak_falls_back_within_a_while():
    tuning = Tuning()
    tuning.hear([strike(0, 4, 127)])
    assert tuning.peak(4, 0) == 1.0
    assert 0.4 < tuning.peak(4, 750 * MS) < 0.6
    assert tuning.peak(4, 5_000 * MS) == 0.0
    assert tuning.peak(5, 0) == 0.0


def test_the_boards_own_suspicion_counts():
    strikes = []
    for n in range(20):
        strikes.append(strike(300 * n, 1, 100))
        strikes.append(strike(300 * n + 20, 1, 90, Flag.DOUBLE_TRIGGER))
    assert one(tuned(strikes)).parameter == "mask"
