"""What do the hits prove? Anytime-valid evidence on means and slopes, as kernels.

A question is put to averages over a few beats, since successive hits are correlated. For
averages y₁ … yₙ of a player whose mean (or slope) is μ, with unknown variance σ² and an
inverse-gamma prior on it (ν₀ observations of mean square s₀²), the likelihood of μ is

    L(μ) ∝ |F|^(−½) · [ Q(μ) + ν₀s₀² ]^(−(n + ν₀)/2),    Q(μ) = Q − 2μS + μ²W

with S, W, Q the sums of generalised least squares. Averaged over a prior μ ~ N(0, σ²/c) it is

    N ∝ |F|^(−½) · √(c/(W + c)) · [ Q − S²/(W + c) + ν₀s₀² ]^(−(n + ν₀)/2)

and E(μ) = N / L(μ) is an e-process of 'it is μ': under it, the chance that E ever exceeds 1/α
is at most α, so one may look after every batch and stop when one likes (Wang & Ramdas 2024,
*Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance*;
Ramdas et al. 2023, *Game-theoretic statistics and safe anytime-valid inference*). Mixtures
over several noises, in N and L alike, keep that on average over their weights (for one noise
of weight w the bound is α/w), and learn which noise it is while playing. What that comes to
for players of each kind is measured: `station bench verdict`.
{μ : E(μ) < 1/α} is the interval at 1 − α. On one side of it the chance is half, by symmetry.

*Placement* is the plain case, F = 1: means over 8 beats, which are nearly independent, of a
player who stays where he is. At a small weight he is one who wanders (an AR(1) of rate .99 a
beat about the mean): that keeps the interval from promising a habit where there is a whim.

*Tempo* is the slope of the offset. What surrounds it is a local level (Harvey 1989): a level
that the timekeeper's errors push about beat by beat (Wing & Kristofferson 1973), a tempo that
wanders (an AR(1) of rate .99 a beat, the long-range part), and what batch means scatter. Such
a noise is a Kalman filter that is run over the offsets and over the time in parallel; its
innovations are what S, W, Q are summed from (de Jong 1988). Four of them compete: a player
who corrects to a click, more and less quickly; one who runs free; and one whose tempo
wanders too.

*Spread*, *limbs* and *swing* are plain means of logarithms of variances, of differences, and
of where the middle lies between its ends.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.kernel import kernel

BATCH_BEATS = 4
PLACEMENT_BATCHES = 2  # to one of placement
SPREAD_BATCHES = 4  # to one of spread
PAIRS_TOGETHER = 4  # pairs or triples to one observation

# A row a note: which batch, chord and triples it is part of, and how it was played.
# `limb` is the place in MOMENTS of its pad against `reference`, −1 for none; `first_of`,
# `middle_of`, `last_of` are places in TRIPLE, −1 for none; `swings` is 1 where there is one.
NOTE = np.dtype(
    [("written_ns", "i8"), ("offset_ns", "i8"), ("played", "i4"), ("batch", "i4"),
     ("chord_begin", "i4"), ("chord_end", "i4"), ("reference", "i4"), ("limb", "i4"),
     ("first_of", "i4"), ("middle_of", "i4"), ("last_of", "i4"), ("swings", "i4")]
)  # fmt: skip
# A beat, what lies within, and the next beat, on one pad: places of notes, and how many of them
# were played.
TRIPLE = np.dtype([("first", "i4"), ("middle", "i4"), ("last", "i4"), ("played", "i4")])
# `BATCH_BEATS` beats of the chart, with sums over the hits so far: offsets x in ms, written
# times t in beats from `origin_ns`. Batches without a note are left out; `number` counts them.
# `ends_*` is 1 in the last batch of what is put together, 2 if the chart's end cuts that short.
BATCH = np.dtype(
    [("notes_left", "i8"), ("number", "i8"), ("end_beat", "i8"), ("whole", "i4"),
     ("ends_placement", "i4"), ("ends_spread", "i4"), ("_", "i4"),
     ("origin_ns", "i8"), ("origin_beats", "f8"),
     ("n", "f8"), ("x", "f8"), ("t", "f8"), ("xx", "f8"), ("xt", "f8"), ("tt", "f8")]
)  # fmt: skip
# A question about a mean: n observations, their mean and squares (Welford), and observations
# that are not yet many enough for one: `held` of sum `sum`. `count` is how many in all.
MOMENTS = np.dtype(
    [("n", "i8"), ("mean", "f8"), ("m2", "f8"), ("held", "i8"), ("sum", "f8"), ("count", "i8")]
)
# One noise: its variances in units of σ² and its weight, then the filter. |F| is the product of
# `f` and of what has been put into `log_f`; its logarithm is taken when it is asked for.
NOISE = np.dtype(
    [("scatter", "f8"), ("clock", "f8"), ("wander", "f8"), ("log_weight", "f8"),
     ("level_y", "f8"), ("level_x", "f8"), ("tempo_y", "f8"), ("tempo_x", "f8"),
     ("p00", "f8"), ("p01", "f8"), ("p11", "f8"),
     ("s", "f8"), ("w", "f8"), ("q", "f8"), ("f", "f8"), ("log_f", "f8"),
     ("log_now", "f8")]
)  # fmt: skip
# What is called, and what it is called by: margins, the evidence that a call needs, s₀², and the
# c of two priors of the same weight (0 for no second one). `scale` is about the interval's width.
CALL = np.dtype(
    [("n", "i8"), ("low", "f8"), ("high", "f8"), ("log_call", "f8"), ("square", "f8"),
     ("wide", "f8"), ("narrow", "f8"), ("estimate", "f8"), ("scale", "f8"), ("log_n", "f8"),
     ("call", "i8"), ("called_at_beat", "i8")]
)  # fmt: skip
# Where we are: next batch, number of the batch before, and sums not yet put together.
STATE = np.dtype(
    [("next_batch", "i8"), ("before", "i8"), ("before8", "i8"), ("beat_ns", "f8"),
     ("n8", "f8"), ("x8", "f8"),
     ("n", "f8"), ("x", "f8"), ("t", "f8"), ("xx", "f8"), ("xt", "f8"), ("tt", "f8"),
     ("batches", "f8"), ("xx_within", "f8"), ("xt_within", "f8"), ("tt_within", "f8")]
)  # fmt: skip

OPEN, LOW, HIGH, WITHIN = 0, 1, 2, 3

# An interval at 95 %, and calls at 1.6 and at 2 % a side at the margin itself (one side's
# evidence is twice that of both). What is measured is less: see `station bench verdict`.
LOG_INTERVAL = math.log(20.0)
TEMPO_LOG_CALL = math.log(32.0)
PLACEMENT_LOG_CALL = math.log(25.0)
FEWEST = 4  # observations before anything is called
# Variances in units of σ² (scatter of batch means; of the clock a beat; of what wanders), and
# weights. A wanderer is rare at first sight, and found out where there is one.
TEMPO_NOISES = (
    (0.1, 1.0, 0.0, 0.6),
    (1.0, 0.1, 0.0, 0.15),
    (1.0, 0.01, 0.0, 0.2),
    (0.1, 1.0, 0.01, 0.05),
)
PLACEMENT_NOISES = (
    (1.0, 0.0, 0.0, 0.98),
    (0.7, 0.0, 0.3, 0.02),
)
_WANDER_RATE = 0.99
# Priors. σ² as of two observations: means of 8 beats scatter by 5 to 9 ms, a clock by 5 ms a
# beat. μ is looked for within a few of these, and within less: 10 to 30 ms, 1 to 2 %.
NU = 2.0
PLACEMENT_SQUARE = 60.0
TEMPO_SQUARE = 30.0
PLACEMENT_C = (0.03, 0.3)
TEMPO_C = (20.0, 0.0)
_MEAN_C = PLACEMENT_C
_BATCH_KEEPS = _WANDER_RATE**BATCH_BEATS
_BATCH_MOVES = (1.0 - _BATCH_KEEPS) / (1.0 - _WANDER_RATE)
_HALF = 0.5 * (BATCH_BEATS - 1)
_PLACEMENT_KEEPS = _BATCH_KEEPS**PLACEMENT_BATCHES
# Spread: log variances about lines of 16 beats; swing: where the middle lies between its ends.
SPREAD_CENTRE = 100.0  # ms²
SWING_CENTRE = 0.55
_FEWEST_IN_SPREAD = 6
_LEAST_VARIANCE = 1e-6  # ms²: nobody is steadier than a microsecond
_MS = 1e-6  # ms a ns
# The search for the end of an interval: least and greatest distance, and nearness of log E.
_LEAST_SCALE, _FARTHEST, _NEAR = 1e-6, 1e12, 1e-6
_NOTHING = 36.0  # a likelihood less by so many logs changes no sum of doubles
_LOG_2 = math.log(2.0)
_SMALL, _LARGE = 1e-100, 1e100
# Places in CALL, of the first noise of placement, in MOMENTS (pads against the reference from
# LIMBS on), and the s₀² of each of these.
TEMPO, PLACEMENT = 0, 1
FIRST_MEAN = len(TEMPO_NOISES)
SPREAD, SWING, LIMBS = 0, 1, 2
SQUARES = (0.2, 6e-4, 30.0)


@kernel
def observe(moments: np.void, x: float) -> None:
    """Take one more observation into a record with `n`, `mean` and `m2` (Welford)."""
    moments["n"] += 1
    step = x - moments["mean"]
    moments["mean"] += step / moments["n"]
    moments["m2"] += step * (x - moments["mean"])


@kernel
def _gather(moments: np.void, x: float) -> None:
    """Take one of several observations that count as one: they may be correlated."""
    moments["count"] += 1
    moments["held"] += 1
    moments["sum"] += x
    if moments["held"] == PAIRS_TOGETHER:
        observe(moments, moments["sum"] / PAIRS_TOGETHER)
        moments["held"] = 0
        moments["sum"] = 0.0


@kernel
def log_sum(a: float, b: float) -> float:
    """log(eᵃ + eᵇ)."""
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


@kernel
def log_mean_evidence(n: int, mean: float, m2: float, square: float) -> float:
    """log N of a mean: two priors, of the same weight. Finite for finite input."""
    power = 0.5 * (n + NU)
    total = 0.0
    for i in range(2):
        c = _MEAN_C[i]
        term = 0.5 * math.log(0.5 * 0.5 * c / (n + c)) - power * math.log(
            m2 + n * c / (n + c) * mean * mean + NU * square
        )
        total = log_sum(total, term) if i else term
    return total


@kernel
def log_e_mean(n: int, mean: float, m2: float, square: float, mu: float) -> float:
    """log E(mu): evidence against 'the mean is mu'. Finite for finite input."""
    against = 0.5 * (n + NU) * math.log(m2 + n * (mean - mu) ** 2 + NU * square)
    return log_mean_evidence(n, mean, m2, square) + against


@kernel
def half_width(n: int, mean: float, m2: float, square: float) -> float:
    """Half the width of {mu : log E(mu) < LOG_INTERVAL}, n ≥ 1: m2 + n·d² + ν₀s₀² solved for d."""
    log_n = log_mean_evidence(n, mean, m2, square)
    bound = math.exp(2.0 * (LOG_INTERVAL - log_n) / (n + NU))
    return math.sqrt(max(bound - m2 - NU * square, 0.0) / n)


@kernel
def _log_likelihood(noise: np.void, n: int, mu: float, square: float) -> float:
    """log of weight times L(mu) under one noise."""
    left = max(noise["q"] - 2.0 * mu * noise["s"] + mu * mu * noise["w"], 0.0)
    misfit = float(noise["log_now"]) + (n + NU) * math.log(left + NU * square)
    return float(noise["log_weight"]) - 0.5 * misfit


@kernel
def log_e(noises: NDArray[np.void], call: np.void, mu: float) -> float:
    """log E(mu): evidence against 'it is mu', after `weigh`. Finite for finite input."""
    best = -math.inf
    total = 0.0
    for i in range(len(noises)):
        term = _log_likelihood(noises[i], call["n"], mu, call["square"])
        if term > best:
            total = total * math.exp(best - term) + 1.0 if best > term - _NOTHING else 1.0
            best = term
        elif term > best - _NOTHING:
            total += math.exp(term - best)
    return float(call["log_n"]) - best - math.log(total)


@kernel
def weigh(noises: NDArray[np.void], call: np.void) -> None:
    """log N over all noises, and the estimate: each noise's own, by how well it explains."""
    n = call["n"]
    square = NU * call["square"]
    power = 0.5 * (n + NU)
    best = -math.inf
    total = 0.0
    weighted = 0.0
    for i in range(len(noises)):
        noise = noises[i]
        noise["log_now"] = noise["log_f"] + math.log(noise["f"])
        s = noise["s"]
        w = noise["w"]
        left = max(noise["q"] - s * s / (w + call["wide"]), 0.0) + square
        term = -0.5 * math.log((w + call["wide"]) / call["wide"]) - power * math.log(left)
        if call["narrow"] > 0.0:
            less = max(noise["q"] - s * s / (w + call["narrow"]), 0.0) + square
            other = -0.5 * math.log((w + call["narrow"]) / call["narrow"])
            term = log_sum(term, other - power * math.log(less)) - _LOG_2
        term += noise["log_weight"] - 0.5 * noise["log_now"]
        if term > best:
            shrink = math.exp(best - term) if best > term - _NOTHING else 0.0
            total = total * shrink + 1.0
            weighted = weighted * shrink + s / w
            best = term
            call["scale"] = math.sqrt(left / (w * (n + NU)))
        elif term > best - _NOTHING:
            weight = math.exp(term - best)
            total += weight
            weighted += weight * s / w
    call["log_n"] = best + math.log(total)
    call["estimate"] = weighted / total


@kernel
def _bound(noises: NDArray[np.void], call: np.void, side: float) -> float:
    """Where E reaches 20 on one side (±1) of the estimate; infinite for nowhere.

    By the Illinois variant of the false position (Dowell & Jarratt 1971).
    """
    if call["n"] < 1:
        return side * math.inf
    estimate = float(call["estimate"])
    scale = float(call["scale"])
    inner = 0.0
    inner_e = log_e(noises, call, estimate) - LOG_INTERVAL
    outer = side * 3.0 * max(scale, _LEAST_SCALE)
    outer_e = log_e(noises, call, estimate + outer) - LOG_INTERVAL
    while outer_e < 0.0:
        inner = outer
        inner_e = outer_e
        outer *= 2.0
        if abs(outer) > _FARTHEST:
            return side * math.inf
        outer_e = log_e(noises, call, estimate + outer) - LOG_INTERVAL
    for _ in range(60):
        middle = (inner * outer_e - outer * inner_e) / (outer_e - inner_e)
        middle_e = log_e(noises, call, estimate + middle) - LOG_INTERVAL
        if abs(middle_e) < _NEAR:
            return estimate + middle
        if middle_e > 0.0:
            outer = middle
            outer_e = middle_e
            inner_e *= 0.5
        else:
            inner = middle
            inner_e = middle_e
            outer_e *= 0.5
    return estimate + outer


@kernel
def _proven(noises: NDArray[np.void], call: np.void) -> int:
    """What is proven now, after `weigh`; the call that was made where nothing speaks against it."""
    estimate = float(call["estimate"])
    said = int(call["call"])
    if said == WITHIN and not call["low"] <= estimate <= call["high"]:
        said = OPEN
    if estimate < call["low"]:
        if log_e(noises, call, call["low"]) > call["log_call"]:
            return LOW
        against = said == HIGH and log_e(noises, call, call["high"]) > LOG_INTERVAL
        return OPEN if against else said
    if estimate > call["high"]:
        if log_e(noises, call, call["high"]) > call["log_call"]:
            return HIGH
        against = said == LOW and log_e(noises, call, call["low"]) > LOG_INTERVAL
        return OPEN if against else said
    above = log_e(noises, call, call["low"]) > LOG_INTERVAL
    below = log_e(noises, call, call["high"]) > LOG_INTERVAL
    if above and below:
        return WITHIN
    return OPEN if (said == LOW and above) or (said == HIGH and below) else said


@kernel
def _decide(noises: NDArray[np.void], call: np.void, beat: int) -> None:
    """Call what is proven now; withdraw a call that the interval has come to exclude."""
    weigh(noises, call)
    if call["n"] < FEWEST:
        return
    proven = _proven(noises, call)
    if proven != call["call"]:
        call["call"] = proven
        call["called_at_beat"] = beat


@kernel
def _stretch(noise: np.void, f: float) -> None:
    """Multiply |F| by the variance of one more innovation."""
    product = noise["f"] * f
    if not _SMALL < product < _LARGE:
        noise["log_f"] += math.log(product)
        product = 1.0
    noise["f"] = product


@kernel
def filter_slope(noise: np.void, y: float, x: float, batches: int, first: bool) -> None:
    """One batch through the filter of one noise.

    Parameters
    ----------
    noise
        Of dtype `NOISE`.
    y, x
        Mean gain (ms) and mean written time (beats) of the batch's hits.
    batches
        How many batches after the one before; more than 1 where batches had no hit.
    first
        Whether this is the first: it only says where the level is.
    """
    clock = noise["clock"]
    wander = noise["wander"]
    # The mean of a walk of BATCH_BEATS steps about its start, and its correlation with the end.
    own = noise["scatter"] + clock * (BATCH_BEATS - 1) * (2 * BATCH_BEATS - 1) / (6.0 * BATCH_BEATS)
    shared = clock * _HALF
    if first:
        noise["level_y"] = y
        noise["level_x"] = x
        ahead = _BATCH_MOVES - _HALF
        noise["p00"] = wander * ahead * ahead + clock * BATCH_BEATS + own - 2.0 * shared
        noise["p01"] = _BATCH_KEEPS * wander * ahead
        noise["p11"] = wander
        return
    p00 = noise["p00"]
    p01 = noise["p01"]
    p11 = noise["p11"]
    if batches > 1:  # it has been predicted for the next batch only
        keeps = _BATCH_KEEPS ** (batches - 1)
        moves = (1.0 - keeps) / (1.0 - _WANDER_RATE)
        noise["level_y"] += moves * noise["tempo_y"]
        noise["level_x"] += moves * noise["tempo_x"]
        noise["tempo_y"] *= keeps
        noise["tempo_x"] *= keeps
        p00 += 2.0 * moves * p01 + moves * moves * p11 + clock * BATCH_BEATS * (batches - 1)
        p01 = keeps * (p01 + moves * p11)
        p11 = keeps * keeps * p11 + wander * (1.0 - keeps * keeps)
    a0 = p00 + _HALF * p01
    a1 = p01 + _HALF * p11
    f = a0 + _HALF * a1 + own
    error_y = y - noise["level_y"] - _HALF * noise["tempo_y"]
    error_x = x - noise["level_x"] - _HALF * noise["tempo_x"]
    noise["s"] += error_x * error_y / f
    noise["w"] += error_x * error_x / f
    noise["q"] += error_y * error_y / f
    _stretch(noise, f)
    k0 = (a0 + _BATCH_MOVES * a1 + shared) / f
    k1 = _BATCH_KEEPS * a1 / f
    noise["level_y"] += _BATCH_MOVES * noise["tempo_y"] + k0 * error_y
    noise["level_x"] += _BATCH_MOVES * noise["tempo_x"] + k0 * error_x
    noise["tempo_y"] = _BATCH_KEEPS * noise["tempo_y"] + k1 * error_y
    noise["tempo_x"] = _BATCH_KEEPS * noise["tempo_x"] + k1 * error_x
    noise["p00"] = (
        p00
        + 2.0 * _BATCH_MOVES * p01
        + _BATCH_MOVES * _BATCH_MOVES * p11
        + clock * BATCH_BEATS
        - k0 * k0 * f
    )
    noise["p01"] = _BATCH_KEEPS * (p01 + _BATCH_MOVES * p11) - k0 * k1 * f
    noise["p11"] = (
        _BATCH_KEEPS * _BATCH_KEEPS * p11
        + wander * (1.0 - _BATCH_KEEPS * _BATCH_KEEPS)
        - k1 * k1 * f
    )


@kernel
def _ask_tempo(batch: np.void, state: np.void, noises: NDArray[np.void], call: np.void) -> None:
    """Put a settled batch with hits to the question of the tempo."""
    first = state["before"] < 0
    steps = batch["number"] - state["before"]
    state["before"] = batch["number"]
    y = -batch["x"] / batch["n"]
    x = batch["origin_beats"] + batch["t"] / batch["n"]
    for i in range(len(noises)):
        filter_slope(noises[i], y, x, steps, first)
    if first or noises[0]["w"] == 0.0:
        return
    call["n"] += 1
    if batch["ends_placement"]:  # every other batch: to ask costs more than to listen
        _decide(noises, call, batch["end_beat"])


@kernel
def filter_mean(noise: np.void, y: float, batches: int) -> None:
    """One observation of the mean through the filter of one noise, `batches` after the last.

    With `wander`, an AR(1) of that variance surrounds the mean; at first it is stationary.
    """
    wander = noise["wander"]
    keeps = _PLACEMENT_KEEPS**batches
    noise["level_y"] *= keeps
    noise["level_x"] *= keeps
    p = keeps * keeps * noise["p00"] + wander * (1.0 - keeps * keeps)
    f = p + noise["scatter"]
    error_y = y - noise["level_y"]
    error_x = 1.0 - noise["level_x"]
    noise["s"] += error_x * error_y / f
    noise["w"] += error_x * error_x / f
    noise["q"] += error_y * error_y / f
    _stretch(noise, f)
    noise["level_y"] += p / f * error_y
    noise["level_x"] += p / f * error_x
    noise["p00"] = p * noise["scatter"] / f


@kernel
def _ask_placement(batch: np.void, state: np.void, noises: NDArray[np.void], call: np.void) -> None:
    """Add a settled batch, and put what is together to the question of placement."""
    state["n8"] += batch["n"]
    state["x8"] += batch["x"]
    if not batch["ends_placement"]:
        return
    if batch["ends_placement"] == 1 and state["n8"] > 0.0:
        place = batch["number"] // PLACEMENT_BATCHES
        for i in range(len(noises)):
            filter_mean(noises[i], state["x8"] / state["n8"], place - state["before8"])
        state["before8"] = place
        call["n"] += 1
        _decide(noises, call, batch["end_beat"])
    state["n8"] = 0.0
    state["x8"] = 0.0


@kernel
def _ask_spread(batch: np.void, state: np.void, moments: np.void) -> None:
    """Add a settled batch, and take the variance about the line through what is together.

    A line takes more from correlated hits than two degrees of freedom. How much more is seen
    from the means of the batches about it: they stand for what it has taken from them.
    """
    n = batch["n"]
    if n > 0.0:
        state["batches"] += 1.0
        state["n"] += n
        state["x"] += batch["x"]
        state["t"] += batch["t"]
        state["xx"] += batch["xx"]
        state["xt"] += batch["xt"]
        state["tt"] += batch["tt"]
        state["xx_within"] += batch["xx"] - batch["x"] * batch["x"] / n
        state["xt_within"] += batch["xt"] - batch["x"] * batch["t"] / n
        state["tt_within"] += batch["tt"] - batch["t"] * batch["t"] / n
    if not batch["ends_spread"]:
        return
    n = state["n"]
    count = state["batches"]
    along = state["tt"] - state["t"] * state["t"] / n if n > 0.0 else 0.0
    if batch["ends_spread"] == 1 and n >= _FEWEST_IN_SPREAD and count > 2.0 and along > 0.0:
        across = state["xt"] - state["x"] * state["t"] / n
        slope = across / along
        left = state["xx"] - state["x"] * state["x"] / n - slope * across
        within = (
            state["xx_within"]
            - 2.0 * slope * state["xt_within"]
            + slope * slope * state["tt_within"]
        )
        between = max(left - within, 0.0)
        variance = (max(within, 0.0) + between * count / (count - 2.0)) / n
        observe(moments, math.log(max(variance, _LEAST_VARIANCE) / SPREAD_CENTRE))
    state["batches"] = 0.0
    state["n"] = 0.0
    state["x"] = 0.0
    state["t"] = 0.0
    state["xx"] = 0.0
    state["xt"] = 0.0
    state["tt"] = 0.0
    state["xx_within"] = 0.0
    state["xt_within"] = 0.0
    state["tt_within"] = 0.0


@kernel
def _ask_swing(triple: np.void, notes: NDArray[np.void], moments: np.void) -> None:
    """Where a triple's middle lies between its ends, now that all three were played."""
    first = notes[triple["first"]]
    middle = notes[triple["middle"]]
    last = notes[triple["last"]]
    begin = first["written_ns"] + first["offset_ns"]
    whole = last["written_ns"] + last["offset_ns"] - begin
    part = middle["written_ns"] + middle["offset_ns"] - begin
    if 0 < part < whole:
        _gather(moments, part / whole - SWING_CENTRE)


@kernel
def _ask(
    batches: NDArray[np.void],
    state: np.void,
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
) -> None:
    """Put every batch that is complete, in order, to the questions."""
    while state["next_batch"] < len(batches) and batches[state["next_batch"]]["notes_left"] == 0:
        batch = batches[state["next_batch"]]
        if batch["whole"] and batch["n"] > 0.0:
            _ask_tempo(batch, state, noises[:FIRST_MEAN], calls[TEMPO])
        _ask_placement(batch, state, noises[FIRST_MEAN:], calls[PLACEMENT])
        _ask_spread(batch, state, moments[SPREAD])
        state["next_batch"] += 1


@kernel
def feed(
    settled: NDArray[np.void],
    notes: NDArray[np.void],
    triples: NDArray[np.void],
    batches: NDArray[np.void],
    states: NDArray[np.void],
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
) -> None:
    """Take settled notes in, and put every batch that is complete to the questions.

    Parameters
    ----------
    settled
        Of dtype `beam.CONFIRMED`; rows without a note are passed over.
    notes, triples, batches
        Of the chart; of dtypes `NOTE`, `TRIPLE` and `BATCH`, batches in order of time.
    states
        Of dtype `STATE`, shape (1,).
    moments
        Of dtype `MOMENTS`: at the places `SPREAD`, `SWING`, and from `LIMBS` on.
    noises
        Of dtype `NOISE`: those of the tempo, and from `FIRST_MEAN` on of placement.
    calls
        Of dtype `CALL`: at the places `TEMPO` and `PLACEMENT`.
    """
    state = states[0]
    beats_a_ns = 1.0 / state["beat_ns"]
    for i in range(len(settled)):
        row = settled[i]
        index = row["chart_index"]
        if index < 0:
            continue
        note = notes[index]
        batch = batches[note["batch"]]
        batch["notes_left"] -= 1
        if not row["counts"]:
            continue
        note["played"] = 1
        note["offset_ns"] = row["offset_ns"]
        x = row["offset_ns"] * _MS
        t = (note["written_ns"] - batch["origin_ns"]) * beats_a_ns
        batch["n"] += 1.0
        batch["x"] += x
        batch["t"] += t
        batch["xx"] += x * x
        batch["xt"] += x * t
        batch["tt"] += t * t
        # Here and not in kernels of their own: a call costs more than what there is to do.
        reference = note["reference"]
        if reference == index:
            for j in range(note["chord_begin"], note["chord_end"]):
                other = notes[j]
                if other["limb"] >= 0 and other["played"]:
                    late_ns = other["offset_ns"] - note["offset_ns"]
                    _gather(moments[other["limb"]], late_ns * _MS)
        elif reference >= 0 and note["limb"] >= 0 and notes[reference]["played"]:
            late_ns = note["offset_ns"] - notes[reference]["offset_ns"]
            _gather(moments[note["limb"]], late_ns * _MS)
        if note["swings"]:
            for place in (note["first_of"], note["middle_of"], note["last_of"]):
                if place >= 0:
                    triples[place]["played"] += 1
                    if triples[place]["played"] == 3:
                        _ask_swing(triples[place], notes, moments[SWING])
    _ask(batches, state, moments, noises, calls)


@kernel
def intervals(
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
    out: NDArray[np.float64],
) -> None:
    """All intervals at 95 %: of `calls`, then of `moments`.

    Parameters
    ----------
    out
        Filled in with low and high; shape (calls + moments, 2); infinite where there is none.
    """
    for i in range(2):
        mine = noises[:FIRST_MEAN] if i == TEMPO else noises[FIRST_MEAN:]
        if calls[i]["n"] > 0:
            weigh(mine, calls[i])
        out[i, 0] = _bound(mine, calls[i], -1.0)
        out[i, 1] = _bound(mine, calls[i], 1.0)
    for i in range(len(moments)):
        m = moments[i]
        reach = math.inf
        if m["n"] > 0:
            reach = half_width(m["n"], m["mean"], m["m2"], SQUARES[min(i, LIMBS)])
        out[2 + i, 0] = m["mean"] - reach
        out[2 + i, 1] = m["mean"] + reach
