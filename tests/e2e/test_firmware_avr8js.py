"""The Uno's real image in avr8js: what runs it where simavr is not there, and another opinion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.firmware.avr_run import AvrRun
from firmware_bridge.firmware.emulated_avr import (
    Arduino,
    Emulator,
    Wave,
    missing_avr,
    run_avr,
)
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import (
    Get,
    Got,
    Heartbeat,
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

WHY_NOT = missing_avr(Emulator.AVR8JS)
if WHY_NOT is not None:
    pytest.skip(WHY_NOT, allow_module_level=True)

S = 1_000_000
MS = 1_000
PADS = 6
THRESHOLD = 1

T = TypeVar("T")


def messages(run: AvrRun) -> list[Message]:
    decoder = FrameDecoder()
    heard = [decode(frame) for frame in decoder.feed(run.said)]
    assert decoder.counters.bad == 0
    assert not any(isinstance(message, Unread) for message in heard)
    return heard  # type: ignore[return-value]


def of_kind(kind: type[T], said: Sequence[object]) -> list[T]:
    return [message for message in said if isinstance(message, kind)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The EEPROM of a board that has been started once: it has made its number."""
    eeprom = tmp_path_factory.mktemp("uno") / "eeprom"
    # Sixty-four turns of the watchdog, 16 ms each.
    run = run_avr(Arduino.UNO, 1_300 * MS, eeprom=eeprom, emulator=Emulator.AVR8JS)
    (ack,) = of_kind(HelloAck, messages(run))
    assert ack.boot_id == 1
    assert ack.board_id != 0
    return eeprom.read_bytes()


@pytest.fixture
def eeprom(kept: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "eeprom"
    path.write_bytes(kept)
    return path


def wave() -> Wave:
    strikes = [Strike(500 * MS + n * 25 * MS, n % PADS, 50.0 + 10.0 * (n % 7)) for n in range(30)]
    fine = Converter(period_us=1e6 / RATE_HZ, noise=1.6, wide_codes=False)
    made = tuple(make_pad(PadKind.MESH, n) for n in range(PADS))
    recording = Rig(made, 1, fine, coupling_db=None).play(strikes, 1.4)
    return Wave(recording.readings, 1e6 / recording.period_us, 100 * MS)


def test_three_runs_say_the_same_bytes_at_the_same_times(kept: bytes, tmp_path: Path) -> None:
    heard = [(100 * MS + n * 7_919, encode(Ping(n, 0, 0, 0), n)) for n in range(80)]
    runs = []
    for n in range(3):
        path = tmp_path / f"eeprom-{n}"
        path.write_bytes(kept)
        runs.append(
            run_avr(
                Arduino.UNO,
                1_500 * MS,
                wave=wave(),
                heard=heard,
                eeprom=path,
                emulator=Emulator.AVR8JS,
            )
        )
    said = messages(runs[0])
    assert len(of_kind(PadHit, said)) > 25
    assert len(of_kind(Pong, said)) == 80
    assert of_kind(Heartbeat, said)[-1].adc_overruns == 0
    for other in runs[1:]:
        assert other.said == runs[0].said
        assert np.array_equal(other.said_us, runs[0].said_us)


def test_settings_are_kept(eeprom: Path) -> None:
    heard = [(100 * MS, encode(Set(THRESHOLD, 3, 17), 1)), (110 * MS, encode(Save(), 2))]
    run = run_avr(Arduino.UNO, 2 * S, heard=heard, eeprom=eeprom, emulator=Emulator.AVR8JS)
    assert len(of_kind(Saved, messages(run))) == 1
    again = run_avr(
        Arduino.UNO,
        150 * MS,
        heard=[(100 * MS, encode(Get(THRESHOLD, 3)))],
        eeprom=eeprom,
        emulator=Emulator.AVR8JS,
    )
    assert [got.value for got in of_kind(Got, messages(again))] == [17]


def test_simavr_says_the_same_hits(eeprom: Path) -> None:
    """Two makers' readings of the data sheet."""
    why_not = missing_avr(Emulator.SIMAVR)
    if why_not is not None:
        pytest.skip(why_not)
    runs = [
        run_avr(Arduino.UNO, 1_500 * MS, wave=wave(), eeprom=eeprom, emulator=emulator)
        for emulator in Emulator
    ]
    hits = [of_kind(PadHit, messages(run)) for run in runs]
    assert len(hits[0]) > 25
    assert [hit.pad for hit in hits[0]] == [hit.pad for hit in hits[1]]
    # They start at other moments, and so at another phase of the sampling.
    stamps = np.array([[hit.t_us for hit in heard] for heard in hits])
    assert np.ptp(stamps[0] - stamps[1]) < 500
    for one, other in zip(*hits, strict=True):
        assert abs(one.velocity - other.velocity) < 2_000
    starts = [of_kind(HelloAck, messages(run))[0] for run in runs]
    assert [start.boot_id for start in starts] == [2, 3]
    assert len({start.board_id for start in starts}) == 1
    assert abs(runs[0].report.load - runs[1].report.load) < 0.05
