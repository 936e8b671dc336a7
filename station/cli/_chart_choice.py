"""The chart that a command means: which, how fast, and for how long."""

from __future__ import annotations

import argparse
from bisect import bisect_left
from dataclasses import replace
from itertools import islice

from station.charts.chart import Chart
from station.charts.tempo import TempoMap
from station.cli._output import clean, note
from station.cli._parser import bpm, number, whole
from station.errors import ChartError, WrongUse
from station.files import load_chart_with_complaints
from station.units import NS_PER_S, ns_from_s

DEFAULT_CHART = "straight-eighths"
_MAX_NOTES = 200_000


def add_chart_arguments(parser: argparse.ArgumentParser, usual_length: str) -> None:
    """`--chart`, `--bpm`, and how long to play; `usual_length` says what it is without."""
    group = parser.add_argument_group("what is played")
    group.add_argument(
        "--chart",
        default=DEFAULT_CHART,
        help=f"a chart's name, or a TOML, MusicXML or MIDI file ({DEFAULT_CHART})",
    )
    add_bpm(group)
    group.add_argument(
        "--left-handed", action="store_true", help="right and left hand changed over"
    )
    length = group.add_mutually_exclusive_group()
    length.add_argument("--repeat", type=whole(1, 10_000), metavar="N", help="play it N times")
    length.add_argument("--bars", type=whole(1, 1_000_000), metavar="N", help="play N bars")
    length.add_argument(
        "--seconds",
        type=number(0.1, 86_400),
        metavar="N",
        help=f"play for N seconds, to the end of the bar ({usual_length})",
    )


def add_bpm(parser: argparse._ActionsContainer) -> None:
    """`--bpm`."""
    parser.add_argument(
        "--bpm", type=bpm, help="tempo at the start, in beats of the metre's unit (as written)"
    )


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
    if not chart.notes:
        raise ChartError(f"'{args.chart}' has no notes to play; choose another chart.")
    if args.left_handed:
        chart = chart.left_handed()
    try:
        if args.bpm is not None:
            chart = chart.at_bpm(args.bpm)
        return _of_length(chart, args, usual_s)
    except ValueError as error:
        raise WrongUse(f"'{args.chart}' cannot be played like that: {error}.") from error


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
        return _repeated(chart, args.repeat)
    if args.bars is not None:
        bars_once = sum(1 for _ in chart.bars())
        return first_bars(_repeated(chart, -(-args.bars // bars_once)), args.bars)
    if args.seconds is not None:
        wanted_ns = ns_from_s(args.seconds)
        long_enough = _repeated(chart, -(-wanted_ns // chart.length_ns))
        ends_ns = [long_enough.tempo.ns_at(bar.end_tick) for bar in long_enough.bars()]
        # Rounding may leave the last bar's end a nanosecond short.
        bars = min(bisect_left(ends_ns, wanted_ns) + 1, len(ends_ns))
        return first_bars(long_enough, bars)
    return _repeated(chart, max(1, round(usual_s * NS_PER_S / chart.length_ns)))


def first_bars(chart: Chart, bars: int) -> Chart:
    """The chart's first `bars` bars; the whole chart when it has no more."""
    *_, last = islice(chart.bars(), bars)
    end = last.end_tick
    return replace(
        chart,
        tempo=TempoMap(chart.ppq, tuple(c for c in chart.tempo.changes if c.tick < end)),
        metre=tuple(m for m in chart.metre if m.tick < end),
        notes=tuple(n for n in chart.notes if n.tick < end),
        length_ticks=end,
    )


def _repeated(chart: Chart, times: int) -> Chart:
    if times * len(chart.notes) > _MAX_NOTES:
        raise ValueError(f"it would have more than {_MAX_NOTES:,} notes; play it fewer times")
    return chart.repeated(times)
