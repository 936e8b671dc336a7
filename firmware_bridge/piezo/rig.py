"""Pads side by side on one stand, played: strikes in, readings and truth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.piezo.converter import HALF_SCALE, Converter
from firmware_bridge.piezo.pads import Floats, Pad
from firmware_bridge.piezo.rims import Grab, Rim, RimKind
from firmware_bridge.piezo.strikes import Strike
from firmware_bridge.piezo.touch import heard_of, touches_of, usual_touch
from firmware_bridge.piezo.waves import RATE_HZ, Touches, rack

# What a stand carries is never quite the same: standard deviations from strike to strike.
_ECHO_DB = 1.2
_ECHO_US = 100.0


@dataclass(frozen=True, slots=True)
class Recording:
    """What a board reads.

    Attributes
    ----------
    readings
        Shape [readings, channels], 0 to 4095.
    period_us
        From one reading of a channel to its next; the channels follow each other evenly.
    strikes
        The truth, in order of time.
    """

    readings: NDArray[np.uint16]
    period_us: float
    strikes: tuple[Strike, ...]


@dataclass(frozen=True, slots=True)
class Rig:
    """Pads on a stand: pad n is on channel n, and rims are on the channels behind the pads.

    Attributes
    ----------
    pads
        What is struck.
    seed
        Of everything that differs from stand to stand and from strike to strike.
    converter
        What reads them.
    coupling_db
        The strongest and the weakest way from one pad to another: what arrives there of the
        hardest strike, against the hardest strike on that pad itself. None: no stand.
    hum
        Peak of the mains hum in steps of 12 bits.
    mains_hz
        50 or 60.
    rims
        By pad: its second zone; in order of the pads they have the channels from
        ``len(pads)`` on.
    """

    pads: tuple[Pad, ...]
    seed: int
    converter: Converter = field(default_factory=Converter.pico)
    coupling_db: tuple[float, float] | None = (-22.0, -36.0)
    hum: float = 1.5
    mains_hz: float = 50.0
    rims: dict[int, Rim] = field(default_factory=dict)

    def rim_channel(self, pad: int) -> int:
        """The channel of this pad's rim."""
        return len(self.pads) + sorted(self.rims).index(pad)

    def play(
        self,
        strikes: Sequence[Strike],
        seconds: float,
        seed: int = 0,
        grabs: Sequence[Grab] = (),
    ) -> Recording:
        """Play these strikes.

        Parameters
        ----------
        strikes
            In any order.
        seconds
            Length of the recording.
        seed
            Another one, another evening: noise, and how the modes are met.
        grabs
            Cymbals held by a hand.
        """
        rng = np.random.default_rng([self.seed, seed, 1])
        played = tuple(sorted(strikes))
        volts = self._volts(played, int(seconds * RATE_HZ), grabs, rng)
        readings = self.converter.read(volts, rng, heads=len(self.pads))
        return Recording(readings, self.converter.period_us, played)

    def _volts(
        self, strikes: Sequence[Strike], n: int, grabs: Sequence[Grab], rng: np.random.Generator
    ) -> Floats:
        """What lies at the inputs: shape [channels, samples], in steps of 12 bits from 0 V."""
        heard, touches = [], []
        for index, pad in enumerate(self.pads):
            own = [s for s in strikes if s.pad == index and s.zone == 0]
            touches.append(touches_of(pad, own, rng))
            heard.append(heard_of(pad, touches[-1], n))
        if self.coupling_db is not None:
            for index, echo in enumerate(self._echoes(touches, n, rng)):
                heard[index] += echo
        rest = 0.0 if self.converter.half_wave else float(HALF_SCALE)
        switches = []
        for index in sorted(self.rims):
            rim = self.rims[index]
            struck = [s for s in strikes if s.pad == index and s.zone > 0]
            rim_touches = touches_of(rim.pad, struck, rng)
            from_rim = heard_of(rim.pad, rim_touches, n)
            if rim.kind is RimKind.PIEZO:
                heard.append(from_rim + rim.from_head * heard[index])
            else:
                held = [grab for grab in grabs if grab.pad == index]
                switches.append((len(heard), rim.contact(struck, held, n, rng)))
                heard.append(np.zeros(n))
            heard[index] = heard[index] + rim.to_head * from_rim
        volts = np.stack(heard)
        owners = [*self.pads, *(self.rims[index].pad for index in sorted(self.rims))]
        volts *= HALF_SCALE * np.array([[pad.sensitivity] for pad in owners])
        volts += _hum(self.mains_hz, n, rng, len(owners)) * self.hum + rest
        for channel, contact in switches:
            volts[channel] = contact
        return volts

    def _echoes(self, touches: Sequence[Touches], n: int, rng: np.random.Generator) -> Floats:
        """What the stand carries from every pad to every other, late and dull."""
        ways = np.random.default_rng([self.seed, 2])
        assert self.coupling_db is not None
        strongest, weakest = self.coupling_db
        out = np.zeros((len(self.pads), n))
        for source, struck in enumerate(touches):
            for target in range(len(self.pads)):
                db = ways.uniform(weakest, strongest)
                late = ways.uniform(0.6e-3, 3.5e-3) * RATE_HZ
                hz = ways.uniform(60.0, 130.0)
                if target == source or not len(struck.start):
                    continue
                hardest = usual_touch(self.pads[source])
                peak = np.max(np.abs(rack(hardest, hz, RATE_HZ // 20)))
                count = len(struck.start)
                carried = Touches(
                    struck.start + late + rng.normal(0.0, _ECHO_US * RATE_HZ / 1e6, count),
                    struck.length,
                    struck.force * 10.0 ** (rng.normal(db, _ECHO_DB, count) / 20.0) / peak,
                    struck.weight,
                    struck.direct,
                )
                out[target] += rack(carried, hz, n)
        return out


def _hum(hz: float, n: int, rng: np.random.Generator, channels: int) -> Floats:
    """Mains hum with its third and fifth harmonic, peak about 1; every cable another strength."""
    t = np.arange(n) / RATE_HZ
    phase = rng.uniform(0.0, 2.0 * np.pi)
    wave = np.zeros(n)
    for harmonic, part in ((1, 0.85), (3, 0.2), (5, 0.08)):
        wave += part * np.sin(2.0 * np.pi * hz * harmonic * t + harmonic * phase)
    hum: Floats = rng.uniform(0.4, 1.0, channels)[:, None] * wave
    return hum
