"""`station verify`: a drummer with known truth through a real MIDI port, compared."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from station.errors import WrongUse

DESCRIPTION = (
    "Send simulated drummers with known truth through a real virtual MIDI port and the "
    "engine's own process, and compare what the station says with the truth. What a "
    "continuous-integration job runs; without a MIDI system it starts a JACK server "
    "(Debian: jackd2) for the while. With --serial they play a simulated trigger board on a "
    "serial line instead, which needs neither."
)
EXAMPLE = "station verify --tempo 330 --junit verify.xml\nstation verify --serial"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after the command."""
    from station.cli._parser import add_json, bpm, name, whole
    from station.verification.scenario import SCENARIOS

    names = ", ".join(s.name for s in SCENARIOS)
    parser.add_argument("--tempo", type=bpm, default=330.0, metavar="BPM", help="how fast (330)")
    parser.add_argument(
        "--chart", default="straight-eighths", help="what is played (straight-eighths)"
    )
    parser.add_argument(
        "--beats", type=whole(1, 100_000), default=96, metavar="N", help="of each take (96)"
    )
    parser.add_argument(
        "--player", action="append", metavar="NAME", help=f"only this one, of {names}; repeatable"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed, other takes (1)"
    )
    wire = parser.add_mutually_exclusive_group()
    wire.add_argument(
        "--port",
        type=name,
        default="edrum verify",
        metavar="NAME",
        help="of the virtual MIDI port (edrum verify)",
    )
    wire.add_argument(
        "--serial", action="store_true", help="a simulated trigger board on a serial line"
    )
    add_json(parser)
    parser.add_argument("--junit", metavar="FILE", help="write the outcome as JUnit XML")


def run(args: argparse.Namespace) -> int:
    """Play, compare, report; 0 when every check passed, 1 when one did not.

    Raises
    ------
    StationError
        When there is no such player or chart, no virtual port, or the engine ends.
    """
    from station.cli._chart_choice import told_chart
    from station.cli._output import STDOUT, check_target, note, say, write_json
    from station.files import write_atomically
    from station.verification.compare import BOARD_LIMITS, Limits
    from station.verification.junit import junit_xml
    from station.verification.scenario import SCENARIOS, scenario_named
    from station.verification.session import play_scenarios, seeded
    from station.verification.stage import board_stage, midi_stage

    check_target(args.json)
    check_target(args.junit, "--junit")
    names = args.player or [s.name for s in SCENARIOS]
    found = [scenario_named(name) for name in names]
    if None in found:
        known = ", ".join(s.name for s in SCENARIOS)
        raise WrongUse(f"No player is called '{names[found.index(None)]}'; there are {known}.")
    chart = told_chart(args.chart)
    try:
        chart = chart.at_bpm(args.tempo)
        chart = chart.repeated(-(-args.beats // len(chart.beat_ticks())))
    except ValueError as error:
        raise WrongUse(f"'{args.chart}' cannot be played like that: {error}.") from error
    scenarios = [seeded(s, args.seed) for s in found if s is not None]
    limits = BOARD_LIMITS if args.serial else Limits()
    with board_stage() if args.serial else midi_stage(args.port, note) as stage:
        outcomes = play_scenarios(scenarios, chart, stage, limits, note)
    passed = all(outcome.passed for outcome in outcomes)
    if args.json != STDOUT:
        for outcome in outcomes:
            say(outcome.scenario)
            for check in outcome.checks:
                say(f"  {'ok    ' if check.passed else 'FAILED'}  {check.name}: {check.detail}")
        say("verified" if passed else "NOT verified")
    if args.junit:
        write_atomically(Path(args.junit), junit_xml(outcomes))
    write_json(_to_dict(args, chart.title, outcomes, passed), args.json)
    return 0 if passed else 1


def _to_dict(
    args: argparse.Namespace, title: str, outcomes: list[Any], passed: bool
) -> dict[str, Any]:
    return {
        "schema": "station.verify/1",
        "passed": passed,
        "wire": "serial" if args.serial else "midi",
        "tempo_bpm": args.tempo,
        "chart": title,
        "scenarios": [
            {
                "name": outcome.scenario,
                "passed": outcome.passed,
                "seconds": round(outcome.seconds, 3),
                "checks": [
                    {
                        "name": c.name,
                        "passed": c.passed,
                        "detail": c.detail,
                        "measured": {k: round(float(v), 4) for k, v in c.measured.items()},
                    }
                    for c in outcome.checks
                ],
            }
            for outcome in outcomes
        ],
    }
