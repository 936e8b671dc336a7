"""`station report`: a kept take, judged again from its raw hits."""

from __future__ import annotations

import argparse
from pathlib import Path

from station.cli._output import STDOUT, check_target, write_json
from station.cli._parser import add_json
from station.cli._show_report import show_report
from station.cli._take_choice import LATEST, chosen_take_id
from station.kept import kept_report
from station.takes.store import Store

DESCRIPTION = "Show the report of a kept take, computed again from its raw hits."
EXAMPLE = """\
station report latest
station report 0192f3a1 --json take.json
station report latest --sheet take.pdf"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station report`."""
    parser.add_argument(
        "take",
        nargs="?",
        default=LATEST,
        metavar="ID",
        help="an id, the beginning of one, or 'latest' (latest); 'station takes' lists them",
    )
    parser.add_argument(
        "--sheet",
        metavar="FILE",
        help="write the notes as they were played, as .svg or .pdf",
    )
    parser.add_argument("--force", action="store_true", help="replace a sheet that exists")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Show it; returns the exit code.

    Raises
    ------
    StationError
        When there is no such take, or it cannot be read.
    """
    check_target(args.json)
    if args.sheet is not None:
        from station.cli._sheet import check_sheet

        check_sheet(Path(args.sheet), force=args.force)
    with Store.open() as store:
        take_id = chosen_take_id(store, args.take)
        report = kept_report(store, take_id)
        take = store.take(take_id)
    if args.json != STDOUT:
        show_report(report)
    if args.sheet is not None:
        from station.cli._sheet import write_sheet

        write_sheet(take, report.to_dict(), Path(args.sheet))
    write_json(report.to_dict(), args.json)
    return 0
