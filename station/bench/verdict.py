"""`station bench verdict`: how soon it is called, how often wrongly, and what it costs.

Simulated takes of 2,000 beats at 330 BPM, a note a beat, under the noises of `verdict_cases`;
simpler tests on the same takes beside it, and the limit: a test of two tempos that is told the
noise. Takes of a kit show whether the intervals of spread, limbs and swing hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.bench import tempo_bands
from station.bench import verdict_cases as cases
from station.bench import verdict_intervals as intervals
from station.bench import verdict_peers as peers
from station.bench import verdict_swing as swing
from station.bench.verdict_real import noise_of_real_takes
from station.bench.verdict_speed import speed
from station.bench.verdict_trials import Trials, tempo_offsets, try_placement, try_tempo
from station.timing.evidence import HIGH, LOW, WITHIN

BEATS = 2000
LAGS = (1, 2, 4, 8, 16, 32)
_REAL_ACF = (0.51, 0.33, 0.17, 0.09, 0.14, 0.11)
_MARGIN_MS = 6.0
_MARGIN = 0.003


def run(
    runs: int = 4000, seed: int = 1, real: str | None = None, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    runs
        Takes of each kind of player for false calls; a quarter of them for speed of calls.
    seed
        The same seed gives the same takes.
    real
        Directory of real takes (`info.csv` and MIDI files) to look at the noise of.
    say
        Gets a line before each part.
    """
    say(f"{runs} takes of {BEATS} beats of each player")
    human = cases.human(runs, BEATS, seed)
    steady = cases.steady(runs, BEATS, seed + 1)
    free = cases.clock(runs, BEATS, seed + 2)
    ranging = cases.clock(runs, BEATS, seed + 3, long_range_ms=cases.LONG_RANGE_MS)
    corrected = cases.clock(
        runs, BEATS, seed + 4, long_range_ms=cases.LONG_RANGE_MS, correction=0.33
    )
    told: dict[str, Any] = {
        "beats": BEATS,
        "runs": runs,
        "autocorrelation": {
            "lags": LAGS,
            "simulated": cases.autocorrelation(human.offsets_ms, LAGS),
            "real, of 142,629 hits": _REAL_ACF,
        },
        "placement": [],
        "tempo": [],
        "peers": [],
    }
    for takes in (human, steady, corrected):
        say(f"placement: {takes.name}")
        told["placement"].append(_placement(takes))
    for takes in (human, steady, corrected, free, ranging):
        say(f"tempo: {takes.name}")
        told["tempo"].append(_tempo(takes))
    say("simpler tests on the same takes")
    told["peers"] = [
        *_placement_peers(human),
        *_tempo_peers(free, 0.0),
        *_tempo_peers(ranging, cases.LONG_RANGE_MS),
    ]
    say("intervals of spread, limbs and swing")
    told["intervals"] = intervals.rows(runs // 2, BEATS, seed + 5)
    say("tempo curve")
    told["tempo_curve"] = tempo_bands.measure(max(4, runs // 20), seed, say=say)
    say("calls of the swing")
    told["swing"] = swing.rows(runs // 4, BEATS // 2, seed + 12)
    say("speed")
    told["speed"] = speed()
    told["targets"] = _targets(told)
    if real is not None:
        say(f"real takes in {real}")
        told["real"] = noise_of_real_takes(real)
    return told


def _placement(takes: cases.Takes) -> dict[str, Any]:
    quarter = len(takes.offsets_ms) // 4
    centred = try_placement(takes.offsets_ms, 0.0, takes.slow_ms)
    at_margin = try_placement(takes.offsets_ms[:quarter], -_MARGIN_MS, takes.slow_ms[:quarter])
    moved = {
        ms: try_placement(takes.offsets_ms[:quarter], ms, takes.slow_ms[:quarter])
        for ms in (-10.0, -15.0, -20.0)
    }
    return {
        "player": takes.name,
        **_row(centred, moved, "ms", LOW),
        "called_at_margin": at_margin.share(LOW),
    }


def _tempo(takes: cases.Takes) -> dict[str, Any]:
    quarter = len(takes.offsets_ms) // 4
    level = try_tempo(takes.offsets_ms, 0.0, takes.slow_ms)
    at_margin = try_tempo(takes.offsets_ms[:quarter], _MARGIN, takes.slow_ms[:quarter])
    moved = {
        100 * ratio: try_tempo(takes.offsets_ms[:quarter], ratio, takes.slow_ms[:quarter])
        for ratio in (0.01, 0.02, 0.03)
    }
    return {
        "player": takes.name,
        **_row(level, moved, "%", HIGH),
        "called_at_margin": at_margin.share(HIGH),
    }


def _row(still: Trials, moved: dict[float, Trials], unit: str, side: int) -> dict[str, Any]:
    wrong = HIGH if side == LOW else LOW
    everything = (still, *moved.values())
    return {
        "false_low": still.share(LOW),
        "false_high": still.share(HIGH),
        "wrong_side": max(t.share(wrong) for t in moved.values()),
        "beats_to_call": {f"{by:g} {unit}": _beats(t.beats_to(side)) for by, t in moved.items()},
        "beats_to_within": _beats(still.beats_to(WITHIN)),
        "beats_to_within_90": _beats(still.beats_to(WITHIN, 0.9)),
        # Of the worst of the players: at any look at all, and at the moment of the call.
        "ever_missed_so_far": max(float(t.missed_so_far.mean()) for t in everything),
        "ever_missed_put_in": max(float(t.missed_put_in.mean()) for t in everything),
        "missed_put_in_when_called": max(float(t.missed_at_stop.mean()) for t in everything),
    }


def _placement_peers(takes: cases.Takes) -> list[dict[str, Any]]:
    quarter = len(takes.offsets_ms) // 4
    tests: dict[str, Callable[[cases.Floats], NDArray[np.int64]]] = {
        "rolling mean of 16 > 6 ms": lambda x: peers.rolling_mean(x, 16, _MARGIN_MS),
        "t-test at every hit": peers.t_test_at_every_hit,
        "e-process, hits as independent": lambda x: peers.t_e_process(x, 1, _MARGIN_MS),
        "e-process, batches of 8": lambda x: peers.t_e_process(x, 8, _MARGIN_MS),
        "e-process, batches of 16": lambda x: peers.t_e_process(x, 16, _MARGIN_MS),
    }
    return [
        _peer(
            name,
            takes.name,
            test(takes.offsets_ms),
            {f"{ms:g} ms": test(takes.offsets_ms[:quarter] + ms)[:, 0] for ms in (-10, -15, -20)},
        )
        for name, test in tests.items()
    ]


def _tempo_peers(takes: cases.Takes, long_range_ms: float) -> list[dict[str, Any]]:
    quarter = len(takes.offsets_ms) // 4
    margin_ms = _MARGIN * cases.BEAT_MS

    def rolling(offsets: cases.Floats) -> NDArray[np.int64]:
        at = peers.rolling_mean(-np.diff(offsets), 8, 0.02 * cases.BEAT_MS)
        return np.where(at > 0, at + 1, 0)

    def slopes(offsets: cases.Floats) -> NDArray[np.int64]:
        at = peers.t_e_process(peers.batch_slopes(offsets, 8), 1, margin_ms)
        return np.where(at > 0, 8 * (at + 1), 0)

    def limit(offsets: cases.Floats) -> NDArray[np.int64]:
        return peers.told_everything(offsets, 0.01, long_range_ms)

    return [
        _peer(
            name,
            takes.name,
            test(takes.offsets_ms),
            {
                f"{100 * r:g} %": test(tempo_offsets(takes.offsets_ms[:quarter], r))[:, 1]
                for r in (0.01, 0.02, 0.03)
            },
        )
        for name, test in (
            ("rolling 8 beats > 2 %", rolling),
            ("e-process, batches of 8", slopes),
            ("limit: told all, 0 or 1 %", limit),
        )
    ]


def _peer(
    name: str, player: str, still: NDArray[np.int64], moved: dict[str, NDArray[np.int64]]
) -> dict[str, Any]:
    return {
        "test": name,
        "player": player,
        "false_low": float((still[:, 0] > 0).mean()),
        "false_high": float((still[:, 1] > 0).mean()),
        "false_any": float((still > 0).any(axis=1).mean()),
        "beats_to_call": {
            by: _beats(float(np.median(np.where(at > 0, at, np.inf)))) for by, at in moved.items()
        },
    }


def _targets(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What is aimed at, beside what was measured."""
    place = {row["player"]: row for row in told["placement"]}
    tempo = {row["player"]: row for row in told["tempo"]}
    ranging = tempo["free clock + long-range"]
    click, still = place["to a click"], place["truly steady"]
    rows: list[tuple[str, float | None, float]] = []
    for part, by in (("placement", place), ("tempo", tempo)):
        for player, row in by.items():
            worst = max(row["false_low"], row["false_high"])
            rows.append((f"{part}, false calls a side, {player}, %", 100 * worst, 1.0))
    everything = [*place.values(), *tempo.values()]
    rows += [
        ("wrong side, %", 100 * max(row["wrong_side"] for row in everything), 0.1),
        ("−15 ms called, beats", click["beats_to_call"]["-15 ms"], 88),
        ("−20 ms called, beats", click["beats_to_call"]["-20 ms"], 64),
    ]
    for player in ("to a click", "free clock", "free clock + long-range"):
        called = tempo[player]["beats_to_call"]
        rows += [
            (f"2 % called, {player}, beats", called["2 %"], 88),
            (f"1 % called, {player}, beats", called["1 %"], 260),
        ]
    rows += [
        ("centred proven, truly steady, 9 of 10, beats", still["beats_to_within_90"], 400),
        (
            "steady proven, truly steady, 9 of 10, beats",
            tempo["truly steady"]["beats_to_within_90"],
            400,
        ),
        (
            "interval misses the take so far at any look, %",
            100 * max(row["ever_missed_so_far"] for row in everything),
            5.0,
        ),
        (
            "interval misses what was put in when called, placement, %",
            100 * click["missed_put_in_when_called"],
            5.0,
        ),
        (
            "interval misses what was put in when called, tempo, %",
            100 * ranging["missed_put_in_when_called"],
            5.0,
        ),
        *intervals.targets(told["intervals"]),
        (
            "tempo curve's 95 % band misses, the worst player, %",
            max(100 - row["holds"] for row in told["tempo_curve"]),
            5.0,
        ),
        *swing.targets(told["swing"]),
        ("verdict update on a kit, ns a hit", told["speed"]["kit_ns"], 50),
        ("verdict of one hit, one call, 99.9 %, µs", told["speed"]["one_call_us_p999"], 10),
        ("one hit, the whole analysis, 99.9 %, µs", told["speed"]["whole_hit_us_p999"], 10),
    ]
    return [
        {
            "target": name,
            "measured": None if value is None else round(value, 2),
            "at_most": limit,
            "met": value is not None and value <= limit,
        }
        for name, value, limit in rows
    ]


def render(told: dict[str, Any]) -> str:
    """What was measured, for a terminal."""
    lines = [f"{told['runs']} takes of {told['beats']} beats at 330 BPM, SD 11 ms", ""]
    lines.append("autocorrelation at lags " + " ".join(map(str, told["autocorrelation"]["lags"])))
    for name in ("simulated", "real, of 142,629 hits"):
        values = " ".join(f"{x:.2f}" for x in told["autocorrelation"][name])
        lines.append(f"  {name}: {values}")
    for part, within in (("placement", "centred"), ("tempo", "steady")):
        lines += [
            "",
            f"{part:<36}false % a side   beats to call                      {within}, 9 of 10",
        ]
        for row in told[part]:
            lines.append(
                f"  {row['player']:<34}{100 * row['false_low']:5.2f} {100 * row['false_high']:5.2f}"
                f"     {_calls(row):<36}{_shown(row['beats_to_within_90'])}"
            )
        lines.append(f"  {'at the margin itself, called, %':<34}")
        lines += [
            f"    {row['player']:<32}{100 * row['called_at_margin']:5.2f}" for row in told[part]
        ]
        lines.append("  interval at 95 % misses: so far, ever; put in, ever; put in, when called")
        lines += [
            f"    {row['player']:<32}{100 * row['ever_missed_so_far']:5.1f}"
            f" {100 * row['ever_missed_put_in']:5.1f} {100 * row['missed_put_in_when_called']:5.1f}"
            for row in told[part]
        ]
    lines += ["", "simpler tests                       false % a side   beats to call"]
    lines += [
        f"  {row['test'] + ', ' + row['player']:<48}{100 * row['false_low']:6.2f}"
        f" {100 * row['false_high']:6.2f}  {_calls(row)}"
        for row in told["peers"]
    ]
    lines += intervals.render(told["intervals"])
    lines += ["", f"{'tempo curve, 95 % band':<36}holds %  a line of itself  width, % of tempo"]
    lines += [
        f"  {row['player']:<34}{row['holds']:7.1f}{row['line_holds']:18.1f}"
        f"{row['width_percent']:18.2f}"
        for row in told["tempo_curve"]
    ]
    lines += swing.render(told["swing"])
    lines += ["", *(f"{name}: {value}" for name, value in told["speed"].items())]
    lines += ["", "targets"]
    for row in told["targets"]:
        mark = "yes" if row["met"] else "NO "
        lines.append(f"  {mark} {row['target']}: {row['measured']} (at most {row['at_most']})")
    if "real" in told:
        lines += ["", *(f"real takes, {name}: {value}" for name, value in told["real"].items())]
    return "\n".join(lines)


def _calls(row: dict[str, Any]) -> str:
    return ", ".join(f"{by}: {_shown(at)}" for by, at in row["beats_to_call"].items())


def _shown(beats: float | None) -> str:
    return "never" if beats is None else f"{beats:.0f}"


def _beats(at: float) -> float | None:
    return at if math.isfinite(at) else None
