"""A report on the screen."""

from __future__ import annotations

from station.cli._output import clean, say
from station.report import Report
from station.report_text import render_text


def show_report(report: Report) -> None:
    """Print it; text from outside (a chart's title) cannot move the cursor."""
    for line in render_text(report).split("\n"):
        say(clean(line))
