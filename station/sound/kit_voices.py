"""How our own kit sounds, for pads that have no module: synthesised, nothing is shipped."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from station.model import Pad, Zone
from station.sound.synthesis import Wave, band, fade_out, noise, partials, seconds, sweep, to_voice

# The ratios of a cymbal's strongest modes; a round plate's are near these, and never harmonic.
_PLATE = (1.0, 1.34, 1.58, 1.89, 2.17, 2.63, 3.08, 3.71, 4.36, 5.2)


def kit_voice(name: str, rate_hz: int) -> NDArray[np.float32]:
    """One stroke at its loudest.

    Parameters
    ----------
    name
        One of `KIT_VOICES`.

    Returns
    -------
    NDArray
        Mono, within ±1, shape (frames,).
    """
    make, peak = KIT_VOICES[name]
    return to_voice(fade_out(make(rate_hz), rate_hz, 0.010), peak)


def voice_of(pad: Pad, zone: Zone) -> str:
    """Which voice a place of the kit has; a tom's where nothing better is known."""
    return _PLACES.get((pad, zone)) or _PADS.get(pad, "tom-2")


def choke_group(pad: Pad) -> int:
    """Pads of one group cut each other off: the two parts of the hi-hat, and each cymbal.

    Returns
    -------
    int
        0 for pads that ring on.
    """
    return _GROUPS.get(pad, 0)


def cuts_off(pad: Pad, zone: Zone) -> bool:
    """Whether this stroke ends what still rings of its group: a hi-hat that is closed."""
    return pad is Pad.HI_HAT_PEDAL or (pad is Pad.HI_HAT and zone is not Zone.OPEN)


def _kick(rate_hz: int) -> Wave:
    t = seconds(0.32, rate_hz)
    beater = partials(t, [(2600, 0.25, 0.003), (900, 0.3, 0.006)])
    return sweep(t, 180, 48, 0.025) * np.exp(-t / 0.09) + beater


def _snare(rate_hz: int) -> Wave:
    t = seconds(0.28, rate_hz)
    wires = band(noise(len(t), 11), 1200, 11000, rate_hz) * np.exp(-t / 0.055)
    skin = partials(t, [(186, 0.8, 0.07), (331, 0.5, 0.04), (520, 0.2, 0.02)])
    return skin + 1.1 * wires


def _rim_shot(rate_hz: int) -> Wave:
    t = seconds(0.28, rate_hz)
    return _snare(rate_hz) * 0.8 + partials(t, [(510, 0.8, 0.05), (1180, 0.6, 0.03)])


def _cross_stick(rate_hz: int) -> Wave:
    t = seconds(0.10, rate_hz)
    wood = partials(t, [(1650, 1.0, 0.010), (2480, 0.5, 0.006), (420, 0.5, 0.018)])
    return wood + 0.4 * noise(len(t), 12) * np.exp(-t / 0.002)


def _tom(hz: float) -> Callable[[int], Wave]:
    def make(rate_hz: int) -> Wave:
        t = seconds(0.5, rate_hz)
        stick = 0.25 * band(noise(len(t), 13), 800, 5000, rate_hz) * np.exp(-t / 0.012)
        skin = sweep(t, hz * 1.35, hz, 0.04) * np.exp(-t / 0.13)
        return skin + 0.3 * partials(t, [(hz * 1.59, 1.0, 0.06)]) + stick

    return make


def _cymbal(
    length_s: float, base_hz: float, ring: float, hiss: float, fall_s: float
) -> Callable[[int], Wave]:
    """A plate: inharmonic modes, and hiss above them that dies sooner."""

    def make(rate_hz: int) -> Wave:
        t = seconds(length_s, rate_hz)
        modes = [(base_hz * ratio, 1 / (1 + i), fall_s) for i, ratio in enumerate(_PLATE)]
        air = band(noise(len(t), 14), 3500, 16000, rate_hz) * np.exp(-t / (fall_s * 0.6))
        stick = 0.3 * noise(len(t), 15) * np.exp(-t / 0.0015)
        return ring * partials(t, modes) + hiss * air + stick

    return make


def _bell(rate_hz: int) -> Wave:
    t = seconds(1.2, rate_hz)
    rows = [(1240, 1.0, 0.30), (2480, 0.5, 0.2), (3260, 0.45, 0.25), (5130, 0.25, 0.12)]
    return partials(t, rows)


def _cowbell(rate_hz: int) -> Wave:
    t = seconds(0.25, rate_hz)
    return partials(t, [(562, 1.0, 0.06), (845, 0.9, 0.05), (1686, 0.4, 0.03), (2535, 0.3, 0.02)])


def _tambourine(rate_hz: int) -> Wave:
    t = seconds(0.22, rate_hz)
    return band(noise(len(t), 16), 5000, 16000, rate_hz) * np.exp(-t / 0.05)


# Each voice, and how loud its hardest stroke is beside the others.
KIT_VOICES: dict[str, tuple[Callable[[int], Wave], float]] = {
    "kick": (_kick, 0.9),
    "snare": (_snare, 0.75),
    "rim": (_rim_shot, 0.8),
    "cross-stick": (_cross_stick, 0.6),
    "tom-1": (_tom(165), 0.7),
    "tom-2": (_tom(130), 0.7),
    "tom-3": (_tom(98), 0.75),
    "tom-4": (_tom(78), 0.8),
    "hat-closed": (_cymbal(0.09, 3150, 0.5, 1.0, 0.028), 0.4),
    "hat-half-open": (_cymbal(0.45, 3050, 0.5, 1.0, 0.12), 0.42),
    "hat-open": (_cymbal(0.9, 3000, 0.5, 1.0, 0.30), 0.45),
    "hat-foot": (_cymbal(0.07, 2800, 0.4, 0.8, 0.020), 0.3),
    "hat-splash": (_cymbal(0.6, 2900, 0.5, 0.9, 0.20), 0.35),
    "crash": (_cymbal(2.2, 1450, 0.5, 1.2, 0.75), 0.55),
    "splash": (_cymbal(0.8, 2100, 0.4, 1.2, 0.22), 0.45),
    "china": (_cymbal(1.4, 1100, 0.4, 1.5, 0.40), 0.5),
    "ride": (_cymbal(1.6, 1900, 0.6, 0.35, 0.60), 0.4),
    "bell": (_bell, 0.5),
    "cowbell": (_cowbell, 0.5),
    "tambourine": (_tambourine, 0.4),
}

_PADS: dict[Pad, str] = {
    Pad.KICK: "kick",
    Pad.SNARE: "snare",
    Pad.TOM_1: "tom-1",
    Pad.TOM_2: "tom-2",
    Pad.TOM_3: "tom-3",
    Pad.TOM_4: "tom-4",
    Pad.HI_HAT: "hat-closed",
    Pad.HI_HAT_PEDAL: "hat-foot",
    Pad.CRASH_1: "crash",
    Pad.CRASH_2: "crash",
    Pad.RIDE: "ride",
    Pad.SPLASH: "splash",
    Pad.CHINA: "china",
    Pad.COWBELL: "cowbell",
    Pad.TAMBOURINE: "tambourine",
}
_PLACES: dict[tuple[Pad, Zone], str] = {
    (Pad.SNARE, Zone.RIM): "rim",
    (Pad.SNARE, Zone.CROSS_STICK): "cross-stick",
    (Pad.TOM_1, Zone.RIM): "cross-stick",
    (Pad.TOM_2, Zone.RIM): "cross-stick",
    (Pad.TOM_3, Zone.RIM): "cross-stick",
    (Pad.TOM_4, Zone.RIM): "cross-stick",
    (Pad.HI_HAT, Zone.OPEN): "hat-open",
    (Pad.HI_HAT, Zone.HALF_OPEN): "hat-half-open",
    (Pad.HI_HAT_PEDAL, Zone.SPLASH): "hat-splash",
    (Pad.RIDE, Zone.BELL): "bell",
    (Pad.RIDE, Zone.EDGE): "crash",
    (Pad.CRASH_1, Zone.BELL): "bell",
    (Pad.CRASH_2, Zone.BELL): "bell",
}
_GROUPS: dict[Pad, int] = {
    Pad.HI_HAT: 1,
    Pad.HI_HAT_PEDAL: 1,
    Pad.CRASH_1: 2,
    Pad.CRASH_2: 3,
    Pad.RIDE: 4,
    Pad.SPLASH: 5,
    Pad.CHINA: 6,
}
