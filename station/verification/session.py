"""Plays scenarios: a virtual port, a drummer on one end, the engine's process on the other."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from station.charts import document
from station.charts.chart import Chart
from station.clock import MONOTONIC
from station.drummer.midi import midi_messages
from station.drummer.perform import perform
from station.engine.client import EngineClient
from station.engine.messages import Connect, Ended, KitStatus, Problem, Ready, Start, Started
from station.errors import EngineError, OutsideError
from station.hal.rtmidi_port import OutputPort, open_virtual_output
from station.hal.striker import strike
from station.hal.virtual import virtual_midi
from station.units import NS_PER_S, ms_from_ns
from station.verification.compare import Check, Limits, compare
from station.verification.junit import Outcome
from station.verification.scenario import Scenario

_M = TypeVar("_M")
_ANSWER_WITHIN_S = 60.0
# From the start command to tick 0: the engine opens its store in it.
_LEAD_NS = NS_PER_S
_NOTE_ON = 0x90


def play_scenarios(
    scenarios: Sequence[Scenario],
    chart: Chart,
    port_name: str,
    limits: Limits,
    say: Callable[[str], None],
) -> list[Outcome]:
    """Play each scenario on `chart` through one virtual port, and compare.

    The engine runs as it does for people, in its own process; its takes go into a folder
    that is removed afterwards.

    Raises
    ------
    OutsideError, KitError, EngineError
        When there is no virtual port to be had, or the engine ends.
    """
    with (
        tempfile.TemporaryDirectory(prefix="edrum-verify-") as folder,
        virtual_midi(say),
        open_virtual_output(port_name) as port,
        EngineClient.launch({"STATION_DATA_DIR": folder}) as engine,
    ):
        _wait_for(engine, Ready, say)
        engine.send(Connect([f"midi://{port_name}"]))
        _wait_for(engine, KitStatus, say)
        return [_play(scenario, chart, port, engine, limits, say) for scenario in scenarios]


def _play(
    scenario: Scenario,
    chart: Chart,
    port: OutputPort,
    engine: EngineClient,
    limits: Limits,
    say: Callable[[str], None],
) -> Outcome:
    began = time.monotonic()
    seconds = chart.length_ns / NS_PER_S
    say(f"{scenario.name}: {len(chart.notes)} notes at {chart.bpm:g} BPM, {seconds:.0f} s")
    truth = perform(chart, scenario.params)
    messages = midi_messages(truth)
    start_ns = MONOTONIC.now_ns() + _LEAD_NS
    # The kit's own latency is the drummer's, known: it is taken off, so placement is true.
    engine.send(
        Start(
            document.dump(chart),
            start_ns=start_ns,
            latency_ms=scenario.params.latency_ms,
            player=f"simulated: {scenario.name}",
        )
    )
    _wait_for(engine, Started, say)
    sent = strike(port, messages, start_ns, MONOTONIC, threading.Event())
    ended = _wait_for(engine, Ended, say, chart.length_ns / NS_PER_S)
    sent_ms = [
        ms_from_ns(t - start_ns)
        for t, (_, data) in zip(sent, messages, strict=True)
        if data[0] & 0xF0 == _NOTE_ON and data[2] > 0
    ]
    checks: list[Check] = compare(scenario, truth, sent_ms, ended.report, limits)
    return Outcome(scenario.name, time.monotonic() - began, checks)


def _wait_for(
    engine: EngineClient, kind: type[_M], say: Callable[[str], None], extra_s: float = 0.0
) -> _M:
    give_up = time.monotonic() + _ANSWER_WITHIN_S + extra_s
    while time.monotonic() < give_up:
        message = engine.wait_message(0.2)
        if isinstance(message, kind):
            return message
        if isinstance(message, Problem):
            raise OutsideError(message.message)
        if message is None and not engine.alive:
            raise EngineError(engine.obituary())
    raise EngineError("The engine does not answer; try again on a machine with less to do.")


def seeded(scenario: Scenario, seed: int) -> Scenario:
    """The same drummer on another day."""
    return replace(scenario, params=replace(scenario.params, seed=seed))
