"""`station simulate`: a drummer with known truth, into a MIDI port, a serial line or a file."""

from __future__ import annotations

import argparse
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from station.charts.chart import Chart
from station.cli._chart_choice import add_chart_arguments, chosen_chart
from station.cli._drummer_arguments import add_drummer_arguments, chosen_drummer
from station.cli._output import STDOUT, check_target, note, write_json
from station.cli._parser import add_json, whole
from station.cli._signals import asked_to_stop
from station.clock import MONOTONIC
from station.drummer import DrummerParams, Performance, perform
from station.drummer.midi import midi_file, midi_messages
from station.drummer.truth import truth_to_json
from station.errors import WrongUse
from station.files import write_atomically
from station.hal.rtmidi_port import OutputPort, open_output, open_virtual_output
from station.hal.striker import strike
from station.hal.virtual_kit import open_virtual_kit
from station.kits.library import load_library
from station.units import NS_PER_MINUTE, NS_PER_MS, ms_from_ns
from station.verification.stage import BOARD_PROFILE, BoardStage

DESCRIPTION = """\
Let a simulated drummer play a chart: into a virtual MIDI port that others can listen to, on a
simulated trigger board at a serial line, or into a MIDI file. What was meant and what was
played is written beside it as JSON (the truth)."""
EXAMPLE = """\
station simulate --port 'My kit' --chart pulse --bpm 120 --player rushing
station simulate --serial /tmp/board --chart pulse --loop
station simulate --out take.mid --chart paradiddle --bpm 330 --offset-ms -9 --jitter-ms 6"""
SCHEMA = "station.simulation/1"
_LEAD_NS = 200 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class _Sent:
    """What went into a port."""

    start_ns: int
    messages: int
    latest_ns: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station simulate`."""
    where = parser.add_argument_group("where to (one of these)").add_mutually_exclusive_group(
        required=True
    )
    where.add_argument("--port", metavar="NAME", help="a virtual MIDI port of this name")
    where.add_argument(
        "--serial", metavar="PATH", help="a simulated trigger board: 'serial://PATH' opens it"
    )
    where.add_argument("--into", metavar="NAME", help="a MIDI port that is there already")
    where.add_argument("--out", metavar="FILE", help="a MIDI file; its time 0 is the first bar")
    parser.add_argument(
        "--truth", metavar="FILE", help="where the truth goes; for take.mid: take.truth.json"
    )
    parser.add_argument("--force", action="store_true", help="replace files that exist")
    add_chart_arguments(parser, "the chart once")
    when = parser.add_argument_group("when (not into a file)").add_mutually_exclusive_group()
    when.add_argument(
        "--count-in", type=whole(0, 64), default=1, metavar="BARS", help="bars of silence first (1)"
    )
    when.add_argument(
        "--start-at-ns",
        type=whole(0, 2**62),
        metavar="N",
        help="the chart's first tick, on this machine's monotonic clock",
    )
    parser.add_argument(
        "--loop", action="store_true", help="again and again until Ctrl-C, each time another seed"
    )
    parser.add_argument(
        "--channel", type=whole(1, 16), default=10, metavar="N", help="MIDI channel (10)"
    )
    parser.add_argument(
        "--pedal", action="store_true", help="say the hi-hat pedal's position before its notes"
    )
    add_drummer_arguments(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Play; returns the exit code.

    Raises
    ------
    StationError
        When the chart or the drummer cannot be, or there is no such port or place.
    """
    check_target(args.json)
    params = chosen_drummer(args)
    if args.serial is not None:
        return _onto_board(args, params)
    if args.out is None:
        return _into_port(args, params)
    if args.loop:
        raise WrongUse("--loop plays until Ctrl-C, which a file cannot hold; say --repeat N.")
    return _into_file(args, chosen_chart(args), params)


def _into_file(args: argparse.Namespace, chart: Chart, params: DrummerParams) -> int:
    out = Path(args.out)
    truth = Path(args.truth) if args.truth else out.with_suffix(".truth.json")
    _refuse_existing(out, truth, force=args.force)
    performance = perform(chart, params).not_before_zero()
    write_atomically(out, midi_file(performance, args.channel, pedal=args.pedal))
    write_atomically(truth, truth_to_json(performance).encode())
    if args.json != STDOUT:
        note(f"{len(performance.strikes)} strikes in {out}, the truth in {truth}.")
    write_json({**_to_dict(performance), "out": str(out), "truth": str(truth)}, args.json)
    return 0


def _into_port(args: argparse.Namespace, params: DrummerParams) -> int:
    truth = _truth_wanted(args)
    chart = chosen_chart(args)
    performance = perform(chart, params)
    opened = open_output(args.into) if args.into else open_virtual_output(args.port)
    with opened as port, asked_to_stop() as stop:
        start_ns = _start_ns(args, chart)
        note(f"'{port.name}' on {port.system.title}: the chart begins at {start_ns} ns.")
        sent = _send(port, performance, start_ns, args, stop)
        while args.loop and not stop.is_set():
            params = replace(params, seed=params.seed + 1)
            start_ns += chart.length_ns
            sent = _send(port, perform(chart, params), start_ns, args, stop)
    if truth is not None:
        write_atomically(truth, truth_to_json(performance).encode())
    if args.json != STDOUT:
        note(f"{sent.messages} messages sent, the latest {ms_from_ns(sent.latest_ns):.2f} ms late.")
    write_json(
        {
            **_to_dict(performance),
            "port": port.name,
            "start_ns": start_ns,
            "messages_sent": sent.messages,
            "latest_ms": round(ms_from_ns(sent.latest_ns), 3),
        },
        args.json,
    )
    return 0


def _onto_board(args: argparse.Namespace, params: DrummerParams) -> int:
    truth = _truth_wanted(args)
    chart = chosen_chart(args)
    performance = perform(chart, params)
    with open_virtual_kit("serial", Path(args.serial)) as kit, asked_to_stop() as stop:
        stage = BoardStage(kit, load_library().named(BOARD_PROFILE))
        start_ns = _start_ns(args, chart)
        note(f"{kit.address}: the chart begins at {start_ns} ns.")
        playing, begins_ns = performance, start_ns
        while True:
            stage.play(stage.playable(playing), begins_ns)
            begins_ns += chart.length_ns
            if not args.loop or MONOTONIC.wait(stop, begins_ns - _LEAD_NS - MONOTONIC.now_ns()):
                break
            params = replace(params, seed=params.seed + 1)
            playing = perform(chart, params)
        # A last hit may be a little late, and its listener too.
        MONOTONIC.wait(stop, begins_ns + _LEAD_NS - MONOTONIC.now_ns())
    if truth is not None:
        write_atomically(truth, truth_to_json(performance).encode())
    if args.json != STDOUT:
        note(f"{len(performance.strikes)} strikes on {kit.address}.")
    write_json({**_to_dict(performance), "address": kit.address, "start_ns": start_ns}, args.json)
    return 0


def _truth_wanted(args: argparse.Namespace) -> Path | None:
    if not args.truth:
        return None
    if args.loop:
        raise WrongUse("--loop has no end and so no truth to keep; leave one of them out.")
    _refuse_existing(Path(args.truth), force=args.force)
    return Path(args.truth)


def _send(
    port: OutputPort,
    performance: Performance,
    start_ns: int,
    args: argparse.Namespace,
    stop: threading.Event,
) -> _Sent:
    messages = midi_messages(performance, args.channel, pedal=args.pedal)
    sent = strike(port, messages, start_ns, MONOTONIC, stop)
    late = [at - start_ns - due for at, (due, _) in zip(sent, messages, strict=False)]
    return _Sent(start_ns, len(sent), max(late, default=0))


def _start_ns(args: argparse.Namespace, chart: Chart) -> int:
    now_ns = MONOTONIC.now_ns()
    wanted_ns: int | None = args.start_at_ns
    if wanted_ns is None:
        bar_ns = round(chart.metre[0].beats * NS_PER_MINUTE / chart.bpm)
        return now_ns + _LEAD_NS + int(args.count_in) * bar_ns
    if wanted_ns < now_ns:
        raise WrongUse(f"--start-at-ns {wanted_ns} is over; the clock is at {now_ns} now.")
    return wanted_ns


def _refuse_existing(*paths: Path, force: bool) -> None:
    for path in paths:
        if path.exists() and not force:
            raise WrongUse(f"{path} exists already; add --force to replace it.")


def _to_dict(performance: Performance) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "chart": {"title": performance.chart_title, "notes": performance.chart_notes},
        "strikes": len(performance.strikes),
        "missed": len(performance.missed),
    }
