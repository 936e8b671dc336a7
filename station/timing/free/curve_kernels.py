"""Kernels of the tempo curve: a Kalman filter and smoother over beats.

The state at each beat is its time and the beat's length. From beat to beat the length wanders
(long-range noise, a change of mind), the time has the noise of the player's clock, and what is
heard of a beat has the noise of the limbs (Wing & Kristofferson 1973):
T' = T + P + clock, P' = P + wander, heard = T + motor.
"""

from __future__ import annotations

import math

import numpy as np

from station.timing.free.onsets import Floats
from station.timing.kernel import kernel


@kernel
def _put(rows: Floats, i: int, t: float, p: float, tt: float, tp: float, pp: float) -> None:
    rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4] = t, p, tt, tp, pp


@kernel
def _get(rows: Floats, i: int) -> tuple[float, float, float, float, float]:
    return rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4]


@kernel
def smooth_beats(
    heard_s: Floats, first_length_s: float, wander: float, clock: float, length: Floats, sd: Floats
) -> tuple[float, float]:
    """Smooth one stretch of beats.

    Parameters
    ----------
    heard_s
        Time of each beat, NaN where nothing was heard, shape (beats,).
    first_length_s
        About how long the first beat is.
    wander, clock
        Variances of the two noises, relative to that of the limbs.
    length, sd
        Get each beat's length in s, and its standard deviation relative to that of the
        limbs; shape (beats,).

    Returns
    -------
    squares, log_determinant
        Of the innovations: the sum of squares relative to their variance, and the sum of the
        logarithms of the variances, both for limbs of variance 1.
    """
    n = len(heard_s)
    # Predicted and filtered mean and covariance (time, length): t, p, tt, tp, pp.
    ahead, kept = np.empty((n, 5)), np.empty((n, 5))
    start = 0.0
    for i in range(n):
        if not math.isnan(heard_s[i]):
            start = heard_s[i] - i * first_length_s
            break
    t, p, tt, tp, pp = start, first_length_s, 1e6, 0.0, 1e4
    squares, log_determinant = 0.0, 0.0
    seen = 0
    for i in range(n):
        if i > 0:
            t, tt, tp, pp = t + p, tt + 2 * tp + pp + clock, tp + pp, pp + wander
        _put(ahead, i, t, p, tt, tp, pp)
        if not math.isnan(heard_s[i]):
            s = tt + 1.0
            e = heard_s[i] - t
            gain_t, gain_p = tt / s, tp / s
            t, p = t + gain_t * e, p + gain_p * e
            pp -= gain_p * tp
            tp -= gain_t * tp
            tt -= gain_t * tt
            seen += 1
            if seen > 2:  # the first two only say where the stretch begins
                squares += e * e / s
                log_determinant += math.log(s)
        _put(kept, i, t, p, tt, tp, pp)
    length[n - 1], sd[n - 1] = p, math.sqrt(max(pp, 0.0))
    mean_t, mean_p, var_tt, var_tp, var_pp = t, p, tt, tp, pp
    for i in range(n - 2, -1, -1):
        t, p, tt, tp, pp = _get(kept, i)
        a_t, a_p, att, atp, app = _get(ahead, i + 1)
        det = att * app - atp * atp
        # kept covariance · transitionᵀ · ahead⁻¹
        c00, c01, c10, c11 = tt + tp, tp, tp + pp, pp
        g00 = (c00 * app - c01 * atp) / det
        g01 = (c01 * att - c00 * atp) / det
        g10 = (c10 * app - c11 * atp) / det
        g11 = (c11 * att - c10 * atp) / det
        d_t, d_p = mean_t - a_t, mean_p - a_p
        dtt, dtp, dpp = var_tt - att, var_tp - atp, var_pp - app
        mean_t, mean_p = t + g00 * d_t + g01 * d_p, p + g10 * d_t + g11 * d_p
        var_tt = tt + g00 * g00 * dtt + 2 * g00 * g01 * dtp + g01 * g01 * dpp
        var_tp = tp + g00 * g10 * dtt + (g00 * g11 + g01 * g10) * dtp + g01 * g11 * dpp
        var_pp = pp + g10 * g10 * dtt + 2 * g10 * g11 * dtp + g11 * g11 * dpp
        length[i], sd[i] = mean_p, math.sqrt(max(var_pp, 0.0))
    return squares, log_determinant
