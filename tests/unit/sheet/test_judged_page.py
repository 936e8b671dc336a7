"""The judged sheet on paper: marks, figures, pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from station.charts.chart import Chart
from station.outcome import Outcome
from station.sheet.engraver import Engraver
from station.sheet.offsets import height_of, offset_texts, rows_of
from station.sheet.page import COLOURS, PAPER, Heading, pages, whole
from station.sheet.played import NOT_YET, played_of
from station.sheet.sheet import Sheet

Write = Callable[..., Chart]
HEADING = Heading("Title & Co", "Ada · 120 BPM")


def report(*offsets_ms: float | None, extra: tuple[float, str] = (250.0, "kick")) -> dict[str, Any]:
    """Offsets of the notes in order; None for a missed one; and one extra hit."""
    hits = [
        {"t_ms": 100.0 * i, "pad": "snare", "chart_index": i, "offset_ms": offset}
        for i, offset in enumerate(offsets_ms)
        if offset is not None
    ]
    hits.append({"t_ms": extra[0], "pad": extra[1], "chart_index": None, "offset_ms": None})
    missed = [i for i, offset in enumerate(offsets_ms) if offset is None]
    return {"kit": {"sigma_ms": 0.2}, "hits": hits, "missed": missed}


def test_a_grace_stroke_is_no_extra_hit() -> None:
    told = report(-12.0, 3.0)
    told["hits"][-1]["ornament_of"] = 1
    assert played_of(told, 2).extra_ns.tolist() == []


def test_a_report_is_read_note_by_note() -> None:
    played = played_of(report(-12.0, 3.0, None, 9.5), 6)
    assert played.outcome.tolist() == [
        Outcome.EARLY, Outcome.IN_TIME, Outcome.MISSED, Outcome.LATE, NOT_YET, NOT_YET,
    ]  # fmt: skip
    assert played.offset_ns.tolist() == [-12_000_000, 3_000_000, 0, 9_500_000, 0, 0]
    assert played.extra_ns.tolist() == [250_000_000]
    assert played_of(report(1.0, None, 2.0), 1).outcome.tolist() == [Outcome.IN_TIME]


def test_figures_stand_under_their_notes_the_upper_drum_first(
    written: Write, engraver: Engraver
) -> None:
    chart = written({"hi-hat": "x-x-x-x-", "kick": "x---x---"})
    line = Sheet(chart, engraver).line(0)
    # Sorted by MIDI note: the kick of a beat comes before its hi-hat.
    played = played_of(report(-12.4, 0.2, None, 8.0, 3.0, None), len(chart.notes))
    texts = list(offset_texts(line, played))
    first = [one for one in texts if abs(one.x - line.middle_of(0)[0]) < 0.7]
    assert [(one.text, one.outcome) for one in sorted(first, key=lambda one: one.y)] == [
        ("0", Outcome.IN_TIME), ("−12", Outcome.EARLY),
    ]  # fmt: skip
    assert sorted(one.text for one in texts) == sorted(["0", "−12", "–", "+8", "+3", "–"])
    assert rows_of(line) == 2
    assert all(line.height < one.y < height_of(line) for one in texts)


def test_every_mark_is_drawn_at_its_head(written: Write, engraver: Engraver) -> None:
    chart = written({"snare": "x-x-x-x-"})
    sheet = Sheet(chart, engraver)
    line = sheet.line(0)
    svg = whole([line], played_of(report(-12.0, 3.0, None, 9.5), 4), HEADING)
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    places = {}
    for group in root.iter(f"{name}g"):
        shape = group[0] if len(group) == 1 else None
        if shape is not None and group.get("transform", "").startswith("translate("):
            x, y = map(float, re.findall(r"-?[\d.]+", group.get("transform", "")))
            places[x, y] = shape
    middle = [tuple(round(v, 2) for v in line.middle_of(i)) for i in range(4)]
    shapes = [places[x, y].tag.removeprefix(name) for x, y in middle]
    assert shapes == ["polygon", "circle", "circle", "polygon"]
    colours = [places[m].get("fill") for m in middle]
    assert colours == [COLOURS[Outcome.EARLY], COLOURS[Outcome.IN_TIME], "none",
                       COLOURS[Outcome.LATE]]  # fmt: skip
    # Early points left, late points right.
    tips = [float(places[middle[i]].get("points", "").split(",")[0]) for i in (0, 3)]
    assert tips[0] < 0 < tips[1]
    x = round(line.x_at(250_000_000), 2)
    assert any(px == x and s.tag == f"{name}path" for (px, _), s in places.items())


def test_pages_hold_all_lines_and_the_words_of_the_heading(
    written: Write, engraver: Engraver
) -> None:
    chart = written({"hi-hat": "xxxxxxxx", "kick": "x---x---"}, head='order = ["b0 x80"]')
    sheet = Sheet(chart, engraver)
    lines = [sheet.line(i) for i in range(len(sheet.systems))]
    played = played_of(report(), len(chart.notes))
    made = list(pages(lines, played, HEADING))
    numbers = [
        int(t.text or "")
        for page in made
        for t in ET.fromstring(page).iter("{http://www.w3.org/2000/svg}text")
        if (t.text or "").isdigit()
    ]
    assert numbers == list(range(1, 81))
    assert 2 <= len(made) <= 5
    assert all(("Title &amp; Co" in page) == (page is made[0]) for page in made)
    assert "Ada · 120 BPM" in whole(lines, played, HEADING)
    assert len(list(pages([], played, HEADING))) == 1


@pytest.mark.parametrize("colour", COLOURS.values())
def test_colours_can_be_read_on_paper(colour: str) -> None:
    def luminance(text: str) -> float:
        rgb = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    assert (luminance(PAPER) + 0.05) / (luminance(colour) + 0.05) >= 4.5
