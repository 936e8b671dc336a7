"""The engine calibrates by tapping, keeps what it finds, and says what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from station.charts import document
from station.engine.messages import (
    AskCalibration,
    Calibrate,
    Calibrated,
    CalibrationNow,
    Click,
    Connect,
    Ended,
    KitVoices,
    OpenSound,
    Problem,
    Start,
    Started,
    Stop,
)
from station.files import load_chart
from station.hal import rtmidi_port
from station.takes.store import Store
from station.units import NS_PER_MS

PULSE = document.dump(load_chart("pulse"))
KIT, KIT_NAME = "sim://?player=steady&offset_ms=12&seed=1", "sim://?offset_ms=12&player=steady"
SOUND = "simsound://simulated sound card"


@pytest.fixture(autouse=True)
def own_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))


def calibrated(room: Any) -> Calibrated:
    room.go_on()
    [told] = room.heard(Calibrated)
    return told


def test_what_was_tapped_is_kept_and_told(room: Any) -> None:
    room.obey(Connect([KIT + "&realtime=0"]), OpenSound("simsound://"), AskCalibration())
    [before] = room.heard(CalibrationNow)
    assert (before.kit, before.sound, before.calibration) == (KIT_NAME, SOUND, None)

    room.obey(Calibrate(Click(), bpm=120, beats=64))
    told = calibrated(room)
    found = told.calibration
    assert found is not None
    assert (told.kit, told.sound, told.refused) == (KIT_NAME, SOUND, "")
    assert (found.method, found.count) == ("tap", 60)
    assert found.latency_ns / NS_PER_MS == pytest.approx(
        12, abs=max(2.0, 3 * found.spread_ns / NS_PER_MS)
    )
    assert told.sd_ms > found.spread_ns / NS_PER_MS
    # A calibration is no take.
    assert room.heard(Ended) == []

    room.obey(AskCalibration())
    assert room.heard(CalibrationNow)[-1].calibration == found
    room.obey(Start(PULSE, click=Click()))
    ended = room.play_out()
    assert ended.report["calibration"]["measured_at"] == found.measured_at


def test_another_kit_or_sound_is_not_calibrated(room: Any) -> None:
    room.obey(Connect([KIT + "&realtime=0"]), OpenSound("simsound://"))
    room.obey(Calibrate(Click(), beats=32))
    assert calibrated(room).calibration is not None
    room.obey(OpenSound("audio://none"), AskCalibration())
    assert room.heard(CalibrationNow)[-1] == CalibrationNow(KIT_NAME, "")
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://"), AskCalibration())
    assert room.heard(CalibrationNow)[-1] == CalibrationNow("sim://?player=robot", SOUND)


@pytest.mark.parametrize(
    ("kit", "why"),
    [
        ("sim://?player=robot&motor_sd_ms=90&realtime=0", "taps"),
        ("sim://?player=robot&miss_rate=0.9&realtime=0", "taps were heard, 16 are needed"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_and_not_kept(room: Any, kit: str, why: str) -> None:
    room.obey(Connect([kit]), OpenSound("simsound://"), Calibrate(Click()))
    told = calibrated(room)
    assert told.calibration is None
    assert why in told.refused
    with Store.open() as store:
        assert store.calibration(told.kit, told.sound) is None


def test_who_stops_is_refused_and_plays_on(room: Any) -> None:
    room.obey(Connect([KIT]), OpenSound("simsound://"), Calibrate(Click()), Stop())
    assert "Only 0 taps were heard" in calibrated(room).refused
    room.obey(Start(PULSE, keep=False))
    room.play_out()
    assert len(room.heard(Calibrated)) == 1


def test_hits_sound_while_one_taps_and_after_it(
    room: Any, wire: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any
) -> None:
    # Two ports of one name: the click's, and the one that hits are sent back to.
    ports = [port_of(1000), port_of(1000)]
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: ports.pop())
    voices, hits_port = KitVoices(midi_port="TD"), ports[0]
    room.obey(Connect(["midi://TD-17"]))
    room.obey(Calibrate(Click(midi_port="TD"), kit_voices=voices))
    wire.send(0x99, 38, 90)
    room.let_pass(0.01)
    room.obey(Stop())
    wire.send(0x99, 38, 91)
    room.let_pass(0.01)
    assert [data[2] for data in hits_port.sent if data[0] == 0x99] == [90, 91]


def test_a_card_that_is_lost_while_one_taps(room: Any) -> None:
    room.obey(Connect([KIT]), OpenSound("simsound://?vanish_s=4"), Calibrate(Click()))
    told = calibrated(room)
    assert told.calibration is None
    assert "lost in the middle" in told.refused


@pytest.mark.parametrize("sound", [None, "audio://none", "simsound://?refuse=48000"])
def test_without_a_click_there_is_nothing_to_tap_to(room: Any, sound: str | None) -> None:
    room.obey(Connect([KIT]), *([OpenSound(sound)] if sound else []), Calibrate(Click()))
    [problem] = room.heard(Problem)
    assert "nothing to measure by" in problem.message
    assert problem.exit_code == 3
    assert room.heard(Started) == []
    assert not room.host.playing


def test_a_module_that_clicks_is_a_sound_of_its_own(
    room: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any
) -> None:
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port_of(1000))
    room.obey(Connect([KIT]), AskCalibration("TD"))
    assert room.heard(CalibrationNow)[-1].sound == "midi://TD-17 MIDI 1"

    def none(typed: str) -> NoReturn:
        raise rtmidi_port.no_such_port(typed, [])

    monkeypatch.setattr(rtmidi_port, "open_output", none)
    room.obey(AskCalibration("TD"))
    assert "'TD'" in room.heard(CalibrationNow)[-1].problem


def test_without_a_kit_nothing_was_measured(room: Any) -> None:
    room.obey(OpenSound("simsound://"), AskCalibration())
    assert room.heard(CalibrationNow) == [CalibrationNow("", SOUND)]
