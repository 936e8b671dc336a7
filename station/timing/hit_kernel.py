"""All that is done to a hit in one call: heard, settled what is due, put to the questions.

Here, the kernels of `beam_kernels` and of `evidence` meet on the tables of one take.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing import beam_kernels, evidence
from station.timing.beam_kernels import LOOK_ANCHOR
from station.timing.beam_layout import BEAM_TABLES, beam_state
from station.timing.beam_resync import find_anchor
from station.timing.kernel import kernel
from station.timing.tables import table

# As `RunningVerdict.tables` are in order.
VERDICT_TABLES = (
    evidence.NOTE, evidence.TRIPLE, evidence.BATCH, evidence.STATE, evidence.MOMENTS,
    evidence.NOISE, evidence.CALL,
)  # fmt: skip
_FED = len(BEAM_TABLES)  # where they begin, after the beam's
STOPPED = -1


@kernel
def judge(hits: NDArray[np.void], begin: int, t_ms: float, where: NDArray[np.int64]) -> int:
    """Label hits from `begin` on, settle what is due by `t_ms`, and feed the verdict with it.

    Parameters
    ----------
    hits
        Of dtype `beam.HEARD`; `ticket` and `label` are filled in.
    t_ms
        No earlier hit will come. −∞: what the hits made due stays for the next call.
    where
        `tables.addresses` of the beam's state, and of the verdict's tables where there is one.

    Returns
    -------
    int
        How many rows of `settled` are new. `STOPPED` after `done` hits: the player was found
        elsewhere or is back (see `look`), or there is no more room in `settled`; then call again.
    """
    x = beam_state(where)
    s = x.shared[0]
    p = x.priors[0]
    s["done"] = begin
    while True:
        s["done"] = beam_kernels.hear(
            hits, s["done"], s, p, x.notes, x.lane_notes, x.lanes, x.loudness, x.models,
            x.hypotheses, x.next_notes, x.labels, x.children, x.recent, x.places, x.ornaments,
            x.settled,
        )  # fmt: skip
        if s["look"] & LOOK_ANCHOR:
            s["shift_ms"] = find_anchor(x)
            if s["shift_ms"] == 0.0:
                s["look"] &= ~LOOK_ANCHOR
                if s["look"] == 0:
                    continue
        break
    if s["look"] != 0 or s["done"] < len(hits):
        return STOPPED
    if t_ms == -math.inf:
        return 0
    if not beam_kernels.settle(
        t_ms, s, p, x.notes, x.lanes, x.loudness, x.models, x.hypotheses, x.next_notes, x.labels,
        x.recent, x.ornaments, x.settled,
    ):  # fmt: skip
        return STOPPED
    count = s["settled"]
    s["settled"] = 0
    if count > 0 and len(where) > _FED:
        evidence.feed(
            x.settled[:count],
            table(where, _FED + 0, evidence.NOTE),
            table(where, _FED + 1, evidence.TRIPLE),
            table(where, _FED + 2, evidence.BATCH),
            table(where, _FED + 3, evidence.STATE),
            table(where, _FED + 4, evidence.MOMENTS),
            table(where, _FED + 5, evidence.NOISE),
            table(where, _FED + 6, evidence.CALL),
        )
    return int(count)
