"""Swing on its way out: how each bar of a chart is written, and the mark that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from station.charts.chart import Bar, Chart
from station.charts.swing import STRAIGHT, Swing, swing_of
from station.model import Note

_Placed = tuple[int, Note, Fraction]


@lru_cache(maxsize=4096)
def quarters_of(ticks: int, ppq: int) -> Fraction:
    """Ticks in quarter notes; there are few different ones in a chart."""
    return Fraction(ticks, ppq)


def swings_of(chart: Chart, bars: Sequence[Bar], notes: Sequence[Sequence[_Placed]]) -> list[Swing]:
    """How each bar is written: in one swing throughout, else each as it needs."""
    places = [[place for _, _, place in bar] for bar in notes]
    # Counted as ticks: there are few, and fractions are slow to count.
    ticks = Counter(
        note.tick - bar.tick
        for bar, inside in zip(bars, notes, strict=True)
        for _, note, _ in inside
    )
    throughout = swing_of({quarters_of(tick, chart.ppq): count for tick, count in ticks.items()})
    if throughout is not None and all(
        _has_whole_pairs(chart, bar, throughout)
        for bar, inside in zip(bars, places, strict=True)
        if inside
    ):
        return [throughout] * len(bars)
    swings = [STRAIGHT]
    for bar, inside in zip(bars, places, strict=True):
        # Where all lies on the beats, nothing tells swing from straight.
        on_beats = all(place % 1 == 0 for place in inside)
        swing = swings[-1] if on_beats else swing_of(inside) or STRAIGHT
        swings.append(swing if _has_whole_pairs(chart, bar, swing) else STRAIGHT)
    return swings[1:]


def _has_whole_pairs(chart: Chart, bar: Bar, swing: Swing) -> bool:
    """Whether a bar can swing: from bar line to bar line, and as long as its metre says."""
    metre = chart.metre_at(bar.tick)
    length = Fraction(bar.end_tick - bar.tick, chart.ppq)
    whole = Fraction(4 * metre.beats, metre.unit)
    return swing.ratio == 1 or (length % swing.pair == 0 and whole % swing.pair == 0)


def swing_words(swing: Swing) -> str:
    """What stands over the bar where it begins."""
    if swing.ratio == 1:
        return "Straight"
    ratio = f"{float(swing.ratio):.3f}".rstrip("0").rstrip(".")
    return f"Swing {ratio} : 1" + (" (16ths)" if swing.unit == 16 else "")


def swing_mark(swing: Swing) -> str:
    """The same as an element that sounds."""
    if swing.ratio == 1:
        sounds = "<straight/>"
    else:
        kind = "16th" if swing.unit == 16 else "eighth"
        sounds = (
            f"<first>{swing.ratio.numerator}</first><second>{swing.ratio.denominator}</second>"
            f"<swing-type>{kind}</swing-type>"
        )
    return (
        '<direction placement="above"><direction-type>'
        f"<words>{swing_words(swing)}</words></direction-type>"
        f"<sound><swing>{sounds}</swing></sound></direction>\n"
    )
