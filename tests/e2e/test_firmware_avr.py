"""The Arduinos' real images in an emulator: as fast as it goes, and at the pace of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from paced_kit import PacedKit, of_kind

from firmware_bridge.bench.firmware_avr import measure, render
from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.avr_image import flash_image
from firmware_bridge.firmware.avr_run import AvrRun
from firmware_bridge.firmware.build import build, built
from firmware_bridge.firmware.emulated_avr import (
    Arduino,
    AvrOnPty,
    Wave,
    missing_avr,
    run_avr,
)
from firmware_bridge.firmware.targets import target_named
from firmware_bridge.frames import END, FrameDecoder
from firmware_bridge.messages import (
    Capability,
    Cue,
    Cued,
    Get,
    Got,
    Heartbeat,
    Hello,
    HelloAck,
    Message,
    PadHit,
    Ping,
    Pong,
    Save,
    Saved,
    ScopeData,
    Set,
    WatchPad,
)
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad
from firmware_bridge.piezo.waves import RATE_HZ

WHY_NOT = missing_avr()
if WHY_NOT is not None:
    pytest.skip(WHY_NOT, allow_module_level=True)

S = 1_000_000
MS = 1_000
PADS = 6
THRESHOLD = 1  # the parameter's id
HELLO = END + encode(Hello(1, 1, 1))
# A new chip makes its number and counts its start first; then the inputs settle.
WAVE_AT_US = 100 * MS
FIRST_US = 500 * MS


def messages(run: AvrRun) -> list[Message]:
    """Everything that a board said; nothing of it may be wrong."""
    decoder = FrameDecoder()
    heard = [decode(frame) for frame in decoder.feed(run.said)]
    assert decoder.counters.bad == 0
    assert not any(isinstance(message, Unread) for message in heard)
    return heard  # type: ignore[return-value]


def played(strikes: Sequence[Strike], seconds: float) -> Wave:
    """Strikes on mesh pads that do not share a stand, finer in time than the board samples."""
    fine = Converter(period_us=1e6 / RATE_HZ, noise=1.6, wide_codes=False)
    made = tuple(make_pad(PadKind.MESH, n) for n in range(PADS))
    recording = Rig(made, 1, fine, coupling_db=None).play(strikes, seconds)
    return Wave(recording.readings, 1e6 / recording.period_us, WAVE_AT_US)


def in_turn(count: int, every_us: int) -> list[Strike]:
    return [Strike(FIRST_US + n * every_us, n % PADS, 50.0 + 10.0 * (n % 7)) for n in range(count)]


def rolling(seconds: float) -> list[Strike]:
    """All six pads at once, 22 strikes a second on each."""
    every_us = S / 22
    count = int(seconds * 22)
    return [
        Strike(FIRST_US + n * every_us + pad * every_us / PADS, pad, 76.0 + 5.0 * (n % 5))
        for pad in range(PADS)
        for n in range(count)
    ]


# --- as fast as it goes ---------------------------------------------------------------------


@pytest.mark.parametrize("board", Arduino)
def test_it_says_who_it_is(board: Arduino, tmp_path: Path) -> None:
    eeprom = tmp_path / "eeprom"
    said = [messages(run_avr(board, 50 * MS, eeprom=eeprom))[0] for _ in range(3)]
    acks = of_kind(HelloAck, said)
    assert [ack.boot_id for ack in acks] == [1, 2, 3]
    assert len({ack.board_id for ack in acks}) == 1
    assert acks[0].board_id != 0
    assert acks[0].pads == PADS
    assert acks[0].clock_hz == S
    wanted = Capability.SAVE | Capability.LED | Capability.HAPTIC | Capability.RESEND
    assert acks[0].capabilities & wanted == wanted


@pytest.mark.parametrize("board", Arduino)
def test_the_image_leaves_room_for_the_bootloader_and_the_stack(board: Arduino) -> None:
    report = run_avr(board, 100 * MS).report
    bootloader = {Arduino.UNO: 512, Arduino.LEONARDO: 4096}[board]
    assert report.memory.flash <= 32_768 - bootloader
    assert report.memory.ram <= report.ram - 200


def test_there_is_an_image_for_a_slower_line(tmp_path: Path) -> None:
    usual, slower = (target_named(name) for name in ("uno", "uno-500k"))
    assert usual is not None
    assert slower is not None
    made = build(slower, tmp_path)
    assert [path.suffix for path in made] == [".elf", ".hex"]
    assert flash_image(made[0].read_bytes()) != flash_image(built(usual).read_bytes())


def test_a_start_that_lost_its_power_is_not_counted_twice(tmp_path: Path) -> None:
    eeprom = tmp_path / "eeprom"
    run_avr(Arduino.UNO, 50 * MS, eeprom=eeprom)
    last = 1
    # While the counter is being written: 3.4 ms a byte.
    for number, until_us in enumerate(range(1_000, 9_000, 800)):
        run_avr(Arduino.UNO, until_us, eeprom=eeprom, seed=number)
        (ack,) = of_kind(HelloAck, messages(run_avr(Arduino.UNO, 50 * MS, eeprom=eeprom)))
        assert ack.boot_id > last
        last = ack.boot_id


@pytest.mark.parametrize("board", Arduino)
def test_every_pad_is_heard_at_its_time(board: Arduino) -> None:
    strikes = in_turn(18, 100 * MS)
    run = run_avr(board, 3 * S, wave=played(strikes, 2.6))
    said = messages(run)
    hits = of_kind(PadHit, said)
    assert [hit.pad for hit in hits] == [strike.pad for strike in strikes]
    assert all(hit.flags == 0 for hit in hits)
    # The board's clock starts when the board does; from strike to strike it is the same.
    apart = np.array(
        [hit.t_us - strike.onset_us for hit, strike in zip(hits, strikes, strict=True)]
    )
    assert np.abs(apart - np.median(apart)).max() < 500
    assert all(beat.adc_overruns == 0 for beat in of_kind(Heartbeat, said))


def test_the_assembler_hears_what_the_core_hears(tmp_path: Path) -> None:
    """What is done with every reading is written twice: for every board, and for this one."""
    own = target_named("uno")
    assert own is not None
    flags = tuple(flag for flag in own.flags if flag != "-DED_OWN_SWEEP")
    assert flags != own.flags
    plain = build(replace(own, name="uno-plain", flags=flags), tmp_path)[0]
    wave = played(in_turn(24, 60 * MS), 2.1)
    runs = [run_avr(Arduino.UNO, 2_200 * MS, wave=wave, image=image) for image in (None, plain)]
    hits = [of_kind(PadHit, messages(run)) for run in runs]
    assert len(hits[0]) == 24
    assert [hit.pad for hit in hits[0]] == [hit.pad for hit in hits[1]]
    for one, other in zip(*hits, strict=True):
        # They may start a few cycles apart, and then read the wave at other moments.
        assert abs(one.t_us - other.t_us) < 150
        assert abs(one.velocity - other.velocity) < 1_000


def test_three_runs_say_the_same_bytes_at_the_same_times() -> None:
    wave = played(in_turn(30, 20 * MS), 1.3)
    heard = [(100 * MS + n * 7_919, encode(Ping(n, 0, 0, 0), n)) for n in range(80)]
    one, *others = [run_avr(Arduino.UNO, 1_300 * MS, wave=wave, heard=heard) for _ in range(3)]
    assert len(of_kind(PadHit, messages(one))) > 25
    assert len(of_kind(Pong, messages(one))) == 80
    for other in others:
        assert other.said == one.said
        assert np.array_equal(other.said_us, one.said_us)


@pytest.mark.slow
@pytest.mark.parametrize("board", Arduino)
def test_at_full_load_no_reading_is_lost_and_no_question(board: Arduino, tmp_path: Path) -> None:
    """Six pads rolling, one of them watched, pings, lights, and the settings being saved."""
    strikes = rolling(2.0)
    grid_us = [600 * MS + n * 50 * MS for n in range(30)]
    questions: list[tuple[float, bytes]] = [(300 * MS, HELLO)]
    questions += [(310 * MS, encode(WatchPad(2, 1), 1)), (700 * MS, encode(Save(), 2))]
    questions += [(400 * MS + n * 97 * MS, encode(Ping(n, 0, 0, 0), n)) for n in range(20)]
    questions += [
        (t_us - 100 * MS + 50 * MS * 0.37, encode(Cue(t_us, 20 * MS, 65_535, 0), n))
        for n, t_us in enumerate(grid_us)
    ]
    run = run_avr(
        board,
        2_700 * MS,
        wave=played(strikes, 2.6),
        heard=sorted(questions),
        eeprom=tmp_path / "eeprom",
        awake_from_us=300 * MS,
    )
    said = messages(run)
    hits = of_kind(PadHit, said)
    last = of_kind(Heartbeat, said)[-1]
    assert len(hits) >= 0.99 * len(strikes)
    assert last.adc_overruns == last.overruns == last.bad_frames == last.hits_dropped == 0
    assert [pong.token for pong in of_kind(Pong, said)] == list(range(20))
    assert len(of_kind(ScopeData, said)) > 500
    assert len(of_kind(Saved, said)) == 1
    assert run.report.untouched > 0
    # The lights lie on the board's clock: within a millisecond, whatever else it does.
    done = of_kind(Cued, said)
    assert all(0 <= cued.done_us - t_us < MS for cued, t_us in zip(done, grid_us, strict=True))
    lit = [t_us for t_us, output, on in run.lights if on and output == 0]
    # The pin itself, against what was said; the board's clock began with the board.
    assert np.ptp(np.array(lit) - [cued.done_us for cued in done]) < 500
    # What it says of its load is what an observer sees.
    assert abs(last.load_percent / 100 - run.report.load) < 0.08


@pytest.mark.slow
def test_a_million_random_bytes_leave_it_as_it_was() -> None:
    noise = Random(3).randbytes(1_000_000)
    strikes = in_turn(6, 100 * MS)
    late = [Strike(s.onset_us + 11.5 * S, s.pad, s.velocity) for s in strikes]
    run = run_avr(
        Arduino.UNO,
        14_100 * MS,
        wave=played(late, 13.0),
        heard=[(50 * MS, noise), (11_500 * MS, HELLO)],
    )
    said = messages(run)
    assert len(of_kind(HelloAck, said)) >= 2
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    beats = of_kind(Heartbeat, said)
    assert beats[-1].bad_frames > 100
    assert beats[-1].overruns > 500_000
    # At the full speed of the line it cannot keep up, and says so; then it is well again.
    assert beats[-1].adc_overruns == beats[-2].adc_overruns
    assert beats[-1].overruns == beats[-2].overruns
    assert run.report.untouched > 0


@pytest.mark.slow
def test_what_is_measured_is_shown() -> None:
    said: list[str] = []
    result = measure(said.append, seconds=1.0)
    page = render(result)
    for board in Arduino:
        row = result[board]
        assert row["pings"] == row["pongs"] == 10
        assert row["saved"]
        assert 0 < row["cycles_left"] < 336
        assert f"{board}: flash {row['flash']:,}" in page
    assert len(said) == 6


# --- settings -------------------------------------------------------------------------------


def asked(eeprom: Path, questions: Sequence[Message], until_us: float, seed: int = 1) -> AvrRun:
    heard = [(100 * MS + n * 5 * MS, encode(q, n)) for n, q in enumerate(questions)]
    return run_avr(Arduino.UNO, until_us, heard=heard, eeprom=eeprom, seed=seed)


@pytest.mark.slow
def test_power_lost_in_the_middle_of_saving_leaves_valid_settings(tmp_path: Path) -> None:
    eeprom = tmp_path / "eeprom"
    old, new = 17, 23
    # Twice: both slots have been written, and the third image goes over the first.
    for _ in range(2):
        run = asked(eeprom, [Set(THRESHOLD, 3, old), Save()], 800 * MS)
        assert len(of_kind(Saved, messages(run))) == 1
    before = eeprom.read_bytes()
    run = asked(eeprom, [Set(THRESHOLD, 3, new), Save()], 800 * MS)
    index = run.said.index(encode(Saved(), 1))
    saved_us = run.said_us[index]
    found = set()
    for seed, moment_us in enumerate(np.linspace(106 * MS, saved_us + MS, 24)):
        eeprom.write_bytes(before)
        asked(eeprom, [Set(THRESHOLD, 3, new), Save()], moment_us, seed)
        again = asked(eeprom, [Get(THRESHOLD, 3), Get(THRESHOLD, 2)], 150 * MS)
        kept, other = of_kind(Got, messages(again))
        assert kept.value in {old, new}
        assert other.value not in {old, new}
        found.add(kept.value)
    assert found == {old, new}


# --- USB ------------------------------------------------------------------------------------


def test_a_computer_finds_a_serial_line_on_a_leonardos_usb() -> None:
    run = run_avr(Arduino.LEONARDO, 400 * MS, heard=[(300 * MS, HELLO)], usb=True)
    told = run.report.usb
    (_, ack) = messages(run)
    assert isinstance(ack, HelloAck)
    assert text_of(told["text1"]) == "edrum-station"
    assert text_of(told["text2"]) == "Drum trigger board"
    assert text_of(told["text3"]) == f"{ack.board_id:016X}"
    configuration = bytes.fromhex(told["configuration"])
    assert int.from_bytes(configuration[2:4], "little") == len(configuration)
    assert told["nonsense"] == "refused"
    assert int.from_bytes(bytes.fromhex(told["line_coding_now"])[:4], "little") == 115_200


def text_of(descriptor: str) -> str:
    data = bytes.fromhex(descriptor)
    assert data[0] == len(data)
    return data[2:].decode("utf-16-le")


def test_a_touch_at_1200_baud_leads_into_the_bootloader() -> None:
    key = 0x7777
    touched = run_avr(Arduino.LEONARDO, S, usb=True, touch_us=300 * MS)
    assert touched.reset is not None
    at_us, old, safe = touched.reset
    assert 300 * MS < at_us < 500 * MS
    assert old == safe == key
    assert "touch_close" in touched.report.usb
    left_alone = run_avr(Arduino.LEONARDO, 600 * MS, usb=True)
    assert left_alone.reset is None


def test_usb_carries_hits_and_questions() -> None:
    strikes = in_turn(30, 20 * MS)
    heard = [(300 * MS, HELLO), *((n * 11 * MS, encode(Ping(n, 0, 0, 0))) for n in range(30, 90))]
    run = run_avr(Arduino.LEONARDO, 1_400 * MS, wave=played(strikes, 1.3), heard=heard, usb=True)
    said = messages(run)
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    assert [pong.token for pong in of_kind(Pong, said)] == list(range(30, 90))


@pytest.mark.slow
def test_a_host_that_fetches_nothing_for_ten_seconds_loses_nothing_unknowingly() -> None:
    strikes = in_turn(60, 200 * MS)
    run = run_avr(
        Arduino.LEONARDO,
        13_500 * MS,
        wave=played(strikes, 13.3),
        heard=[(300 * MS, HELLO)],
        usb=True,
        deaf_us=(S, 11 * S),
    )
    said = messages(run)
    hits = of_kind(PadHit, said)
    last = of_kind(Heartbeat, said)[-1]
    assert last.hits == len(strikes)
    assert last.hits_dropped > 0
    assert len(hits) + last.hits_dropped == len(strikes)
    assert last.adc_overruns == last.overruns == 0
    # It went on at once: what was struck after is heard at its time.
    assert [hit.pad for hit in hits[-5:]] == [strike.pad for strike in strikes[-5:]]


# --- at the pace of the clock ---------------------------------------------------------------


def test_the_station_opens_it_as_any_kit() -> None:
    strikes = in_turn(12, 80 * MS)
    with AvrOnPty(Arduino.UNO, wave=played(strikes, 2.0)) as board, PacedKit(board.path) as kit:
        assert kit.source.info.name == "Trigger board (Arduino Uno)"
        at_us = board.play()
        kit.until_hits(len(strikes))
    kit.check(strikes, at_us, board.pace())
