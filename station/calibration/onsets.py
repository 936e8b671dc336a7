"""Where known sounds lie in a recording, to a part of a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

# A click that went through cables is nearly itself; through a room, half of it.
_LEAST_LIKENESS = 0.4
_BEFORE_S = 0.020
# A stick on a pad: it is heard at most so long before the kit says so, or a little after.
_STROKE_BEFORE_S, _STROKE_AFTER_S = 0.080, 0.010
_FLOOR_S = 0.020
_OVER_FLOOR, _OF_PEAK = 6.0, 0.15
_LEAST_PEAK = 1e-3


def click_delays(
    samples: Samples, template: Samples, expected: NDArray[np.float64], rate_hz: int, reach_s: float
) -> NDArray[np.float64]:
    """How many frames behind its expected place each click was recorded.

    A matched filter: the place where the recording is most like the click, whichever way the
    wires are poled, and between the samples by a parabola through the three highest.

    Parameters
    ----------
    samples
        Mono, shape (frames,).
    template
        The click as it was played, at the recording's rate.
    expected
        In frames of the recording, shape (clicks,).
    reach_s
        How late it may be at most.

    Returns
    -------
    NDArray
        Shape (clicks,); not a number where no click was heard.
    """
    delays = np.full(len(expected), np.nan)
    for i, place in enumerate(expected.tolist()):
        first = max(0, round(place - _BEFORE_S * rate_hz))
        window = samples[first : round(place + reach_s * rate_hz) + len(template)]
        if len(window) < len(template) + 2:
            continue
        at = _most_alike(window.astype(np.float64), template.astype(np.float64))
        if at is not None:
            delays[i] = first + at - place
    return delays


def stroke_delays(
    samples: Samples, reported: NDArray[np.float64], rate_hz: int
) -> NDArray[np.float64]:
    """How many frames after its sound the kit reported each stroke.

    Parameters
    ----------
    samples
        Mono, shape (frames,).
    reported
        When the kit said so, in frames of the recording, shape (strokes,).

    Returns
    -------
    NDArray
        Shape (strokes,); not a number where none was heard.
    """
    delays = np.full(len(reported), np.nan)
    floor_frames = round(_FLOOR_S * rate_hz)
    for i, place in enumerate(reported.tolist()):
        first = round(place - _STROKE_BEFORE_S * rate_hz)
        if first < 0:
            continue
        window = np.abs(samples[first : round(place + _STROKE_AFTER_S * rate_hz)])
        if len(window) <= floor_frames or (peak := float(window.max())) < _LEAST_PEAK:
            continue
        floor = float(np.sqrt(np.mean(window[:floor_frames] ** 2)))
        if peak <= _OVER_FLOOR * floor:
            continue
        begins = int(np.argmax(window > max(_OVER_FLOOR * floor, _OF_PEAK * peak)))
        delays[i] = place - (first + begins)
    return delays


def _most_alike(window: NDArray[np.float64], template: NDArray[np.float64]) -> float | None:
    size = 1 << (len(window) + len(template)).bit_length()
    spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(template, size))
    alike = np.fft.irfft(spectrum, size)[: len(window) - len(template) + 1]
    best = int(np.argmax(np.abs(alike)))
    heard = window[best : best + len(template)]
    loud = float(np.sqrt(np.sum(heard * heard) * np.sum(template * template)))
    if loud < 1e-9 or abs(alike[best]) / loud < _LEAST_LIKENESS:
        return None
    if not 0 < best < len(alike) - 1:
        return float(best)
    left, middle, right = np.abs(alike[best - 1 : best + 2])
    bend = left - 2 * middle + right
    return best + float(0.5 * (left - right) / bend) if bend else float(best)
