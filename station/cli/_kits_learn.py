"""`station kits learn`: strike each pad once, and the module has a profile."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence

from station.cli._keys import ReadKey, keyboard
from station.cli._lesson import USUAL_PLACES, Lesson, Strike, file_name, known_places, pattern
from station.cli._output import clean, say
from station.clock import MONOTONIC
from station.errors import FileError, KitError, KitReason, WrongUse
from station.files import write_atomically
from station.hal.api import (
    FollowsChart,
    KitEvent,
    KitSource,
    LinkEvent,
    LinkState,
    MidiEvent,
    StrikeEvent,
)
from station.hal.port_names import bare
from station.hal.registry import create_source
from station.kits.library import own_folder
from station.kits.profile_file import read_profile
from station.units import NS_PER_MS

DESCRIPTION = """\
Make a profile for a module that no shipped one fits: strike each pad once when asked.
Enter skips what your kit has not, q ends and keeps what was learnt, Ctrl-C keeps nothing.
The profile is then picked for every port of that name."""
EXAMPLE = """\
station kits learn midi://TD-17
station kits learn midi://MPK --name garage --places kick,snare,hi-hat-closed,ride"""

# A struck pad shakes its neighbours, and a rim may send the head as well: what comes within
# this time is one strike, and the loudest of it is meant.
_TOGETHER_NS = 150 * NS_PER_MS
_KEY_S = 0.02
_NOTE_ON, _CONTROLLER = 0x90, 0xB0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station kits learn`."""
    parser.add_argument("address", metavar="ADDRESS", help="the kit ('station kits' lists them)")
    parser.add_argument("--name", help="of the profile; default: from the port's name")
    parser.add_argument("--title", help="for people; default: the port's name")
    parser.add_argument(
        "--wire", choices=("usb", "din", "serial"), default="usb", help="how it hangs (usb)"
    )
    parser.add_argument("--places", metavar="LIST", help="ask only for these, with commas between")
    parser.add_argument("--force", action="store_true", help="replace a profile of that name")


def run(args: argparse.Namespace) -> int:
    """Hold the lesson; returns the exit code.

    Raises
    ------
    StationError
        When the kit cannot be opened or is lost, or the profile cannot be written.
    """
    try:
        places: Sequence[str] = known_places(args.places) if args.places else USUAL_PLACES
    except ValueError as error:
        raise WrongUse(f"--places: {error}.") from error
    lesson = Lesson(places)
    source = create_source(args.address)
    wake = threading.Event()
    try:
        source.open(wake.set)
        if isinstance(source, FollowsChart):
            raise WrongUse(f"{args.address} has no pads to strike; name a kit that you can play.")
        port = bare(source.info.name)
        name = file_name(args.name or port)
        path = own_folder() / f"{name}.toml"
        if path.exists() and not args.force:
            raise WrongUse(f"{path} exists already; add --force to replace it, or --name another.")
        say(f"{clean(source.info.name)}: strike each pad once, hard. Enter skips, q ends.")
        with keyboard() as key:
            _teach(lesson, source, key)
    finally:
        source.close()
    if not lesson.learnt:
        raise WrongUse("Nothing was struck, so there is nothing to keep; try again.")
    text = lesson.toml(args.title or port, pattern(port), args.wire)
    read_profile(text, name, path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path.parent} cannot be made ({error.strerror}); set STATION_CONFIG_DIR to another."
        ) from error
    write_atomically(path, text.encode())
    say(f"{lesson.learnt} places learnt; the profile '{name}' is in {path}.")
    return 0


def _teach(lesson: Lesson, source: KitSource, key: ReadKey) -> None:
    ear = _Ear()
    asked = ""
    while lesson.place is not None:
        if lesson.question != asked:
            asked = lesson.question
            say(f"  strike: {asked}")
        pressed = key(_KEY_S)
        if pressed in ("q", "Q", "\x1b"):
            return
        if pressed in ("\r", "\n", " "):
            say("    skipped")
            lesson.skip()
            ear.forget()
            continue
        events = source.read()
        strike = ear.listen(events, MONOTONIC.now_ns())
        if strike is not None:
            say(f"    {lesson.hear(strike)}")
        elif any(isinstance(e, LinkEvent) and e.state is not LinkState.OPEN for e in events):
            if lesson.learnt:
                say("    the kit is gone; keeping what was learnt.")
                return
            raise KitError("The kit is gone; plug it in and begin again.", KitReason.LOST)


class _Ear:
    """Gathers what belongs to one strike."""

    def __init__(self) -> None:
        self._controllers: dict[int, int] = {}
        self._loudest: tuple[int, int, int] | None = None  # velocity, number, zone
        self._until_ns = 0

    def forget(self) -> None:
        """Drop a strike that is half heard."""
        self._loudest = None

    def listen(self, events: Sequence[KitEvent], now_ns: int) -> Strike | None:
        """The strike that these events complete, if any."""
        for event in events:
            found: tuple[int, int, int] | None = None
            if isinstance(event, StrikeEvent):
                found = (event.velocity, event.pad, event.zone)
            elif isinstance(event, MidiEvent) and len(event.data) == 3:
                kind, number, value = event.data[0] & 0xF0, event.data[1], event.data[2]
                if kind == _CONTROLLER:
                    self._controllers[number] = value
                elif kind == _NOTE_ON and value:
                    found = (value, number, -1)
            if found is not None:
                if self._loudest is None:
                    self._until_ns = now_ns + _TOGETHER_NS
                    self._loudest = found
                elif found[0] > self._loudest[0]:
                    self._loudest = found
        if self._loudest is None or now_ns < self._until_ns:
            return None
        _, number, zone = self._loudest
        self._loudest = None
        return Strike(number, zone, dict(self._controllers))
