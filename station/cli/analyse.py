"""`station analyse`: a take in a file, judged against a chart."""

from __future__ import annotations

import argparse

from station.analysis import analyse
from station.cli._chart_choice import add_bpm, chosen_chart
from station.cli._output import STDOUT, check_target, write_json
from station.cli._parser import add_json, latency_ms, whole
from station.cli._show_report import show_report

DESCRIPTION = """\
Judge a recorded take (a MIDI file) against a chart. Time 0 of the two is the same instant,
and the file's own times are taken as true unless a latency is given."""
EXAMPLE = """\
station analyse take.mid --chart chart.mid
station analyse take.mid --chart paradiddle --bpm 330 --repeat 8 --json -"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station analyse`."""
    parser.add_argument("take", metavar="TAKE", help="a MIDI file")
    parser.add_argument(
        "--chart", required=True, help="what should be played: a name, or a TOML or MIDI file"
    )
    add_bpm(parser)
    parser.add_argument(
        "--repeat", type=whole(1, 10_000), default=1, metavar="N", help="it was played N times (1)"
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
