"""Compiling the mixer before a card is opened."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from station.sound.card import callback, play_block
from station.sound.desk import Desk
from station.sound.voices import voice_bank
from station.timing.warm import announced

_RATE_HZ = 48_000


def compile_mixer(progress: Callable[[str], None]) -> None:
    """Load or compile all that a card's thread runs.

    Parameters
    ----------
    progress
        As for `station.timing.warm.compile_kernels`.
    """
    with announced(progress):
        callback()
        desk = Desk(voice_bank(_RATE_HZ), channels=1)
        play_block(desk.where, np.zeros(8, np.float32), 8, 0.0, 0.0, 0)
