"""A calibration by tapping: the engine clicks, listens, and keeps what it finds."""

from __future__ import annotations

from collections.abc import Sequence

from station.calibration.chart import even_beat
from station.calibration.outcome import Measured, Outcome, Refused
from station.cli._keys import keyboard
from station.cli._live import LiveView
from station.cli._output import note
from station.cli._session import Session
from station.cli._signals import asked_to_stop
from station.cli._sound_choice import no_sound
from station.engine.client import EngineClient
from station.engine.messages import Calibrate, Click, OpenSound
from station.units import ns_from_ms


def tap(addresses: Sequence[str], sound: str, bpm: float, beats: int) -> tuple[str, Outcome]:
    """Click, listen, find the constant, and keep it.

    Returns
    -------
    (sound, outcome)
        The card as calibrations name it.

    Raises
    ------
    StationError
        When kit or card cannot be opened.
    """
    chart = even_beat(bpm, beats)
    with EngineClient.launch() as engine:
        session = Session(engine, LiveView(chart), note)
        session.prepare(addresses)
        if not session.open_sound(OpenSound(sound)).name:
            raise no_sound()
        note(
            f"tap any pad with each click: four count in, then {len(chart.notes)}. No meter is "
            "shown, so that nothing but the click leads you."
        )
        with asked_to_stop() as stop, keyboard() as key:
            told = session.calibrate(Calibrate(Click(), bpm, beats), key, stop)
    found = told.calibration
    if found is None:
        return told.sound, Refused(told.refused)
    sd_ns = ns_from_ms(told.sd_ms)
    return told.sound, Measured(found.latency_ns, found.spread_ns, sd_ns, found.count)
