"""What a click may sound like: synthesised by us, so that nothing has to be shipped.

Each voice comes in three strengths, so that an accent is heard by its pitch, too. The first
sample of each is loud: where a click begins is where it is heard.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from station.sound.synthesis import fade_out, noise, partials, seconds, to_voice

Samples = NDArray[np.float32]


class Strength(IntEnum):
    """Which of a voice's three sounds."""

    ACCENT = 0
    BEAT = 1
    SUBDIVISION = 2


# How high and how loud each strength is.
_PITCH = {Strength.ACCENT: 1.5, Strength.BEAT: 1.0, Strength.SUBDIVISION: 0.8}
_PEAK = {Strength.ACCENT: 0.9, Strength.BEAT: 0.65, Strength.SUBDIVISION: 0.35}


def click_voice(name: str, strength: Strength, rate_hz: int) -> Samples:
    """One click.

    Parameters
    ----------
    name
        One of `CLICK_VOICES`.

    Returns
    -------
    NDArray
        Mono, within ±1, shape (frames,); at most 40 ms, so that sixteenths at 330 BPM do not
        run into each other.
    """
    wave = CLICK_VOICES[name](_PITCH[strength], rate_hz)
    return to_voice(wave, _PEAK[strength])


def _wood(pitch: float, rate_hz: int) -> NDArray[np.float64]:
    t = seconds(0.035, rate_hz)
    body = partials(t, [(1150 * pitch, 1.0, 0.006), (1840 * pitch, 0.5, 0.004)])
    return fade_out(body + 0.15 * noise(len(t), 1) * np.exp(-t / 0.0006), rate_hz)


def _beep(pitch: float, rate_hz: int) -> NDArray[np.float64]:
    t = seconds(0.040, rate_hz)
    return fade_out(partials(t, [(1000 * pitch, 1.0, 0.020)]), rate_hz, 0.008)


def _cowbell(pitch: float, rate_hz: int) -> NDArray[np.float64]:
    t = seconds(0.040, rate_hz)
    # Two plates a sixth apart, and the odd overtones that make it tin.
    rows = [(562 * pitch, 1.0, 0.014), (845 * pitch, 0.9, 0.012)]
    rows += [(1686 * pitch, 0.4, 0.008), (2535 * pitch, 0.35, 0.006), (4225 * pitch, 0.2, 0.003)]
    return fade_out(partials(t, rows), rate_hz, 0.005)


def _rim(pitch: float, rate_hz: int) -> NDArray[np.float64]:
    t = seconds(0.025, rate_hz)
    body = partials(t, [(1720 * pitch, 1.0, 0.003), (480 * pitch, 0.6, 0.006)])
    return fade_out(body + 0.8 * noise(len(t), 2) * np.exp(-t / 0.0015), rate_hz)


def _tick(pitch: float, rate_hz: int) -> NDArray[np.float64]:
    t = seconds(0.012, rate_hz)
    return fade_out(
        partials(t, [(3200 * pitch, 1.0, 0.0012), (5100 * pitch, 0.5, 0.0008)]), rate_hz
    )


CLICK_VOICES: dict[str, Callable[[float, int], NDArray[np.float64]]] = {
    "wood": _wood,
    "beep": _beep,
    "cowbell": _cowbell,
    "rim": _rim,
    "tick": _tick,
}
