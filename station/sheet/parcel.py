"""A chart on its way to another process: its notes as columns, quicker than any text of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import starmap

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import PAD_INDEX, PADS, ZONE_INDEX, ZONES, Dynamic, Note, Ornament, Sticking

STICKINGS = tuple(Sticking)
ORNAMENTS = tuple(Ornament)
_DYNAMICS = tuple(Dynamic)
_STICKING_INDEX = {sticking: i for i, sticking in enumerate(STICKINGS)}
_ORNAMENT_INDEX = {ornament: i for i, ornament in enumerate(ORNAMENTS)}

# Columns of `columns_of`.
TICK, PAD, ZONE, MIDI_NOTE, DYNAMIC, STICKING, ORNAMENT = range(7)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A chart without its notes, and the notes as `columns_of` gives them."""

    bare: Chart
    columns: NDArray[np.int64]


def columns_of(chart: Chart) -> NDArray[np.int64]:
    """The notes as numbers, shape (notes, 7): tick, pad, zone, MIDI note, dynamic, hand, ornament.

    Pads and zones are places in `model.PADS` and `ZONES`, hands and ornaments in `STICKINGS` and
    `ORNAMENTS`.
    """
    rows = [
        (
            note.tick,
            PAD_INDEX[note.pad],
            ZONE_INDEX[note.zone],
            note.midi_note,
            note.dynamic,
            _STICKING_INDEX[note.sticking],
            _ORNAMENT_INDEX[note.ornament],
        )
        for note in chart.notes
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 7)


def packed(chart: Chart, columns: NDArray[np.int64]) -> Parcel:
    """A chart and its columns as one parcel."""
    return Parcel(replace(chart, notes=()), columns)


def unpacked(parcel: Parcel) -> Chart:
    """The chart that was packed."""
    tick, pad, zone, midi_note, dynamic, sticking, ornament = parcel.columns.T.tolist()
    notes = starmap(
        Note,
        zip(
            tick,
            [PADS[i] for i in pad],
            [ZONES[i] for i in zone],
            midi_note,
            [_DYNAMICS[i] for i in dynamic],
            [STICKINGS[i] for i in sticking],
            [ORNAMENTS[i] for i in ornament],
            strict=True,
        ),
    )
    return replace(parcel.bare, notes=tuple(notes))
