"""What is engraved of a few bars."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

from station.charts.chart import Chart
from station.sheet.score import SheetScore
from station.sheet.systems import systems_of

Write = Callable[..., Chart]
GROOVE = {"hi-hat": "xxxxxxxx", "kick": "x---x---"}


def scores(chart: Chart) -> list[ET.Element]:
    score = SheetScore(chart)
    return [ET.fromstring(score.write(system)) for system in systems_of(chart, 105)]


def test_ids_are_those_of_the_whole_chart(written: Write) -> None:
    chart = written(GROOVE, head='order = ["b0 x12"]')
    found = [n.get("id") for root in scores(chart) for n in root.iter("note") if n.get("id")]
    assert sorted(found, key=lambda i: int(str(i)[1:])) == [f"n{i}" for i in range(120)]
    bars = [m.get("id") for root in scores(chart) for m in root.iter("measure")]
    assert bars == [f"b{i}" for i in range(12)]


def test_rests_of_the_feet_are_hidden_and_those_of_the_hands_are_not(written: Write) -> None:
    (root,) = scores(written({"hi-hat": "x-------", "kick": "x-------"}))
    shown = {
        (n.findtext("voice"), n.get("print-object", "yes"))
        for n in root.iter("note")
        if n.find("rest") is not None
    }
    assert shown == {("1", "yes"), ("2", "no")}


def test_tempo_and_swing_are_left_to_the_sheet(written: Write) -> None:
    chart = written({"hi-hat": "xxxxxxxx"}, head="swing = 2\n[tempo_at]\n1 = 150\n")
    (root,) = scores(chart)
    assert list(root.iter("direction")) == []
    assert SheetScore(chart).swing_words == ((0, "Swing 2 : 1"),)


def test_the_metre_is_printed_only_where_it_is_new(written: Write) -> None:
    chart = written(GROOVE, head='order = ["b0 x8"]')
    printed = [root.find("part/measure/attributes/time") for root in scores(chart)]
    assert [None if t is None else t.get("print-object", "yes") for t in printed] == ["yes", "no"]


def test_one_pad_stands_on_one_line(written: Write) -> None:
    (one,) = scores(written({"snare": "x---x---"}))
    assert one.findtext("part/measure/attributes/staff-details/staff-lines") == "1"
    assert {(u.findtext("display-step"), u.findtext("display-octave"))
            for u in one.iter("unpitched")} == {("E", "4")}  # fmt: skip
    (two,) = scores(written({"snare": "x---x---", "kick": "x-------"}))
    assert two.find("part/measure/attributes/staff-details") is None
