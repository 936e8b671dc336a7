"""Plays scenarios: a stage with a drummer on one end, the engine's process on the other."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from station.charts import document
from station.charts.chart import Chart
from station.clock import MONOTONIC
from station.drummer.perform import perform
from station.engine.client import EngineClient
from station.engine.messages import Connect, Ended, KitStatus, Problem, Ready, Start, Started
from station.errors import EngineError, OutsideError
from station.units import NS_PER_S
from station.verification.compare import Check, Limits, compare
from station.verification.junit import Outcome
from station.verification.scenario import Scenario
from station.verification.stage import Stage

_M = TypeVar("_M")
_ANSWER_WITHIN_S = 60.0
# From the start command to tick 0: the engine opens its store in it.
_LEAD_NS = NS_PER_S


def play_scenarios(
    scenarios: Sequence[Scenario],
    chart: Chart,
    stage: Stage,
    limits: Limits,
    say: Callable[[str], None],
) -> list[Outcome]:
    """Play each scenario on `chart` on a stage, and compare.

    The engine runs as it does for people, in its own process; its takes go into a folder
    that is removed afterwards.

    Raises
    ------
    OutsideError, KitError, EngineError
        When the engine cannot open the stage's kit, or ends.
    """
    with (
        tempfile.TemporaryDirectory(prefix="edrum-verify-") as folder,
        EngineClient.launch({"STATION_DATA_DIR": folder}) as engine,
    ):
        _wait_for(engine, Ready, say)
        engine.send(Connect([stage.address]))
        _wait_for(engine, KitStatus, say)
        return [_play(scenario, chart, stage, engine, limits, say) for scenario in scenarios]


def _play(
    scenario: Scenario,
    chart: Chart,
    stage: Stage,
    engine: EngineClient,
    limits: Limits,
    say: Callable[[str], None],
) -> Outcome:
    began = time.monotonic()
    seconds = chart.length_ns / NS_PER_S
    say(f"{scenario.name}: {len(chart.notes)} notes at {chart.bpm:g} BPM, {seconds:.0f} s")
    truth = stage.playable(perform(chart, scenario.params))
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
    sent_ms = stage.play(truth, start_ns)
    ended = _wait_for(engine, Ended, say, chart.length_ns / NS_PER_S)
    known = scenario.within(len(chart.beat_ticks()))
    checks: list[Check] = compare(known, truth, sent_ms, ended.report, limits)
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
