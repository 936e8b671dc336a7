"""What a recording says: the click's own latency, and the pad's delay.

Everything is told by the same input, whose own latency nobody knows. A click is recorded that
much too late, and so is a stick: of the click's latency it is a part, and in the pad's delay
(the kit's message less the recorded sound) it is missing. So in their sum it cancels, and the sum
is what is to be taken off: the click sounds later than it says, and the kit reports later than
it was struck.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.calibration.outcome import Measured, Outcome, Refused
from station.calibration.robust import measured
from station.units import NS_PER_MS, NS_PER_S, ms_from_ns

FEWEST = 12
_MOST_SD_NS = 3 * NS_PER_MS


def click_latency(delays: NDArray[np.float64], rate_hz: int) -> Outcome:
    """How much later than it says the click sounds, the input's own latency included.

    Parameters
    ----------
    delays
        Of `onsets.click_delays`, in frames.
    """
    return _constant(
        delays,
        rate_hz,
        "clicks were heard at the input; connect the output with the input (or bring the "
        "microphone near the speaker), and turn it up",
    )


def pad_delay(delays: NDArray[np.float64], rate_hz: int) -> Outcome:
    """How much later than its sound the kit reports a stroke, less the input's own latency.

    Parameters
    ----------
    delays
        Of `onsets.stroke_delays`, in frames.
    """
    return _constant(
        delays,
        rate_hz,
        "strokes were heard by the microphone; bring it near the pad, and strike harder",
    )


def both(click: Measured, pad: Measured) -> Measured:
    """The constant of a kit with a sound card, from its two parts."""
    return Measured(
        latency_ns=click.latency_ns + pad.latency_ns,
        spread_ns=round(float(np.hypot(click.spread_ns, pad.spread_ns))),
        sd_ns=round(float(np.hypot(click.sd_ns, pad.sd_ns))),
        count=min(click.count, pad.count),
    )


def _constant(delays: NDArray[np.float64], rate_hz: int, not_heard: str) -> Outcome:
    heard = delays[np.isfinite(delays)]
    if len(heard) < FEWEST:
        return Refused(f"Only {len(heard)} of {len(delays)} {not_heard}.")
    found = measured(np.rint(heard * NS_PER_S / rate_hz).astype(np.int64))
    if found.sd_ns > _MOST_SD_NS:
        return Refused(
            f"What was recorded scatters by {ms_from_ns(found.sd_ns):.1f} ms, so it is not what "
            "was looked for; keep the room quiet, and try again."
        )
    return found
