"""Where all emulators were asked for, none may be missing: their tests would be skipped unseen."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from firmware_bridge.firmware.emulated import missing
from firmware_bridge.firmware.emulated_avr import Emulator, missing_avr
from firmware_bridge.firmware.emulated_m3 import missing_m3

# One for each reason why a module of these tests skips itself.
WHY_NOT: dict[str, Callable[[], str | None]] = {
    "Pico in rp2040js": missing,
    "Arduinos in simavr": lambda: missing_avr(Emulator.SIMAVR),
    "Uno in avr8js": lambda: missing_avr(Emulator.AVR8JS),
    "Cortex-M3 in QEMU": missing_m3,
}


@pytest.mark.skipif(
    not os.environ.get("STATION_EMULATORS"),
    reason="set STATION_EMULATORS=1 to have every emulator's tests run or fail",
)
@pytest.mark.parametrize("emulator", WHY_NOT)
def test_an_emulator_that_was_asked_for_is_there(emulator: str) -> None:
    why_not = WHY_NOT[emulator]()
    assert why_not is None, f"{emulator}: {why_not}"
