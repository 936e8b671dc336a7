"""How much of an Arduino the firmware takes: flash, memory, and the processor at full load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from firmware_bridge.bench.firmware_load import (
    EVERY_US,
    FIRST_US,
    ROLLED_A_SECOND,
    S,
    count,
    last_heartbeat,
    latest_light_us,
    messages,
    questions,
    rolling,
    waves,
)
from firmware_bridge.firmware.avr_run import AvrRun
from firmware_bridge.firmware.emulated_avr import Arduino, Wave, run_avr
from firmware_bridge.messages import PadHit, Pong, Saved
from firmware_bridge.piezo import Strike
from firmware_bridge.piezo.waves import RATE_HZ

_PADS = 6
_MHZ = 16.0
_READING_US = 21
# What a bootloader leaves of 32 KB.
_FLASH = {Arduino.UNO: 32_768 - 512, Arduino.LEONARDO: 32_768 - 4_096}
_WAVE_AT_US = 100_000.0
# Two hands and two feet; and all there are.
_TOGETHER = (4, _PADS)
_WITHIN_US = 3_000.0


def measure(say: Callable[[str], None], seconds: float = 3.0) -> dict[str, Any]:
    """Every Arduino, quiet and at full load, in the emulator.

    Parameters
    ----------
    say
        Takes progress.
    seconds
        How long all six pads are rolled on.

    Raises
    ------
    OutsideError
        When the compiler or the emulator is not there.
    """
    return {str(board): _measured(board, say, seconds) for board in Arduino}


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = []
    for board, row in result.items():
        lines += [
            f"{board}: flash {row['flash']:,} of {row['flash_room']:,} bytes; memory "
            f"{row['ram']:,} and stack {row['stack']} of {row['ram_room']:,}, "
            f"{row['untouched']} never touched",
            f"  processor: {row['load_quiet_percent']:.0f} % while nobody plays, "
            f"{row['load_rolling_percent']:.0f} % with {_PADS} pads rolling at 22 a second: "
            f"{row['cycles_left']:.0f} of {_MHZ * _READING_US:.0f} cycles left a reading",
            f"  and with the scope on, pings, lights and a save beside: {row['hits']} of "
            f"{row['strikes']} strikes heard, {row['adc_overruns']} readings lost, "
            f"{row['pongs']} of {row['pings']} pings answered, settings saved: "
            f"{'yes' if row['saved'] else 'no'}, lights at most {row['light_late_us']} µs late",
        ]
        lines += [
            f"  and {pads} pads struck within {_WITHIN_US / 1e3:g} ms, 22 times a second: "
            f"{together['hits']} hits of {together['strikes']} strikes, "
            f"{together['adc_overruns']} of {together['readings']:,} readings lost"
            for pads, together in row["together"].items()
        ]
    return "\n".join(lines)


def _measured(board: Arduino, say: Callable[[str], None], seconds: float) -> dict[str, Any]:
    say(f"an emulated {board}, quiet")
    quiet = run_avr(board, 2.0 * S)
    say(f"an emulated {board}, {_PADS} pads rolling")
    strikes = rolling(_PADS, seconds)
    wave = _wave(strikes, seconds + 1.0)
    until_us = (seconds + 1.0) * S
    rolled = run_avr(board, until_us, wave=wave)
    say(f"an emulated {board}, everything at once, and struck at once")
    heard, grid_us, pings = questions(seconds)
    with TemporaryDirectory() as place:
        full = run_avr(board, until_us, wave=wave, heard=heard, eeprom=Path(place) / "eeprom")
    together = {}
    for pads in _TOGETHER:
        struck = _struck_together(seconds, pads)
        wave = _wave(struck, seconds + 1.0)
        at_once = messages(run_avr(board, until_us, wave=wave, heard=heard).said)
        together[str(pads)] = {
            "strikes": len(struck),
            "hits": count(at_once, PadHit),
            "readings": round(seconds * S / _READING_US),
            "adc_overruns": last_heartbeat(at_once).adc_overruns,
        }
    said = messages(full.said)
    load = _load_while_rolling(quiet, rolled, seconds)
    report = full.report
    return {
        "flash": report.memory.flash,
        "flash_room": _FLASH[board],
        "ram": report.memory.ram,
        "ram_room": report.ram,
        "stack": report.stack,
        "untouched": report.untouched,
        "load_quiet_percent": round(100 * quiet.report.load, 1),
        "load_rolling_percent": round(100 * load, 1),
        "cycles_left": round((1.0 - load) * _MHZ * _READING_US, 1),
        "strikes": len(strikes),
        "hits": count(said, PadHit),
        "adc_overruns": last_heartbeat(said).adc_overruns,
        "together": together,
        "pings": pings,
        "pongs": count(said, Pong),
        "saved": count(said, Saved) == 1,
        "light_late_us": latest_light_us(said, grid_us),
    }


def _load_while_rolling(quiet: AvrRun, rolled: AvrRun, seconds: float) -> float:
    """The second before the first strike is as quiet as the other run."""
    total_us = rolled.report.cycles / _MHZ
    awake_us = rolled.report.load * total_us
    return (awake_us - quiet.report.load * (total_us - seconds * S)) / (seconds * S)


def _struck_together(seconds: float, pads: int) -> list[Strike]:
    rng = np.random.default_rng(5)
    return sorted(
        Strike(FIRST_US + n * EVERY_US + rng.uniform(0.0, _WITHIN_US), pad, 76.0 + 5.0 * (n % 5))
        for n in range(round(seconds * ROLLED_A_SECOND))
        for pad in rng.permutation(_PADS)[:pads].tolist()
    )


def _wave(strikes: list[Strike], seconds: float) -> Wave:
    return Wave(waves(_PADS, strikes, seconds), float(RATE_HZ), _WAVE_AT_US)
