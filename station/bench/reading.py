"""A recorded take from file to JSON: reading, and all that comes behind it, apart."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import mido

from station.analysis import analyse
from station.bench.verdict_speed import kit_eighths
from station.charts import smf
from station.drummer.midi import midi_file
from station.drummer.params import DrummerParams
from station.drummer.perform import perform
from station.hal.smf_events import read_played_file
from station.kits.library import FALLBACK, load_library
from station.kits.played import hits_of_file

_T = TypeVar("_T")

HITS = 100_000
MOST_S = 1.0
_NOTES_A_BAR = 12
_DRUMMER = {
    "timekeeper_sd_ms": 6.0,
    "motor_sd_ms": 4.0,
    "phase_correction": 0.33,
    "miss_rate": 0.02,
    "extra_rate": 0.02,
}
_ROUNDS = 3


def measure(hits: int = HITS) -> dict[str, Any]:
    """Seconds of each step, the best of three.

    Returns
    -------
    dict
        `read_s` is the station's parser, `mido_s` mido's on the same bytes; `beyond_reading_s`
        is `hits_s` (what each message means), `judge_s` (the report), `told_s` (its dict, all
        statistics included) and `json_s` together. `chart_s`: a chart of as many notes.
    """
    chart = kit_eighths(max(1, hits // _NOTES_A_BAR))
    written = smf.write_smf(chart)
    take = midi_file(perform(chart, DrummerParams(seed=1, **_DRUMMER)))  # type: ignore[arg-type]
    profile = load_library().named(FALLBACK)
    chart_s, read_chart = _best(lambda: smf.read_smf(written, "chart.mid"))
    mido_s, _ = _best(lambda: mido.MidiFile(file=BytesIO(take)))
    read_s, played = _best(lambda: read_played_file(take, "take.mid"))
    hits_s, heard = _best(lambda: hits_of_file(played.of_the_drums(), profile))
    judge_s, report = _best(lambda: analyse(heard.hits, read_chart))
    told_s, told = _best(report.to_dict)
    json_s, _ = _best(lambda: json.dumps(told))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mid"
        path.write_bytes(take)
        whole_s, _ = _best(lambda: json.dumps(analyse(path, read_chart).to_dict()))
    beyond_s = hits_s + judge_s + told_s + json_s
    return {
        "hits": len(report.hit_array),
        "bytes": len(take),
        "mido_s": round(mido_s, 3),
        "read_s": round(read_s, 3),
        "mido_over_ours": round(mido_s / read_s, 1),
        "hits_s": round(hits_s, 3),
        "judge_s": round(judge_s, 3),
        "told_s": round(told_s, 3),
        "json_s": round(json_s, 3),
        "beyond_reading_s": round(beyond_s, 3),
        "whole_s": round(whole_s, 3),
        "chart_s": round(chart_s, 3),
        "target_s": MOST_S,
        "met": beyond_s <= MOST_S,
    }


def render(r: dict[str, Any]) -> list[str]:
    """The row as lines of text."""
    return [
        f"A take of {r['hits']:,} hits from its MIDI file, in seconds.",
        f"  reading {r['read_s']:.2f}  mido's parser alone {r['mido_s']:.2f}"
        f"  ×{r['mido_over_ours']:.1f} faster",
        f"  beyond reading {r['beyond_reading_s']:.2f} (at most {r['target_s']:g}): hits"
        f" {r['hits_s']:.2f}, judged {r['judge_s']:.2f}, told {r['told_s']:.2f}, as JSON"
        f" {r['json_s']:.2f}",
        f"  all in one call {r['whole_s']:.2f}; a chart of as many notes read in"
        f" {r['chart_s']:.2f}",
    ]


def _best(step: Callable[[], _T]) -> tuple[float, _T]:
    best_s = float("inf")
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        result = step()
        best_s = min(best_s, time.perf_counter() - begin)
    return best_s, result
