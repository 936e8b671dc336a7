"""The raw signal of a pad, as a converter would read it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from random import Random

from firmware_bridge.messages import ScopeData
from firmware_bridge.simboard.clock import SimClock
from firmware_bridge.simboard.pads import FULL, Heard
from station.units import NS_PER_MS, NS_PER_S

_PERIOD_NS = 125_000
_SAMPLES = 100
_MIDDLE = 2048
_RINGS_HZ = 180.0
_DECAY_S = 0.02
_HEARD_FOR_NS = 200 * NS_PER_MS


class Scope:
    """One pad watched: 8,000 samples a second of 12 bits, a hundred a message.

    Parameters
    ----------
    pad
        Which.
    now_ns
        True time of the first sample.
    random
        For the noise.
    """

    def __init__(self, pad: int, now_ns: int, random: Random) -> None:
        self._pad = pad
        self._from_ns = now_ns
        self._random = random
        self._heard: deque[Heard] = deque()

    @property
    def next_ns(self) -> int:
        """When the next piece is full."""
        return self._from_ns + _SAMPLES * _PERIOD_NS

    def heard(self, heard: Heard) -> None:
        """Something was struck."""
        if heard.pad == self._pad:
            self._heard.append(heard)

    def pieces(self, now_ns: int, clock: SimClock) -> Iterator[ScopeData]:
        """Every piece that is full by now."""
        while self.next_ns <= now_ns:
            while self._heard and self._heard[0].t_ns < self._from_ns - _HEARD_FOR_NS:
                self._heard.popleft()
            samples = tuple(self._sample(self._from_ns + i * _PERIOD_NS) for i in range(_SAMPLES))
            t_us = clock.now_us(self._from_ns) % (1 << 32)
            yield ScopeData(t_us, _PERIOD_NS, self._pad, samples)
            self._from_ns = self.next_ns

    def _sample(self, t_ns: int) -> int:
        level = _MIDDLE + self._random.gauss(0, 2)
        for heard in self._heard:
            since_s = (t_ns - heard.t_ns) / NS_PER_S
            if since_s >= 0:
                swing = math.cos(2 * math.pi * _RINGS_HZ * since_s) * math.exp(-since_s / _DECAY_S)
                level += heard.velocity / FULL * (_MIDDLE - 1) * swing
        return max(0, min(2 * _MIDDLE - 1, round(level)))
