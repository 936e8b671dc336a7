"""What the beam must equal: every reading of a few hits, none dropped and none merged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from station.timing.beam_entry import LIMBS_MS
from station.timing.beam_layout import LEVEL_NOISE, RATE_NOISE, Priors


@dataclass(frozen=True)
class Reading:
    """One pairing of the hits so far."""

    offset_ms: float
    rate: float
    log_weight: float
    labels: tuple[int, ...] = ()
    next_note: int = 0
    last_ms: float = 0.0
    last_t_ms: float = -math.inf
    tie: float = 0.0

    @property
    def expected_ms(self) -> float:
        return (1 - self.tie) * self.offset_ms + self.tie * self.last_ms


@dataclass
class Clock:
    """The covariance that all readings share, the noise, and how alike it is at one time."""

    offset_var: float
    covariance: float
    rate_var: float
    noise_var: float
    tie: float = 0.0

    def innovation_var(self, tie: float) -> float:
        return (1 - tie) ** 2 * self.offset_var + (1 - tie**2) * self.noise_var

    def pass_time(self, dt: float, keep: float) -> None:
        q1, q2 = LEVEL_NOISE[1] * self.noise_var, RATE_NOISE[1] * self.noise_var
        self.offset_var += dt * (2 * self.covariance + dt * self.rate_var + q1 + q2 * dt**2 / 3)
        self.covariance = keep * (self.covariance + dt * (self.rate_var + q2 * dt / 2))
        self.rate_var = keep * keep * (self.rate_var + q2 * dt)

    def shrink(self, is_note: float, tie: float) -> None:
        var = self.innovation_var(tie)
        is_note *= (1 - tie) ** 2
        gain, rate_gain = self.offset_var / var, self.covariance / var
        self.rate_var -= is_note * rate_gain * self.covariance
        self.covariance -= is_note * gain * self.covariance
        self.offset_var -= is_note * gain * self.offset_var


def exhaustive_votes(
    written_ms: list[float],
    hits_ms: list[float],
    stray_rate: float,
    clock: Clock,
    graces: list[int] | None = None,
) -> list[dict[int, float]]:
    """How likely each hit is each label at once, on one lane, without velocities.

    Parameters
    ----------
    stray_rate
        Stray hits a millisecond.
    clock
        Before the first note.
    graces
        Grace strokes written before each note; a hit that is one of note n is said as −3 − n.
    """
    p = Priors()
    readings = [Reading(0.0, 0.0, 0.0)]
    said: list[dict[int, float]] = []
    now = max(written_ms[0], hits_ms[0])  # until the first hit no time passes
    for t in hits_ms:
        dt = t - now if t > now else 0.0
        now = max(now, t)
        keep = p.rate_memory_ms / (p.rate_memory_ms + dt)
        clock.pass_time(dt, keep)
        readings = [
            child
            for reading in readings
            for child in _children(
                _moved(reading, dt, keep, t, clock.tie, p),
                t,
                written_ms,
                stray_rate,
                clock,
                graces or [0] * len(written_ms),
            )
        ]
        leader = max(readings, key=lambda r: r.log_weight)
        top = leader.log_weight
        votes: dict[int, float] = {}
        for r in readings:
            votes[r.labels[-1]] = votes.get(r.labels[-1], 0.0) + math.exp(r.log_weight - top)
        total = sum(votes.values())
        said.append({label: vote / total for label, vote in votes.items()})
        clock.shrink(sum(v for label, v in said[-1].items() if label >= 0), leader.tie)
    return said


def _moved(r: Reading, dt: float, keep: float, t: float, tie: float, p: Priors) -> Reading:
    offset, rate = r.offset_ms + r.rate * dt, r.rate * keep
    away = (offset / p.pull_ms) ** 2
    pulled = r.log_weight - p.pull_per_ms * dt * away / (1 + away)
    fading = max(1 - (t - r.last_t_ms) / p.tie_ms, 0.0)
    return replace(r, offset_ms=offset, rate=rate, log_weight=pulled, tie=tie * fading)


def _children(
    r: Reading,
    t: float,
    written_ms: list[float],
    stray_rate: float,
    clock: Clock,
    graces: list[int],
) -> list[Reading]:
    p = Priors()
    gate = p.gate * math.sqrt(clock.innovation_var(0.0))
    var = clock.innovation_var(r.tie)
    sd = math.sqrt(var)
    miss_log = math.log(p.missed)
    while r.next_note < len(written_ms) and (
        written_ms[r.next_note] < t - r.offset_ms - gate - LIMBS_MS
    ):
        r = replace(r, log_weight=r.log_weight + miss_log, next_note=r.next_note + 1)
    children = [replace(r, log_weight=r.log_weight + math.log(stray_rate), labels=(*r.labels, -1))]
    graced = _graced(r, t, written_ms, graces, var)
    if graced is not None:
        # A stray or a grace: one reading, called what is likelier.
        density, label = graced
        said = label if density > stray_rate else -1
        weight = r.log_weight + math.log(stray_rate + density)
        children = [replace(r, log_weight=weight, labels=(*r.labels, said))]
    flat = 0.0
    if r.next_note < len(written_ms) and graces[r.next_note]:
        flat = 0.0 if -3 - r.next_note in r.labels else math.log(0.25)
    for note in range(r.next_note, len(written_ms)):
        error = t - r.expected_ms - written_ms[note]
        if abs(error) >= gate:
            continue
        z = abs(error) / sd
        cost = 0.5 * z * z if z < p.huber else p.huber * z - 0.5 * p.huber**2
        weight = (
            r.log_weight
            + flat
            + (note - r.next_note) * miss_log
            + math.log(1 - p.missed)
            - 0.5 * math.log(2 * math.pi * var)
            - cost
        )
        clipped = min(max(error, -p.huber * sd), p.huber * sd)
        children.append(
            Reading(
                r.offset_ms + (1 - r.tie) * clock.offset_var / var * clipped,
                r.rate + (1 - r.tie) * clock.covariance / var * clipped,
                weight,
                (*r.labels, note),
                note + 1,
                t - written_ms[note],
                t,
                r.tie,
            )
        )
    return children


# Means, standard deviations and greatest distances of one grace and of two.
_WIDTHS_MS = {1: (32.0, 16.0, 110.0), 2: (60.0, 32.0, 280.0)}


def _graced(
    r: Reading, t: float, written_ms: list[float], graces: list[int], var: float
) -> tuple[float, int] | None:
    """The density of a hit as a grace stroke, Student's t, and its label; None if it is none."""
    at, note = t - r.expected_ms, r.next_note
    if note < len(written_ms) and at - written_ms[note] > 3 * math.sqrt(var):
        note += 1
    if note >= len(written_ms) or not graces[note] or r.labels.count(-3 - note) >= graces[note]:
        return None
    gap = written_ms[note] - written_ms[note - 1] if note else math.inf
    mean, sd, most = _WIDTHS_MS[graces[note]]
    narrower = min(1.0, 0.4 * gap / mean)
    ahead = written_ms[note] - at
    if not -3 * math.sqrt(var) < ahead < min(most, 0.7 * gap) + math.sqrt(var):
        return None
    square = (narrower * sd) ** 2 + var
    z2 = (ahead - narrower * mean) ** 2 / square
    density = graces[note] * 2 / (math.pi * math.sqrt(3 * square)) / (1 + z2 / 3) ** 2
    return density, -3 - note
