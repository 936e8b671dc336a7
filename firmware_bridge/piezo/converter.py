"""From the sensors' signals to readings.

The circuit that is assumed, as the firmware's README draws it: a capacitor in parallel with the
piezo, a resistor and a capacitor that cut off what readings could not follow, two diodes to the
rails, and a divider that holds the input at half of the supply. So a
reading rests at 2048 of 4096 and swings both ways; with `half_wave` there is no divider, it
rests at 0, and the negative half is cut off (what most sketches on the web do).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.piezo.pads import Floats
from firmware_bridge.piezo.waves import RATE_HZ

FULL_SCALE = 4096
HALF_SCALE = FULL_SCALE // 2


@dataclass(frozen=True, slots=True)
class Converter:
    """An analogue-to-digital converter with its inputs in turn.

    Attributes
    ----------
    period_us
        From one reading of a channel to its next.
    bits
        Of the converter; readings are moved up to 12.
    noise
        Standard deviation, in steps of 12 bits. An RP2040 has about 2 (8.7 effective bits at
        full swing, most of it its four wide codes), an ATmega328P with ADC clock 1 MHz about 2
        besides its coarse steps.
    wide_codes
        The RP2040's known fault: codes 512, 1536, 2560 and 3584 are about nine steps wide.
    bleed
        Part of the last channel's reading that is heard on the next one: what the sampling
        capacitor (14 pF in an ATmega328P) and a multiplexer's common pin (50 pF) carry over
        8,000 times a second, on the circuit's 11 kΩ.
    two_multiplexers
        Heads and rims come by a multiplexer each, and only what comes by the same one bleeds.
    half_wave
        The simple circuit, at rest at 0.
    """

    period_us: float = 125.0
    bits: int = 12
    noise: float = 1.5
    wide_codes: bool = True
    bleed: float = 0.0
    two_multiplexers: bool = False
    half_wave: bool = False

    @classmethod
    def pico(cls) -> Converter:
        """RP2040: 12 bits with its faults, three inputs and multiplexers."""
        return cls(bleed=0.004, two_multiplexers=True)

    @classmethod
    def uno(cls) -> Converter:
        """ATmega328P: 10 bits, one input every 21 µs."""
        return cls(period_us=126.0, bits=10, noise=1.6, wide_codes=False, bleed=0.0012)

    def read(
        self, volts: Floats, rng: np.random.Generator, heads: int | None = None
    ) -> NDArray[np.uint16]:
        """Readings, shape [readings, channels], 0 to 4095.

        Parameters
        ----------
        volts
            Shape [channels, samples] at `waves.RATE_HZ`, in steps of 12 bits from 0 V.
        heads
            How many channels, the first, are heads; None: all.
        """
        channels, n = volts.shape
        count = int((n - 1) * 1e6 / RATE_HZ / self.period_us)
        samples = np.arange(n)
        out = np.empty((count, channels))
        for channel in range(channels):
            at = self.times_us(count, channel, channels) * (RATE_HZ / 1e6)
            out[:, channel] = np.interp(at, samples, volts[channel])
        out = np.clip(out, 0.0, FULL_SCALE - 1.0)
        if self.bleed:
            first_rim = heads if self.two_multiplexers and heads is not None else channels
            for group in (slice(0, first_rim), slice(first_rim, channels)):
                out[:, group] += self.bleed * (_one_before(out[:, group]) - out[:, group])
        out += rng.normal(0.0, self.noise, out.shape)
        if self.wide_codes:
            out = _widen(out)
        step = 1 << (12 - self.bits)
        whole = np.floor(out / step + 0.5) * step
        readings: NDArray[np.uint16] = np.clip(whole, 0, FULL_SCALE - step).astype(np.uint16)
        return readings

    def times_us(self, count: int, channel: int, channels: int) -> Floats:
        """When the readings of a channel are taken."""
        return np.asarray((np.arange(count) + channel / channels) * self.period_us, np.float64)


def _one_before(sampled: Floats) -> Floats:
    """What the same multiplexer sampled just before each, shape as `sampled`."""
    before = np.concatenate((sampled[:1], sampled[:-1]))
    return np.concatenate((before[:, -1:], sampled[:, :-1]), axis=1)


_WIDE_CODE = 9.0


def _widen(volts: Floats) -> Floats:
    """Bend the line as the RP2040 does: it stands still at four codes."""
    place = (volts - 512.0) % 1024.0
    centre = volts - place
    near = np.where(place > 512.0, place - 1024.0, place)
    centre = np.where(place > 512.0, centre + 1024.0, centre)
    flat = np.abs(near) < _WIDE_CODE / 2.0
    return np.asarray(np.where(flat, centre, volts), dtype=np.float64)
