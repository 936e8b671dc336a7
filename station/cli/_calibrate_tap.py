"""A calibration by tapping: a take that is not kept, and what its hits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.calibration.chart import even_beat
from station.calibration.names import sound_name
from station.calibration.outcome import Outcome
from station.calibration.tap import tap_latency
from station.charts import document
from station.cli._keys import keyboard
from station.cli._live import LiveView
from station.cli._output import note
from station.cli._screen import Silent
from station.cli._session import Session
from station.cli._signals import asked_to_stop
from station.cli.calibrate import no_sound
from station.engine.client import EngineClient
from station.engine.messages import Click, OpenSound, Start
from station.units import ns_from_ms

_NO_STROKES = {"double-trigger", "crosstalk"}


def tap(addresses: Sequence[str], sound: str, bpm: float, beats: int) -> tuple[str, Outcome]:
    """Click, listen, and find the constant.

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
        card = session.open_sound(OpenSound(sound))
        if not card.name:
            raise no_sound()
        note(
            f"tap any pad with each click: four count in, then {len(chart.notes)}. No meter is "
            "shown, so that nothing but the click leads you."
        )
        # What the hits are is not judged: any latency will do.
        start = Start(document.dump(chart), latency_ms=0.0, keep=False, click=Click())
        with asked_to_stop() as stop, keyboard() as key:
            outcome = session.play(start, Silent(), key, stop)
    taps_ns = taps_of(outcome.report)
    return sound_name(sound, card.name), tap_latency(taps_ns, chart.written_ns)


def taps_of(report: Mapping[str, Any]) -> NDArray[np.int64]:
    """When something was struck, from the first click, on the click's own clock; shape (n,)."""
    strokes = [hit for hit in report.get("hits", ()) if not _NO_STROKES & set(hit["flags"])]
    return np.array([ns_from_ms(hit["t_ms"]) for hit in strokes], dtype=np.int64)
