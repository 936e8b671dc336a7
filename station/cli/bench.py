"""`station bench`: measure this machine, each time beside a peer or a floor.

What is installed beside the station brings its own: the entry points `station.benches` are
modules with `ABOUT`, `OPTIONS` (name to default), `run(*options, say)` and `render(result)`.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

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


_BENCHES = {
    "live": _Bench(
        "station.bench.live",
        "port to judgement beside a bare callback, a burst, start-up, memory",
        {"hits": 500, "rounds": 3},
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
        add_json(sub)


def run(args: argparse.Namespace) -> int:
    """Measure, and print a table and the JSON."""
    from station.cli._output import STDOUT, check_target, note, say, write_json

    check_target(args.json)
    bench = _benches()[args.which]
    module = importlib.import_module(bench.module)
    measure: Callable[..., dict[str, Any]] = module.run
    result = measure(*(getattr(args, option) for option in bench.options), note)
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
