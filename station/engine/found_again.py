"""The player was lost and is followed again: said in one sentence."""

from __future__ import annotations

from station.units import s_from_ns

# Less than this part of a beat is no place of its own: the player came in where he should.
_LEAST_BEATS = 0.25


def found_again_words(shift_ns: int, stopped_ns: int, beat_ns: float) -> str:
    """What happened, and that it is all right.

    Parameters
    ----------
    shift_ns
        By how much the player is later (positive) in the chart than before.
    stopped_ns
        How long nothing was heard; 0 when nothing was missing.
    beat_ns
        A beat of the chart.
    """
    beats = shift_ns / beat_ns
    if abs(beats) < _LEAST_BEATS:
        where = "in place"
    else:
        count = f"{abs(beats):.2g}"
        beat_or_beats = "beat" if count == "1" else "beats"
        where = f"{count} {beat_or_beats} {'late' if beats > 0 else 'early'}"
    if stopped_ns > 0:
        return f"Followed again: in after {s_from_ns(stopped_ns):.1f} s, {where}."
    return f"Followed again: you are {where}."
