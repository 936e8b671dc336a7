"""What a running take looks like in the terminal: told what happens, says what to show.

Knows no clock, no terminal and no engine: it is fed, and asked.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from station.charts.chart import Chart
from station.cli._meter import PRETTY, Signs, beats, big_number, meter, signed
from station.engine.messages import GridNow, KitStatus
from station.engine.ring import Records
from station.grid_clock import GridClock
from station.model import JudgementKind
from station.units import NS_PER_MINUTE, NS_PER_S, ms_from_ns
from station.verdict_words import NOT_FOLLOWED

# So many hits does the meter's dot stand for: one alone jumps about.
_RECENT = 8
# What a verdict says while it says nothing.
_SILENT = "undecided"


class LiveView:
    """A take as it stands.

    Parameters
    ----------
    is_silent
        Whether a bar, from 0, has no click.

    Attributes
    ----------
    start_ns
        Tick 0 on the monotonic clock; None while the first hit is awaited.
    kit
        The kit as last said.
    """

    def __init__(
        self,
        chart: Chart,
        signs: Signs = PRETTY,
        is_silent: Callable[[int], bool] = lambda bar: False,
    ) -> None:
        self.start_ns: int | None = None
        self.kit: KitStatus | None = None
        self._clock = GridClock()
        self._chart = chart
        self._signs = signs
        self._is_silent = is_silent
        self._beat_ns = chart.tempo.ns_of(chart.beat_ticks())
        bars = list(chart.bars())
        self._bar_ns = chart.tempo.ns_of(np.array([bar.tick for bar in bars], dtype=np.int64))
        self._bar_beats = [bar.beats for bar in bars]
        self._bars_a_pass = max(1, chart.bars_a_pass)
        # What was said of hits that are not confirmed yet, by their number.
        self._waiting: dict[int, JudgementKind] = {}
        self._counts: Counter[JudgementKind] = Counter()
        self._recent_ns: deque[int] = deque(maxlen=_RECENT)
        self._verdict: dict[str, Any] = {}

    # ------------------------------------------------------------------- told

    def begin(self) -> None:
        """A take begins: what was struck before does not count."""
        self._clock = GridClock()
        self._waiting.clear()
        self._counts.clear()
        self._recent_ns.clear()

    def hear(self, records: Records) -> None:
        """Judgements of the engine; what is confirmed takes the place of what was said at once."""
        for record in records:
            kind = JudgementKind(int(record["kind"]))
            if kind is JudgementKind.MISSED:
                self._counts[kind] += 1
                continue
            seq = int(record["hit_seq"])
            before = self._waiting.pop(seq, None)
            if before is not None:
                self._counts[before] -= 1
            elif kind is JudgementKind.HIT:
                self._recent_ns.append(int(record["offset_ns"]))
            if not record["confirmed"]:
                self._waiting[seq] = kind
            self._counts[kind] += 1

    def turn_grid(self, step: GridNow) -> None:
        """The take's clock runs otherwise from a moment on."""
        self._clock.turn(step.host_ns, step.rate_ppb)

    def judge(self, verdict: dict[str, Any]) -> None:
        """The verdict by now."""
        self._verdict = verdict

    # ------------------------------------------------------------------- said

    @property
    def hits(self) -> int:
        """Hits that were a note of the chart."""
        return self._counts[JudgementKind.HIT]

    @property
    def missed(self) -> int:
        """Notes that nobody struck."""
        return self._counts[JudgementKind.MISSED]

    @property
    def extra(self) -> int:
        """Hits that were no note."""
        return self._counts[JudgementKind.EXTRA]

    def counting_in(self, now_ns: int) -> bool:
        """Whether tick 0 is still to come."""
        return self.start_ns is None or now_ns < self.start_ns

    def counting_lines(self, now_ns: int) -> list[str]:
        """The count-in: a number to read from the stool, and the beats of the bar."""
        if self.start_ns is None:
            return ["Play: your first hit begins the take."]
        metre = self._chart.metre[0]
        beats_left = (self.start_ns - self._clock.at(now_ns)) * self._chart.bpm / NS_PER_MINUTE
        on = int(-beats_left // 1) % metre.beats
        return [*big_number(on + 1, self._signs), "", beats(on, metre.beats, self._signs)]

    def place_line(self, now_ns: int) -> str:
        """Bar and beat of now."""
        if self.start_ns is None:
            return ""
        t_ns = self._clock.at(now_ns) - self.start_ns
        bar = max(0, int(np.searchsorted(self._bar_ns, t_ns, side="right")) - 1)
        first = int(np.searchsorted(self._beat_ns, self._bar_ns[bar], side="left"))
        beat = max(0, int(np.searchsorted(self._beat_ns, t_ns, side="right")) - 1 - first)
        shown = beats(min(beat, self._bar_beats[bar] - 1), self._bar_beats[bar], self._signs)
        if self._is_silent(bar):
            # No beat is seen either, and which bar it is, is.
            shown = "silent"
        written = self._chart.written_bar(bar) + 1
        if not self._chart.pass_ticks:
            last = self._chart.written_bar(len(self._bar_ns) - 1) + 1
            return f"bar {written}/{last}   {shown}"
        return f"pass {bar // self._bars_a_pass + 1}   bar {written}   {shown}"

    def meter_line(self) -> str:
        """Early or late, as the mean of the last few hits."""
        if not self._recent_ns:
            return meter(None, self._signs)
        mean_ns = sum(self._recent_ns) / len(self._recent_ns)
        return meter(ms_from_ns(mean_ns), self._signs)

    def call_word(self) -> str:
        """The one word: the tempo's call; while there is none, that of the placement."""
        tempo = (self._verdict.get("tempo") or {}).get("call", _SILENT)
        placement = (self._verdict.get("placement") or {}).get("call", _SILENT)
        return str(tempo if tempo != _SILENT else placement).upper()

    def interval_line(self) -> str:
        """The numbers behind the word, each with its interval; empty when there are none.

        Of hits that do not follow the chart, that they do not.
        """
        if self._verdict.get("matched") is False:
            return NOT_FOLLOWED
        parts = []
        for part, value, unit in (
            ("tempo", "ratio_percent", "%"),
            ("placement", "offset_ms", "ms"),
        ):
            said = self._verdict.get(part) or {}
            numbers = [n for key in (value, "low", "high") if (n := said.get(key)) is not None]
            if len(numbers) == 3:
                middle, low, high = (signed(n, self._signs).strip() for n in numbers)
                parts.append(f"{part} {said['call']} {middle} {unit} ({low} to {high})")
        return "   ".join(parts)

    def counts_line(self) -> str:
        """How many hits, misses and extras."""
        return f"{self.hits} hit   {self.missed} missed   {self.extra} extra"

    def one_line(self, now_ns: int) -> str:
        """Everything in one line, for where nothing can be drawn over."""
        seconds = 0 if self.start_ns is None else max(0, now_ns - self.start_ns) // NS_PER_S
        clock = f"{seconds // 60}:{seconds % 60:02d}"
        return f"{clock}  {self.meter_line()}  {self.call_word().lower()}  {self.counts_line()}"
