import pytest

from station.kits.profile import Crosstalk, DoubleTrigger, PadKind, SuspectSettings
from station.kits.suspects import Suspects
from station.model import PAD_INDEX, Flag, Pad

MS = 1_000_000


def flags(*hits, settings=None):
    """Flags of (pad, ms, velocity), fed in the order given."""
    suspects = Suspects(settings or SuspectSettings())
    return [Flag(suspects.flags(PAD_INDEX[pad], round(ms * MS), v)) for pad, ms, v in hits]


NONE, DOUBLE, CROSSTALK = Flag.NONE, Flag.DOUBLE_TRIGGER, Flag.CROSSTALK


def test_a_weak_second_hit_within_30_ms_is_a_double_trigger():
    assert flags((Pad.SNARE, 0, 100), (Pad.SNARE, 30, 50)) == [NONE, DOUBLE]
    assert flags((Pad.SNARE, 0, 100), (Pad.SNARE, 30, 51)) == [NONE, NONE]
    assert flags((Pad.SNARE, 0, 100), (Pad.SNARE, 30.001, 50)) == [NONE, NONE]


def test_a_series_of_bounces_is_measured_from_the_stroke():
    bounces = [(Pad.SNARE, 0, 100), (Pad.SNARE, 12, 40), (Pad.SNARE, 24, 35), (Pad.SNARE, 36, 30)]
    assert flags(*bounces) == [NONE, DOUBLE, DOUBLE, NONE]


def test_kinds_of_pads_have_settings_of_their_own():
    double = dict.fromkeys(PadKind, DoubleTrigger()) | {PadKind.CYMBAL: DoubleTrigger(10 * MS, 0.3)}
    settings = SuspectSettings(double=double)
    assert flags((Pad.RIDE, 0, 100), (Pad.RIDE, 11, 20), settings=settings) == [NONE, NONE]
    assert flags((Pad.RIDE, 0, 100), (Pad.RIDE, 10, 30), settings=settings) == [NONE, DOUBLE]
    assert flags((Pad.SNARE, 0, 100), (Pad.SNARE, 11, 50), settings=settings) == [NONE, DOUBLE]


def test_a_very_weak_hit_beside_a_strong_one_is_crosstalk():
    assert flags((Pad.KICK, 0, 110), (Pad.TOM_3, 3, 12)) == [NONE, CROSSTALK]
    assert flags((Pad.KICK, 0, 110), (Pad.TOM_3, 5.001, 12)) == [NONE, NONE]
    assert flags((Pad.KICK, 0, 110), (Pad.TOM_3, 3, 21)) == [NONE, NONE]
    assert flags((Pad.KICK, 0, 40), (Pad.TOM_3, 3, 12)) == [NONE, NONE]


def test_crosstalk_may_be_stamped_before_its_cause_if_it_arrives_behind():
    assert flags((Pad.KICK, 10, 110), (Pad.TOM_3, 7, 12)) == [NONE, CROSSTALK]
    assert flags((Pad.KICK, 10, 110), (Pad.TOM_3, 4, 12)) == [NONE, NONE]


def test_crosstalk_that_arrives_first_is_not_known_yet():
    assert flags((Pad.TOM_3, 0, 12), (Pad.KICK, 2, 110)) == [NONE, NONE]


def test_several_pads_may_be_shaken_by_one_stroke():
    hits = ((Pad.KICK, 0, 120), (Pad.TOM_3, 1, 12), (Pad.TOM_2, 2, 9), (Pad.SNARE, 3, 8))
    assert flags(*hits) == [NONE, CROSSTALK, CROSSTALK, CROSSTALK]


def test_crosstalk_needs_to_be_asked_for_at_all():
    off = SuspectSettings(crosstalk=Crosstalk(velocity=0))
    assert flags((Pad.KICK, 0, 127), (Pad.TOM_3, 1, 1), settings=off) == [NONE, NONE]


@pytest.mark.parametrize("backbeat", [Pad.SNARE, Pad.RIDE])
def test_a_soft_foot_under_a_backbeat_is_played(backbeat):
    assert flags((backbeat, 0, 127), (Pad.HI_HAT_PEDAL, 1, 10)) == [NONE, NONE]


def test_a_flam_is_played():
    assert flags((Pad.SNARE, 0, 30), (Pad.SNARE, 25, 100)) == [NONE, NONE]


def test_after_forgetting_nothing_is_suspicious():
    suspects = Suspects(SuspectSettings())
    suspects.flags(PAD_INDEX[Pad.SNARE], 0, 127)
    suspects.forget()
    assert suspects.flags(PAD_INDEX[Pad.SNARE], 10 * MS, 20) == 0
    assert suspects.flags(PAD_INDEX[Pad.TOM_1], 11 * MS, 20) == 0
