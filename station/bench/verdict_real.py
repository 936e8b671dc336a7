"""The noise of real takes to a click, beside the one that is simulated.

Reads a directory of takes with an `info.csv` (columns `midi_filename`, `bpm`,
`time_signature`, `beat_type`), time 0 of each file on a click. Nothing is kept of it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import mido
import numpy as np

from station.bench.verdict_cases import SD_MS, Floats
from station.bench.verdict_trials import try_placement
from station.timing.evidence import HIGH, LOW

_FEWEST_BEATS = 128
_LAGS = (1, 2, 4, 8, 16, 32)
# Farther from its beat than this part of it, a hit is a note of its own.
_NEAR_BEATS = 0.12


def noise_of_real_takes(directory: str) -> dict[str, Any]:
    """Spread and autocorrelation on the beat, and what the verdict makes of them.

    Each take's mean is taken off and its SD scaled to that of the simulated ones; what is
    called ahead or behind then is a false call, on noise that nobody has modelled.
    """
    takes = [x for x in (_on_beats(*take) for take in _listed(Path(directory))) if x is not None]
    if not takes:
        return {"takes": 0}
    acf = np.array([[float(x[:-k] @ x[k:] / (x @ x)) for k in _LAGS] for x in takes])
    called = {LOW: 0, HIGH: 0}
    for x in takes:
        scaled = (x * SD_MS / x.std())[None, :]
        trial = try_placement(scaled, 0.0, np.zeros_like(scaled))
        for side in called:
            called[side] += trial.share(side) > 0
    return {
        "takes": len(takes),
        "beats": int(sum(map(len, takes))),
        "sd_ms, median": round(float(np.median([x.std() for x in takes])), 1),
        "autocorrelation": [round(float(x), 2) for x in acf.mean(axis=0)],
        "called ahead, mean taken off": called[LOW],
        "called behind, mean taken off": called[HIGH],
    }


def _listed(directory: Path) -> list[tuple[Path, float]]:
    with (directory / "info.csv").open(encoding="utf-8", newline="") as lines:
        return [
            (directory / row["midi_filename"], float(row["bpm"]))
            for row in csv.DictReader(lines)
            if row["beat_type"] == "beat" and row["time_signature"] == "4-4"
        ]


def _on_beats(path: Path, bpm: float) -> Floats | None:
    """Mean offset on each beat that was played, less the take's mean; None for a short take."""
    beat_ms = 60_000 / bpm
    t_ms, now = [], 0.0
    for message in mido.MidiFile(path):
        now += 1000 * message.time
        if message.type == "note_on" and message.velocity > 0:
            t_ms.append(now)
    times = np.array(t_ms)
    beat = np.rint(times / beat_ms).astype(np.int64)
    offset = times - beat * beat_ms
    near = np.abs(offset) < _NEAR_BEATS * beat_ms
    if not near.any():
        return None
    hits = np.bincount(beat[near])
    sums = np.bincount(beat[near], weights=offset[near])
    mean = sums[hits > 0] / hits[hits > 0]
    return mean - mean.mean() if len(mean) >= _FEWEST_BEATS else None
