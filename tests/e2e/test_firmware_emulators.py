"""Where all emulators were asked for, none may be missing: their tests would be skipped unseen."""

from __future__ import annotations

import os

import pytest

from firmware_bridge.firmware.emulated import missing
from firmware_bridge.firmware.emulated_avr import missing_avr
from firmware_bridge.firmware.emulated_m3 import missing_m3


@pytest.mark.skipif(
    not os.environ.get("STATION_EMULATORS"), reason="STATION_EMULATORS asks for all emulators"
)
@pytest.mark.parametrize("why_not", [missing, missing_avr, missing_m3])
def test_an_emulator_that_was_asked_for_is_there(why_not):
    assert why_not() is None
