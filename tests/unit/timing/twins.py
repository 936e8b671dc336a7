"""What the kernels of station.timing must equal, as one would say it on a blackboard."""

from __future__ import annotations

import math

import numpy as np


def sums(y, x, covariance) -> tuple[float, float, float, float]:
    """S, W, Q and log|F| of generalised least squares of y = mu·x."""
    inverse = np.linalg.inv(covariance)
    return x @ inverse @ y, x @ inverse @ x, y @ inverse @ y, np.linalg.slogdet(covariance)[1]


def sums_without_level(y, x, covariance) -> tuple[float, float, float, float]:
    """The same when nothing is known of a constant added to y: of the differences."""
    differences = np.diff(np.eye(len(y)), axis=0)
    return sums(differences @ y, differences @ x, differences @ covariance @ differences.T)


def local_level_covariance(batches, beats, scatter, clock, wander, rate):
    """Of means over batches of beats: a level that takes a step every beat, of variance
    `clock`, plus a tempo that wanders (AR(1) a beat); and the scatter of each mean."""
    n = batches * beats
    level = np.tril(np.ones((n, n)), -1)  # beat i has taken the steps before it
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    steps = clock * np.eye(n) + wander * rate**apart
    means = np.kron(np.eye(batches), np.full((1, beats), 1 / beats))
    return means @ level @ steps @ level.T @ means.T + scatter * np.eye(batches)


def log_e(y, x, mixture, mu, square, cs, nu=2.0) -> float:
    """log of the mixture's likelihood averaged over mu's priors, over that at mu.

    `mixture` is pairs of covariance (in units of the variance) and weight.
    """
    power = (len(y) + nu) / 2
    against = averaged = 0.0
    scale = None  # against underflow
    for covariance, weight in mixture:
        s, w, q, log_f = sums(y, x, covariance)
        terms = [
            math.log(weight)
            - log_f / 2
            - power * math.log(q - 2 * mu * s + mu * mu * w + nu * square)
        ]
        terms += [
            math.log(weight / len(cs))
            - log_f / 2
            + math.log(c / (w + c)) / 2
            - power * math.log(q - s * s / (w + c) + nu * square)
            for c in cs
        ]
        scale = terms[1] if scale is None else scale
        against += math.exp(terms[0] - scale)
        averaged += sum(math.exp(term - scale) for term in terms[1:])
    return math.log(averaged) - math.log(against)


def batch_means(beats: list[int], offsets: list[float], size: int) -> list[tuple[int, float]]:
    """(batch, mean offset) of each batch of `size` beats with a hit in it."""
    batches: dict[int, list[float]] = {}
    for beat, offset in zip(beats, offsets, strict=True):
        batches.setdefault(beat // size, []).append(offset)
    return [(b, math.fsum(xs) / len(xs)) for b, xs in sorted(batches.items())]


def variance_about_the_course(t, x, apart):
    """What hits scatter about the means of their batches, and these about their course.

    `t`, `x` are one list a batch, in order; an empty one is a batch without a hit.
    """
    slope = np.polyfit(np.concatenate(t), np.concatenate(x), 1)[0]
    level = [np.asarray(xs) - slope * np.asarray(ts) for xs, ts in zip(x, t, strict=True)]
    within = sum(np.var(hits) * len(hits) for hits in level if len(hits))
    threes = zip(level, level[apart:], level[2 * apart :], strict=False)
    bends = [
        (np.mean(a) - 2 * np.mean(b) + np.mean(c)) ** 2 / 6
        for a, b, c in threes
        if len(a) and len(b) and len(c)
    ]
    return within / sum(map(len, level)) + np.mean(bends)
