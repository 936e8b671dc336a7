"""Finding the player again: after a stop, a beat dropped, or a track lost.

The beam follows a hand that moves steadily. One that jumps is found by trying, for the
newest hit, every note of its lane within a bar, and scoring each such anchor by how well the
last hits fit; not all at once, but a few at this hit and at each of the next. The best one joins
the beam with the weight that it has earned; from there on the evidence decides as between any
two hypotheses.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.beam_entry import LIMBS_MS
from station.timing.beam_kernels import FRESH, LAG, RECENT
from station.timing.beam_layout import BeamState
from station.timing.beam_ornaments import DOUBLE, ORNAMENT, STRAY, ornament
from station.timing.beam_places import first_not_before, inlined, mark, notes_before
from station.timing.kernel import kernel

_WINDOW = 24  # hits that an anchor is judged by
_CANDIDATES = 96
_A_HIT = 5  # of them: a hit waits for its label meanwhile
_SOON = 4  # hits
_STEPS = 8  # notes that are gone along before the whole lane is searched
_UNKNOWN = -1
_PER_SD, _AT_BEST, _TO_COME = 0, 1, 2
_FAR, _EARLY = 6.0, 2.0  # log-costs of a jump by a bar, and of one forward
_CLEAR = 2.0  # the next best anchor is less likely by so much (log)
_LOG_2PI = math.log(2 * math.pi)
_ANY_VELOCITY = math.log(127.0)


@inlined
def _from_there(x: BeamState, at_ms: float, lane: np.void, place: int) -> int:
    """`first_not_before`, looked for at `place` first: the next anchor is mostly a note away."""
    for _ in range(_STEPS if place >= 0 else 0):
        if place < lane["end"] and x.notes[x.lane_notes[place]]["written_ms"] < at_ms:
            place += 1
        elif place > lane["begin"] and x.notes[x.lane_notes[place - 1]]["written_ms"] >= at_ms:
            place -= 1
        else:
            return place
    return first_not_before(at_ms, lane, x.lane_notes, x.notes)


@inlined
def _nearest(x: BeamState, at_ms: float, lane: np.void, place: int) -> int:
    """The lane's note nearest to `at_ms`, of which the first not before is at `place`.

    −1 in an empty lane.
    """
    if place > lane["begin"] and (
        place == lane["end"]
        or at_ms - x.notes[x.lane_notes[place - 1]]["written_ms"]
        < x.notes[x.lane_notes[place]]["written_ms"] - at_ms
    ):
        place -= 1
    return int(x.lane_notes[place]) if place < lane["end"] else -1


@inlined
def _around(x: BeamState, at_ms: float, var: float, lane: np.void, place: int) -> tuple[float, int]:
    """How likely a hit is a stroke around a note, and its label; its loudness left open.

    Around the first note of the lane that is not before `at_ms`, or the one before that.
    """
    note = x.lane_notes[place] if place < lane["end"] else len(x.notes) - 1
    before = x.lane_notes[place - 1] if place > lane["begin"] else -1
    log_density, label = ornament(
        at_ms, 0.0, var, note, before, x.notes[note]["written_ms"], x.ornaments
    )
    return log_density - _ANY_VELOCITY, label


@inlined
def _too_many(x: BeamState, label: int, strokes: int) -> bool:
    """Whether a note has fewer grace strokes than that."""
    written = x.ornaments[ORNAMENT - label]["written"]
    return bool(0 < written < strokes)


@kernel
def _score(
    x: BeamState,
    newest: int,
    offset_ms: float,
    rate: float,
    spread: NDArray[np.float64],
    pairs: NDArray[np.int64],
    places: NDArray[np.int64],
    least: float,
) -> tuple[float, float]:
    """Log-likelihood of the hits up to `newest` if the hand was at `offset_ms` then; mean error.

    Each hit is its lane's nearest note, around one, or extra, whichever is likeliest; the notes of
    that stretch that are left over are missed. Fills in `pairs`, and in `places` where each hit was
    looked for, to begin there the next time. Given up, with −∞, as soon as it cannot come to
    `least` any more.
    """
    s = x.shared[0]
    p = x.priors[0]
    first = max(s["since"], newest + 1 - _WINDOW, 0)
    miss = s["miss_rate"]
    now_ms = x.recent[newest % RECENT]["t_ms"]
    score = 0.0
    total = 0.0
    paired = 0
    last = -1
    around = STRAY
    same = 0
    for ticket in range(first, newest + 1):
        if score + spread[_TO_COME, ticket - first] < least:
            return -np.inf, 0.0
        hit = x.recent[ticket % RECENT]
        lane = x.lanes[hit["lane"]]
        at = hit["t_ms"] - offset_ms - rate * (hit["t_ms"] - now_ms) - lane["bias_ms"]
        place = _from_there(x, at, lane, places[ticket - first])
        places[ticket - first] = place
        note = _nearest(x, at, lane, place)
        best = hit["extra_log"]
        pairs[ticket - first] = STRAY
        if len(x.ornaments) > 0:
            var = 1 / spread[_PER_SD, ticket - first] ** 2
            own, label = _around(x, at, var, lane, place)
            same = same + 1 if label == around else 1
            around = label
            if own > best and (label > ORNAMENT or not _too_many(x, label, same)):
                # At most as good as a note: so much is reckoned with for what is to come.
                best = max(best, min(own, spread[_AT_BEST, ticket - first]))
                pairs[ticket - first] = label
        if note >= 0 and note != last:
            error = at - x.notes[note]["written_ms"]
            z = min(abs(error) * spread[_PER_SD, ticket - first], 10.0)
            fit = spread[_AT_BEST, ticket - first] - (
                0.5 * z * z if z < p["huber"] else p["huber"] * (z - p["huber"] / 2)
            )
            if fit > best:
                best = fit
                pairs[ticket - first] = note
                total += error
                paired += 1
                last = note
        score += best
    begin_ms = x.recent[first % RECENT]["t_ms"]
    begin_ms -= offset_ms + rate * (begin_ms - now_ms)
    stretch = notes_before(now_ms - offset_ms, x.notes) - notes_before(begin_ms, x.notes)
    score += max(stretch - paired, 0) * math.log(miss)
    return score, total / max(paired, 1)


@inlined
def _spread(x: BeamState, newest: int) -> NDArray[np.float64]:
    """How far each of the last hits may lie from its note, and how well it fits at best.

    Rows `_PER_SD`, `_AT_BEST` (a log-density) and `_TO_COME`: the sum of that from here on. The
    anchor is as uncertain as the hit that it hangs on; where the hand was before, more so.
    """
    s = x.shared[0]
    spread = np.empty((3, _WINDOW + 1))
    first = max(s["since"], newest + 1 - _WINDOW, 0)
    pair_log = math.log(1 - s["miss_rate"]) - 0.5 * _LOG_2PI
    now_ms = x.recent[newest % RECENT]["t_ms"]
    to_come = 0.0
    spread[_TO_COME, newest + 1 - first] = 0.0
    for ticket in range(newest, first - 1, -1):
        hit = x.recent[ticket % RECENT]
        age = max(now_ms - hit["t_ms"], 0.0)
        moved_var = age * (age * s["rate_var"] - 2 * s["covariance"])
        var = 2 * s["noise_var"] + max(s["offset_var"] + moved_var, 0.0)
        best = pair_log - 0.5 * math.log(var)
        if hit["velocity"] > 0:
            best -= _ANY_VELOCITY
        to_come += best
        spread[_PER_SD, ticket - first] = 1 / math.sqrt(var)
        spread[_AT_BEST, ticket - first] = best
        spread[_TO_COME, ticket - first] = to_come
    return spread


@inlined
def _jump_cost(s: np.void, p: np.void, offset_ms: float, here_ms: float) -> float:
    """Players lose a beat rather than a bar, and come in late rather than early.

    Seen from where the hand was, or from the click: whichever is nearer.
    """
    shift = offset_ms - here_ms
    if abs(offset_ms) < abs(shift):
        shift = offset_ms
    early = _EARLY if shift < 0 else 0.0
    return float(p["jump_log"] + _FAR * abs(shift) / s["bar_ms"] + early)


@inlined
def _leader(s: np.void, beam: NDArray[np.void]) -> int:
    leader = 0
    for j in range(s["hypotheses"]):
        if beam[j]["log_weight"] > beam[leader]["log_weight"]:
            leader = j
    return leader


@inlined
def _begin_search(
    x: BeamState,
    here_ms: float,
    rate: float,
    pairs: NDArray[np.int64],
    places: NDArray[np.int64],
) -> None:
    """Which notes the newest hit may be: those within a bar of here or of the click.

    Mostly all is well, or it is a few strays in a row, and there is nothing to look for.
    """
    s = x.shared[0]
    ticket = s["heard"] - 1
    newest = x.recent[ticket % RECENT]
    spread = _spread(x, ticket)
    usual, _ = _score(x, ticket, here_ms, rate, spread, pairs, places, -np.inf)
    come_in = s["heard"] - s["since"]
    # A hit that is where it should be is half a log away from the best, in the mean.
    fits = spread[_TO_COME, 0] - 0.5 * min(come_in, _WINDOW)
    if usual > fits - (1.0 if come_in <= FRESH else 2.0) * x.priors[0]["jump_log"]:
        return
    lane = x.lanes[newest["lane"]]
    at = newest["t_ms"] - lane["bias_ms"]
    bar = s["bar_ms"]
    begin = first_not_before(at - here_ms - bar, lane, x.lane_notes, x.notes)
    end = first_not_before(at - here_ms + bar, lane, x.lane_notes, x.notes)
    begin_2 = first_not_before(at - bar, lane, x.lane_notes, x.notes)
    end_2 = first_not_before(at + bar, lane, x.lane_notes, x.notes)
    if max(begin, begin_2) <= min(end, end_2):
        begin = min(begin, begin_2)
        end = max(end, end_2)
        end_2 = begin_2
    s["seek_next"] = begin
    s["seek_end"] = min(end, begin + _CANDIDATES)
    s["seek_next_2"] = begin_2
    s["seek_end_2"] = min(end_2, begin_2 + _CANDIDATES)
    s["seek_ticket"] = ticket
    s["seek_usual"] = usual
    s["seek_found"] = s["seek_rival"] = -np.inf
    s["seek_ms"] = here_ms
    s["seeking"] = 1


@inlined
def _go_on_searching(
    x: BeamState,
    here_ms: float,
    rate: float,
    pairs: NDArray[np.int64],
    places: NDArray[np.int64],
) -> bool:
    """Try the next few anchors, as of the hit at which the search began; whether all are done."""
    s = x.shared[0]
    newest = x.recent[s["seek_ticket"] % RECENT]
    at = newest["t_ms"] - x.lanes[newest["lane"]]["bias_ms"]
    near = 3 * math.sqrt(s["noise_var"])
    spread = _spread(x, s["seek_ticket"])
    for _ in range(_A_HIT):
        if s["seek_next"] >= s["seek_end"]:
            s["seek_next"] = s["seek_next_2"]
            s["seek_end"] = s["seek_next_2"] = s["seek_end_2"]
            if s["seek_next"] >= s["seek_end"]:
                return True
        offset = at - x.notes[x.lane_notes[s["seek_next"]]]["written_ms"]
        s["seek_next"] += 1
        cost = _jump_cost(s, x.priors[0], offset, here_ms)
        least = max(s["seek_found"], s["seek_usual"]) - _CLEAR + cost
        score, error = _score(x, s["seek_ticket"], offset, rate, spread, pairs, places, least)
        score -= cost
        apart = abs(offset + error - s["seek_ms"]) > near
        if score > s["seek_found"]:
            if apart:
                s["seek_rival"] = s["seek_found"]
            s["seek_found"] = score
            s["seek_ms"] = offset + error
        elif score > s["seek_rival"] and apart:
            s["seek_rival"] = score
    return False


@kernel
def find_anchor(x: BeamState) -> float:
    """Try anchors within a bar of here or of the click, a few at each hit; the best may join.

    Returns
    -------
    float
        How far the hand has jumped in ms when the new anchor leads the beam, else 0.
    """
    s = x.shared[0]
    p = x.priors[0]
    beam = x.hypotheses[s["active"]]
    leader = _leader(s, beam)
    here = beam[leader]["offset_ms"]
    rate = beam[leader]["rate"]
    pairs = np.empty(_WINDOW, dtype=np.int64)
    places = np.empty(_WINDOW, dtype=np.int64)
    places[:] = _UNKNOWN
    ticket = s["heard"] - 1
    if s["seeking"] and ticket - s["seek_ticket"] > RECENT - _WINDOW:
        s["seeking"] = 0
    if not s["seeking"]:
        if x.recent[ticket % RECENT]["label"] > ORNAMENT:
            _begin_search(x, here, rate, pairs, places)
        else:
            s["looked"] -= _SOON  # no anchor hangs on that: at the next hit
            s["looked_ms"] = -np.inf
        return 0.0
    if not _go_on_searching(x, here, rate, pairs, places):
        return 0.0

    s["seeking"] = 0
    # In even notes on one pad any place is as good as the next: then nobody can tell.
    if not s["seek_found"] - s["seek_rival"] > _CLEAR:
        return 0.0
    since_ms = x.recent[ticket % RECENT]["t_ms"] - x.recent[s["seek_ticket"] % RECENT]["t_ms"]
    anchor = s["seek_ms"] + rate * since_ms
    near = 3 * math.sqrt(s["noise_var"])
    for j in range(s["hypotheses"]):
        if abs(beam[j]["offset_ms"] - anchor) < near:
            return 0.0
    places[:] = _UNKNOWN
    spread = _spread(x, ticket)
    usual, error = _score(x, ticket, here, rate, spread, pairs, places, -np.inf)
    nearby, _ = _score(x, ticket, here + error, rate, spread, pairs, places, -np.inf)
    usual = max(usual, nearby)
    found, _ = _score(x, ticket, anchor, rate, spread, pairs, places, -np.inf)
    gain = found - _jump_cost(s, p, anchor, here) - usual
    if not gain > 0.0:
        return 0.0
    s["offset_ms"] = anchor
    _join(x, anchor, rate, gain, pairs)
    return float(anchor - here)


@inlined
def _new_label(note: int, was: int) -> int:
    """What a hit is for the new anchor: a double trigger stays one unless it is something else."""
    return DOUBLE if note == STRAY and was == DOUBLE else note


@kernel
def _join(
    x: BeamState,
    offset_ms: float,
    rate: float,
    gain: float,
    pairs: NDArray[np.int64],
) -> None:
    """Put a hypothesis with this anchor and these `pairs` into the beam, `gain` above the best."""
    s = x.shared[0]
    active = s["active"]
    beam = x.hypotheses[active]
    place = s["hypotheses"]
    if place < len(beam):
        s["hypotheses"] = place + 1
    else:
        place = 0
        for j in range(len(beam)):
            if beam[j]["log_weight"] < beam[place]["log_weight"]:
                place = j
    first = max(s["since"], s["heard"] - _WINDOW, 0)
    now_ms = x.recent[(s["heard"] - 1) % RECENT]["t_ms"]
    gone_ms = now_ms - offset_ms - s["gate_ms"]
    key = 0
    for i in range(len(x.lanes)):
        lane = x.lanes[i]
        at = first_not_before(gone_ms, lane, x.lane_notes, x.notes)
        following = x.lane_notes[at] if at < lane["end"] else len(x.notes) - 1
        x.next_notes[active, place, i] = following
    for ticket in range(first, s["heard"]):
        note = pairs[ticket - first]
        if note >= 0:
            i = x.recent[ticket % RECENT]["lane"]
            x.next_notes[active, place, i] = max(
                x.next_notes[active, place, i], x.notes[note]["next"]
            )
        if s["heard"] - ticket <= LAG:
            was = x.recent[ticket % RECENT]["label"]
            x.labels[active, place, ticket % LAG] = _new_label(note, was)
    for ticket in range(max(s["heard"] - LAG, 0), first):
        x.labels[active, place, ticket % LAG] = x.recent[ticket % RECENT]["label"]
    for i in range(len(x.lanes)):
        lane = x.lanes[i]
        initial = x.lane_notes[lane["begin"]] if lane["begin"] < lane["end"] else len(x.notes) - 1
        key += mark(i, x.next_notes[active, place, i]) - mark(i, initial)
    h = beam[place]
    h["offset_ms"] = offset_ms
    h["rate"] = rate
    h["last_t_ms"] = -np.inf
    h["log_weight"] = gain
    h["key"] = key
    h["cursor"] = notes_before(gone_ms - LIMBS_MS, x.notes)
    s["offset_var"] = max(s["offset_var"], s["noise_var"] / 4)
    top = -np.inf
    for j in range(s["hypotheses"]):
        top = max(top, beam[j]["log_weight"])
    for j in range(s["hypotheses"]):
        beam[j]["log_weight"] -= top
        beam[j]["share"] = math.exp(beam[j]["log_weight"])
