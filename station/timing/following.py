"""Does the hand follow the chart, and from which beat? Kernels on confirmed hits, one by one.

*A jump.* Who drops a beat and goes on with the click is a beat late against the chart for the
rest of the take, and neither behind nor slower. So the hand's level is followed from hit to hit,
and hits that are apart from it are held back. When some agree with one another, the hand has
jumped: what it is off by whole beats is taken off from there on, for the click that is heard is
the next one, and the tempo is measured from a new level. What the new place is off by less than
whole beats stays: it is where the player is against the click.

*Chance.* Any hits fit some notes. Hits that have nothing to do with the chart lie anywhere
between two notes of their pad, wherever the hand was before; so 1 − 4·|distance| of one, in units
of the gap between notes, is 0 on average and within ±1. A gambler who stakes a part of what he
has on every hit gains nothing by such hits, however long he plays: his fortune is an e-process
of 'by chance' (Ville 1939; Waudby-Smith & Ramdas 2024, *Estimating means of bounded random
variables by betting*). Extra hits cost him.

*Shares.* Hits of another chart, of half or of double the tempo can lie exactly on notes. Then
many notes go without a hit, and many hits without a note. A player who leaves out every second
note has no extra hits, one who adds some misses no notes.
"""

from __future__ import annotations

import numpy as np

from station.timing.beam_kernels import MISSED
from station.timing.beam_ornaments import DOUBLE
from station.timing.beam_places import inlined

# Where the hand is, in beats against the written time less `beats_off` whole beats: `level`,
# the mean square of what hits lie apart from it, and the place of `apart` hits that lie too far;
# `between` is how far from there what it swings lies. `chance` is the fortune, `heard` hits in
# all; `hits`, `pairs` and `missed` are of late, `silent` the notes missed since the last hit,
# `notes_left` those of the chart that are not settled: what comes then is an encore.
HAND = [
    ("level", "f8"), ("square", "f8"), ("beats_off", "f8"), ("between", "f8"),
    ("other", "f8"), ("apart", "i8"),
    ("chance", "f8"), ("heard", "i8"), ("hits", "i8"), ("pairs", "i8"), ("missed", "i8"),
    ("silent", "i8"), ("notes_left", "i8"),
]  # fmt: skip

AGREEING = 4  # hits that lie together, apart from where the hand was: it has jumped
# Apart is farther than four standard deviations, and than so many beats (squared) at least and
# at most. A hand that is this near to a whole beat (in beats) is on it.
_SDS = 16.0
_LEAST_APART, _MOST_APART = 0.25**2, 0.45**2
_ON_A_BEAT = 0.25
SQUARE = 0.04**2  # at first
_SQUARE_HITS = 32.0
# The gambler's stake, what an extra hit costs, and the bounds of his fortune: nobody is so sure
# of the chart, nor so far from it, that he is not to be convinced within some hundred hits.
_STAKE = 0.4
_EXTRA = 1.0 - 0.55 * _STAKE
_POOREST, _RICHEST = 1e-3, 1e12
_OF_LATE = 1024  # hits that the shares are of, at most; then half of them are forgotten
_MOST_SILENT = 8  # notes missed between two hits; more are a rest
# What is asked of it: 1 % of players by chance ever get there.
PROVEN = 100.0
_HEARD, _HEARD_LONG = 48, 300
_FEW, _HALF, _BOTH = 0.9, 0.5, 0.4
_FASTEST = 0.04


@inlined
def count(state: np.void, ticket: int, index: int) -> None:
    """Count a settled hit or note; not a double trigger, a grace stroke, a count-in, an encore."""
    if index >= 0:
        state["notes_left"] -= 1
        if ticket == MISSED:
            state["silent"] = min(state["silent"] + 1, _MOST_SILENT)
            return
        state["pairs"] += 1
    elif index <= DOUBLE or state["pairs"] == 0 or state["notes_left"] == 0:
        return
    else:
        state["chance"] = max(state["chance"] * _EXTRA, _POOREST)
    state["heard"] += 1
    state["hits"] += 1
    state["missed"] += state["silent"]
    state["silent"] = 0
    if state["hits"] >= _OF_LATE:
        state["hits"] >>= 1
        state["pairs"] >>= 1
        state["missed"] >>= 1


@inlined
def _stake(state: np.void, gaps_away: float) -> None:
    """Bet on a pair."""
    part = abs(gaps_away - np.floor(gaps_away + 0.5))
    chance = state["chance"] * (1.0 + _STAKE - 4.0 * _STAKE * part)
    state["chance"] = min(max(chance, _POOREST), _RICHEST)


@inlined
def followed(state: np.void, batch: np.void, note: np.void, off_beats: float) -> bool:
    """Whether a pair is on the grid and where the hand is, or has jumped to; then it counts.

    What the player may swing is told from chance by others of its kind.

    Parameters
    ----------
    state, batch, note
        Of dtypes `STATE`, `BATCH` and `NOTE` of `evidence`.
    off_beats
        Played − written in local beats.
    """
    at = off_beats - state["beats_off"]
    away = at - state["level"]
    if note["between"]:
        away -= state["between"]
        _stake(state, away * note["gaps_a_beat"])
        state["between"] += away * note["pull"]
        return False
    _stake(state, away * note["gaps_a_beat"])
    square = away * away
    most = min(max(_SDS * state["square"], _LEAST_APART), _MOST_APART)
    state["square"] += (min(square, most) - state["square"]) / _SQUARE_HITS
    if square <= most:
        state["level"] += away * note["pull"]
        state["apart"] = 0
        return True
    if state["apart"] > 0 and (at - state["other"]) ** 2 <= most:
        state["apart"] += 1
        state["other"] += (at - state["other"]) / state["apart"]
    else:
        state["apart"] = 1
        state["other"] = at
    if state["apart"] < AGREEING:
        return False
    whole = state["other"] + state["beats_off"]
    beats = np.floor(whole + 0.5)
    if abs(whole - beats) < _ON_A_BEAT:
        state["beats_off"] = beats
    state["level"] = whole - state["beats_off"]
    state["apart"] = 0
    batch["fresh"] = 1
    batch["n"] = batch["x"] = batch["t"] = 0.0
    batch["xx"] = batch["xt"] = batch["tt"] = 0.0
    return True


def follows(state: np.void, ratio: float | None) -> bool | None:
    """Whether hits follow the chart: None while it is not known.

    Parameters
    ----------
    state
        Of dtype `evidence.STATE`.
    ratio
        The tempo ratio, as far as it is known.
    """
    hits, pairs = float(state["hits"]), float(state["pairs"])
    notes = pairs + float(state["missed"])
    heard = int(state["heard"])
    if heard >= _HEARD:
        of_hits, of_notes = pairs / hits, pairs / max(notes, 1.0)
        if max(of_hits, of_notes) < _FEW and of_hits * of_notes < _BOTH:
            return False
        if of_notes < _HALF and ratio is not None and abs(ratio) > _FASTEST:
            return False
    if state["chance"] >= PROVEN:
        return True
    return False if heard >= _HEARD_LONG else None
