"""What a chart can be asked: its batches of beats, chords and swung beats, as tables.

Laid out once before the take; after that every hit costs the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import PAD_INDEX, PADS, Pad
from station.timing import beats, evidence

# What limbs are told against: the hand that keeps the time.
_REFERENCES = (Pad.HI_HAT, Pad.RIDE)
# Where the middle of a beat may be written: from before a straight eighth to 3.5:1 and more.
_SWINGS_FROM, _SWINGS_TO = 0.4, 0.85


@dataclass(frozen=True, slots=True)
class Questions:
    """The tables that `evidence.feed` works on.

    Attributes
    ----------
    notes, triples, batches
        Of dtypes `NOTE`, `TRIPLE` and `BATCH` of `evidence`; nothing has been played yet.
    beat_ns
        Length of a beat at the first note: the unit of time of the tempo's slope.
    limbs
        Pads that are written together with `reference`, in the order of their `MOMENTS`.
    reference
        None where no pad is.
    written_swing
        Long over short part of the swung beats as written; None where the chart has several.
    """

    notes: NDArray[np.void]
    triples: NDArray[np.void]
    batches: NDArray[np.void]
    beat_ns: float
    limbs: tuple[Pad, ...]
    reference: Pad | None
    written_swing: float | None


def lay_out(chart: Chart) -> Questions:
    """The questions of a chart, with one or with a hundred thousand notes."""
    ticks = beats.note_ticks(chart)
    lanes = chart.lanes.astype(np.int64)
    beat = beats.count(chart, ticks)
    notes = np.zeros(len(ticks), dtype=evidence.NOTE)
    notes["written_ns"] = chart.written_ns
    for name in ("reference", "limb", "first_of", "middle_of", "last_of"):
        notes[name] = -1
    beat_ns = 2.0 * float(beats.half_beats_ns(chart, ticks[:1])[0]) if len(ticks) else 1.0
    batches = _batches(chart, beat, notes, beat_ns)
    reference, limbs = _chords(ticks, lanes, notes)
    triples = _triples(chart, ticks, beat, lanes, notes)
    return Questions(
        notes, triples, batches, beat_ns, limbs, reference, _written_swing(triples, chart)
    )


def _batches(
    chart: Chart, beat: NDArray[np.int64], notes: NDArray[np.void], beat_ns: float
) -> NDArray[np.void]:
    """Batches that have a note; says in `notes` which is whose."""
    numbers, first, batch, counts = np.unique(
        beat // evidence.BATCH_BEATS, return_index=True, return_inverse=True, return_counts=True
    )
    notes["batch"] = batch
    batches = np.zeros(len(numbers), dtype=evidence.BATCH)
    batches["number"] = numbers
    batches["notes_left"] = counts
    batches["end_beat"] = (numbers + 1) * evidence.BATCH_BEATS
    end = np.array([max(chart.length_ticks - 1, 0)], dtype=np.int64)
    beats_in_chart = int(beats.count(chart, end)[0]) + 1
    batches["whole"] = batches["end_beat"] <= beats_in_chart
    for name, size in (
        ("ends_placement", evidence.PLACEMENT_BATCHES),
        ("ends_spread", evidence.SPREAD_BATCHES),
    ):
        group = numbers // size
        last = np.append(group[1:] != group[:-1], True)[: len(group)]
        short = (group + 1) * size * evidence.BATCH_BEATS > beats_in_chart
        batches[name] = np.where(last, 1 + short, 0)
    # All batches of one line count their time from one place.
    _, lines, line = np.unique(
        numbers // evidence.SPREAD_BATCHES, return_index=True, return_inverse=True
    )
    batches["origin_ns"] = chart.written_ns[first][lines][line]
    batches["origin_beats"] = batches["origin_ns"] / beat_ns
    return batches


def _chords(
    ticks: NDArray[np.int64], lanes: NDArray[np.int64], notes: NDArray[np.void]
) -> tuple[Pad | None, tuple[Pad, ...]]:
    """The reference and the pads told against it; says in `notes` what is written together."""
    if not len(ticks):
        return None, ()
    _, begin, chord, counts = np.unique(
        ticks, return_index=True, return_inverse=True, return_counts=True
    )
    notes["chord_begin"] = begin[chord]
    notes["chord_end"] = (begin + counts)[chord]
    reference = next((pad for pad in _REFERENCES if (lanes == PAD_INDEX[pad]).any()), None)
    if reference is None:
        return None, ()
    own = lanes == PAD_INDEX[reference]
    place = np.where(own, np.arange(len(ticks)), len(ticks))
    of_chord = np.minimum.reduceat(place, begin)[chord]
    notes["reference"] = np.where(of_chord < len(ticks), of_chord, -1)
    paired = ~own & (notes["reference"] >= 0)
    pads, limb = np.unique(lanes[paired], return_inverse=True)
    notes["limb"][paired] = evidence.LIMBS + limb
    return reference, tuple(PADS[pad] for pad in pads)


def _triples(
    chart: Chart,
    ticks: NDArray[np.int64],
    beat: NDArray[np.int64],
    lanes: NDArray[np.int64],
    notes: NDArray[np.void],
) -> NDArray[np.void]:
    """Beats with one note in between, of the pad that has most; says in `notes` whose."""
    on_beat = beat > beats.count(chart, ticks - 1)
    most = np.zeros(0, dtype=evidence.TRIPLE)
    for pad in np.unique(lanes):
        own = np.flatnonzero(lanes == pad)
        own = own[np.append(True, np.diff(ticks[own]) > 0)]
        first, middle, last = own[:-2], own[1:-1], own[2:]
        written = chart.written_ns
        whole = np.maximum(written[last] - written[first], 1)
        part = (written[middle] - written[first]) / whole
        swung = (
            on_beat[first]
            & ~on_beat[middle]
            & on_beat[last]
            & (beat[last] == beat[first] + 1)
            & (part >= _SWINGS_FROM)
            & (part <= _SWINGS_TO)
        )
        if swung.sum() > len(most):
            most = np.zeros(int(swung.sum()), dtype=evidence.TRIPLE)
            most["first"], most["middle"], most["last"] = first[swung], middle[swung], last[swung]
    for name in ("first", "middle", "last"):
        notes[f"{name}_of"][most[name]] = np.arange(len(most))
        notes["swings"][most[name]] = 1
    return most


def _written_swing(triples: NDArray[np.void], chart: Chart) -> float | None:
    if not len(triples):
        return None
    written = chart.written_ns
    begin = written[triples["first"]]
    long = written[triples["middle"]] - begin
    ratios = long / np.maximum(written[triples["last"]] - begin - long, 1)
    # Ticks are rounded: a triplet at 480 a quarter is exact, at 96 too, at 100 it is not.
    return float(np.median(ratios)) if np.ptp(ratios) < 0.05 else None
