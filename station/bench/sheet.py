"""The sheet: from a chart to painted lines, and frames while the playhead runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from station.bench.bare_verovio import first_page_ms
from station.bench.opening import opening_ms
from station.bench.sheet_charts import varied_chart
from station.errors import OutsideError

# What issue and README promise.
RUDIMENT_MS = BARS_200_MS = 300.0
BARS_2000_MS = 1000.0
FRAMES_PER_S = 60.0


def run(rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure all of it.

    Parameters
    ----------
    rounds
        How often, each with an engraving process of its own.
    say
        Takes progress.

    Raises
    ------
    OutsideError
        When the window's part cannot be run.
    """
    say(f"{rounds} rounds: cold start, forty rudiments, 200 and 2,000 bars, a playhead")
    found = _rounds(rounds)
    say("Verovio alone, the whole chart at once")
    bare = {bars: min(first_page_ms(varied_chart(bars, seed)) for seed in range(2))
            for bars in (200, 2000)}  # fmt: skip
    say("a MusicXML file of 2,000 bars, and its bare parsing")
    opened = [opening_ms(varied_chart(2000, seed)) for seed in range(rounds)]
    rudiments = np.array([one["rudiments_ms"] for one in found])
    frames = [one["frames"] for one in found]
    result: dict[str, Any] = {
        "schema": "station.bench.sheet/1",
        "cold": {
            "verovio_ready_ms": _over([one["ready_ms"] for one in found]),
            "first_chart_ms": _over([one["first_ms"] for one in found]),
        },
        "rudiments": {
            "count": rudiments.shape[1],
            "each_ms": _over(rudiments.ravel().tolist()),
            "all_ms": _over(rudiments.sum(axis=1).tolist()),
        },
        "bars_200": {
            "shown_ms": _over([one["bars_200_ms"] for one in found]),
            "all_lines_ms": _over([one["bars_200_all_ms"] for one in found]),
            "bare_verovio_ms": round(bare[200], 1),
        },
        "bars_2000": {
            "shown_ms": _over([one["bars_2000_ms"] for one in found]),
            "bare_verovio_ms": round(bare[2000], 1),
        },
        "opened_2000": {
            "read_ms": _over([one.read_ms for one in opened]),
            "bare_parser_ms": _over([one.bare_ms for one in opened]),
            "ratio_to_bare": round(float(np.median([o.read_ms / o.bare_ms for o in opened])), 3),
        },
        "frames": {
            name: {key: _over([one[name][key] for one in frames]) for key in frames[0][name]}
            for name in ("sheet", "lanes")
        },
    }
    for part in ("bars_200", "bars_2000"):
        ratio = result[part]["shown_ms"]["median"] / result[part]["bare_verovio_ms"]
        result[part]["ratio_to_bare"] = round(ratio, 3)
    sheet, lanes = (result["frames"][name]["p50_ms"]["median"] for name in ("sheet", "lanes"))
    result["frames"]["ratio_to_lanes"] = round(sheet / lanes, 3)
    return result


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    cold, rudiments = result["cold"], result["rudiments"]
    rows = (
        ("cold: Verovio loaded in its process", cold["verovio_ready_ms"], ""),
        ("first chart after that", cold["first_chart_ms"], ""),
        ("a rudiment, shown", rudiments["each_ms"], f"{RUDIMENT_MS:g}"),
        (f"all {rudiments['count']}, one after another", rudiments["all_ms"], ""),
        ("200 different bars, shown", result["bars_200"]["shown_ms"], f"{BARS_200_MS:g}"),
        ("  … and all their lines", result["bars_200"]["all_lines_ms"], ""),
        ("2,000 different bars, shown", result["bars_2000"]["shown_ms"], f"{BARS_2000_MS:g}"),
        ("2,000 bars read from MusicXML", result["opened_2000"]["read_ms"], f"{BARS_2000_MS:g}"),
    )
    lines = [f"{'ms':38}{'median':>9}{'most':>9}{'goal':>7}"]
    lines += [f"{name:38}{r['median']:9.1f}{r['most']:9.1f}{goal:>7}" for name, r, goal in rows]
    lines += [
        f"Verovio alone to its first page of the whole: 200 bars "
        f"{result['bars_200']['bare_verovio_ms']:.0f} ms (ratio "
        f"{result['bars_200']['ratio_to_bare']:.2f}), 2,000 bars "
        f"{result['bars_2000']['bare_verovio_ms']:.0f} ms (ratio "
        f"{result['bars_2000']['ratio_to_bare']:.2f})",
        f"ElementTree's bare parsing of that MusicXML: "
        f"{result['opened_2000']['bare_parser_ms']['median']:.0f} ms (ratio "
        f"{result['opened_2000']['ratio_to_bare']:.2f})",
        _frames("sheet", result["frames"]["sheet"]),
        _frames("lanes", result["frames"]["lanes"]),
        f"a frame of the sheet to one of the lanes: {result['frames']['ratio_to_lanes']:.2f}; "
        f"goal of the sheet: {FRAMES_PER_S:g} frames a second",
    ]
    return "\n".join(lines)


def _frames(name: str, row: dict[str, Any]) -> str:
    return (
        f"{name}: {row['frames_per_s']['median']:.0f} frames a second, a frame "
        f"{row['p50_ms']['median']:.2f} ms (99 %: {row['p99_ms']['median']:.2f}), "
        f"{row['over_a_sixtieth']['most']:.0f} of {row['count']['most']:.0f} over a sixtieth"
    )


def _over(sample: list[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(sample)), 3),
        "least": round(min(sample), 3),
        "most": round(max(sample), 3),
    }


def _rounds(rounds: int) -> list[dict[str, Any]]:
    # By name, in a process: the station knows no window.
    words = [sys.executable, "-m", "ui.sheet.benchmark", "--rounds", str(rounds)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise OutsideError(
            f"The window's part did not run ({done.stderr.strip()[-200:]}); run "
            "'python -m ui.sheet.benchmark' by hand."
        )
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["rounds"]
    return found
