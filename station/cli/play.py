"""`station play`: a take in the terminal, without a window."""

from __future__ import annotations

import argparse
import sys

from station.charts import document
from station.charts.chart import Chart
from station.cli._chart_choice import add_chart_arguments, chosen_chart
from station.cli._keys import keyboard
from station.cli._kit_choice import choose_kits
from station.cli._live import LiveView
from station.cli._meter import signs_for
from station.cli._output import STDOUT, check_target, clean, note, say, write_json
from station.cli._parser import add_json, choice_of, latency_ms, name, whole
from station.cli._part_arguments import add_until_stopped
from station.cli._screen import screen_for
from station.cli._session import Outcome, Session
from station.cli._signals import asked_to_stop
from station.cli._sound_choice import (
    add_click_arguments,
    chosen_sound,
    click_of,
    kit_voices_of,
    silent_bars,
)
from station.cli._take_choice import LATEST
from station.engine.client import EngineClient
from station.engine.messages import OpenSound, Start
from station.errors import StationError, WrongUse
from station.model import Pad
from station.preferences import NO_PAD, read_preferences
from station.start_pad import StartPad, check_start_pad

DESCRIPTION = """\
Play a chart in the terminal: a count-in, a live early/late meter, and a report at the end.
Space, Enter, q or Ctrl-C ends the take in good order; it is kept either way ('station takes').
Without a kit a simulated drummer plays."""
EXAMPLE = """\
station play midi://TD-17 --chart double-time-swing --bpm 330
station play midi://TD-17 midi://SPD --chart pulse
station play --chart double-time-swing --from-bar 5 --to-bar 8 --speed 70 --repeat 20
station play midi://TD-17 --chart pulse --sound audio://default --on 2 --off 2
station play 'sim://?player=rushing&seed=1' --chart pulse --bars 8 --json -"""

_USUAL_S = 60.0
_SILENT = "audio://none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station play`."""
    parser.add_argument(
        "kits",
        nargs="*",
        metavar="ADDRESS",
        help="the kit ('station kits' lists them); several are played as one",
    )
    add_until_stopped(add_chart_arguments(parser, "about a minute"))
    how = parser.add_argument_group("how it is played")
    how.add_argument(
        "--start",
        choices=("count-in", "first-hit"),
        default="count-in",
        help="begin after a count-in, or with the first hit (count-in)",
    )
    how.add_argument(
        "--count-in", type=whole(0, 16), default=1, metavar="BARS", help="bars before (1)"
    )
    how.add_argument(
        "--start-at-ns",
        type=whole(0, 2**62),
        metavar="N",
        help="the chart's first tick, on this machine's monotonic clock ('station simulate')",
    )
    how.add_argument(
        "--start-pad",
        type=choice_of([NO_PAD, *Pad], "pad"),
        metavar="PAD",
        help="two strikes on this pad begin the take, and two more end it (as set in "
        "practice.toml; none)",
    )
    how.add_argument(
        "--latency-ms",
        type=latency_ms,
        metavar="X",
        help="taken off every hit; without it what 'station calibrate' has found, and where it "
        "has not, placement stays undecided",
    )
    add_click_arguments(parser)
    how.add_argument("--player", type=name, default="", metavar="NAME", help="who plays")
    add_json(parser)
    parser.add_argument("--quiet", action="store_true", help="no live view, only the report")


def run(args: argparse.Namespace) -> int:
    """Play a take; returns the exit code.

    Raises
    ------
    StationError
        When it cannot begin, or the engine ends in the middle.
    """
    check_target(args.json)
    chart = chosen_chart(args, _USUAL_S)
    addresses, remark = choose_kits(args.kits)
    if remark:
        note(remark)
    outcome = _play(args, chart, addresses, _start_pad(args, chart))
    if outcome is None:
        note("nothing was played.")
        return 0
    if args.json != STDOUT:
        if outcome.problems:
            note("what follows is judged from what could be written so far.")
        _show_kept(outcome.take_id)
    if outcome.report:
        write_json(outcome.report, args.json)
    return outcome.exit_code


def _show_kept(take_id: str) -> None:
    """The report, read back: what is shown is what was kept."""
    from station.cli._show_report import show_report
    from station.kept import kept_report
    from station.takes.store import Store

    try:
        with Store.open() as store:
            report = kept_report(store, take_id)
    except StationError as error:
        note(str(error))
        return
    show_report(report)
    say(f"\nKept as {take_id}: 'station report {LATEST}' shows it again.")


def _start_pad(args: argparse.Namespace, chart: Chart) -> StartPad | None:
    wanted: str | None = args.start_pad
    if wanted is None:
        pad = read_preferences().start_pad
    else:
        pad = None if wanted == NO_PAD else Pad(wanted)
    if pad is None or args.start_at_ns is not None:
        return None
    check_start_pad(pad, chart)
    return StartPad(pad)


def _play(
    args: argparse.Namespace, chart: Chart, addresses: list[str], start_pad: StartPad | None
) -> Outcome | None:
    # Standard output is the JSON's alone when it goes there.
    stream = sys.stderr if args.json == STDOUT else sys.stdout
    view = LiveView(chart, signs_for(stream.encoding), silent_bars(args))
    count = len(chart.notes)
    notes = "1 note" if count == 1 else f"{count} notes"
    title = f"{clean(chart.title)}   {chart.bpm:g} BPM   {notes}   {' + '.join(addresses)}"
    sound = chosen_sound(args, _SILENT)
    if args.kit_voices and sound == _SILENT:
        raise WrongUse("Kit voices need a sound card; add '--sound audio://default'.")
    start = Start(
        document.dump(chart),
        count_in_bars=args.count_in,
        on_first_hit=args.start == "first-hit",
        latency_ms=args.latency_ms,
        start_ns=args.start_at_ns,
        player=args.player,
        click=click_of(args) if sound != _SILENT or args.midi_click else None,
        kit_voices=kit_voices_of(args),
    )
    with EngineClient.launch() as engine:
        session = Session(engine, view, note, start_pad)
        session.prepare(addresses)
        if sound != _SILENT:
            session.open_sound(OpenSound(sound, start.kit_voices))
        with asked_to_stop() as stop, keyboard() as key:
            if not session.await_sign(key, stop):
                return None
            with screen_for(stream, title, args.quiet) as screen:
                return session.play(start, screen, key, stop)
