"""The sheet: Verovio, tried on one bar."""

from __future__ import annotations

from importlib.metadata import version

from station.charts.chart import Chart, MetreChange
from station.charts.musicxml_out import write_musicxml
from station.charts.tempo import TempoMap
from station.cli.checks.finding import Finding, ok, remark
from station.model import Note, Pad, Zone

_BAR = Chart(
    title="A bar",
    tempo=TempoMap.constant(120, 480),
    metre=(MetreChange(0, 4, 4),),
    notes=(Note(0, Pad.SNARE, Zone.HEAD, 38),),
    length_ticks=4 * 480,
)
_WIDTH = 60.0


def check() -> list[Finding]:
    """Whether a bar can be engraved; without Verovio one plays from the lanes."""
    try:
        engrave_a_bar()
    except Exception as error:
        # Whatever a broken installation does: it must not take the other checks along.
        why = " ".join(str(error).split())[:160] or type(error).__name__
        return [
            remark(
                "sheet",
                f"Verovio does not engrave ({why}); one can play from the lanes",
                "pip install --force-reinstall verovio",
            )
        ]
    return [ok("sheet", f"Verovio {version('verovio')} engraves")]


def engrave_a_bar() -> str:
    """The SVG of one bar, all the way through Verovio."""
    # Imported here: where it cannot be, that is what is to be found out.
    from station.sheet.engraver import Engraver

    return Engraver().engrave(write_musicxml(_BAR), _WIDTH)
