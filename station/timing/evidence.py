"""What do the hits prove? An anytime-valid t-test on batch means, as kernels.

For observations x₁ … xₙ with S = Σ(x − μ) and V = Σ(x − μ)² the process

    Eₙ(μ) = √(c/(n+c)) · [ (n+c)V / ((n+c)V − S²) ]^(n/2)

is an e-process of 'the mean is μ', whatever the variance: under it, the chance that E ever
exceeds 1/α is at most α, so one may look after every batch (Wang & Ramdas 2024, *Anytime-
valid t-tests and confidence sequences for Gaussian means with unknown variance*; Ramdas et
al. 2023, *Game-theoretic statistics and safe anytime-valid inference*).

With the running mean m and M = Σ(x − m)², d = m − μ, we have S = nd, V = M + nd², hence

    (n+c)V / ((n+c)V − S²) = 1 + n²d² / ((n+c)M + c·n·d²)

where nothing cancels.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.kernel import kernel

# Weight of the prior in observations; 1 is the unit-information choice.
C = 1.0

# So many beats of the chart in a row: how many notes are yet to be settled, and the hits so
# far, with times relative to `origin_ns`. `far_ns` is the least distance in time at which
# another batch can tell a tempo.
BATCH = np.dtype(
    [("notes_left", "i8"), ("hits", "i8"), ("offset_ns", "i8"), ("at_ns", "i8"),
     ("origin_ns", "i8"), ("far_ns", "i8"), ("end_beat", "i8"), ("whole", "i8")]
)  # fmt: skip
# One question that is asked of every batch. `before_*` is the batch that a tempo is told
# against; the interval is mean ± reach; the call is LOW, HIGH, WITHIN or OPEN.
TRIAL = np.dtype(
    [("n", "i8"), ("mean", "f8"), ("m2", "f8"),
     ("low_margin", "f8"), ("high_margin", "f8"), ("log_threshold", "f8"),
     ("by_tempo", "i8"), ("next_batch", "i8"), ("before", "i8"),
     ("reach", "f8"), ("call", "i8"), ("called_at_beat", "i8")]
)  # fmt: skip
OPEN, LOW, HIGH, WITHIN = 0, 1, 2, 3


@kernel
def observe(moments: np.void, x: float) -> None:
    """Take one more observation into a record with `n`, `mean` and `m2` (Welford)."""
    moments["n"] += 1
    step = x - moments["mean"]
    moments["mean"] += step / moments["n"]
    moments["m2"] += step * (x - moments["mean"])


@kernel
def log_e(n: int, mean: float, m2: float, mu: float) -> float:
    """log Eₙ(mu): evidence against 'the mean is mu'; 0 is none. Finite for finite input."""
    d2 = (mean - mu) ** 2
    if n < 1 or d2 == 0.0:
        return 0.5 * math.log(C / (n + C))
    # Divided by d², so that tiny and huge observations neither vanish nor overflow.
    ratio = n * n / ((n + C) * (m2 / d2) + C * n)
    return 0.5 * math.log(C / (n + C)) + 0.5 * n * math.log1p(ratio)


@kernel
def half_width(n: int, m2: float, log_threshold: float) -> float:
    """Half the width of the confidence sequence {mu : log Eₙ(mu) < log_threshold}.

    With K = ((1/α)·√((n+c)/c))^(2/n) − 1, E < 1/α is n²d² < K·((n+c)M + c·n·d²), hence
    d² < K(n+c)M / (n(n − Kc)), and no bound where n ≤ Kc. Infinite for no bound.
    """
    if n < 1:
        return math.inf
    k = math.expm1((2.0 * log_threshold + math.log((n + C) / C)) / n)
    if n <= k * C:
        return math.inf
    return math.sqrt(k * (n + C) / (n * (n - k * C))) * math.sqrt(m2)


@kernel
def _decide(trial: np.void, beat: int) -> None:
    """Call what is proven now; withdraw a call that the interval has come to exclude."""
    n = trial["n"]
    mean = trial["mean"]
    m2 = trial["m2"]
    threshold = trial["log_threshold"]
    reach = half_width(n, m2, threshold)
    trial["reach"] = reach
    call = trial["call"]
    if mean < trial["low_margin"] and log_e(n, mean, m2, trial["low_margin"]) > threshold:
        proven = LOW
    elif mean > trial["high_margin"] and log_e(n, mean, m2, trial["high_margin"]) > threshold:
        proven = HIGH
    elif mean - reach > trial["low_margin"] and mean + reach < trial["high_margin"]:
        proven = WITHIN
    elif (call == LOW and mean - reach >= trial["low_margin"]) or (
        call == HIGH and mean + reach <= trial["high_margin"]
    ):
        proven = OPEN
    else:
        proven = call
    if proven != call:
        trial["call"] = proven
        trial["called_at_beat"] = beat


@kernel
def _finish(trial: np.void, batches: NDArray[np.void], index: int) -> None:
    """Put a settled batch to the question of `trial`."""
    batch = batches[index]
    if batch["hits"] == 0 or not batch["whole"]:
        return
    mean_ns = batch["offset_ns"] / batch["hits"]
    if not trial["by_tempo"]:
        observe(trial, mean_ns)
        _decide(trial, batch["end_beat"])
        return
    if trial["before"] >= 0:
        before = batches[trial["before"]]
        passed_ns = (
            (batch["origin_ns"] - before["origin_ns"])
            + batch["at_ns"] / batch["hits"]
            - before["at_ns"] / before["hits"]
        )
        # Hits close together on either side of the border say more of jitter than of tempo.
        if passed_ns < batch["far_ns"] or passed_ns <= 0:
            return
        observe(trial, (before["offset_ns"] / before["hits"] - mean_ns) / passed_ns)
        _decide(trial, batch["end_beat"])
    trial["before"] = index


@kernel
def feed(
    settled: NDArray[np.void],
    written_ns: NDArray[np.int64],
    batch_of: NDArray[np.int64],
    batches: NDArray[np.void],
    trials: NDArray[np.void],
) -> None:
    """Take settled notes into their batches, and batches that are complete into the trial.

    Parameters
    ----------
    settled
        Of dtype `match_kernels.CONFIRMED`; rows without a note are passed over.
    written_ns, batch_of
        Of the chart's notes, shape (notes,).
    batches
        Of dtype `BATCH`, in order of time.
    trials
        Of dtype `TRIAL`, shape (1,).
    """
    trial = trials[0]
    for i in range(len(settled)):
        row = settled[i]
        note = row["chart_index"]
        if note < 0:
            continue
        batch = batches[batch_of[note]]
        batch["notes_left"] -= 1
        if row["counts"]:
            batch["hits"] += 1
            batch["offset_ns"] += row["offset_ns"]
            batch["at_ns"] += written_ns[note] - batch["origin_ns"]
    while trial["next_batch"] < len(batches) and batches[trial["next_batch"]]["notes_left"] == 0:
        _finish(trial, batches, trial["next_batch"])
        trial["next_batch"] += 1
