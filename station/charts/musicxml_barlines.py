"""What a bar line says about where to go on: repeats, endings, signs."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from station.charts.musicxml_elements import whole
from station.charts.musicxml_jumps import Marks


def read_barline(barline: Element, marks: Marks) -> None:
    """A `barline` element, into the marks of its bar."""
    repeat = barline.find("repeat")
    if repeat is not None:
        if repeat.get("direction") == "forward":
            marks.forward = True
        else:
            marks.backward = True
            marks.times = whole(repeat.get("times", "")) or 0
            marks.after_jump = repeat.get("after-jump") == "yes"
    ending = barline.find("ending")
    if ending is not None:
        if ending.get("type") == "start":
            marks.ending_starts = _passes(ending.get("number", "")) or frozenset({1})
        else:
            marks.ending_stops = True
    if barline.find("segno") is not None or barline.get("segno") is not None:
        marks.segnos.add(barline.get("segno") or "segno")
    if barline.find("coda") is not None or barline.get("coda") is not None:
        marks.codas.add(barline.get("coda") or "coda")


def is_repeat_within(barline: Element) -> bool:
    """Whether it is a repeat sign that stands within its bar."""
    return barline.get("location") == "middle" and barline.find("repeat") is not None


def _passes(text: str) -> frozenset[int]:
    """For which passes an ending is: `1`, `1, 2`, or `1-3`."""
    passes: set[int] = set()
    for first, last in re.findall(r"(\d{1,3})(?:[\s.]*[-–]\s*(\d{1,3}))?", text):
        passes |= set(range(int(first), int(last or first) + 1))
    return frozenset(passes - {0})
