"""Bars: after how many beats the pattern comes again, and on which of them it begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.timing.free import level_features as features
from station.timing.free.beat import Beats
from station.timing.free.onsets import Floats, Onsets

# Bars that are looked for. Two beats are heard as a bar of four, and two bars as one of eight.
_BARS = (3, 4, 5, 6, 7)
_LONGEST_LAG = 36
_FEWEST_BARS = 4
# Nearly everything is in four: another metre must repeat better by so much (correlation).
_MORE_THAN_FOUR = 0.06
# A bar of six is heard as two of three, unless the half repeats worse.
_MORE_THAN_HALF = 0.08
# Faster beats in fives and sevens are eighths.
_EIGHTHS_HZ = 200 / 60
_ROLES, _KINDS = 7, len(features.PLACES) - 1


@dataclass(frozen=True, slots=True)
class Metre:
    """How the beats are gathered.

    Attributes
    ----------
    beats, unit
        Of a bar, as written: 4 and 4, or 6 and 8; the beats are those of the tempo.
    first_downbeat
        The number of the first beat of the take that begins a bar.
    repeats
        How much better whole bars repeat than other lengths: difference of correlations.
    """

    beats: int
    unit: int
    first_downbeat: int
    repeats: float


def find_metre(onsets: Onsets, beats: Beats) -> Metre | None:
    """The metre; None when the take is too short, or nothing repeats."""
    table = _table(onsets, beats)
    if len(table) < _FEWEST_BARS * 4:
        return None
    repeats = _repeats(table)
    strength = {n: _strength(repeats, n) for n in _BARS if len(table) >= _FEWEST_BARS * n}
    counted = max(strength, key=lambda n: strength[n] + _MORE_THAN_FOUR * (n == 4))
    if counted == 6 and strength[6] - strength.get(3, 0.0) < _MORE_THAN_HALF:
        counted = 3
    if strength[counted] <= 0:
        return None
    fast = float(np.median(beats.onset_hz)) > _EIGHTHS_HZ
    unit = 8 if counted == 6 or (counted in {5, 7} and fast) else 4
    return Metre(counted, unit, _downbeat(table, counted), strength[counted])


def _table(onsets: Onsets, beats: Beats) -> Floats:
    """What was struck in each beat: loudness by role and place, shape (beats, role · place)."""
    role = features.roles(onsets.pad, onsets.velocity)
    near = beats.hit_near & (beats.hit_beat >= 0)
    columns = _ROLES * _KINDS
    cell = beats.hit_beat * columns + role * _KINDS + beats.hit_place
    length = int(beats.onset_beat[-1]) + 1
    loud = np.minimum(1.0, onsets.velocity / 80.0)
    sums = np.bincount(cell[near], loud[near], length * columns)[: length * columns]
    table: Floats = np.minimum(sums, 1.5).reshape(length, columns)
    return table


def _repeats(table: Floats) -> Floats:
    """Correlation of the table with itself, so many beats apart, shape (lags,)."""
    centred = table - table.mean(axis=0)
    power = float((centred**2).sum()) + 1e-9
    lags = min(_LONGEST_LAG, len(table) // 2)
    repeats: Floats = np.ones(lags + 1)
    for lag in range(1, lags + 1):
        both = float((centred[lag:] * centred[:-lag]).sum())
        repeats[lag] = both / power * len(table) / (len(table) - lag)
    return repeats


def _strength(repeats: Floats, bar: int) -> float:
    """How much better whole bars repeat than all that is no whole bar."""
    lags = np.arange(1, len(repeats))
    whole = lags % bar == 0
    if not whole.any():
        return -1.0
    return float(repeats[1:][whole].mean() - repeats[1:][~whole].mean())


def _downbeat(table: Floats, bar: int) -> int:
    """Where bars begin: kick and crash say one, the snare says two and four."""
    on_beat = table.reshape(len(table), _ROLES, _KINDS)[:, :, 0]
    weight = np.zeros(_ROLES)
    weight[[features.KICK, features.CRASH, features.SNARE]] = 1.0, 2.0, -1.0
    says_one = on_beat @ weight
    place = np.arange(len(table)) % bar
    mean = np.array([says_one[place == p].mean() for p in range(bar)])
    if bar == 4:  # a kick on three is as common as on one; the snare on two and four is not
        mean = mean + 0.5 * np.roll(mean, -2)
        crash = on_beat[:, features.CRASH]
        mean = mean + 2.0 * np.array([crash[place == p].mean() for p in range(bar)])
    return int(mean.argmax())
