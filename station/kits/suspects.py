"""Hits that the player may not have played: double triggers and crosstalk.

Said at once, so only from what came before: of a weak and a strong hit that belong together,
the weak one is flagged when it arrives second. Were it flagged afterwards, the same hits in
other portions would have other flags. A flag is an opinion; the hit stays.
"""

from __future__ import annotations

from station.kits.profile import KIND_OF_PAD, PadKind, SuspectSettings
from station.model import PADS, Flag

_LONG_AGO_NS = -(2**62)
_DOUBLE = int(Flag.DOUBLE_TRIGGER)
_CROSSTALK = int(Flag.CROSSTALK)


class Suspects:
    """What has to be remembered of past hits, on one kit."""

    def __init__(self, settings: SuspectSettings) -> None:
        by_pad = [settings.double[KIND_OF_PAD[pad]] for pad in PADS]
        self._double_window_ns = [double.window_ns for double in by_pad]
        self._double_ratio = [double.ratio for double in by_pad]
        # The pedal is no pad that can be shaken, and is played softly with loud backbeats.
        self._shakes = [KIND_OF_PAD[pad] is not PadKind.PEDAL for pad in PADS]
        self._crosstalk = settings.crosstalk
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a gap."""
        # Of each pad, the last hit that was no double trigger.
        self._t_ns = [_LONG_AGO_NS] * len(PADS)
        self._velocity = [0] * len(PADS)
        # The strongest hit of the last few milliseconds.
        self._peak_t_ns = _LONG_AGO_NS
        self._peak_velocity = 0
        self._peak_pad = -1

    def flags(self, pad: int, t_ns: int, velocity: int) -> int:
        """What is suspicious about the next hit to arrive.

        Parameters
        ----------
        pad
            Its place in `model.PADS`.
        t_ns
            Its time, skew taken off.
        velocity
            0 to 127.

        Returns
        -------
        int
            Bits of `Flag`.
        """
        flags = 0
        since_ns = t_ns - self._t_ns[pad]
        if (
            0 <= since_ns <= self._double_window_ns[pad]
            and velocity <= self._velocity[pad] * self._double_ratio[pad]
        ):
            flags = _DOUBLE
        else:
            self._t_ns[pad] = t_ns
            self._velocity[pad] = velocity
        crosstalk = self._crosstalk
        from_peak_ns = t_ns - self._peak_t_ns
        if from_peak_ns > crosstalk.window_ns or velocity >= self._peak_velocity:
            self._peak_t_ns, self._peak_velocity, self._peak_pad = t_ns, velocity, pad
        elif (
            -crosstalk.window_ns <= from_peak_ns
            and pad != self._peak_pad
            and velocity <= crosstalk.velocity
            and velocity <= self._peak_velocity * crosstalk.ratio
            and self._shakes[pad]
        ):
            flags |= _CROSSTALK
        return flags
