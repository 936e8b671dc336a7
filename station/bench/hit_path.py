"""From the port to the judgement, beside the floor, while the dashboard paints."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.bench.summary import summary_ms
from station.clock import MONOTONIC
from station.errors import OutsideError
from station.hal.rtmidi_port import OutputPort, open_virtual_output
from station.hal.striker import strike
from station.hal.virtual import virtual_midi
from station.takes.store import Store
from station.units import NS_PER_MS, NS_PER_S

PORT = "edrum bench"
_SNARE_ON = (0x99, 38)
_LISTENS_WITHIN_S = 60.0
# What may still be under way when the last hit has been sent.
_SETTLE_S = 0.5


class Listener:
    """A process that listens to the bench's port, says `ready` as its first line, and ends
    when its standard input does."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            self._process.kill()
            raise OutsideError(f"'{' '.join(words)}' did not start; run it by hand to see why.")

    def end(self) -> dict[str, Any]:
        """End it in good order; what it said at the end."""
        said, _ = self._process.communicate(timeout=_LISTENS_WITHIN_S)
        return json.loads(said) if said.strip() else {}


def hit_latency(hits: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Sent to judged, against sent to called back in a bare process that does nothing else.

    Two floors: alone on an idle machine, and beside the station, hearing the very same hits
    while the window paints. The first says what the whole station costs on this machine, the
    second what lies between the port and the judgement. They take turns, so that a machine
    that gets slower is slow for all.

    Parameters
    ----------
    hits
        In each turn.
    rounds
        How often they take turns.
    """
    idle, beside, station, stages, windows = [], [], [], [], []
    with virtual_midi(say), open_virtual_output(PORT) as port:
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: the floor, then the station with its window")
            with scratch_folder() as folder:
                floor = _Floor(folder)
                sent = strike_all(port, random_times(hits, seed=2 * number))
                idle.append(floor.latencies(sent))
            with scratch_folder() as folder:
                out = folder / "window.npy"
                listener, floor = window_listener(out, folder), _Floor(folder)
                sent = strike_all(port, random_times(hits, seed=2 * number + 1))
                beside.append(floor.latencies(sent))
                windows.append(listener.end())
                seen = np.load(out)
                station.append(_paired(sent, seen["judged_ns"]))
                stages.append(seen["judged_ns"] - seen["arrival_ns"])
    times = {
        "floor_idle": summary_ms(np.concatenate(idle)),
        "floor_beside": summary_ms(np.concatenate(beside)),
        "station": summary_ms(np.concatenate(station)),
        "read_to_judged": summary_ms(np.concatenate(stages)),
    }
    p99_ms = times["station"]["p99_ms"]
    return {
        **times,
        "p99_ratio_to_idle": round(p99_ms / times["floor_idle"]["p99_ms"], 3),
        "p99_ratio_to_beside": round(p99_ms / times["floor_beside"]["p99_ms"], 3),
        "window_frames_per_s": min(w["frames_per_s"] for w in windows),
        "memory_mb": windows[-1]["memory_mb"],
    }


def burst(rate_per_s: int, seconds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """A flood of hits with the window open: how many are kept."""
    count = rate_per_s * seconds
    with virtual_midi(say), open_virtual_output(PORT) as port, scratch_folder() as folder:
        say(f"{count} hits at {rate_per_s} a second")
        out = folder / "window.npy"
        listener = window_listener(out, folder)
        times = [i * NS_PER_S // rate_per_s for i in range(count)]
        sent = strike_all(port, times)
        window = listener.end()
        with Store.open(folder / "takes.db") as store:
            kept = store.hits(store.takes(limit=1)[0].id)
    lost = count - len(kept)
    return {
        "sent": count,
        "sent_per_s": round(count / ((sent[-1] - sent[0]) / NS_PER_S)),
        "kept": len(kept),
        "lost": lost,
        "in_order": bool((np.diff(kept["seq"].astype(np.int64)) == 1).all()),
        "not_shown": window["records_lost"],
        "window_frames_per_s": window["frames_per_s"],
        "memory_mb": window["memory_mb"],
    }


def start_up(times: int, say: Callable[[str], None]) -> dict[str, Any]:
    """From the program's start to the first judged hit of the simulated drummer.

    The first start, which may compile kernels and make the store, is not counted.
    """
    taken = []
    with scratch_folder() as folder:
        for number in range(times + 1):
            out = folder / "window.npy"
            began_ns = MONOTONIC.now_ns()
            demo = ["ui.benchmark", str(out), "--demo"]
            Listener(demo, {"STATION_DATA_DIR": str(folder)}).end()
            taken.append(int(np.load(out)["judged_ns"][0]) - began_ns)
            say(f"start {number} of {times}: {taken[-1] / NS_PER_S:.2f} s")
    sample = np.array(taken[1:], dtype=np.int64)
    return {
        "count": times,
        "median_s": round(float(np.median(sample)) / NS_PER_S, 3),
        "max_s": round(float(sample.max()) / NS_PER_S, 3),
    }


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for the while."""
    with tempfile.TemporaryDirectory(prefix="edrum-bench-") as name:
        yield Path(name)


def window_listener(out: Path, folder: Path) -> Listener:
    """The dashboard with a take on the bench's port; it writes what it judged to `out`."""
    return Listener(
        ["ui.benchmark", str(out), "--kit", f"midi://{PORT}"], {"STATION_DATA_DIR": str(folder)}
    )


def strike_all(
    port: OutputPort, times_ns: list[int], stop: threading.Event | None = None
) -> list[int]:
    """Strike at these times from now; when each was sent. `stop` ends it early."""
    messages = [(t, bytes((*_SNARE_ON, 1 + i % 127))) for i, t in enumerate(times_ns)]
    start_ns = MONOTONIC.now_ns() + 50 * NS_PER_MS
    stop = stop or threading.Event()
    sent = strike(port, messages, start_ns, MONOTONIC, stop)
    MONOTONIC.wait(stop, int(_SETTLE_S * NS_PER_S))
    return sent


def random_times(count: int, seed: int) -> list[int]:
    """Gaps of 20 to 60 ms, so that no beat of ours locks to a period of the server's."""
    gaps = random.Random(seed)
    times, t = [], 0
    for _ in range(count):
        t += gaps.randrange(20 * NS_PER_MS, 60 * NS_PER_MS)
        times.append(t)
    return times


class _Floor:
    """A bare callback on the bench's port."""

    def __init__(self, folder: Path) -> None:
        self._out = folder / "floor.npy"
        self._listener = Listener(["station.bench.bare_callback", PORT, str(self._out)], {})

    def latencies(self, sent: list[int]) -> NDArray[np.int64]:
        """End it; from sent to called back, ns, shape (hits,)."""
        self._listener.end()
        return _paired(sent, np.load(self._out))


def _paired(sent: list[int], came: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(sent) != len(came):
        raise OutsideError(f"{len(sent)} hits were sent, {len(came)} came; run it again alone.")
    latencies: NDArray[np.int64] = came - np.array(sent, dtype=np.int64)
    return latencies
