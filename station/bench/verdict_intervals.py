"""Do the intervals of spread, limbs and swing hold, at a time chosen by looking?

Simulated takes with known truth, looked at after every four beats: how often an interval at
95 % misses at any look at all (no way to choose the moment can do worse), how often when it
first says something (a limb apart from the hi-hat, a swing off straight), how far off the
spread is, and how wide the intervals are. Two truths: what was put in, and the take so far, in
which the player's slow wander counts as how he was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from station.bench import verdict_cases as cases
from station.bench import verdict_kit_cases as kit_cases
from station.bench.verdict_cases import Floats
from station.bench.verdict_trials import pulse
from station.charts.chart import Chart
from station.timing import evidence
from station.timing.beam import CONFIRMED, MISSED
from station.timing.evidence import (
    BATCH_BEATS,
    FIRST_PAIR_CALL,
    LIMBS,
    SPREAD,
    SPREAD_CENTRE,
    SWING,
    SWING_CENTRE,
)
from station.timing.verdict import RunningVerdict

# Places among the verdict's tables.
_BATCHES, _MOMENTS = 2, 4
_WIDTHS_AT = (100, 400)  # beats
_DRUMMER_BEATS = 400
_SETTLED = 64  # beats after which a player who corrects has forgotten how he began
_MOST_MISSED = 5.0  # %
_SPREAD_OFF = 2.0  # %


def rows(runs: int, beats: int, seed: int) -> list[dict[str, Any]]:
    """The intervals of each part, for each kind of player.

    Parameters
    ----------
    runs
        Takes of each player; a quarter of them by the simulated drummer.
    beats
        In each take; by the simulated drummer 400 at most.
    seed
        The same seed gives the same takes.
    """
    told = []
    for takes, spread_ms in _players_of_a_pulse(runs, beats, seed):
        at = looks(pulse(beats), takes.offsets_ms)
        told.append(_spread_row(takes.name, at, spread_ms))
    drummed = min(beats, _DRUMMER_BEATS)
    for kit in (
        kit_cases.kit_takes(runs, beats, seed + 4, wanders=True),
        kit_cases.kit_takes(runs, beats, seed + 5, wanders=False),
        kit_cases.drummer_takes(max(runs // 4, 1), drummed, seed + 6),
    ):
        at = looks(kit.chart, kit.offsets_ms)
        ends = slice(BATCH_BEATS - 1, None, BATCH_BEATS)
        told += [
            _spread_row(kit.name, at, kit.spread_ms),
            _pair_row(
                "limb", kit.name, at[:, :, LIMBS], kit.limb_ms, kit.limb_so_far_ms[:, ends], 0.0
            ),
            _pair_row(
                "swing", kit.name, at[:, :, SWING], kit.place, kit.place_so_far[:, ends], 0.5
            ),
        ]
    return told


def _players_of_a_pulse(runs: int, beats: int, seed: int) -> Iterator[tuple[cases.Takes, float]]:
    """With the SD of what is not their slow wander."""
    for takes in (
        cases.human(runs, beats, seed),
        cases.steady(runs, beats, seed + 1),
        cases.clock(runs, beats, seed + 2, correction=0.33),
        cases.clock(runs, beats, seed + 3, long_range_ms=cases.LONG_RANGE_MS, correction=0.33),
    ):
        # Without long-range noise, nothing of a clock that is corrected is slow wander.
        wander = 0.0 if takes.name == "corrected" else takes.slow_ms
        yield takes, float((takes.offsets_ms - wander)[:, min(_SETTLED, beats // 2) :].std())


def looks(chart: Chart, offsets_ms: Floats) -> Floats:
    """The intervals after every four beats.

    Parameters
    ----------
    chart
        What is played: as many notes in every beat.
    offsets_ms
        Shape (runs, notes); NaN is not struck.

    Returns
    -------
    numpy.ndarray
        Low and high of spread (ms), swing (place of the middle in the beat) and each limb
        (ms); shape (runs, looks, 2 + limbs, 2).
    """
    running = RunningVerdict(chart, calibrated=True)
    fresh = running.tables()
    settled = np.zeros(offsets_ms.shape[1], dtype=CONFIRMED)
    places = np.arange(len(settled))
    at = np.zeros((len(offsets_ms), len(fresh[_BATCHES]), len(fresh[_MOMENTS]), 2))
    for r, offsets in enumerate(offsets_ms):
        played = np.isfinite(offsets)
        settled["ticket"] = np.where(played, places, MISSED)
        settled["chart_index"] = places
        settled["counts"] = played
        settled["offset_ns"] = np.rint(np.where(played, offsets, 0.0) * 1e6)
        notes, triples, batches, states, moments, noises, calls = (t.copy() for t in fresh)
        _look(settled, notes, triples, batches, states, moments, noises, calls, at[r])
    at[:, :, SPREAD] = np.sqrt(SPREAD_CENTRE * np.exp(at[:, :, SPREAD]))
    at[:, :, SWING] += SWING_CENTRE
    return at


def missed(at: Floats, truth: Floats | float) -> NDArray[np.bool_]:
    """Whether each look's interval misses the truth at that look; shape (runs, looks)."""
    return (at[..., 0] > truth) | (at[..., 1] < truth)


def _row(part: str, player: str, at: Floats, put_in: float) -> dict[str, Any]:
    half = (at[:, :, 1] - at[:, :, 0]) / 2
    widths = {}
    for beats in _WIDTHS_AT:
        look = beats // BATCH_BEATS - 1
        known = look < at.shape[1] and bool(np.isfinite(half[:, look]).all())
        widths[f"half_width_{beats}"] = float(np.median(half[:, look])) if known else None
    return {
        "part": part,
        "player": player,
        "put_in": put_in,
        "ever_missed_put_in": float(missed(at, put_in).any(axis=1).mean()),
        **widths,
    }


def _spread_row(player: str, at: Floats, spread_ms: float) -> dict[str, Any]:
    mine = at[:, :, SPREAD]
    last = mine[:, -1]
    told = bool(np.isfinite(last).all())
    off = float(np.median(np.sqrt(last[:, 0] * last[:, 1])) / spread_ms - 1) if told else None
    return {**_row("spread", player, mine, spread_ms), "off": off}


def _pair_row(
    part: str, player: str, at: Floats, put_in: float, so_far: Floats, idle: float
) -> dict[str, Any]:
    """`idle` is the value that says nothing: the interval speaks when it leaves it."""
    speaks = missed(at, idle)
    first = np.where(speaks.any(axis=1), speaks.argmax(axis=1), at.shape[1] - 1)
    astray = missed(at, put_in)[np.arange(len(at)), first]
    return {
        **_row(part, player, at, put_in),
        "ever_missed_so_far": float(missed(at, so_far).any(axis=1).mean()),
        "missed_when_it_speaks": float(astray.mean()),
        "speaks_after_beats": BATCH_BEATS * (1 + float(np.median(first))),
    }


def targets(told: list[dict[str, Any]]) -> list[tuple[str, float | None, float]]:
    """Name, measured, at most."""
    aims: list[tuple[str, float | None, float]] = []
    for part in ("spread", "limb", "swing"):
        mine = [row for row in told if row["part"] == part]
        worst = max(
            max(row["ever_missed_put_in"], row.get("ever_missed_so_far", 0.0)) for row in mine
        )
        aims.append((f"interval of {part} misses at any look, %", 100 * worst, _MOST_MISSED))
    offs = [row["off"] for row in told if row["part"] == "spread"]
    known = [abs(off) for off in offs if off is not None]
    worst_off = 100 * max(known) if len(known) == len(offs) else None
    aims.append(("spread is off by, %", worst_off, _SPREAD_OFF))
    return aims


def render(told: list[dict[str, Any]]) -> list[str]:
    """What was measured, for a terminal."""
    lines = [
        "",
        f"{'intervals at 95 %':<36}put in   missed ever, % (so far)   half width"
        f" after {_WIDTHS_AT[0]}, {_WIDTHS_AT[1]} beats",
    ]
    for row in told:
        digits = 4 if row["part"] == "swing" else 2
        so_far = row.get("ever_missed_so_far")
        so_far = "" if so_far is None else f"({100 * so_far:.1f})"
        half = ", ".join(
            "none" if (width := row[f"half_width_{beats}"]) is None else f"{width:.{digits}f}"
            for beats in _WIDTHS_AT
        )
        if row["part"] == "spread":
            more = "" if row["off"] is None else f"off by {100 * row['off']:+.1f} %"
        else:
            more = (
                f"speaks after {row['speaks_after_beats']:.0f} beats,"
                f" missed then {100 * row['missed_when_it_speaks']:.1f} %"
            )
        lines.append(
            f"  {row['part'] + ', ' + row['player']:<32}{row['put_in']:8.{digits}f}"
            f"   {100 * row['ever_missed_put_in']:5.1f} {so_far:<8}  {half:<16}  {more}"
        )
    return lines


# Not kept on disk: numba would not notice that the kernels of another file have changed.
@njit()  # type: ignore[untyped-decorator, unused-ignore]
def _look(
    settled: NDArray[np.void],
    notes: NDArray[np.void],
    triples: NDArray[np.void],
    batches: NDArray[np.void],
    states: NDArray[np.void],
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
    at: Floats,
) -> None:
    size = len(settled) // len(at)
    for i in range(len(at)):
        some = settled[i * size : (i + 1) * size]
        evidence.feed(some, notes, triples, batches, states, moments, noises, calls)
        evidence.interval_of_spread(moments[SPREAD], at[i, SPREAD])
        for place in range(SWING, len(moments)):
            evidence.interval_of_call(FIRST_PAIR_CALL + place - SWING, noises, calls, at[i, place])
