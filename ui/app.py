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
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from station.charts.tempo import MAX_BPM, MIN_BPM
from station.clock import MONOTONIC
from station.engine.client import EngineClient
from station.engine.messages import Connect
from station.errors import OutsideError, StationError, WrongUse
from ui.grid import Grid
from ui.kitsearch import KitSearch
from ui.outbox import Outbox
from ui.plan import DEMO_BPM, SIMULATED_DRUMMER, Plan, demo_plan
from ui.state import Dashboard

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from ui.feed import Feed
    from ui.window import Window

_FIRST_CHART = "straight-eighths"


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
        session = begin(options.kit, options.chart, options.bpm, demo=options.demo)
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
            _play_at_once(engine, outbox, state, plan)
        else:
            plan = Plan(kit, chart, bpm)
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
    state.grid = Grid(chart)


def open_window(session: Session) -> tuple[Feed, Window]:
    """The window of a session; needs a `QApplication`."""
    from ui.feed import Feed  # noqa: PLC0415 - Qt loads while the engine warms up
    from ui.window import Window  # noqa: PLC0415

    feed = Feed(session.engine, session.state, EngineClient.launch, session.outbox)
    feed.remember_kits(session.kits)
    window = Window(feed, session.plan, session.search, demo_without_kit=session.demo_without_kit)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="station", description="The dashboard: hear, judge and show every hit."
    )
    parser.add_argument("--kit", default="", metavar="ADDRESS", help="for example midi://TD-17")
    parser.add_argument("--chart", default="", metavar="NAME", help="a chart's name or file")
    parser.add_argument("--bpm", type=float, metavar="N", help="tempo; default: the chart's own")
    parser.add_argument(
        "--demo", action="store_true", help="a simulated drummer plays at once, without a kit"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
