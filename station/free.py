"""Free playing, without a chart: a solo or a jam. What was its tempo, and how steady was it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from station.files import read_bytes
from station.hal import smf_events
from station.hits import HitArray
from station.hits_given import checked_array
from station.kits.library import FALLBACK, load_library
from station.kits.played import hits_of_file
from station.model import Hit
from station.timing.free.analysis import FreePlaying, analyse_hits
from station.timing.free.curve import Z_95
from station.timing.free.metre import Metre
from station.timing.free.passages import Passage
from station.timing.free.swing import FreeSwing

SCHEMA = "station.free/1"
# Levels below are not worth a word.
_LEAST_PROBABILITY = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class FreeReport:
    """What was found in a take without a chart.

    Attributes
    ----------
    hits
        How many there were.
    length_s
        From the first hit to the last.
    playing
        What was found; None when the playing keeps no tempo, or is too short to say.
    """

    hits: int
    length_s: float
    playing: FreePlaying | None

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready `station.free/1`; times in seconds from the first hit.

        `tempo`, `metre`, `swing`, `steadiest` and `least_steady` are None where they were not
        found. `low` and `high` are 95 % bands.
        """
        playing = self.playing
        return {
            "schema": SCHEMA,
            "hits": self.hits,
            "length_s": round(self.length_s, 3),
            "tempo": None if playing is None else _tempo(playing),
            "metre": None if playing is None else _metre(playing),
            "swing": None if playing is None else _swing(playing.swing),
            "curve": [] if playing is None else _curve(playing),
            "steadiest": None if playing is None else _passage(playing.steadiest),
            "least_steady": None if playing is None else _passage(playing.least_steady),
        }


def analyse_free(
    take: str | Path | Sequence[Hit] | HitArray, *, kit_profile: str | None = None
) -> FreeReport:
    """Find tempo, metre and steadiness of free playing from the hits alone.

    Parameters
    ----------
    take
        A MIDI file, or hits. Tempo events of a file only say how long its ticks are.
    kit_profile
        The name of the profile of the kit that the file was recorded from, General MIDI
        without it.

    Raises
    ------
    FileError
        When the file cannot be read; ProfileError when there is no such profile.
    WrongUse
        When a hit in memory cannot be.

    Examples
    --------
    >>> report = analyse_free("solo.mid")  # doctest: +SKIP
    >>> report.to_dict()["tempo"]["bpm"]  # doctest: +SKIP
    118.02
    """
    if isinstance(take, (str, Path)):
        hits = read_hits(Path(take), kit_profile)
    else:
        hits = checked_array(take)
    length_ns = int(hits["t_ns"].max()) - int(hits["t_ns"].min()) if len(hits) else 0
    return FreeReport(len(hits), length_ns / 1e9, analyse_hits(hits))


def read_hits(path: Path, kit_profile: str | None = None) -> HitArray:
    """The hits of a recorded MIDI file.

    Raises
    ------
    FileError
        When the file cannot be read; ProfileError when there is no such profile.
    """
    profile = load_library().named(kit_profile or FALLBACK)
    played = smf_events.read_played_file(read_bytes(path, smf_events.MAX_BYTES), path.name)
    return hits_of_file(played.of_the_drums(), profile).hits


def _tempo(playing: FreePlaying) -> dict[str, Any]:
    margin = Z_95 * playing.bpm_sd
    return {
        "bpm": round(playing.bpm, 3),
        "low": round(max(playing.bpm - margin, 0.0), 3),
        "high": round(playing.bpm + margin, 3),
        "probability": round(playing.levels[0].probability, 4),
        "may_be_counted_as": [
            {"bpm": round(level.bpm, 3), "probability": round(level.probability, 4)}
            for level in playing.levels[1:]
            if level.probability >= _LEAST_PROBABILITY
        ],
    }


def _metre(playing: FreePlaying) -> dict[str, Any] | None:
    if playing.metre is None:
        return None
    return {
        "beats": playing.metre.beats,
        "unit": playing.metre.unit,
        "first_bar_s": round(_first_bar_s(playing, playing.metre), 3),
        "repeats": round(playing.metre.repeats, 3),
    }


def _first_bar_s(playing: FreePlaying, metre: Metre) -> float:
    segment = playing.segments[0]
    beat = (metre.first_downbeat - segment.first_beat) % metre.beats
    return float(segment.t_s[beat])


def _swing(swing: FreeSwing | None) -> dict[str, Any] | None:
    if swing is None:
        return None
    return {
        "ratio": round(swing.ratio, 4),
        "low": round(swing.low, 4),
        "high": round(swing.high, 4),
        "offbeats": swing.offbeats,
    }


def _curve(playing: FreePlaying) -> list[dict[str, float]]:
    points = []
    for segment in playing.segments:
        low, high = segment.bpm_band
        columns = (segment.t_s, segment.bpm, low, high)
        points += [
            {"t_s": t_s, "bpm": bpm, "low": low_bpm, "high": high_bpm}
            for t_s, bpm, low_bpm, high_bpm in np.column_stack(columns).round(3).tolist()
        ]
    return points


def _passage(passage: Passage | None) -> dict[str, float] | None:
    if passage is None:
        return None
    return {
        "start_s": round(passage.start_s, 3),
        "end_s": round(passage.end_s, 3),
        "bpm": round(passage.bpm, 3),
        "departure_ms": round(passage.departure_ms, 3),
        "spread_ms": round(passage.spread_ms, 3),
        "drift_percent": round(passage.drift_percent, 3) + 0.0,
    }
