"""The core on a Cortex-M3 in QEMU, whose clock is this computer's: hits, lights, the truth."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from paced_kit import KNOWN_NS, PATIENCE_S, PacedKit, of_kind

from firmware_bridge.bench.firmware_sync import render
from firmware_bridge.codec import Unread, decode
from firmware_bridge.cues import CueDone
from firmware_bridge.firmware.emulated_m3 import (
    CHANNELS,
    M3OnPty,
    M3Setup,
    missing_m3,
    said_by_m3,
)
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import Heartbeat, HelloAck, Message, PadHit
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad
from firmware_bridge.source import SerialSource
from station.clock import MONOTONIC
from station.units import NS_PER_MS

WHY_NOT = missing_m3()
if WHY_NOT is not None:
    pytest.skip(WHY_NOT, allow_module_level=True)

MS = 1_000
S = 1_000_000
LIGHTS = 8


def messages(said: bytes) -> list[Message]:
    """Everything that a board said; nothing of it may be wrong."""
    decoder = FrameDecoder()
    heard = [decode(frame) for frame in decoder.feed(said)]
    assert decoder.counters.bad == 0
    assert not any(isinstance(message, Unread) for message in heard)
    return heard  # type: ignore[return-value]


def sweeps(strikes: Sequence[Strike], seconds: float) -> NDArray[np.uint16]:
    made = tuple(make_pad(PadKind.MESH, n) for n in range(CHANNELS))
    rig = Rig(made, 1, Converter(), coupling_db=None)
    return rig.play(strikes, seconds).readings


def in_turn(count: int, every_us: int) -> list[Strike]:
    return [
        Strike(500.0 * MS + n * every_us, n % CHANNELS, 50.0 + 10.0 * (n % 7)) for n in range(count)
    ]


def test_three_runs_say_the_same_bytes() -> None:
    strikes = in_turn(24, 40 * MS)
    setup = M3Setup(7, sweeps(strikes, 1.6), 100 * MS, 1_800 * MS)
    one, *others = [said_by_m3(setup) for _ in range(3)]
    said = messages(one)
    (ack,) = of_kind(HelloAck, said)
    assert ack.boot_id == 7
    assert ack.pads == CHANNELS
    assert [hit.pad for hit in of_kind(PadHit, said)] == [strike.pad for strike in strikes]
    assert of_kind(Heartbeat, said)[-1].bad_frames == 0
    assert others == [one, one]


def test_its_clock_is_this_computers_but_for_a_constant() -> None:
    with M3OnPty() as board:
        first = board.tie()
        second = board.tie()
    # Each question was asked before the board said its time, and answered after: both hold.
    assert first.bound_ns > 0
    assert abs(first.offset_ns - second.offset_ns) <= first.bound_ns + second.bound_ns


def test_the_station_hears_its_hits_at_its_own_times() -> None:
    strikes = in_turn(16, 60 * MS)
    setup = M3Setup(sweeps=sweeps(strikes, 1.8))
    with M3OnPty(setup) as board, PacedKit(board.path) as kit:
        kit.until_clock_is_known()
        begun_us = board.play()
        kit.until_hits(len(strikes))
        pace = board.pace()
    kit.check(strikes, begun_us, pace)


def test_a_metronome_lights_up_on_the_boards_clock() -> None:
    done: list[CueDone | None] = []
    with M3OnPty() as board, PacedKit(board.path) as kit:
        source = kit.source
        assert isinstance(source, SerialSource)
        kit.until_clock_is_known()
        until = time.monotonic() + PATIENCE_S
        while len(shown := [cue for cue in done if cue is not None]) < LIGHTS:
            assert time.monotonic() < until, "the lights were never done"
            # One that this computer could not send in time is not shown, and is told as not done.
            first_ns = MONOTONIC.now_ns() + 500 * NS_PER_MS
            asked = len(done) + LIGHTS - len(shown)
            for n in range(LIGHTS - len(shown)):
                assert source.cue(
                    first_ns + n * 125 * NS_PER_MS, 0, 1.0, 40 * NS_PER_MS, done.append
                )
            while len(done) < asked:
                assert time.monotonic() < until, "what became of the lights was never told"
                time.sleep(0.01)
        truth = board.tie()
        lit = [at_us for at_us, _, level in board.lights() if level]
    for cue, at_us in zip(shown, lit, strict=True):
        # What the board says of its lights is what was seen on its pins.
        assert abs(cue.done_ns - truth.host_ns(at_us)) < KNOWN_NS + truth.bound_ns
        assert cue.done_ns > cue.wanted_ns - KNOWN_NS


def test_what_is_measured_is_shown() -> None:
    row = {"busy": False, "sd_us": 1.0, "mean_us": 2.0, "p99_us": 3.0, "max_us": 4.0}
    stamps = {**row, "hits": 5, "arrival_sd_us": 6.0, "truth_bound_us": 7.0}
    late = {"asked_off_max_us": 7.5, "late_on_board_max_us": 8.5}
    lights = {**row, "lights": 8, "not_lit": 0, **late}
    page = render({"stamps": [stamps], "lights": [lights]})
    assert "stamps, idle" in page
    assert "lights, idle" in page
