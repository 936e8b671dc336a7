"""`station doctor`: what on this machine stands in the way, and the way out of each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from station.cli._output import (
    STDOUT,
    check_target,
    clean,
    console,
    say,
    write_json,
    writing_output,
)
from station.cli._parser import add_json
from station.cli.checks.finding import Finding, Level, problem

DESCRIPTION = """\
Look at everything that the station needs on this machine, and say what stands in the way of
playing and how to get it out of the way. Exit code 0: nothing does; 1: something does."""
EXAMPLE = """\
station doctor
station doctor --json doctor.json"""
SCHEMA = "station.doctor/1"

_SUBJECTS = ("python", "midi", "sound", "window", "sheet", "kernels", "disk", "machine")
_STYLES = {Level.OK: "green", Level.NOTE: "yellow", Level.PROBLEM: "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station doctor`."""
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Look and tell; returns 1 when a problem stands in the way.

    Raises
    ------
    FileError
        When the JSON cannot be written.
    """
    check_target(args.json)
    findings = []
    for finding in look():
        findings.append(finding)
        if args.json != STDOUT:
            _print(finding)
    problems = [f for f in findings if f.level is Level.PROBLEM]
    if args.json != STDOUT:
        say("")
        say(_conclusion(len(problems)))
    write_json(_to_dict(findings), args.json)
    return 1 if problems else 0


def look() -> Iterator[Finding]:
    """Every finding, as it is made."""
    for subject in _SUBJECTS:
        try:
            check: Callable[[], list[Finding]] = import_module(
                f"station.cli.checks.{subject}"
            ).check
            yield from check()
        except Exception as error:
            # A broken installation breaks the checks too: that is a finding, not a crash.
            yield problem(
                subject,
                f"could not be looked at ({type(error).__name__}: {error})",
                "install the station again: pip install --force-reinstall edrum-station",
            )


def _print(finding: Finding) -> None:
    from rich.text import Text

    line = Text(f"{finding.level.value:<8}", style=_STYLES[finding.level])
    line.append(f"{finding.subject}: ", style="bold")
    line.append(clean(finding.said), style="not bold default")
    if finding.way_out:
        line.append(f"\n        → {clean(finding.way_out)}", style="not bold default")
    shown = console()
    with writing_output(), shown.capture() as capture:
        shown.print(line)
    say(capture.get().rstrip("\n"))


def _conclusion(problems: int) -> str:
    if not problems:
        return "Nothing stands in the way of playing."
    what = "One problem stands" if problems == 1 else f"{problems} problems stand"
    return f"{what} in the way of playing."


def _to_dict(findings: list[Finding]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "ok": all(f.level is not Level.PROBLEM for f in findings),
        "checks": [
            {
                "subject": f.subject,
                "level": f.level.value,
                "said": f.said,
                "way_out": f.way_out or None,
            }
            for f in findings
        ],
    }
