"""The tempo's course through a take, with a band.

Every beat's time is heard from the onsets in it, each taken back by its place in the beat; what
swing and limbs shift at a place is measured over the take and taken off. The noises are not
given: the course is averaged over a grid of their ratios, each weighted by its likelihood, so
that the band holds what is unknown about them too.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from station.timing.free.beat import Beats
from station.timing.free.curve_kernels import smooth_beats
from station.timing.free.level_features import PLACES
from station.timing.free.onsets import WEIGHTS, Floats, Onsets

# A pause of more parts the take: nobody can say how many beats were in it.
PAUSE_S = 4.0
_FEWEST_BEATS = 8
_FEWEST_AT_PLACE = 8
_FARTHEST = 0.25  # of a beat: an onset farther from its place says nothing about the beat
# Variances of the beat's wander and of the clock, over that of the limbs.
_WANDERS = 10.0 ** np.arange(-6.0, 0.1, 0.75)
_CLOCKS = np.array([0.0, 0.03, 0.1, 0.3, 1.0, 3.0])
Z_95 = 1.959964


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The tempo's course between two pauses.

    Attributes
    ----------
    first_beat
        The number of its first beat, counted through the take.
    heard_s
        When each beat was heard, from the first hit; NaN where none was, shape (beats,).
    length_s, length_sd_s
        Of each beat, from the course; shape (beats,).
    """

    first_beat: int
    heard_s: Floats
    length_s: Floats
    length_sd_s: Floats

    @property
    def t_s(self) -> Floats:
        """When each beat was, those not heard in between; shape (beats,)."""
        beats = np.arange(len(self.heard_s))
        heard = ~np.isnan(self.heard_s)
        times: Floats = np.interp(beats, beats[heard], self.heard_s[heard])
        return times

    @property
    def bpm(self) -> Floats:
        """Beats a minute, shape (beats,)."""
        return 60.0 / self.length_s

    @property
    def bpm_band(self) -> tuple[Floats, Floats]:
        """Lower and upper end of the 95 % band of each beat's tempo."""
        spread = np.exp(Z_95 * self.length_sd_s / self.length_s)
        return self.bpm / spread, self.bpm * spread


def find_course(onsets: Onsets, beats: Beats) -> list[Segment]:
    """The tempo's course in every part of the take that has at least eight beats."""
    cuts = np.flatnonzero(np.diff(onsets.t_s) > PAUSE_S) + 1
    edges = [0, *cuts.tolist(), len(onsets)]
    parts = [
        slice(low, high)
        for low, high in itertools.pairwise(edges)
        if beats.onset_beat[high - 1] - beats.onset_beat[low] >= _FEWEST_BEATS
    ]
    shift = np.zeros(len(PLACES))
    beat_s = 1.0 / beats.onset_hz
    segments: list[Segment] = []
    # The second time with the course, and what is shifted at each place by swing and by limbs.
    for _ in range(2):
        segments = [_segment(onsets, beats, part, shift, beat_s[part]) for part in parts]
        for part, segment in zip(parts, segments, strict=True):
            beat_s[part] = segment.length_s[beats.onset_beat[part] - segment.first_beat]
        shift = shift + _shifts(onsets, beats, parts, segments, shift)
    return [
        replace(segment, heard_s=segment.heard_s + onsets.cut_s[part.start])
        for segment, part in zip(segments, parts, strict=True)
    ]


def mean_bpm(segments: list[Segment]) -> tuple[float, float]:
    """Beats a minute over all segments, and the standard deviation of that estimate."""
    counts = np.array([len(s.heard_s) - 1.0 for s in segments])
    # A line through the beats of each: ends alone would carry their own noise.
    lengths, variances = zip(*(_line(s) for s in segments), strict=True)
    share = counts / counts.sum()
    length_s = float(share @ np.array(lengths))
    sd_s = math.sqrt(float(share**2 @ np.array(variances)))
    return 60.0 / length_s, 60.0 / length_s * sd_s / length_s


def _line(segment: Segment) -> tuple[float, float]:
    """Slope of the beats' times, and its variance; residuals are taken as correlated."""
    heard = np.flatnonzero(~np.isnan(segment.heard_s))
    x = heard - heard.mean()
    y = segment.heard_s[heard]
    slope = float(x @ y / (x @ x))
    residual = y - y.mean() - slope * x
    # Effective sample size n/10, as in played takes.
    variance = 10.0 * float(residual @ residual) / max(len(x) - 2, 1) / float(x @ x)
    return slope, variance


def _segment(onsets: Onsets, beats: Beats, part: slice, shift: Floats, beat_s: Floats) -> Segment:
    beat = beats.onset_beat[part]
    first = int(beat[0])
    n = int(beat[-1]) - first + 1
    place = beats.onset_place[part]
    heard_at = onsets.t_s[part] - (PLACES[place] + shift[place]) * beat_s
    weight = WEIGHTS[onsets.weight_step[part]] * beats.onset_near[part]
    # What is nearest to the beat says most about it: the tempo there is not yet known exactly.
    weight = weight * np.where(place == 0, 2.0, 1.0)
    total = np.bincount(beat - first, weight, n)
    with np.errstate(invalid="ignore"):
        heard_s = np.bincount(beat - first, weight * heard_at, n) / total
    heard_s[total < 0.3] = np.nan
    return Segment(first, heard_s, *_course(heard_s, float(np.median(beat_s))))


def _course(heard_s: Floats, about_s: float) -> tuple[Floats, Floats]:
    """Length of each beat and its standard deviation, over all ratios of the noises."""
    n = len(heard_s)
    seen = int((~np.isnan(heard_s)).sum())
    freedom = max(seen - 2, 1)
    log_weight, lengths, variances = [], [], []
    for wander in _WANDERS.tolist():
        for clock in _CLOCKS.tolist():
            length, sd = np.empty(n), np.empty(n)
            squares, log_determinant = smooth_beats(heard_s, about_s, wander, clock, length, sd)
            limbs = max(squares / freedom, 1e-10)
            log_weight.append(-0.5 * (freedom * math.log(limbs) + log_determinant))
            lengths.append(length)
            variances.append(limbs * sd**2)
    weight = np.exp(np.array(log_weight) - max(log_weight))
    weight /= weight.sum()
    mean = weight @ np.array(lengths)
    variance = weight @ (np.array(variances) + (np.array(lengths) - mean) ** 2)
    return np.maximum(mean, 1e-3), np.sqrt(variance)


def _shifts(
    onsets: Onsets, beats: Beats, parts: list[slice], segments: list[Segment], shift: Floats
) -> Floats:
    """By how much more each place is shifted than was taken off, in beats, shape (places,)."""
    residuals: list[Floats] = []
    places = []
    for part, segment in zip(parts, segments, strict=True):
        beat = beats.onset_beat[part] - segment.first_beat
        place = beats.onset_place[part]
        expected = segment.t_s[beat] + (PLACES[place] + shift[place]) * segment.length_s[beat]
        near = beats.onset_near[part]
        residuals.append(((onsets.t_s[part] - expected) / segment.length_s[beat])[near])
        places.append(place[near])
    more = np.zeros(len(PLACES))
    if not residuals:
        return more
    residual, place = np.concatenate(residuals), np.concatenate(places)
    for i in range(1, len(PLACES) - 1):
        here = residual[(place == i) & (np.abs(residual) < _FARTHEST)]
        if len(here) >= _FEWEST_AT_PLACE:
            more[i] = float(np.median(here))
    return more
