"""How much of an Arduino the firmware takes: flash, memory, and the processor at full load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from firmware_bridge.codec import decode, encode
from firmware_bridge.firmware.avr_run import AvrRun
from firmware_bridge.firmware.emulated_avr import Arduino, Wave, run_avr
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import (
    Cue,
    Cued,
    Heartbeat,
    Message,
    PadHit,
    Ping,
    Pong,
    Save,
    Saved,
    WatchPad,
)
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad
from firmware_bridge.piezo.waves import RATE_HZ

_PADS = 6
_MHZ = 16.0
_S = 1_000_000
_READING_US = 21
# What a bootloader leaves of 32 KB.
_FLASH = {Arduino.UNO: 32_768 - 512, Arduino.LEONARDO: 32_768 - 4_096}
_WAVE_AT_US = 100_000.0
_FIRST_US = 500_000.0
_EVERY_US = _S / 22.0
# Two hands and two feet; and all there are.
_TOGETHER = (4, _PADS)
_WITHIN_US = 3_000.0
_GRID_US = 50_000


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
    quiet = run_avr(board, 2.0 * _S)
    say(f"an emulated {board}, {_PADS} pads rolling")
    strikes = _rolling(seconds)
    wave = _wave(strikes, seconds + 1.0)
    until_us = (seconds + 1.0) * _S
    rolling = run_avr(board, until_us, wave=wave)
    say(f"an emulated {board}, everything at once, and struck at once")
    heard, grid_us, pings = _questions(seconds)
    with TemporaryDirectory() as place:
        full = run_avr(board, until_us, wave=wave, heard=heard, eeprom=Path(place) / "eeprom")
    together = {}
    for pads in _TOGETHER:
        struck = _struck_together(seconds, pads)
        wave = _wave(struck, seconds + 1.0)
        at_once = _said(run_avr(board, until_us, wave=wave, heard=heard))
        together[str(pads)] = {
            "strikes": len(struck),
            "hits": _count(at_once, PadHit),
            "readings": round(seconds * _S / _READING_US),
            "adc_overruns": _adc_overruns(at_once),
        }
    said = _said(full)
    done_us = [message.done_us for message in said if isinstance(message, Cued)]
    load = _load_while_rolling(quiet, rolling, seconds)
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
        "hits": _count(said, PadHit),
        "adc_overruns": _adc_overruns(said),
        "together": together,
        "pings": pings,
        "pongs": _count(said, Pong),
        "saved": _count(said, Saved) == 1,
        "light_late_us": max(np.array(done_us) - grid_us[: len(done_us)]).item(),
    }


def _load_while_rolling(quiet: AvrRun, rolling: AvrRun, seconds: float) -> float:
    """The second before the first strike is as quiet as the other run."""
    total_us = rolling.report.cycles / _MHZ
    awake_us = rolling.report.load * total_us
    return (awake_us - quiet.report.load * (total_us - seconds * _S)) / (seconds * _S)


def _rolling(seconds: float) -> list[Strike]:
    return [
        Strike(_FIRST_US + n * _EVERY_US + pad * _EVERY_US / _PADS, pad, 76.0 + 5.0 * (n % 5))
        for pad in range(_PADS)
        for n in range(round(seconds * 22))
    ]


def _struck_together(seconds: float, pads: int) -> list[Strike]:
    rng = np.random.default_rng(5)
    return sorted(
        Strike(_FIRST_US + n * _EVERY_US + rng.uniform(0.0, _WITHIN_US), pad, 76.0 + 5.0 * (n % 5))
        for n in range(round(seconds * 22))
        for pad in rng.permutation(_PADS)[:pads].tolist()
    )


def _wave(strikes: list[Strike], seconds: float) -> Wave:
    fine = Converter(period_us=1e6 / RATE_HZ, noise=1.6, wide_codes=False)
    rig = Rig(tuple(make_pad(PadKind.MESH, n) for n in range(_PADS)), 1, fine, coupling_db=None)
    recording = rig.play(strikes, seconds)
    return Wave(recording.readings, 1e6 / recording.period_us, _WAVE_AT_US)


def _questions(seconds: float) -> tuple[list[tuple[float, bytes]], np.ndarray[Any, Any], int]:
    """A pad watched, ten pings a second, a light twenty times a second, and one save."""
    grid_us = np.arange(_FIRST_US + 200_000, (seconds + 0.5) * _S, _GRID_US)
    questions: list[tuple[float, Message]] = [(400_000.0, WatchPad(2, 1)), (800_000.0, Save())]
    pings = round(seconds * 10)
    questions += [(450_000.0 + n * 97_003.0, Ping(n, 0, 0, 0)) for n in range(pings)]
    questions += [(t_us - 91_000.0, Cue(int(t_us), 20_000, 65_535, 0)) for t_us in grid_us]
    questions.sort(key=lambda question: question[0])
    return [(t_us, encode(m, n)) for n, (t_us, m) in enumerate(questions)], grid_us, pings


def _said(run: AvrRun) -> list[Message]:
    messages = [decode(frame) for frame in FrameDecoder().feed(run.said)]
    return [message for message in messages if isinstance(message, Message)]


def _adc_overruns(said: list[Message]) -> int:
    return [message for message in said if isinstance(message, Heartbeat)][-1].adc_overruns


def _count(said: list[Message], kind: type[Message]) -> int:
    return sum(isinstance(message, kind) for message in said)
