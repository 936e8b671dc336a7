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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from station.timing import beam_kernels, hit_kernel
from station.timing.beam_kernels import MISSED
from station.timing.beam_layout import BEAM_TABLES, CONFIRMED, HEARD, Priors, lay_out
from station.timing.beam_ornaments import BOUNCES, DOUBLE, ORNAMENT, STRAY
from station.timing.tables import addresses

__all__ = [
    "BOUNCES", "CONFIRMED", "DOUBLE", "HEARD", "MISSED", "ORNAMENT", "STRAY",
    "BeamMatcher", "Resync",
]  # fmt: skip

_KEPT_RESYNCS = 1000
_NO_HITS = np.zeros(0, dtype=HEARD)


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
        How long a label may wait at most: a bar. One for all, or each note's, shape (notes,).
    places_in_beat
        Where in its beat each note is written, small numbers from 0, shape (notes,): a player
        may accent by place, which tells one sixteenth from the next. None: nothing is known.
    ornaments
        How many grace strokes are written before each note, or `BOUNCES` where its stick
        bounces on until the next one, shape (notes,). None: there are none.
    priors
        What is believed of any player.
    verdict
        `RunningVerdict.tables` to be fed with all that `judge` and `advance` settle.

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
        bar_ns: int | NDArray[np.int64],
        places_in_beat: NDArray[np.integer] | None = None,
        ornaments: NDArray[np.integer] | None = None,
        priors: Priors | None = None,
        verdict: Sequence[NDArray[np.void]] = (),
    ) -> None:
        alike = np.ones(len(written_ns), dtype=np.int64)
        self._state = lay_out(
            np.asarray(written_ns, dtype=np.int64),
            np.asarray(lanes, dtype=np.int64),
            alike if dynamics is None else np.asarray(dynamics, dtype=np.int64),
            alike if places_in_beat is None else np.asarray(places_in_beat, dtype=np.int64),
            0 * alike if ornaments is None else np.asarray(ornaments, dtype=np.int64),
            bar_ns,
            priors or Priors(),
        )
        self._settled = self._state.settled
        self._where_alone = addresses(self._state, BEAM_TABLES)
        self._verdict = verdict
        self._where = self._where_alone
        if verdict:
            fed = addresses(verdict, hit_kernel.VERDICT_TABLES)
            self._where = np.concatenate((self._where_alone, fed))
        self.resyncs: deque[Resync] = deque(maxlen=_KEPT_RESYNCS)

    def judge(self, hits: NDArray[np.void], watermark_ns: int) -> NDArray[np.void]:
        """`hear`, then `advance`, at the cost of one."""
        count = self._run(hits, watermark_ns / 1e6, self._where)
        return self._settled[:count]

    def hear(self, hits: NDArray[np.void]) -> None:
        """Label hits at once: fills in `ticket` and `label`.

        Parameters
        ----------
        hits
            Of dtype `HEARD`, shape (n,), in order of arrival. A `velocity` of 0 is not known.
        """
        self._run(hits, -math.inf, self._where)

    def advance(self, watermark_ns: int) -> NDArray[np.void]:
        """Everything that is settled when no hit before `watermark_ns` can come any more.

        Returns
        -------
        NDArray
            Of dtype `CONFIRMED`, in an order that does not depend on how far each call went;
            valid until the next call.
        """
        return self.judge(_NO_HITS, watermark_ns)

    def finish(self, end_ns: int | None = None) -> NDArray[np.void]:
        """Settle everything, as `advance`; the verdict is not fed with it.

        Parameters
        ----------
        end_ns
            When the take was broken off: notes written after it are not missed. None: the
            whole chart was played.
        """
        count = self._run(_NO_HITS, math.inf, self._where_alone)
        settled = self._settled[:count]
        if end_ns is None:
            return settled
        reached = self._state.notes["written_ns"][settled["chart_index"]] <= end_ns
        kept: NDArray[np.void] = settled[(settled["ticket"] != MISSED) | reached]
        return kept

    def __reduce__(self) -> NoReturn:
        raise TypeError("A matcher is not copied: its kernel knows where in memory it lies.")

    @property
    def noise_ms(self) -> float:
        """Standard deviation of single hits around the player's clock, as learned so far."""
        return math.sqrt(float(self._state.shared["noise_var"][0]))

    def _run(self, hits: NDArray[np.void], t_ms: float, where: NDArray[np.int64]) -> int:
        """The kernel, and what it cannot do itself; how many rows are settled."""
        count = hit_kernel.judge(hits, 0, t_ms, where)
        while count == hit_kernel.STOPPED:
            shared = self._state.shared[0]
            if shared["look"]:
                self._say()
            else:
                self._make_room()
            count = hit_kernel.judge(hits, int(shared["done"]), t_ms, where)
        return count

    def _say(self) -> None:
        """That the player was found elsewhere, or is back after a stop."""
        x = self._state
        shared = x.shared[0]
        why = int(shared["look"])
        shared["look"] = 0
        ticket = int(shared["heard"]) - 1
        stopped_ms = 0.0
        shift_ms = float(shared["shift_ms"]) if why & beam_kernels.LOOK_ANCHOR else 0.0
        after = ticket - shared["since"]
        stopped = shared["stopped_ms"] > 0 and after < beam_kernels.BACK
        came_in_ms = x.recent["t_ms"][int(shared["since"]) % len(x.recent)]
        begins = after < beam_kernels.FRESH and came_in_ms == shared["entered_ms"]
        begins |= shared["t_ms"] - shared["entered_ms"] < shared["bar_ms"]
        if why & beam_kernels.LOOK_BACK:
            stopped_ms = float(shared["stopped_ms"])
            shift_ms = float(shared["offset_ms"] - shared["before_ms"])
        elif shift_ms == 0.0 or stopped or begins:
            return  # nothing new, or said together with the stop; where one begins is no jump
        t_ns = int(x.recent["t_ns"][ticket % len(x.recent)])
        self.resyncs.append(Resync(ticket, t_ns, round(shift_ms * 1e6), round(stopped_ms * 1e6)))

    def _make_room(self) -> None:
        """Twice the room for what is settled and not yet taken."""
        self._settled = np.concatenate((self._settled, np.zeros_like(self._settled)))
        self._state = self._state._replace(settled=self._settled)
        alone = addresses(self._state, BEAM_TABLES)
        for where in (self._where, self._where_alone):
            where[: len(alone)] = alone
