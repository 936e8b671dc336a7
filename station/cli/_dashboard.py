"""`station` without a command: the window, or the terminal view where none can be opened."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module

from station.cli._output import note
from station.errors import OutsideError


def open_dashboard(args: argparse.Namespace) -> int:
    """Open the window; returns its exit code.

    Raises
    ------
    OutsideError
        When there is a display but Qt cannot be loaded.
    """
    words = dashboard_words(args)
    if not display_there():
        note("no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): the terminal view.")
        return _terminal_view(args)
    try:
        # By name: the station knows no window, and installs without one.
        run: Callable[[list[str]], int] = import_module("ui.app").main
    except ImportError as error:
        raise OutsideError(
            f"The window cannot be opened ({error}); 'station doctor' says what is missing, and "
            "'station play' plays in the terminal."
        ) from error
    return run(words)


def dashboard_words(args: argparse.Namespace) -> list[str]:
    """What was typed for the dashboard, as its own `main` takes it."""
    words = [*_option("--kit", args.kit), *_chart_words(args)]
    if args.demo:
        words += ["--demo"]
    return words


def _chart_words(args: argparse.Namespace) -> list[str]:
    """What was typed of the chart; the window and `station play` take it alike."""
    words = [
        *_option("--chart", args.chart),
        *_option("--bpm", args.bpm),
        *_option("--speed", args.speed),
        *_option("--from-bar", args.from_bar),
        *_option("--to-bar", args.to_bar),
        *_option("--repeat", args.repeat),
    ]
    return [*words, "--loop"] if args.until_stopped else words


def _option(name: str, value: object) -> list[str]:
    return [] if value is None else [name, str(value)]


def display_there() -> bool:
    """Whether a window can be expected to open: only Unix has machines without a display."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _terminal_view(args: argparse.Namespace) -> int:
    from station.cli import play
    from station.cli._kit_choice import SIMULATED
    from station.cli.main import command_parser

    words = [args.kit or SIMULATED] if args.kit or args.demo else []
    words += _chart_words(args)
    return play.run(command_parser("play").parse_args(words))
