"""`station bench sound`: the click of a take, recorded sample by sample while the machine works.

A JACK server without a card plays in real time. A recorder keeps every sample; beside it the
window paints a take of its own, to which hits are sent, and every core is kept busy.

The server's timer is no crystal: where it is late by more than a period, its clock stands still
for as long, which no card's does. So the long take has the periods of a usual sound card, in
which that is rare; a second, short one has those in which a drummer wants to hear the kit.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from station.bench.hit_path import (
    PORT,
    random_times,
    scratch_folder,
    strike_all,
    window_listener,
)
from station.bench.sound_player import pulse
from station.bench.sound_recorded import Recording
from station.errors import OutsideError
from station.grid_clock import GridClock
from station.hal.jack import RATE_HZ, DummyServer
from station.hal.rtmidi_port import open_virtual_output
from station.hal.virtual import virtual_midi
from station.model import GridStep
from station.sound.click import lay_clicks
from station.sound.click_plan import ClickPlan
from station.units import NS_PER_S

BPM = 330
TAKE_FRAMES, STROKE_FRAMES = 256, 64
# What the issue promises.
FRAMES_OFF = 1
MAPPED_WITHIN_MS = 0.2
OVER_THE_BUFFER_MS = 1.5

_BUSY = """
import os
parent = os.getppid()
while os.getppid() == parent:
    sum(range(10**6))
"""
# The window's take lasts a minute or so; then it is opened again.
_HITS_OF_A_ROUND = 1_100
_SLACK_S = 120
_STROKES_S = 60
# A click is over before the next sixteenth, a stroke's zeros are single samples.
_SILENCE_FRAMES = 400
_CAUGHT_UP_NS = NS_PER_S // 2


def run(minutes: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Record a long take and a short one, and measure both.

    Parameters
    ----------
    minutes
        How long the first is; nothing makes it go faster.
    """
    # The window hears its kit on a server of its own: JACK holds up everybody for each client that
    # comes or goes, and a window comes and goes every minute.
    with scratch_folder() as folder, virtual_midi(say):
        return {
            "schema": "station.bench.sound/1",
            "bpm": BPM,
            "take": _take(60 * minutes, TAKE_FRAMES, folder, say),
            "strokes": _take(_STROKES_S, STROKE_FRAMES, folder, say),
        }


def _take(
    seconds: int, block_frames: int, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    out, told = folder / "recorded.npz", folder / "played.json"
    say(f"{seconds} s of clicks at {BPM} BPM in blocks of {block_frames} frames")
    with DummyServer("edrum-bench-sound", block_frames) as server:
        words = ["station.bench.jack_recorder", str(out), str(seconds + _SLACK_S)]
        recorder = _process(words, server)
        _await(recorder, "ready")
        with _busy_cores(), _painting(folder) as frames_per_s:
            words = ["station.bench.sound_player", str(told), str(seconds), str(BPM)]
            player = _process(words, server)
            _await(recorder, "joined")
            _await(player, "ready")
            if player.wait(seconds + _SLACK_S) != 0:
                raise OutsideError("The player broke off; run it by hand to see why.")
        recorder.communicate(timeout=_SLACK_S)
    kept = np.load(out)
    cycles = kept["cycles"]
    recording = Recording(
        kept["samples"], cycles["place"], cycles["frame"], cycles["called_ns"], RATE_HZ
    )
    return {
        "seconds": seconds,
        "block_frames": block_frames,
        "window_frames_per_s": min(frames_per_s),
        **measure(recording, json.loads(told.read_text()), seconds, block_frames),
    }


def measure(
    recording: Recording, played: dict[str, Any], seconds: int, block_frames: int
) -> dict[str, Any]:
    """Clicks against their grid, the grid against the host, strokes against their sound.

    Parameters
    ----------
    played
        What the player told.
    seconds, block_frames
        As long as the take was asked to be, and its blocks.
    """
    clicks = lay_clicks(pulse(BPM, seconds), ClickPlan(count_in_bars=1))
    # Not the player's own sum: each click's exact place, in fractions, from the first one's.
    places = np.arange(-4, len(clicks.places) - 4)
    heard = recording.onsets(0, _SILENCE_FRAMES)
    beat = Fraction(60 * RATE_HZ, BPM)
    grid = GridClock(GridStep(*step) for step in played["steps"])
    block_ns = block_frames * NS_PER_S // RATE_HZ
    due_ns = [round(played["start_ns"] + int(k) * Fraction(60 * NS_PER_S, BPM)) for k in places]
    expected_ns = np.array([grid.host_at(t) for t in due_ns], dtype=np.int64)
    off, missing, zero = _off_grid(heard, places, beat)
    restarts = recording.restarts_ns()
    grid_off = expected_ns[: len(heard)] - (recording.began_ns(heard) + block_ns)[: len(places)]
    looked_ns, looked = np.array(played["looks"], dtype=np.float64).reshape(-1, 2).T
    # The card's frames as the recorder counts them, told from where tick 0 was.
    told = np.rint(looked).astype(np.int64) + (zero - played["zero_frame"])
    fit_off = recording.began_ns(told) + block_ns - looked_ns
    strokes = recording.onsets(1, _SILENCE_FRAMES)
    struck = np.array(played["struck_ns"][: len(strokes)], dtype=np.int64)
    sound = recording.began_ns(strokes)[: len(struck)] + block_ns - struck
    return {
        "clicks": {
            "expected": len(places),
            "missing": missing,
            "frames_off_max": round(float(np.abs(off).max()), 3),
            "within_a_frame": round(float((np.abs(off) <= FRAMES_OFF).mean()), 6),
        },
        "mapping": _spread(fit_off, looked_ns, restarts),
        "grid": {
            **_spread(grid_off, expected_ns[: len(grid_off)], restarts),
            "turns": len(played["steps"]),
        },
        "host_clock_alone_ms": round(recording.strayed_ns() / 1e6, 3),
        "server_restarts": len(restarts),
        "marks": len(played["marks"]),
        "hit_to_sound": {
            "strokes": len(played["struck_ns"]),
            "heard": len(strokes),
            "p50_ms": _percentile(sound, 50),
            "p99_ms": _percentile(sound, 99),
            "max_ms": _percentile(sound, 100),
            "block_ms": round(block_ns / 1e6, 3),
            "floor_p50_ms": round(1.5 * block_ns / 1e6, 3),
            "floor_max_ms": round(2 * block_ns / 1e6, 3),
        },
    }


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = []
    for take in (result["take"], result["strokes"]):
        lines += [f"blocks of {take['block_frames']} frames, {take['seconds']} s:"]
        lines += [f"  {line}" for line in (*_click_lines(take, result["bpm"]), *_map_lines(take))]
        lines += [f"  {line}" for line in _stroke_lines(take)]
    return "\n".join(lines)


def _click_lines(take: dict[str, Any], bpm: int) -> list[str]:
    clicks = take["clicks"]
    return [
        f"{clicks['expected']} clicks at {bpm} BPM: {clicks['missing']} missing, "
        f"{100 * clicks['within_a_frame']:.3f} % within a frame of the grid, at most "
        f"{clicks['frames_off_max']:.2f} frames off (goal: all within {FRAMES_OFF})",
        f"  peer: a click that begins with a block, as a timer's does: {take['block_frames']}",
        f"the window painted {take['window_frames_per_s']:.0f} frames a second, every core busy",
    ]


def _map_lines(take: dict[str, Any]) -> list[str]:
    fit, grid = take["mapping"], take["grid"]
    return [
        f"click to monotonic time, ms: {fit['p50_ms']:.3f} median, {fit['p99_ms']:.3f} 99 % "
        f"(goal: {MAPPED_WITHIN_MS:g}), {fit['max_ms']:.3f} at most",
        f"  as hits are judged, in {grid['turns']} turns of the grid: {grid['p50_ms']:.3f} "
        f"median, {grid['p99_ms']:.3f} 99 %, {grid['max_ms']:.3f} at most",
        f"  away from the {take['server_restarts']} times that the server's clock stood still: "
        f"{fit['p99_ms_between_restarts']:.3f} and {grid['p99_ms_between_restarts']:.3f} 99 %",
        f"  peer: a grid on the host's clock alone ends {take['host_clock_alone_ms']:.3f} off",
    ]


def _stroke_lines(take: dict[str, Any]) -> list[str]:
    hit = take["hit_to_sound"]
    over = [hit[f"p{p}_ms"] - hit["block_ms"] for p in (50, 99)]
    return [
        f"hit to sound, ms: {hit['p50_ms']:.2f} median, {hit['p99_ms']:.2f} 99 %, "
        f"{hit['max_ms']:.2f} at most, {hit['heard']} of {hit['strokes']} heard",
        f"  over the buffer's {hit['block_ms']:.2f}: {over[0]:.2f} median, {over[1]:.2f} 99 % "
        f"(goal at {STROKE_FRAMES} frames: {OVER_THE_BUFFER_MS:g})",
        "  floor, the wait for the next block and the block: "
        f"{hit['floor_p50_ms']:.2f} median, {hit['floor_max_ms']:.2f} at most",
    ]


def _off_grid(heard: Any, places: Any, beat: Fraction) -> tuple[Any, int, int]:
    """How far each click is from its exact place in frames, how many are missing, and tick 0.

    That is a whole frame, and all others are where they are from there.
    """
    if len(heard) == 0:
        return np.array([np.inf]), len(places), 0
    zero = heard[0] - float(int(places[0]) * beat)
    number = np.rint((heard - zero) / float(beat)).astype(np.int64)
    if (number == 0).any():
        zero = heard[np.argmax(number == 0)]
    off = heard - zero - np.array([float(int(k) * beat) for k in number])
    return off, len(places) - len(np.intersect1d(number, places)), round(zero)


def _spread(off_ns: Any, at_ns: Any, restarts: Any) -> dict[str, float]:
    """How far off, in ms; with and without the moments after a server's clock stood still."""
    off = np.abs(off_ns)
    return {
        "p50_ms": _percentile(off, 50),
        "p99_ms": _percentile(off, 99),
        "max_ms": _percentile(off, 100),
        "p99_ms_between_restarts": _percentile(off[_away_from(at_ns, restarts)], 99),
    }


def _away_from(times: Any, restarts: Any) -> Any:
    """Which of these moments have no restart of the server shortly before."""
    if len(restarts) == 0:
        return np.ones(len(times), dtype=np.bool_)
    last = np.searchsorted(restarts, times, side="right") - 1
    since = times - restarts[np.maximum(last, 0)]
    return (last < 0) | (since > _CAUGHT_UP_NS)


def _percentile(sample_ns: Any, percent: float) -> float:
    return round(float(np.percentile(sample_ns, percent)) / 1e6, 4) if len(sample_ns) else 0.0


# --------------------------------------------------------------------------- the processes


@contextlib.contextmanager
def _busy_cores() -> Iterator[None]:
    """One process a core that does nothing, as fast as it can."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _painting(folder: Path) -> Iterator[list[float]]:
    """The window with a take in which somebody plays, again and again; how it painted."""
    told = threading.Event()
    frames_per_s: list[float] = []

    def paint() -> None:
        with open_virtual_output(PORT) as port:
            number = 0
            while not told.is_set():
                listener = window_listener(folder / f"window-{number}.npy", folder)
                strike_all(port, random_times(_HITS_OF_A_ROUND, seed=number), told)
                frames_per_s.append(float(listener.end()["frames_per_s"]))
                number += 1

    painter = threading.Thread(target=paint, name="painter")
    painter.start()
    try:
        yield frames_per_s
    finally:
        told.set()
        painter.join()


def _process(words: list[str], server: DummyServer) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **server.environment()},
    )


def _await(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if said != word:
        raise OutsideError(f"'{word}' was awaited, '{said}' came; run the benchmark alone.")
