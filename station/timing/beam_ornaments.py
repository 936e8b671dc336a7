"""Strokes around a note: the graces of a flam or a drag, the bounces of a buzzed stick.

They are no notes: nobody plays them on a grid, and a flam 40 ms wide is as good as one of 20 ms.
So a hit may be one as it may be a stray or a double trigger: it uses up no note, and says
nothing of where the hand is. How likely that is, its distance to the note says, and its loudness
as that of the others of its kind has been. The main stroke is judged like any other note.

In a chart without any, the table has no rows, and none of this is called.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.model import Flag
from station.timing.beam_places import inlined
from station.timing.kernel import kernel

STRAY, DOUBLE = -1, -2  # in place of a note
ORNAMENT = -3  # − n: a grace stroke or a bounce of note n
BOUNCES = -1  # in place of a number of grace strokes
# A row for each note, and for the sentinel. `written`: as in the chart; `left`: not confirmed yet;
# `before`: the previous note of the lane, or −1. `mean_ms`, `sd_ms`, `most_ms`: how long before
# the note its graces are; `until_ms`: written time until when it bounces.
ORNAMENTS = np.dtype(
    [("written", "i4"), ("left", "i4"), ("before", "i4"), ("mean_ms", "f8"), ("sd_ms", "f8"),
     ("most_ms", "f8"), ("until_ms", "f8")]
)  # fmt: skip

# Grace strokes lie so long before their note, where the notes leave room: mean, standard
# deviation and most. Flams are some 10 to 60 ms wide; a drag is closed, or in the tempo.
_WIDTHS_MS = {1: (32.0, 16.0, 110.0), 2: (60.0, 32.0, 280.0)}
# Of the time since the lane's last note: their mean, and how much they take at most.
_MEAN_SHARE, _MOST_SHARE = 0.4, 0.7
# A bounce comes soon after the stroke or the bounce before it: what comes after a silence of much
# more than that has been struck.
_BOUNCES_A_MS = 1 / 25
_BOUNCE_MS, _BOUNCE_SD_MS = 60.0, 15.0
SDS = 3.0  # of the hand: a grace may seem to be so much later than its note, when the hand is
_FLAT_LOG = math.log(0.25)  # of notes with grace strokes are played without
_PEAK_LOG = math.log(2 / (math.pi * math.sqrt(3)))  # of Student's t, three degrees of freedom
_DOUBLE_FLAG = int(Flag.DOUBLE_TRIGGER)


def lay_out_ornaments(
    ornaments: NDArray[np.int64],
    written_ms: NDArray[np.float64],
    bar_ms: NDArray[np.float64],
    following: NDArray[np.int32],
) -> NDArray[np.void]:
    """The table: no rows where nothing is written.

    Parameters
    ----------
    ornaments
        How many grace strokes each note has, or `BOUNCES`, shape (notes,).
    written_ms, bar_ms, following
        Of the notes and the sentinel: when, how long the bar is, the lane's next note; shape
        (notes + 1,).
    """
    n = len(ornaments)
    if not ornaments.any():
        return np.zeros(0, dtype=ORNAMENTS)
    table = np.zeros(n + 1, dtype=ORNAMENTS)
    table["before"] = -1
    table["before"][following[:n]] = np.arange(n)
    table["before"][n] = -1  # the sentinel follows the last note of every lane
    table["until_ms"] = -np.inf
    table["written"][:n] = table["left"][:n] = np.maximum(ornaments, 0)
    before = table["before"][:n]
    gap_ms = np.where(before >= 0, written_ms[:n] - written_ms[before], np.inf)
    for strokes, (mean_ms, sd_ms, most_ms) in _WIDTHS_MS.items():
        of = np.flatnonzero(ornaments == strokes)
        narrower = np.minimum(1.0, _MEAN_SHARE * gap_ms[of] / mean_ms)
        table["mean_ms"][of] = narrower * mean_ms
        table["sd_ms"][of] = narrower * sd_ms
        table["most_ms"][of] = np.minimum(most_ms, _MOST_SHARE * gap_ms[of])
    buzzed = np.flatnonzero(ornaments == BOUNCES)
    a_bar_on = written_ms[buzzed] + bar_ms[buzzed]
    table["until_ms"][buzzed] = np.minimum(written_ms[following[buzzed]], a_bar_on)
    return table


def before_and_after(
    table: NDArray[np.void], written_ms: NDArray[np.float64]
) -> tuple[float, float]:
    """How long before the first note and after the last one something of theirs may be heard."""
    if not len(table):
        return 0.0, 0.0
    graces = table["written"] > 0
    before = written_ms[0] - np.min(written_ms[graces] - table["most_ms"][graces], initial=np.inf)
    after = np.max(table["until_ms"]) - written_ms[-2]
    return max(float(before), 0.0), max(float(after), 0.0)


@kernel
def ornament(
    at_ms: float,
    since_ms: float,
    var: float,
    note: int,
    before: int,
    written_ms: float,
    ornaments: NDArray[np.void],
) -> tuple[float, int]:
    """The log-density of a hit as a grace stroke or a bounce, and its label; without loudness.

    Parameters
    ----------
    at_ms
        When, on the written time.
    since_ms
        Since the lane's last hit.
    var
        Of that: the hand's place and a stroke's noise.
    note, before
        The lane's next note (or the sentinel), and the one before that or −1.
    written_ms
        When `note` is written.

    Returns
    -------
    tuple of float and int
        The label is `STRAY` where it can be none.
    """
    best = -np.inf
    label = STRAY
    row = ornaments[note]
    ahead_ms = written_ms - at_ms
    if row["written"] > 0 and -SDS * math.sqrt(var) < ahead_ms < row["most_ms"] + math.sqrt(var):
        square = row["sd_ms"] ** 2 + var
        z2 = (ahead_ms - row["mean_ms"]) ** 2 / square
        best = _PEAK_LOG - 0.5 * math.log(square) - 2 * math.log1p(z2 / 3)
        best += math.log(row["written"])
        label = ORNAMENT - note
    if before >= 0 and at_ms < ornaments[before]["until_ms"] + SDS * math.sqrt(var):
        bounce = math.log(_BOUNCES_A_MS)
        if since_ms > _BOUNCE_MS:
            bounce -= 2 * math.log1p(((since_ms - _BOUNCE_MS) / _BOUNCE_SD_MS) ** 2 / 3)
        if bounce > best:
            best = bounce
            label = ORNAMENT - before
    return best, label


@inlined
def is_taken(
    label: int, labels: NDArray[np.int32], first: int, last: int, ornaments: NDArray[np.void]
) -> bool:
    """Whether a hypothesis has all grace strokes of a note already.

    Parameters
    ----------
    labels
        The hypothesis's, a ring.
    first, last
        Tickets of the hits that are not confirmed: from `first` until before `last`.
    """
    row = ornaments[ORNAMENT - label]
    if row["written"] == 0:
        return False
    return bool(_count(label, labels, first, last) >= row["left"])


@inlined
def _count(label: int, labels: NDArray[np.int32], first: int, last: int) -> int:
    """How many hits a hypothesis calls so."""
    count = 0
    for ticket in range(first, last):
        if labels[ticket % len(labels)] == label:
            count += 1
    return count


@kernel
def main_stroke_log(
    suspect: int,
    suspect_log: float,
    note: int,
    labels: NDArray[np.int32],
    first: int,
    last: int,
    ornaments: NDArray[np.void],
) -> float:
    """What is gained or lost with a hit as a note: most have their grace strokes before them.

    And behind one a sound main stroke may look like a double trigger, so that is no reason to
    doubt it.

    Parameters
    ----------
    suspect, suspect_log
        What the kit thinks of the hit, and what a suspicion costs otherwise.
    note
        The lane's next.
    labels, first, last
        As for `is_taken`.
    """
    row = ornaments[note]
    if row["written"] == 0:
        return 0.0
    if row["left"] == row["written"] and _count(ORNAMENT - note, labels, first, last) == 0:
        return _FLAT_LOG
    return suspect_log if suspect == _DOUBLE_FLAG else 0.0


@inlined
def is_excused(suspect: int, note: int, ornaments: NDArray[np.void]) -> bool:
    """Whether a main stroke looks like a double trigger only because of its grace stroke."""
    if len(ornaments) == 0 or suspect != _DOUBLE_FLAG:
        return False
    return bool(ornaments[note]["left"] < ornaments[note]["written"])
