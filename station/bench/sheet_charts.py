"""Charts to engrave: grooves of which no two bars are alike."""

from __future__ import annotations

import numpy as np

from station.charts import gm
from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import Dynamic, Note, Pad, Zone

_PPQ = 480
_STEP = _PPQ // 4
_STEPS = 16


def varied_chart(bars: int, seed: int = 0, bpm: float = 330) -> Chart:
    """Hi-hat in eighths; snare and kick on sixteenths drawn anew for every bar."""
    rng = np.random.default_rng(seed)
    lanes = (
        (Pad.KICK, Zone.HEAD, rng.random((bars, _STEPS)) < 0.2),
        (Pad.SNARE, Zone.HEAD, rng.random((bars, _STEPS)) < 0.2),
        (Pad.HI_HAT, Zone.CLOSED, np.tile(np.arange(_STEPS) % 2 == 0, (bars, 1))),
    )
    dynamics = rng.choice([Dynamic.GHOST, Dynamic.NORMAL, Dynamic.ACCENT], (bars, _STEPS))
    notes = [
        Note(
            int(place) * _STEP,
            pad,
            zone,
            gm.note_of_place(pad, zone),
            Dynamic(dynamics.flat[place]) if pad is Pad.SNARE else Dynamic.NORMAL,
        )
        for pad, zone, struck in lanes
        for place in np.flatnonzero(struck)
    ]
    return Chart(
        title=f"{bars} different bars",
        tempo=TempoMap.constant(bpm, _PPQ),
        metre=(MetreChange(0, 4, 4),),
        notes=tuple(sorted(notes, key=lambda note: (note.tick, note.midi_note))),
        length_ticks=bars * 4 * _PPQ,
    )
