"""Free playing, measured: real takes whose tempo is known, and simulated ones with a course.

Of the real takes only the hits are used. Agreement is with the tempo of the click, at the level
at which it was counted; where it is a simple multiple of that (an octave, or two for three), it
is named apart. Takes in eighths (6/8) are listed with the tempo of their quarter notes, which
nobody counts: eighths or dotted quarters agree too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from station.bench.free_simulated import CASES, measure
from station.bench.free_takes import TUNED_ON, KnownTake, load_takes
from station.timing.free.analysis import FreePlaying, analyse_hits

SHORTEST_S = 30.0
_CLOSE, _NEAR = 0.01, 0.02
_MULTIPLES = [Fraction(n, d) for n, d in ((1, 3), (1, 2), (2, 1), (3, 1))]
_OTHERS = [Fraction(n, d) for n, d in ((2, 3), (3, 4), (4, 3), (3, 2))]


def run(
    seeds: int = 10, real: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Measure.

    Parameters
    ----------
    seeds
        Simulated takes for each case.
    real
        The folder of the Groove MIDI Dataset's `info.csv`; None to leave real takes out.
    say
        Gets a line before each part.

    Raises
    ------
    FileError
        When the recordings cannot be read.
    """
    say("simulated takes")
    result: dict[str, Any] = {"simulated": [measure(case, seeds) for case in CASES]}
    if real is None:
        return result
    say(f"real takes in {real}")
    takes = [_measured(take) for take in load_takes(real, SHORTEST_S)]
    tuned = [take for take in takes if take["drummer"] in TUNED_ON]
    others = [take for take in takes if take["drummer"] not in TUNED_ON]
    return result | {
        "all": _counted(takes),
        "tuned_on": _counted(tuned),
        "held_out": _counted(others),
        "by_style": {
            style: _counted([take for take in takes if take["style"] == style])
            for style in sorted({take["style"] for take in takes})
        },
        "disagreeing": [take for take in takes if take["agreement"] != "1 %"],
        "seconds_for_5_minutes": {
            "median": float(np.median([take["cost"] for take in takes])) * 300,
            "largest": max(take["cost"] for take in takes) * 300,
        },
    }


def render(result: dict[str, Any]) -> str:
    """The result as text."""
    lines = []
    if "all" in result:
        lines += [
            f"real takes of more than {SHORTEST_S:g} s   within 1 %   2 %   octave off   "
            "other level   none   metre right"
        ]
        for key, name in (
            ("all", "all"), ("tuned_on", "drummers 1-4 (tuned on)"), ("held_out", "the others"),
        ):  # fmt: skip
            lines.append(_row(name, result[key]))
        weak = {s: c for s, c in result["by_style"].items() if c["within_1"] < c["takes"]}
        lines += ["", "styles with a take that does not agree"]
        lines += [_row(style, count) for style, count in weak.items()]
        lines += ["", "takes that do not agree"]
        lines += [
            f"  {take['take']}: {take['known_bpm']:g} known, "
            f"{'none' if take['bpm'] is None else format(take['bpm'], '.1f')} found"
            for take in result["disagreeing"]
        ]
        cost = result["seconds_for_5_minutes"]
        lines += ["", f"5 minutes take {cost['median']:.2f} s (largest {cost['largest']:.2f})", ""]
    lines.append("simulated                    level   metre   curve RMS %   95 % band holds %")
    for case in result["simulated"]:
        lines.append(
            f"{case['case']:<26}{case['level_right']:>4}/{case['takes']:<4}"
            f"{case['metre_right']:>3}/{case['takes']:<4}"
            f"{_number(case['curve_rms_percent'], 2):>10}"
            f"{_number(case['band_holds_percent'], 1):>16}"
        )
    return "\n".join(lines)


def _measured(take: KnownTake) -> dict[str, Any]:
    began = time.perf_counter()
    playing = analyse_hits(take.hits)
    took_s = time.perf_counter() - began
    length_s = float(take.hits["t_ns"][-1] - take.hits["t_ns"][0]) / 1e9
    metre = playing.metre if playing else None
    return {
        "take": take.name,
        "drummer": take.drummer,
        "style": take.style,
        "known_bpm": take.bpm,
        "bpm": None if playing is None else round(playing.bpm, 3),
        "agreement": _agreement(take, playing),
        "metre_right": metre is not None and (metre.beats, metre.unit) == take.metre,
        "cost": took_s / length_s,
    }


def _agreement(take: KnownTake, playing: FreePlaying | None) -> str:
    if playing is None:
        return "none"
    counted = [1.0] if take.quarters_counted else [2.0, 2 / 3]
    ratios = [playing.bpm / (take.bpm * count) for count in counted]
    nearest = min(abs(ratio - 1) for ratio in ratios)
    if nearest <= _CLOSE:
        return "1 %"
    if nearest <= _NEAR:
        return "2 %"
    for name, multiples in (("octave", _MULTIPLES), ("other level", _OTHERS)):
        if any(abs(r / float(m) - 1) <= _CLOSE for r in ratios for m in multiples):
            return name
    return "unrelated"


def _counted(takes: list[dict[str, Any]]) -> dict[str, int]:
    how = Counter(take["agreement"] for take in takes)
    return {
        "takes": len(takes),
        "within_1": how["1 %"],
        "within_2": how["1 %"] + how["2 %"],
        "octave": how["octave"],
        "other_level": how["other level"] + how["unrelated"],
        "none": how["none"],
        "metre_right": sum(take["metre_right"] for take in takes),
    }


def _row(name: str, count: dict[str, int]) -> str:
    of = count["takes"]
    return (
        f"{name:<28}{count['within_1']:>5}/{of:<4}({100 * count['within_1'] / of:5.1f} %)"
        f"{count['within_2']:>6}{count['octave']:>8}{count['other_level']:>14}"
        f"{count['none']:>10}{count['metre_right']:>10}"
    )


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
