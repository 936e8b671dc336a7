"""Pads side by side on one stand, played: strikes in, readings and truth out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.piezo.converter import HALF_SCALE, Converter
from firmware_bridge.piezo.pads import Floats, Pad, PadKind
from firmware_bridge.piezo.strikes import FULL_VELOCITY, Strike, amplitude_of
from firmware_bridge.piezo.waves import RATE_HZ, Touches, rack, ring, through_circuit

# Where a pad is struck when it is set up.
_USUAL_POSITION = 0.3
_HIGH_PASS_HZ = 25.0
_LOW_PASS_HZ = 2_500.0
_CALIBRATION_S = 0.08


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
    """Pads on a stand, one converter input each.

    Attributes
    ----------
    pads
        Pad n is on channel n.
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
    """

    pads: tuple[Pad, ...]
    seed: int
    converter: Converter = field(default_factory=Converter.pico)
    coupling_db: tuple[float, float] | None = (-22.0, -36.0)
    hum: float = 1.5
    mains_hz: float = 50.0

    def play(self, strikes: Sequence[Strike], seconds: float, seed: int = 0) -> Recording:
        """Play these strikes.

        Parameters
        ----------
        strikes
            In any order.
        seconds
            Length of the recording.
        seed
            Another one, another evening: noise, and how the modes are met.
        """
        rng = np.random.default_rng([self.seed, seed, 1])
        played = tuple(sorted(strikes))
        return Recording(
            self.converter.read(self.volts(played, seconds, rng), rng),
            self.converter.period_us,
            played,
        )

    def volts(
        self, strikes: Sequence[Strike], seconds: float, rng: np.random.Generator
    ) -> Floats:
        """What lies at the inputs: shape [pads, samples] at `RATE_HZ`, in steps of 12 bits."""
        n = int(seconds * RATE_HZ)
        heard, shaken = [], []
        for index, pad in enumerate(self.pads):
            own = [s for s in strikes if s.pad == index]
            signal, pressed = ring(pad, _touches(pad, own, rng), n)
            usual, hardest = _usual(pad)
            heard.append(through_circuit(signal, _HIGH_PASS_HZ, _LOW_PASS_HZ) / usual)
            shaken.append((pressed, hardest))
        volts = np.stack(heard)
        if self.coupling_db is not None:
            volts += self._echoes(shaken, n)
        volts *= HALF_SCALE * np.array([[pad.sensitivity] for pad in self.pads])
        volts += _hum(self.mains_hz, n, rng, len(self.pads)) * self.hum
        return volts if self.converter.half_wave else volts + HALF_SCALE

    def _echoes(self, shaken: list[tuple[Floats, Floats]], n: int) -> Floats:
        """What the stand carries from every pad to every other, late and dull."""
        rng = np.random.default_rng([self.seed, 2])
        assert self.coupling_db is not None
        out = np.zeros((len(self.pads), n))
        for source, (pressed, hardest) in enumerate(shaken):
            for target in range(len(self.pads)):
                db = rng.uniform(*sorted(self.coupling_db))
                late = int(rng.uniform(0.6e-3, 3.5e-3) * RATE_HZ)
                hz = rng.uniform(60.0, 130.0)
                if target == source:
                    continue
                wave = rack(pressed, hz)
                part = 10.0 ** (db / 20.0) / np.max(np.abs(rack(hardest, hz)))
                out[target, late:] += part * wave[: n - late]
        return out


def _touches(pad: Pad, strikes: Sequence[Strike], rng: np.random.Generator | None) -> Touches:
    """The forces of these strikes on one pad; without chance, the mean strike's."""
    count, modes = len(strikes), len(pad.mode_hz)
    amplitude = np.array([amplitude_of(s.velocity) for s in strikes])
    position = np.array([s.position for s in strikes])
    # Velocity 64 is the strength at which `contact_us` was said.
    length_us = pad.contact_us * (amplitude / amplitude_of(64.0)) ** -pad.hardening
    onset_us = np.array([s.onset_us for s in strikes]) + pad.travel_us * position
    edge = 1.0 + (pad.mode_edge - 1.0) * np.clip(position, 0.0, 1.0)[:, None]
    met = np.ones((count, modes))
    if rng is not None:
        met += pad.unsteady * rng.standard_normal((count, modes))
    # Under the sensor the stick is heard most directly.
    direct = pad.direct * (1.0 - 0.6 * position)
    weight = pad.mode_weight * edge * met
    if pad.kind is PadKind.KICK:
        direct = np.full(count, pad.direct)
    return Touches(
        start=onset_us * (RATE_HZ / 1e6),
        length=length_us * (RATE_HZ / 1e6),
        # The same impulse, whether the touch is short or long.
        force=amplitude / (length_us / pad.contact_us),
        weight=weight.reshape(count, modes),
        direct=direct,
    )


def _usual(pad: Pad) -> tuple[float, Floats]:
    """Of the hardest strike at the usual place: its peak behind the circuit, and its force."""
    strike = Strike(1_000.0, 0, FULL_VELOCITY, _USUAL_POSITION)
    signal, pressed = ring(pad, _touches(pad, [strike], None), int(_CALIBRATION_S * RATE_HZ))
    heard = through_circuit(signal, _HIGH_PASS_HZ, _LOW_PASS_HZ)
    return float(np.max(np.abs(heard))), pressed


def _hum(hz: float, n: int, rng: np.random.Generator, channels: int) -> Floats:
    """Mains hum with its third and fifth harmonic, peak about 1; every cable another phase."""
    t = np.arange(n) / RATE_HZ
    phase = rng.uniform(0.0, 2.0 * np.pi)
    wave = np.zeros(n)
    for harmonic, part in ((1, 0.85), (3, 0.2), (5, 0.08)):
        wave += part * np.sin(2.0 * np.pi * hz * harmonic * t + harmonic * phase)
    hum: Floats = rng.uniform(0.4, 1.0, channels)[:, None] * wave
    return hum
