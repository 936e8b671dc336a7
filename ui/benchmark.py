"""The dashboard as something to measure: `python -m ui.benchmark OUT.npy --kit ADDRESS`.

Opens the window offscreen and begins a take at once. Says `ready` when the take has begun,
paints until standard input ends (with `--demo`: until the first hit is judged), then writes
every record of the ring to OUT.npy and says as JSON how it painted and what it took.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from station.engine.client import EngineClient
from station.engine.ring import RECORD_DTYPE, Records
from station.errors import EngineError, StationError
from ui.app import begin, open_window
from ui.state import Phase

_CHART = "straight-eighths"


class RecordingClient(EngineClient):
    """An engine whose records are remembered as they are polled.

    Attributes
    ----------
    seen
        Everything polled, in pieces.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seen: list[Records] = []

    def poll(self) -> Records:
        """Judgements since the last poll."""
        records = super().poll()
        if len(records):
            self.seen.append(records)
        return records


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to end; returns the exit code."""
    options = _parser().parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        return _run(options)
    except StationError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _run(options: argparse.Namespace) -> int:
    clients: list[RecordingClient] = []

    def launch() -> EngineClient:
        client = RecordingClient.launch()
        assert isinstance(client, RecordingClient)
        clients.append(client)
        return client

    kit = "" if options.demo else options.kit
    session = begin(kit, _CHART, 330, demo=True, launch=launch)
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415 - as in ui.app

    app = QApplication(sys.argv[:1])
    feed, window = open_window(session)
    window.resize(1280, 800)
    window.show()
    told = threading.Event()
    if options.demo:
        print("ready", flush=True)
    else:
        threading.Thread(target=_await_end, args=(told,), daemon=True).start()
    frames: list[float] = []
    memory: dict[str, float | None] = {}
    playing = False

    def on_frame(_now_ns: int) -> None:
        nonlocal playing
        if not playing and session.state.phase is Phase.PLAYING:
            playing = True
            frames.clear()
            if not options.demo:
                print("ready", flush=True)
        frames.append(time.perf_counter())
        if told.is_set() or (options.demo and clients[0].seen):
            # Leaving closes the window, and that ends the engine.
            memory.update(window=_memory_mb(os.getpid()), engine=_memory_mb(clients[0].pid))
            app.quit()

    def on_loss(obituary: str) -> None:
        print(obituary, file=sys.stderr)
        app.exit(EngineError.exit_code)

    feed.frame.connect(on_frame)
    feed.engine_lost.connect(on_loss)
    if app.exec() != 0:
        feed.close()
        return EngineError.exit_code
    feed.close()
    print(json.dumps(_outcome(frames, clients[0], memory)), flush=True)
    empty = np.empty(0, RECORD_DTYPE)
    live = np.concatenate([empty, *(r[r["confirmed"] == 0] for r in clients[0].seen)])
    np.save(options.out, live)
    return 0


def _await_end(told: threading.Event) -> None:
    sys.stdin.read()
    told.set()


def _outcome(
    frames: list[float], client: EngineClient, memory: dict[str, float | None]
) -> dict[str, Any]:
    seconds = frames[-1] - frames[0] if len(frames) > 1 else 0.0
    return {
        "frames_per_s": round((len(frames) - 1) / seconds, 1) if seconds else 0.0,
        "records_lost": client.lost,
        "memory_mb": memory,
    }


def _memory_mb(pid: int) -> float | None:
    """Resident memory of a process; None where the system does not say it this way."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return round(kb / 1024, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ui.benchmark")
    parser.add_argument("out", type=Path, help="where the records go, .npy")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--kit", metavar="ADDRESS", help="the kit to listen to")
    what.add_argument("--demo", action="store_true", help="the simulated drummer, to its first hit")
    return parser


if __name__ == "__main__":
    sys.exit(main())
