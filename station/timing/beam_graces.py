"""What is written around notes, in the beam: weighed beside the branching, and in the last vote.

Only called where a chart has any (`beam_ornaments`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_likelihood import expected_ms, innovation_var, loud_log
from station.timing.beam_ornaments import ORNAMENT, SDS, STRAY, is_taken, main_stroke_log, ornament
from station.timing.beam_places import inlined
from station.timing.kernel import kernel


@inlined
def _or_ornament(
    s: np.void,
    p: np.void,
    hit: np.void,
    at_ms: float,
    var: float,
    note: int,
    lane: np.void,
    lane_notes: NDArray[np.int32],
    notes: NDArray[np.void],
    loudness: NDArray[np.void],
    ornaments: NDArray[np.void],
    labels: NDArray[np.int32],
    child: np.void,
) -> None:
    """What is no note may be a grace stroke or a bounce of one: its weight, or its label too."""
    end = len(notes) - 1
    before = ornaments[note]["before"]
    if note == end and lane["begin"] < lane["end"]:
        before = lane_notes[lane["end"] - 1]
    if at_ms - notes[note]["written_ms"] > SDS * math.sqrt(var):  # left out: it is the next one's
        before = note
        note = notes[note]["next"]
    log_density, label = ornament(
        at_ms, hit["t_ms"] - lane["t_ms"], var, note, before, notes[note]["written_ms"], ornaments
    )
    if label == STRAY or is_taken(label, labels, s["confirmed"], s["heard"], ornaments):
        return
    if hit["velocity"] > 0:
        row = loudness[len(loudness) - 2]
        log_density += loud_log(hit["velocity"], row, p["velocity_cap"])
    extra_log = hit["extra_log"]
    top = max(extra_log, log_density)
    both = math.log(math.exp(extra_log - top) + math.exp(log_density - top))
    child["log_weight"] += top + both - extra_log
    if log_density > extra_log:
        child["label"] = label


@kernel
def weigh_ornaments(
    s: np.void,
    p: np.void,
    hit: np.void,
    count: int,
    beam: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
    lane: np.void,
    lane_notes: NDArray[np.int32],
    notes: NDArray[np.void],
    loudness: NDArray[np.void],
    ornaments: NDArray[np.void],
    children: NDArray[np.void],
) -> None:
    """What is written around notes, in the weights of the children that `_branch` has made."""
    main_log = 0.0
    for c in range(count):
        child = children[c]
        i = child["parent"]
        if child["label"] >= 0:
            child["log_weight"] += main_log
            continue
        # The first child of each hypothesis.
        note = next_notes[i, hit["lane"]]
        at_ms = hit["t_ms"] - lane["bias_ms"] - expected_ms(beam[i])
        var = innovation_var(s, beam[i]["tie"])
        _or_ornament(
            s, p, hit, at_ms, var, note, lane, lane_notes, notes, loudness, ornaments, labels[i],
            child,
        )  # fmt: skip
        main_log = main_stroke_log(
            hit["suspect"], p["suspect_log"], note, labels[i], s["confirmed"], s["heard"], ornaments
        )


@kernel
def as_ornament(kept: int, slot: int, beam: NDArray[np.void], labels: NDArray[np.int32]) -> float:
    """How likely the hit is a stroke around a note."""
    share = total = 0.0
    for j in range(kept):
        total += beam[j]["share"]
        if labels[j, slot] <= ORNAMENT:
            share += beam[j]["share"]
    return float(share / total)


@kernel
def last_vote(
    s: np.void,
    slot: int,
    lane: int,
    beam: NDArray[np.void],
    labels: NDArray[np.int32],
    next_notes: NDArray[np.int32],
    ornaments: NDArray[np.void],
) -> int:
    """`_vote` when a label is due: a grace whose note has not come until now has missed it."""
    best = 0.0
    winner = STRAY
    for j in range(s["hypotheses"]):
        label = labels[j, slot]
        votes = 0.0
        for i in range(j, s["hypotheses"]):
            if labels[i, slot] == label:
                awaits = label <= ORNAMENT and next_notes[i, lane] <= ORNAMENT - label
                awaits &= ornaments[max(ORNAMENT - label, 0)]["written"] > 0
                votes += beam[i]["share"] * (s["miss_rate"] if awaits else 1.0)
        if votes > best:
            best = votes
            winner = label
    return winner
