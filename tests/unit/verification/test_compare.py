"""Truth against report: what passes, and that each lie is found."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from station.analysis import analyse
from station.charts.chart import Chart
from station.drummer import Performance, perform
from station.drummer.midi import midi_file
from station.files import load_chart
from station.model import PlacementCall
from station.units import ms_from_ns
from station.verification.compare import Check, Limits, compare
from station.verification.junit import Outcome, junit_xml
from station.verification.scenario import SCENARIOS, Scenario, scenario_named

ARRIVED = "every hit arrived, in order"
STAMPS = "stamps are the sender's times"
NOTES = "each hit is the note that was meant"
MISSED = "what was not struck is missed"
TEMPO = "tempo is called truly"
PLACEMENT = "placement is called truly"
DOUBLES = "double triggers are flagged, and nothing else"


def named(name: str) -> Scenario:
    found = scenario_named(name)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def chart() -> Chart:
    return load_chart("straight-eighths").at_bpm(330).repeated(24)


def played(
    scenario: Scenario, chart: Chart, tmp_path: Any
) -> tuple[Performance, list[float], dict[str, Any]]:
    """What the drummer did, when each strike was sent, and the station's report of it."""
    # The first strike may come before the chart begins, where a file has no place for it.
    truth = perform(chart, scenario.params).not_before_zero()
    path = tmp_path / "take.mid"
    path.write_bytes(midi_file(truth))
    report = analyse(path, chart=chart).to_dict()
    for hit in report["hits"]:
        hit["flags"] = []
    return truth, [ms_from_ns(s.t_ns) for s in truth.strikes], report


def failed(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if not check.passed}


def test_a_true_report_passes(chart: Chart, tmp_path: Any) -> None:
    for name in ("steady", "ahead", "behind"):
        scenario = named(name)
        checks = compare(scenario, *played(scenario, chart, tmp_path), Limits())
        assert not failed(checks), checks
        assert len(checks) == 8


@pytest.mark.parametrize("rudiment", ["20-flam", "31-drag", "04-multiple-bounce-roll"])
def test_graces_and_bounces_are_meant_too(rudiment: str, tmp_path: Any) -> None:
    scenario = named("steady").within(0)
    truth, sent_ms, report = played(scenario, load_chart(rudiment).repeated(4), tmp_path)
    assert not failed(compare(scenario, truth, sent_ms, report, Limits()))
    around = [h for h in report["hits"] if "ornament_of" in h]
    assert len(around) > 0.4 * len(report["hits"])
    for hit in around:
        hit["ornament_of"] += 1
    assert failed(compare(scenario, truth, sent_ms, report, Limits())) == {NOTES}


def test_a_machine_that_is_too_busy_is_told_from_a_station_that_lies(
    chart: Chart, tmp_path: Any
) -> None:
    scenario = named("steady")
    truth, sent_ms, report = played(scenario, chart, tmp_path)
    late_ms = [t + (40 if i % 20 == 0 else 0) for i, t in enumerate(sent_ms)]
    checks = compare(scenario, truth, late_ms, report, Limits())
    assert failed(checks) == {"the drummer was on time"}
    assert len(checks) == 2
    assert "too busy" in checks[0].detail


def test_every_lie_is_found(chart: Chart, tmp_path: Any) -> None:
    scenario = named("ahead")
    truth, sent_ms, report = played(scenario, chart, tmp_path)

    def lies(change: Any) -> set[str]:
        told = copy.deepcopy(report)
        change(told)
        return failed(compare(scenario, truth, sent_ms, told, Limits()))

    def lose_a_hit(told: dict[str, Any]) -> None:
        del told["hits"][5]

    def swap_two(told: dict[str, Any]) -> None:
        first, other = told["hits"][0], next(h for h in told["hits"] if h["note"] != 36)
        first["note"], other["note"] = other["note"], first["note"]

    def stamp_late(told: dict[str, Any]) -> None:
        for hit in told["hits"]:
            hit["t_ms"] += 20.0

    def stamp_loosely(told: dict[str, Any]) -> None:
        for hit in told["hits"][::2]:
            hit["t_ms"] += 7.0

    def name_other_notes(told: dict[str, Any]) -> None:
        for hit in told["hits"][::10]:
            hit["chart_index"] = None

    def miss_many(told: dict[str, Any]) -> None:
        told["missed"] = list(range(100))

    def call_rushing(told: dict[str, Any]) -> None:
        told["verdict"]["tempo"]["call"] = "rushing"

    def call_behind(told: dict[str, Any]) -> None:
        told["verdict"]["placement"]["call"] = "behind"

    def flag_sound_strikes(told: dict[str, Any]) -> None:
        for hit in told["hits"][::20]:
            hit["flags"] = ["double-trigger"]

    assert lies(lambda told: None) == set()
    assert lies(lose_a_hit) == {ARRIVED}
    assert lies(swap_two) == {ARRIVED}
    assert lies(stamp_late) == {STAMPS}
    assert lies(stamp_loosely) == {STAMPS}
    assert lies(name_other_notes) == {NOTES}
    assert lies(miss_many) == {MISSED}
    assert lies(call_rushing) == {TEMPO}
    assert lies(call_behind) == {PLACEMENT}
    assert lies(flag_sound_strikes) == {DOUBLES}


def test_of_a_short_take_nothing_need_be_called() -> None:
    ahead = named("ahead")
    assert ahead.within(96) is ahead
    assert ahead.within(95).placement == {PlacementCall.AHEAD, PlacementCall.UNDECIDED}
    assert PlacementCall.BEHIND not in ahead.within(1).placement
    assert scenario_named("nobody") is None
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_the_checks_as_junit() -> None:
    good = Check("arrived", True, "12 of 12.", {"n": 12.0})
    bad = replace(good, name="called <truly>", passed=False, detail="said & wrong")
    root = ET.fromstring(junit_xml([Outcome("steady", 1.5, [good, bad])]))
    [suite] = root
    assert suite.attrib == {
        "name": "steady",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "1.500",
    }
    assert [case.get("name") for case in suite] == ["arrived", "called <truly>"]
    assert [failure.get("message") for failure in suite.iter("failure")] == ["said & wrong"]
    assert not Outcome("steady", 1.5, [good, bad]).passed
    assert Outcome("steady", 1.5, [good]).passed
