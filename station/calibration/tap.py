"""A player taps along with the click: the constant between hearing and the kit's message.

What is measured is the whole way at once: from the click's written time through the card, the
air, the player, the pad and the wire. The player is part of it: people tap a little before a
click that they know is coming, drummers by some ms, others by tens (Repp & Su, Psychonomic
Bulletin & Review 20, 2013). With this constant, 'centred' is where this player taps at ease.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.calibration.outcome import Measured, Outcome, Refused
from station.calibration.robust import measured
from station.units import NS_PER_MS, ms_from_ns, ns_from_ms

# So many clicks until hand and click have found each other.
SETTLING = 4
FEWEST = 16
# Placement is called beyond 6 ms: what is taken off must be known far better than that …
_MOST_ERROR_NS = 4 * NS_PER_MS
# … and whoever scatters more does not follow the click.
_MOST_SD_NS = 30 * NS_PER_MS
_MOST_DRIFT_NS = 10 * NS_PER_MS
_SURE = 3.0
# Farther from its click than this part of a beat, a tap may be the next one's.
_BETWEEN = 0.35
# Two taps of one hand are never so near; the second is the pad's bounce.
_BOUNCE = 0.25
_SAME_TEMPO = 0.1
# What a kit made up itself was nobody's tap.
NO_TAPS = frozenset({"double-trigger", "crosstalk"})


def taps_of(report: Mapping[str, Any]) -> NDArray[np.int64]:
    """When something was struck, from the first click, on the click's own clock; shape (n,).

    Parameters
    ----------
    report
        The take's, as JSON has it.
    """
    strokes = [hit for hit in report.get("hits", ()) if not NO_TAPS & set(hit["flags"])]
    return np.array([ns_from_ms(hit["t_ms"]) for hit in strokes], dtype=np.int64)


def tap_latency(taps_ns: NDArray[np.int64], clicks_ns: NDArray[np.int64]) -> Outcome:
    """The constant from taps to a steady click.

    Parameters
    ----------
    taps_ns
        When the kit said that something was struck, shape (n,), in any order.
    clicks_ns
        When each click was written, on the same clock, ascending and evenly spaced; shape (m,).
    """
    beat_ns = int(np.median(np.diff(clicks_ns)))
    taps = _without_bounces(np.sort(taps_ns), round(_BOUNCE * beat_ns))
    first_ns = clicks_ns[SETTLING] - beat_ns // 2
    taps = taps[(taps >= first_ns) & (taps < clicks_ns[-1] + beat_ns // 2)]
    if len(taps) < FEWEST:
        return Refused(
            f"Only {len(taps)} taps were heard, {FEWEST} are needed; tap once with every click, "
            "to the last."
        )
    each_ns = float(np.median(np.diff(taps)))
    if abs(each_ns / beat_ns - 1) > _SAME_TEMPO:
        return Refused(
            f"You tapped every {ms_from_ns(each_ns):.0f} ms, and the click goes every "
            f"{ms_from_ns(beat_ns):.0f} ms; tap once with every click."
        )
    return _judged(_off_their_clicks(taps, clicks_ns, beat_ns), beat_ns)


def _judged(off_ns: NDArray[np.int64], beat_ns: int) -> Outcome:
    found = measured(off_ns)
    drift_ns, error_ns = _drift(off_ns)
    if abs(drift_ns) > max(_MOST_DRIFT_NS, _SURE * error_ns):
        way = "later" if drift_ns > 0 else "earlier"
        return Refused(
            f"Your taps came {ms_from_ns(abs(drift_ns)):.0f} ms {way} towards the end than in the "
            "beginning; stay with the click, and try again."
        )
    if found.sd_ns > _MOST_SD_NS:
        return Refused(
            f"The taps scatter by {ms_from_ns(found.sd_ns):.0f} ms, too much to find a constant "
            "in them; try again, at a tempo that suits you (--bpm)."
        )
    if abs(found.latency_ns) > _BETWEEN * beat_ns:
        return Refused(
            f"The taps lie between the clicks ({ms_from_ns(found.latency_ns):+.0f} ms), so nobody "
            "can say which click each is for; tap with the click, at a slower tempo (--bpm)."
        )
    if found.spread_ns > _MOST_ERROR_NS:
        return Refused(
            f"From {found.count} taps that scatter by {ms_from_ns(found.sd_ns):.0f} ms the "
            f"constant is known to ± {ms_from_ns(found.spread_ns):.1f} ms only, "
            f"{ms_from_ns(_MOST_ERROR_NS):.0f} are wanted; tap more (--beats) or more evenly."
        )
    return Measured(found.latency_ns, found.spread_ns, found.sd_ns, found.count)


def _drift(off_ns: NDArray[np.int64]) -> tuple[float, float]:
    """How much later the last is than the first, by the median of all slopes; and its error."""
    at = np.arange(len(off_ns))
    i, j = np.triu_indices(len(off_ns), 1)
    slope = float(np.median((off_ns[j] - off_ns[i]) / (j - i)))
    left = np.rint(off_ns - slope * at).astype(np.int64)
    # A line's two ends are √12 times less sure, together, than its middle.
    return slope * (len(off_ns) - 1), float(np.sqrt(12)) * measured(left).spread_ns


def _without_bounces(taps_ns: NDArray[np.int64], least_ns: int) -> NDArray[np.int64]:
    kept: list[int] = []
    for tap in taps_ns.tolist():
        if not kept or tap - kept[-1] >= least_ns:
            kept.append(tap)
    return np.array(kept, dtype=np.int64)


def _off_their_clicks(
    taps_ns: NDArray[np.int64], clicks_ns: NDArray[np.int64], beat_ns: int
) -> NDArray[np.int64]:
    """How far each tap is from its click; shape as `taps_ns`.

    Around the middle of all, so that taps on either side of the half-way are not torn apart.
    """
    turn = 2 * np.pi * ((taps_ns - clicks_ns[0]) % beat_ns) / beat_ns
    middle = np.angle(np.mean(np.exp(1j * turn))) / (2 * np.pi) * beat_ns
    number = np.rint((taps_ns - clicks_ns[0] - middle) / beat_ns).astype(np.int64)
    off: NDArray[np.int64] = taps_ns - clicks_ns[np.clip(number, 0, len(clicks_ns) - 1)]
    return off
