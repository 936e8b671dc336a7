from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from station.cli import doctor
from station.cli.checks import disk, kernels, machine, midi, python, sheet, sound, window
from station.cli.checks.finding import Finding, Level, ok, problem, remark
from station.clock import ManualClock
from station.errors import KitError, KitReason, SoundError, SoundReason
from station.timing.warm import KernelCacheState
from station.units import NS_PER_MS

Station = Callable[..., tuple[int, str, str]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the doctor find these."""

    def find(*findings: Finding) -> None:
        fake = SimpleNamespace(check=lambda: list(findings))
        monkeypatch.setattr(doctor, "_SUBJECTS", ("one",))
        monkeypatch.setattr(doctor, "import_module", lambda name: fake)

    return find


def test_a_problem_is_1_and_says_the_way_out(station: Station, found: Callable[..., None]) -> None:
    found(ok("clock", "ticks"), problem("MIDI", "no [port]", "plug it in"))
    code, out, _ = station("doctor")
    assert code == 1
    assert "problem MIDI: no [port]\n        → plug it in" in out
    assert out.endswith("One problem stands in the way of playing.\n")


def test_a_remark_is_in_nobodys_way(station: Station, found: Callable[..., None]) -> None:
    found(remark("sound", "none", "buy one"))
    code, out, _ = station("doctor")
    assert code == 0
    assert out.endswith("Nothing stands in the way of playing.\n")


def test_the_findings_as_json(station: Station, found: Callable[..., None]) -> None:
    found(ok("clock", "ticks"), problem("MIDI", "none", "plug it in"))
    code, out, _ = station("doctor", "--json", "-")
    assert code == 1
    assert json.loads(out) == {
        "schema": "station.doctor/1",
        "ok": False,
        "checks": [
            {"subject": "clock", "level": "ok", "said": "ticks", "way_out": None},
            {"subject": "MIDI", "level": "problem", "said": "none", "way_out": "plug it in"},
        ],
    }


def test_a_check_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> object:
        raise ImportError("libasound.so.2")

    monkeypatch.setattr(doctor, "import_module", broken)
    assert {f.level for f in doctor.look()} == {Level.PROBLEM}
    assert all("libasound.so.2" in f.said for f in doctor.look())


def test_every_subject_can_be_looked_at(station: Station) -> None:
    findings = list(doctor.look())
    assert not [f for f in findings if "could not be looked at" in f.said]
    subjects = {f.subject for f in findings}
    assert {
        "Python",
        "MIDI",
        "kits",
        "sound",
        "window",
        "sheet",
        "kernels",
        "takes",
        "clock",
    } <= subjects
    assert all(f.way_out for f in findings if f.level is Level.PROBLEM)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        python, "requires", lambda name: ["rich>=13", "no-such-drum>=1; python_version>'3'"]
    )
    found = python.check()[1]
    assert found.level is Level.PROBLEM
    assert found.way_out == "pip install no-such-drum"


def test_no_midi_system_is_a_problem_with_its_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(api: str | None) -> list[object]:
        raise KitError("No MIDI system here; load snd-seq.", KitReason.NO_SYSTEM)

    monkeypatch.setattr(midi, "systems_for", none)
    found = midi.check()[0]
    assert (found.level, found.said, found.way_out) == (
        Level.PROBLEM,
        "No MIDI system here",
        "load snd-seq",
    )


def test_without_virtual_midi_jackd_is_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi, "virtual_midi_available", lambda: False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "jackd2" in midi.check()[1].way_out
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/jackd")
    assert midi.check()[1].level is Level.OK
    monkeypatch.setattr("sys.platform", "win32")
    assert "loopMIDI" in midi.check()[1].way_out


def test_sound_cards_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "card_names", lambda: ["USB Audio", "HDMI 0"])
    (found,) = sound.check()
    assert found == ok("sound", "PortAudio finds USB Audio; HDMI 0 (the first is audio://default)")


def test_a_card_that_portaudio_does_not_find_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "card_names", list)
    cards = tmp_path / "cards"
    cards.write_text(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n      HDA Intel at 0xf\n")
    monkeypatch.setattr("sys.platform", "linux")
    (found,) = sound.check(cards)
    assert found.level is Level.NOTE
    assert "the system has HDA-Intel - HDA Intel PCH, but PortAudio finds no card" in found.said
    assert "usermod -aG audio" in found.way_out
    for platform, path in (("linux", tmp_path / "none"), ("darwin", cards)):
        monkeypatch.setattr("sys.platform", platform)
        (found,) = sound.check(path)
        assert found.level is Level.NOTE
        assert found.said.startswith("PortAudio finds no sound card; one can play")


def test_without_portaudio_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> list[str]:
        raise SoundError(
            "Sound cannot be used (no library); install PortAudio ('sudo apt install x').",
            SoundReason.NO_SYSTEM,
        )

    monkeypatch.setattr(sound, "card_names", none)
    (found,) = sound.check()
    assert found.level is Level.NOTE
    assert found.said.startswith("Sound cannot be used (no library); one can play")
    assert found.way_out == "install PortAudio ('sudo apt install x')"


def test_a_sheet_that_is_engraved() -> None:
    (found,) = sheet.check()
    assert found.level is Level.OK
    assert found.said.startswith("Verovio ")
    assert 'class="note"' in sheet.engrave_a_bar()


def test_a_verovio_that_does_not_load_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ImportError("/lib/libc.so.6: version `GLIBC_2.99'\nnot found")

    monkeypatch.setattr(sheet, "engrave_a_bar", broken)
    (found,) = sheet.check()
    assert found.level is Level.NOTE
    assert "version `GLIBC_2.99' not found" in found.said
    assert found.way_out == "pip install --force-reinstall verovio"


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (KernelCacheState(Path("/c"), writable=True, kept=True), Level.OK),
        (KernelCacheState(Path("/c"), writable=False, kept=True), Level.OK),
        (KernelCacheState(Path("/c"), writable=True, kept=False), Level.NOTE),
        (KernelCacheState(Path("/c"), writable=False, kept=False), Level.NOTE),
        (KernelCacheState(None, writable=False, kept=False), Level.NOTE),
    ],
)
def test_kernels_that_are_not_kept_are_worth_a_remark(
    state: KernelCacheState, level: Level
) -> None:
    found = kernels.judge(state)
    assert found.level is level
    assert ("NUMBA_CACHE_DIR" in found.way_out) == (level is Level.NOTE and not state.writable)


def test_a_store_that_cannot_be_opened_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("STATION_DATA_DIR", str(blocked / "data"))
    store, room, _ = disk.check()
    assert store.level is Level.PROBLEM
    assert store.way_out
    assert room.level is Level.OK


def test_a_full_disk_is_worth_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    assert disk.check()[1].level is Level.NOTE


def test_shared_memory_that_cannot_be_written_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_RUNTIME_DIR", str(tmp_path / "none"))
    found = disk.check()[2]
    assert found.level is Level.PROBLEM
    assert "STATION_RUNTIME_DIR" in found.way_out
    monkeypatch.setenv("STATION_RUNTIME_DIR", str(tmp_path))
    assert disk.check()[2].level is Level.OK
    assert list(tmp_path.glob("edrum-ring-*")) == []


def test_qt_without_its_libraries_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "ImportError: libEGL.so.1: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(
        "subprocess.run",
        lambda words, **options: SimpleNamespace(
            returncode=1,
            stdout="\tlibxcb-cursor.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7)\n",
            stderr=said,
        ),
    )
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/ldd")
    monkeypatch.setenv("DISPLAY", ":0")
    (found,) = window.check()
    assert found.level is Level.PROBLEM
    assert "libEGL.so.1" in found.said
    assert found.way_out.startswith("sudo apt-get install libegl1")
    assert "libc" not in found.said


def test_a_qt_that_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "_TRIAL", "import threading; threading.Event().wait()")
    monkeypatch.setattr(window, "_TRIAL_S", 0.2)
    assert window.try_qt({}) == (False, "it does not answer within 0.2 s")


class LateClock(ManualClock):
    """Wakes up later than asked."""

    def __init__(self, late_ns: int) -> None:
        super().__init__()
        self.late_ns = late_ns

    def wait(self, event: object, timeout_ns: int) -> bool:
        self.advance(timeout_ns + self.late_ns)
        return False


def test_a_machine_that_wakes_up_late_is_worth_a_remark() -> None:
    assert machine.waking_up(LateClock(NS_PER_MS)).level is Level.OK
    late = machine.waking_up(LateClock(3 * NS_PER_MS))
    assert late.level is Level.NOTE
    assert "3.00 ms" in late.said


@pytest.mark.parametrize(
    ("governor", "driver", "level"),
    [
        ("performance", "acpi-cpufreq", Level.OK),
        ("powersave", "acpi-cpufreq", Level.NOTE),
        ("powersave", "intel_pstate", Level.OK),
    ],
)
def test_a_governor_that_saves_power_is_worth_a_remark(
    tmp_path: Path, governor: str, driver: str, level: Level
) -> None:
    (tmp_path / "scaling_governor").write_text(f"{governor}\n")
    (tmp_path / "scaling_driver").write_text(f"{driver}\n")
    (found,) = machine._governor(tmp_path / "scaling_governor")
    assert found.level is level
    assert machine._governor(tmp_path / "none") == []
