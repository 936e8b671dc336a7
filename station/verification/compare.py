"""Truth against report: pure, a list of checks with what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from station.drummer.performance import Cause, Performance, Strike
from station.model import StampedBy
from station.units import ms_from_ns
from station.verification.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Limits:
    """What a good run stays within.

    Attributes
    ----------
    label_percent
        Least share of hits with the right note (or rightly none).
    stamp_spread_ms
        Greatest deviation of a stamp from the wire's own constant delay, for 99 % of hits.
    sender_late_ms
        How late strikes may leave the sender, for 99 % of them.
    wire_delay_ms
        Greatest constant delay between the sender's clock and the stamps.
    stamped_by
        Who has to stamp the hits; None: whoever can.
    """

    label_percent: float = 98.0
    stamp_spread_ms: float = 3.0
    sender_late_ms: float = 5.0
    wire_delay_ms: float = 8.0
    stamped_by: StampedBy | None = None


# A trigger board's clock is tied to the host's within 0.3 ms (99 %), with all cores busy.
BOARD_LIMITS = Limits(stamp_spread_ms=0.3, wire_delay_ms=0.3, stamped_by=StampedBy.DEVICE)


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer.

    Attributes
    ----------
    name
        What is checked.
    passed
        The answer.
    detail
        One sentence with what was measured.
    measured
        The same as numbers.
    """

    name: str
    passed: bool
    detail: str
    measured: Mapping[str, float]


def compare(
    scenario: Scenario,
    truth: Performance,
    sent_ms: Sequence[float],
    report: Mapping[str, Any],
    limits: Limits,
) -> list[Check]:
    """Check a report against the truth.

    Parameters
    ----------
    scenario, truth
        Who played, and every strike of it.
    sent_ms
        When each strike really left the sender, ms from tick 0, shape (strikes,).
    report
        The JSON of the take.
    limits
        What still passes.
    """
    hits = _in_order(truth, report["hits"])
    on_time = _on_time(truth, sent_ms, limits)
    arrived = _arrived(truth, hits)
    if not (on_time.passed and arrived.passed):
        return [on_time, arrived]  # whatever else were said would be said of somebody else
    return [
        on_time,
        arrived,
        *_stamped_by(report["kit"], limits),
        _stamps(sent_ms, hits, limits),
        _labels(truth, hits, limits),
        _missed(truth, report["missed"]),
        _call("tempo", scenario.tempo, report["verdict"]["tempo"]),
        _call("placement", scenario.placement, report["verdict"]["placement"]),
        _doubles(truth, hits),
    ]


def _in_order(truth: Performance, hits: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Hits in the order of the strikes, on a wire that knows pads.

    Two pads struck at once have stamps that differ by the clock's jitter, either way; each
    pad's own hits are in order.
    """
    if not hits or any(h["note"] is not None for h in hits):
        return hits
    by_pad: dict[str, list[Mapping[str, Any]]] = {}
    for hit in hits:
        by_pad.setdefault(hit["pad"], []).append(hit)
    for of_pad in by_pad.values():
        of_pad.reverse()
    ordered = [by_pad[s.pad.value].pop() for s in truth.strikes if by_pad.get(s.pad.value)]
    return [*ordered, *(hit for of_pad in by_pad.values() for hit in reversed(of_pad))]


def _stamped_by(kit: Mapping[str, Any], limits: Limits) -> list[Check]:
    """The stamps are of whom they should be."""
    if limits.stamped_by is None:
        return []
    return [
        Check(
            f"hits are stamped by the {limits.stamped_by.value}",
            kit["stamped_by"] == limits.stamped_by.value,
            f"they are stamped by the {kit['stamped_by']}.",
            {"sigma_ms": kit["sigma_ms"]},
        )
    ]


def _on_time(truth: Performance, sent_ms: Sequence[float], limits: Limits) -> Check:
    """The sender could play what was meant to be played."""
    planned = [ms_from_ns(strike.t_ns) for strike in truth.strikes[: len(sent_ms)]]
    late = np.asarray(sent_ms) - np.asarray(planned)
    p99 = float(np.percentile(late, 99)) if len(late) else 0.0
    passed = p99 <= limits.sender_late_ms
    return Check(
        "the drummer was on time",
        passed,
        f"99 % of strikes left within {p99:.2f} ms of their time (limit "
        f"{limits.sender_late_ms:g})"
        + ("." if passed else "; this machine was too busy to play: verify it with less to do."),
        {"p99_ms": p99, "max_ms": float(late.max(initial=0.0))},
    )


def _arrived(truth: Performance, hits: Sequence[Mapping[str, Any]]) -> Check:
    """Every strike arrived once, in order, as it was struck."""
    noted = any(h["note"] is not None for h in hits)
    sent = [(s.midi_note if noted else s.pad.value, s.velocity) for s in truth.strikes]
    got = [(h["note" if noted else "pad"], h["velocity"]) for h in hits]
    lost = len(sent) - len(got)
    return Check(
        "every hit arrived, in order",
        sent == got,
        f"{len(sent)} struck, {len(got)} heard"
        + ("." if sent == got or lost else ", but not the same ones in the same order."),
        {"struck": len(sent), "heard": len(got)},
    )


def _stamps(sent_ms: Sequence[float], hits: Sequence[Mapping[str, Any]], limits: Limits) -> Check:
    """The stamps are the sender's times plus a constant."""
    late = np.array([h["t_ms"] for h in hits]) - np.asarray(sent_ms)
    delay = float(np.median(late)) if len(late) else 0.0
    spread = np.abs(late - delay)
    p99 = float(np.percentile(spread, 99)) if len(late) else 0.0
    return Check(
        "stamps are the sender's times",
        abs(delay) <= limits.wire_delay_ms and p99 <= limits.stamp_spread_ms,
        f"the wire takes {delay:.2f} ms, and 99 % of stamps are within {p99:.2f} ms of that "
        f"(limit {limits.stamp_spread_ms:g}).",
        {"delay_ms": delay, "p99_ms": p99, "max_ms": float(spread.max(initial=0.0))},
    )


def _labels(truth: Performance, hits: Sequence[Mapping[str, Any]], limits: Limits) -> Check:
    """Each hit is the note that was meant, or the stroke around it."""
    meant = [_meant(s) for s in truth.strikes]
    said = [(h["chart_index"], h.get("ornament_of")) for h in hits]
    right = sum(m == s for m, s in zip(meant, said, strict=True))
    percent = 100.0 * right / max(1, len(hits))
    return Check(
        "each hit is the note that was meant",
        percent >= limits.label_percent,
        f"{right} of {len(hits)} hits, {percent:.2f} % (limit {limits.label_percent:g} %).",
        {"percent": percent},
    )


def _meant(strike: Strike) -> tuple[int | None, int | None]:
    """The note, and the note that it is around, as the report has them."""
    if strike.chart_index < 0:
        return None, None
    return (strike.chart_index, None) if strike.cause is Cause.NOTE else (None, strike.chart_index)


def _missed(truth: Performance, missed: Sequence[int]) -> Check:
    """What was not struck is missed; a hit in place of another may cost one or two."""
    wrong = len(set(truth.missed) ^ set(missed))
    # An extra strike can stand in for a missed note as well as the note itself could.
    allowed = max(2, round(0.01 * truth.chart_notes))
    return Check(
        "what was not struck is missed",
        wrong <= allowed,
        f"{len(truth.missed)} not struck, {len(missed)} missed, {wrong} differ (limit {allowed}).",
        {"not_struck": len(truth.missed), "missed": len(missed), "differ": wrong},
    )


def _call(part: str, true: frozenset[Any], said: Mapping[str, Any]) -> Check:
    """The verdict is one of those that are true."""
    call = said["call"]
    low, high = said["low"], said["high"]
    interval = "" if low is None else f" ({low:.2f} … {high:.2f})"
    return Check(
        f"{part} is called truly",
        call in {c.value for c in true},
        f"{part} is called {call}{interval}; true is {' or '.join(sorted(true))}.",
        {} if low is None else {"low": low, "high": high},
    )


def _doubles(truth: Performance, hits: Sequence[Mapping[str, Any]]) -> Check:
    """Double triggers are flagged, and sound strikes are not."""
    double = [s.cause is Cause.DOUBLE for s in truth.strikes]
    flagged = ["double-trigger" in h["flags"] for h in hits]
    found = sum(d and f for d, f in zip(double, flagged, strict=True))
    # A stray strike right behind another may well look like a double trigger: no harm done.
    meant = [s.chart_index >= 0 for s in truth.strikes]
    wrongly = sum(f and m for f, m in zip(flagged, meant, strict=True))
    enough = found >= 0.95 * sum(double)
    return Check(
        "double triggers are flagged, and nothing else",
        enough and wrongly <= 0.005 * len(hits),
        f"{found} of {sum(double)} flagged, and {wrongly} strikes that were meant.",
        {"doubles": sum(double), "found": found, "wrongly": wrongly},
    )
