"""How well hits find their notes, beside the oracle and beside mir_eval, in one run.

Every row is a part under one drift and one jitter, over many seeds; the distance to the
oracle (`station.bench.oracle`) is what a matcher could still gain on times alone. Extra
columns: slips (a stretch of 50 hits of which most are wrong), F1 of missed and extra, double
triggers flagged as such. Then real deviations, players who stop, lose a beat, come in late or
play on after the end, charts with flams, drags and buzzes, a run of a million hits, speed at
four sizes, and a whole take from its file to JSON.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
from numpy.typing import NDArray

from station.bench import reading
from station.bench.matching_cases import (
    DRIFTS,
    EXTRA,
    PART_NAMES,
    Case,
    Conditions,
    Ints,
    come_in_again,
    make_part,
    play,
)
from station.bench.matching_entries import entries, render_entries
from station.bench.matching_ornaments import ornaments, render_ornaments
from station.bench.matching_real import real_takes, retimed
from station.bench.oracle import oracle_labels
from station.timing.beam import DOUBLE, HEARD, BeamMatcher

SCHEMA = "station.bench.matching/1"
_JITTERS_MS = (6.0, 12.0)
_SLIP_HITS, _SLIP_SHARE = 50, 0.6
_PEER_WINDOW_S = 0.05
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_PEER_MOST = 100_000  # mir_eval takes minutes and gigabytes beyond
_BLOCK = 64  # hits in a call, where speed is measured
_KIT = tuple(name for name in PART_NAMES if name != "one pad 16ths")
# What is aimed at: points below the oracle confirmed and at once, share of runs that slip.
_TARGETS: dict[tuple[bool, float], tuple[float, float, float]] = {
    (False, 6.0): (0.3, 1.0, 0.0),
    (False, 12.0): (0.6, 2.5, 0.0),
    (True, 6.0): (1.0, 3.0, 0.0),
    (True, 12.0): (3.0, 6.0, 0.025),
}
_REAL_TARGETS = {0.6: (97.5, 95.5), 1.0: (95.5, 92.0)}
_STOPS = (
    ("stops two bars, comes in again", 2.0, 0.0),
    ("stops two bars, a beat late", 2.0, 1.0),
    ("stops 4 bars, comes in again", 4.0, 0.0),
    ("stops 4 bars, a beat late", 4.0, 1.0),
    ("stops 16 bars, comes in again", 16.0, 0.0),
    ("stops 64 bars, comes in again", 64.0, 0.0),
    ("loses a beat without a stop", 0.0, 1.0),
)


def run(
    seeds: int = 20,
    bpm: Sequence[float] = (330.0, 400.0),
    real: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
    sizes: Sequence[int] = _SIZES,
) -> dict[str, Any]:
    """All tables.

    Parameters
    ----------
    seeds
        Takes for each row.
    bpm
        Tempi of the simulated rows; everything else is at the first.
    real
        Folder of the Groove MIDI Dataset; None leaves those rows out.
    say
        Gets a line now and then.
    sizes
        Hits at which speed is measured; the largest is the long run.
    """
    label(play(make_part("one pad 16ths", bpm[0], bars=2), Conditions(), 0))  # compiles
    return {
        "schema": SCHEMA,
        "seeds": seeds,
        "rows": [row for tempo in bpm for row in _simulated(tempo, seeds, say)],
        "real": [] if real is None else _real(bpm[0], real, say),
        "stops": _stops(bpm[0], seeds, say),
        "entries": entries(seeds, say),
        "ornaments": ornaments(seeds, say),
        "long": _long_runs(bpm[0], max(sizes), say),
        "speed": _speed(bpm[0], sizes, say),
        "reading": _reading(min(max(sizes), reading.HITS), say),
    }


def label(case: Case) -> tuple[Ints, Ints, BeamMatcher]:
    """At once and confirmed labels of a take: the note, `STRAY` or `DOUBLE` of each hit."""
    matcher, hits = _prepare(case)
    matcher.hear(hits)
    confirmed = np.zeros(len(hits), dtype=np.int64)
    _fill(confirmed, matcher.finish())
    return hits["label"].astype(np.int64), confirmed, matcher


def _prepare(case: Case) -> tuple[BeamMatcher, NDArray[np.void]]:
    part = case.part
    matcher = BeamMatcher(
        np.round(part.written_ms * 1e6).astype(np.int64),
        part.lane,
        part.dynamic,
        bar_ns=round(part.bar_ms * 1e6),
        places_in_beat=np.round(part.written_ms / part.bar_ms * 48).astype(np.int64) % 12,
    )
    hits = np.zeros(len(case.t_ms), dtype=HEARD)
    hits["t_ns"] = np.round(case.t_ms * 1e6)
    hits["lane"] = case.lane
    hits["velocity"] = case.velocity
    return matcher, hits


def _fill(confirmed: Ints, settled: NDArray[np.void]) -> None:
    of_hits = settled["ticket"] >= 0
    confirmed[settled["ticket"][of_hits]] = settled["chart_index"][of_hits]


def _right(labels: Ints, truth: Ints) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = np.where(labels < 0, EXTRA, labels) == truth
    return right


def _slips(right: NDArray[np.bool_]) -> bool:
    if len(right) < _SLIP_HITS:
        return False
    wrong = np.convolve(~right, np.full(_SLIP_HITS, 1 / _SLIP_HITS), "valid")
    return bool((wrong > _SLIP_SHARE).any())


def _f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    both = int(truth.sum() + said.sum())
    return 2 * int((truth & said).sum()) / both if both else 1.0


def _missed(labels: Ints, notes: int) -> NDArray[np.bool_]:
    missed = np.ones(notes, dtype=bool)
    missed[labels[labels >= 0]] = False
    return missed


def _score(case: Case) -> dict[str, float]:
    """Shares of one take; the oracle beside the matcher."""
    live, confirmed, matcher = label(case)
    oracle = oracle_labels(case)
    notes = len(case.part.lane)
    truth_missed = _missed(case.truth, notes)
    right = _right(confirmed, case.truth)
    return {
        "oracle": float(_right(oracle, case.truth).mean()),
        "confirmed": float(right.mean()),
        "at_once": float(_right(live, case.truth).mean()),
        "slips": float(_slips(right)),
        "f1_missed": _f1(truth_missed, _missed(confirmed, notes)),
        "f1_extra": _f1(case.truth < 0, confirmed < 0),
        "oracle_f1_missed": _f1(truth_missed, _missed(oracle, notes)),
        "oracle_f1_extra": _f1(case.truth < 0, oracle < 0),
        "doubles": float((confirmed[case.double] == DOUBLE).mean())
        if case.double.any()
        else float("nan"),
        "hits": float(len(case.t_ms)),
        "resyncs": float(len(matcher.resyncs)),
    }


def _summary(scores: Iterable[dict[str, float]]) -> dict[str, Any]:
    """Means over takes in percent, where it is a share; slips as a count."""
    rows = list(scores)
    mean = {k: float(np.nanmean([r[k] for r in rows])) for k in rows[0] if k != "doubles"}
    doubles = [r["doubles"] for r in rows if not np.isnan(r["doubles"])]
    return {
        "runs": len(rows),
        "hits": int(sum(r["hits"] for r in rows)),
        "oracle": round(100 * mean["oracle"], 2),
        "confirmed": round(100 * mean["confirmed"], 2),
        "at_once": round(100 * mean["at_once"], 2),
        "confirmed_below": round(100 * (mean["oracle"] - mean["confirmed"]), 2),
        "at_once_below": round(100 * (mean["oracle"] - mean["at_once"]), 2),
        "slips": int(sum(r["slips"] for r in rows)),
        "f1_missed": round(mean["f1_missed"], 3),
        "f1_extra": round(mean["f1_extra"], 3),
        "oracle_f1_missed": round(mean["oracle_f1_missed"], 3),
        "oracle_f1_extra": round(mean["oracle_f1_extra"], 3),
        "doubles": round(100 * float(np.mean(doubles)), 1) if doubles else None,
        "resyncs": int(sum(r["resyncs"] for r in rows)),
    }


def _simulated(bpm: float, seeds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    rows = []
    for jitter in _JITTERS_MS:
        for name in PART_NAMES:
            part = make_part(name, bpm)
            for drift_name, drift in DRIFTS.items():
                say(f"{bpm:g} BPM, {name}, {jitter:g} ms, {drift_name}")
                c = Conditions(jitter_ms=jitter, drift=drift, drift_name=drift_name)
                row = _summary(_score(play(part, c, seed)) for seed in range(seeds))
                confirmed, at_once, slips = _TARGETS[name not in _KIT, jitter]
                target = {"confirmed_below": confirmed, "at_once_below": at_once, "slips": slips}
                head = {"bpm": bpm, "part": name, "jitter_ms": jitter, "drift": drift_name}
                rows.append(head | row | {"target": target})
    return rows


def _real(bpm: float, directory: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    takes = real_takes(directory, say)
    rows = []
    for scale, (confirmed, at_once) in _REAL_TARGETS.items():
        for drift_name in ("sine ±60 %", "ramp ±60 %"):
            say(f"real takes ×{scale:g}, {drift_name}")
            row = _summary(_score(retimed(take, bpm, scale, drift_name)) for take in takes)
            target = {"confirmed": confirmed, "at_once": at_once, "slips": 0}
            head = {"bpm": bpm, "part": f"real ×{scale:g}", "drift": drift_name}
            rows.append(head | row | {"target": target})
    return rows


def _stops(bpm: float, seeds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Share of takes found again for good within two bars of hits, and said so."""
    rows = []
    for what, stop_bars, late_beats in _STOPS:
        for name in _KIT:
            say(f"{name}: {what}")
            part = make_part(name, bpm)
            per_bar = len(part.lane) / (part.written_ms[-1] / part.bar_ms)
            found = said = 0
            for seed in range(seeds):
                played = play(part, Conditions(drift=DRIFTS["sine ±60 %"]), seed)
                case, first = come_in_again(played, 40, stop_bars, late_beats)
                _, confirmed, matcher = label(case)
                right = _right(confirmed, case.truth)[first:]
                found += int(not _slips(right) and right[int(2 * per_bar) :].mean() > 0.95)
                said += int(any(first <= r.ticket < first + 2 * per_bar for r in matcher.resyncs))
            rows.append({"part": name, "what": what, "runs": seeds, "found": found, "said": said})
    return rows


def _long_runs(bpm: float, hits: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """One long take: the worst thousand of its hits."""
    rows = []
    for name, drift_name in (("kit eighths", "none"), ("one pad 16ths", "rush 1 %")):
        say(f"{hits:,} hits: {name}, {drift_name}")
        case = _of_size(name, bpm, hits, DRIFTS[drift_name])
        _, confirmed, matcher = label(case)
        right = _right(confirmed, case.truth)
        block = min(1000, len(right))
        blocks = right[: len(right) // block * block].reshape(-1, block).mean(axis=1)
        rows.append(
            {
                "part": name,
                "drift": drift_name,
                "hits": len(right),
                "confirmed": round(100 * float(right.mean()), 2),
                "worst_thousand": round(100 * float(blocks.min()), 1),
                "resyncs": len(matcher.resyncs),
            }
        )
    return rows


def _of_size(name: str, bpm: float, hits: int, drift: Any) -> Case:
    bars = make_part(name, bpm, bars=2)
    part = make_part(name, bpm, bars=max(2, 2 * round(hits / len(bars.lane))))
    return play(part, Conditions(drift=drift), 1)


def _speed(bpm: float, sizes: Sequence[int], say: Callable[[str], None]) -> list[dict[str, Any]]:
    rows = []
    for name in ("kit eighths", "one pad 16ths"):
        for size in sizes:
            say(f"speed: {name}, {size:,} hits")
            case = _of_size(name, bpm, size, DRIFTS["sine ±60 %"])
            ours = _our_us(case)
            peer = _peer_us(case) if size <= _PEER_MOST else None
            rows.append(
                {
                    "part": name,
                    "hits": len(case.t_ms),
                    "us_per_hit": round(ours, 2),
                    "mir_eval_us_per_hit": None if peer is None else round(peer, 2),
                    "ratio": None if peer is None else round(peer / ours, 2),
                }
            )
    return rows


def _reading(hits: int, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"a take of {hits:,} hits from its file")
    return reading.measure(hits)


def _our_us(case: Case) -> float:
    """Heard and settled in blocks, as a replay does; the best of three."""
    best = float("inf")
    for _ in range(3):
        matcher, hits = _prepare(case)
        begin = time.perf_counter()
        for i in range(0, len(hits), _BLOCK):
            block = hits[i : i + _BLOCK]
            matcher.hear(block)
            matcher.advance(int(block["t_ns"][-1]))
        matcher.finish()
        best = min(best, time.perf_counter() - begin)
    return best / len(case.t_ms) * 1e6


def _peer_us(case: Case) -> float:
    begin = time.perf_counter()
    mir_eval_labels(case)
    return (time.perf_counter() - begin) / len(case.t_ms) * 1e6


def mir_eval_labels(case: Case) -> Ints:
    """Labels by mir_eval's `match_events` in each lane, offline."""
    labels = np.full(len(case.t_ms), EXTRA, dtype=np.int64)
    for lane in range(case.part.lanes):
        notes = np.flatnonzero(case.part.lane == lane)
        hits = np.flatnonzero(case.lane == lane)
        pairs = mir_eval.util.match_events(
            case.part.written_ms[notes] / 1e3, case.t_ms[hits] / 1e3, _PEER_WINDOW_S
        )
        for note, hit in pairs:
            labels[hits[hit]] = notes[note]
    return labels


def render(result: dict[str, Any]) -> str:
    """The tables as text."""
    lines = [
        "Which note was this hit? In %; below: points below the oracle, in brackets the target.",
        f"{'BPM':>3} {'part':<16}{'jitter':>6} {'drift':<11}{'oracle':>7}{'conf.':>7}"
        f"{'below':>13}{'at once':>8}{'below':>13}{'slips':>9}{'F1 missed':>13}{'F1 extra':>13}"
        f"{'doubles':>8}",
    ]
    lines += [_render_row(r) for r in result["rows"]]
    if result["real"]:
        lines += ["", "Real deviations re-timed; target in brackets."]
        lines += [
            f"{r['bpm']:>3.0f} {r['part']:<16}{r['drift']:<12}oracle {r['oracle']:.1f}"
            f"  confirmed {r['confirmed']:.2f} ({r['target']['confirmed']})"
            f"  at once {r['at_once']:.2f} ({r['target']['at_once']})"
            f"  slips {r['slips']} of {r['runs']} takes, {r['hits']:,} hits"
            for r in result["real"]
        ]
    lines += ["", "Found again, within two bars, and said so."]
    lines += [
        f"{r['part']:<16}{r['what']:<34}found {r['found']}/{r['runs']}"
        f"  said {r['said']}/{r['runs']}"
        for r in result["stops"]
    ]
    lines += ["", *render_entries(result["entries"])]
    lines += ["", *render_ornaments(result["ornaments"])]
    lines += ["", "One long take."]
    lines += [
        f"{r['part']:<16}{r['drift']:<12}{r['hits']:>10,} hits  confirmed {r['confirmed']:.2f}"
        f"  worst thousand {r['worst_thousand']:.1f}  resyncs {r['resyncs']}"
        for r in result["long"]
    ]
    lines += [
        "",
        "Speed, µs a hit (mark 1, at most 2), beside mir_eval.util.match_events per lane.",
    ]
    lines += [_render_speed(r) for r in result["speed"]]
    lines += ["", *reading.render(result["reading"])]
    return "\n".join(lines) + "\n"


def _render_row(r: dict[str, Any]) -> str:
    target = r["target"]
    below = f"{r['confirmed_below']:.2f} ({target['confirmed_below']})"
    live = f"{r['at_once_below']:.2f} ({target['at_once_below']})"
    slips = f"{r['slips']}/{r['runs']}"
    missed = f"{r['f1_missed']:.3f}/{r['oracle_f1_missed']:.3f}"
    extra = f"{r['f1_extra']:.3f}/{r['oracle_f1_extra']:.3f}"
    return (
        f"{r['bpm']:>3.0f} {r['part']:<16}{r['jitter_ms']:>6g} {r['drift']:<11}{r['oracle']:>7.2f}"
        f"{r['confirmed']:>7.2f}{below:>13}{r['at_once']:>8.2f}{live:>13}{slips:>9}{missed:>13}"
        f"{extra:>13}{r['doubles'] or 0.0:>8.1f}"
    )


def _render_speed(r: dict[str, Any]) -> str:
    ours = f"{r['part']:<16}{r['hits']:>10,} hits  {r['us_per_hit']:>5.2f}"
    if r["ratio"] is None:
        return ours
    return f"{ours}  mir_eval {r['mir_eval_us_per_hit']:>6.2f}  ×{r['ratio']:.1f} faster"
