"""Real drummers' deviations, played at another tempo: takes of the Groove MIDI Dataset.

Each take was played to a click. What was meant is the nearest place on a grid of sixteenths
or triplets; what is left is the player's own deviation, which is kept in milliseconds (or
scaled) while the grid is set to the new tempo. The data stay where they are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from station.bench.matching_cases import DRIFTS, EXTRA, Case, Conditions, Floats, Ints, Part
from station.errors import FileError

# The dataset's kit, a Roland TD-11, to lanes.
_LANES = {
    36: 0, 35: 0, 38: 1, 40: 1, 37: 1, 48: 2, 50: 2, 45: 3, 47: 3, 43: 4, 58: 4, 41: 4,
    46: 5, 26: 5, 42: 5, 22: 5, 44: 6, 49: 7, 55: 7, 57: 8, 52: 8, 51: 9, 59: 9, 53: 9,
}  # fmt: skip
_MOST_HITS = 1500
_FEWEST_HITS = 300
# A take counts when the grid explains it: so many hits share a place, or lie between places.
_SHARED_PLACES, _BETWEEN_PLACES = 0.05, 0.03
_BETWEEN = 0.4  # of a sixteenth
_AROUND = 8  # hits on each side from which the oracle knows where the hand was


@dataclass(frozen=True, slots=True)
class RealTake:
    """One take on its grid.

    Attributes
    ----------
    name
        File, relative to the dataset.
    place
        For each hit its grid place in beats, shape (hits,).
    deviation_ms
        Played − place.
    lane, velocity
        Of each hit.
    is_note
        False for all but the nearest of several hits at one place of one lane.
    """

    name: str
    place: Floats
    deviation_ms: Floats
    lane: Ints
    velocity: Ints
    is_note: np.ndarray[tuple[int], np.dtype[np.bool_]]


def real_takes(directory: Path, progress: Callable[[str], None]) -> list[RealTake]:
    """All takes in four-four that are long enough and that the grid explains.

    Raises
    ------
    FileError
        When `directory` is not the dataset.
    """
    index = directory / "info.csv"
    if not index.is_file():
        raise FileError(f"{directory} has no info.csv; give the folder of the Groove MIDI Dataset.")
    with index.open(newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if _wanted(r)]
    takes = []
    for i, row in enumerate(rows):
        if i % 20 == 0:
            progress(f"reading real takes {i}/{len(rows)}")
        take = _read(directory, row["midi_filename"], float(row["bpm"]))
        if take is not None:
            takes.append(take)
    return takes


def _wanted(row: dict[str, str]) -> bool:
    return (
        row["beat_type"] == "beat"
        and row["time_signature"] == "4-4"
        and float(row["duration"]) >= 30.0
    )


def _strikes(path: Path) -> Iterator[tuple[float, int, int]]:
    """(beat, lane, velocity) of each note-on of the kit."""
    file = mido.MidiFile(path)
    ticks = 0
    for message in mido.merge_tracks(file.tracks):
        ticks += message.time
        if message.type == "note_on" and message.velocity > 0 and message.note in _LANES:
            yield ticks / file.ticks_per_beat, _LANES[message.note], message.velocity


def _read(directory: Path, name: str, bpm: float) -> RealTake | None:
    rows = np.array(list(_strikes(directory / name))[:_MOST_HITS])
    if len(rows) < _FEWEST_HITS:
        return None
    beat, lane, velocity = rows[:, 0], rows[:, 1].astype(np.int64), rows[:, 2].astype(np.int64)
    place = _on_grid(beat)
    deviation = (beat - place) * 60_000.0 / bpm
    between = np.abs(deviation - np.median(deviation)) > _BETWEEN * 15_000.0 / bpm
    if between.mean() > _BETWEEN_PLACES:
        return None
    on = ~between
    place, deviation, lane, velocity = place[on], deviation[on], lane[on], velocity[on]
    is_note = _nearest_at_its_place(place, lane, deviation)
    if (~is_note).mean() > _SHARED_PLACES:
        return None
    return RealTake(name, place, deviation, lane, velocity, is_note)


def _on_grid(beat: Floats) -> Floats:
    """The nearest sixteenth; triplets in beats that they explain clearly better."""
    sixteenths: Floats = np.round(beat * 4) / 4
    triplets: Floats = np.round(beat * 3) / 3
    place = sixteenths.copy()
    which = np.floor(beat + 0.15).astype(np.int64)
    for one in np.unique(which):
        here = which == one
        error = np.abs(beat[here] - triplets[here]).sum()
        if error < 0.6 * np.abs(beat[here] - sixteenths[here]).sum():
            place[here] = triplets[here]
    return place


def _nearest_at_its_place(
    place: Floats, lane: Ints, deviation: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    best: dict[tuple[int, int], int] = {}
    for i, key in enumerate(zip(np.round(place * 12).astype(int), lane.tolist(), strict=True)):
        if key not in best or abs(deviation[i]) < abs(deviation[best[key]]):
            best[key] = i
    is_note = np.zeros(len(place), dtype=bool)
    is_note[list(best.values())] = True
    return is_note


def retimed(take: RealTake, bpm: float, scale: float, drift_name: str) -> Case:
    """The take at `bpm`, deviations times `scale`, with a drift of ±60 % of an eighth."""
    beat_ms = 60_000.0 / bpm
    notes = np.flatnonzero(take.is_note)
    notes = notes[np.lexsort((take.lane[notes], np.round(take.place[notes] * 12)))]
    number = {
        (int(p), int(q)): n
        for n, (p, q) in enumerate(
            zip(np.round(take.place[notes] * 12), take.lane[notes], strict=True)
        )
    }
    keys = zip(np.round(take.place * 12), take.lane, strict=True)
    of = np.array([number[int(p), int(q)] for p, q in keys])
    part = Part(
        name="real takes",
        written_ms=take.place[notes] * beat_ms,
        lane=take.lane[notes],
        dynamic=np.ones(len(notes), dtype=np.int64),
        lanes=10,
        gap_ms=beat_ms / 2,
        bar_ms=4 * beat_ms,
    )
    drift = DRIFTS[drift_name](part.written_ms, part)
    deviation = take.deviation_ms * scale
    t = part.written_ms[of] + drift[of] + deviation
    truth = np.where(take.is_note, of, EXTRA)
    order = np.argsort(t, kind="stable")
    hand = _hand(deviation[order])
    expected = part.written_ms + drift
    paired = truth[order] >= 0
    expected[truth[order][paired]] += hand[paired]
    span = max(float(t[order][-1] - t[order][0]), 1.0)
    extras = max(int((truth == EXTRA).sum()), 1)
    return Case(
        part=part,
        conditions=Conditions(
            jitter_ms=float(np.std(deviation[order][paired] - hand[paired])),
            miss=0.005,
            drift_name=drift_name,
        ),
        t_ms=t[order],
        lane=take.lane[order],
        velocity=take.velocity[order],
        truth=truth[order],
        double=np.zeros(len(t), dtype=bool),
        expected_ms=expected,
        extras_per_ms=np.full(part.lanes, extras / span / part.lanes),
    )


def _hand(deviation: Floats) -> Floats:
    """Where the hand was at each hit: the mean of the hits around it, without itself."""
    n = len(deviation)
    total = np.concatenate(([0.0], np.cumsum(deviation)))
    low = np.maximum(np.arange(n) - _AROUND, 0)
    high = np.minimum(np.arange(n) + _AROUND + 1, n)
    hand: Floats = (total[high] - total[low] - deviation) / np.maximum(high - low - 1, 1)
    return hand
