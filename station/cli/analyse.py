"""`station analyse`: a take in a file, judged against a chart."""

from __future__ import annotations

import argparse

from station.analysis import analyse
from station.cli._chart_choice import chosen_chart
from station.cli._output import STDOUT, check_target, clean, say, write_json
from station.cli._parser import add_json, latency_ms, whole
from station.cli._part_arguments import add_part
from station.cli._show_report import show_report
from station.errors import WrongUse
from station.free import analyse_free
from station.free_text import render_free_text

DESCRIPTION = """\
Judge a recorded take (a MIDI file) against a chart. Time 0 of the two is the same instant,
and the file's own times are taken as true unless a latency is given.
Without a chart: find tempo and metre from the hits alone, and say how steady they were."""
EXAMPLE = """\
station analyse take.mid --chart chart.mid
station analyse take.mid --chart paradiddle --bpm 330 --repeat 8 --json -
station analyse take.mid --chart seven-four --from-bar 2 --to-bar 3 --speed 70 --repeat 20
station analyse solo.mid"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station analyse`."""
    parser.add_argument("take", metavar="TAKE", help="a MIDI file")
    parser.add_argument(
        "--chart",
        help="what should be played: a name, or a TOML, MusicXML or MIDI file (free playing)",
    )
    add_part(parser)
    parser.add_argument(
        "--repeat", type=whole(1, 10_000), metavar="N", help="it was played N times (1)"
    )
    placement = parser.add_mutually_exclusive_group()
    placement.add_argument("--latency-ms", type=latency_ms, metavar="X", help="taken off every hit")
    placement.add_argument(
        "--uncalibrated",
        action="store_true",
        help="nobody measured the latency: call the tempo, leave the placement undecided",
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="how the kit's notes are read (general-midi)"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Judge it; returns the exit code.

    Raises
    ------
    FileError
        When the take or the chart cannot be read.
    """
    check_target(args.json)
    if args.chart is None:
        return _free(args)
    args.repeat = args.repeat or 1
    args.left_handed = False
    report = analyse(
        args.take,
        chart=chosen_chart(args),
        latency_ms=args.latency_ms,
        calibrated=not args.uncalibrated,
        kit_profile=args.profile,
    )
    if args.json != STDOUT:
        show_report(report)
    write_json(report.to_dict(), args.json)
    return 0


def _free(args: argparse.Namespace) -> int:
    options = ("from_bar", "to_bar", "bpm", "speed", "repeat", "latency_ms", "uncalibrated")
    for option in options:
        if getattr(args, option) not in (None, False):
            raise WrongUse(f"--{option.replace('_', '-')} speaks of a chart; give --chart, too.")
    report = analyse_free(args.take, kit_profile=args.profile)
    if args.json != STDOUT:
        for line in render_free_text(report).split("\n"):
            say(clean(line))
    write_json(report.to_dict(), args.json)
    return 0
