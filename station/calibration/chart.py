"""What is clicked for a calibration: one even beat."""

from __future__ import annotations

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Note, Pad, Zone

_PPQ = 480
_SNARE = 38


def even_beat(bpm: float, beats: int) -> Chart:
    """So many quarter notes on the snare; any pad will do for the player.

    Parameters
    ----------
    beats
        Rounded up to whole bars of four.
    """
    bars = -(-beats // 4)
    notes = tuple(Note(_PPQ * i, Pad.SNARE, Zone.HEAD, _SNARE) for i in range(4 * bars))
    return Chart(
        "Calibration",
        TempoMap.constant(bpm, _PPQ),
        (MetreChange(0, 4, 4),),
        notes,
        4 * bars * _PPQ,
    )
