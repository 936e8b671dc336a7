"""A take that somebody else strikes: `python -m station.bench.judged ADDRESS OUT.npy`.

Opens the kit in the engine's own process and begins a take. Says `ready` when the take has
begun, and when standard input ends writes every record of the ring (`RECORD_DTYPE`).
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from typing import TypeVar

import numpy as np

from station.charts import document
from station.engine.client import EngineClient
from station.engine.messages import Connect, KitStatus, Message, Problem, Ready, Start, Started
from station.engine.ring import RECORD_DTYPE
from station.errors import EngineError, OutsideError, StationError
from station.files import load_chart

_M = TypeVar("_M", bound=Message)
_CHART = "straight-eighths"
_BARS = 500
_BEGINS_WITHIN_S = 60.0
_POLL_S = 0.05


def main(address: str, out: str) -> int:
    """Hold the take; the exit code."""
    ended = threading.Event()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="edrum-bench-") as folder,
            EngineClient.launch({"STATION_DATA_DIR": folder}) as engine,
        ):
            _wait_for(engine, Ready)
            engine.send(Connect([address]))
            _wait_for(engine, KitStatus)
            engine.send(Start(document.dump(load_chart(_CHART).repeated(_BARS)), keep=False))
            _wait_for(engine, Started)
            print("ready", flush=True)
            threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
            seen = [engine.poll()]
            while not ended.wait(_POLL_S):
                seen.append(engine.poll())
            seen.append(engine.poll())
            np.save(out, np.concatenate([s for s in seen if len(s)] or [np.zeros(0, RECORD_DTYPE)]))
    except StationError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _wait_for(engine: EngineClient, kind: type[_M]) -> _M:
    give_up = time.monotonic() + _BEGINS_WITHIN_S
    while time.monotonic() < give_up:
        message = engine.wait_message(0.2)
        if isinstance(message, kind):
            return message
        if isinstance(message, Problem):
            raise OutsideError(message.message)
        if message is None and not engine.alive:
            raise EngineError(engine.obituary())
    raise EngineError("The engine does not answer; try again on a machine with less to do.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
