"""What the kernels of station.timing must equal, as one would say it on a blackboard."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Strike:
    t_ns: int
    seq: int
    lane: int
    suspect: bool = False


@dataclass(frozen=True)
class Written:
    t_ns: int
    lane: int
    reach_ns: int


def window_of(notes: list[Written], index: int) -> tuple[int, int]:
    """First and last nanosecond at which a hit can be this note."""
    note = notes[index]
    times = sorted({n.t_ns for n in notes if n.lane == note.lane})
    reaches = {}
    for n in notes:  # of notes written at the same time, the first one's reach
        reaches.setdefault((n.t_ns, n.lane), n.reach_ns)
    reach = reaches[note.t_ns, note.lane]
    before = max((t for t in times if t < note.t_ns), default=None)
    after = min((t for t in times if t > note.t_ns), default=None)
    first, last = note.t_ns - reach, note.t_ns + reach
    if after is not None:
        last = min(last, note.t_ns + (after - note.t_ns) // 2)
    if before is not None:
        half = (note.t_ns - before) // 2
        first = max(first, note.t_ns - half)
        if first == min(before + half, before + reaches[before, note.lane]):
            first += 1  # the middle is the earlier note's
    return first, last


def windows(notes: list[Written]) -> dict[tuple[int, int, int], list[int]]:
    """Windows (lane, first, last) to the chart indexes that share them."""
    shared: dict[tuple[int, int, int], list[int]] = {}
    for index, note in enumerate(notes):
        shared.setdefault((note.lane, *window_of(notes, index)), []).append(index)
    return shared


def first_sight(notes: list[Written], strikes: list[Strike]) -> list[int]:
    """The label of each strike at once, in order of arrival; −1 is extra."""
    any_labels: dict[tuple[int, int, int], int] = {}
    clean_labels: dict[tuple[int, int, int], int] = {}
    labels = []
    for s in strikes:
        label = -1
        for (lane, first, last), shared in windows(notes).items():
            key = (lane, first, last)
            if lane == s.lane and first <= s.t_ns <= last:
                taken = (any_labels if s.suspect else clean_labels).get(key, 0)
                if taken < len(shared):
                    label = shared[taken]
                    any_labels[key] = any_labels.get(key, 0) + 1
                    if not s.suspect:
                        clean_labels[key] = clean_labels.get(key, 0) + 1
        labels.append(label)
    return labels


def confirmed(
    notes: list[Written], strikes: list[Strike]
) -> tuple[dict[int, tuple[int, int]], list[int]]:
    """Strike's seq to (chart index or −1, offset), and the missed notes."""
    told = {s.seq: (-1, 0) for s in strikes}
    missed = []
    for (lane, first, last), shared in windows(notes).items():
        written = notes[shared[0]].t_ns
        inside = [s for s in strikes if s.lane == lane and first <= s.t_ns <= last]
        best = sorted(inside, key=lambda s: (s.suspect, abs(s.t_ns - written), s.t_ns, s.seq))
        winners = sorted(best[: len(shared)], key=lambda s: (s.t_ns, s.seq))
        for note, s in zip(shared, winners, strict=False):
            told[s.seq] = (note, s.t_ns - written)
        missed += shared[len(winners) :]
    return told, sorted(missed)


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
