"""What is played to measure the trigger: every kind of pad by itself, and a kit on one stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from firmware_bridge.bench.firmware_pads import SetUp, hear_both, set_up
from firmware_bridge.bench.firmware_scores import Score
from firmware_bridge.messages import HitFlag
from firmware_bridge.piezo import Converter, PadKind, Rig, Strike, make_pad, playing

Rng = np.random.Generator
_SUSPECT = HitFlag.RETRIGGER_SUSPECT | HitFlag.CROSSTALK_SUSPECT


@dataclass(frozen=True, slots=True)
class Board:
    """A converter and the build of the core that fits it."""

    name: str
    converter: Converter
    variant: str


BOARDS = (
    Board("Pico", Converter.pico(), "host"),
    Board("Uno", Converter.uno(), "host-small"),
)

# No foot plays 22 a second on one kick drum; two feet play 16.
_FASTEST = {PadKind.KICK: 16.0}
_HAND, _HANDS = 12.0, 22.0


def _scenes(kind: PadKind) -> dict[str, Callable[[Rng], list[Strike]]]:
    fastest = _FASTEST.get(kind, _HANDS)
    return {
        "singles": lambda rng: playing.singles(rng, 150),
        f"roll {_HAND:g}/s": lambda rng: playing.roll(rng, 150, _HAND),
        f"roll {fastest:g}/s": lambda rng: playing.roll(rng, 200, fastest),
        f"doubles {fastest:g}/s": lambda rng: playing.doubles(rng, 200, fastest),
        "accents 10/s": lambda rng: playing.accents(rng, 100, 10.0),
        "buzz": lambda rng: playing.buzz(rng, 20),
    }


def one_pad(board: Board, kind: PadKind, seeds: range) -> dict[str, dict[str, Score]]:
    """Every scene on pads of one kind: scores by scene, ours and the peer's."""
    scores: dict[str, dict[str, Score]] = {}
    for seed in seeds:
        pad = make_pad(kind, seed)
        settings = [set_up(pad, seed, board.converter, board.variant)]
        rig = Rig((pad,), seed, converter=board.converter, coupling_db=None)
        rng = np.random.default_rng([seed, 5])
        for name, scene in _scenes(kind).items():
            strikes = sorted(scene(rng))
            heard = hear_both(rig, settings, strikes, seed=3, variant=board.variant)
            both = scores.setdefault(name, {"ours": Score(), "peer": Score()})
            for who, hits in zip(both, heard, strict=True):
                both[who].add(strikes, hits, _SUSPECT)
    return scores


_KIT = (PadKind.KICK, PadKind.MESH, PadKind.MESH, PadKind.CYMBAL, PadKind.RUBBER)
_FLAM_PADS = (1, 2)
_FLAM_US = (20_000.0, 40_000.0)
# A minute of playing, in which the board hears how its stand carries.
_WARM_UP = 100


def kit(board: Board, seeds: range) -> dict[str, dict[str, Score]]:
    """Five pads on a stand: strikes one by one, two pads at once, flams; one long take each."""
    parts: dict[str, Callable[[Rng], list[Strike]]] = {
        "one by one": lambda rng: playing.spread(rng, 150, len(_KIT)),
        "unison": lambda rng: playing.unisons(rng, 150, len(_KIT)),
        "flams": lambda rng: playing.flams(rng, 100, _FLAM_PADS, _FLAM_US),
    }
    scores: dict[str, dict[str, Score]] = {
        name: {"ours": Score(), "peer": Score()} for name in parts
    }
    for seed in seeds:
        rig, settings = _kit_of(board, seed)
        rng = np.random.default_rng([seed, 8])
        played = playing.spread(rng, _WARM_UP, len(_KIT))
        spans: dict[str, tuple[float, list[Strike]]] = {}
        for name, part in parts.items():
            after_us = max(s.onset_us for s in played)
            strikes = [replace(s, onset_us=s.onset_us + after_us) for s in sorted(part(rng))]
            spans[name] = (after_us + playing.FIRST_US / 2.0, strikes)
            played = [*played, *strikes]
        heard = hear_both(rig, settings, sorted(played), seed=3, variant=board.variant)
        for name, (from_us, strikes) in spans.items():
            to_us = strikes[-1].onset_us + playing.FIRST_US / 2.0
            for who, hits in zip(("ours", "peer"), heard, strict=True):
                within = [h for h in hits if from_us < h.t_us < to_us]
                scores[name][who].add(strikes, within, HitFlag.CROSSTALK_SUSPECT)
    return scores


def _kit_of(board: Board, seed: int) -> tuple[Rig, list[SetUp]]:
    pads = tuple(make_pad(kind, seed * 10 + n) for n, kind in enumerate(_KIT))
    settings = [
        set_up(p, seed * 10 + n, board.converter, board.variant) for n, p in enumerate(pads)
    ]
    return Rig(pads, seed, converter=board.converter), settings


def summary(score: Score) -> dict[str, Any]:
    """A score in figures: parts in percent, times in µs."""
    velocity = np.array(score.velocity)
    error = np.array(score.velocity_error)
    stamp = np.array(score.stamp_us)
    return {
        "strikes": score.strikes,
        "found": score.found,
        "found_percent": _percent(score.found, score.strikes),
        "doubled": score.extra,
        "doubled_percent": _percent(score.extra, score.strikes),
        "doubled_not_flagged": score.extra - score.extra_flagged,
        "true_flagged": score.wrongly_flagged,
        "velocity_rms_of_full_percent": round(float(np.sqrt(np.mean(error**2)) / 1.27), 2),
        "velocity_rms_of_own_percent": round(
            float(np.sqrt(np.mean((error / velocity) ** 2)) * 100.0), 1
        ),
        "stamp_mean_us": round(float(stamp.mean()), 1),
        "stamp_sd_us": round(float(stamp.std()), 1),
        "stamp_within_250_us_percent": _percent(int(np.sum(np.abs(stamp) <= 250.0)), len(stamp)),
        "wire_p99_ms": round(float(np.percentile(score.wire_us, 99)) / 1_000.0, 2),
    }


def _percent(part: int, whole: int) -> float:
    return round(100.0 * part / whole, 3) if whole else 0.0


def told_apart(scores: dict[str, dict[str, Score]]) -> dict[str, float]:
    """Crosstalk against unison: how often the flag is right, in percent."""
    unison, echoes = scores["unison"]["ours"], scores["one by one"]["ours"]
    return {
        "unison_not_flagged_percent": _percent(unison.found - unison.wrongly_flagged, unison.found),
        "echoes": echoes.extra,
        "echoes_flagged_percent": _percent(echoes.extra_flagged, echoes.extra),
        "third_pads_echoes_flagged_percent": _percent(unison.extra_flagged, unison.extra),
    }
