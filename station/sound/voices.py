"""All voices of a sound card, rendered once at its rate: one table of names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from station.sound.click_voices import CLICK_VOICES, Strength, click_voice
from station.sound.kit_voices import KIT_VOICES, kit_voice


@dataclass(frozen=True, slots=True, eq=False)
class VoiceBank:
    """Every voice's samples in one array, as the mixer reads them.

    Attributes
    ----------
    rate_hz
        Frames a second.
    samples
        All voices, one after the other, mono float32.
    first
        Where each voice begins, and the end of the last; shape (voices + 1,).
    places
        A voice's number by its name: `snare`, `click/wood/accent`.
    """

    rate_hz: int
    samples: NDArray[np.float32]
    first: NDArray[np.int64]
    places: dict[str, int]

    def click(self, name: str, strength: Strength) -> int:
        """The number of a click's voice."""
        return self.places[_click_name(name, strength)]

    def voice(self, number: int) -> NDArray[np.float32]:
        """One voice's samples."""
        return self.samples[self.first[number] : self.first[number + 1]]


@lru_cache(maxsize=4)
def voice_bank(rate_hz: int) -> VoiceBank:
    """All voices at a rate; rendered when first asked for, in some tenths of a second."""
    rendered = {
        _click_name(name, strength): click_voice(name, strength, rate_hz)
        for name in CLICK_VOICES
        for strength in Strength
    }
    rendered |= {name: kit_voice(name, rate_hz) for name in KIT_VOICES}
    lengths = [len(samples) for samples in rendered.values()]
    return VoiceBank(
        rate_hz=rate_hz,
        samples=np.concatenate(list(rendered.values())),
        first=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        places={name: number for number, name in enumerate(rendered)},
    )


def _click_name(name: str, strength: Strength) -> str:
    return f"click/{name}/{strength.name.lower()}"
