"""A metre as MusicXML says it: 4/4, 3+2+2/8, or 3/8 and 2/4 in one."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from station.charts.chart import BEAT_UNITS
from station.charts.musicxml_elements import shown, whole

MAX_BEATS = 255


def read_metre(time: Element, name: str) -> tuple[tuple[int, int], tuple[int, ...]]:
    """Beats and their unit, and how many stand together where it says so.

    Raises
    ------
    ValueError
        When it cannot be counted; `name` is its bar's.
    """
    beats = [one.text or "" for one in time.iterfind("beats")]
    units = [whole(one.text or "") or 0 for one in time.iterfind("beat-type")]
    counts = [_summands(text) for text in beats]
    said = f"{'+'.join(beats)}/{units[-1] if units else ''}"
    if not counts or len(counts) != len(units) or not all(u in BEAT_UNITS for u in units):
        raise ValueError(f"bar {name} is in {shown(said, 20)}, which cannot be counted")
    unit = max(units)
    groups = tuple(
        count * (unit // own)
        for several, own in zip(counts, units, strict=True)
        for count in several
    )
    if not all(counts) or not 1 <= sum(groups) <= MAX_BEATS:
        raise ValueError(f"bar {name} is in {shown(said, 20)}, which cannot be counted")
    return (sum(groups), unit), groups if len(groups) > 1 else ()


def _summands(text: str) -> list[int]:
    """`4`, or `3+2`; none when it is neither."""
    numbers = [whole(part) for part in text.split("+")]
    return [n for n in numbers if n] if all(numbers) else []
