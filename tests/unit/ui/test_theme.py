from __future__ import annotations

import itertools

import numpy as np
import pytest

from station.outcome import Outcome
from ui import theme

# Linear RGB as a person without one kind of cone sees it (Machado et al. 2009, severity 1).
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "none": np.eye(3),
}
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, blindness: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array(XYZ) @ np.clip(np.array(BLINDNESS[blindness]) @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(("text", "ground"), theme.TEXT_PAIRS)
def test_text_has_the_contrast_of_wcag_aa(text: str, ground: str) -> None:
    assert theme.contrast(text, ground) >= 4.5


def test_contrast_is_as_wcag_defines_it() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_early_late_and_in_time_differ_for_everybody(blindness: str) -> None:
    colours = [theme.OUTCOME_COLOURS[o] for o in (Outcome.EARLY, Outcome.LATE, Outcome.IN_TIME)]
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(lab(one, blindness) - lab(other, blindness)) > 25


def test_every_outcome_has_a_colour_and_a_word() -> None:
    assert set(theme.OUTCOME_COLOURS) == set(theme.OUTCOME_WORDS) == set(Outcome)
    assert len(set(theme.OUTCOME_WORDS.values())) == len(Outcome)
