"""The state of the beam: flat arrays of fixed size, laid out once for each take.

Nothing here grows with the hits: the live path allocates nothing. A chart of n notes takes
n rows of `NOTE` and n numbers for the lanes' own order.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_entry import LONG_BARS, LONG_GAPS
from station.timing.beam_kernels import LAG, REACH, RECENT
from station.timing.beam_ornaments import (
    ORNAMENTS,
    STRAY,
    before_and_after,
    lay_out_ornaments,
)
from station.timing.beam_places import AT_ONCE_MS, inlined
from station.timing.tables import table

HYPOTHESES = 24
LANES = 256
_ROOM = 256  # for what is settled and not yet taken, at first

_NO_BAR_MS = 1000.0  # in a chart without notes
_CHORDS = 0.1  # of the notes, and a tie can be learned
LEVEL_NOISE = (2e-5, 2e-4, 1e-3)
RATE_NOISE = (3e-11, 3e-10, 3e-9)

# `next` is the following note of the same lane; the last row is a sentinel at infinity.
NOTE = np.dtype(
    [("written_ms", "f8"), ("written_ns", "i8"), ("bar_ms", "f8"), ("next", "i4"), ("lane", "i4"),
     ("loudness", "i4"), ("placed", "i4"), ("fate", "i4")]
)  # fmt: skip
# One reading of the take so far. `key` is a sum over the lanes' next notes: two hypotheses
# with the same key have used up the same notes. `cursor`: all earlier notes are used up. `last_`:
# the last hit that was a note, how far off itself and when; `tie`: what it says of the next.
HYPOTHESIS = np.dtype(
    [("offset_ms", "f8"), ("rate", "f8"), ("log_weight", "f8"), ("share", "f8"), ("key", "i8"),
     ("cursor", "i8"), ("child", "i8"), ("last_ms", "f8"), ("last_t_ms", "f8"), ("tie", "f8")]
)  # fmt: skip
# What a hypothesis may become with the next hit.
CHILD = np.dtype([("log_weight", "f8"), ("error_ms", "f8"), ("parent", "i8"), ("label", "i8")])
# One model of the player's clock: a Kalman filter on confirmed pairs, in units of its noise.
MODEL = np.dtype(
    [("level_noise", "f8"), ("rate_noise", "f8"), ("noise_var", "f8"), ("log_score", "f8"),
     ("handicap", "f8"), ("offset_ms", "f8"), ("rate", "f8"),
     ("offset_var", "f8"), ("covariance", "f8"), ("rate_var", "f8"), ("pairs", "f8")]
)  # fmt: skip
LANE = np.dtype(
    [("begin", "i8"), ("end", "i8"), ("bias_ms", "f8"), ("pairs", "f8"), ("t_ms", "f8"),
     ("velocity", "f8"), ("confirmed", "i8")]
)  # fmt: skip
# How loud: mean and variance of the velocities of one (lane, dynamic), the variance within one
# place in the beat; the same for each place; for strokes around a note; and for stray hits.
LOUDNESS = np.dtype(
    [("mean", "f8"), ("var", "f8"), ("log_peak", "f8"), ("count", "f8"), ("within", "f8")]
)
# A hit that was heard lately.
RECENT_HIT = np.dtype(
    [("t_ms", "f8"), ("t_ns", "i8"), ("lane", "i4"), ("velocity", "i4"), ("suspect", "i4"),
     ("label", "i4"), ("outside", "i4"), ("double", "f8"), ("extra_log", "f8")]
)  # fmt: skip
# All that the hypotheses share. `seek_`: the search for a new anchor that is under way.
SHARED = np.dtype(
    [("t_ms", "f8"), ("offset_var", "f8"), ("covariance", "f8"), ("rate_var", "f8"),
     ("start_var", "f8"), ("offset_var_cap", "f8"), ("half_gap_ms", "f8"), ("gaps_ms", "f8"),
     ("long_ms", "f8"),
     ("entered_ms", "f8"), ("noise_var", "f8"), ("noise_var_cap", "f8"),
     ("level_noise", "f8"), ("rate_noise", "f8"), ("gate_ms", "f8"),
     ("missed", "f8"), ("notes", "f8"), ("strays", "f8"), ("stray_ms", "f8"), ("doubles", "f8"),
     ("miss_rate", "f8"), ("stray_rate", "f8"), ("ms_per_note", "f8"),
     ("hits", "f8"), ("learned_ms", "f8"), ("clock_ms", "f8"), ("extra_rate", "f8"),
     ("tie", "f8"), ("used_tie", "f8"), ("untied", "f8"), ("chords", "f8"), ("pair_ms", "f8"),
     ("pair_written_ms", "f8"),
     ("bar_ms", "f8"), ("lead_ms", "f8"), ("tail_ms", "f8"), ("as_ornament", "f8"),
     ("looked_ms", "f8"), ("offset_ms", "f8"), ("before_ms", "f8"), ("stopped_ms", "f8"),
     ("shift_ms", "f8"), ("seek_usual", "f8"), ("seek_found", "f8"), ("seek_rival", "f8"),
     ("seek_ms", "f8"), ("seeking", "i8"), ("seek_ticket", "i8"), ("seek_next", "i8"),
     ("seek_end", "i8"), ("seek_next_2", "i8"), ("seek_end_2", "i8"),
     ("active", "i8"), ("hypotheses", "i8"),
     ("heard", "i8"), ("confirmed", "i8"), ("model", "i8"), ("due_note", "i8"),
     ("since", "i8"), ("looked", "i8"), ("look", "i8"), ("settled", "i8"), ("done", "i8")]
)  # fmt: skip

# A hit as it is told, and the answer: `ticket` counts the hits heard, `label` is the chart
# index, `STRAY`, `DOUBLE`, or `ORNAMENT` less the chart index of the note that it is around.
HEARD = np.dtype(
    [("t_ns", "i8"), ("lane", "i4"), ("velocity", "i4"), ("suspect", "i4"), ("label", "i4"),
     ("ticket", "i8")]
)  # fmt: skip
# What became of a hit or a note: `chart_index` is a label, or `ticket` is `MISSED` where nobody
# played it. `counts` is 1 for a pair without suspicion.
CONFIRMED = np.dtype(
    [("ticket", "i8"), ("chart_index", "i4"), ("counts", "i4"), ("offset_ns", "i8")]
)


@dataclass(frozen=True, slots=True)
class Priors:
    """What is believed of any player before the first hit, and how fast that is given up.

    One set for all players, charts and tempi. Times in ms, logarithms natural.

    Attributes
    ----------
    gate
        A hit is looked for within so many standard deviations of its prediction.
    drop
        A hypothesis this much less likely (log) than the best is dropped.
    huber
        Beyond so many standard deviations the tails are exponential (Huber 1964).
    merge
        Hypotheses nearer than so many standard deviations are one.
    start_per_gap, start_low_ms, start_high_ms
        SD of the first offset after a count-in, as a share of the gap between notes.
    offset_cap_per_gap
        That SD is never thought to be larger, however little is heard: a hit could be any note.
    noise_per_gap, noise_low_ms, noise_high_ms
        The same for the SD of single hits around the clock.
    noise_cap_per_gap
        That SD is never thought to be larger: with notes blurred into each other any reading
        fits, and none would ever be given up.
    rate_sd
        SD of the tempo error at the start.
    rate_memory_ms
        How long a tempo error lasts when nothing is heard.
    pull_per_ms, pull_ms
        The click is usually heard: log-cost per ms of being away from it by much more than
        `pull_ms`. It never grows beyond that, so a steady rush is not pulled back.
    handicap
        Log-score that a livelier clock model has to be ahead by, per step of the grid.
    score_memory, noise_memory, bias_memory, rate_count_memory
        In confirmed hits: how long scores, noise, limb offsets and rates are remembered.
    bias_weight, count_weight
        Hits that the prior on limb offsets and on rates is worth.
    missed, strays, doubles
        Rates at the start, for each note.
    doubles_floor
        A double trigger is never thought to be rarer than this.
    rate_cap
        Missed notes and strays are never thought to be more frequent than this.
    velocity_cap, place_cap
        Largest log-cost of a velocity that does not fit its dynamic, its place in the beat.
    place_share, place_count
        Places count once the variance of velocities within one is so small a share of the
        whole, and where so many have been heard.
    suspect_log
        Log-cost of pairing a hit that the kit's profile suspects.
    jump_log
        Log-cost of a jump of the whole hand.
    tie, tie_weight
        Correlation of the noise of hits that come together, and chords that this is worth.
        0 in a chart without chords: there it could not be given up.
    tie_ms
        Between hits so far apart, nothing is left of it.
    tie_least, tie_most
        A smaller correlation is taken for none, a larger one for this.
    """

    gate: float = 4.5
    drop: float = 12.0
    huber: float = 2.5
    merge: float = 1.0
    start_per_gap: float = 0.17
    start_low_ms: float = 6.0
    start_high_ms: float = 40.0
    offset_cap_per_gap: float = 0.5
    noise_per_gap: float = 0.1
    noise_low_ms: float = 10.0
    noise_high_ms: float = 25.0
    noise_cap_per_gap: float = 0.35
    rate_sd: float = 0.02
    rate_memory_ms: float = 200_000.0
    pull_per_ms: float = 4e-4
    pull_ms: float = 30.0
    handicap: float = 6.0
    score_memory: float = 400.0
    noise_memory: float = 300.0
    bias_memory: float = 200.0
    rate_count_memory: float = 600.0
    bias_weight: float = 4.0
    count_weight: float = 40.0
    missed: float = 0.04
    strays: float = 0.04
    doubles: float = 0.02
    doubles_floor: float = 0.02
    rate_cap: float = 0.12
    velocity_cap: float = 8.0
    place_cap: float = 3.0
    place_share: float = 0.85
    place_count: float = 4.0
    suspect_log: float = 2.3
    jump_log: float = 10.0
    tie: float = 0.5
    tie_weight: float = 20.0
    tie_ms: float = 120.0
    tie_least: float = 0.25
    tie_most: float = 0.8

    def record(self) -> NDArray[np.void]:
        """As one row, for the kernels."""
        return np.array([astuple(self)], dtype=PRIORS)


PRIORS = np.dtype([(f.name, "f8") for f in fields(Priors)])


class BeamState(NamedTuple):
    """All arrays of one take, in the order of `BEAM_TABLES`."""

    priors: NDArray[np.void]
    shared: NDArray[np.void]
    notes: NDArray[np.void]
    lane_notes: NDArray[np.int32]
    lanes: NDArray[np.void]
    loudness: NDArray[np.void]
    models: NDArray[np.void]
    hypotheses: NDArray[np.void]
    next_notes: NDArray[np.int32]
    labels: NDArray[np.int32]
    children: NDArray[np.void]
    recent: NDArray[np.void]
    places: NDArray[np.int32]
    ornaments: NDArray[np.void]
    settled: NDArray[np.void]


_INDEX = np.dtype(np.int32)
BEAM_TABLES = (
    PRIORS, SHARED, NOTE, _INDEX, LANE, LOUDNESS, MODEL, HYPOTHESIS, _INDEX, _INDEX, CHILD,
    RECENT_HIT, _INDEX, ORNAMENTS, CONFIRMED,
)  # fmt: skip


@inlined
def beam_state(where: NDArray[np.int64]) -> BeamState:
    """In a kernel: the state of which `where` has the addresses."""
    lanes = table(where, 4, LANE)
    return BeamState(
        table(where, 0, PRIORS),
        table(where, 1, SHARED),
        table(where, 2, NOTE),
        table(where, 3, _INDEX),
        lanes,
        table(where, 5, LOUDNESS),
        table(where, 6, MODEL),
        table(where, 7, HYPOTHESIS).reshape(2, HYPOTHESES),
        table(where, 8, _INDEX).reshape(2, HYPOTHESES, len(lanes)),
        table(where, 9, _INDEX).reshape(2, HYPOTHESES, LAG),
        table(where, 10, CHILD),
        table(where, 11, RECENT_HIT),
        table(where, 12, _INDEX),
        table(where, 13, ORNAMENTS),
        table(where, 14, CONFIRMED),
    )


def lay_out(
    written_ns: NDArray[np.int64],
    lanes: NDArray[np.int64],
    dynamics: NDArray[np.int64],
    places_in_beat: NDArray[np.int64],
    ornaments: NDArray[np.int64],
    bar_ns: int | NDArray[np.int64],
    priors: Priors,
) -> BeamState:
    """The state before the first hit.

    Parameters
    ----------
    written_ns
        Sorted, shape (notes,).
    lanes
        Each note's lane, 0 to `LANES` − 1, shape (notes,).
    dynamics
        Each note's `model.Dynamic`, shape (notes,).
    places_in_beat
        Where in its beat each note is written, any numbers from 0, shape (notes,).
    ornaments
        How many grace strokes each note has, or `beam_ornaments.BOUNCES`, shape (notes,).
    bar_ns
        How long a label may wait at most: one for all, or each note's, shape (notes,).
    """
    used = np.unique(lanes)
    # A lane without notes gets the last place: its hits are all extra.
    places = np.full(LANES, len(used), dtype=np.int32)
    places[used] = np.arange(len(used))
    lanes = places[lanes].astype(np.int64)
    lane_count = len(used) + 1
    n = len(written_ns)
    notes = np.zeros(n + 1, dtype=NOTE)
    notes["written_ns"][:n] = written_ns
    notes["written_ms"] = notes["written_ns"] / 1e6
    notes["written_ms"][n] = np.inf
    notes["bar_ms"][:n] = np.divide(bar_ns, 1e6)
    notes["bar_ms"][n] = notes["bar_ms"][n - 1] if n else _NO_BAR_MS
    notes["lane"][:n] = lanes
    notes["loudness"][:n] = lanes * 3 + dynamics
    kinds = notes["loudness"][:n] * (places_in_beat.max(initial=0) + 1) + places_in_beat
    accents, accent = np.unique(kinds, return_inverse=True)
    notes["placed"][:n] = lane_count * 3 + accent
    notes["next"] = n
    order = np.argsort(lanes, kind="stable").astype(np.int32)
    same = lanes[order[:-1]] == lanes[order[1:]]
    notes["next"][order[:-1][same]] = order[1:][same]

    lane_table = np.zeros(lane_count, dtype=LANE)
    lane_table["end"] = np.cumsum(np.bincount(lanes, minlength=lane_count))
    lane_table["begin"][1:] = lane_table["end"][:-1]
    lane_table["t_ms"] = -np.inf
    lane_table["confirmed"] = STRAY

    hypotheses = np.zeros((2, HYPOTHESES), dtype=HYPOTHESIS)
    hypotheses["last_t_ms"] = -math.inf
    next_notes = np.full((2, HYPOTHESES, lane_count), n, dtype=np.int32)
    occupied = lane_table["begin"] < lane_table["end"]
    next_notes[0, 0, occupied] = order[lane_table["begin"][occupied]]

    around = lay_out_ornaments(ornaments, notes["written_ms"], notes["bar_ms"], notes["next"])
    shared, noise_var = _shared(notes, lane_count, priors)
    shared["lead_ms"], shared["tail_ms"] = before_and_after(around, notes["written_ms"])
    return BeamState(
        priors=priors.record(),
        shared=shared,
        notes=notes,
        lane_notes=order,
        lanes=lane_table,
        loudness=_loudness(lane_count, len(accents)),
        models=_models(noise_var, priors),
        hypotheses=hypotheses,
        next_notes=next_notes,
        labels=np.full((2, HYPOTHESES, LAG), STRAY, dtype=np.int32),
        children=np.zeros(HYPOTHESES * (REACH + 1), dtype=CHILD),
        recent=np.zeros(RECENT, dtype=RECENT_HIT),
        places=places,
        ornaments=around,
        settled=np.zeros(_ROOM, dtype=CONFIRMED),
    )


def dense_gap_ms(written_ms: NDArray[np.float64]) -> float:
    """Typical gap where notes are dense: 10th percentile; 1 s where there is none."""
    gaps = np.diff(written_ms)
    gaps = gaps[gaps > 5.0]
    return float(np.percentile(gaps, 10)) if len(gaps) else 1000.0


def _shared(notes: NDArray[np.void], lane_count: int, p: Priors) -> tuple[NDArray[np.void], float]:
    written = notes["written_ms"][:-1]
    gap = dense_gap_ms(written)
    noise_var = min(max(p.noise_per_gap * gap, p.noise_low_ms), p.noise_high_ms) ** 2
    span = max(float(written[-1] - written[0]), 1000.0) if len(written) else 1000.0
    row = np.zeros(1, dtype=SHARED)
    row["t_ms"] = row["learned_ms"] = row["clock_ms"] = written[0] if len(written) else 0.0
    row["looked_ms"] = -math.inf
    start_sd = min(max(p.start_per_gap * gap, p.start_low_ms), p.start_high_ms)
    row["offset_var"] = row["start_var"] = start_sd**2
    row["offset_var_cap"] = max(start_sd, p.offset_cap_per_gap * gap) ** 2
    row["half_gap_ms"] = gap / 2
    row["gaps_ms"] = LONG_GAPS * gap
    row["entered_ms"] = -math.inf
    row["rate_var"] = p.rate_sd**2
    row["noise_var"] = noise_var
    row["noise_var_cap"] = (p.noise_cap_per_gap * gap) ** 2
    row["level_noise"] = LEVEL_NOISE[1] * noise_var
    row["rate_noise"] = RATE_NOISE[1] * noise_var
    row["gate_ms"] = p.gate * math.sqrt(noise_var + start_sd**2)
    row["missed"] = p.missed * p.count_weight
    row["notes"] = row["hits"] = p.count_weight
    row["strays"] = p.strays * p.count_weight
    # Strays come at any time on any lane: their density is counted in lane-milliseconds.
    row["ms_per_note"] = span * max(lane_count - 1, 1) / max(len(written), 1)
    row["stray_ms"] = p.count_weight * row["ms_per_note"]
    row["miss_rate"] = p.missed
    row["stray_rate"] = p.strays / row["ms_per_note"]
    row["doubles"] = p.doubles * p.count_weight
    row["extra_rate"] = p.strays
    row["bar_ms"] = notes["bar_ms"][0]
    row["long_ms"] = max(LONG_BARS * row["bar_ms"][0], row["gaps_ms"][0])
    row["hypotheses"] = 1
    chords = np.count_nonzero(np.diff(written) < AT_ONCE_MS)
    row["tie"] = p.tie if chords > _CHORDS * len(written) else 0.0
    row["untied"] = (1 - p.tie_least) * (1 - row["tie"])
    row["pair_written_ms"] = -math.inf
    return row, noise_var


def _models(noise_var: float, p: Priors) -> NDArray[np.void]:
    """The grid of clock models, from calm to lively."""
    models = np.zeros(len(LEVEL_NOISE) * len(RATE_NOISE), dtype=MODEL)
    models["level_noise"] = np.repeat(LEVEL_NOISE, len(RATE_NOISE))
    models["rate_noise"] = np.tile(RATE_NOISE, len(LEVEL_NOISE))
    steps = np.add.outer(np.arange(len(LEVEL_NOISE)), np.arange(len(RATE_NOISE)))
    models["handicap"] = p.handicap * steps.ravel()
    models["noise_var"] = noise_var
    models["offset_var"] = 9.0
    models["rate_var"] = p.rate_sd**2 / noise_var
    return models


def _loudness(lane_count: int, places: int) -> NDArray[np.void]:
    """Ghost, normal and accent for each lane, those at each place, around a note, and strays."""
    rows = np.zeros(lane_count * 3 + places + 2, dtype=LOUDNESS)
    rows["mean"] = 75.0
    rows["mean"][: lane_count * 3] = np.tile([40.0, 80.0, 105.0], lane_count)
    rows["var"] = rows["within"] = 30.0**2
    rows["mean"][-2] = 45.0
    rows["var"][-1] = 35.0**2
    rows["log_peak"] = -0.5 * np.log(2 * math.pi * rows["var"])
    rows["count"][: lane_count * 3] = 4.0
    rows["count"][-2] = 4.0
    rows["count"][-1] = 10.0
    return rows
