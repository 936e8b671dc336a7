"""`midi://` up to the first call into a MIDI system, which is scripted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.clock import ManualClock
from station.errors import KitError, KitReason, WrongUse
from station.hal import rtmidi_port, systems
from station.hal.address import parse_address
from station.hal.midi import MidiSource, driver
from station.hal.systems import BY_NAME, MidiSystem
from station.model import StampedBy

PORTS = {
    "alsa": ["Midi Through:Midi Through Port-0 14:0", "TD-17:TD-17 MIDI 1 20:0"],
    "jack": ["a2j:TD-17 [20] (capture)", "edrum-station:in", "Kit?:midi"],
}


def source(address: str) -> MidiSource:
    return driver.create(parse_address(address), ManualClock())


@pytest.fixture
def both_systems(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """ALSA and JACK with the ports above; what is opened is noted, and refused."""
    opened: list[tuple[str, str]] = []

    def open_port(system: MidiSystem, name: str) -> None:
        opened.append((system.name, name))
        raise KitError("enough", KitReason.BUSY)

    there = [BY_NAME["alsa"], BY_NAME["jack"]]
    monkeypatch.setattr(rtmidi_port, "systems_there", lambda: there)
    monkeypatch.setattr(rtmidi_port, "input_names", lambda system: PORTS[system.name])
    monkeypatch.setattr(rtmidi_port, "InputPort", open_port)
    return opened


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("midi://TD-17?speed=2", "'speed' is no parameter of midi://; it takes api, sigma_ms"),
        ("midi://TD-17?api=oss", "'oss' is no MIDI system; known are alsa, core, jack, winmm"),
        ("midi://TD-17?sigma_ms=wide", "'sigma_ms' is a number from 0.001 to 1000, not 'wide'"),
        ("midi://TD-17?sigma_ms=0", "'sigma_ms' is a number from 0.001 to 1000, not '0'"),
        ("midi://", "write a part of the port's name"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(address: str, said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        source(address)
    assert said in str(refused.value)


def test_before_opening_info_says_what_can_be_said() -> None:
    info = source("midi://TD-17?api=winmm").info
    assert (info.name, info.stamped_by, info.simulated) == ("TD-17", StampedBy.DRIVER, False)
    assert info.sigma_ns == 1_000_000
    assert source("midi://TD-17?sigma_ms=0.25").info.sigma_ns == 250_000


@pytest.mark.usefixtures("both_systems")
def test_discovery_leaves_out_what_is_no_kit_and_says_which_system() -> None:
    assert [(i.address, i.name, i.detail) for i in driver.discover()] == [
        ("midi://TD-17:TD-17 MIDI 1?api=alsa", "TD-17:TD-17 MIDI 1 20:0", "ALSA"),
        ("midi://a2j:TD-17 [20] (capture)?api=jack", "a2j:TD-17 [20] (capture)", "JACK"),
        ("midi://Kit?api=jack", "Kit?:midi", "JACK"),
    ]


def test_of_two_systems_the_one_with_the_better_stamps_is_taken(
    both_systems: list[tuple[str, str]],
) -> None:
    for address in ("midi://td-17", "midi://td-17?api=jack", "midi://kit"):
        with pytest.raises(KitError, match="enough"):
            source(address).open(lambda: None)
    assert both_systems == [
        ("alsa", "TD-17:TD-17 MIDI 1 20:0"),
        ("jack", "a2j:TD-17 [20] (capture)"),
        ("jack", "Kit?:midi"),
    ]


@pytest.mark.usefixtures("both_systems")
def test_a_port_that_is_not_there_is_an_error_with_those_that_are() -> None:
    with pytest.raises(KitError) as missing:
        source("midi://nitro").open(lambda: None)
    assert missing.value.reason is KitReason.NO_SUCH_PORT
    assert "'nitro', there are 'TD-17:TD-17 MIDI 1 20:0', 'a2j:TD-17" in str(missing.value)
    assert "Through" not in str(missing.value)


@pytest.fixture
def no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtmidi_port, "_CHECKS", {s: lambda: False for s in BY_NAME})


@pytest.mark.usefixtures("no_system")
def test_without_a_midi_system_there_are_no_kits_and_nothing_is_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert list(driver.discover()) == []
    assert rtmidi_port.input_names(BY_NAME["alsa"]) == []
    with pytest.raises(KitError) as none:
        source("midi://TD-17").open(lambda: None)
    assert none.value.reason is KitReason.NO_SYSTEM
    with pytest.raises(KitError, match="JACK is not there; start it"):
        source("midi://TD-17?api=jack").open(lambda: None)
    assert capfd.readouterr() == ("", "")


def test_a_missing_system_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ImportError("libasound.so.2: cannot open shared object file")
    monkeypatch.setattr(rtmidi_port, "_IMPORT_FAILED", missing)
    assert list(driver.discover()) == []
    with pytest.raises(KitError, match="apt install libasound2"):
        source("midi://TD-17").open(lambda: None)


def test_why_there_is_no_midi_names_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(systems.sys, "platform", "linux")
    monkeypatch.setattr(systems, "ALSA_SEQUENCER", tmp_path / "seq")
    assert not systems.sequencer_usable()
    assert "modprobe snd-seq" in systems.why_none()
    (tmp_path / "seq").touch()
    assert systems.sequencer_usable()
    assert "group 'audio'" in systems.why_none()
