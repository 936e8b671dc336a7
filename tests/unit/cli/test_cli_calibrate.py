"""`station calibrate`: what is measured is kept, and judged with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station.cli.main import main
from station.takes.store import Store

KIT = "sim://?player=steady&offset_ms=12&realtime=0"
CARD = "simsound://"
NAMES = ("sim://?offset_ms=12&player=steady", "simsound://simulated sound card")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("STATION_SOUND", raising=False)


def test_a_simulated_players_constant_is_found_and_taken_off(capsys, tmp_path):
    assert main(["calibrate", KIT, "--sound", CARD, "--beats", "64", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "station.calibration/1"
    assert (told["kit"], told["sound"]) == NAMES
    assert told["latency_ms"] == pytest.approx(12, abs=max(2.0, 3 * told["spread_ms"]))
    assert (told["method"], told["n"], told["refused"]) == ("tap", 60, None)
    with Store.open() as store:
        kept = store.calibration(*NAMES)
        assert kept is not None
        assert kept.latency_ns / 1e6 == pytest.approx(told["latency_ms"], abs=0.001)

    take = ["play", f"{KIT}&seed=7", "--sound", CARD, "--chart", "pulse", "--bars", "8"]
    assert main([*take, "--quiet", "--json", "-"]) == 0
    played = json.loads(capsys.readouterr().out)
    assert played["calibration"]["latency_ms"] == told["latency_ms"]
    assert played["verdict"]["placement"]["calibrated"] is True


def test_who_scatters_is_told_so_and_nothing_is_kept(capsys):
    kit = "sim://?player=robot&motor_sd_ms=90&realtime=0"
    assert main(["calibrate", kit, "--sound", CARD]) == 1
    assert "Not calibrated: " in capsys.readouterr().out
    with Store.open() as store:
        assert store.calibration("sim://?motor_sd_ms=90&player=robot", NAMES[1]) is None


@pytest.mark.parametrize("card", ["audio://none", "simsound://?refuse=48000"])
def test_without_sound_there_is_nothing_to_measure_by(capsys, card):
    assert main(["calibrate", KIT, "--sound", card]) == 3
    assert "Without a sound card" in capsys.readouterr().err


def test_the_environment_says_which_card(capsys, monkeypatch):
    monkeypatch.setenv("STATION_SOUND", "nonsense")
    assert main(["calibrate", KIT]) == 2
    assert "'nonsense' is no address of a sound card" in capsys.readouterr().err


def test_kit_voices_need_a_card(capsys):
    assert main(["play", KIT, "--chart", "pulse", "--kit-voices"]) == 2
    assert "--sound" in capsys.readouterr().err


def test_a_click_that_there_is_not(capsys):
    assert main(["play", KIT, "--chart", "pulse", "--sound", CARD, "--click", "gong"]) == 2
    assert "wood" in capsys.readouterr().err


def test_a_gate_without_voices_is_said(capsys):
    assert main(["play", KIT, "--chart", "pulse", "--sound", CARD, "--gate", "tight"]) == 2
    assert "'--gate tight' says which hits sound" in capsys.readouterr().err


def test_hits_are_played_by_one_of_the_two(capsys):
    words = ["play", KIT, "--chart", "pulse", "--sound", CARD, "--kit-voices"]
    assert main([*words, "--module-voices", "TD"]) == 2
    assert "leave out one" in capsys.readouterr().err


def test_a_module_that_is_not_there_plays_no_hits(capsys):
    words = ["play", KIT, "--chart", "pulse", "--module-voices", "no such port", "--gate", "wide"]
    assert main(words) == 3
    assert "MIDI" in capsys.readouterr().err
