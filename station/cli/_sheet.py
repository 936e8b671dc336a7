"""The judged sheet of a take as a file: SVG by ourselves, PDF by the window's package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from station.charts import document
from station.cli._output import note
from station.errors import OutsideError, WrongUse
from station.files import write_atomically
from station.model import Take

_SUFFIXES = (".svg", ".pdf")


def check_sheet(path: Path, *, force: bool) -> None:
    """Refuse early what cannot become a sheet.

    Raises
    ------
    WrongUse
        When the ending is no picture's, or the file exists.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise WrongUse(f"'{path}' ends neither in .svg nor in .pdf; name the sheet so.")
    if path.exists() and not force:
        raise WrongUse(f"{path} exists already; add --force to replace it.")


def write_sheet(take: Take, report: Mapping[str, Any], path: Path) -> None:
    """Engrave a take's chart and write it with every note as it was played.

    Raises
    ------
    StationError
        When it cannot be engraved or written, or for a PDF when Qt cannot be loaded.
    """
    from station.sheet.engraver import Engraver
    from station.sheet.page import Heading, pages, whole
    from station.sheet.played import played_of
    from station.sheet.sheet import Sheet

    chart = document.parse(take.chart_json)
    sheet = Sheet(chart, Engraver())
    lines = [sheet.line(number) for number in range(len(sheet.systems))]
    played = played_of(report, len(chart.notes))
    heading = Heading(take.chart_title, _about(take, report))
    if path.suffix.lower() == ".svg":
        data = whole(lines, played, heading).encode()
    else:
        data = _pdf(list(pages(lines, played, heading)), take.chart_title)
    write_atomically(path, data)
    note(f"wrote {path}.")


def _pdf(pages: Sequence[str], title: str) -> bytes:
    try:
        # By name: the station knows no window, and installs without one.
        make: Callable[[Sequence[str], str], bytes] = import_module("ui.sheet.pdf").pdf_of
    except ImportError as error:
        raise OutsideError(
            f"A PDF cannot be made ({error}); 'station doctor' says what is missing, and a name "
            "that ends in .svg needs nothing more."
        ) from error
    return make(pages, title)


def _about(take: Take, report: Mapping[str, Any]) -> str:
    tempo = f"{report['tempo_bpm']:g} BPM"
    parts = (take.player, tempo, take.started_at[:10], f"take {take.id[:13]}")
    return " · ".join(part for part in parts if part)
