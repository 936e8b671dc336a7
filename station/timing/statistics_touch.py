"""How hard the notes were struck: accents, taps and ghost notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Mean MIDI velocities, and how well levels are told apart; None for too few notes.

    Attributes
    ----------
    accent, tap, ghost
        Mean velocity of what is written as an accent, plainly, as a ghost note.
    accent_contrast, ghost_contrast
        Accent − tap, and tap − ghost.
    accent_clear, ghost_clear
        Chance that an accent is louder than a tap, a tap louder than a ghost note (the area
        under the ROC curve; ½ is no difference at all).
    """

    accent: float | None
    tap: float | None
    ghost: float | None
    accent_contrast: float | None
    ghost_contrast: float | None
    accent_clear: float | None
    ghost_clear: float | None


def dynamics(velocity: NDArray[np.float64], written: NDArray[np.int64]) -> Dynamics | None:
    """Levels as played against levels as written.

    Parameters
    ----------
    velocity, written
        MIDI velocity of each hit and the `model.Dynamic` of its note, shape (hits,).

    Returns
    -------
    Dynamics or None
        None where the chart has one level only.
    """
    ghost, tap, accent = (velocity[written == level] for level in range(3))
    if sum(len(level) >= _FEWEST for level in (ghost, tap, accent)) < 2:
        return None
    return Dynamics(
        accent=_mean(accent),
        tap=_mean(tap),
        ghost=_mean(ghost),
        accent_contrast=_contrast(accent, tap),
        ghost_contrast=_contrast(tap, ghost),
        accent_clear=_louder(accent, tap),
        ghost_clear=_louder(tap, ghost),
    )


def _mean(level: NDArray[np.float64]) -> float | None:
    return float(level.mean()) if len(level) >= _FEWEST else None


def _contrast(loud: NDArray[np.float64], soft: NDArray[np.float64]) -> float | None:
    if min(len(loud), len(soft)) < _FEWEST:
        return None
    return float(loud.mean() - soft.mean())


def _louder(loud: NDArray[np.float64], soft: NDArray[np.float64]) -> float | None:
    """Chance that one of `loud` lies above one of `soft`, ties half (Mann & Whitney 1947)."""
    if min(len(loud), len(soft)) < _FEWEST:
        return None
    ordered = np.sort(soft)
    below = np.searchsorted(ordered, loud, side="left") + np.searchsorted(ordered, loud, "right")
    return float(below.mean() / 2 / len(soft))
