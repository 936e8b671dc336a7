"""A recorded take from file to JSON: reading, and all that comes behind it, apart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

import mido

from station.bench.verdict_speed import kit_eighths
from station.charts import smf
from station.charts.chart import Chart
from station.drummer.midi import midi_file
from station.drummer.params import DrummerParams
from station.drummer.perform import perform
from station.hal.smf_events import read_played_file
from station.hits import HitArray
from station.kits.library import FALLBACK, load_library
from station.kits.played import hits_of_file
from station.kits.profile import Profile
from station.model import KitUsed, StampedBy
from station.report import Report, build_report

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
        statistics included) and `json_s` together, by the clock; `beyond_reading_cpu_s` what the
        processor had to do for it, which other programs change less. `chart_s`: a
        chart of as many notes.
    """
    chart = kit_eighths(max(1, hits // _NOTES_A_BAR))
    written = smf.write_smf(chart)
    take = midi_file(perform(chart, DrummerParams(seed=1, **_DRUMMER)))  # type: ignore[arg-type]
    profile = load_library().named(FALLBACK)
    chart_s, _, read_chart = _best(lambda: smf.read_smf(written, "chart.mid"))
    mido_s, *_ = _best(lambda: mido.MidiFile(file=BytesIO(take)))
    read_s, _, played = _best(lambda: read_played_file(take, "take.mid"))
    hits_s, hits_cpu_s, heard = _best(lambda: hits_of_file(played.of_the_drums(), profile))
    judge_s, judge_cpu_s, report = _best(lambda: _judged(read_chart, heard.hits))
    told_s, told_cpu_s, told = _best(report.to_dict)
    json_s, json_cpu_s, _ = _best(lambda: json.dumps(told))
    whole_s, *_ = _best(lambda: _whole(take, read_chart, profile))
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
        "beyond_reading_cpu_s": round(hits_cpu_s + judge_cpu_s + told_cpu_s + json_cpu_s, 3),
        "whole_s": round(whole_s, 3),
        "chart_s": round(chart_s, 3),
        "target_s": MOST_S,
        "met": beyond_s <= MOST_S,
    }


def _judged(chart: Chart, hits: HitArray) -> Report:
    kit = KitUsed("", "bench", FALLBACK, StampedBy.FILE, 0)
    return build_report(chart, hits, start_ns=0, latency_ns=0, calibrated=True, kit=kit)


def _whole(take: bytes, chart: Chart, profile: Profile) -> str:
    played = read_played_file(take, "take.mid")
    heard = hits_of_file(played.of_the_drums(), profile)
    return json.dumps(_judged(chart, heard.hits).to_dict())


def render(r: dict[str, Any]) -> list[str]:
    """The row as lines of text."""
    return [
        f"A take of {r['hits']:,} hits from its MIDI file, in seconds.",
        f"  reading {r['read_s']:.2f}  mido's parser alone {r['mido_s']:.2f}"
        f"  ×{r['mido_over_ours']:.1f} faster",
        f"  beyond reading {r['beyond_reading_s']:.2f} (at most {r['target_s']:g}): hits"
        f" {r['hits_s']:.2f}, judged {r['judge_s']:.2f}, told {r['told_s']:.2f}, as JSON"
        f" {r['json_s']:.2f}; processor {r['beyond_reading_cpu_s']:.2f}",
        f"  all, reading included, {r['whole_s']:.2f}; a chart of as many notes read in"
        f" {r['chart_s']:.2f}",
    ]


def _best(step: Callable[[], _T]) -> tuple[float, float, _T]:
    """Seconds by the clock and of the processor, each the least, and what came out."""
    clock_s = processor_s = float("inf")
    for _ in range(_ROUNDS):
        begin, begin_processor = time.perf_counter(), time.process_time()
        result = step()
        clock_s = min(clock_s, time.perf_counter() - begin)
        processor_s = min(processor_s, time.process_time() - begin_processor)
    return clock_s, processor_s, result
