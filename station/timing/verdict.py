"""Rushing or dragging, ahead or behind, how tight, limb against limb: the running verdict.

Fed with confirmed pairs. Means over batches of beats are put to the test (`evidence`): 8 beats
for placement, 4 for the tempo. A batch counts when all its notes are settled and the chart's
end does not cut it short.

A call is made when the margin is left, at an error below 1 % a side however often one looks
(nominally 2 % at the margin itself), or when the interval at 95 % lies inside it: centred,
steady. It stands as long as the estimate is on its side of the margin: a wider interval later
does not take back what was proven, an estimate that says something else does.

It is a call about the hits on the beat (and on what else cannot be swung), each against the
click that was heard with it: who drops a beat and goes on is where he was (`following`). Of hits
that do not follow the chart, nothing is told.

What a placement is about is the take so far: where the hand was on average, its slow wander
included. A player whose wander crosses the margin is called, because it does; the interval
does not claim to hold for that player's next take. The tempo is the player's own, through the
timekeeper's random errors. So are limbs and swing, through the slow wander of both: their
intervals hold for the take so far as well as for the player.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.chart import Chart
from station.model import (
    LimbVerdict,
    PlacementCall,
    PlacementVerdict,
    SpreadVerdict,
    SwingCall,
    SwingVerdict,
    TempoCall,
    TempoVerdict,
    Verdict,
)
from station.timing import evidence, following, questions

# Friberg & Sundberg 1995: displacement is noticed from 6 ms on.
PLACEMENT_MARGIN_MS = 6.0
# Madison & Merker 2004: steady drift is noticed from about 0.3 % on.
TEMPO_MARGIN = 0.003
# A spread, a limb or a swing is told once this many observations bound it.
_FEWEST_SPREADS = 2
_FEWEST_PAIRS = 3
# Nearer to a note than by this part of the gap to the next one, a hit is no other's.
_NEAR_A_NOTE = 0.25

_PLACEMENT = {
    evidence.OPEN: PlacementCall.UNDECIDED,
    evidence.LOW: PlacementCall.AHEAD,
    evidence.HIGH: PlacementCall.BEHIND,
    evidence.WITHIN: PlacementCall.CENTRED,
}
_TEMPO = {
    evidence.OPEN: TempoCall.UNDECIDED,
    evidence.LOW: TempoCall.DRAGGING,
    evidence.HIGH: TempoCall.RUSHING,
    evidence.WITHIN: TempoCall.STEADY,
}
_SWING = {
    evidence.OPEN: SwingCall.UNDECIDED,
    evidence.LOW: SwingCall.NARROWER,
    evidence.HIGH: SwingCall.WIDER,
    evidence.WITHIN: SwingCall.AS_WRITTEN,
}


class RunningVerdict:
    """The verdict of one take, at any time.

    Parameters
    ----------
    chart
        What should be played.
    calibrated
        Whether anybody measured the latency: without that, placement is not called.
    """

    def __init__(self, chart: Chart, *, calibrated: bool) -> None:
        asked = questions.lay_out(chart)
        self._calibrated = calibrated
        self._asked = asked
        self._beat_ms = units.ms_from_ns(round(asked.beat_ns))
        self._state = np.zeros(1, dtype=evidence.STATE)
        self._state["before"] = -1
        self._state["beat_ns"] = asked.beat_ns
        self._state["square"] = following.SQUARE
        self._state["chance"] = 1.0
        self._state["notes_left"] = len(asked.notes)
        self._moments = np.zeros(evidence.LIMBS + len(asked.limbs), dtype=evidence.MOMENTS)
        pairs = 1 + len(asked.limbs)
        noises = (
            *evidence.TEMPO_NOISES, *evidence.PLACEMENT_NOISES, *(pairs * evidence.PAIR_NOISES)
        )  # fmt: skip
        self._noises = np.zeros(len(noises), dtype=evidence.NOISE)
        for record, (scatter, clock, wander, weight) in zip(self._noises, noises, strict=True):
            record["scatter"], record["clock"], record["wander"] = scatter, clock, wander
            record["log_weight"] = math.log(weight)
        self._noises["f"] = 1.0
        self._noises["p00"] = self._noises["wander"]  # what wanders has always been wandering
        self._calls = np.zeros(evidence.FIRST_PAIR_CALL + pairs, dtype=evidence.CALL)
        self._calls["wide"], self._calls["narrow"] = evidence.PAIR_C
        self._calls["square"] = evidence.LIMB_SQUARE
        self._calls["square"][evidence.FIRST_PAIR_CALL] = evidence.SWING_SQUARE
        if asked.written_swing is not None:
            swing = self._calls[evidence.FIRST_PAIR_CALL]
            written = asked.written_swing / (1 + asked.written_swing) - evidence.SWING_CENTRE
            swing["low"], swing["high"] = written - asked.swing_margin, written + asked.swing_margin
            swing["log_call"] = evidence.SWING_LOG_CALL
        placement = self._calls[evidence.PLACEMENT]
        placement["low"], placement["high"] = -PLACEMENT_MARGIN_MS, PLACEMENT_MARGIN_MS
        placement["log_call"] = evidence.PLACEMENT_LOG_CALL
        placement["square"] = evidence.PLACEMENT_SQUARE
        placement["wide"], placement["narrow"] = evidence.PLACEMENT_C
        tempo = self._calls[evidence.TEMPO]
        tempo["low"], tempo["high"] = (
            _gain(ratio) * self._beat_ms for ratio in (-TEMPO_MARGIN, TEMPO_MARGIN)
        )
        tempo["log_call"] = evidence.TEMPO_LOG_CALL
        tempo["square"] = evidence.TEMPO_SQUARE
        tempo["wide"], tempo["narrow"] = evidence.TEMPO_C
        self._tables = (
            asked.notes, asked.triples, asked.batches, self._state,
            self._moments, self._noises, self._calls,
        )  # fmt: skip
        self._intervals = np.zeros((len(self._calls) + 1, 2))

    def feed(self, settled: NDArray[np.void]) -> None:
        """Take in what the matcher has confirmed, of dtype `beam.CONFIRMED`."""
        evidence.feed(settled, *self._tables)

    def tables(self) -> tuple[NDArray[np.void], ...]:
        """What `evidence.feed` works on besides the settled notes; live, not copies."""
        return self._tables

    def verdict(self) -> Verdict:
        """The answers so far."""
        evidence.intervals(self._moments, self._noises, self._calls, self._intervals)
        tempo, placement = self._tempo(), self._placement()
        ratio = None if tempo.ratio_percent is None else tempo.ratio_percent / 100
        matched = following.follows(self._state[0], ratio)
        if matched is False:
            return Verdict(
                TempoVerdict(TempoCall.UNDECIDED),
                PlacementVerdict(PlacementCall.UNDECIDED, calibrated=self._calibrated),
                matched=False,
            )
        if matched is None:
            tempo = replace(tempo, call=TempoCall.UNDECIDED, called_at_beat=None)
            placement = replace(placement, call=PlacementCall.UNDECIDED, called_at_beat=None)
        return Verdict(
            tempo=tempo,
            placement=placement,
            spread=self._spread(),
            limbs=self._limbs(),
            swing=self._swing(bool(matched)),
            matched=matched,
        )

    def _tempo(self) -> TempoVerdict:
        call = self._calls[evidence.TEMPO]
        if call["n"] == 0:
            return TempoVerdict(TempoCall.UNDECIDED)
        said = _TEMPO[int(call["call"])]
        low, high = self._intervals[evidence.TEMPO].tolist()
        return TempoVerdict(
            call=said,
            ratio_percent=self._percent(float(call["estimate"])),
            low=self._percent(low),
            high=self._percent(high),
            called_at_beat=None if said is TempoCall.UNDECIDED else int(call["called_at_beat"]),
        )

    def _placement(self) -> PlacementVerdict:
        if not self._calibrated:
            return PlacementVerdict(PlacementCall.UNDECIDED)
        call = self._calls[evidence.PLACEMENT]
        if call["n"] == 0:
            return PlacementVerdict(PlacementCall.UNDECIDED, calibrated=True)
        said = _PLACEMENT[int(call["call"])]
        if self._as_well_elsewhere(float(call["estimate"])):
            said = PlacementCall.UNDECIDED
        low, high = self._intervals[evidence.PLACEMENT].tolist()
        return PlacementVerdict(
            call=said,
            offset_ms=float(call["estimate"]),
            low=_finite(low),
            high=_finite(high),
            called_at_beat=None if said is PlacementCall.UNDECIDED else int(call["called_at_beat"]),
            calibrated=True,
        )

    def _as_well_elsewhere(self, offset_ms: float) -> bool:
        """Whether the hits may as well be those of other notes.

        Even notes on one pad look the same from every note on. Who did not play the first one,
        and lies far from the others, may have played it late, and all others too.
        """
        gap_ms = self._asked.even_gap_ms
        if gap_ms is None or abs(offset_ms) < _NEAR_A_NOTE * gap_ms:
            return False
        return not self._asked.notes["played"][0]

    def _spread(self) -> SpreadVerdict | None:
        if self._moments[evidence.SPREAD]["n"] < _FEWEST_SPREADS:
            return None
        low, high = self._intervals[len(self._calls)].tolist()
        square = evidence.SPREAD_CENTRE
        return SpreadVerdict(
            *(math.sqrt(square * math.exp(min(x, _LOUDEST))) for x in ((low + high) / 2, low, high))
        )

    def _limbs(self) -> tuple[LimbVerdict, ...] | None:
        if self._asked.reference is None:
            return None
        told = []
        for i, pad in enumerate(self._asked.limbs, evidence.LIMBS):
            answer = self._of_pairs(i)
            if answer is not None:
                pairs = int(self._moments[i]["count"])
                told.append(LimbVerdict(pad, self._asked.reference, *answer, pairs=pairs))
        return tuple(told) or None

    def _swing(self, matched: bool) -> SwingVerdict | None:
        answer = self._of_pairs(evidence.SWING)
        if answer is None:
            return None
        place, low, high = (x + evidence.SWING_CENTRE for x in answer)
        # An interval that reaches an end of the beat bounds no ratio.
        if not 0 < low <= high < 1:
            return None
        call = self._calls[evidence.FIRST_PAIR_CALL]
        said = _SWING[int(call["call"])] if matched else SwingCall.UNDECIDED
        return SwingVerdict(
            ratio=place / (1 - place),
            low=low / (1 - low),
            high=high / (1 - high),
            offbeats=int(self._moments[evidence.SWING]["count"]),
            written=self._asked.written_swing,
            call=said,
            called_at_beat=None if said is SwingCall.UNDECIDED else int(call["called_at_beat"]),
        )

    def _of_pairs(self, place: int) -> tuple[float, float, float] | None:
        """Estimate, low and high of a limb or the swing; None from fewer observations."""
        call = evidence.FIRST_PAIR_CALL + place - evidence.SWING
        if self._calls[call]["n"] < _FEWEST_PAIRS:
            return None
        low, high = self._intervals[call].tolist()
        return float(self._calls[call]["estimate"]), low, high

    def _percent(self, ms_a_beat: float) -> float | None:
        """The tempo ratio of a gain, in percent; None where no tempo has such a gain."""
        gain = ms_a_beat / self._beat_ms
        if not math.isfinite(gain) or gain >= 1:
            return None
        return 100 * gain / (1 - gain)


# Log variances farther up are those of broken clocks, and must not overflow.
_LOUDEST = 100.0


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _gain(ratio: float) -> float:
    """How fast a player of this tempo ratio gains on the chart, in ms a written ms."""
    return ratio / (1 + ratio)
