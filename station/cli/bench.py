"""`station bench`: measure this machine, each time beside a peer or a floor.

What is installed beside the station brings its own: the entry points `station.benches` are
modules with `ABOUT`, `OPTIONS` (name to default), `run(*options, say)` and `render(result)`.
"""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from station.errors import OutsideError

DESCRIPTION = (
    "Measure what the station promises, each figure beside a floor or a peer of the same run, "
    "since machines differ and are noisy. Leave the machine alone meanwhile."
)
EXAMPLE = "station bench live --json bench.json"
GROUP = "station.benches"


@dataclass(frozen=True, slots=True)
class _Bench:
    """One benchmark: where it is, and what a person may choose of it."""

    module: str
    about: str
    options: dict[str, int]
    real_takes: bool = False


_BENCHES = {
    "live": _Bench(
        "station.bench.live",
        "port to judgement beside a bare callback, a burst, start-up, memory",
        {"hits": 500, "rounds": 3},
    ),
    "sound": _Bench(
        "station.bench.sound",
        "clicks against their grid and the host's clock, hit to sound, recorded sample by sample",
        {"minutes": 10},
    ),
    "matching": _Bench(
        "station.bench.matching",
        "which note each hit was, beside an oracle that knows the player, and beside mir_eval",
        {"seeds": 20},
        real_takes=True,
    ),
    "verdict": _Bench(
        "station.bench.verdict",
        "false calls, beats to a call and coverage, beside the tests that others use",
        {"runs": 4000},
        real_takes=True,
    ),
    "sheet": _Bench(
        "station.bench.sheet",
        "from a chart to engraved and painted lines, frames, beside Verovio alone",
        {"rounds": 3},
    ),
    "free": _Bench(
        "station.bench.free_playing",
        "tempo and metre found without a chart",
        {"seeds": 10},
        real_takes=True,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after the command."""
    from station.cli._parser import Parser, add_json, whole

    which = parser.add_subparsers(
        dest="which", required=True, metavar="WHICH", parser_class=Parser, title="what to measure"
    )
    for name, bench in _benches().items():
        sub = which.add_parser(
            name,
            help=bench.about,
            description=f"Measure {bench.about}.",
            example=f"station bench {name} --json {name}.json",
        )
        for option, default in bench.options.items():
            sub.add_argument(
                f"--{option}",
                type=whole(1, 10**9),
                default=default,
                metavar="N",
                help=f"default: {default}",
            )
        if bench.real_takes:
            sub.add_argument(
                "--real",
                type=Path,
                metavar="FOLDER",
                help="real takes beside the simulated: a folder of the Groove MIDI Dataset",
            )
        add_json(sub)


def run(args: argparse.Namespace) -> int:
    """Measure, and print a table and the JSON."""
    from station.cli._output import STDOUT, check_target, note, say, write_json

    check_target(args.json)
    bench = _benches()[args.which]
    try:
        module = importlib.import_module(bench.module)
    except ModuleNotFoundError as error:
        raise OutsideError(
            f"'{args.which}' needs {error.name}, which comes with the tests: pip install "
            "'edrum-station[test]', or './run test' once."
        ) from error
    chosen = {option: getattr(args, option) for option in bench.options}
    if bench.real_takes:
        chosen["real"] = args.real
    result: dict[str, Any] = module.run(**chosen, say=note)
    if args.json != STDOUT:
        say(module.render(result))
    write_json(result, args.json)
    return 0


def _benches() -> dict[str, _Bench]:
    """Our own benchmarks and those that are installed beside us."""
    others = {}
    for point in entry_points(group=GROUP):
        module = importlib.import_module(point.module)
        others[point.name] = _Bench(point.module, module.ABOUT, module.OPTIONS)
    return {**_BENCHES, **dict(sorted(others.items()))}
