"""Checks as JUnit XML, which every continuous-integration server reads."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from station.verification.compare import Check


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario that was played.

    Attributes
    ----------
    scenario
        Its name.
    seconds
        How long it took.
    checks
        What was found.
    """

    scenario: str
    seconds: float
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


def junit_xml(outcomes: Sequence[Outcome]) -> bytes:
    """One test suite a scenario, one test case a check."""
    root = ET.Element("testsuites", name="station verify")
    for outcome in outcomes:
        failures = sum(not check.passed for check in outcome.checks)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=outcome.scenario,
            tests=str(len(outcome.checks)),
            failures=str(failures),
            errors="0",
            skipped="0",
            time=f"{outcome.seconds:.3f}",
        )
        for check in outcome.checks:
            case = ET.SubElement(
                suite, "testcase", classname=f"verify.{outcome.scenario}", name=check.name
            )
            if check.passed:
                ET.SubElement(case, "system-out").text = check.detail
            else:
                ET.SubElement(case, "failure", message=check.detail)
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml
