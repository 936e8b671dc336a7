"""The dashboard's entry: `station` without a command, or `python -m ui.app`.

Qt is imported late: the engine's process starts first and warms up while Qt loads.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from station.charts.excerpt import MAX_SPEED_PERCENT, MIN_SPEED_PERCENT
from station.charts.tempo import MAX_BPM, MIN_BPM
from station.clock import MONOTONIC
from station.engine.client import EngineClient
from station.engine.messages import Connect
from station.errors import OutsideError, StationError, WrongUse
from station.preferences import Preferences, read_preferences, write_preferences
from ui.grid import Grid
from ui.kitsearch import KitSearch
from ui.outbox import Outbox
from ui.plan import DEMO_BPM, SIMULATED_DRUMMER, Plan, demo_plan
from ui.practice import UNTIL_STOPPED
from ui.soundsearch import SoundSearch
from ui.state import Dashboard

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from ui.feed import Feed
    from ui.window import Window

_FIRST_CHART = "straight-eighths"


@dataclass(frozen=True, slots=True)
class How:
    """What is played of a chart.

    Attributes
    ----------
    from_bar, to_bar
        The loop, from 1 and both inclusive; None is the first, or the last bar.
    speed
        Times the written tempo.
    repeats
        How often; None is once, and a loop over and over.
    """

    from_bar: int | None = None
    to_bar: int | None = None
    speed: Fraction = Fraction(1)
    repeats: int | None = None

    def of(self, plan: Plan) -> Plan:
        """A plan, so played.

        Raises
        ------
        ChartError, WrongUse
            When the chart cannot be read, or has no such bars.
        """
        part = None
        if self.from_bar is not None or self.to_bar is not None:
            bars = plan.chart_as_written().bar_count
            first = 1 if self.from_bar is None else self.from_bar
            part = first - 1, bars if self.to_bar is None else self.to_bar
        usual = plan.repeats if part is None else UNTIL_STOPPED
        repeats = usual if self.repeats is None else self.repeats
        made = replace(plan, part=part, speed=self.speed, repeats=repeats)
        made.chart_as_played()
        return made


AS_WRITTEN = How()


@dataclass(slots=True)
class Session:
    """What runs before there is a window.

    Attributes
    ----------
    engine, outbox, state
        The engine, what sends to it, and the view-model.
    plan
        What is on the desk.
    search
        A search for kits that has begun, or None.
    kits
        Addresses that are being opened.
    """

    engine: EngineClient
    outbox: Outbox
    state: Dashboard
    plan: Plan
    search: KitSearch | None
    kits: list[str]

    @property
    def demo_without_kit(self) -> bool:
        """Whether to play the simulated drummer when no real kit is found."""
        return not self.kits


def main(argv: Sequence[str] | None = None) -> int:
    """Open the dashboard; returns the exit code.

    Parameters
    ----------
    argv
        Arguments without the program's name; None is `sys.argv`.
    """
    options = _parser().parse_args(argv)
    try:
        problem = display_problem()
        if problem:
            raise OutsideError(problem)
        session = begin(
            options.kit, options.chart, options.bpm, demo=options.demo, how=_how(options)
        )
        return _show(session)
    except StationError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def display_problem() -> str:
    """Why no window can be opened here, one sentence; empty when it can."""
    named = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    if not sys.platform.startswith("linux") or any(os.environ.get(n) for n in named):
        return ""
    return "There is no display for a window; 'station play' plays in the terminal."


def begin(
    kit: str,
    chart: str,
    bpm: float | None,
    *,
    demo: bool,
    how: How = AS_WRITTEN,
    launch: Callable[[], EngineClient] = EngineClient.launch,
) -> Session:
    """Start the engine and tell it what is known already.

    Parameters
    ----------
    kit
        Address; empty when nobody said.
    chart
        Name or path; empty for the first one.
    bpm
        Tempo, or None for the chart's own (of the simulated drummer: 330).
    demo
        Begin a take of the simulated drummer at once.
    how
        What is played of the chart.
    launch
        Starts the engine.

    Raises
    ------
    StationError
        When the engine cannot be started, or a demo's chart cannot be read.
    """
    if bpm is not None and not MIN_BPM <= bpm <= MAX_BPM:
        raise WrongUse(f"{bpm:g} BPM is outside {MIN_BPM} to {MAX_BPM}; choose another tempo.")
    engine = launch()
    outbox, state = Outbox(), Dashboard()
    # Begun now, so that the answer is there when the window is.
    search = None if demo or kit else KitSearch()
    chart = chart or _FIRST_CHART
    try:
        if demo:
            address = kit or SIMULATED_DRUMMER
            plan = demo_plan(chart, bpm or DEMO_BPM, address)
            if how is not AS_WRITTEN:
                plan = how.of(replace(plan, bpm=bpm))
            _play_at_once(engine, outbox, state, plan)
        else:
            plan = how.of(Plan(kit, chart, bpm))
            if kit:
                outbox.send(engine, Connect([kit]))
    except StationError:
        outbox.end(engine)
        outbox.finish(timeout_s=15)
        raise
    kits = [plan.kit] if plan.kit else []
    return Session(engine, outbox, state, plan, search, kits)


def _play_at_once(engine: EngineClient, outbox: Outbox, state: Dashboard, plan: Plan) -> None:
    chart = plan.chart_as_played()
    start = plan.start_command(chart)
    state.asked(MONOTONIC.now_ns(), start.count_in_bars, start.player)
    outbox.send(engine, Connect([plan.kit]))
    outbox.send(engine, start)
    state.grid = Grid(chart, open_end=plan.repeats == UNTIL_STOPPED)


def open_window(session: Session) -> tuple[Feed, Window]:
    """The window of a session; needs a `QApplication`."""
    from ui.feed import Feed  # noqa: PLC0415 - Qt loads while the engine warms up
    from ui.window import Window  # noqa: PLC0415

    feed = Feed(session.engine, session.state, EngineClient.launch, session.outbox)
    feed.remember_kits(session.kits)
    try:
        chosen = read_preferences()
    except StationError as error:
        # The window opens all the same, as if nothing had been chosen.
        chosen = Preferences()
        session.state.complain(str(error))
    window = Window(
        feed,
        session.plan,
        session.search,
        sound_search=SoundSearch,
        demo_without_kit=session.demo_without_kit,
        chosen=chosen,
        keep=write_preferences,
    )
    feed.run()
    return feed, window


def _show(session: Session) -> int:
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415

    app = QApplication(sys.argv[:1])
    app.setApplicationName("Edrum station")
    feed, window = open_window(session)
    _catch(app, feed, window)
    window.show()
    try:
        return app.exec()
    finally:
        feed.close()


def _catch(app: QApplication, feed: Feed, window: Window) -> None:
    """A signal closes the window in good order; a fault of ours does not tear it down."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        window.close()
        app.quit()

    def on_fault(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        traceback.print_exception(kind, error, trace)
        feed.complain(f"A fault of the dashboard, please report it: {error!r}.")

    # Python sees a signal when the feed's timer next runs, a frame later.
    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    sys.excepthook = on_fault


def _how(options: argparse.Namespace) -> How:
    """What was typed of the loop; `AS_WRITTEN` itself when nothing was.

    Raises
    ------
    WrongUse
        When it cannot be.
    """
    if not MIN_SPEED_PERCENT <= options.speed <= MAX_SPEED_PERCENT:
        raise WrongUse(
            f"{options.speed:g} % is outside {MIN_SPEED_PERCENT} to {MAX_SPEED_PERCENT}; choose "
            "another speed."
        )
    repeats = UNTIL_STOPPED if options.loop else options.repeat
    how = How(options.from_bar, options.to_bar, Fraction(str(options.speed)) / 100, repeats)
    return AS_WRITTEN if how == AS_WRITTEN else how


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="station", description="The dashboard: hear, judge and show every hit."
    )
    parser.add_argument("--kit", default="", metavar="ADDRESS", help="for example midi://TD-17")
    parser.add_argument("--chart", default="", metavar="NAME", help="a chart's name or file")
    tempo = parser.add_mutually_exclusive_group()
    tempo.add_argument("--bpm", type=float, metavar="N", help="tempo; default: the chart's own")
    tempo.add_argument(
        "--speed", type=float, default=100, metavar="PERCENT", help="of the written tempo"
    )
    parser.add_argument("--from-bar", type=int, metavar="N", help="loop from bar N")
    parser.add_argument("--to-bar", type=int, metavar="N", help="loop to bar N")
    times = parser.add_mutually_exclusive_group()
    times.add_argument("--repeat", type=int, metavar="N", help="play it N times")
    times.add_argument("--loop", action="store_true", help="play it over and over")
    parser.add_argument(
        "--demo", action="store_true", help="a simulated drummer plays at once, without a kit"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
