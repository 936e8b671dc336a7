"""The Pico's real image in an emulator: as fast as it goes, and at the pace of the clock."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from paced_kit import PacedKit, of_kind

from firmware_bridge.bench.firmware_pico import measure, render
from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.emulated import (
    EMULATORS,
    Feed,
    Line,
    PicoJob,
    PicoOnPty,
    PicoRun,
    PicoSetup,
    missing,
    pico_image,
    run_pico,
    run_picos,
)
from firmware_bridge.frames import END, FrameDecoder
from firmware_bridge.messages import (
    Applied,
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
    Set,
)
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad
from firmware_bridge.piezo.waves import RATE_HZ

WHY_NOT = missing()
if WHY_NOT is not None:
    pytest.skip(WHY_NOT, allow_module_level=True)

S = 1_000_000
MS = 1_000
FEED_AT_US = 200 * MS
THRESHOLD = 1  # the parameter's id
HELLO = END + encode(Hello(1, 1, 1))
BYTE_US = 10


def messages(run: PicoRun) -> list[Message]:
    """Everything that a board said; nothing of it may be wrong."""
    decoder = FrameDecoder()
    heard = [decode(frame) for frame in decoder.feed(run.said)]
    assert decoder.counters.bad == 0
    assert not any(isinstance(message, Unread) for message in heard)
    return heard  # type: ignore[return-value]


def played(strikes: Sequence[Strike], seconds: float, pads: int = 8) -> Feed:
    """Strikes on mesh pads that do not share a stand, finer in time than the board samples."""
    fine = Converter(period_us=1e6 / RATE_HZ, noise=0.0, wide_codes=False)
    made = tuple(make_pad(PadKind.MESH, n) for n in range(pads))
    recording = Rig(made, 1, fine, coupling_db=None).play(strikes, seconds)
    return Feed(recording.readings, 1e6 / recording.period_us)


def in_turn(count: int, every_us: int, pads: int = 8) -> list[Strike]:
    return [Strike(300 * MS + n * every_us, n % pads, 50.0 + 10.0 * (n % 7)) for n in range(count)]


# --- as fast as it goes ---------------------------------------------------------------------

# All that a board can do at once, in one run that several tests look at: it is asked the time in
# quiet, then 48 strikes go round the pads, lights come on in between, and settings are saved.
STRUCK_EVERY_US = 20 * MS
STRIKES = 48
PING = Ping(7, 0, 0, 0)
PINGED_US = [50 * MS + 10_007 * n for n in range(20)]
CUES = [Cue(550 * MS + 50 * MS * n, 20 * MS, 65_535, n % 3) for n in range(8)]
SET_US, SAVE_US, EVENING_US = 1_000 * MS, 1_005 * MS, 1_600 * MS


def evening() -> PicoJob:
    heard = [(t_us, encode(PING)) for t_us in PINGED_US]
    heard += [(260 * MS + n * MS, encode(cue, n)) for n, cue in enumerate(CUES)]
    heard += [(SET_US, encode(Set(THRESHOLD, 0, 2))), (SAVE_US, encode(Save()))]
    return PicoJob(
        EVENING_US,
        PicoSetup(board_id=0x0123_4567_89AB_CDEF),
        feed=played(in_turn(STRIKES, STRUCK_EVERY_US), 1.4),
        feed_at_us=FEED_AT_US,
        heard=heard,
    )


@pytest.fixture(scope="module")
def once() -> PicoRun:
    return run_pico(evening())


@pytest.fixture(scope="module")
def again() -> list[PicoRun]:
    """Twice more, by another process; and another start of the same board."""
    another = PicoJob(20 * MS, PicoSetup(board_id=0x0123_4567_89AB_CDEF, start=2))
    return run_picos([evening(), evening(), another])


def test_the_fast_processor_is_the_same_processor() -> None:
    check = EMULATORS / "pico" / "check_thumb.mjs"
    command = ["node", str(check), "5000", "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"compared": 5_000, "wrong": 0, "first": []}


def test_the_image_is_small_enough_for_any_rp2040_board() -> None:
    assert pico_image().stat().st_size < 128 * 1024
    assert pico_image().with_suffix(".uf2").stat().st_size % 512 == 0


def test_it_says_who_it_is(once: PicoRun) -> None:
    (ack,) = of_kind(HelloAck, messages(once))
    assert ack.board_id == 0x0123_4567_89AB_CDEF
    assert ack.pads == 8
    assert ack.clock_hz == S
    assert ack.capabilities & (Capability.SAVE | Capability.LED | Capability.HAPTIC)
    assert ack.board == "Raspberry Pi Pico"
    assert once.report["baud"] == S
    assert once.report["lost_by_uart"] == 0


def test_three_runs_say_the_same_bytes_at_the_same_times(
    once: PicoRun, again: list[PicoRun]
) -> None:
    for other in again[:2]:
        assert other.said == once.said
        assert np.array_equal(other.said_us, once.said_us)
        assert other.lights == once.lights


def test_another_start_is_another_boot(once: PicoRun, again: list[PicoRun]) -> None:
    first, second = [of_kind(HelloAck, messages(run))[0] for run in (once, again[2])]
    assert first.boot_id != second.boot_id
    assert first.board_id == second.board_id


def test_every_pad_is_heard_through_its_multiplexer_at_its_time(once: PicoRun) -> None:
    strikes = in_turn(STRIKES, STRUCK_EVERY_US)
    hits = of_kind(PadHit, messages(once))
    assert [hit.pad for hit in hits] == [strike.pad for strike in strikes]
    for hit, strike in zip(hits, strikes, strict=True):
        assert abs(hit.t_us - FEED_AT_US - strike.onset_us) < 3 * MS
        assert hit.flags == 0
    beats = of_kind(Heartbeat, messages(once))
    assert beats
    assert all(beat.adc_overruns == 0 for beat in beats)


def test_nothing_is_lost_while_settings_are_saved(once: PicoRun) -> None:
    said = messages(once)
    assert len(of_kind(Applied, said)) == len(of_kind(Saved, said)) == 1
    writes = once.report["flash"]
    struck_us = [FEED_AT_US + s.onset_us for s in in_turn(STRIKES, STRUCK_EVERY_US)]
    meanwhile = [t for t in struck_us if writes[0]["from_us"] < t < writes[-1]["to_us"]]
    assert len(meanwhile) > 1
    assert len(of_kind(PadHit, said)) == STRIKES


def test_a_ping_is_stamped_when_it_came_and_a_pong_when_it_goes(once: PicoRun) -> None:
    pongs = of_kind(Pong, messages(once))
    begins = [i + 1 for i, byte in enumerate(once.said) if byte == 0]
    assert len(pongs) == len(PINGED_US)
    for pong, t_us, begin in zip(pongs, PINGED_US, begins, strict=False):
        assert abs(pong.t_rx_us - (t_us + len(encode(PING)) * BYTE_US)) <= 5
        # Late rather than early: time behind the stamp would count as the line's.
        assert 0 <= pong.t_tx_us - (once.said_us[begin] - BYTE_US) <= 10


def test_lights_come_on_at_their_time(once: PicoRun) -> None:
    lit = [(t_us, output) for t_us, output, level in once.lights if level]
    assert [output for _, output in lit] == [cue.id for cue in CUES]
    done = of_kind(Cued, messages(once))
    for cue, (t_us, _), cued in zip(CUES, lit, done, strict=True):
        assert 0 <= t_us - cue.at_us < MS
        assert abs(t_us - cued.done_us) < 100
    dark = [t_us for t_us, _, level in once.lights if not level]
    assert all(19 * MS < off - on < 21 * MS for off, (on, _) in zip(dark, lit, strict=True))


def test_without_multiplexers_three_inputs_are_three_pads() -> None:
    strikes = in_turn(9, 100 * MS, pads=3)
    feed = played(strikes, 1.4, pads=3)
    run = run_pico(PicoJob(1_500 * MS, PicoSetup(direct=True), feed, FEED_AT_US))
    said = messages(run)
    assert of_kind(HelloAck, said)[0].pads == 3
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    assert of_kind(Heartbeat, said)[-1].adc_overruns == 0


@pytest.mark.slow
def test_a_million_random_bytes_leave_it_as_it_was() -> None:
    noise = Random(3).randbytes(1_000_000)
    strikes = in_turn(20, 500 * MS)
    job = PicoJob(
        12 * S,
        feed=played(strikes, 11.0),
        feed_at_us=FEED_AT_US,
        heard=[(50 * MS, noise), (11 * S, HELLO)],
    )
    run = run_pico(job)
    said = messages(run)
    assert isinstance(of_kind(HelloAck, said)[-1], HelloAck)
    assert len(of_kind(HelloAck, said)) >= 2
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    last = of_kind(Heartbeat, said)[-1]
    assert last.bad_frames > 3_000
    assert last.overruns == last.adc_overruns == last.hits_dropped == 0
    assert run.report["lost_by_uart"] == 0


def test_at_full_load_every_strike_is_heard_while_settings_are_saved() -> None:
    said: list[str] = []
    result = measure(said.append, seconds=1.0)
    page = render(result)
    for line in Line:
        row = result["lines"][line]
        # A pad is struck again before the flash is done with what it was erasing for.
        assert row["hits"] == row["strikes"] == 8 * 22
        assert (row["adc_overruns"], row["saved"]) == (0, True)
        assert row["pongs"] == row["pings"] == 10
        assert result["load_quiet_percent"] < row["load_percent"] < 60
        assert f"by {line}: {row['load_percent']} %" in page
    assert len(said) == 1


# --- settings -------------------------------------------------------------------------------


def asked(start: int, kept: Path, heard: Sequence[Message], until_us: int) -> PicoJob:
    questions = [(30 * MS + n * 5 * MS, encode(q, n)) for n, q in enumerate(heard)]
    return PicoJob(until_us, PicoSetup(kept=kept, start=start), heard=questions)


@pytest.mark.slow
def test_power_lost_in_the_middle_of_saving_leaves_valid_settings(tmp_path: Path) -> None:
    kept = tmp_path / "flash"
    old, new = 17, 23
    # Twice: both slots have been written, and the third image goes over the first.
    saves = [asked(n, kept, [Set(THRESHOLD, 3, old), Save()], 180 * MS) for n in (1, 2)]
    assert all(len(of_kind(Saved, messages(run))) == 1 for run in run_picos(saves))
    before = kept.read_bytes()
    wanted = [Set(THRESHOLD, 3, new), Save()]
    writes = run_pico(asked(3, kept, wanted, 180 * MS)).report["flash"]
    assert [write["kind"] for write in writes] == ["RE", *["RP"] * (len(writes) - 1)]
    begin_us, end_us = writes[0]["from_us"], writes[-1]["to_us"]
    moments = [*np.linspace(begin_us, end_us, 5)[1:-1], *(w["to_us"] - 50 for w in writes[1:])]
    cut, later, chips = [], [], []
    for number, moment_us in enumerate([*moments, end_us + 10]):
        chip = tmp_path / f"flash-{number}"
        chip.write_bytes(before)
        chips.append(chip)
        cut.append(asked(3, chip, wanted, int(moment_us)))
        later.append(asked(4, chip, [Get(THRESHOLD, 3)], 50 * MS))
    run_picos(cut)
    assert all(chip.read_bytes() != before for chip in chips)
    found = [got.value for run in run_picos(later) for got in of_kind(Got, messages(run))]
    assert len(found) == len(later)
    assert set(found) == {old, new}


# --- USB ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_usb() -> list[PicoRun]:
    """Played and asked; and touched at 1200 baud."""
    heard = [(100 * MS, HELLO), *((n * 11 * MS, encode(Ping(n, 0, 0, 0))) for n in range(10, 80))]
    usb = PicoSetup(line=Line.USB)
    feed = played(in_turn(30, 15 * MS), 0.9)
    return run_picos(
        [
            PicoJob(S + 100 * MS, usb, feed, FEED_AT_US, heard),
            PicoJob(250 * MS, usb, touch_us=200 * MS),
        ]
    )


def test_a_computer_finds_a_serial_line_on_usb(by_usb: list[PicoRun]) -> None:
    told = by_usb[0].report["usb"]
    assert told["serial"] == f"{PicoSetup().board_id:016X}"
    assert told["maker"] == "edrum-station"
    assert told["product"] == "Drum trigger board"
    assert told["refused"] == ["device qualifier"]
    assert int.from_bytes(bytes(told["coding"][:4]), "little") == S
    assert told["configuration"][2] == len(told["configuration"])


def test_a_touch_at_1200_baud_asks_the_boot_rom_for_a_new_image(by_usb: list[PicoRun]) -> None:
    assert [run.report["wants_image"] for run in by_usb] == [False, True]


def test_usb_carries_hits_and_questions(by_usb: list[PicoRun]) -> None:
    said = messages(by_usb[0])
    assert of_kind(HelloAck, said)
    assert [hit.pad for hit in of_kind(PadHit, said)] == [s.pad for s in in_turn(30, 15 * MS)]
    assert [pong.token for pong in of_kind(Pong, said)] == list(range(10, 80))


@pytest.mark.slow
def test_a_host_that_fetches_nothing_for_ten_seconds_loses_nothing_unknowingly() -> None:
    strikes = in_turn(100, 110 * MS)
    job = PicoJob(
        14 * S,
        PicoSetup(line=Line.USB),
        feed=played(strikes, 12.0),
        feed_at_us=FEED_AT_US,
        heard=[(100 * MS, HELLO)],
        deaf_us=(S, 11 * S),
    )
    run = run_pico(job)
    said = messages(run)
    hits = of_kind(PadHit, said)
    last = of_kind(Heartbeat, said)[-1]
    assert last.hits == len(strikes)
    assert len(hits) + last.hits_dropped == len(strikes)
    assert last.adc_overruns == last.overruns == 0
    # It went on at once: what was struck after is heard at its time.
    assert [hit.pad for hit in hits[-5:]] == [strike.pad for strike in strikes[-5:]]


# --- at the pace of the clock ---------------------------------------------------------------


@pytest.mark.parametrize("line", Line)
def test_the_station_opens_it_as_any_kit(line: Line) -> None:
    strikes = in_turn(12, 60 * MS)
    with PicoOnPty(PicoSetup(line=line)) as board, PacedKit(board.path) as kit:
        assert kit.source.info.name == "Trigger board (Raspberry Pi Pico)"
        at_us = board.play(played(strikes, 1.2))
        kit.until_hits(len(strikes))
    kit.check(strikes, at_us, board.pace())
    assert board.final["warnings"].keys() <= {"UART0: Unimplemented peripheral write to 0x34: 0x0"}
