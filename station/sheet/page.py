"""A judged sheet on paper: SVG of the whole, or page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from station.model import PADS
from station.outcome import Outcome
from station.sheet.drawing import document, draw_line, glyphs_of, write
from station.sheet.line import Line
from station.sheet.offsets import SIZE, height_of, offset_texts
from station.sheet.played import Played
from station.sheet.sheet import WIDTH

# Dark on white; every one has at least 4.5 : 1 (WCAG 2, AA), early and late are blue and orange.
INK, MUTED, PAPER = "#14181f", "#5b6572", "#ffffff"
COLOURS = {
    Outcome.EARLY: "#0063a8",
    Outcome.IN_TIME: "#15703a",
    Outcome.LATE: "#a85400",
    Outcome.EXTRA: "#b01867",
    Outcome.MISSED: "#5b6572",
}
_WORDS = {
    Outcome.EARLY: "early",
    Outcome.IN_TIME: "in time",
    Outcome.LATE: "late",
    Outcome.EXTRA: "extra",
    Outcome.MISSED: "missed",
}
# In staff spaces. A4 upright: a space is 1.8 mm then, as in printed parts.
_MARGIN = 6.0
PAGE_WIDTH = WIDTH + 2 * _MARGIN
PAGE_HEIGHT = PAGE_WIDTH * 297 / 210
_TITLE, _SUBTITLE, _LEGEND = 3.4, 1.7, 1.5
_HEAD_HEIGHT = 10.5
_BETWEEN = 2.0
_MARK = 1.6


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a judged sheet."""

    title: str
    subtitle: str


def whole(lines: Sequence[Line], played: Played, heading: Heading) -> str:
    """All lines below each other as one SVG document."""
    body = _head(heading)
    y = _MARGIN + _HEAD_HEIGHT
    for line in lines:
        body += _at(y, _judged(line, played))
        y += height_of(line) + _BETWEEN
    return document(body, PAGE_WIDTH, y + _MARGIN, glyphs_of(lines), ground=PAPER)


def pages(lines: Sequence[Line], played: Played, heading: Heading) -> Iterator[str]:
    """A4 pages, each an SVG document; at least one."""
    body, y = _head(heading), _MARGIN + _HEAD_HEIGHT
    on_page: list[Line] = []
    for line in lines:
        if on_page and y + height_of(line) > PAGE_HEIGHT - _MARGIN:
            yield document(body, PAGE_WIDTH, PAGE_HEIGHT, glyphs_of(on_page), ground=PAPER)
            body, y, on_page = "", _MARGIN, []
        body += _at(y, _judged(line, played))
        on_page.append(line)
        y += height_of(line) + _BETWEEN
    yield document(body, PAGE_WIDTH, PAGE_HEIGHT, glyphs_of(on_page), ground=PAPER)


def _judged(line: Line, played: Played) -> str:
    drawn = draw_line(line, INK, MUTED)
    for i in range(line.system.first_note, line.system.last_note):
        outcome = int(played.outcome[i])
        if outcome in COLOURS:
            drawn += mark(Outcome(outcome), *line.middle_of(i))
    here = (played.extra_ns >= line.system.start_ns) & (played.extra_ns < line.system.end_ns)
    for t_ns, pad in zip(played.extra_ns[here], played.extra_pad[here], strict=True):
        x = float(np.interp(t_ns, line.t_ns, line.x))
        drawn += mark(Outcome.EXTRA, x, line.y_of(PADS[min(int(pad), len(PADS) - 1)]))
    for one in offset_texts(line, played):
        drawn += write(one.x, one.y, one.text, SIZE, COLOURS[one.outcome], "middle")
    return drawn


def mark(outcome: Outcome, x: float, y: float, size: float = _MARK) -> str:
    """How a note was played, as a shape around (x, y)."""
    colour, r = COLOURS[outcome], size / 2
    edge = f'stroke="{PAPER}" stroke-width="0.12"'
    match outcome:
        case Outcome.IN_TIME:
            shape = f'<circle r="{0.82 * r:.3f}" fill="{colour}" {edge}/>'
        case Outcome.EARLY | Outcome.LATE:
            tip = -r if outcome is Outcome.EARLY else r
            points = f"{tip:.3f},0 {-0.8 * tip:.3f},{-r:.3f} {-0.8 * tip:.3f},{r:.3f}"
            shape = f'<polygon points="{points}" fill="{colour}" {edge}/>'
        case Outcome.EXTRA:
            a = 0.68 * r
            path = f"M{-a:.3f} {-a:.3f} L{a:.3f} {a:.3f} M{-a:.3f} {a:.3f} L{a:.3f} {-a:.3f}"
            shape = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="0.36"/>'
        case Outcome.MISSED:
            shape = f'<circle r="{r:.3f}" fill="none" stroke="{colour}" stroke-width="0.22"/>'
    return f'<g transform="translate({x:.2f},{y:.2f})">{shape}</g>'


def _head(heading: Heading) -> str:
    y = _MARGIN + _TITLE * 0.8
    text = write(_MARGIN, y, heading.title, _TITLE, INK)
    text += write(_MARGIN, y + 2.6, heading.subtitle, _SUBTITLE, MUTED)
    y += 5.4
    for i, (outcome, word) in enumerate(_WORDS.items()):
        x = _MARGIN + 0.8 + 15 * i
        text += mark(outcome, x, y - 0.5) + write(x + 1.5, y, word, _LEGEND, COLOURS[outcome])
    numbers = "numbers: ms against the chart, the upper drum first"
    return text + write(PAGE_WIDTH - _MARGIN, y, numbers, _LEGEND, MUTED, "end")


def _at(y: float, body: str) -> str:
    return f'<g transform="translate({_MARGIN},{y:.2f})">{body}</g>'
