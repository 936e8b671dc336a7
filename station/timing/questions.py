"""What a chart can be asked: its batches of beats, chords and swung beats, as tables.

Laid out once before the take; after that every hit costs the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.model import PAD_INDEX, PADS, Pad
from station.timing import beats, evidence
from station.timing.beam_layout import dense_gap_ms

# What limbs are told against: the hand that keeps the time.
_REFERENCES = (Pad.HI_HAT, Pad.RIDE)
# Where the middle of a beat may be written: from before a straight eighth to 3.5:1 and more.
_SWINGS_FROM, _SWINGS_TO = 0.4, 0.85
# Friberg & Sundberg 1995: displacement is noticed from 6 ms on, or from 2.5 % of the interval.
_NOTICED_MS, _NOTICED = 6.0, 0.025
_LEAST_GAP_MS = 1.0
# A hit says where the hand is by such a part, more a beat since the last note, and at most.
_PULL, _PULL_A_BEAT, _MOST_PULL = 0.2, 0.25, 0.8


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
    swing_margin
        How far from there the middle may lie, in parts of the beat, and nobody notices.
    even_gap_ms
        From note to note of a chart of even notes on one pad, which looks the same from every
        note on; None of any other.
    """

    notes: NDArray[np.void]
    triples: NDArray[np.void]
    batches: NDArray[np.void]
    beat_ns: float
    limbs: tuple[Pad, ...]
    reference: Pad | None
    written_swing: float | None
    swing_margin: float
    even_gap_ms: float | None


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
    notes["between"] = _between(chart, ticks, beat)
    notes["gaps_a_beat"] = _gaps_a_beat(chart, ticks, lanes)
    notes["pull"] = _pull(notes, beat_ns)
    batches = _batches(chart, ticks, beat, notes, beat_ns)
    reference, limbs = _chords(ticks, lanes, notes)
    triples = _triples(chart, ticks, beat, lanes, notes)
    swing = _written_swing(triples, chart)
    margin = _swing_margin(triples, chart)
    gap_ms = _even_gap_ms(chart, ticks, lanes)
    return Questions(notes, triples, batches, beat_ns, limbs, reference, swing, margin, gap_ms)


def _batches(
    chart: Chart,
    ticks: NDArray[np.int64],
    beat: NDArray[np.int64],
    notes: NDArray[np.void],
    beat_ns: float,
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
    local_ns = 2.0 * beats.half_beats_ns(chart, ticks[first])
    batches["beat_ms"], batches["beats_a_ns"] = local_ns / units.NS_PER_MS, 1.0 / local_ns
    batches["origin_ns"] = chart.written_ns[first][lines][line]
    batches["origin_beats"] = batches["origin_ns"] / beat_ns
    return batches


def _between(chart: Chart, ticks: NDArray[np.int64], beat: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Notes on whichever pad that a player may swing: alone between two beats, or half beats.

    Where they lie is a matter of the swing that is played, and says nothing of the click. A
    chart without a note on any beat has nothing else to go by.
    """
    places, of_note = np.unique(ticks, return_inverse=True)
    first = np.searchsorted(ticks, places)
    since, whole = beats.passed(chart, places)
    number = beat[first]
    if not (since == 0).any():
        return np.zeros(len(ticks), dtype=np.bool_)
    between = _alone(number, since, whole)
    halved = np.isin(number, number[2 * since == whole])
    late = 2 * since >= whole
    in_half = _alone(2 * number + late, 2 * since - late * whole, whole)
    swung: NDArray[np.bool_] = (between | (halved & in_half))[of_note]
    return swung


def _alone(
    stretch: NDArray[np.int64], since: NDArray[np.int64], whole: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Places that are the only one inside their stretch, and about in its middle."""
    inside = since > 0
    count = np.bincount(stretch[inside] - stretch.min(), minlength=int(np.ptp(stretch)) + 1)
    part = since / whole
    alone: NDArray[np.bool_] = (
        inside
        & (count[stretch - stretch.min()] == 1)
        & (part >= _SWINGS_FROM)
        & (part <= _SWINGS_TO)
    )
    return alone


def _gaps_a_beat(
    chart: Chart, ticks: NDArray[np.int64], lanes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How many gaps to the nearest note of its pad fit into a beat, for each note.

    On a pad with few notes, the gap is twice the chart's own: hits farther off are not taken
    for notes.
    """
    written_ms = chart.written_ns / units.NS_PER_MS
    gap_ms = np.full(len(ticks), np.inf)
    for pad in np.unique(lanes):
        own = np.flatnonzero(lanes == pad)
        places, of_note = np.unique(written_ms[own], return_inverse=True)
        apart = np.concatenate(([np.inf], np.diff(places), [np.inf]))
        gap_ms[own] = np.minimum(apart[:-1], apart[1:])[of_note]
    gap_ms = np.clip(gap_ms, _LEAST_GAP_MS, 2.0 * dense_gap_ms(written_ms))
    gaps: NDArray[np.float64] = 2.0 * beats.half_beats_ns(chart, ticks) / units.NS_PER_MS / gap_ms
    return gaps


def _pull(notes: NDArray[np.void], beat_ns: float) -> NDArray[np.float64]:
    """By how much each hit says where the hand is: more where notes are few."""
    on_grid = np.flatnonzero(notes["between"] == 0)
    rest = np.diff(notes["written_ns"][on_grid], prepend=notes["written_ns"][on_grid[:1]])
    pull = np.full(len(notes), _PULL)
    pull[on_grid] = np.minimum(_PULL + _PULL_A_BEAT * rest / beat_ns, _MOST_PULL)
    return pull


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


def _swing_margin(triples: NDArray[np.void], chart: Chart) -> float:
    if not len(triples):
        return 0.0
    written = chart.written_ns
    beat_ms = float(np.median(written[triples["last"]] - written[triples["first"]]))
    beat_ms = max(beat_ms / units.NS_PER_MS, _LEAST_GAP_MS)
    return max(_NOTICED_MS, _NOTICED * beat_ms / 2) / beat_ms


def _even_gap_ms(chart: Chart, ticks: NDArray[np.int64], lanes: NDArray[np.int64]) -> float | None:
    gaps = np.diff(ticks)
    if not len(gaps) or np.ptp(gaps) or np.ptp(lanes):
        return None
    return float(np.diff(chart.written_ns).min()) / units.NS_PER_MS
