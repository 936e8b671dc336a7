"""Pictures of the real window for the README: `python -m ui.picture OUT.png`.

A simulated drummer plays through the real engine; OUT.png is grabbed as soon as there is a
call, and OUT-report.png when the take has ended. No display is needed, and nothing is left
among the player's takes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from station.errors import EngineError, StationError
from station.model import TempoCall
from ui import words
from ui.app import Session, begin, open_window

# Rushes by so little that the hits are still near their notes when the call comes.
DRUMMER = "sim://?player=steady&tempo_percent=0.7&miss_rate=0.03&extra_rate=0.03&seed=1"
CHART = "double-time-swing"
_LATEST_CALL_SHARE = 0.8
_TIMEOUT_MS = 120_000


def take_pictures(out: Path, width: int = 1280, height: int = 800) -> list[Path]:
    """Play a take and grab the window; returns the pictures' files.

    Parameters
    ----------
    out
        The play page's file; the report's has `-report` before the ending.
    width, height
        Of the window, in pixels.

    Raises
    ------
    StationError
        When the engine ends before the take does.
    """
    from PyQt6.QtCore import QTimer  # noqa: PLC0415 - the engine starts before Qt is loaded
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415

    session = begin(DRUMMER, CHART, None, demo=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    feed, window = open_window(session)
    window.resize(width, height)
    window.show()
    report = out.with_name(f"{out.stem}-report{out.suffix}")
    failures: list[str] = []
    taken: list[Path] = []

    def on_frame(now_ns: int) -> None:
        if not taken and _worth_a_picture(session, now_ns):
            window.grab().save(str(out))
            taken.append(out)

    def on_end() -> None:
        # A turn of the event loop later, the report has been laid out.
        QTimer.singleShot(300, grab_report)

    def grab_report() -> None:
        window.grab().save(str(report))
        taken.append(report)
        app.exit()

    def give_up(problem: str) -> None:
        failures.append(problem)
        app.exit()

    feed.frame.connect(on_frame)
    feed.take_ended.connect(on_end)
    feed.engine_lost.connect(give_up)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(lambda: give_up("The take did not end in time; try again."))
    late.start(_TIMEOUT_MS)
    app.exec()
    late.stop()
    window.close()
    if failures:
        raise EngineError(failures[0])
    return taken


def _worth_a_picture(session: Session, now_ns: int) -> bool:
    """The call is there, and the playhead is in mid-page."""
    state = session.state
    t_ns = state.chart_ns(now_ns)
    if t_ns is None or state.grid is None:
        return False
    called = words.tempo_call(state.verdict) is not TempoCall.UNDECIDED
    late = t_ns > _LATEST_CALL_SHARE * state.grid.chart.length_ns
    in_mid_page = 0.55 < state.grid.position(t_ns) % 1 < 0.75
    return in_mid_page and (late or called)


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ui.picture", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.png")
    parser.add_argument("--size", default="1280x800", metavar="WIDTHxHEIGHT")
    options = parser.parse_args(argv)
    width, height = (int(n) for n in options.size.split("x"))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as takes:
        os.environ["STATION_DATA_DIR"] = takes
        try:
            for path in take_pictures(options.out, width, height):
                print(path)
        except StationError as error:
            print(error, file=sys.stderr)
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
