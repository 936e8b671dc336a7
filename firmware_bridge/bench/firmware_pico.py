"""How much of a Pico the firmware takes: flash, and the processor at full load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from firmware_bridge.bench.firmware_heard import parameter_ids
from firmware_bridge.bench.firmware_load import (
    S,
    count,
    last_heartbeat,
    latest_light_us,
    messages,
    questions,
    rolling,
    waves,
)
from firmware_bridge.codec import encode
from firmware_bridge.firmware.emulated import (
    Feed,
    Line,
    PicoJob,
    PicoSetup,
    pico_image,
    run_picos,
)
from firmware_bridge.messages import Heartbeat, PadHit, Pong, Saved, Set
from firmware_bridge.piezo.waves import RATE_HZ

_PADS = 8
_FLASH = 2 * 2**20
_TWO_PIEZOS = 2
# What a rim's sensor hears of a strike on its head.
_ON_THE_RIM = 0.25
_REST = 2048
_FED_AT_US = 100_000
_SET_UP_AT_US = 60_000.0


def measure(say: Callable[[str], None], seconds: float = 3.0) -> dict[str, Any]:
    """Both lines, quiet and at full load, in the emulator.

    Eight pads of two piezos each are rolled on at once, so all 17 inputs are sampled and 16
    listened to.

    Parameters
    ----------
    say
        Takes progress.
    seconds
        How long the pads are rolled on.

    Raises
    ------
    OutsideError
        When the compiler or the emulator is not there.
    """
    say(f"an emulated Pico, quiet and with {_PADS} pads and rims rolling, by both its lines")
    with TemporaryDirectory() as place:
        runs = run_picos(_jobs(seconds, Path(place)))
    quiet = messages(runs[0].said)
    return {
        "flash": pico_image().stat().st_size,
        "flash_room": _FLASH,
        "load_quiet_percent": last_heartbeat(quiet).load_percent,
        "lines": {
            line: _at_full_load(messages(run.said), seconds)
            for line, run in zip(Line, runs[1:], strict=True)
        },
    }


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = [
        f"Pico: flash {result['flash']:,} of {result['flash_room']:,} bytes; processor "
        f"{result['load_quiet_percent']} % while nobody plays"
    ]
    lines += [
        f"  by {line}: {row['load_percent']} % with {_PADS} pads and rims rolling at 22 a second, "
        f"the scope on, pings, lights and a save: {row['hits']} of {row['strikes']} strikes "
        f"heard, {row['adc_overruns']} readings lost, {row['pongs']} of {row['pings']} pings "
        f"answered, settings saved: {'yes' if row['saved'] else 'no'}, lights at most "
        f"{row['light_late_us']:.0f} µs late"
        for line, row in result["lines"].items()
    ]
    return "\n".join(lines)


def _jobs(seconds: float, place: Path) -> list[PicoJob]:
    """A quiet one, and one for each line."""
    strikes = rolling(_PADS, seconds)
    heads = waves(_PADS, strikes, seconds + 1.0)
    rims = (heads.astype(np.float64) - _REST) * _ON_THE_RIM + _REST
    feed = Feed(np.hstack([heads, rims.astype(np.uint16)]), float(RATE_HZ))
    kind = parameter_ids("host")["kind"]
    heard = [(_SET_UP_AT_US, encode(Set(kind, pad, _TWO_PIEZOS))) for pad in range(_PADS)]
    heard += questions(seconds)[0]
    asked = [(round(at_us), data) for at_us, data in heard]
    return [
        PicoJob(2 * S),
        *(
            PicoJob(
                round((seconds + 1.0) * S),
                PicoSetup(line, kept=place / str(line)),
                feed,
                _FED_AT_US,
                asked,
            )
            for line in Line
        ),
    ]


def _at_full_load(said: list[Any], seconds: float) -> dict[str, Any]:
    _, grid_us, pings = questions(seconds)
    return {
        "load_percent": max(m.load_percent for m in said if isinstance(m, Heartbeat)),
        "strikes": len(rolling(_PADS, seconds)),
        "hits": count(said, PadHit),
        "adc_overruns": last_heartbeat(said).adc_overruns,
        "pings": pings,
        "pongs": count(said, Pong),
        "saved": count(said, Saved) == 1,
        "light_late_us": latest_light_us(said, grid_us),
    }
