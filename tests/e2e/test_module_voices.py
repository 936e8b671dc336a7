"""The rhythm gate with a drum module, through a real MIDI system and the engine's process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import rtmidi

from station.charts import document
from station.engine.client import EngineClient
from station.engine.messages import Connect, Ended, KitVoices, Problem, Ready, Start
from station.files import load_chart

pytestmark = [pytest.mark.jack, pytest.mark.usefixtures("jack_server")]
PATIENCE_S = 60.0


def until(engine: EngineClient, kind: type) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        message = engine.wait_message(0.2)
        assert not isinstance(message, Problem), message
        if isinstance(message, kind):
            return message
    raise AssertionError(f"no {kind.__name__} in {PATIENCE_S} s")


@pytest.mark.parametrize(("gate", "sounding"), [("wide", True), ("medium", False)])
def test_a_module_hears_what_is_in_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: str, sounding: bool
) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path))
    module = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, "E2E module", 4096)
    module.open_virtual_port("in")
    chart = load_chart("pulse").at_bpm(400)
    try:
        with EngineClient.launch() as engine:
            until(engine, Ready)
            # 28 ms late, each of them: in time for the wide gate, and for no other.
            engine.send(Connect(["sim://?player=robot&offset_ms=28"]))
            voices = KitVoices(gate=gate, midi_port="E2E module", midi_channel=10)
            engine.send(Start(document.dump(chart), keep=False, kit_voices=voices))
            report = until(engine, Ended).report
        heard = []
        while (message := module.get_message()) is not None:
            heard.append(message[0])
    finally:
        module.close_port()
        module.delete()
    struck = [data[1] for data in heard if data[0] == 0x99 and data[2] > 0]
    assert len(report["hits"]) == len(chart.notes)
    assert struck == ([hit["note"] for hit in report["hits"]] if sounding else [])
