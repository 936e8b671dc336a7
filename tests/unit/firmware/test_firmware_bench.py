"""`station bench firmware`: it counts right, and its page says what was counted."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_bridge.bench import firmware
from firmware_bridge.bench.firmware_heard import Heard
from firmware_bridge.bench.firmware_peer import PeerSettings
from firmware_bridge.bench.firmware_peer import hear as peer_hears
from firmware_bridge.bench.firmware_scenes import BOARDS, one_pad
from firmware_bridge.bench.firmware_scores import Score
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import PadKind, Recording, Strike

SUSPECT = HitFlag.RETRIGGER_SUSPECT


def hit(t_us, velocity=60.0, pad=0, flags=0):
    return Heard(t_us, pad, velocity, 0, HitFlag(flags), t_us + 2_000.0)


def test_a_strike_is_found_once_and_what_is_left_is_doubled():
    strikes = [Strike(100_000.0, 0, 60.0), Strike(200_000.0, 0, 80.0), Strike(300_000.0, 1, 50.0)]
    heard = [
        hit(100_100.0, 63.0),
        hit(112_000.0, flags=SUSPECT),
        hit(200_050.0, 80.0, flags=SUSPECT),
        hit(300_100.0),
        hit(305_000.0, flags=HitFlag.CHOKE),
    ]
    score = Score()
    score.add(strikes, heard, SUSPECT)
    assert (score.strikes, score.found) == (3, 2)
    assert score.missed == [strikes[2]]
    assert (score.extra, score.extra_flagged, score.wrongly_flagged) == (2, 1, 1)
    assert score.velocity_error == [3.0, 0.0]
    assert score.stamp_us == [100.0, 50.0]
    assert score.wire_us == [2_100.0, 2_050.0]


def test_a_bounce_that_does_not_count_is_neither_found_nor_doubled():
    score = Score()
    score.add([Strike(100_000.0, 0, 20.0, counts=False)], [hit(115_000.0)], SUSPECT)
    assert (score.strikes, score.found, score.extra) == (0, 0, 0)


def test_the_peer_finds_peaks_and_is_deaf_behind_them():
    readings = np.full((1_000, 1), 2_048, np.uint16)
    for at, height in ((100, 500), (103, 900), (140, 400), (400, 300)):
        readings[at] += height
    heard = peer_hears(Recording(readings, 125.0, ()), [PeerSettings(50, 8, 64, 1_000.0)])
    assert [h.t_us for h in heard] == [103 * 125.0, 400 * 125.0]


@pytest.mark.usefixtures("zig")
def test_the_page_says_what_was_counted(monkeypatch):
    one = one_pad(BOARDS[0], PadKind.RUBBER, range(3, 4))
    assert one["singles"]["ours"].found >= 148
    monkeypatch.setattr(firmware, "one_pad", lambda *_: one)
    monkeypatch.setattr(
        firmware, "kit", lambda *_: {"one by one": one["singles"], "unison": one["singles"]}
    )
    monkeypatch.setattr(
        firmware,
        "bad_inputs",
        lambda *_: {
            "floating": {"seconds": 7.0, "false": 0, "peer_false": 94, "strikes": 30, "found": 29}
        },
    )
    monkeypatch.setattr(firmware, "missing", lambda: "no Pico here")
    monkeypatch.setattr(firmware, "missing_avr", lambda: "no Arduino here")
    monkeypatch.setattr(firmware, "missing_m3", lambda: "no Cortex-M3 here")
    said: list[str] = []
    result = firmware.run(1, said.append)
    assert result["schema"] == "station.bench.firmware/1"
    page = firmware.render(result)
    assert "Pico" in page
    assert "Uno" in page
    assert "0 (94) in 7 s, 29 of 30" in page
    assert "single pads, all together: " in page
    left_out = [f"left out: no {board} here" for board in ("Pico", "Arduino", "Cortex-M3")]
    assert said[:3] == left_out
    assert len(said) == 3 + 2 * (len(PadKind) + 2)
