"""What the kernels of station.timing must equal, as one would say it on a blackboard."""

from __future__ import annotations

import math
from dataclasses import dataclass


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


def log_e(xs: list[float], mu: float, c: float = 1.0) -> float:
    """log of √(c/(n+c)) · [(n+c)V / ((n+c)V − S²)]^(n/2), by its definition."""
    n = len(xs)
    s = math.fsum(x - mu for x in xs)
    v = math.fsum((x - mu) ** 2 for x in xs)
    if s == 0:
        return 0.5 * math.log(c / (n + c))
    return 0.5 * math.log(c / (n + c)) + n / 2 * (
        math.log((n + c) * v) - math.log((n + c) * v - s * s)
    )


def batch_means(beats: list[int], offsets: list[float], size: int) -> list[tuple[int, float]]:
    """(batch, mean offset) of each batch of `size` beats with a hit in it."""
    batches: dict[int, list[float]] = {}
    for beat, offset in zip(beats, offsets, strict=True):
        batches.setdefault(beat // size, []).append(offset)
    return [(b, math.fsum(xs) / len(xs)) for b, xs in sorted(batches.items())]
