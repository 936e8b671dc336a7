"""`station kits tune`: a minute of playing, and the pads' settings suit it.

Who can tune a kind of kit is found by its entry point (group `station.kit_tuners`, name = URL
scheme, object = a `TunerType`); this module draws, asks and reports.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

from station.cli._keys import keyboard
from station.cli._output import STDOUT, check_target, clean, console, note, say, table, write_json
from station.cli._parser import add_json, number
from station.cli._signals import asked_to_stop
from station.clock import MONOTONIC
from station.errors import WrongUse
from station.hal.address import parse_address
from station.units import NS_PER_S, ns_from_s

GROUP = "station.kit_tuners"
DESCRIPTION = """\
Look after a board's pads: play for a minute, all of them, soft and loud. Meanwhile the peaks of
each pad are shown, which strikes are heard twice, and which pads feel the others. Then better
thresholds and masks are suggested; Enter writes them to the board, where they stay.
Enter or q ends the playing early."""
EXAMPLE = """\
station kits tune serial:///dev/ttyACM0
station kits tune serial://00c0ffee00c0ffee --seconds 20 --write --json tuned.json"""
SCHEMA = "station.tuning/1"
_KEY_S = 0.05
_LINE_EVERY_NS = 5 * NS_PER_S


class Advice(Protocol):
    """Why a pad's parameter should change, and which.

    Attributes
    ----------
    pad, parameter
        Which one.
    why
        What was heard.
    """

    @property
    def pad(self) -> int: ...
    @property
    def parameter(self) -> str: ...
    @property
    def why(self) -> str: ...


class Change(Protocol):
    """A parameter that would be set.

    Attributes
    ----------
    advice
        Which, and why.
    before, after, unit
        The value now and the better one, whole numbers of `unit`.
    """

    @property
    def advice(self) -> Advice: ...
    @property
    def before(self) -> int: ...
    @property
    def after(self) -> int: ...
    @property
    def unit(self) -> str: ...


class Tuner(Protocol):
    """A kit that is listened to while somebody plays; all errors are `KitError`s."""

    @property
    def title(self) -> str:
        """Which kit."""
        ...

    def listen(self) -> None:
        """Take what was struck since the last time."""
        ...

    def view(self) -> list[str]:
        """The pads as they are now, a line each."""
        ...

    def finish(self) -> None:
        """Playing is over."""
        ...

    def changes(self) -> Sequence[Any]:
        """What would be better than it is: `Change`s."""
        ...

    def apply(self, changes: Sequence[Any]) -> list[str]:
        """Set and keep them; a line on each."""
        ...

    def summary(self) -> dict[str, Any]:
        """What was heard, for programs."""
        ...

    def close(self) -> None:
        """Let go of the kit."""
        ...


TunerType = Callable[[str, Callable[[], None]], Tuner]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station kits tune`."""
    parser.add_argument("address", metavar="ADDRESS", help="the board ('station kits' lists them)")
    parser.add_argument(
        "--seconds", type=number(0.1, 3_600), default=60, metavar="N", help="how long to play (60)"
    )
    write = parser.add_mutually_exclusive_group()
    write.add_argument("--write", action="store_true", help="write what is better without asking")
    write.add_argument("--look", action="store_true", help="suggest only, write nothing")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Listen, suggest, write; returns the exit code.

    Raises
    ------
    StationError
        When the kit cannot be opened or cannot be tuned.
    """
    check_target(args.json)
    wake = threading.Event()
    tuner = _tuner_for(args.address)(args.address, wake.set)
    try:
        _play(tuner, args.seconds, quiet=args.json == STDOUT)
        changes = tuner.changes()
        said: list[str] = []
        if args.json != STDOUT:
            _show(changes)
        if changes and not args.look and (args.write or _agreed()):
            said = tuner.apply(changes)
            if args.json != STDOUT:
                say(f"written to the board, and kept: {'; '.join(map(clean, said))}.")
        write_json(_to_dict(args.address, tuner, changes, bool(said)), args.json)
    finally:
        tuner.close()
    return 0


def _tuner_for(address: str) -> TunerType:
    scheme = parse_address(address).scheme
    for point in entry_points(group=GROUP, name=scheme):
        found: TunerType = point.load()
        return found
    known = ", ".join(sorted(f"{point.name}://" for point in entry_points(group=GROUP))) or "none"
    raise WrongUse(
        f"{address}: a {scheme}:// kit has no pads that the station can tune; it can those of "
        f"{known}. A module is tuned in its own menus."
    )


def _play(tuner: Tuner, seconds: float, *, quiet: bool) -> None:
    """Until the time is over, a key is pressed or Ctrl-C."""
    until_ns = MONOTONIC.now_ns() + ns_from_s(seconds)
    note(f"{clean(tuner.title)}: play all pads, soft and loud, for {seconds:g} s.")
    with asked_to_stop() as stop, keyboard() as key, _screen(quiet) as show:
        while not stop.is_set() and (left_ns := until_ns - MONOTONIC.now_ns()) > 0:
            tuner.listen()
            show([*tuner.view(), "", f"{left_ns / NS_PER_S:.0f} s more; Enter ends"])
            if key(min(_KEY_S, left_ns / NS_PER_S)) in ("\r", "\n", "q", "Q", "\x1b"):
                break
    tuner.finish()
    if not quiet:
        for line in tuner.view():
            say(clean(line))


@contextlib.contextmanager
def _screen(quiet: bool) -> Iterator[Callable[[list[str]], None]]:
    """Give what shows lines: drawn over themselves on a terminal; elsewhere the last, at times."""
    if quiet or not sys.stdout.isatty():
        due_ns = MONOTONIC.now_ns() + _LINE_EVERY_NS

        def tell(lines: list[str]) -> None:
            nonlocal due_ns
            if MONOTONIC.now_ns() >= due_ns:
                due_ns += _LINE_EVERY_NS
                note(lines[-1])

        yield tell
        return
    from rich.live import Live
    from rich.text import Text

    with Live(console=console(sys.stdout), auto_refresh=False, transient=True) as live:

        def draw(lines: list[str]) -> None:
            text = Text("\n".join(map(clean, lines)), no_wrap=True, overflow="crop")
            live.update(text, refresh=True)

        yield draw


def _show(changes: Sequence[Change]) -> None:
    if not changes:
        say("Nothing to change: what was heard suits the settings, or was too little to say.")
        return
    table(
        ("pad", "parameter", "now", "better", "why"),
        [
            (
                str(change.advice.pad),
                change.advice.parameter,
                f"{change.before} {change.unit}",
                f"{change.after} {change.unit}",
                change.advice.why,
            )
            for change in changes
        ],
    )


def _agreed() -> bool:
    """Whether the person says yes; nobody there means no."""
    if not sys.stdin.isatty():
        note("nothing is written; add --write for that.")
        return False
    say("Enter writes this to the board, any other key leaves it as it is.")
    with keyboard() as key, asked_to_stop() as stop:
        while not stop.is_set():
            pressed = key(_KEY_S)
            if pressed:
                return pressed in ("\r", "\n")
    return False


def _to_dict(
    address: str, tuner: Tuner, changes: Sequence[Change], written: bool
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "address": address,
        **tuner.summary(),
        "changes": [
            {
                "pad": change.advice.pad,
                "parameter": change.advice.parameter,
                "before": change.before,
                "after": change.after,
                "unit": change.unit,
                "why": change.advice.why,
            }
            for change in changes
        ],
        "written": written,
    }
