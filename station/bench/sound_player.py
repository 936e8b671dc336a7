"""What is measured: a metronome in a process like the engine's, and strokes between its clicks.

`python -m station.bench.sound_player OUT SECONDS BPM`: clicks on the left, strokes on the right.
Says `ready` when the take begins; when it is over, writes when each stroke was struck, how the
grid turned, which frame was thought to be heard when, and what the card complained of, as JSON.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from pathlib import Path

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import MONOTONIC
from station.engine.priority import run_first
from station.grid_clock import GridClock
from station.model import Pad, Zone
from station.sound.click_plan import ClickPlan
from station.sound.metronome import KitSound, Metronome
from station.units import NS_PER_MS, NS_PER_S

PPQ = 480
# As the engine's loop in a take.
_SLEEP_S = 0.000_1
_SWITCH_INTERVAL_S = 0.0002
_CARD_KNOWN_AFTER_NS = 3 * NS_PER_S
_LOOK_EVERY_NS = 25 * NS_PER_MS
# Strokes are told apart by the silence between them: a hi-hat's foot rings for 70 ms.
_STROKES_NS = (150 * NS_PER_MS, 350 * NS_PER_MS)


def pulse(bpm: int, seconds: float) -> Chart:
    """A chart that is nothing but beats in 4/4."""
    bars = max(1, round(seconds * bpm / 60 / 4))
    tempo = TempoMap.constant(bpm, PPQ)
    return Chart("pulse", tempo, (MetreChange(0, 4, 4),), (), bars * 4 * PPQ)


def main(out: str, seconds: int, bpm: int) -> int:
    """Play; returns when the take is over."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    metronome = Metronome()
    run_first()
    # The card's thread is started by this one, and inherits its priority.
    metronome.open("audio://default")
    metronome.sound_kit(KitSound(volume=1.0, balance=1.0))
    chart = pulse(bpm, seconds)
    plan = ClickPlan(count_in_bars=1, volume=1.0, balance=-1.0)
    metronome.prepare(chart, plan)
    gc.freeze()
    gc.disable()
    opened_ns = MONOTONIC.now_ns()
    while MONOTONIC.now_ns() < opened_ns + _CARD_KNOWN_AFTER_NS:
        metronome.pump(MONOTONIC.now_ns())
        time.sleep(_SLEEP_S)
    print("ready", flush=True)
    start_ns = MONOTONIC.now_ns() + 2 * NS_PER_S
    metronome.start(start_ns)
    grid, struck, marks, looks = GridClock(), [], [], []
    chance = random.Random(1)
    next_ns = look_ns = start_ns
    end_ns = start_ns + chart.length_ns + NS_PER_S
    while (now := MONOTONIC.now_ns()) < end_ns:
        pumped = metronome.pump(now)
        for turn in pumped.turns:
            grid.turn(*turn)
        marks += [(mark.t_ns, mark.detail) for mark in pumped.marks]
        if pumped.problem is not None:
            raise pumped.problem
        if now >= look_ns:
            look_ns = now + _LOOK_EVERY_NS
            looks.append((now, metronome.frame_heard(now)))
        if now >= next_ns:
            next_ns = now + chance.randrange(*_STROKES_NS)
            struck.append(MONOTONIC.now_ns())
            metronome.strike(Pad.HI_HAT_PEDAL, Zone.FOOT, 127)
        time.sleep(_SLEEP_S)
    status, zero_frame = metronome.status, metronome.zero_frame
    metronome.close()
    told = {
        "start_ns": start_ns,
        "rate_hz": status.rate_hz if status is not None else 0,
        "steps": [(s.host_ns, s.grid_ns, s.rate_ppb) for s in grid.steps],
        "zero_frame": zero_frame,
        "looks": looks,
        "struck_ns": struck,
        "marks": marks,
    }
    Path(out).write_text(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
