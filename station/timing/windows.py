"""The window of every note: which hits of its lane can be this note at all.

A window reaches half the gap to the lane's neighbours on either side, and never farther than
the note's reach. Windows of a lane do not overlap, so a hit lies in one or in none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.model import PADS

# Notes of one lane that are written at the same nanosecond share a window.
WINDOW = np.dtype(
    [
        ("written_ns", "i8"),
        ("first_ns", "i8"),  # both ends belong to the window
        ("last_ns", "i8"),
        ("notes_begin", "i4"),  # into Windows.notes
        ("notes", "i4"),
        ("newest", "i4"),  # ticket of the hit heard last, −1 for none
        ("labels", "i4"),  # given at once, to any hit
        ("clean_labels", "i4"),  # … to hits without suspicion
        ("_", "i4"),
    ]
)


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a chart.

    Attributes
    ----------
    table
        Of dtype `WINDOW`, sorted by (lane, time); nobody has heard anything yet.
    lane_begin
        Where each lane begins in `table`, shape (lanes + 1,).
    notes
        Chart indexes by window: a window's own are `notes[notes_begin:][:notes]`, ascending.
    closing
        Places in `table` in the order in which the windows close.
    """

    table: NDArray[np.void]
    lane_begin: NDArray[np.int64]
    notes: NDArray[np.int32]
    closing: NDArray[np.int32]


def lay_out(
    written_ns: NDArray[np.int64], lanes: NDArray[np.uint8], reach_ns: NDArray[np.int64]
) -> Windows:
    """Windows of a chart's notes.

    Parameters
    ----------
    written_ns, lanes, reach_ns
        When, on which pad (place in `model.PADS`), and the farthest that each note's window
        may reach to either side; each of shape (notes,), in chart order.
    """
    notes = np.lexsort((written_ns, lanes)).astype(np.int32)
    times, pads = written_ns[notes], lanes[notes].astype(np.int64)
    same_lane = pads[1:] == pads[:-1]
    begins = np.flatnonzero(np.append(True, ~same_lane | (np.diff(times) > 0))[: len(notes)])
    written, pad, reach = times[begins], pads[begins], reach_ns[notes[begins]]

    neighbours = pad[1:] == pad[:-1]
    far = np.iinfo(np.int64).max
    half_gap = np.where(neighbours, np.diff(written) // 2, far)
    before = np.minimum(reach, np.append(far, half_gap)[: len(begins)])
    after = np.minimum(reach, np.append(half_gap, far)[: len(begins)])

    table = np.zeros(len(begins), dtype=WINDOW)
    table["written_ns"] = written
    table["last_ns"] = written + after
    table["first_ns"] = written - before
    # A hit in the very middle between two notes is the earlier one.
    touching = neighbours & (table["first_ns"][1:] == table["last_ns"][:-1])
    table["first_ns"][1:] += touching
    table["notes_begin"] = begins
    table["notes"] = np.diff(np.append(begins, len(notes)))
    table["newest"] = -1
    return Windows(
        table=table,
        lane_begin=np.searchsorted(pad, np.arange(len(PADS) + 1)).astype(np.int64),
        notes=notes,
        closing=np.lexsort((notes[begins], table["last_ns"])).astype(np.int32),
    )
