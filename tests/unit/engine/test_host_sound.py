"""The engine's host with a simulated sound card: the grid, voices, and what may go wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from station.charts import document
from station.engine.messages import (
    Click,
    Connect,
    GridNow,
    KitVoices,
    MuteClick,
    OpenSound,
    Problem,
    SoundStatus,
    Start,
    Started,
)
from station.files import load_chart
from station.hal import rtmidi_port
from station.model import Calibration, Pad, Zone
from station.sound import metronome as metronome_module
from station.takes.store import Store
from station.units import NS_PER_MS, NS_PER_S

PULSE = document.dump(load_chart("pulse"))  # eight seconds
NOTES = len(load_chart("pulse").notes)
LONG = document.dump(load_chart("pulse").repeated(4))


@pytest.fixture
def struck(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Pad, bool]]:
    """Every strike that the host asked for, and whether it sounded."""
    strikes: list[tuple[Pad, bool]] = []

    class Listening(metronome_module.Metronome):
        def strike(self, pad: Pad, zone: Zone, velocity: int, offset_ns: int | None = None) -> bool:
            sounds = super().strike(pad, zone, velocity, offset_ns)
            strikes.append((pad, sounds))
            return sounds

    monkeypatch.setattr(metronome_module, "Metronome", Listening)
    return strikes


def start(chart: str = PULSE, voices: KitVoices | None = None, click: Click | None = None) -> Start:
    return Start(chart, keep=False, click=click or Click(), kit_voices=voices)


def test_the_takes_clock_runs_as_fast_as_the_cards(room: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://?ppm=200&jitter_us=100"))
    [status] = room.heard(SoundStatus)
    assert (status.name, status.rate_hz) == ("simulated sound card", 48_000)
    room.let_pass(3)
    room.obey(start(LONG))
    room.let_pass(25)
    steps = room.heard(GridNow)
    assert room.said.index(room.heard(Started)[0]) < room.said.index(steps[0])
    # A card's clock is known the better the longer it plays.
    steps = [s for s in steps if s.host_ns > room.clock.now_ns() - 15 * NS_PER_S]
    run_ns = steps[-1].host_ns - steps[0].host_ns
    gained_ns = steps[-1].grid_ns - steps[0].grid_ns - run_ns
    assert gained_ns / run_ns == pytest.approx(200e-6, abs=10e-6)


def test_a_take_starts_late_enough_for_its_first_click(room: Any) -> None:
    # Blocks of 85 ms are heard 170 ms after they are mixed.
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://?block=4096"))
    [status] = room.heard(SoundStatus)
    room.obey(start())
    [started] = room.heard(Started)
    count_in_ns = 4 * NS_PER_S // 2
    assert started.start_ns - room.clock.now_ns() - count_in_ns > status.latency_ms * NS_PER_MS


def test_a_card_that_vanishes_is_told_once_and_the_take_goes_on(room: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://?vanish_s=5"), start())
    ended = room.play_out()
    opened, lost = room.heard(SoundStatus)
    assert opened.problem == ""
    assert "unplugged" in lost.problem
    assert ended.state == "finished"
    assert ended.report["missed"] == []
    assert any(mark["kind"] == "sound-gap" for mark in ended.report["marks"])
    assert not room.heard(Problem)


def test_without_a_card_one_sentence_and_the_take_goes_on(room: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://?refuse=48000"))
    [status] = room.heard(SoundStatus)
    assert status.name == ""
    assert "refuses" in status.problem
    room.obey(start())
    room.play_out()
    assert not room.heard(GridNow)


def test_a_card_that_was_lost_is_looked_for_before_the_next_take(room: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://?vanish_s=2"))
    room.let_pass(3)
    room.obey(start())
    assert [bool(status.name) for status in room.heard(SoundStatus)] == [True, False, True]


@pytest.mark.parametrize(
    "click", [Click(voice="gong"), Click(beats="some"), Click(on_bars=0), Click(volume=2)]
)
def test_a_click_that_makes_no_sense_is_refused(room: Any, click: Click) -> None:
    room.obey(Connect(["sim://?player=robot"]), start(click=click))
    [problem] = room.heard(Problem)
    assert problem.exit_code == 2
    assert not room.host.playing


def test_a_gate_that_there_is_not_is_refused(room: Any) -> None:
    room.obey(OpenSound("simsound://", KitVoices(gate="narrow")))
    [problem] = room.heard(Problem)
    assert "tight" in problem.message


def test_a_card_stays_what_it_is_in_mid_take(room: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), start(), OpenSound("simsound://"))
    [problem] = room.heard(Problem)
    assert "mid-take" in problem.message
    assert room.host.playing


def sounded(strikes: Sequence[tuple[Pad, bool]]) -> int:
    return sum(sounds for _, sounds in strikes)


@pytest.mark.parametrize(
    ("gate", "offset_ms", "sounding"), [("off", 60, NOTES), ("medium", 15, NOTES), ("tight", 15, 0)]
)
def test_hits_sound_through_the_gate(
    room: Any, struck: list[tuple[Pad, bool]], gate: str, offset_ms: int, sounding: int
) -> None:
    kit = f"sim://?player=robot&offset_ms={offset_ms}"
    room.obey(Connect([kit]), OpenSound("simsound://"), start(voices=KitVoices(gate=gate)))
    room.play_out()
    assert len(struck) == NOTES
    assert sounded(struck) == sounding


@pytest.mark.parametrize("rudiment", ["20-flam", "31-drag"])
@pytest.mark.parametrize(("loud", "heard_from"), [("", 0), ("&grace_velocity=110", 24)])
def test_grace_strokes_sound_through_the_narrowest_gate(
    room: Any, struck: list[tuple[Pad, bool]], rudiment: str, loud: str, heard_from: int
) -> None:
    chart = load_chart(rudiment)
    # Where they are twice as loud, the kit takes the main strokes for double triggers; that they
    # are none is known once some have been heard.
    kit = f"sim://?player=robot&normal_velocity=50&flam_ms=20&drag_ms=20{loud}"
    voices = KitVoices(gate="tight")
    room.obey(Connect([kit]), OpenSound("simsound://"), start(document.dump(chart), voices))
    ended = room.play_out()
    assert len(struck) == len(ended.report["hits"]) > len(chart.notes)
    assert all(sounds for _, sounds in struck[heard_from:])


def test_without_kit_voices_no_hit_sounds(room: Any, struck: list[tuple[Pad, bool]]) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://", KitVoices()), start())
    room.play_out()
    assert struck == []


def test_a_double_trigger_does_not_sound(room: Any, struck: list[tuple[Pad, bool]]) -> None:
    kit = "sim://?player=robot&double_trigger_rate=1&seed=1"
    room.obey(Connect([kit]), OpenSound("simsound://"), start(voices=KitVoices()))
    ended = room.play_out()
    assert len(ended.report["hits"]) > NOTES
    assert len(struck) == NOTES


def test_a_kit_faster_than_time_is_judged_by_its_own_times(room: Any) -> None:
    room.obey(
        Connect(["sim://?player=robot&realtime=0"]), OpenSound("simsound://?ppm=200"), start()
    )
    ended = room.play_out()
    assert not room.heard(GridNow)
    assert [hit["offset_ms"] for hit in ended.report["hits"]] == pytest.approx([0] * NOTES, abs=0.2)


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calibration:
    """What was measured of the robot's kit with the simulated card."""
    monkeypatch.setenv("STATION_DATA_DIR", str(tmp_path / "data"))
    kept = Calibration(
        "sim://?offset_ms=12&player=robot", "simsound://simulated sound card",
        12 * NS_PER_MS, 1_000_000, 20, "tap", "2026-01-02T03:04:05+01:00",
    )  # fmt: skip
    with Store.open() as store:
        store.calibrate(kept)
    return kept


KIT = "sim://?player=robot&offset_ms=12&seed=3&realtime=0"


def test_what_was_measured_is_taken_off_and_told(room: Any, measured: Calibration) -> None:
    room.obey(Connect([KIT]), OpenSound("simsound://"), Start(PULSE, click=Click()))
    ended = room.play_out()
    assert ended.report["calibration"]["latency_ms"] == 12.0
    assert ended.report["latency_ms"] == 12.0
    assert ended.report["verdict"]["placement"]["calibrated"] is True
    assert ended.report["hits"][0]["offset_ms"] == pytest.approx(0, abs=0.2)
    with Store.open() as store:
        assert store.take(ended.take_id).calibration == measured


def test_a_loop_back_is_taken_off_but_says_nothing_of_the_pad(
    room: Any, measured: Calibration
) -> None:
    with Store.open() as store:
        store.calibrate(replace(measured, method="loopback"))
    room.obey(Connect([KIT]), OpenSound("simsound://"), Start(PULSE, click=Click()))
    ended = room.play_out()
    assert ended.report["calibration"]["method"] == "loopback"
    assert ended.report["latency_ms"] == 12.0
    assert ended.report["verdict"]["placement"]["calibrated"] is False


@pytest.mark.parametrize(
    ("kit", "sound", "start"),
    [
        (KIT.replace("12", "13"), "simsound://", Start(PULSE, click=Click())),
        (KIT, "audio://none", Start(PULSE, click=Click())),
        (KIT, "simsound://", Start(PULSE)),
        (KIT, "simsound://", Start(PULSE, click=Click(), on_first_hit=True)),
    ],
    ids=["another kit", "another sound", "no click", "no count-in"],
)
def test_what_was_measured_of_something_else_is_not(
    room: Any, measured: Calibration, kit: str, sound: str, start: Start
) -> None:
    room.obey(Connect([kit]), OpenSound(sound), start)
    ended = room.play_out()
    assert "calibration" not in ended.report
    assert ended.report["verdict"]["placement"]["calibrated"] is False


def test_the_players_own_number_goes_before(room: Any, measured: Calibration) -> None:
    room.obey(Connect([KIT]), OpenSound("simsound://"), Start(PULSE, click=Click(), latency_ms=3))
    ended = room.play_out()
    assert "calibration" not in ended.report
    assert ended.report["latency_ms"] == 3.0


@pytest.mark.parametrize("lasts", [1000, 5])
def test_a_drum_module_clicks(
    room: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any, lasts: int
) -> None:
    port = port_of(lasts)
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port)
    room.obey(Connect(["sim://?player=robot"]))
    room.obey(start(click=Click(midi_port="TD", midi_channel=3)))
    ended = room.play_out()
    assert ended.state == "finished"
    assert port.closed
    clicks = [message for message in port.sent if message[0] == 0x92]
    problems = [problem for problem in room.heard(Problem) if problem.passing]
    if lasts == 1000:
        assert len(clicks) == 4 + 16
        assert problems == []
    else:
        assert len(clicks) == 3
        assert len(problems) == 1


def test_a_module_that_is_not_there_is_said_before_anything_is_played(
    room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(typed: str) -> NoReturn:
        raise rtmidi_port.no_such_port(typed, [])

    monkeypatch.setattr(rtmidi_port, "open_output", none)
    room.obey(Connect(["sim://?player=robot"]), start(click=Click(midi_port="TD")))
    [problem] = room.heard(Problem)
    assert "'TD'" in problem.message
    assert not room.host.playing


def test_a_module_that_is_not_needed_is_missed_and_the_take_goes_on(
    room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(typed: str) -> NoReturn:
        raise rtmidi_port.no_such_port(typed, [])

    monkeypatch.setattr(rtmidi_port, "open_output", none)
    click = Click(midi_port="TD", midi_port_needed=False)
    room.obey(Connect(["sim://?player=robot"]), start(click=click))
    room.play_out()
    [problem] = room.heard(Problem)
    assert "'TD'" in problem.message
    assert problem.passing
    assert room.said.index(problem) > room.said.index(room.heard(Started)[0])


def test_a_muted_click_is_silent_and_its_grid_runs_on(room: Any, recorded: Any) -> None:
    room.obey(Connect(["sim://?player=robot"]), OpenSound("simsound://"))
    room.let_pass(1)
    room.obey(start())
    room.let_pass(4)
    assert recorded.loudest() > 0.1
    room.obey(MuteClick(True))
    room.let_pass(0.1)
    muted_s = recorded.length_s
    room.let_pass(2)
    assert recorded.loudest(muted_s) == 0
    assert room.host.playing
    room.obey(MuteClick(False))
    room.let_pass(1)
    assert recorded.loudest(muted_s + 2) > 0.1
    room.obey(MuteClick(False))
    muted, heard = room.play_out().report["marks"]
    assert (muted["kind"], heard["kind"]) == ("click-muted", "click-heard")
    assert heard["t_ms"] - muted["t_ms"] == pytest.approx(2100, abs=10)


def test_what_is_muted_between_takes_stays_so(room: Any, recorded: Any) -> None:
    room.obey(MuteClick(True), Connect(["sim://?player=robot"]), OpenSound("simsound://"), start())
    room.let_pass(5)
    assert recorded.loudest() == 0
    room.obey(MuteClick(False))
    room.let_pass(1)
    assert recorded.loudest() > 0.1
    muted, heard = room.play_out().report["marks"]
    assert (muted["kind"], heard["kind"]) == ("click-muted", "click-heard")
    assert muted["t_ms"] < 0 < heard["t_ms"]


def test_a_take_without_a_click_is_not_marked_as_muted(room: Any) -> None:
    room.obey(MuteClick(True), Connect(["sim://?player=robot"]), Start(PULSE, keep=False))
    room.let_pass(1)
    room.obey(MuteClick(False), MuteClick(True))
    assert "marks" not in room.play_out().report


def test_a_muted_module_is_sent_nothing(
    room: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any
) -> None:
    port = port_of(1000)
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port)
    room.obey(MuteClick(True), Connect(["sim://?player=robot"]))
    room.obey(start(click=Click(midi_port="TD")))
    room.play_out()
    assert port.sent == []


def test_an_engine_without_sound_loads_nothing_of_it() -> None:
    code = "import sys, station.engine.process; print([m for m in sys.modules if 'sound' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['station.engine.host_sound']"


@pytest.mark.parametrize(
    ("gate", "offset_ms", "sounding"),
    [("off", 60, NOTES), ("medium", 15, NOTES), ("tight", 15, 0)],
)
def test_a_module_is_sent_back_what_the_gate_lets_through(
    room: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any, gate: str, offset_ms: int,
    sounding: int,
) -> None:  # fmt: skip
    port = port_of(1000)
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port)
    room.obey(Connect([f"sim://?player=robot&offset_ms={offset_ms}"]))
    room.obey(Start(PULSE, keep=False, kit_voices=KitVoices(gate=gate, midi_port="TD")))
    ended = room.play_out()
    struck = [message for message in port.sent if message[0] == 0x99]
    assert len(struck) == sounding
    assert {m[1] for m in struck} <= {hit["note"] for hit in ended.report["hits"]}
    assert all(message[2] > 0 for message in struck)
    # It stays open: with its local control off, a module is silent without us.
    assert not port.closed
    room.obey(OpenSound("audio://none"))
    assert port.closed


def test_between_takes_a_module_plays_every_hit(
    room: Any, wire: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any
) -> None:
    port = port_of(1000)
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port)
    voices = KitVoices(gate="tight", midi_port="TD", midi_channel=3)
    room.obey(Connect(["midi://TD-17"]), OpenSound("audio://none", voices))
    wire.send(NOTE_ON, CRASH, 77)
    room.let_pass(0.01)
    assert port.sent == [bytes((0x92, CRASH, 77)), bytes((0x82, CRASH, 0))]
    # Another one that is grabbed was never struck; this one was.
    wire.send(KEY_PRESSURE, OTHER_CRASH, 127)
    wire.send(KEY_PRESSURE, CRASH, 127)
    room.let_pass(0.01)
    assert port.sent[2:] == [bytes((0xA2, CRASH, 127)), bytes((0xA2, CRASH, 0))]


@pytest.mark.parametrize("needed", [True, False])
def test_a_module_that_is_to_play_the_hits_and_is_not_there(
    room: Any, monkeypatch: pytest.MonkeyPatch, needed: bool
) -> None:
    def none(typed: str) -> NoReturn:
        raise rtmidi_port.no_such_port(typed, [])

    monkeypatch.setattr(rtmidi_port, "open_output", none)
    voices = KitVoices(midi_port="TD", midi_port_needed=needed)
    room.obey(Connect(["sim://?player=robot"]))
    room.obey(Start(PULSE, keep=False, kit_voices=voices))
    room.let_pass(0.1)
    [problem] = room.heard(Problem)
    assert "'TD'" in problem.message
    assert room.host.playing is not needed


def test_a_module_that_is_pulled_out_is_said_once(
    room: Any, monkeypatch: pytest.MonkeyPatch, port_of: Any
) -> None:
    monkeypatch.setattr(rtmidi_port, "open_output", lambda typed: port_of(5))
    room.obey(Connect(["sim://?player=robot"]))
    room.obey(Start(PULSE, keep=False, kit_voices=KitVoices(midi_port="TD")))
    ended = room.play_out()
    [problem] = room.heard(Problem)
    assert "Hits cannot be sent" in problem.message
    assert ended.state == "finished"


CRASH, OTHER_CRASH = 49, 57
NOTE_ON, KEY_PRESSURE = 0x99, 0xA9


@pytest.mark.parametrize("in_a_take", [False, True])
@pytest.mark.parametrize(("grabbed", "rings"), [(None, True), (OTHER_CRASH, True), (CRASH, False)])
def test_a_cymbal_that_is_grabbed_rings_no_more(
    room: Any, wire: Any, recorded: Any, in_a_take: bool, grabbed: int | None, rings: bool
) -> None:
    room.obey(Connect(["midi://TD-17"]), OpenSound("simsound://", KitVoices()))
    if in_a_take:
        room.obey(Start(PULSE, keep=False, kit_voices=KitVoices()))
    room.let_pass(0.1)
    assert recorded.loudest() == 0
    wire.send(NOTE_ON, CRASH, 127)
    room.let_pass(0.2)
    assert recorded.loudest(recorded.length_s - 0.05) > 0.05
    if grabbed is not None:
        wire.send(KEY_PRESSURE, grabbed, 127)
    room.let_pass(0.2)
    assert (recorded.loudest(recorded.length_s - 0.05) > 0.02) is rings
