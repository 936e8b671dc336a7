"""What the dashboard says of a calibration: what is kept, and why placement is not called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from station.calibration.names import LOOPBACK
from station.engine.messages import CalibrationNow
from station.model import Calibration
from station.sound_choice import SoundChoice
from station.units import ms_from_ns
from ui import words


def age(measured_at: str, now: datetime | None = None) -> str:
    """How long ago: today, 1 day ago, 3 weeks ago; empty where it is not a time."""
    try:
        then = datetime.fromisoformat(measured_at)
    except ValueError:
        return ""
    # One that was written without its offset is taken for this machine's.
    past = (now or datetime.now(UTC)) - then.astimezone()
    for unit, length in (("week", timedelta(weeks=1)), ("day", timedelta(days=1))):
        count = past // length
        if count >= (2 if unit == "week" else 1):
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "today"


def constant(latency_ms: float, spread_ms: float) -> str:
    """+12.4 ms ±0.9 ms."""
    return f"{words.signed(latency_ms)} ms ±{words.plain(spread_ms)} ms"


def kept(found: Calibration) -> str:
    """+12.4 ms ±0.9 ms, by tap, 3 days ago."""
    text = constant(ms_from_ns(found.latency_ns), ms_from_ns(found.spread_ns))
    return ", ".join(part for part in (text, f"by {found.method}", age(found.measured_at)) if part)


def kept_with_take(told: Mapping[str, Any]) -> str:
    """The same of a calibration in a take's report."""
    text = constant(told["latency_ms"], told["spread_ms"])
    return f"Calibrated: {text}, by {told['method']}, {age(told['measured_at'])}."


def in_short(now: CalibrationNow | None) -> str:
    """What stands above the button."""
    if now is None or not now.sound:
        return ""
    found = now.calibration
    if found is None:
        return "not calibrated"
    text = constant(ms_from_ns(found.latency_ns), ms_from_ns(found.spread_ns))
    return text.replace(" ms ±", " ±")


def missing(now: CalibrationNow | None) -> str:
    """What has to be done for this kit with this sound, one sentence; empty for nothing."""
    if now is None or not now.kit or not now.sound:
        return ""
    if now.calibration is None:
        return (
            f"Not calibrated: {_name(now.kit)} with {_name(now.sound)}. Until it is, placement "
            "is not called."
        )
    if now.calibration.method == LOOPBACK:
        return "A loop-back knows nothing of the pad. Until it is tapped, placement is not called."
    return ""


def uncalled(chosen: SoundChoice, now: CalibrationNow | None, *, on_first_hit: bool) -> str:
    """Why placement will not be called in a take, one sentence; empty where it may be."""
    if on_first_hit:
        return "Placement is not called: a take that begins with your first hit has no click."
    if not chosen.clicks or now is None or not now.sound:
        return "Placement is not called: no click sounds that it could be measured by."
    return "Placement is not called: not calibrated; press C to calibrate." if missing(now) else ""


def _name(address: str) -> str:
    """What a person calls it."""
    return address.partition("://")[2].partition("?")[0] or address
