"""One pad that starts and stops a take, if the player has chosen one.

Nothing else on a kit ever operates the program. The pad takes two strikes within a second and
nothing else in between, so that neither a stray strike nor a rack that trembles while somebody
plays stops a take; afterwards it rests, so that a third strike does not start the next one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.errors import WrongUse
from station.model import PAD_INDEX, PADS, Flag, JudgementKind, Pad
from station.units import NS_PER_MS, NS_PER_S

STRIKES_WITHIN_NS = NS_PER_S
# Nearer ones are one strike that bounced: a hand needs longer for two.
STRIKES_APART_NS = 80 * NS_PER_MS
REST_NS = NS_PER_S
LEARN_WITHIN_NS = 8 * NS_PER_S
_TOGETHER_NS = 50 * NS_PER_MS
_BEFORE_ALL_TIME_NS = -(2**62)
_SUSPECT = int(Flag.DOUBLE_TRIGGER | Flag.CROSSTALK)


class StartPad:
    """Listens for the player's sign.

    Parameters
    ----------
    pad
        Which one.
    """

    def __init__(self, pad: Pad) -> None:
        self.pad = pad
        self._first_ns = _BEFORE_ALL_TIME_NS
        self._rest_until_ns = _BEFORE_ALL_TIME_NS

    def strike(self, pad: Pad, t_ns: int, flags: int = 0) -> bool:
        """Whether this strike, the next in order of time, completes the sign."""
        if flags & _SUSPECT or t_ns < self._rest_until_ns:
            return False
        if pad is not self.pad:
            self._first_ns = _BEFORE_ALL_TIME_NS
            return False
        since_ns = t_ns - self._first_ns
        if since_ns < STRIKES_APART_NS:
            return False
        if since_ns > STRIKES_WITHIN_NS:
            self._first_ns = t_ns
            return False
        self._first_ns = _BEFORE_ALL_TIME_NS
        self._rest_until_ns = t_ns + REST_NS
        return True

    def hear(self, records: NDArray[np.void]) -> bool:
        """The same for what came through the ring (`engine.ring`), of which each hit is once."""
        struck = records[(records["kind"] != JudgementKind.MISSED) & (records["confirmed"] == 0)]
        if not (struck["pad"] == PAD_INDEX[self.pad]).any():
            if len(struck):
                self._first_ns = _BEFORE_ALL_TIME_NS
            return False
        pads = tuple(Pad)
        signs = [
            self.strike(pads[int(one["pad"])], int(one["t_ns"]), int(one["flags"]))
            for one in struck
        ]
        return any(signs)


class PadLearner:
    """Listens for the pad that a player strikes to choose it.

    A struck kit shakes its other pads, so the loudest of what comes together is the one.

    Parameters
    ----------
    began_ns
        What was struck before does not count.
    """

    def __init__(self, began_ns: int) -> None:
        self._began_ns = began_ns
        self._first_ns: int | None = None
        self._loudest, self._pad = -1, 0

    def hear(self, records: NDArray[np.void], now_ns: int) -> Pad | None:
        """What came through the ring until now; the pad, as soon as it is sure."""
        struck = records[(records["kind"] != JudgementKind.MISSED) & (records["confirmed"] == 0)]
        for one in struck:
            t_ns, velocity = int(one["t_ns"]), int(one["velocity"])
            if t_ns < self._began_ns or int(one["flags"]) & _SUSPECT:
                continue
            if self._first_ns is None:
                self._first_ns = t_ns
            if t_ns <= self._first_ns + _TOGETHER_NS and velocity > self._loudest:
                self._loudest, self._pad = velocity, int(one["pad"])
        if self._first_ns is None or now_ns < self._first_ns + _TOGETHER_NS:
            return None
        return PADS[self._pad]

    def left_ns(self, now_ns: int) -> int:
        """How long it still listens; 0 or less: it is over."""
        return self._began_ns + LEARN_WITHIN_NS - now_ns


def check_start_pad(pad: Pad, chart: Chart) -> None:
    """Refuse a chart in which that pad is played.

    Raises
    ------
    WrongUse
        Naming both.
    """
    if any(note.pad is pad for note in chart.notes):
        raise WrongUse(
            f"'{chart.title}' has notes for the {pad.value}, which is chosen to start and stop; "
            "choose another pad for that, or none."
        )
