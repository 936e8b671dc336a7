"""A report for a terminal: one screenful, the answer first, in words as well as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from station.model import (
    Flag,
    MarkKind,
    PlacementCall,
    PlacementVerdict,
    TakeState,
    TempoCall,
    TempoVerdict,
    Verdict,
)
from station.report import Report
from station.timing import beats
from station.timing.statistics_passes import Pass
from station.units import ms_from_ns, s_from_ns
from station.verdict_words import NOT_FOLLOWED, SWING_WORDS

_WORST_BARS = 3
_MOST_LIMBS = 4
_MOST_RESYNCS = 4
# As many passes as stand side by side: the first ones, and the last ones.
_MOST_PASSES = 8
_FIRST_PASSES = 3
_FEWEST_HITS = 2  # a bar with fewer says little about the bar
_SUSPECT = int(Flag.DOUBLE_TRIGGER | Flag.CROSSTALK)


def render_text(report: Report) -> str:
    """The report as text of at most 24 lines, without a line break at the end."""
    tempo, placement = report.verdict.tempo, report.verdict.placement
    if report.verdict.matched is False:
        answer = [_headline(tempo.call.value, NOT_FOLLOWED)]
    else:
        answer = [
            _headline(tempo.call.value, tempo_words(tempo)),
            _headline(placement.call.value, placement_words(placement)),
        ]
    lines = [
        *answer,
        "",
        f"{report.chart.title} at {report.chart.bpm:g} BPM",
        _counts(report),
    ]
    if len(report.offsets_ms):
        lines += [_offsets(report), *_parts(report.verdict), *_worst_bars(report)]
    lines += [*_ornaments(report), *_passes(report)]
    if report.state is TakeState.BROKEN_OFF:
        lines.append("The take was broken off; notes after its end are not counted.")
    return "\n".join([*lines, *_calibration(report), *_resyncs(report), *_marks(report)])


def tempo_words(verdict: TempoVerdict) -> str:
    """The tempo verdict's numbers as half a sentence."""
    if verdict.ratio_percent is None:
        return "tempo: too little was played to say"
    words = f"tempo {_signed(verdict.ratio_percent, 2)} %"
    if verdict.low is not None and verdict.high is not None:
        words += f", between {_signed(verdict.low, 2)} and {_signed(verdict.high, 2)} %"
    if verdict.call is TempoCall.UNDECIDED:
        return f"{words}: not proven either way"
    return f"{words}; called at beat {verdict.called_at_beat}"


def placement_words(verdict: PlacementVerdict) -> str:
    """The placement verdict's numbers as half a sentence."""
    if not verdict.calibrated:
        return "against the click: not calibrated (station calibrate), so it is not called"
    if verdict.offset_ms is None:
        return "against the click: too little was played to say"
    words = f"against the click {_signed(verdict.offset_ms, 1)} ms"
    if verdict.low is not None and verdict.high is not None:
        words += f", between {_signed(verdict.low, 1)} and {_signed(verdict.high, 1)} ms"
    if verdict.call is PlacementCall.UNDECIDED:
        return f"{words}: not proven either way"
    return f"{words}; called at beat {verdict.called_at_beat}"


def _headline(call: str, words: str) -> str:
    return f"{call.upper():<11}{words}"


def _counts(report: Report) -> str:
    played = int((report.chart_index >= 0).sum())
    extra = report.hit_array["flags"][(report.chart_index < 0) & (report.ornament_of < 0)]
    words = (
        f"{played} {'note' if played == 1 else 'notes'} played, {len(report.missed)} missed, "
        f"{len(extra)} extra {'hit' if len(extra) == 1 else 'hits'}"
    )
    suspects = np.count_nonzero(extra & _SUSPECT)
    return f"{words} ({suspects} of them suspects)" if suspects else words


def _offsets(report: Report) -> str:
    offsets = report.offsets_ms
    low, high = np.quantile(offsets, (0.25, 0.75))
    words = f"offsets: mean {_signed(offsets.mean(), 1)} ms"
    if len(offsets) > 1:
        words += f", SD {offsets.std(ddof=1):.1f} ms"
    return f"{words}, half of them between {_signed(low, 1)} and {_signed(high, 1)} ms"


def _parts(verdict: Verdict) -> list[str]:
    """Spread, limbs and swing, as far as they can be said."""
    lines = []
    if (spread := verdict.spread) is not None:
        between = f"between {spread.low:.1f} and {spread.high:.1f}"
        lines.append(f"spread without the drift: {spread.sd_ms:.1f} ms, {between}")
    limbs = sorted(verdict.limbs or (), key=lambda limb: -limb.pairs)[:_MOST_LIMBS]
    lines += [
        f"{limb.pad} against {limb.against}: {_signed(limb.offset_ms, 1)} ms, between "
        f"{_signed(limb.low, 1)} and {_signed(limb.high, 1)} ({limb.pairs} pairs)"
        for limb in limbs
    ]
    if (swing := verdict.swing) is not None:
        words = f"swing {swing.ratio:.2f}:1, between {swing.low:.2f} and {swing.high:.2f}"
        if swing.written is not None:
            words += f"; written {swing.written:.2f}:1"
        if swing.call in SWING_WORDS:
            words += f", so {SWING_WORDS[swing.call]}"
        lines.append(f"{words} ({swing.offbeats} off-beats)")
    return lines


def _ornaments(report: Report) -> list[str]:
    """A line each for flams, drags and buzzes."""
    told = report.ornaments or {}
    lines = []
    for name in ("flams", "drags"):
        if (one := told.get(name)) is None or not one["played"]:
            continue
        strokes = "its grace stroke" if name == "flams" else "both grace strokes"
        words = f"{name}: {one['with_graces']} of {one['played']} with {strokes}"
        if half := one["played"] - one["with_graces"] - one["flat"]:
            words += f", {half} with one"
        if one["flat"]:
            words += f", {one['flat']} flat"
        if one["width_ms"] is not None:
            low, high = one["quartiles_ms"]
            words += f"; {one['width_ms']:.0f} ms wide, half of them {low:.0f} to {high:.0f}"
        if one["right"] and one["left"]:
            words += f"; R {one['right']['width_ms']:.0f}, L {one['left']['width_ms']:.0f}"
        lines.append(words)
    if (buzz := told.get("buzzes")) is not None and buzz["played"]:
        lines.append(
            f"buzzes: {buzz['with_bounces']} of {buzz['played']} bounced, mostly "
            f"{buzz['bounces']:.0f} times"
        )
    return lines


def _worst_bars(report: Report) -> list[str]:
    chart = report.chart
    # Every pass of a loop has the same bars.
    bar_of = beats.count(chart, beats.note_ticks(chart), bars=True) % max(1, chart.bars_a_pass)
    lines = []
    played = bar_of[report.chart_index[report.chart_index >= 0]]
    hits = np.bincount(played)
    off_ms = np.sqrt(np.bincount(played, weights=report.offsets_ms**2) / np.maximum(hits, 1))
    off_ms[hits < _FEWEST_HITS] = 0
    if far := _largest(off_ms):
        bars = (f"bar {chart.written_bar(b) + 1} ({off_ms[b]:.0f} ms)" for b in far)
        lines.append("farthest off: " + ", ".join(bars))
    due = np.concatenate([played, bar_of[list(report.missed)]])
    missed = np.bincount(bar_of[list(report.missed)])
    written = np.bincount(due)
    if most := _largest(missed):
        bars = (f"bar {chart.written_bar(b) + 1} ({missed[b]} of {written[b]})" for b in most)
        lines.append("most missed: " + ", ".join(bars))
    return lines


def _passes(report: Report) -> list[str]:
    """A column for each pass; of many, the first and the last ones."""
    passes = report.passes
    if len(passes) < 2:
        return []
    shown: list[Pass | None] = list(passes)
    if len(passes) > _MOST_PASSES:
        shown = [*passes[:_FIRST_PASSES], None, *passes[_FIRST_PASSES - _MOST_PASSES :]]
    rows: list[tuple[str, Callable[[Pass], str]]] = [
        ("pass", lambda one: str(one.number)),
        ("offset, ms", lambda one: "–" if one.offset_ms is None else _signed(one.offset_ms, 1)),
        ("spread, ms", lambda one: "–" if one.spread_ms is None else f"{one.spread_ms:.1f}"),
        ("missed", lambda one: str(one.missed)),
    ]
    return [
        f"{name:<10}" + "".join("  …" if one is None else f"{cell(one):>7}" for one in shown)
        for name, cell in rows
    ]


def _largest(by_bar: NDArray[np.generic]) -> list[int]:
    """The bars with the largest values above 0, the earlier first of equals."""
    order = np.argsort(-by_bar.astype(np.float64), kind="stable")[:_WORST_BARS]
    return [int(bar) for bar in order if by_bar[bar] > 0]


def _calibration(report: Report) -> list[str]:
    found = report.calibration
    if found is None:
        return []
    return [
        f"latency {_signed(ms_from_ns(found.latency_ns), 1)} ms taken off: by {found.method} from "
        f"{found.count}, ± {ms_from_ns(found.spread_ns):.1f} ms, {found.measured_at[:10]}"
    ]


def _resyncs(report: Report) -> list[str]:
    if not report.resyncs:
        return []
    times = [f"{s_from_ns(r.t_ns):.0f} s" for r in report.resyncs[:_MOST_RESYNCS]]
    more = len(report.resyncs) - len(times)
    words = ", ".join(times) + (f" and {more} times more" if more else "")
    return [f"lost after a stop or a dropped beat, and found again: at {words}"]


def _marks(report: Report) -> list[str]:
    kinds = Counter(mark.kind for mark in report.marks)
    told = {
        MarkKind.GAP_BEGIN: "the kit was away",
        MarkKind.LOST_EVENTS: "the kit lost events",
        MarkKind.STAMP_CHANGED: "the quality of the stamps changed",
        MarkKind.SOUND_GAP: "the sound card missed some of the click",
        MarkKind.CLICK_MUTED: "the click was muted",
    }
    return [f"{text} {_times(kinds[kind])}" for kind, text in told.items() if kinds[kind]]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _signed(value: float, digits: int) -> str:
    """With a real minus sign, and without one for what rounds to 0."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")
