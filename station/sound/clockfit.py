"""How a card's frames run against the host's monotonic clock: a line that follows.

Each block says when its first frame is heard; it may say so too late, never too early. So of
each twentieth of a second only the earliest is believed, and a Kalman filter over height and
slope draws the line through those. What is far above the line is a busy host and left out. But
where everything stays above it, the card itself has stood still: then the line goes there at
once, with its slope kept.

Filtering by the minimum is Paxson's ("On Calibrating Measurements of Packet Transit Times",
1998); two states for offset and skew are NTP's and everybody's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.units import NS_PER_MS, NS_PER_S, NS_PER_US

_BUCKET_NS = 50 * NS_PER_MS
_LEAST_BLOCKS = 8
# After the card stood still, the first few blocks are enough to go by.
_RELOCK_NS = 8 * NS_PER_MS
_RELOCK_BLOCKS = 3

# Cards are within 100 ppm as a rule, and 500 at their worst; a crystal wanders with its warmth.
_RATE_SIGMA = 300e-6
_WANDER_PER_ROOT_S = 0.02e-6
_OFFSET_WANDER_NS = 1.0 * NS_PER_US
# What the earliest of a bucket differ by, at least, and at most before it is called late.
_LEAST_SIGMA_NS = 8.0 * NS_PER_US
_MOST_SIGMA_NS = 150.0 * NS_PER_US
_LATE_SIGMAS = 4.0
_LATE_AT_LEAST_NS = 50.0 * NS_PER_US
_STOOD_STILL_AFTER = 6
_STEP_SIGMA_NS = 20.0 * NS_PER_MS
_STEEPEST = 2e-3


class ClockFit:
    """The line so far.

    Parameters
    ----------
    rate_hz
        Frames a second by the card's own clock.

    Attributes
    ----------
    buckets
        How many pieces of evidence the line has.
    """

    def __init__(self, rate_hz: int) -> None:
        self.buckets = 0
        self._frame_ns = NS_PER_S / rate_hz
        self._frame0 = self._host0 = 0  # a point near the line, so that the numbers stay small
        self._t = 0.0  # card time of the state, ns since frame0
        self._height = 0.0  # of the line over its nominal course, ns
        self._slope = 0.0
        self._p00, self._p01, self._p11 = _STEP_SIGMA_NS**2, 0.0, _RATE_SIGMA**2
        self._sigma_ns = 3 * _LEAST_SIGMA_NS
        self._late = 0
        self._relock = False
        self._bucket: tuple[float, float] | None = None  # the earliest: card time, height
        self._bucket_from = 0.0
        self._bucket_blocks = 0

    @property
    def rate(self) -> float:
        """The card's seconds in one of the host's, less one: 5e-5 is 50 ppm fast."""
        return -self._slope / (1 + self._slope)

    def hear(self, frames: NDArray[np.int64], host_ns: NDArray[np.int64]) -> None:
        """Blocks in order: the first frame of each and when it is heard; shapes (n,)."""
        if self._bucket is None and self.buckets == 0 and len(frames):
            self._frame0, self._host0 = int(frames[0]), int(host_ns[0])
        for frame, heard in zip(frames.tolist(), host_ns.tolist(), strict=True):
            t = (frame - self._frame0) * self._frame_ns
            self._hear_one(t, (heard - self._host0) - t)

    def stood_still(self) -> None:
        """The card says that it stumbled: its frames may have stood still against the host."""
        if self.buckets:
            self._relock = True
            self._bucket = None

    def host_ns(self, frame: int) -> int:
        """When a frame is heard, on the host's clock."""
        t = (frame - self._frame0) * self._frame_ns
        return self._host0 + round(t + self._height + (t - self._t) * self._slope)

    def frame(self, host_ns: int) -> float:
        """Which frame is heard at a moment of the host's clock."""
        since = host_ns - self._host0 - self._height + self._t * self._slope
        return self._frame0 + since / ((1 + self._slope) * self._frame_ns)

    def _hear_one(self, t: float, height: float) -> None:
        # Against the line: over a bucket, a slope of 500 ppm is more than the lateness.
        over = height - self._expected(t)
        if self._bucket is None:
            self._bucket, self._bucket_from, self._bucket_blocks = (t, height), t, 0
        elif over < self._bucket[1] - self._expected(self._bucket[0]):
            self._bucket = (t, height)
        self._bucket_blocks += 1
        long_ns, blocks = (
            (_RELOCK_NS, _RELOCK_BLOCKS) if self._relock else (_BUCKET_NS, _LEAST_BLOCKS)
        )
        if t - self._bucket_from >= long_ns and self._bucket_blocks >= blocks:
            earliest, self._bucket = self._bucket, None
            self._weigh(*earliest)

    def _expected(self, t: float) -> float:
        return self._height + (t - self._t) * self._slope

    def _weigh(self, t: float, height: float) -> None:
        """One bucket's earliest."""
        self._go_on(t)
        over = height - self._height
        limit = max(
            _LATE_AT_LEAST_NS, _LATE_SIGMAS * math.hypot(math.sqrt(self._p00), self._sigma_ns)
        )
        if self._relock:
            self._relock = False
            self._p00 += _STEP_SIGMA_NS**2
        elif over > limit:
            self._late += 1
            if self._late < _STOOD_STILL_AFTER:
                return
            self._p00 += _STEP_SIGMA_NS**2
        elif over < -limit:  # nothing is heard before its time: the line was too late
            self._p00 += over * over
        elif self.buckets:
            self._learn_scatter(over)
        self._late = 0
        self._update(over)
        self.buckets += 1

    def _learn_scatter(self, over: float) -> None:
        variance = self._sigma_ns**2
        variance += 0.05 * (over * over - variance)
        self._sigma_ns = min(_MOST_SIGMA_NS, max(_LEAST_SIGMA_NS, math.sqrt(variance)))

    def _go_on(self, t: float) -> None:
        """Predict the state at another card time."""
        dt = t - self._t
        self._height += dt * self._slope
        self._t = t
        seconds = max(0.0, dt) / NS_PER_S
        self._p00 += 2 * dt * self._p01 + dt * dt * self._p11 + _OFFSET_WANDER_NS**2 * seconds
        self._p01 += dt * self._p11
        self._p11 += _WANDER_PER_ROOT_S**2 * seconds

    def _update(self, over: float) -> None:
        total = self._p00 + self._sigma_ns**2
        k0, k1 = self._p00 / total, self._p01 / total
        self._height += k0 * over
        self._slope = min(_STEEPEST, max(-_STEEPEST, self._slope + k1 * over))
        self._p11 -= k1 * self._p01
        self._p01 *= 1 - k0
        self._p00 *= 1 - k0
