"""Engraved lines: every note has its place, on its pad's height, in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from station.charts.chart import Chart
from station.charts.drum_staff import on_staff
from station.files import list_charts, load_chart
from station.model import Pad
from station.sheet.drawing import document, draw_line, glyphs_of
from station.sheet.engraver import Engraver
from station.sheet.line import HEADER, Line
from station.sheet.sheet import WIDTH, Sheet

Write = Callable[..., Chart]


def lines_of(chart: Chart, engraver: Engraver) -> list[Line]:
    sheet = Sheet(chart, engraver)
    return [sheet.line(number) for number in range(len(sheet.systems))]


@pytest.mark.parametrize("name", [entry.name for entry in list_charts() if entry.shipped])
def test_every_note_of_every_chart_has_a_head_in_its_bar(name: str, engraver: Engraver) -> None:
    chart = load_chart(name)
    bar_of_note = np.searchsorted([bar.end_tick for bar in chart.bars()],
                                  [note.tick for note in chart.notes], side="right")  # fmt: skip
    seen = 0
    for line in lines_of(chart, engraver):
        picture, system = line.picture, line.system
        assert picture.heads.shape == (system.last_note - system.first_note, 4)
        assert picture.width <= 1.02 * WIDTH
        for i, (left, top, width, height) in enumerate(picture.heads, start=system.first_note):
            bar = picture.bars[bar_of_note[i] - system.first_bar]
            assert bar[0] < left < left + width < bar[1]
            assert 0 < top < top + height < picture.height
            assert 0.8 < height < 1.4
            # A note's own time line leads to its head.
            assert left - 0.6 < line.x_at(int(chart.written_ns[i])) < left + width + 0.6
            seen += 1
    assert seen == len(chart.notes)


def test_heads_stand_where_players_look_for_them(written: Write, engraver: Engraver) -> None:
    lanes = ("crash-1", "hi-hat", "ride", "tom-1", "snare", "tom-3", "kick", "hi-hat-pedal")
    chart = written({lane: "-" * i + "x" + "-" * (7 - i) for i, lane in enumerate(lanes)})
    (line,) = lines_of(chart, engraver)
    for i, note in enumerate(chart.notes):
        assert line.middle_of(i)[1] == pytest.approx(line.y_of(note.pad), abs=0.15)
    # Third space and first space, counted from the staff's own lines.
    top = line.picture.staff_top + HEADER
    assert line.picture.staff_bottom - line.picture.staff_top == pytest.approx(4)
    assert line.y_of(Pad.SNARE) == pytest.approx(top + 1.5)
    assert line.y_of(Pad.KICK) == pytest.approx(top + 3.5)
    assert line.y_of(Pad.HI_HAT) == pytest.approx(top - 0.5)
    assert on_staff(Pad.SNARE, chart.notes[4].zone).step == "C"


def test_on_one_line_every_pad_stands_on_it(written: Write, engraver: Engraver) -> None:
    (line,) = lines_of(written({"snare": "x-x-x-x-"}), engraver)
    assert line.y_of(Pad.KICK) == line.y_of(Pad.SNARE) == line.picture.staff_top + HEADER
    assert line.middle_of(0)[1] == pytest.approx(line.y_of(Pad.SNARE), abs=0.1)


def test_grace_notes_stand_before_the_box_of_their_note(engraver: Engraver) -> None:
    flam = lines_of(load_chart("20-flam"), engraver)[0]
    plain = lines_of(load_chart("01-single-stroke-roll"), engraver)[0]
    assert flam.picture.heads[:, 2] == pytest.approx(plain.picture.heads[0, 2])


def test_the_time_line_runs_from_bar_line_to_bar_line(written: Write, engraver: Engraver) -> None:
    chart = written({"snare": "--x---x-", "kick": "----x---"}, head='order = ["b0 x2"]')
    (line,) = lines_of(chart, engraver)
    first, second = line.picture.bars
    # Neither bar begins with a note; time begins behind clef and metre, or behind the bar line.
    assert line.x_at(0) == pytest.approx(first[2])
    assert first[0] + 4 < first[2] < line.middle_of(0)[0]
    assert line.x_at(line.system.edges_ns[1]) == pytest.approx(second[2])
    assert line.x_at(line.system.end_ns) == pytest.approx(second[1])
    # Outside it stays at the edge.
    assert line.x_at(-(10**9)) == line.x_at(0)
    assert line.x_at(10**12) == line.x_at(line.system.end_ns)


def test_alike_lines_are_engraved_once(written: Write) -> None:
    class Counting(Engraver):
        calls = 0

        def engrave(self, musicxml: str, width: float) -> str:
            self.calls += 1
            return super().engrave(musicxml, width)

    engraver = Counting()
    chart = written({"hi-hat": "xxxxxxxx", "kick": "x---x---"}, head='order = ["b0 x40"]')
    lines = lines_of(chart, engraver)
    assert (len(lines), engraver.calls) == (10, 3)
    assert lines[1].picture is lines[8].picture
    assert [label.text for label in lines[8].labels] == ["33", "34", "35", "36"]


def test_a_bar_that_is_too_full_is_engraved_wider(written: Write, engraver: Engraver) -> None:
    chart = written({"steps": 64, "snare": "x" * 64})
    line = Sheet(chart, engraver, width=30).line(0)
    assert line.picture.width > 30
    assert len(line.picture.heads) == 64


def test_labels_say_bar_tempo_and_swing_and_do_not_overlap(engraver: Engraver) -> None:
    line = lines_of(load_chart("double-time-swing"), engraver)[0]
    texts = [(label.text, label.beat_unit, label.number) for label in line.labels]
    assert texts[:3] == [("1", 0, True), ("= 330", 4, False), ("Swing 1.1 : 1", 0, False)]
    assert [text for text, _, number in texts if number] == ["1", "2", "3", "4"]
    xs = [label.x for label in line.labels]
    assert (np.diff(xs) > 2).all()
    eighths = lines_of(load_chart("fourteen-eight"), engraver)[0]
    assert ("= 240", 8) in [(label.text, label.beat_unit) for label in eighths.labels]


def test_a_tempo_is_marked_where_it_changes_and_only_there(
    written: Write, engraver: Engraver
) -> None:
    chart = written({"snare": "x-x-x-x-"}, head='order = ["b0 x8"]\n[tempo_at]\n6 = 90\n')
    marks = [
        (line.system.number, label.text, round(label.x - line.picture.bars[1, 0], 1) > 0)
        for line in lines_of(chart, engraver)
        for label in line.labels
        if label.beat_unit
    ]
    assert marks == [(0, "= 120", False), (1, "= 90", True)]


def test_a_line_is_flat_svg_with_all_its_signs(engraver: Engraver) -> None:
    line = lines_of(load_chart("31-drag"), engraver)[0]
    svg = document(draw_line(line, "#fff", "#999"), line.width, line.height, glyphs_of([line]))
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    tags = [element.tag.removeprefix(name) for element in root.iter()]
    assert tags.count("svg") == 1
    assert "currentColor" not in svg
    outlines = {element.get("id") for element in root.iter(f"{name}path") if element.get("id")}
    used = {u.get("{http://www.w3.org/1999/xlink}href", "")[1:] for u in root.iter(f"{name}use")}
    assert used
    assert used <= outlines
    hands = [text.text for text in root.iter(f"{name}text") if text.text in ("R", "L")]
    assert "".join(filter(None, hands)) == "RLRL" * 4
