"""Which note was this hit? The nearest of its lane, inside the note's window.

At once, a hit gets the note whose window it lies in, if that is still free. When the window
has closed, the nearest of its hits wins (of equally near ones the first), and the others are
extra. A suspect (double trigger, crosstalk) never wins over a hit without suspicion. Of
several notes that share a window, as many hits win, and get the notes in order of time.

What is confirmed depends on which hits came, never on the order or the pieces in which
they were heard. A hit costs a binary search in its lane, about 17 steps in a hundred
thousand notes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.timing import match_kernels
from station.timing.match_kernels import CONFIRMED, EXTRA, HEAP, HEARD, LATE, MISSED, STATE, WAITING
from station.timing.windows import Windows

__all__ = ["CONFIRMED", "EXTRA", "HEARD", "LATE", "MISSED", "Matcher"]


class Matcher:
    """Labels hits of one take, in two steps: `hear` at once, `advance` for good.

    Times are nanoseconds from the chart's tick 0.

    Parameters
    ----------
    windows
        Of the chart; from `windows.lay_out`. The matcher writes into its table.
    """

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._state = np.zeros(1, dtype=STATE)
        self._state["watermark_ns"] = np.iinfo(np.int64).min
        self._waiting = np.zeros(0, dtype=WAITING)
        self._state["free"] = -1
        self._strays = np.zeros(0, dtype=HEAP)
        self._grow(64)

    def hear(self, hits: NDArray[np.void]) -> None:
        """Label hits at once: fills in their `ticket` and `label`.

        Parameters
        ----------
        hits
            Of dtype `HEARD`, shape (n,), in order of arrival.
        """
        short = int(self._state["used"][0]) + len(hits) - len(self._waiting)
        if short > 0:
            self._grow(max(short, len(self._waiting)))
        w = self._windows
        match_kernels.hear(
            hits, w.table, w.lane_begin, w.notes, self._waiting, self._strays, self._state
        )

    def advance(self, watermark_ns: int) -> NDArray[np.void]:
        """Everything that is settled when no hit before `watermark_ns` can come any more.

        Returns
        -------
        NDArray
            Of dtype `CONFIRMED`, in an order that does not depend on how far each call went;
            valid until the next call.
        """
        w = self._windows
        n = match_kernels.advance(
            watermark_ns, w.table, w.notes, w.closing, self._waiting, self._strays,
            self._scratch, self._line, self._state, self._settled,
        )  # fmt: skip
        return self._settled[:n]

    def _grow(self, more: int) -> None:
        """Room for `more` hits that wait for their confirmation."""
        old = len(self._waiting)
        size = old + more
        waiting = np.zeros(size, dtype=WAITING)
        waiting[:old] = self._waiting
        waiting["next"][old:-1] = np.arange(old + 1, size)
        waiting["next"][-1] = self._state["free"][0]
        self._state["free"] = old
        strays = np.zeros(size, dtype=HEAP)
        strays[:old] = self._strays
        self._waiting, self._strays = waiting, strays
        self._scratch = np.zeros(size, dtype=HEAP)
        self._line = np.zeros((2, size), dtype=np.int64)
        self._settled = np.zeros(size + len(self._windows.notes), dtype=CONFIRMED)
