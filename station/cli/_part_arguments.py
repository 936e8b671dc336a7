"""Which part of a chart, how fast, and until when, as several commands take it.

Apart from the charts themselves, which take longer to load than to say `--help`.
"""

from __future__ import annotations

import argparse

from station.cli._parser import bpm, speed_percent, whole

MOST_BARS = 1_000_000


def add_part(parser: argparse._ActionsContainer) -> None:
    """`--from-bar`, `--to-bar`, and `--bpm` or `--speed`."""
    bars = whole(1, MOST_BARS)
    parser.add_argument("--from-bar", type=bars, metavar="N", help="begin with bar N (1)")
    parser.add_argument("--to-bar", type=bars, metavar="N", help="end with bar N (the last)")
    tempo = parser.add_mutually_exclusive_group()
    tempo.add_argument(
        "--bpm", type=bpm, help="tempo at the start, in beats of the metre's unit (as written)"
    )
    tempo.add_argument(
        "--speed",
        type=speed_percent,
        metavar="PERCENT",
        help="of the written tempo, 25 to 200 (100)",
    )


def add_until_stopped(length: argparse._MutuallyExclusiveGroup) -> None:
    """`--loop`, among the lengths of a take."""
    length.add_argument(
        "--loop",
        dest="until_stopped",
        action="store_true",
        help="play it over and over until you stop (at most half an hour)",
    )
