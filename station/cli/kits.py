"""`station kits`: what can be played, what comes from it, teaching a module, tuning a board."""

from __future__ import annotations

import argparse
from typing import Any

from station.cli import _kits_learn, _kits_tune, _kits_watch
from station.cli._output import STDOUT, check_target, clean, note, say, table, write_json
from station.cli._parser import Parser, add_json, number
from station.errors import WrongUse
from station.hal.api import KitInfo
from station.hal.registry import discover, why_not
from station.kits.library import load_library
from station.units import ms_from_ns

DESCRIPTION = """\
List the kits that can be opened now: address, profile, and who stamps their hits how well.
With --watch, print every hit of one kit as it comes. 'station kits learn ADDRESS' makes a
profile for a module that none fits: strike each pad once. 'station kits tune ADDRESS' sets a
trigger board's thresholds and masks from a minute of playing."""
EXAMPLE = """\
station kits
station kits --watch midi://TD-17
station kits learn midi://TD-17
station kits tune serial:///dev/ttyACM0"""
SCHEMA = "station.kits/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station kits`."""
    parser.add_argument(
        "--watch", metavar="ADDRESS", help="print this kit's hits until Ctrl-C: pad, velocity, note"
    )
    parser.add_argument(
        "--seconds", type=number(0.1, 86_400), metavar="N", help="with --watch: only for so long"
    )
    add_json(parser)
    actions = parser.add_subparsers(dest="action", title="more", parser_class=Parser)
    learn = actions.add_parser(
        "learn",
        help="make a profile: strike each pad once",
        description=_kits_learn.DESCRIPTION,
        example=_kits_learn.EXAMPLE,
    )
    _kits_learn.add_arguments(learn)
    tune = actions.add_parser(
        "tune",
        help="a trigger board's pads: thresholds, masks, crosstalk",
        description=_kits_tune.DESCRIPTION,
        example=_kits_tune.EXAMPLE,
    )
    _kits_tune.add_arguments(tune)


def run(args: argparse.Namespace) -> int:
    """List, watch, learn or tune; returns the exit code.

    Raises
    ------
    StationError
        When the kit cannot be opened.
    """
    if args.action == "learn":
        return _kits_learn.run(args)
    if args.action == "tune":
        return _kits_tune.run(args)
    if args.watch is not None:
        if args.json is not None:
            raise WrongUse("--json writes the list of kits; leave it out with --watch.")
        return _kits_watch.watch(args.watch, args.seconds)
    if args.seconds is not None:
        raise WrongUse("--seconds ends a --watch; leave it out, or name a kit to watch.")
    check_target(args.json)
    library = load_library()
    for problem in library.problems:
        note(problem)
    rows = [_to_dict(info, library.pick(info.name).profile.name) for info in discover()]
    if args.json != STDOUT:
        _print(rows)
        for sentence in why_not():
            note(clean(sentence))
    write_json({"schema": SCHEMA, "kits": rows}, args.json)
    return 0


def _print(rows: list[dict[str, Any]]) -> None:
    table(
        ("address", "name", "profile", "stamped by", "± ms", ""),
        [
            (
                row["address"],
                row["name"],
                row["profile"],
                row["stamped_by"],
                f"{row['sigma_ms']:g}",
                row["detail"],
            )
            for row in rows
        ],
    )
    if all(row["simulated"] for row in rows):
        say("No real kit is here; 'station doctor' says what may stand in the way.")


def _to_dict(info: KitInfo, profile: str) -> dict[str, Any]:
    return {
        "address": info.address,
        "name": info.name,
        "profile": profile,
        "stamped_by": info.stamped_by.value,
        "sigma_ms": round(ms_from_ns(info.sigma_ns), 3),
        "simulated": info.simulated,
        "detail": info.detail,
    }
