"""A calibration by recording: the click at an input, and the stick on the pad."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from station.calibration.chart import even_beat
from station.calibration.microphone import both, click_latency, pad_delay
from station.calibration.names import sound_name
from station.calibration.onsets import click_delays, stroke_delays
from station.calibration.outcome import Measured, Outcome
from station.calibration.tap import taps_of
from station.charts import document
from station.cli._keys import keyboard
from station.cli._live import LiveView
from station.cli._output import note
from station.cli._screen import Silent
from station.cli._session import Session
from station.cli._signals import asked_to_stop
from station.cli._sound_choice import no_sound
from station.clock import MONOTONIC
from station.engine.client import EngineClient
from station.engine.messages import Start
from station.grid_clock import GridClock
from station.sound.capture import Capture, Recording
from station.sound.click_plan import ClickPlan
from station.sound.click_voices import Strength, click_voice
from station.sound.metronome import Metronome
from station.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOICE = "rim"
_CLICK_BPM = 150.0
_CLICKS = 24
# The longest way from the card to the ear that is looked for: wireless headphones.
_REACH_S = 0.35
# Both clocks have to be known before anything is measured by them.
_KNOWN_AFTER_NS = 3 * NS_PER_S
_PUMP_NS = 4 * NS_PER_MS
_CLICKS_WITHIN_S, _STROKES_WITHIN_S = 60.0, 90.0
_STROKES_BPM, _STROKES = 60.0, 24


def loopback(sound: str, input_name: str) -> tuple[str, Outcome]:
    """Play clicks, record them at an input, and say how late they are.

    Returns
    -------
    (sound, outcome)
        The card as calibrations name it.

    Raises
    ------
    StationError
        When card or input cannot be opened.
    """
    with _open(sound) as (metronome, name):
        note(f"{_CLICKS} clicks are played and recorded; leave everything as it is.")
        return name, _click(metronome, input_name)


def microphone(addresses: Sequence[str], sound: str, input_name: str) -> tuple[str, Outcome]:
    """With one microphone: how late the click is, then how late the kit reports a stroke.

    Raises
    ------
    StationError
        When kit, card or input cannot be opened.
    """
    with _open(sound) as (metronome, name):
        note(f"{_CLICKS} clicks: hold the microphone to the headphones or the speaker.")
        click = _click(metronome, input_name)
        if not isinstance(click, Measured):
            return name, click
        pad = _strokes(addresses, input_name)
        return name, both(click, pad) if isinstance(pad, Measured) else pad


@contextmanager
def _open(sound: str) -> Iterator[tuple[Metronome, str]]:
    metronome = Metronome()
    try:
        metronome.open(sound)
        if metronome.status is None:
            raise no_sound()
        yield metronome, sound_name(sound, metronome.status.name)
    finally:
        metronome.close()


def _click(metronome: Metronome, input_name: str) -> Outcome:
    chart = even_beat(_CLICK_BPM, _CLICKS)
    # Between two clicks it is quiet, so that each is taken for itself.
    plan = ClickPlan(voice=_VOICE, accents=False, count_in_bars=0, volume=1.0)
    metronome.prepare(chart, plan)
    capture = Capture(_CLICKS_WITHIN_S, input_name)
    grid = GridClock()
    try:
        _pump(metronome, grid, MONOTONIC.now_ns() + _KNOWN_AFTER_NS)
        start_ns = MONOTONIC.now_ns() + metronome.lead_ns + 100 * NS_PER_MS
        metronome.start(start_ns)
        _pump(metronome, grid, start_ns + chart.length_ns + round(_REACH_S * NS_PER_S))
        metronome.stop()
    finally:
        recording = capture.stop()
    said_ns = np.array([grid.host_at(start_ns + int(t)) for t in chart.written_ns], np.int64)
    template = click_voice(_VOICE, Strength.BEAT, recording.rate_hz)
    delays = click_delays(
        recording.samples, template, recording.frames_at(said_ns), recording.rate_hz, _REACH_S
    )
    return click_latency(delays, recording.rate_hz)


def _pump(metronome: Metronome, grid: GridClock, until_ns: int) -> None:
    never = threading.Event()
    while (now_ns := MONOTONIC.now_ns()) < until_ns:
        pumped = metronome.pump(now_ns)
        for turn in pumped.turns:
            grid.turn(*turn)
        if pumped.problem is not None:
            raise pumped.problem
        MONOTONIC.wait(never, _PUMP_NS)


def _strokes(addresses: Sequence[str], input_name: str) -> Outcome:
    chart = even_beat(_STROKES_BPM, _STROKES)
    view = LiveView(chart)
    with EngineClient.launch() as engine:
        session = Session(engine, view, note)
        session.prepare(addresses)
        note(
            f"now hold the microphone to the pad, and strike it {_STROKES} times, apart, about "
            "once a second; Enter ends it."
        )
        start = Start(document.dump(chart), count_in_bars=0, latency_ms=0.0, keep=False)
        capture = Capture(_STROKES_WITHIN_S, input_name)
        try:
            with asked_to_stop() as stop, keyboard() as key:
                outcome = session.play(start, Silent(), key, stop)
        finally:
            recording = capture.stop()
    return _pad(recording, taps_of(outcome.report) + (view.start_ns or 0))


def _pad(recording: Recording, reported_ns: NDArray[np.int64]) -> Outcome:
    reported = recording.frames_at(reported_ns)
    delays = stroke_delays(recording.samples, reported, recording.rate_hz)
    return pad_delay(delays, recording.rate_hz)
