"""Which note was this hit? Followed through drift by a beam of hypotheses.

A label at once, and a confirmed one at most 16 hits or one bar later. The noise of the
player, the liveliness of the clock, limb offsets, and the rates of missed notes, strays and
double triggers are learned while playing, from one set of priors (`beam_layout.Priors`).
When the hand jumps (a stop, a beat dropped), it is found again, and `resyncs` says so.

The cost of a hit does not depend on the chart's length nor on how many hits came before.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.timing import beam_kernels, beam_resync
from station.timing.beam_kernels import DOUBLE, MISSED, STRAY
from station.timing.beam_layout import CONFIRMED, HEARD, Priors, lay_out

__all__ = ["CONFIRMED", "DOUBLE", "HEARD", "MISSED", "STRAY", "BeamMatcher", "Resync"]

_KEPT_RESYNCS = 1000


@dataclass(frozen=True, slots=True)
class Resync:
    """The player stopped and came in again, or the whole hand jumped.

    Attributes
    ----------
    ticket
        Of the hit after which it was noticed.
    t_ns
        When that hit came.
    shift_ns
        By how much; positive is later than before.
    stopped_ns
        How long nothing had been heard before, where notes were written; 0 for a jump
        without a stop.
    """

    ticket: int
    t_ns: int
    shift_ns: int
    stopped_ns: int = 0


class BeamMatcher:
    """Labels the hits of one take.

    Times are nanoseconds from the chart's tick 0. Hits are heard in order of arrival; the
    result is the same to the bit in whatever pieces they come, and however often `advance`
    is called in between.

    Parameters
    ----------
    written_ns
        When each note is written, sorted, shape (notes,).
    lanes
        Each note's lane, 0 to 255, shape (notes,).
    dynamics
        Each note's `model.Dynamic`, shape (notes,); None: all alike.
    bar_ns
        How long a label may wait at most: a bar.
    priors
        What is believed of any player.

    Attributes
    ----------
    resyncs
        The last times that the hand jumped, at most 1,000.
    """

    def __init__(
        self,
        written_ns: NDArray[np.int64],
        lanes: NDArray[np.integer],
        dynamics: NDArray[np.integer] | None = None,
        *,
        bar_ns: int,
        priors: Priors | None = None,
    ) -> None:
        alike = np.ones(len(written_ns), dtype=np.int64)
        self._state = lay_out(
            np.asarray(written_ns, dtype=np.int64),
            np.asarray(lanes, dtype=np.int64),
            alike if dynamics is None else np.asarray(dynamics, dtype=np.int64),
            bar_ns,
            priors or Priors(),
        )
        self.resyncs: deque[Resync] = deque(maxlen=_KEPT_RESYNCS)

    def hear(self, hits: NDArray[np.void]) -> None:
        """Label hits at once: fills in `ticket` and `label`.

        Parameters
        ----------
        hits
            Of dtype `HEARD`, shape (n,), in order of arrival. A `velocity` of 0 is not known.
        """
        done = 0
        while done < len(hits):
            before = done
            done = beam_kernels.hear(hits, done, *self._state)
            if done < 0:
                done = -done
                self._look()
            elif done == before:
                self._make_room()

    def advance(self, watermark_ns: int) -> NDArray[np.void]:
        """Everything that is settled when no hit before `watermark_ns` can come any more.

        Returns
        -------
        NDArray
            Of dtype `CONFIRMED`, in an order that does not depend on how far each call went;
            valid until the next call.
        """
        self._settle(watermark_ns / 1e6)
        return self._take()

    def finish(self, end_ns: int | None = None) -> NDArray[np.void]:
        """Settle everything, as `advance`.

        Parameters
        ----------
        end_ns
            When the take was broken off: notes written after it are not missed. None: the
            whole chart was played.
        """
        self._settle(math.inf)
        settled = self._take()
        if end_ns is None:
            return settled
        reached = self._state.notes["written_ns"][settled["chart_index"]] <= end_ns
        kept: NDArray[np.void] = settled[(settled["ticket"] != MISSED) | reached]
        return kept

    def rehearse(self) -> None:
        """Look for the player once as if lost, so that this is compiled before a take needs it.

        For a matcher that is then thrown away, after its first hit.
        """
        beam_resync.find_anchor(self._state)

    @property
    def noise_ms(self) -> float:
        """Standard deviation of single hits around the player's clock, as learned so far."""
        return math.sqrt(float(self._state.shared["noise_var"][0]))

    def _settle(self, t_ms: float) -> None:
        while not beam_kernels.settle(t_ms, *self._state):
            self._make_room()

    def _take(self) -> NDArray[np.void]:
        settled = self._state.settled[: int(self._state.shared["settled"][0])]
        self._state.shared["settled"] = 0
        return settled

    def _look(self) -> None:
        """Look for the player anew, and say where."""
        x = self._state
        shared = x.shared[0]
        why = int(shared["look"])
        shared["look"] = 0
        ticket = int(shared["heard"]) - 1
        shift_ms = stopped_ms = 0.0
        if why & beam_kernels.LOOK_ANCHOR:
            shift_ms = beam_resync.find_anchor(x)
        fresh = shared["since"] > 0 and ticket - shared["since"] < beam_kernels.BACK
        if why & beam_kernels.LOOK_BACK and self._notes_in_stop():
            stopped_ms = float(shared["stopped_ms"])
            shift_ms = float(shared["offset_ms"] - shared["before_ms"])
        elif shift_ms == 0.0 or fresh:
            return  # nothing new, or it is said together with the stop
        t_ns = int(x.recent["t_ns"][ticket % len(x.recent)])
        self.resyncs.append(Resync(ticket, t_ns, round(shift_ms * 1e6), round(stopped_ms * 1e6)))

    def _notes_in_stop(self) -> bool:
        """Whether anything was to be played while nothing was heard."""
        x = self._state
        shared = x.shared[0]
        back_ms = float(x.recent["t_ms"][int(shared["since"]) % len(x.recent)])
        written_ms = x.notes["written_ms"][:-1]
        until = back_ms - float(shared["before_ms"]) - float(shared["gate_ms"])
        since = until - float(shared["stopped_ms"]) + 2 * float(shared["gate_ms"])
        first, last = np.searchsorted(written_ms, (since, until))
        return bool(last > first)

    def _make_room(self) -> None:
        """Twice the room for what is settled and not yet taken."""
        settled = self._state.settled
        grown = np.concatenate((settled, np.zeros_like(settled)))
        self._state = self._state._replace(settled=grown)
