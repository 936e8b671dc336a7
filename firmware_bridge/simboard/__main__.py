"""``python -m firmware_bridge.simboard``: a trigger board on a pty, for as long as it runs.

The first line on standard output is the path to open; then one line of JSON for each command
on standard input. It ends with the input (or ``--seconds``).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path

from firmware_bridge.simboard.commands import perform
from firmware_bridge.simboard.config import SimBoardConfig
from firmware_bridge.simboard.faults import LineFaults
from firmware_bridge.simboard.runner import PtyBoard
from firmware_bridge.simboard.truth import truth_json
from station.errors import StationError


def main(argv: list[str] | None = None) -> int:
    """Run it; the exit code."""
    args = _parser().parse_args(argv)
    known = {f.name for f in fields(SimBoardConfig)}
    config = SimBoardConfig(**{k: v for k, v in vars(args).items() if k in known})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        board = PtyBoard(config, args.link, LineFaults(args.bit_errors, args.drops))
    except OSError as error:
        print(f"No simulated board: {error}; choose another --link.", file=sys.stderr)
        return 3
    with board:
        print(board.path, flush=True)
        if args.play:
            board.play(*args.play)
        threading.Thread(target=_obey, args=(board, stop, args.seconds), daemon=True).start()
        stop.wait(args.seconds)
        if args.truth is not None:
            args.truth.write_text(json.dumps(truth_json(board.truth)), encoding="utf-8")
    return 0


def _obey(board: PtyBoard, stop: threading.Event, seconds: float | None) -> None:
    for line in sys.stdin:
        if line.strip():
            try:
                answer = perform(board, line)
            except StationError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    if seconds is None:
        stop.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware_bridge.simboard",
        description="A simulated trigger board on a pty. Commands come on standard input.",
        epilog="Example: python -m firmware_bridge.simboard --pads 4 --ppm 5000 --link /tmp/board",
    )
    default = SimBoardConfig()
    add = parser.add_argument
    add("--pads", type=int, default=default.pads, help="how many pads (default %(default)s)")
    add("--ppm", type=float, default=default.ppm, help="how much too fast its clock runs")
    add("--wander-ppm", type=float, default=default.wander_ppm, help="what comes on top, SD")
    add("--jitter-us", type=float, default=default.jitter_us, help="of its stamps, SD")
    add("--clock-starts-us", type=int, default=0, help="what its clock shows after a reset")
    add("--decided-after-us", type=int, default=default.decided_after_us, help="at least")
    add("--boot-ns", type=int, default=0, help="how long it is silent after a reset")
    add("--board-id", type=lambda text: int(text, 16), default=default.board_id, help="hex")
    add("--crosstalk", type=float, default=0.0, help="what the next pad hears, 0 to 1")
    add("--retrigger", type=float, default=0.0, help="what is heard twice, 0 to 1")
    add("--protocol-min", type=int, default=1, help="lowest protocol that it speaks")
    add("--protocol-max", type=int, default=1, help="highest protocol")
    add("--minor", type=int, default=default.minor, help="minor of the highest")
    add("--seed", type=int, default=default.seed, help="for everything random")
    add("--bit-errors", type=float, default=0.0, help="chance that a bit is wrong")
    add("--drops", type=float, default=0.0, help="chance that a byte is lost")
    add("--link", type=Path, help="where to put the link to the pty")
    add("--play", type=_play, metavar="COUNT,RATE", help="strike so often, so many a second")
    add("--seconds", type=float, help="end after so long, whatever the input")
    add("--truth", type=Path, metavar="FILE", help="write the hits' true times here at the end")
    return parser


def _play(text: str) -> tuple[int, float]:
    count, rate = text.split(",")
    return int(count), float(rate)


if __name__ == "__main__":
    sys.exit(main())
