"""Commands and messages survive the pipe, and nonsense is said to be nonsense."""

from __future__ import annotations

import pytest

from station.engine import messages as m
from station.errors import EngineError
from station.model import Calibration

COMMANDS: list[m.Command] = [
    m.Connect(["midi://TD-17", "serial:///dev/ttyACM0"]),
    m.Start(chart="{}", latency_ms=-3.5, start_ns=2**60, player="Nieman ♩", keep=False),
    m.Start(chart="{}", click=m.Click("rim", groups=[3, 2]), kit_voices=m.KitVoices(gate="wide")),
    m.OpenSound("audio://default", m.KitVoices(0.5)),
    m.OpenSound("simsound://?ppm=50"),
    m.Stop(),
    m.MuteClick(True),
    m.AskCalibration("TD-17"),
    m.Calibrate(m.Click("rim"), 100, 32),
    m.Calibrate(m.Click("rim"), kit_voices=m.KitVoices(midi_port="TD-17")),
    m.AskReport("0192"),
    m.Quit(),
]
MEASURED = Calibration(
    "midi://TD-17", "audio://USB", 12_000_000, 900_000, 20, "tap", "2026-01-02T03:04:05+01:00"
)
MESSAGES: list[m.Message] = [
    m.Progress("compiling"),
    m.Ready(4711),
    m.KitStatus("midi://X", "X", "general-midi", "open", "driver", 0.2, False),
    m.SoundStatus("audio://default", "Card", 48_000, 11.5),
    m.SoundStatus("audio://default", problem="There is no sound card."),
    m.GridNow(2**60, 2**60 - 5, -40_000),
    m.Started("0192", -1),
    m.VerdictNow({"tempo": {"call": "rushing", "low": None}}),
    m.FoundAgain(2**60, "Followed again: you are 1 beat late."),
    m.Problem("The line\nbreaks.", 3),
    m.Ended("0192", "finished", {"hits": []}),
    m.ReportReady("0192", {"schema": "station.take/1"}),
    m.CalibrationNow("midi://TD-17", "audio://USB", MEASURED),
    m.CalibrationNow("midi://TD-17", "", problem="No MIDI port is called 'X'."),
    m.Calibrated("midi://TD-17", "audio://USB", MEASURED, sd_ms=9.5),
    m.Calibrated("midi://TD-17", "audio://USB", refused="Only 3 taps were heard."),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_commands(command: m.Command) -> None:
    line = m.to_line(command)
    assert line.count("\n") == 1
    assert m.command_of(line) == command


@pytest.mark.parametrize("message", MESSAGES, ids=lambda c: type(c).__name__)
def test_messages(message: m.Message) -> None:
    line = m.to_line(message)
    assert line.count("\n") == 1
    assert m.message_of(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "nonsense",
        '{"kind": "Explode"}',
        '{"kind": "Stop", "now": 1}',
        "{}",
        '{"kind": "Start", "chart": "", "click": {"loud": 1}}',
        '{"kind": "Start", "chart": "", "click": 7}',
    ],
)
def test_nonsense(line: str) -> None:
    with pytest.raises(EngineError, match="do not understand"):
        m.command_of(line)


def test_a_message_is_no_command() -> None:
    with pytest.raises(EngineError):
        m.command_of(m.to_line(m.Ready(1)))
