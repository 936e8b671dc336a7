"""Where a player comes in: at the start, after a silence; and hits before and after the chart.

Nobody rushes while nothing is played. Until the first hit no time passes for what is believed;
after a long silence the player is where he was or on the click, whichever the hits then fit, and
nothing is left of the tempo that he had. So what a hit may be stays as narrow as it was.

A hit before the first note or after the last is none of them: a count-in tapped along, a player
who goes on. It says nothing of the hits that were.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_places import first_not_before, inlined, mark, notes_before, onsets
from station.timing.kernel import kernel

LIMBS_MS = 15.0  # a limb may be so much later than the others
LONG_BARS, LONG_GAPS = 1.5, 8.0  # what is a long silence, whichever is longer
STOP_ONSETS = 4  # left out in a long silence, and it is a stop: misses alone are rarer
_NEAR = 2.0  # standard deviations: on the click already


@inlined
def is_outside(s: np.void, at_ms: float, notes: NDArray[np.void]) -> bool:
    """Whether a hit at `at_ms` on the player's clock is before the first note or after the last.

    As far from it as from the next note, if there were one, or as good hits hardly ever are.
    """
    end = len(notes) - 1
    if notes[0]["written_ms"] <= at_ms <= notes[max(end - 1, 0)]["written_ms"]:
        return False
    edge = min(max(s["half_gap_ms"], s["gate_ms"] * (2 / 3)), s["gate_ms"] + LIMBS_MS)
    return bool(
        end == 0
        or at_ms < notes[0]["written_ms"] - edge - s["lead_ms"]
        or at_ms > notes[end - 1]["written_ms"] + edge + s["tail_ms"]
    )


@inlined
def take_measure(s: np.void, note: np.void) -> None:
    """How long bars are here, and so what is a long silence."""
    if note["bar_ms"] != s["bar_ms"]:
        s["bar_ms"] = note["bar_ms"]
        s["long_ms"] = max(LONG_BARS * s["bar_ms"], s["gaps_ms"])


@kernel
def come_in(
    t_ms: float,
    s: np.void,
    p: np.void,
    notes: NDArray[np.void],
    lane_notes: NDArray[np.int32],
    lanes: NDArray[np.void],
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
) -> None:
    """Begin with the first hit, or again after a silence of more than `long_ms`."""
    silence = max(t_ms - s["t_ms"], 0.0)
    s["t_ms"] = max(t_ms, s["t_ms"])
    s["since"] = s["heard"]
    s["before_ms"] = s["offset_ms"]
    s["stopped_ms"] = 0.0
    s["seeking"] = 0
    if s["entered_ms"] == -math.inf:
        s["entered_ms"] = t_ms
    else:
        from_ms = t_ms - silence - s["offset_ms"] + s["half_gap_ms"]
        until_ms = t_ms - s["offset_ms"] - s["half_gap_ms"]
        if onsets(from_ms, until_ms, STOP_ONSETS, notes) == STOP_ONSETS:
            s["stopped_ms"] = silence
        _forget(s, p, silence, hypotheses)
        _add_click(s, p, hypotheses, next_notes, labels)
    sd = math.sqrt(s["offset_var"] + s["noise_var"])
    for j in range(s["hypotheses"]):
        h = hypotheses[j]
        gone_ms = t_ms - h["offset_ms"] - p["gate"] * sd - LIMBS_MS
        h["cursor"] = max(notes_before(gone_ms, notes), h["cursor"])
        for i in range(len(lanes)):
            place = first_not_before(gone_ms, lanes[i], lane_notes, notes)
            after = lane_notes[place] if place < lanes[i]["end"] else len(notes) - 1
            before = next_notes[j, i]
            if after > before:
                next_notes[j, i] = after
                h["key"] += mark(i, after) - mark(i, before)


@inlined
def _forget(s: np.void, p: np.void, silence: float, hypotheses: NDArray[np.void]) -> None:
    """The player went on for a while, and then nobody knows any more."""
    dt = min(silence, s["long_ms"])
    s["offset_var"] += dt * (2 * s["covariance"] + dt * s["rate_var"])
    s["offset_var"] = min(max(s["offset_var"], s["start_var"]), s["offset_var_cap"])
    s["covariance"] = 0.0
    s["rate_var"] = p["rate_sd"] ** 2
    for j in range(s["hypotheses"]):
        h = hypotheses[j]
        h["offset_ms"] += h["rate"] * dt
        h["rate"] *= p["rate_memory_ms"] / (p["rate_memory_ms"] + silence)


@inlined
def _add_click(
    s: np.void,
    p: np.void,
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
) -> None:
    """One more hypothesis, as likely as the best: that the player comes in on the click.

    But for where the hand is, it is a copy of the best.
    """
    count = s["hypotheses"]
    near = _NEAR * math.sqrt(s["offset_var"])
    leader = worst = 0
    for j in range(count):
        if abs(hypotheses[j]["offset_ms"]) < near:
            return
        if hypotheses[j]["log_weight"] > hypotheses[leader]["log_weight"]:
            leader = j
        if hypotheses[j]["log_weight"] < hypotheses[worst]["log_weight"]:
            worst = j
    place = worst
    if count < len(hypotheses):
        place = count
        s["hypotheses"] = count + 1
    h = hypotheses[place]
    h["log_weight"] = hypotheses[leader]["log_weight"]
    h["share"] = hypotheses[leader]["share"]
    h["key"] = hypotheses[leader]["key"]
    # The stop may have been shorter than what the player was ahead by.
    h["cursor"] = hypotheses[leader]["cursor"]
    h["last_t_ms"] = -math.inf
    h["offset_ms"] = 0.0
    h["rate"] = 0.0
    for i in range(next_notes.shape[1]):
        next_notes[place, i] = next_notes[leader, i]
    for i in range(labels.shape[1]):
        labels[place, i] = labels[leader, i]
