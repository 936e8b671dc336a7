"""The report of free playing for a terminal: the tempo first, in words as well as numbers."""

from __future__ import annotations

import numpy as np

from station.free import FreeReport
from station.timing.free.analysis import FreePlaying
from station.timing.free.curve import Z_95
from station.timing.free.passages import Passage

_SURE = 0.9
_WORTH_SAYING = 0.05


def render_free_text(report: FreeReport) -> str:
    """The report as a few lines of text, without a line break at the end."""
    played = f"{report.hits} hits in {_clock(report.length_s)}"
    if report.playing is None:
        return (
            "NO TEMPO   the hits keep no pulse that can be proven, or are too few\n\n"
            f"{played}; play for half a minute or more, or against a chart."
        )
    lines = [_headline(report.playing), played, _range(report.playing)]
    if report.playing.swing is not None:
        swing = report.playing.swing
        lines.append(
            f"swing {swing.ratio:.2f}:1, between {swing.low:.2f} and {swing.high:.2f} "
            f"({swing.offbeats} off-beats)"
        )
    if report.playing.steadiest is not None and report.playing.least_steady is not None:
        lines += [
            f"steadiest     {_passage(report.playing.steadiest)}",
            f"least steady  {_passage(report.playing.least_steady)}",
        ]
    return "\n".join([lines[0], "", *lines[1:]])


def _headline(playing: FreePlaying) -> str:
    margin = Z_95 * playing.bpm_sd
    words = f"{playing.bpm:.1f} BPM  ± {max(margin, 0.01):.2g}"
    if playing.metre is not None:
        words += f", in {playing.metre.beats}/{playing.metre.unit}"
    others = [level for level in playing.levels[1:] if level.probability >= _WORTH_SAYING]
    if playing.levels[0].probability < _SURE and others:
        counted = " or ".join(
            f"{level.bpm:.1f} ({100 * level.probability:.0f} %)" for level in others
        )
        words += f"; may be counted as {counted}"
    return words


def _range(playing: FreePlaying) -> str:
    """From where to where the tempo went, without the tenth of the beats at either end."""
    bpm = np.concatenate([segment.bpm for segment in playing.segments])
    low, high = np.quantile(bpm, (0.1, 0.9))
    pauses = len(playing.segments) - 1
    words = f"the tempo went from {low:.1f} to {high:.1f} BPM (the middle 80 % of the beats)"
    return f"{words}, with {pauses} pause{'s' * (pauses > 1)}" if pauses else words


def _passage(passage: Passage) -> str:
    drift = f"{passage.drift_percent:+.1f}".replace("-", "−")
    return (
        f"{_clock(passage.start_s)} to {_clock(passage.end_s)}: {passage.bpm:.1f} BPM, "
        f"{passage.departure_ms:.0f} ms off a steady pulse, drift {drift} %"
    )


def _clock(s: float) -> str:
    minutes, seconds = divmod(round(s), 60)
    return f"{minutes}:{seconds:02d}"
