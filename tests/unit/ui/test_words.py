from __future__ import annotations

from typing import Any

import pytest

from station.engine.messages import KitStatus
from ui import words


def verdict(**parts: Any) -> dict[str, Any]:
    return {"tempo": {}, "placement": {}, "spread": None, "limbs": None, "swing": None} | parts


@pytest.mark.parametrize(
    ("value", "text"), [(0.8, "+0.8"), (-9.1, "−9.1"), (0.0, "0.0"), (-0.04, "0.0")]
)
def test_a_signed_number_has_its_sign_and_zero_has_none(value: float, text: str) -> None:
    assert words.signed(value) == text


def test_a_called_tempo_has_interval_and_beat() -> None:
    tempo = {"call": "rushing", "ratio_percent": 0.8, "low": 0.4, "high": 1.2}
    said = verdict(tempo=tempo | {"called_at_beat": 88})
    assert words.tempo_line(said) == "+0.8 % (0.4 … 1.2), since beat 88"
    undecided = verdict(tempo=tempo | {"call": "undecided", "low": -0.4, "called_at_beat": None})
    assert words.tempo_line(undecided) == "+0.8 % (−0.4 … 1.2), nothing proven yet"


def test_what_cannot_be_said_is_not_made_up() -> None:
    for nothing in (None, verdict()):
        assert words.tempo_line(nothing) == words.NOT_SAID
        assert words.placement(nothing) == words.NOT_SAID
        assert words.spread_line(nothing) == words.NOT_SAID
        assert words.swing_line(nothing) == words.NOT_SAID
        assert words.limb_lines(nothing) == [words.NOT_SAID]
        assert words.tempo_call(nothing) == "undecided"


def test_placement_without_a_calibration_says_so() -> None:
    part = {"call": "undecided", "offset_ms": -9.1, "low": -12.0, "high": -6.2}
    part |= {"called_at_beat": None}
    said = words.placement(verdict(placement=part | {"calibrated": False}))
    assert said == "NOT CALIBRATED −9.1 ms (−12.0 … −6.2)"
    part |= {"call": "ahead", "called_at_beat": 112, "calibrated": True}
    said = words.placement(verdict(placement=part))
    assert said == "AHEAD −9.1 ms (−12.0 … −6.2), since beat 112"


def test_limbs_spread_and_swing_read_as_sentences() -> None:
    limb = {"pad": "kick", "against": "hi-hat", "offset_ms": -6.6, "low": -8.1, "high": -5.0}
    said = verdict(
        limbs=[limb],
        spread={"sd_ms": 8.8, "low": 8.1, "high": 9.6},
        swing={"ratio": 1.21, "low": 1.17, "high": 1.25, "offbeats": 128},
    )
    assert words.limb_lines(said) == ["kick 6.6 ms before hi-hat (−8.1 … −5.0)"]
    assert words.spread_line(said) == "±8.8 ms  (8.1 … 9.6)"
    assert words.swing_line(said) == "1.21 : 1  (1.17 … 1.25)"
    said["swing"] |= {"call": "narrower"}
    assert words.swing_line(said) == "1.21 : 1  (1.17 … 1.25)  narrower than written"
    said["swing"] |= {"call": "undecided"}
    assert words.swing_line(said) == "1.21 : 1  (1.17 … 1.25)"


def test_hits_that_do_not_follow_the_chart_are_told_so() -> None:
    assert words.tempo_line(verdict(matched=False)) == (
        "These hits do not follow the chart; check chart and tempo."
    )
    assert words.tempo_line(verdict(matched=None)) == words.NOT_SAID


def kit(**changes: Any) -> KitStatus:
    parts: dict[str, Any] = {
        "address": "midi://TD-17",
        "name": "TD-17",
        "profile": "roland-td17",
        "state": "open",
        "stamped_by": "driver",
        "sigma_ms": 0.2,
        "simulated": False,
    }
    return KitStatus(**(parts | changes))


def test_a_kit_says_how_it_is_and_what_its_time_is_worth() -> None:
    assert words.kit_state(kit()) == "connected"
    assert words.kit_stamps(kit()) == "stamped by the driver, ±0.2 ms"
    assert "LOST" in words.kit_state(kit(state="lost"))
    assert words.kit_state(kit(simulated=True)) == "simulated"
    assert "LOST" in words.kit_state(kit(simulated=True, state="lost"))
    assert words.kit_stamps(kit(stamped_by="device", sigma_ms=0.028)).endswith("±0.03 ms")


def test_pads_have_the_names_that_drummers_use() -> None:
    names = [words.pad_name(pad) for pad in ("tom-1", "hi-hat", "hi-hat-pedal")]
    assert names == ["tom 1", "hi-hat", "hi-hat foot"]
