"""Fit the weights by which the level of a free take is chosen.

`python -m station.bench.free_fit --real DIR` writes `station/timing/free/level_weights.py` anew
from the takes of the drummers in `TUNED_ON`. The other drummers' takes are for the benchmark.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from station.bench.free_takes import TUNED_ON, KnownTake, load_takes
from station.timing.free import level_features, levels
from station.timing.free.onsets import Floats, find_onsets
from station.timing.free.pulse import find_pulse

# All takes that last longer are learned from, with their pieces.
_SHORTEST_S = 8.0
_PIECE_WEIGHT = 0.35
_RIDGE = 30.0
_STEPS = 400
_AGREES = 0.03

_HEAD = '''"""Weights of the features by which a level is chosen: fitted numbers, not to be edited.

Written by `station.bench.free_fit`.
"""

WEIGHTS: dict[str, float] = {
'''


class _Example:
    """One take or piece: what is said of its candidates, which is right, and how it counts."""

    def __init__(self, described: Floats, bpm: Floats, known_bpm: float, weight: float) -> None:
        self.described = described
        self.possible = (bpm >= level_features.SLOWEST_BPM) & (bpm <= level_features.FASTEST_BPM)
        away = np.abs(bpm / known_bpm - 1.0)
        self.right = int(away.argmin()) if away.min() < _AGREES else -1
        self.weight = weight


def fit(takes: list[KnownTake]) -> dict[str, float]:
    """Weights by feature name: a softmax over candidates, with a ridge, by steps of Adam."""
    examples = [e for take in takes for e in _examples(take) if e.right >= 0]
    described = np.stack([e.described for e in examples])
    sd = described.reshape(-1, described.shape[-1]).std(axis=0) + 1e-2
    described = described / sd
    right = np.array([e.right for e in examples])
    weight = np.array([e.weight for e in examples])
    possible = np.stack([e.possible for e in examples])
    each = np.arange(len(examples))

    vector = np.zeros(len(sd))
    # Where bars lie is not known: begin with the backbeat, and the sum over all ways follows.
    vector[level_features.NAMES.index("backbeat")] = 0.3
    mean, square = np.zeros_like(vector), np.zeros_like(vector)
    for step in range(1, _STEPS + 1):
        score = described @ vector
        top = score.max(axis=2, keepdims=True)
        way = np.exp(score - top)
        log = np.where(possible, np.log(way.sum(axis=2)) + top[..., 0], -np.inf)
        way /= way.sum(axis=2, keepdims=True)
        wrong = np.exp(log - log.max(axis=1, keepdims=True))
        wrong /= wrong.sum(axis=1, keepdims=True)
        wrong[each, right] -= 1.0
        pull = (wrong * weight[:, None])[:, :, None] * way
        gradient = _RIDGE * vector + np.tensordot(pull, described, axes=3)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        size = 0.03 if step < 0.7 * _STEPS else 0.009
        vector -= size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return dict(zip(level_features.NAMES, (vector / sd).round(4).tolist(), strict=True))


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, required=True, help="the folder of info.csv")
    takes = load_takes(parser.parse_args().real, _SHORTEST_S, TUNED_ON)
    weights = fit([t for t in takes if t.quarters_counted])
    target = Path(levels.__file__).with_name("level_weights.py")
    lines = "".join(f'    "{name}": {weight},\n' for name, weight in weights.items())
    target.write_text(f"{_HEAD}{lines}}}\n", encoding="utf-8")


def _examples(take: KnownTake) -> list[_Example]:
    onsets = find_onsets(take.hits)
    pulse = find_pulse(onsets)
    whole = level_features.whole_take(onsets, pulse)
    parts = level_features.pieces(onsets, pulse, levels.PIECE_S, levels.FEWEST_ONSETS)
    return [
        _Example(
            level_features.describe(stretch),
            stretch.pulse_bpm * level_features.RATIOS,
            take.bpm,
            1.0 if stretch is whole else _PIECE_WEIGHT,
        )
        for stretch in (whole, *parts)
    ]


if __name__ == "__main__":
    main()
