"""Where beats and bars of a chart lie in time, and which page shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.charts.chart import Chart
from station.model import PAD_INDEX, PADS, Pad
from station.units import NS_PER_S

# A page is read at a glance: at 330 BPM four bars of 4/4, at 120 one.
_PAGE_AT_MOST_NS = 3 * NS_PER_S
# From the top of the picture to its bottom, as a drummer's score has them.
_TOP_DOWN = (
    Pad.CRASH_1,
    Pad.CRASH_2,
    Pad.SPLASH,
    Pad.CHINA,
    Pad.RIDE,
    Pad.COWBELL,
    Pad.TAMBOURINE,
    Pad.HI_HAT,
    Pad.TOM_1,
    Pad.TOM_2,
    Pad.SNARE,
    Pad.TOM_3,
    Pad.TOM_4,
    Pad.AUX_1,
    Pad.AUX_2,
    Pad.OTHER,
    Pad.KICK,
    Pad.HI_HAT_PEDAL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the music a moment is.

    Attributes
    ----------
    bar
        From 0; negative in the count-in.
    beat, beats
        The beat in its bar, from 0, and how many the bar has.
    since_ns
        Since that beat.
    beat_ns
        How long that beat lasts.
    """

    bar: int
    beat: int
    beats: int
    since_ns: int
    beat_ns: int


@dataclass(frozen=True, slots=True)
class Page:
    """A few bars that are shown together.

    Attributes
    ----------
    number
        From 0; −1 is the count-in.
    start_ns, end_ns
        Chart time at its left and right edge.
    beats_ns
        Its beats, shape (n,).
    bar_starts
        For each of its bars: chart time and number.
    first_note, last_note
        Its notes are `first_note` (inclusive) to `last_note` (exclusive).
    """

    number: int
    start_ns: int
    end_ns: int
    beats_ns: NDArray[np.int64]
    bar_starts: tuple[tuple[int, int], ...]
    first_note: int
    last_note: int

    @property
    def length_ns(self) -> int:
        """From edge to edge."""
        return self.end_ns - self.start_ns


_NO_BEATS: NDArray[np.int64] = np.empty(0, dtype=np.int64)


class Grid:
    """Beats, bars, pages and lanes of one chart.

    Attributes
    ----------
    chart
        What is played.
    lanes
        Its pads from top to bottom.
    bars
        How many bars it has.
    open_end
        Whether it is played over and over, until it is stopped.
    bars_a_pass, passes
        Bars of one time through, and how many times that is.
    pages
        In order; the count-in is not among them.
    """

    def __init__(self, chart: Chart, *, open_end: bool = False) -> None:
        self.chart = chart
        self.open_end = open_end
        self.lanes_of_notes = chart.lanes
        used = set(np.unique(self.lanes_of_notes).tolist())
        self.lanes: tuple[Pad, ...] = tuple(p for p in _TOP_DOWN if PAD_INDEX[p] in used)
        self.row_of_pad = np.full(len(PADS), -1, dtype=np.int64)
        for row, pad in enumerate(self.lanes):
            self.row_of_pad[PAD_INDEX[pad]] = row
        bars = list(chart.bars())
        self.bars = len(bars)
        self.bars_a_pass = max(1, chart.bars_a_pass)
        self.passes = max(1, -(-self.bars // self.bars_a_pass))
        self._bar_ns = chart.tempo.ns_of(
            np.array([b.tick for b in bars] + [chart.length_ticks], dtype=np.int64)
        )
        ticks = [bar.beat_ticks() for bar in bars]
        self._first_beat = np.cumsum([0] + [len(t) for t in ticks])
        self._beat_ns = chart.tempo.ns_of(
            np.array([t for bar in ticks for t in bar], dtype=np.int64)
        )
        self.pages: list[Page] = self._make_pages()
        self._page_starts = np.array([p.start_ns for p in self.pages], dtype=np.int64)

    @property
    def beats_in_bar(self) -> int:
        """Of the first bar, and so of the count-in."""
        return self.chart.metre[0].beats

    @property
    def count_in_beat_ns(self) -> int:
        """How long a beat of the count-in is."""
        return max(1, round(60 * NS_PER_S / self.chart.bpm))

    def place_at(self, t_ns: int) -> Place:
        """Where chart time `t_ns` is; past the end, the last beat."""
        if t_ns < 0 or self.bars == 0:
            beat = t_ns // self.count_in_beat_ns
            bar, beat_in_bar = divmod(beat, self.beats_in_bar)
            since = t_ns - beat * self.count_in_beat_ns
            return Place(
                int(bar), int(beat_in_bar), self.beats_in_bar, int(since), self.count_in_beat_ns
            )
        i = int(np.searchsorted(self._beat_ns, t_ns, side="right")) - 1
        bar = int(np.searchsorted(self._first_beat, i, side="right")) - 1
        first = int(self._first_beat[bar])
        beats = int(self._first_beat[bar + 1]) - first
        begin = int(self._beat_ns[i])
        end = int(self._beat_ns[i + 1]) if i + 1 < len(self._beat_ns) else self.chart.length_ns
        return Place(bar, i - first, beats, t_ns - begin, end - begin)

    def written_bar(self, bar: int) -> int:
        """The number, from 1, that a bar has where it is written."""
        return self.chart.first_bar + bar % self.bars_a_pass + 1

    def bar_words(self, bar: int) -> str:
        """Bar 6 of 32; of a loop, bar 6 and which pass it is."""
        written = f"BAR {self.written_bar(bar)}"
        if self.passes == 1:
            return f"{written} of {self.written_bar(self.bars - 1)}"
        number = f"PASS {bar // self.bars_a_pass + 1}"
        return f"{written} · {number}" if self.open_end else f"{written} · {number}/{self.passes}"

    def length_words(self) -> str:
        """8 bars; of a loop, 4 bars × 20."""
        bars = f"{self.bars_a_pass} {'bar' if self.bars_a_pass == 1 else 'bars'}"
        if self.open_end:
            return f"{bars}, over and over"
        return bars if self.passes == 1 else f"{bars} × {self.passes}"

    def bar_ns(self, bar: int) -> tuple[int, int]:
        """When a bar begins and ends."""
        return int(self._bar_ns[bar]), int(self._bar_ns[bar + 1])

    def page_with(self, bar: int) -> int:
        """The number of the page that shows a bar."""
        return max(0, int(np.searchsorted(self._page_starts, self._bar_ns[bar], "right")) - 1)

    def position(self, t_ns: int) -> float:
        """Chart time in pages: 2.5 is the middle of page 2; −0.25 a quarter before tick 0."""
        number = int(np.searchsorted(self._page_starts, t_ns, side="right")) - 1
        if number < 0:
            return t_ns / self.page(-1).length_ns
        if t_ns >= self.chart.length_ns:
            past = t_ns - self.chart.length_ns
            return len(self.pages) + past / self.page(len(self.pages)).length_ns
        page = self.pages[number]
        return number + (t_ns - page.start_ns) / page.length_ns

    def page(self, number: int) -> Page:
        """A page; before the first come pages of count-in, and after the last empty ones."""
        if 0 <= number < len(self.pages):
            return self.pages[number]
        length = self.pages[0].length_ns if self.pages else _PAGE_AT_MOST_NS
        if number >= len(self.pages):
            start = self.chart.length_ns + (number - len(self.pages)) * length
            return Page(number, start, start + length, _NO_BEATS, (), 0, 0)
        start = number * length
        beat = self.count_in_beat_ns
        beats = np.arange(-(-start // beat) * beat, start + length, beat, dtype=np.int64)
        return Page(number, start, start + length, beats, (), 0, 0)

    def _make_pages(self) -> list[Page]:
        bar_ns = self._bar_ns
        pages: list[Page] = []
        first = 0
        while first < self.bars:
            # 1, 2, 4 … bars: whole phrases stay together, and 4/4 pages are all alike.
            bars = 1
            while (
                first + 2 * bars <= self.bars
                and bar_ns[first + 2 * bars] - bar_ns[first] <= _PAGE_AT_MOST_NS
            ):
                bars *= 2
            last = first + bars
            start_ns, end_ns = int(bar_ns[first]), int(bar_ns[last])
            a, b = np.searchsorted(self.chart.written_ns, (start_ns, end_ns))
            pages.append(
                Page(
                    number=len(pages),
                    start_ns=start_ns,
                    end_ns=end_ns,
                    beats_ns=self._beat_ns[self._first_beat[first] : self._first_beat[last]],
                    bar_starts=tuple((int(bar_ns[i]), i) for i in range(first, last)),
                    first_note=int(a),
                    last_note=int(b),
                )
            )
            first = last
        return pages
