"""The visual click, frame by frame: it shows where the grid is, however late a frame comes."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from PyQt6.QtWidgets import QApplication

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.clock import ManualClock
from station.engine.messages import Ready, Started
from station.model import Note, Pad, Zone
from ui.feed import Feed
from ui.grid import Grid, Place
from ui.link import FakeEngine
from ui.outbox import Outbox
from ui.plan import Plan
from ui.state import Dashboard
from ui.widgets.pulse import GLOW_NS, MOST_OF_WINDOW, Pulse, level_of
from ui.window import Window

MS = 1_000_000
START = 10**12
FRAME_NS = 16_666_667


def chart(bpm: int, beats: int, bars: int) -> Chart:
    ticks = 480 * beats * bars
    notes = (Note(0, Pad.SNARE, Zone.HEAD, 38),)
    return Chart("T", TempoMap.constant(bpm, 480), (MetreChange(0, beats, 4),), notes, ticks)


@pytest.fixture
def window(app: QApplication) -> Window:
    feed = Feed(FakeEngine(), Dashboard(), FakeEngine, Outbox(), ManualClock(START))
    return Window(feed, Plan("midi://x", "pulse"))


@pytest.mark.parametrize(("bpm", "beats"), [(60, 4), (330, 7), (400, 4), (1000, 3)])
def test_ten_minutes_of_late_frames_show_the_beats_of_the_grid(
    app: QApplication, bpm: int, beats: int
) -> None:
    clock, engine, state = ManualClock(START), FakeEngine(), Dashboard()
    feed = Feed(engine, state, FakeEngine, Outbox(), clock)
    window = Window(feed, Plan("midi://x", "pulse"))
    pulse = window.play.pulse
    bars = 10 * bpm // beats + 2
    state.lay_out(Grid(chart(bpm, beats, bars)))
    engine.say(Ready(1), Started("0192", START))
    beat_ns = Fraction(60 * 10**9, bpm)
    glow_ns = min(GLOW_NS, beat_ns * 7 // 10)
    late = random.Random(1)
    frames = 0
    # A minute at the beginning and one at the end: what drifts is far off there.
    for begin in (0, 9 * 60 * 10**9):
        t = begin
        while t < begin + 10 * 10**9:
            t += FRAME_NS + late.randrange(40 * MS)
            clock.t_ns = START + t
            feed.tick()
            beat, since = divmod(t, beat_ns)
            assert pulse.level == pytest.approx(max(0, 1 - since / glow_ns), abs=1e-4)
            assert pulse.accented == (beat % beats == 0)
            frames += 1
    assert frames > 300
    window.close()


def test_the_count_in_pulses_and_nothing_does_when_no_music_runs() -> None:
    pulse = Pulse()
    pulse.show_place(Place(-1, 0, 4, 0, 500 * MS))
    assert (pulse.level, pulse.accented) == (1.0, True)
    pulse.show_place(None)
    assert (pulse.level, pulse.accented) == (0.0, False)


@pytest.mark.parametrize("bpm", [30, 120, 330, 400, 1000])
def test_it_is_dark_again_before_the_next_beat(bpm: int) -> None:
    beat_ns = 60 * 10**9 // bpm
    assert level_of(Place(0, 0, 4, 0, beat_ns)) == 1
    assert level_of(Place(0, 0, 4, beat_ns * 3 // 4, beat_ns)) == 0


def test_it_is_painted_bright_on_the_beat_and_the_first_beat_looks_another_way(
    app: QApplication,
) -> None:
    pulse = Pulse()
    pulse.resize(400, 200)

    def lit(place: Place) -> tuple[int, int]:
        """How bright the middle and a point near the diamond's tip are."""
        pulse.show_place(place)
        image = pulse.grab().toImage()
        at = pulse._size() * 0.4
        return image.pixelColor(200, 100).lightness(), image.pixelColor(
            200, round(100 - at)
        ).lightness()

    first = lit(Place(0, 0, 4, 0, 500 * MS))
    other = lit(Place(0, 1, 4, 0, 500 * MS))
    dark = lit(Place(0, 1, 4, 400 * MS, 500 * MS))
    assert first[0] > 200
    assert other[0] > 200
    assert first[1] > 200 > other[1]
    assert max(dark) < 60


@pytest.mark.parametrize("size", [(800, 500), (1280, 800), (1920, 1080)])
def test_it_is_big_and_yet_no_more_than_may_flash(window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.play.pulse.setVisible(True)
    window.show()
    QApplication.processEvents()
    width = window.play.pulse._size()
    assert width**2 / 2 <= MOST_OF_WINDOW * size[0] * size[1] * 1.001
    assert width > size[1] / 6
    window.close()
