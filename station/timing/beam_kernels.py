"""The kernels of `station.timing.beam`: predict, branch, merge, vote, confirm, learn.

The model. Written note n of lane l is played at written + o(t) + bias(l) + noise, where the
offset o of the whole hand and its rate r (a tempo error) wander: dr = N(0, q₂ dt),
do = r dt + N(0, q₁ dt), a local linear trend (Harvey 1989). A hypothesis is a pairing of
hits and notes so far, summed up as an estimate of (o, r) and each lane's next free note. Its
weight is the likelihood of all hits and of all notes left out: Reid's multiple hypothesis
tracking (1979). The covariance is shared, since it depends on when hits came and hardly on
which notes they were.

The noise of hits that come close together is alike, since what the hand does carries all its
limbs: it is correlated by `tie`, which fades with the time between them and is learned from
written chords. So a hit is expected where the hand is, and a share of how far the last one was
from there: a hi-hat that is read a sixteenth away from the snare that sounds with it does not
fit, though each alone would.

A hit that is no note is a stray, a double trigger, or a stroke that is written around a note
(`beam_ornaments`): it uses up nothing, and moves no estimate.

They are called by `hit_kernel.judge`. Here `s` is what all hypotheses share, `p` the priors; the
arrays are those of `beam_layout.BeamState`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_entry import LIMBS_MS, come_in, is_outside, take_measure
from station.timing.beam_graces import as_ornament, last_vote, weigh_ornaments
from station.timing.beam_likelihood import (
    expected_ms,
    huber_cost,
    innovation_var,
    note_loud_log,
    stray_loud_log,
)
from station.timing.beam_ornaments import DOUBLE, ORNAMENT, STRAY, is_excused
from station.timing.beam_places import AT_ONCE_MS, inlined, mark
from station.timing.kernel import kernel

RECENT = 64  # hits that are kept, for a new anchor to be judged by
LAG = 16  # hits until a label is confirmed, at the latest
REACH = 4  # notes of its lane that a hit may be, for one hypothesis
MISSED = -1  # in place of a ticket
# Why `hear` stops after a hit: a new anchor is wanted; the player has been back for a while.
LOOK_ANCHOR, LOOK_BACK = 1, 2
BACK = 16  # hits after a stop until the new place is said
FRESH = 24  # hits after a stop in which a new anchor is looked for
_PAIRED, _GONE = 1, 2  # what a note has become
_DOUBLE_MS = 36.0  # a sixteenth at 400 BPM is 37.5 ms
_CLIPPED_AT_4 = 0.92  # mean of a chi-squared number of one degree of freedom, clipped at 4
_LOG_2PI = math.log(2 * math.pi)


@inlined
def _predict(s: np.void, p: np.void, t_ms: float) -> float:
    """Let time pass for the shared covariance; how much has passed."""
    dt = max(t_ms - s["t_ms"], 0.0)
    s["t_ms"] = max(t_ms, s["t_ms"])
    keep = p["rate_memory_ms"] / (p["rate_memory_ms"] + dt)
    q1 = s["level_noise"]
    q2 = s["rate_noise"]
    s["offset_var"] += dt * (2 * s["covariance"] + dt * s["rate_var"] + q1 + q2 * dt * dt / 3)
    s["covariance"] = keep * (s["covariance"] + dt * (s["rate_var"] + q2 * dt / 2))
    s["rate_var"] = keep * keep * (s["rate_var"] + q2 * dt)
    # Beyond that any note would fit. The covariance goes down with it: no more can be known of
    # both than of each.
    most = s["offset_var_cap"]
    if s["offset_var"] > most:
        s["covariance"] *= math.sqrt(most / s["offset_var"])
        s["offset_var"] = most
    return float(dt)


@inlined
def _extra_log(s: np.void, p: np.void, hit: np.void, lane: np.void, strays: np.void) -> float:
    """Log-density of a hit that is no note: a stray, or a double trigger of the hit before.

    Strays come at a learned rate on any lane. A double trigger comes soon after a hit on
    the same pad and is clearly softer. Fills in how likely the second is.
    """
    log_density = math.log(s["stray_rate"])
    hit["double"] = 0.0
    if hit["velocity"] <= 0:
        return log_density
    log_density += stray_loud_log(hit["velocity"], strays)
    since = hit["t_ms"] - lane["t_ms"]
    if since < _DOUBLE_MS and hit["velocity"] < 0.8 * lane["velocity"]:
        rate = max(s["doubles"] / s["hits"], p["doubles_floor"])
        double = math.log(rate / _DOUBLE_MS) - math.log(0.6 * lane["velocity"])
        top = max(double, log_density)
        share = math.exp(double - top)
        both = share + math.exp(log_density - top)
        hit["double"] = share / both
        log_density = top + math.log(both)
    return log_density


@inlined
def _let_pass(
    notes: NDArray[np.void],
    h: np.void,
    next_notes: NDArray[np.int32],
    before_ms: float,
    miss_log: float,
) -> None:
    """Notes that can no longer be hit under this hypothesis are missed."""
    note = h["cursor"]
    end = len(notes) - 1
    while note < end and notes[note]["written_ms"] < before_ms:
        lane = notes[note]["lane"]
        if next_notes[lane] == note:
            after = notes[note]["next"]
            next_notes[lane] = after
            h["key"] += mark(lane, after) - mark(lane, note)
            h["log_weight"] += miss_log
        note += 1
    h["cursor"] = note


@inlined
def _try_notes(
    hit: np.void,
    note: int,
    at_ms: float,
    log_weight: float,
    miss_log: float,
    gate_ms: float,
    wide_ms: float,
    precision: float,
    parent: int,
    n: int,
    p: np.void,
    notes: NDArray[np.void],
    loudness: NDArray[np.void],
    children: NDArray[np.void],
) -> int:
    """One child for each note of the lane that the hit may be, from `note` on.

    log(1−miss) − ½log(2πS) − huber(e/√S), with log(miss) for each note skipped on the way,
    and the log-density of the velocity for a note that is written so loud.
    """
    last = n + REACH
    end = len(notes) - 1
    per_sd = math.sqrt(precision)
    # More notes in reach than are tried: those nearest to the prediction.
    while gate_ms > wide_ms:
        nearer = notes[notes[note]["next"]]["next"]
        if not notes[nearer]["written_ms"] <= at_ms:
            break
        note = notes[note]["next"]
        log_weight += miss_log
    while n < last and note < end:
        error = at_ms - notes[note]["written_ms"]
        if error < -gate_ms:
            break
        if error < gate_ms:
            weight = log_weight - huber_cost(error * per_sd, p["huber"])
            if hit["velocity"] > 0:
                weight += note_loud_log(hit["velocity"], notes[note], loudness, p)
            child = children[n]
            child["log_weight"] = weight
            child["error_ms"] = error
            child["parent"] = parent
            child["label"] = note
            n += 1
        log_weight += miss_log
        note = notes[note]["next"]
    return n


@inlined
def _branch(
    s: np.void,
    p: np.void,
    hit: np.void,
    bias_ms: float,
    dt: float,
    beam: NDArray[np.void],
    next_notes: NDArray[np.int32],
    notes: NDArray[np.void],
    loudness: NDArray[np.void],
    children: NDArray[np.void],
) -> int:
    """Every hypothesis goes on in up to 1 + REACH ways; how many children there are."""
    miss_log = math.log(s["miss_rate"])
    var = s["offset_var"] + s["noise_var"]
    log_var = math.log(var)
    pair_log = math.log(1 - s["miss_rate"]) - 0.5 * _LOG_2PI
    if hit["suspect"]:
        pair_log -= p["suspect_log"]
    s["gate_ms"] = p["gate"] * math.sqrt(var)
    keep = p["rate_memory_ms"] / (p["rate_memory_ms"] + dt)
    lane = hit["lane"]
    at_ms = hit["t_ms"] - bias_ms
    n = 0
    for i in range(s["hypotheses"]):
        h = beam[i]
        h["offset_ms"] += h["rate"] * dt
        h["rate"] *= keep
        # Geman–McClure: bounded, flat far away.
        away = (h["offset_ms"] / p["pull_ms"]) ** 2
        h["log_weight"] -= p["pull_per_ms"] * min(dt, 1000.0) * away / (1 + away)
        gone_ms = hit["t_ms"] - h["offset_ms"] - s["gate_ms"] - LIMBS_MS
        _let_pass(notes, h, next_notes[i], gone_ms, miss_log)
        child = children[n]
        child["log_weight"] = h["log_weight"] + hit["extra_log"]
        child["error_ms"] = 0.0
        child["parent"] = i
        child["label"] = DOUBLE if hit["double"] > 0.5 else STRAY
        since_ms = hit["t_ms"] - h["last_t_ms"]
        tie = s["tie"] * (1 - since_ms / p["tie_ms"]) if since_ms < p["tie_ms"] else 0.0
        h["tie"] = tie
        own_var = var
        own_log_var = log_var
        if tie > 0.0:
            own_var = innovation_var(s, tie)
            own_log_var = math.log(own_var)
        n = _try_notes(
            hit, next_notes[i, lane], at_ms - expected_ms(h),
            h["log_weight"] + pair_log - 0.5 * own_log_var, miss_log,
            s["gate_ms"], 4 * s["half_gap_ms"], 1 / own_var, i, n + 1, p, notes, loudness, children,
        )  # fmt: skip
    return n


@inlined
def _merge(
    new: NDArray[np.void],
    kept: int,
    key: int,
    offset_ms: float,
    rate: float,
    log_weight: float,
    child: int,
    near_ms: float,
    near_rate: float,
) -> bool:
    """Add a child to a hypothesis that it agrees with; false if there is none.

    They agree when the same notes are used up and their estimates are near each other. Their
    weights add, the estimate is the mean, and the likelier one's labels stay.
    """
    for j in range(kept):
        h = new[j]
        if (
            h["key"] != key
            or abs(h["offset_ms"] - offset_ms) >= near_ms
            or abs(h["rate"] - rate) >= near_rate
        ):
            continue
        high = max(log_weight, h["log_weight"])
        mine = math.exp(log_weight - high)
        both = mine + math.exp(h["log_weight"] - high)
        h["offset_ms"] += mine / both * (offset_ms - h["offset_ms"])
        h["rate"] += mine / both * (rate - h["rate"])
        if log_weight > h["log_weight"]:
            h["child"] = child
        h["log_weight"] = high + math.log(both)
        return True
    return False


@inlined
def _select(
    s: np.void,
    p: np.void,
    lane: int,
    count: int,
    old: NDArray[np.void],
    old_next: NDArray[np.int32],
    new: NDArray[np.void],
    notes: NDArray[np.void],
    children: NDArray[np.void],
) -> int:
    """The best children become hypotheses, those that agree become one; how many.

    Kalman update of (o, r) with the residual clipped at `huber` (Masreliez & Martin 1977).
    Near means closer than the posterior's standard deviation.
    """
    top = -np.inf
    for c in range(count):
        top = max(top, children[c]["log_weight"])
    var = s["offset_var"] + s["noise_var"]
    gain, rate_gain = s["offset_var"] / var, s["covariance"] / var
    near = p["merge"] * math.sqrt(s["offset_var"] * (1 - gain))
    near_rate = (
        1.5 * p["merge"] * math.sqrt(max(s["rate_var"] - rate_gain * s["covariance"], 1e-18))
    )
    kept = 0
    for c in range(count):
        child = children[c]
        weight = child["log_weight"]
        if weight < top - p["drop"]:
            continue
        parent = old[child["parent"]]
        offset, rate, key = parent["offset_ms"], parent["rate"], parent["key"]
        if child["label"] >= 0:
            own_var = innovation_var(s, parent["tie"])
            most = p["huber"] * math.sqrt(own_var)
            error = min(max(child["error_ms"], -most), most) * (1 - parent["tie"]) / own_var
            offset += s["offset_var"] * error
            rate += s["covariance"] * error
            key += mark(lane, notes[child["label"]]["next"]) - mark(
                lane, old_next[child["parent"], lane]
            )
        if _merge(new, kept, key, offset, rate, weight, c, near, near_rate):
            continue
        place = kept
        if kept < len(new):
            kept += 1
        else:
            place = 0
            for j in range(1, kept):
                if new[j]["log_weight"] < new[place]["log_weight"]:
                    place = j
            if new[place]["log_weight"] >= weight:
                continue
        h = new[place]
        h["offset_ms"] = offset
        h["rate"] = rate
        h["log_weight"] = weight
        h["key"] = key
        h["child"] = c
    return kept


@inlined
def _inherit(
    s: np.void,
    kept: int,
    lane: int,
    slot: int,
    old: int,
    new: int,
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
    notes: NDArray[np.void],
    children: NDArray[np.void],
) -> float:
    """Give the new hypotheses their parents' notes and labels; how likely the hit is a note.

    The best hypothesis weighs 0 and says where the hand is.
    """
    s["active"] = new
    s["hypotheses"] = kept
    beam = hypotheses[new]
    top = beam[0]["log_weight"]
    for j in range(1, kept):
        top = max(top, beam[j]["log_weight"])
    total = 0.0
    as_note = 0.0
    for j in range(kept):
        h = beam[j]
        child = children[h["child"]]
        parent = child["parent"]
        h["log_weight"] -= top
        h["share"] = math.exp(h["log_weight"])
        h["cursor"] = hypotheses[old, parent]["cursor"]
        for i in range(next_notes.shape[2]):
            next_notes[new, j, i] = next_notes[old, parent, i]
        for i in range(LAG):
            labels[new, j, i] = labels[old, parent, i]
        label = child["label"]
        labels[new, j, slot] = label
        total += h["share"]
        before = hypotheses[old, parent]
        if label >= 0:
            next_notes[new, j, lane] = notes[label]["next"]
            as_note += h["share"]
            h["last_ms"] = expected_ms(before) + child["error_ms"]
            h["last_t_ms"] = s["t_ms"]
        else:
            h["last_ms"] = before["last_ms"]
            h["last_t_ms"] = before["last_t_ms"]
        if h["log_weight"] == 0.0:
            s["offset_ms"] = h["offset_ms"]
            s["used_tie"] = before["tie"]
            take_measure(s, notes[h["cursor"]])
    return as_note / total


@inlined
def _vote(kept: int, slot: int, beam: NDArray[np.void], labels: NDArray[np.int32]) -> int:
    """The likeliest label of one hit over all hypotheses: their `share`s are the votes."""
    best = 0.0
    winner = STRAY
    for j in range(kept):
        label = labels[j, slot]
        votes = 0.0
        for i in range(j, kept):
            if labels[i, slot] == label:
                votes += beam[i]["share"]
        # A label that came before has been counted already, with more votes.
        if votes > best:
            best = votes
            winner = label
    return winner


@kernel
def _shift_bias(lanes: NDArray[np.void], lane: np.void, shift_ms: float) -> None:
    """One limb against the others: what all have in common is the hand's offset."""
    lane["bias_ms"] += shift_ms
    used = 0
    for i in range(len(lanes)):
        used += 1 if lanes[i]["pairs"] > 0 else 0
    for i in range(len(lanes)):
        if lanes[i]["pairs"] > 0:
            lanes[i]["bias_ms"] -= shift_ms / used


@inlined
def _begin_again(m: np.void, at_ms: float, p: np.void) -> None:
    """After a long silence a model of the clock knows the hand's place by one hit."""
    m["offset_ms"] = at_ms
    m["rate"] = 0.0
    m["offset_var"] = 1.0
    m["covariance"] = 0.0
    m["rate_var"] = p["rate_sd"] ** 2 / m["noise_var"]


@kernel
def _learn_clock(
    s: np.void,
    p: np.void,
    at_ms: float,
    t_ms: float,
    lane: np.void,
    lanes: NDArray[np.void],
    models: NDArray[np.void],
) -> None:
    """Which clock model and how much noise explain the confirmed pairs best.

    Each model is a Kalman filter in units of its own noise variance, which it learns from
    its standardised innovations (West & Harrison 1997, 4.5; robust: they are clipped). The
    models compete by their discounted predictive log-likelihood; a livelier one needs a
    handicap's lead, since following too closely is how a slip begins. The lane's bias takes
    a share of the innovation of the model in use.
    """
    best = -np.inf
    chosen = s["model"]
    forget = 1 - 1 / p["score_memory"]
    huber = p["huber"]
    at_ms -= lane["bias_ms"]
    dt = max(t_ms - s["clock_ms"], 0.0)
    s["clock_ms"] = max(t_ms, s["clock_ms"])
    if dt > s["long_ms"]:
        for i in range(len(models)):
            _begin_again(models[i], at_ms, p)
        return
    keep = p["rate_memory_ms"] / (p["rate_memory_ms"] + dt)
    for i in range(len(models)):
        m = models[i]
        m["offset_ms"] += m["rate"] * dt
        m["rate"] *= keep
        rate_noise = m["rate_noise"]
        m["offset_var"] += dt * (
            2 * m["covariance"] + dt * m["rate_var"] + m["level_noise"] + rate_noise * dt * dt / 3
        )
        m["covariance"] = keep * (m["covariance"] + dt * (m["rate_var"] + rate_noise * dt / 2))
        m["rate_var"] = keep * keep * (m["rate_var"] + rate_noise * dt)
        var = m["offset_var"] + 1.0
        error = at_ms - m["offset_ms"]
        z2 = error * error / (var * m["noise_var"])
        z = math.sqrt(z2)
        m["log_score"] = (
            forget * m["log_score"] - 0.5 * math.log(var * m["noise_var"]) - huber_cost(z, huber)
        )
        if z > huber:
            error *= huber / z
        gain, rate_gain = m["offset_var"] / var, m["covariance"] / var
        m["offset_ms"] += gain * error
        m["rate"] += rate_gain * error
        m["rate_var"] -= rate_gain * m["covariance"]
        m["covariance"] -= gain * m["covariance"]
        m["offset_var"] -= gain * m["offset_var"]
        m["pairs"] += 1
        step = max(1 / (m["pairs"] + 20), 1 / p["noise_memory"])
        # A machine plays without any noise: half a millisecond is left.
        noise_var = m["noise_var"] * (1 + step * (min(z2, 9.0) - 1))
        m["noise_var"] = min(max(noise_var, 0.25), s["noise_var_cap"])
        if i == s["model"]:
            lane["pairs"] = min(lane["pairs"] + 1, p["bias_memory"])
            _shift_bias(lanes, lane, error / var / (lane["pairs"] + p["bias_weight"]))
        if m["log_score"] - m["handicap"] > best:
            best = m["log_score"] - m["handicap"]
            chosen = i
    s["model"] = chosen
    m = models[chosen]
    s["noise_var"] = m["noise_var"]
    s["level_noise"] = m["level_noise"] * m["noise_var"]
    s["rate_noise"] = m["rate_noise"] * m["noise_var"]


@kernel
def _learn_tie(s: np.void, p: np.void, own_ms: float, written_ms: float) -> None:
    """How alike the noise of hits is that are written together.

    The half squared difference of two is (1 − tie) `noise_var` in the mean. A little of that is
    always found, where the hand wanders faster than the clock's model: it is left off.
    """
    if abs(written_ms - s["pair_written_ms"]) < AT_ONCE_MS:
        share = 0.5 * (own_ms - s["pair_ms"]) ** 2 / s["noise_var"]
        s["chords"] += 1
        step = 1 / min(s["chords"] + p["tie_weight"], p["noise_memory"])
        s["untied"] += step * (min(share, 4.0) / _CLIPPED_AT_4 - s["untied"])
        least = p["tie_least"]
        s["tie"] = min(max((1 - s["untied"] - least) / (1 - least), 0.0), p["tie_most"])
    s["pair_ms"] = own_ms
    s["pair_written_ms"] = written_ms


@kernel
def _learn_loudness(velocity: float, row: np.void) -> None:
    """Running mean and clipped variance over about the last 200."""
    row["count"] = min(row["count"] + 1, 200.0)
    d = velocity - row["mean"]
    row["mean"] += d / row["count"]
    row["var"] = max(row["var"] + (min(d * d, 9 * row["var"]) - row["var"]) / row["count"], 9.0)
    row["log_peak"] = -0.5 * (math.log(row["var"]) + _LOG_2PI)


@kernel
def _learn_accents(velocity: float, row: np.void, placed: np.void, p: np.void) -> None:
    """How loud a note is, and how much less its loudness varies at one place in the beat."""
    if placed["count"] >= p["place_count"]:
        d = velocity - placed["mean"]
        step = 1 / min(row["count"] + 1, 100.0)
        row["within"] += step * (min(d * d, 9 * row["within"]) - row["within"])
    _learn_loudness(velocity, row)
    _learn_loudness(velocity, placed)


@kernel
def _learn_rates(
    s: np.void, p: np.void, hit: np.void, label: int, skipped: int, lanes: int
) -> None:
    """How often notes are missed and hits are extra: counts that fade (a Beta's, a Gamma's)."""
    keep = 1 - 1 / p["rate_count_memory"]
    prior = (1 - keep) * p["count_weight"]
    extra = 1.0 if label < 0 else 0.0
    s["hits"] = keep * s["hits"] + 1
    s["doubles"] = keep * s["doubles"] + extra * hit["double"]
    s["strays"] = keep * s["strays"] + extra * (1 - hit["double"]) + prior * p["strays"]
    passed = min(max(hit["t_ms"] - s["learned_ms"], 0.0), s["bar_ms"])
    s["stray_ms"] = keep * s["stray_ms"] + passed * lanes + prior * s["ms_per_note"]
    s["learned_ms"] = max(hit["t_ms"], s["learned_ms"])
    if label >= 0:
        # A long run of missed notes is a stop, and says nothing about how often one is missed.
        missed = min(skipped, 4)
        s["missed"] = keep * s["missed"] + missed + prior * p["missed"]
        s["notes"] = keep * s["notes"] + 1 + missed + prior
    # Cheap extras would narrow what counts as a note, and so make themselves cheaper still.
    s["miss_rate"] = min(s["missed"] / s["notes"], p["rate_cap"])
    s["stray_rate"] = min(s["strays"] / s["stray_ms"], p["rate_cap"] / s["ms_per_note"])


@kernel
def _take_ornament(note: int, notes: NDArray[np.void], ornaments: NDArray[np.void]) -> bool:
    """Whether a hit can be a note's grace stroke or bounce for good; then it is one fewer."""
    row = ornaments[note]
    if row["written"] == 0:
        return bool(notes[note]["fate"] == _PAIRED)
    if notes[note]["fate"] != 0 or row["left"] == 0:
        return False
    row["left"] -= 1
    return True


@kernel
def _confirm_ornament(
    hit: np.void, note: int, notes: NDArray[np.void], loudness: NDArray[np.void], out: np.void
) -> None:
    """A grace stroke or a bounce says how loud they are, and nothing else."""
    out["offset_ns"] = hit["t_ns"] - notes[note]["written_ns"]
    if hit["velocity"] > 0:
        _learn_loudness(float(hit["velocity"]), loudness[len(loudness) - 2])


@kernel
def _confirm(
    s: np.void,
    p: np.void,
    notes: NDArray[np.void],
    lanes: NDArray[np.void],
    loudness: NDArray[np.void],
    models: NDArray[np.void],
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
    recent: NDArray[np.void],
    ornaments: NDArray[np.void],
    settled: NDArray[np.void],
) -> None:
    """Say for good what the oldest open hit was, and learn from it."""
    ticket = s["confirmed"]
    s["confirmed"] = ticket + 1
    hit = recent[ticket % RECENT]
    lane = lanes[hit["lane"]]
    active = s["active"]
    if len(ornaments) == 0:
        label = _vote(s["hypotheses"], ticket % LAG, hypotheses[active], labels[active])
    else:
        label = last_vote(
            s, ticket % LAG, hit["lane"], hypotheses[active], labels[active], next_notes[active],
            ornaments,
        )  # fmt: skip
    # A note is given away once, and never one that has been called missed.
    if label >= 0 and (label <= lane["confirmed"] or notes[label]["fate"] != 0):
        label = STRAY
    if label <= ORNAMENT and not _take_ornament(ORNAMENT - label, notes, ornaments):
        label = STRAY
    skipped = 0
    if label >= 0:
        before = lane["confirmed"]
        note = notes[before]["next"] if before >= 0 else label
        while note < label and skipped < 4:
            skipped += 1
            note = notes[note]["next"]
        lane["confirmed"] = label
        notes[label]["fate"] = _PAIRED
    out = settled[s["settled"]]
    s["settled"] += 1
    out["ticket"] = ticket
    out["chart_index"] = label
    out["counts"] = 1 if label >= 0 and not hit["suspect"] else 0
    out["offset_ns"] = hit["t_ns"] - notes[label]["written_ns"] if label >= 0 else 0
    if label <= ORNAMENT:
        _confirm_ornament(hit, ORNAMENT - label, notes, loudness, out)
        return
    if label >= 0 and is_excused(hit["suspect"], label, ornaments):
        out["counts"] = 1
    if hit["outside"]:
        return
    _learn_rates(s, p, hit, label, skipped, len(lanes) - 1)
    velocity = float(hit["velocity"])
    if label >= 0:
        at_ms = hit["t_ms"] - notes[label]["written_ms"]
        _learn_clock(s, p, at_ms, hit["t_ms"], lane, lanes, models)
        _learn_tie(s, p, at_ms - lane["bias_ms"], notes[label]["written_ms"])
        if velocity > 0:
            note_row = notes[label]
            _learn_accents(
                velocity, loudness[note_row["loudness"]], loudness[note_row["placed"]], p
            )
    elif velocity > 0 and hit["double"] < 0.5:
        _learn_loudness(velocity, loudness[len(loudness) - 1])


@inlined
def settle(
    t_ms: float,
    s: np.void,
    p: np.void,
    notes: NDArray[np.void],
    lanes: NDArray[np.void],
    loudness: NDArray[np.void],
    models: NDArray[np.void],
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
    recent: NDArray[np.void],
    ornaments: NDArray[np.void],
    settled: NDArray[np.void],
) -> bool:
    """Everything that is due by `t_ms`, in the order in which it is due.

    A hit is due a bar after it came; a note that nobody played, a bar after it could have
    been played at the latest. False: there is no more room in `settled`.
    """
    # A quarter of a bar more than its hit would have: the hand may have moved meanwhile.
    late = s["offset_ms"] + 1.25 * s["bar_ms"]
    while True:
        hit_due = np.inf
        if s["confirmed"] < s["heard"]:
            hit_due = recent[s["confirmed"] % RECENT]["t_ms"] + s["bar_ms"]
        note_due = notes[s["due_note"]]["written_ms"] + late + s["gate_ms"]
        if min(hit_due, note_due) > t_ms or (hit_due == np.inf and note_due == np.inf):
            return True
        if s["settled"] >= len(settled):
            return False
        if hit_due <= note_due:
            _confirm(
                s, p, notes, lanes, loudness, models, hypotheses, next_notes, labels, recent,
                ornaments, settled,
            )  # fmt: skip
            continue
        note = notes[s["due_note"]]
        if note["fate"] == 0:
            note["fate"] = _GONE
            out = settled[s["settled"]]
            s["settled"] += 1
            out["ticket"] = MISSED
            out["chart_index"] = s["due_note"]
            out["counts"] = 0
            out["offset_ns"] = 0
        s["due_note"] += 1


@inlined
def _shrink(s: np.void, is_note: float) -> None:
    """The covariance shrinks as far as the hit was a note (Bar-Shalom & Tse's PDA, 1975)."""
    tie = s["used_tie"]
    var = innovation_var(s, tie)
    is_note *= (1 - tie) ** 2
    gain, rate_gain = s["offset_var"] / var, s["covariance"] / var
    s["rate_var"] = max(s["rate_var"] - is_note * rate_gain * s["covariance"], 0.0)
    s["covariance"] -= is_note * gain * s["covariance"]
    s["offset_var"] -= is_note * gain * s["offset_var"]


@inlined
def _watch(s: np.void, is_note: float) -> None:
    """Whether to look for the player: too many extra hits lately, or just come in."""
    ticket = s["heard"] - 1
    s["extra_rate"] += (1.0 - is_note - s["extra_rate"]) / 8
    after = ticket - s["since"]
    if s["stopped_ms"] > 0 and after == BACK:
        s["look"] |= LOOK_BACK
    if s["seeking"]:
        s["look"] |= LOOK_ANCHOR
        return
    usual = (s["strays"] + s["doubles"]) / s["hits"]
    if not (after < FRESH or s["extra_rate"] > 0.15 + min(usual, 0.3)):
        return
    # Not at every hit, and not all the time in a burst.
    if after < 3 or ticket - s["looked"] < 4 or s["t_ms"] - s["looked_ms"] < s["bar_ms"] / 16:
        return
    s["looked"] = ticket
    s["looked_ms"] = s["t_ms"]
    s["look"] |= LOOK_ANCHOR


@inlined
def _stand_by(s: np.void, slot: int, label: int, labels: NDArray[np.int32]) -> None:
    """A hit outside the chart: all hypotheses call it the same, and think no other of the rest."""
    for j in range(s["hypotheses"]):
        labels[j, slot] = label
    if s["entered_ms"] == -math.inf:
        s["since"] = s["heard"] + 1


@inlined
def hear(
    hits: NDArray[np.void],
    begin: int,
    s: np.void,
    p: np.void,
    notes: NDArray[np.void],
    lane_notes: NDArray[np.int32],
    lanes: NDArray[np.void],
    loudness: NDArray[np.void],
    models: NDArray[np.void],
    hypotheses: NDArray[np.void],
    next_notes: NDArray[np.int32],
    labels: NDArray[np.int32],
    children: NDArray[np.void],
    recent: NDArray[np.void],
    places: NDArray[np.int32],
    ornaments: NDArray[np.void],
    settled: NDArray[np.void],
) -> int:
    """Label hits from `begin` on; how many of all are done then.

    Stops before a hit for which there is no more room in `settled`, and after one that says
    in `look` that the player has to be looked for.
    """
    for i in range(begin, len(hits)):
        row = hits[i]
        t_ms = row["t_ns"] / 1e6
        if not settle(
            t_ms, s, p, notes, lanes, loudness, models, hypotheses, next_notes, labels, recent,
 ornaments, settled,
        ) or s["settled"] == len(settled):  # fmt: skip
            return i
        ticket = s["heard"]
        place = places[row["lane"] & (len(places) - 1)]
        hit = recent[ticket % RECENT]
        lane = lanes[place]
        hit["t_ms"] = t_ms
        hit["t_ns"] = row["t_ns"]
        hit["lane"] = place
        hit["velocity"] = row["velocity"]
        hit["suspect"] = row["suspect"]
        hit["extra_log"] = _extra_log(s, p, hit, lane, loudness[len(loudness) - 1])
        slot = ticket % LAG
        is_note = 0.0
        old = s["active"]
        hit["outside"] = is_outside(s, t_ms - lane["bias_ms"] - s["offset_ms"], notes)
        if hit["outside"]:
            hit["label"] = DOUBLE if hit["double"] > 0.5 else STRAY
            _stand_by(s, slot, hit["label"], labels[old])
        else:
            if s["entered_ms"] == -math.inf or t_ms - s["t_ms"] > s["long_ms"]:
                come_in(
                    t_ms, s, p, notes, lane_notes, lanes, hypotheses[old], next_notes[old],
                    labels[old],
                )  # fmt: skip
            dt = _predict(s, p, t_ms)
            new = 1 - old
            count = _branch(
                s, p, hit, lane["bias_ms"], dt, hypotheses[old], next_notes[old], notes,
                loudness, children,
            )  # fmt: skip
            if len(ornaments) > 0:
                weigh_ornaments(
                    s, p, hit, count, hypotheses[old], next_notes[old], labels[old], lane,
                    lane_notes, notes, loudness, ornaments, children,
                )  # fmt: skip
            kept = _select(
                s, p, place, count, hypotheses[old], next_notes[old], hypotheses[new], notes,
                children,
            )  # fmt: skip
            is_note = _inherit(
                s, kept, place, slot, old, new, hypotheses, next_notes, labels, notes, children
            )
            _shrink(s, is_note)
            if len(ornaments) > 0:
                s["as_ornament"] = as_ornament(kept, slot, hypotheses[new], labels[new])
            hit["label"] = _vote(kept, slot, hypotheses[new], labels[new])
        row["ticket"] = ticket
        row["label"] = hit["label"]
        lane["t_ms"] = t_ms
        lane["velocity"] = row["velocity"]
        s["heard"] = ticket + 1
        if s["heard"] - s["confirmed"] >= LAG:
            _confirm(
                s, p, notes, lanes, loudness, models, hypotheses, next_notes, labels, recent,
                ornaments, settled,
            )  # fmt: skip
        if not hit["outside"]:
            _watch(s, is_note + s["as_ornament"])
        if s["look"] != 0:
            return i + 1
    return len(hits)
