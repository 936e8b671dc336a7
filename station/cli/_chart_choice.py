"""The chart that a command means: which, which part of it, how fast, and for how long."""

from __future__ import annotations

import argparse
from bisect import bisect_left
from fractions import Fraction
from itertools import islice

from station.charts.chart import Chart
from station.charts.excerpt import (
    at_speed,
    excerpt,
    repeated,
    titled_excerpt,
    until_stopped,
)
from station.cli._output import clean, note
from station.cli._parser import number, whole
from station.cli._part_arguments import MOST_BARS, add_part
from station.errors import ChartError, WrongUse
from station.files import load_chart_with_complaints
from station.units import NS_PER_S, ns_from_s

DEFAULT_CHART = "straight-eighths"


def add_chart_arguments(
    parser: argparse.ArgumentParser, usual_length: str
) -> argparse._MutuallyExclusiveGroup:
    """`--chart`, which part of it, how fast and how long; `usual_length` says what it is without.

    Returns the group of lengths, for a command that knows another one.
    """
    group = parser.add_argument_group("what is played")
    group.add_argument(
        "--chart",
        default=DEFAULT_CHART,
        help=f"a chart's name, or a TOML, MusicXML or MIDI file ({DEFAULT_CHART})",
    )
    add_part(group)
    group.add_argument(
        "--left-handed", action="store_true", help="right and left hand changed over"
    )
    length = group.add_mutually_exclusive_group()
    length.add_argument("--repeat", type=whole(1, 10_000), metavar="N", help="play it N times")
    length.add_argument("--bars", type=whole(1, MOST_BARS), metavar="N", help="play N bars")
    length.add_argument(
        "--seconds",
        type=number(0.1, 86_400),
        metavar="N",
        help=f"play for N seconds, to the end of the bar ({usual_length})",
    )
    return length


def chosen_chart(args: argparse.Namespace, usual_s: float = 0.0) -> Chart:
    """The chart as the arguments of `add_chart_arguments` say.

    Parameters
    ----------
    args
        As parsed; without a length among them the chart is repeated to about `usual_s`.

    Raises
    ------
    ChartError, WrongUse
        When it cannot be read, has no notes, or cannot be played so fast or so long.
    """
    chart = told_chart(args.chart)
    if args.left_handed:
        chart = chart.left_handed()
    chart = part_of(chart, args.chart, args.from_bar, args.to_bar)
    try:
        if args.bpm is not None:
            chart = chart.at_bpm(args.bpm)
        elif args.speed is not None:
            chart = at_speed(chart, Fraction(str(args.speed)) / 100)
        return _of_length(chart, args, usual_s)
    except ValueError as error:
        raise WrongUse(f"'{args.chart}' cannot be played like that: {error}.") from error


def part_of(chart: Chart, name: str, from_bar: int | None, to_bar: int | None) -> Chart:
    """The bars that a person named, from 1 and both inclusive; None is the first, or the last.

    Raises
    ------
    ChartError
        When there is nothing to play.
    WrongUse
        When the chart has no such bars.
    """
    if not chart.notes:
        raise ChartError(f"'{name}' has no notes to play; choose another chart.")
    bars = chart.bar_count
    first, end = from_bar or 1, to_bar or bars
    if max(first, end) > bars:
        has = "1 bar" if bars == 1 else f"{bars} bars"
        raise WrongUse(f"'{name}' has {has}, and no bar {max(first, end)}; choose others.")
    if first > end:
        raise WrongUse(f"Bar {first} comes after bar {end}; choose the earlier one first.")
    part = titled_excerpt(chart, first - 1, end)
    if not part.notes:
        raise WrongUse(f"'{name}' has no notes in bars {first} to {end}; choose others.")
    return part


def told_chart(name: str) -> Chart:
    """A chart by name or path; what could not be read of it is told on standard error.

    Raises
    ------
    FileError
        As `load_chart`.
    """
    chart, complaints = load_chart_with_complaints(name)
    for complaint in complaints:
        note(clean(f"{name}: {complaint}"))
    return chart


def _of_length(chart: Chart, args: argparse.Namespace, usual_s: float) -> Chart:
    if args.repeat is not None:
        return repeated(chart, args.repeat)
    if vars(args).get("until_stopped"):
        return until_stopped(chart)
    if args.bars is not None:
        return first_bars(repeated(chart, -(-args.bars // chart.bar_count)), args.bars)
    if args.seconds is not None:
        wanted_ns = ns_from_s(args.seconds)
        long_enough = repeated(chart, -(-wanted_ns // chart.length_ns))
        ends_ns = [long_enough.tempo.ns_at(bar.end_tick) for bar in long_enough.bars()]
        # Rounding may leave the last bar's end a nanosecond short.
        bars = min(bisect_left(ends_ns, wanted_ns) + 1, len(ends_ns))
        return first_bars(long_enough, bars)
    return repeated(chart, max(1, round(usual_s * NS_PER_S / chart.length_ns)))


def first_bars(chart: Chart, bars: int) -> Chart:
    """The chart's first `bars` bars; the whole chart when it has no more."""
    return excerpt(chart, 0, sum(1 for _ in islice(chart.bars(), bars)))
