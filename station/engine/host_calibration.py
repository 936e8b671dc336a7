"""The engine's calibrations: what was measured of kit and sound, and measuring it by tapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from station.charts import document
from station.charts.chart import Chart
from station.engine.host_sound import HostSound
from station.engine.messages import Calibrate, Calibrated, CalibrationNow, Start
from station.errors import KitError, SoundError, SoundReason, StationError
from station.model import Calibration
from station.takes.store import Store
from station.units import ms_from_ns

_METHOD = "tap"


@dataclass(frozen=True, slots=True)
class Tapping:
    """A calibration while it runs.

    Attributes
    ----------
    kit, sound
        As calibrations name them.
    chart
        What is clicked.
    """

    kit: str
    sound: str
    chart: Chart


def calibration_now(
    kit: str, sounds: HostSound, midi_port: str, open_store: Callable[[], Store]
) -> CalibrationNow:
    """What was measured of a kit with the click of a take to come.

    Parameters
    ----------
    kit
        As calibrations name it; empty where none is open.
    midi_port
        As in `Click`.

    Raises
    ------
    StoreError
        When the store cannot be read.
    """
    try:
        sound = sounds.would_be_heard_from(midi_port)
    except KitError as error:
        return CalibrationNow(kit, "", problem=str(error))
    return CalibrationNow(
        kit, sound, open_store().calibration(kit, sound) if kit and sound else None
    )


def tapping_start(command: Calibrate) -> Start:
    """The take that a calibration is: not kept, and what its hits are is not judged."""
    made: Any = import_module("station.calibration.chart")
    chart = made.even_beat(command.bpm, command.beats)
    return Start(
        document.dump(chart),
        latency_ms=0.0,
        keep=False,
        click=command.click,
        kit_voices=command.kit_voices,
    )


def begin_tapping(kit: str, sound: str, chart: Chart) -> Tapping:
    """The same, now that it is known where the click is heard.

    Raises
    ------
    SoundError
        When it is not.
    """
    if not sound:
        raise SoundError(
            "Without a sound card or a drum module that clicks there is nothing to measure by; "
            "choose one, then calibrate again.",
            SoundReason.NO_DEVICE,
        )
    return Tapping(kit, sound, chart)


def end_tapping(
    tapping: Tapping,
    heard_from: str,
    report: Mapping[str, Any],
    open_store: Callable[[], Store],
) -> Calibrated:
    """What the taps say; a constant is kept.

    Parameters
    ----------
    heard_from
        Where the click was heard at last.
    report
        The take's.
    """
    kit, sound = tapping.kit, tapping.sound
    if heard_from != sound:
        reason = "The sound was lost in the middle of it; plug the card in, then try again."
        return Calibrated(kit, sound, refused=reason)
    # Loaded when it is wanted: the engine starts as fast as ever.
    taps: Any = import_module("station.calibration.tap")
    outcomes: Any = import_module("station.calibration.outcome")
    outcome = taps.tap_latency(taps.taps_of(report), tapping.chart.written_ns)
    if isinstance(outcome, outcomes.Refused):
        return Calibrated(kit, sound, refused=outcome.reason)
    found = Calibration(
        kit=kit,
        sound=sound,
        latency_ns=outcome.latency_ns,
        spread_ns=outcome.spread_ns,
        count=outcome.count,
        method=_METHOD,
        measured_at=datetime.now(UTC).astimezone().isoformat(timespec="milliseconds"),
    )
    try:
        open_store().calibrate(found)
    except StationError as error:
        return Calibrated(kit, sound, refused=str(error))
    return Calibrated(kit, sound, found, sd_ms=round(ms_from_ns(outcome.sd_ns), 3))
