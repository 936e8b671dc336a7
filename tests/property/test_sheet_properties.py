"""Any chart has a sheet: every note is on it, and the playhead never runs back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.charts import gm
from station.charts.chart import Chart, MetreChange
from station.charts.lanes import PLACES
from station.charts.tempo import TempoChange, TempoMap
from station.model import Dynamic, Note, Ornament, Sticking
from station.sheet.engraver import Engraver
from station.sheet.sheet import Sheet

ENGRAVER = Engraver()
PPQ = 480
# Grids that people write, and ticks that are on none.
TICKS = st.one_of(
    *(st.integers(0, 8 * PPQ // step - 1).map(lambda i, s=step: i * s) for step in (240, 160, 120)),
    st.integers(0, 8 * PPQ - 1),
)


@st.composite
def notes(draw: Any) -> Note:
    pad, zone = draw(st.sampled_from(sorted(PLACES.values())))
    return Note(
        draw(TICKS),
        pad,
        zone,
        gm.note_of_place(pad, zone),
        draw(st.sampled_from(Dynamic)),
        draw(st.sampled_from(Sticking)),
        draw(st.sampled_from(Ornament)),
    )


@st.composite
def charts(draw: Any) -> Chart:
    beats, unit = draw(st.sampled_from(((4, 4), (7, 8), (3, 4), (5, 16))))
    struck = {(n.tick, n.midi_note): n for n in draw(st.lists(notes(), max_size=14))}
    changes = [TempoChange(0, Fraction(500_000_000))]
    if draw(st.booleans()):
        changes.append(TempoChange(draw(st.integers(1, 7 * PPQ)), Fraction(173_000_000)))
    return Chart(
        title="any",
        tempo=TempoMap(PPQ, tuple(changes)),
        metre=(MetreChange(0, beats, unit),),
        notes=tuple(struck[key] for key in sorted(struck)),
        length_ticks=8 * PPQ,
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(charts(), st.integers(30, 130))
def test_every_note_is_drawn_and_time_runs_from_left_to_right(chart: Chart, width: int) -> None:
    sheet = Sheet(chart, ENGRAVER, width)
    drawn = 0
    for number, system in enumerate(sheet.systems):
        line = sheet.line(number)
        assert not np.isnan(line.picture.heads).any()
        drawn += len(line.picture.heads)
        assert (np.diff(line.t_ns) > 0).all()
        moments = np.linspace(system.start_ns, system.end_ns, 200).astype(np.int64)
        xs = [line.x_at(int(t)) for t in moments]
        assert (np.diff(xs) >= 0).all()
        assert 0 <= xs[0] < xs[-1] <= line.width + 1e-6
    assert drawn == len(chart.notes)
