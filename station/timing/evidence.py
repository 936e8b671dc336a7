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

*Limbs* and *swing* are means as placement is: of differences, and of where the middle lies
between its ends, four together. One in four at first sight is a player whose limbs wander
apart and back (of real pairs' variance .07 does, at a rate of .97 a pair), so that the interval
holds for the player and not only for the take; for a steady one it narrows once he is known.

*Spread* is the SD about the player's drift: of logarithms of variances over 32 beats, the
mean. Which part of the offsets is drift is a matter of definition, and here it is what two
hits 12 beats apart still share: what is quicker counts as spread, correlated or not, and what
is slower or goes straight does not (at the correlation of real takes: .87 of the variance is
spread, the slow wander is not). What limbs differ by is in it. A free clock has
no SD about anything; what is told of it is how far it strays from where 12 beats before and
after would have it.

*What is swung*, off-beats alone between two beats, counts for the swing and for nothing else:
where they lie is a matter of the ratio that is played, and no fixed one is taken for granted.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from station.timing.following import HAND, count, followed
from station.timing.kernel import kernel

BATCH_BEATS = 4
PLACEMENT_BATCHES = 2  # to one of placement
SPREAD_BATCHES = 8  # to one of spread
SPREAD_APART = 3  # batches after which what is left of an offset is drift
PAIRS_TOGETHER = 4  # pairs or triples to one observation
SWING_ASKED = 4  # observations of the swing from one question to the next

# A row a note: which batch, chord and triples it is part of, and how it was played.
# `limb` is the place in MOMENTS of its pad against `reference`, −1 for none; `first_of`,
# `middle_of`, `last_of` are places in TRIPLE, −1 for none; `swings` is 1 where there is one.
# `between` is 1 where the player may swing it. `gaps_a_beat`: how near the pad's next note is;
# `pull`: by how much a hit says where the hand is.
NOTE = np.dtype(
    [("written_ns", "i8"), ("offset_ns", "i8"), ("played", "i4"), ("batch", "i4"),
     ("chord_begin", "i4"), ("chord_end", "i4"), ("reference", "i4"), ("limb", "i4"),
     ("first_of", "i4"), ("middle_of", "i4"), ("last_of", "i4"), ("swings", "i2"),
     ("between", "i2"), ("gaps_a_beat", "f4"), ("pull", "f4")]
)  # fmt: skip
# A beat, what lies within, and the next beat, on one pad: places of notes, and how many of them
# were played.
TRIPLE = np.dtype([("first", "i4"), ("middle", "i4"), ("last", "i4"), ("played", "i4")])
# `BATCH_BEATS` beats of the chart, with sums over the hits so far: offsets x in ms, written
# times t in beats from `origin_ns`. Batches without a note are left out; `number` counts them.
# `ends_*` is 1 in the last batch of what is put together, 2 if the chart's end cuts that short.
# `fresh` is 1 where the hand has jumped. `beat_ms` is the length of a beat here.
BATCH = np.dtype(
    [("notes_left", "i8"), ("number", "i8"), ("end_beat", "i8"), ("whole", "i4"),
     ("ends_placement", "i4"), ("ends_spread", "i4"), ("fresh", "i4"),
     ("beat_ms", "f8"), ("beats_a_ns", "f8"), ("origin_ns", "i8"), ("origin_beats", "f8"),
     ("n", "f8"), ("x", "f8"), ("t", "f8"), ("xx", "f8"), ("xt", "f8"), ("tt", "f8")]
)  # fmt: skip
# Of the spread: n observations, their mean and squares (Welford). Of swing and limbs: how many
# observations in all, `count`, and of these what is not yet many enough: `held` of sum `sum`.
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
# Where we are: next batch, number of the batch before, and sums not yet put together; and where
# the hand is (see `following`).
STATE = np.dtype(
    [("next_batch", "i8"), ("before", "i8"), ("before8", "i8"), ("beat_ns", "f8"),
     ("n8", "f8"), ("x8", "f8"), *HAND]
)  # fmt: skip

OPEN, LOW, HIGH, WITHIN = 0, 1, 2, 3

# An interval at 95 %, and calls at 1.6 and at 2 % a side at the margin itself (one side's
# evidence is twice that of both). What is measured is less: see `station bench verdict`.
LOG_INTERVAL = math.log(20.0)
TEMPO_LOG_CALL = math.log(32.0)
PLACEMENT_LOG_CALL = math.log(25.0)
SWING_LOG_CALL = math.log(25.0)
FEWEST = 4  # observations before anything is called
# Variances in units of σ² (scatter of batch means; of the clock a beat; of what wanders), and
# weights. A wanderer is rare at first sight, and found out where there is one; a limb that
# wanders is not rare, and is there before it can be found out.
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
PAIR_NOISES = (
    (1.0, 0.0, 0.0, 0.75),
    (0.75, 0.0, 0.25, 0.25),
)
_WANDER_RATE = 0.99
# Priors. σ² as of two observations: means of 8 beats scatter by 5 to 9 ms, a clock by 5 ms a
# beat. μ is looked for within a few of these, and within less: 10 to 30 ms, 1 to 2 %.
NU = 2.0
PLACEMENT_SQUARE = 60.0
TEMPO_SQUARE = 30.0
PLACEMENT_C = (0.03, 0.3)
TEMPO_C = (20.0, 0.0)
# Of four pairs, or four triples at 330 BPM.
LIMB_SQUARE = 45.0
SWING_SQUARE = 7.5e-4
PAIR_C = (0.1, 0.6)
_BATCH_KEEPS = _WANDER_RATE**BATCH_BEATS
_BATCH_MOVES = (1.0 - _BATCH_KEEPS) / (1.0 - _WANDER_RATE)
_HALF = 0.5 * (BATCH_BEATS - 1)
_PLACEMENT_KEEPS = _BATCH_KEEPS**PLACEMENT_BATCHES
# Spread: log variances over 32 beats, which scatter by what the number of hits says, .5 or less;
# swing: where the middle lies between its ends.
SPREAD_CENTRE = 100.0  # ms²
SPREAD_SQUARE = 0.2
SPREAD_NU = 8.0
SPREAD_C = (0.1, 0.6)
SWING_CENTRE = 0.55
_FEWEST_IN_SPREAD = 6
_LEAST_VARIANCE = 1e-6  # ms²: nobody is steadier than a microsecond
_MS = 1e-6  # ms a ns
# The search for the end of an interval: least and greatest distance, and nearness of log E.
_LEAST_SCALE, _FARTHEST, _NEAR = 1e-6, 1e12, 1e-6
_NOTHING = 36.0  # a likelihood less by so many logs changes no sum of doubles
_LOG_2 = math.log(2.0)
_SMALL, _LARGE = 1e-100, 1e100
# Places in MOMENTS (pads against the reference from LIMBS on); in CALL (swing and limbs follow
# from FIRST_PAIR_CALL on); and in NOISE of the first of placement, and of swing and limbs.
SPREAD, SWING, LIMBS = 0, 1, 2
TEMPO, PLACEMENT, FIRST_PAIR_CALL = 0, 1, 2
FIRST_MEAN = len(TEMPO_NOISES)
FIRST_PAIR = FIRST_MEAN + len(PLACEMENT_NOISES)


@kernel
def observe(moments: np.void, x: float) -> None:
    """Take one more observation into a record with `n`, `mean` and `m2` (Welford)."""
    moments["n"] += 1
    step = x - moments["mean"]
    moments["mean"] += step / moments["n"]
    moments["m2"] += step * (x - moments["mean"])


@kernel
def log_sum(a: float, b: float) -> float:
    """log(eᵃ + eᵇ)."""
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


@kernel
def log_mean_evidence(n: int, mean: float, m2: float, square: float) -> float:
    """log N of a mean: two priors, of the same weight. Finite for finite input."""
    power = 0.5 * (n + SPREAD_NU)
    total = 0.0
    for i in range(2):
        c = SPREAD_C[i]
        term = 0.5 * math.log(0.5 * 0.5 * c / (n + c)) - power * math.log(
            m2 + n * c / (n + c) * mean * mean + SPREAD_NU * square
        )
        total = log_sum(total, term) if i else term
    return total


@kernel
def log_e_mean(n: int, mean: float, m2: float, square: float, mu: float) -> float:
    """log E(mu): evidence against 'the mean is mu'. Finite for finite input."""
    against = 0.5 * (n + SPREAD_NU) * math.log(m2 + n * (mean - mu) ** 2 + SPREAD_NU * square)
    return log_mean_evidence(n, mean, m2, square) + against


@kernel
def half_width(n: int, mean: float, m2: float, square: float) -> float:
    """Half the width of {mu : log E(mu) < LOG_INTERVAL}, n ≥ 1: m2 + n·d² + ν₀s₀² solved for d."""
    log_n = log_mean_evidence(n, mean, m2, square)
    bound = math.exp(2.0 * (LOG_INTERVAL - log_n) / (n + SPREAD_NU))
    return math.sqrt(max(bound - m2 - SPREAD_NU * square, 0.0) / n)


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
    """What is proven now, after `weigh`, or has been while the estimate stayed on its side."""
    estimate = float(call["estimate"])
    below = estimate < call["low"]
    above = estimate > call["high"]
    where = LOW if below else (HIGH if above else WITHIN)
    if call["call"] == where:
        return where
    if below or above:
        margin = call["low"] if below else call["high"]
        proven = log_e(noises, call, margin) > call["log_call"]
    else:
        proven = (
            log_e(noises, call, call["low"]) > LOG_INTERVAL
            and log_e(noises, call, call["high"]) > LOG_INTERVAL
        )
    return where if proven else OPEN


@kernel
def _decide(noises: NDArray[np.void], call: np.void, beat: int) -> None:
    """Call what is proven now; withdraw a call that the estimate has left."""
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
        Whether this is the first, at all or after a jump: it only says where the level is.
    """
    clock = noise["clock"]
    wander = noise["wander"]
    # The mean of a walk of BATCH_BEATS steps about its start, and its correlation with the end.
    own = noise["scatter"] + clock * (BATCH_BEATS - 1) * (2 * BATCH_BEATS - 1) / (6.0 * BATCH_BEATS)
    shared = clock * _HALF
    if first:
        noise["level_y"] = y
        noise["level_x"] = x
        noise["tempo_y"] = 0.0
        noise["tempo_x"] = 0.0
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
def _hear_tempo(batch: np.void, state: np.void, noises: NDArray[np.void], call: np.void) -> None:
    """Take in what a settled batch with hits says of the tempo."""
    first = state["before"] < 0 or batch["fresh"] == 1
    steps = batch["number"] - state["before"]
    state["before"] = batch["number"]
    y = -batch["x"] / batch["n"]
    x = batch["origin_beats"] + batch["t"] / batch["n"]
    for i in range(len(noises)):
        filter_slope(noises[i], y, x, steps, first)
    if first or noises[0]["w"] == 0.0:
        return
    call["n"] += 1


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
def _ask_spread(batches: NDArray[np.void], last: int, moments: np.void) -> None:
    """Take the variance about the course of the stretch of batches that ends in row `last`.

    It is what the hits scatter about the means of their batches, the stretch's slope taken off,
    and what these means scatter: of three, `SPREAD_APART` batches between each two, a second
    difference has six times the variance of one, and is blind to where the stretch is and
    leads. A line through the stretch instead would go along with correlated hits.
    """
    stretch = batches[last]["number"] // SPREAD_BATCHES
    first = last
    n = 0.0
    x = 0.0
    t = 0.0
    xt = 0.0
    tt = 0.0
    while first >= 0 and batches[first]["number"] // SPREAD_BATCHES == stretch:
        batch = batches[first]
        if batch["fresh"]:
            return
        n += batch["n"]
        x += batch["x"]
        t += batch["t"]
        xt += batch["xt"]
        tt += batch["tt"]
        first -= 1
    along = tt - t * t / n if n > 0.0 else 0.0
    if n < _FEWEST_IN_SPREAD or along <= 0.0:
        return
    slope = (xt - x * t / n) / along
    within = 0.0
    between = 0.0
    bends = 0
    for i in range(first + 1, last + 1):
        one = batches[i]
        if one["n"] == 0.0:
            continue
        own_x = one["x"] / one["n"]
        own_t = one["t"] / one["n"]
        within += one["xx"] - one["x"] * own_x
        within -= 2.0 * slope * (one["xt"] - one["x"] * own_t)
        within += slope * slope * (one["tt"] - one["t"] * own_t)
        bend = own_x - slope * own_t
        found = 0
        for j in range(i + 1, last + 1):
            other = batches[j]
            apart = other["number"] - one["number"]
            if other["n"] > 0.0 and (apart == SPREAD_APART or apart == 2 * SPREAD_APART):
                weight = -2.0 if apart == SPREAD_APART else 1.0
                bend += weight * (other["x"] - slope * other["t"]) / other["n"]
                found += 1
        if found == 2:
            between += bend * bend / 6.0
            bends += 1
    if bends == 0:
        return
    variance = max(within, 0.0) / n + between / bends
    observe(moments, math.log(max(variance, _LEAST_VARIANCE) / SPREAD_CENTRE))


@kernel
def _gather(
    place: int,
    x: float,
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
) -> None:
    """Take one of several observations, of what is at this place, that count as one."""
    mine = moments[place]
    mine["count"] += 1
    mine["held"] += 1
    mine["sum"] += x
    if mine["held"] < PAIRS_TOGETHER:
        return
    first = FIRST_PAIR + (place - SWING) * len(PAIR_NOISES)
    for i in range(first, first + len(PAIR_NOISES)):
        filter_mean(noises[i], mine["sum"] / PAIRS_TOGETHER, 1)
    calls[FIRST_PAIR_CALL + place - SWING]["n"] += 1
    mine["held"] = 0
    mine["sum"] = 0.0


@kernel
def _ask_swing(
    triple: np.void,
    notes: NDArray[np.void],
    batches: NDArray[np.void],
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
) -> None:
    """Where a triple's middle lies between its ends, now that all three were played."""
    first = notes[triple["first"]]
    middle = notes[triple["middle"]]
    last = notes[triple["last"]]
    begin = first["written_ns"] + first["offset_ns"]
    whole = last["written_ns"] + last["offset_ns"] - begin
    part = middle["written_ns"] + middle["offset_ns"] - begin
    if not 0 < part < whole:
        return
    _gather(SWING, part / whole - SWING_CENTRE, moments, noises, calls)
    call = calls[FIRST_PAIR_CALL]
    asked = moments[SWING]["held"] == 0 and call["n"] % SWING_ASKED == 0
    if asked and call["log_call"] > 0.0:  # there is one ratio that is aimed at
        mine = noises[FIRST_PAIR : FIRST_PAIR + len(PAIR_NOISES)]
        _decide(mine, call, batches[last["batch"]]["end_beat"])


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
            _hear_tempo(batch, state, noises[:FIRST_MEAN], calls[TEMPO])
        # Every other batch, played or not: to ask costs more than to listen.
        if batch["ends_placement"] and calls[TEMPO]["n"] > 0:
            _decide(noises[:FIRST_MEAN], calls[TEMPO], batch["end_beat"])
        _ask_placement(batch, state, noises[FIRST_MEAN:FIRST_PAIR], calls[PLACEMENT])
        if batch["ends_spread"] == 1:
            _ask_spread(batches, state["next_batch"], moments[SPREAD])
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
        count(state, row["ticket"], index)
        if index < 0:
            continue
        note = notes[index]
        batch = batches[note["batch"]]
        batch["notes_left"] -= 1
        if not row["counts"]:
            continue
        note["played"] = 1
        note["offset_ns"] = row["offset_ns"]
        off_beats = row["offset_ns"] * batch["beats_a_ns"]
        if followed(state, batch, note, off_beats):
            x = row["offset_ns"] * _MS - state["beats_off"] * batch["beat_ms"]
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
                    _gather(other["limb"], late_ns * _MS, moments, noises, calls)
        elif reference >= 0 and note["limb"] >= 0 and notes[reference]["played"]:
            late_ns = note["offset_ns"] - notes[reference]["offset_ns"]
            _gather(note["limb"], late_ns * _MS, moments, noises, calls)
        if note["swings"]:
            for place in (note["first_of"], note["middle_of"], note["last_of"]):
                if place >= 0:
                    triples[place]["played"] += 1
                    if triples[place]["played"] == 3:
                        _ask_swing(triples[place], notes, batches, moments, noises, calls)
    _ask(batches, state, moments, noises, calls)


@kernel
def interval_of_spread(moments: np.void, out: NDArray[np.float64]) -> None:
    """The interval at 95 % of the logarithm of the variance: low and high, into `out`."""
    n = moments["n"]
    reach = math.inf
    if n > 0:
        reach = half_width(n, moments["mean"], moments["m2"], SPREAD_SQUARE)
    # The mean of logarithms lies below that of the variances by half their own.
    below = 0.5 * (moments["m2"] + SPREAD_NU * SPREAD_SQUARE) / (n + SPREAD_NU)
    out[0] = moments["mean"] + below - reach
    out[1] = moments["mean"] + below + reach


@kernel
def interval_of_call(
    place: int, noises: NDArray[np.void], calls: NDArray[np.void], out: NDArray[np.float64]
) -> None:
    """The interval at 95 % of what is at this place in `CALL`: low and high, into `out`."""
    call = calls[place]
    if place == TEMPO:
        mine = noises[:FIRST_MEAN]
    elif place == PLACEMENT:
        mine = noises[FIRST_MEAN:FIRST_PAIR]
    else:
        first = FIRST_PAIR + (place - FIRST_PAIR_CALL) * len(PAIR_NOISES)
        mine = noises[first : first + len(PAIR_NOISES)]
    if call["n"] > 0:
        weigh(mine, call)
    out[0] = _bound(mine, call, -1.0)
    out[1] = _bound(mine, call, 1.0)


@kernel
def intervals(
    moments: NDArray[np.void],
    noises: NDArray[np.void],
    calls: NDArray[np.void],
    out: NDArray[np.float64],
) -> None:
    """All intervals at 95 %: of `calls`, then of the spread.

    Parameters
    ----------
    out
        Filled in with low and high; shape (calls + 1, 2); infinite where there is none.
    """
    for place in range(len(calls)):
        interval_of_call(place, noises, calls, out[place])
    interval_of_spread(moments[SPREAD], out[len(calls)])
