"""The Pico's real image in an emulator: as fast as it goes, and at the pace of the clock."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np
import pytest

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.emulated import (
    EMULATORS,
    Feed,
    Line,
    PicoOnPty,
    PicoRun,
    PicoSetup,
    missing,
    pico_image,
    run_pico,
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
from station.hal.api import KitEvent, KitSource, LinkEvent, LinkState, StrikeEvent
from station.hal.registry import create_source

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


T = TypeVar("T")


def of_kind(kind: type[T], said: Sequence[object]) -> list[T]:
    return [message for message in said if isinstance(message, kind)]


def played(strikes: Sequence[Strike], seconds: float, pads: int = 8) -> Feed:
    """Strikes on mesh pads that do not share a stand, finer in time than the board samples."""
    fine = Converter(period_us=1e6 / RATE_HZ, noise=0.0, wide_codes=False)
    made = tuple(make_pad(PadKind.MESH, n) for n in range(pads))
    recording = Rig(made, 1, fine, coupling_db=None).play(strikes, seconds)
    return Feed(recording.readings, 1e6 / recording.period_us)


def in_turn(count: int, every_us: int, pads: int = 8) -> list[Strike]:
    return [Strike(300 * MS + n * every_us, n % pads, 50.0 + 10.0 * (n % 7)) for n in range(count)]


# --- as fast as it goes ---------------------------------------------------------------------


def test_the_fast_processor_is_the_same_processor() -> None:
    check = EMULATORS / "pico" / "check_thumb.mjs"
    command = ["node", str(check), "5000", "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"compared": 5_000, "wrong": 0, "first": []}


def test_the_image_is_small_enough_for_any_rp2040_board() -> None:
    assert pico_image().stat().st_size < 128 * 1024
    assert pico_image().with_suffix(".uf2").stat().st_size % 512 == 0


def test_it_says_who_it_is() -> None:
    run = run_pico(20 * MS, setup=PicoSetup(board_id=0x0123_4567_89AB_CDEF))
    (ack,) = messages(run)
    assert isinstance(ack, HelloAck)
    assert ack.board_id == 0x0123_4567_89AB_CDEF
    assert ack.pads == 8
    assert ack.clock_hz == S
    assert ack.capabilities & (Capability.SAVE | Capability.LED | Capability.HAPTIC)
    assert ack.board == "Raspberry Pi Pico"
    assert run.report["baud"] == S
    assert run.report["lost_by_uart"] == 0


def test_another_start_is_another_boot() -> None:
    said = [messages(run_pico(20 * MS, setup=PicoSetup(start=n)))[0] for n in (1, 2)]
    assert len({ack.boot_id for ack in of_kind(HelloAck, said)}) == 2


def test_every_pad_is_heard_through_its_multiplexer_at_its_time() -> None:
    strikes = in_turn(16, 100 * MS)
    run = run_pico(2 * S + 400 * MS, feed=played(strikes, 2.2), feed_at_us=FEED_AT_US)
    hits = of_kind(PadHit, messages(run))
    assert [hit.pad for hit in hits] == [strike.pad for strike in strikes]
    for hit, strike in zip(hits, strikes, strict=True):
        assert abs(hit.t_us - FEED_AT_US - strike.onset_us) < 3 * MS
        assert hit.flags == 0
    assert all(beat.adc_overruns == 0 for beat in of_kind(Heartbeat, messages(run)))


def test_without_multiplexers_three_inputs_are_three_pads() -> None:
    strikes = in_turn(9, 100 * MS, pads=3)
    feed = played(strikes, 1.5, pads=3)
    run = run_pico(2 * S, setup=PicoSetup(direct=True), feed=feed, feed_at_us=FEED_AT_US)
    said = messages(run)
    assert of_kind(HelloAck, said)[0].pads == 3
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    assert of_kind(Heartbeat, said)[-1].adc_overruns == 0


def test_three_runs_say_the_same_bytes_at_the_same_times() -> None:
    feed = played(in_turn(30, 15 * MS), 0.8)
    heard = [(100 * MS + n * 7_919, encode(Ping(n, 0, 0, 0), n)) for n in range(80)]
    one, *others = [run_pico(S, feed=feed, feed_at_us=FEED_AT_US, heard=heard) for _ in range(3)]
    assert len(of_kind(PadHit, messages(one))) > 20
    for other in others:
        assert other.said == one.said
        assert np.array_equal(other.said_us, one.said_us)


def test_a_ping_is_stamped_when_it_came_and_a_pong_when_it_goes() -> None:
    at_us = [50 * MS + 10_007 * n for n in range(20)]
    question = encode(Ping(7, 0, 0, 0))
    run = run_pico(300 * MS, heard=[(t, question) for t in at_us])
    pongs = of_kind(Pong, messages(run))
    begins = [i + 1 for i, byte in enumerate(run.said) if byte == 0]
    assert len(pongs) == len(at_us)
    for pong, t_us, begin in zip(pongs, at_us, begins, strict=False):
        assert abs(pong.t_rx_us - (t_us + len(question) * BYTE_US)) <= 5
        # Late rather than early: time behind the stamp would count as the line's.
        assert 0 <= pong.t_tx_us - (run.said_us[begin] - BYTE_US) <= 10


@pytest.mark.slow
def test_a_million_random_bytes_leave_it_as_it_was() -> None:
    noise = Random(3).randbytes(1_000_000)
    strikes = in_turn(20, 500 * MS)
    run = run_pico(
        12 * S,
        feed=played(strikes, 11.0),
        feed_at_us=FEED_AT_US,
        heard=[(50 * MS, noise), (11 * S, HELLO)],
    )
    said = messages(run)
    assert isinstance(of_kind(HelloAck, said)[-1], HelloAck)
    assert len(of_kind(HelloAck, said)) >= 2
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    last = of_kind(Heartbeat, said)[-1]
    assert last.bad_frames > 3_000
    assert last.overruns == last.adc_overruns == last.hits_dropped == 0
    assert run.report["lost_by_uart"] == 0


def test_lights_come_on_at_their_time() -> None:
    grid_us = [400 * MS + 50 * MS * n for n in range(8)]
    cues = [Cue(t_us, 20 * MS, 65_535, n % 3) for n, t_us in enumerate(grid_us)]
    heard = [(100 * MS, HELLO), *((200 * MS + n * MS, encode(c, n)) for n, c in enumerate(cues))]
    feed = played(in_turn(30, 15 * MS), 0.8)
    run = run_pico(S, heard=heard, feed=feed, feed_at_us=FEED_AT_US)
    lit = [(t_us, output) for t_us, output, level in run.lights if level]
    assert [output for _, output in lit] == [cue.id for cue in cues]
    done = of_kind(Cued, messages(run))
    for cue, (t_us, _), cued in zip(cues, lit, done, strict=True):
        assert 0 <= t_us - cue.at_us < MS
        assert abs(t_us - cued.done_us) < 100
    dark = [t_us for t_us, _, level in run.lights if not level]
    assert all(19 * MS < off - on < 21 * MS for off, (on, _) in zip(dark, lit, strict=True))


# --- settings -------------------------------------------------------------------------------


def settings_after(start: int, kept: Path, heard: Sequence[Message], until_us: int) -> PicoRun:
    questions = [(100 * MS + n * 5 * MS, encode(q, n)) for n, q in enumerate(heard)]
    return run_pico(until_us, setup=PicoSetup(kept=kept, start=start), heard=questions)


@pytest.mark.slow
def test_power_lost_in_the_middle_of_saving_leaves_valid_settings(tmp_path: Path) -> None:
    kept = tmp_path / "flash"
    old, new = 17, 23
    # Twice: both slots have been written, and the third image goes over the first.
    for start in (1, 2):
        run = settings_after(start, kept, [Set(THRESHOLD, 3, old), Save()], 250 * MS)
        assert len(of_kind(Saved, messages(run))) == 1
    before = kept.read_bytes()
    run = settings_after(3, kept, [Set(THRESHOLD, 3, new), Save()], 250 * MS)
    writes = run.report["flash"]
    assert [write["kind"] for write in writes] == ["RE", *["RP"] * (len(writes) - 1)]
    begin_us, end_us = writes[0]["from_us"], writes[-1]["to_us"]
    found = set()
    moments = [*np.linspace(begin_us, end_us, 5)[1:-1], *(w["to_us"] - 50 for w in writes[1:])]
    for moment_us in [*moments, end_us + 10]:
        kept.write_bytes(before)
        settings_after(3, kept, [Set(THRESHOLD, 3, new), Save()], int(moment_us))
        assert kept.read_bytes() != before
        again = settings_after(4, kept, [Get(THRESHOLD, 3)], 150 * MS)
        (got,) = of_kind(Got, messages(again))
        found.add(got.value)
        assert got.value in {old, new}
    assert found == {old, new}


def test_nothing_is_lost_while_settings_are_saved() -> None:
    strikes = in_turn(12, 20 * MS)
    heard = [(530 * MS, encode(Set(THRESHOLD, 0, 2))), (535 * MS, encode(Save()))]
    run = run_pico(S, feed=played(strikes, 0.7), feed_at_us=FEED_AT_US, heard=heard)
    said = messages(run)
    assert len(of_kind(Applied, said)) == len(of_kind(Saved, said)) == 1
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]


# --- USB ------------------------------------------------------------------------------------


def test_a_computer_finds_a_serial_line_on_usb() -> None:
    run = run_pico(300 * MS, setup=PicoSetup(line=Line.USB), heard=[(200 * MS, HELLO)])
    told = run.report["usb"]
    assert told["serial"] == f"{PicoSetup().board_id:016X}"
    assert told["maker"] == "edrum-station"
    assert told["product"] == "Drum trigger board"
    assert told["refused"] == ["device qualifier"]
    assert int.from_bytes(bytes(told["coding"][:4]), "little") == S
    assert told["configuration"][2] == len(told["configuration"])
    (ack,) = messages(run)
    assert isinstance(ack, HelloAck)


def test_a_touch_at_1200_baud_asks_the_boot_rom_for_a_new_image() -> None:
    usb = PicoSetup(line=Line.USB)
    assert not run_pico(250 * MS, setup=usb).report["wants_image"]
    assert run_pico(250 * MS, setup=usb, touch_us=200 * MS).report["wants_image"]


def test_usb_carries_hits_and_questions() -> None:
    strikes = in_turn(30, 15 * MS)
    heard = [(100 * MS, HELLO), *((n * 11 * MS, encode(Ping(n, 0, 0, 0))) for n in range(10, 80))]
    run = run_pico(
        S + 100 * MS,
        setup=PicoSetup(line=Line.USB),
        feed=played(strikes, 0.9),
        feed_at_us=FEED_AT_US,
        heard=heard,
    )
    said = messages(run)
    assert len(of_kind(PadHit, said)) == len(strikes)
    assert [pong.token for pong in of_kind(Pong, said)] == list(range(10, 80))


@pytest.mark.slow
def test_a_host_that_fetches_nothing_for_ten_seconds_loses_nothing_unknowingly() -> None:
    strikes = in_turn(100, 110 * MS)
    run = run_pico(
        14 * S,
        setup=PicoSetup(line=Line.USB),
        feed=played(strikes, 12.0),
        feed_at_us=FEED_AT_US,
        heard=[(100 * MS, HELLO)],
        deaf_us=(S, 11 * S),
    )
    said = messages(run)
    hits = of_kind(PadHit, said)
    last = of_kind(Heartbeat, said)[-1]
    assert last.hits == len(strikes)
    assert len(hits) + last.hits_dropped == len(strikes)
    assert last.adc_overruns == last.overruns == 0
    # It went on at once: what was struck after is heard at its time.
    assert [hit.pad for hit in hits[-5:]] == [strike.pad for strike in strikes[-5:]]


# --- at the pace of the clock ---------------------------------------------------------------


class Kit:
    """A kit that is read when it wakes."""

    def __init__(self, source: KitSource) -> None:
        self.source = source
        self.events: list[KitEvent] = []
        self._woken = threading.Event()
        source.open(self._woken.set)

    def until_hits(self, count: int, within_s: float = 60.0) -> list[StrikeEvent]:
        end = time.monotonic() + within_s
        while len(self.hits) < count:
            left_s = end - time.monotonic()
            assert left_s > 0, f"no more came than {len(self.hits)}: {self.events[-3:]}"
            self._woken.wait(left_s)
            self._woken.clear()
            self.events += self.source.read()
        return self.hits

    @property
    def hits(self) -> list[StrikeEvent]:
        return of_kind(StrikeEvent, self.events)


@pytest.mark.parametrize("line", Line)
def test_the_station_opens_it_as_any_kit(line: Line) -> None:
    strikes = in_turn(12, 60 * MS)
    with PicoOnPty(PicoSetup(line=line)) as board:
        source = create_source(f"serial://{board.path}")
        try:
            kit = Kit(source)
            assert source.info.name
            board.play(played(strikes, 1.2))
            hits = kit.until_hits(len(strikes))
        finally:
            source.close()
    assert [hit.pad for hit in hits] == [strike.pad for strike in strikes]
    assert all(a.t_ns < b.t_ns for a, b in pairwise(hits))
    links = [event.state for event in of_kind(LinkEvent, kit.events)]
    assert LinkState.LOST not in links
    assert board.final["warnings"].keys() <= {"UART0: Unimplemented peripheral write to 0x34: 0x0"}
