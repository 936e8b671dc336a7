"""What the board's stamps are worth on the host, and its lights on the host's grid.

The real core runs on a Cortex-M3 in QEMU, over a real pty, opened as any kit: its clock is the
host's own but for a constant, so every error is the line's, the scheduler's or the station's.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.bench.board_process import load
from firmware_bridge.codec import decode
from firmware_bridge.cues import CueDone
from firmware_bridge.driver import driver
from firmware_bridge.firmware.emulated_m3 import M3OnPty, M3Setup, Truth, said_by_m3
from firmware_bridge.frames import FrameDecoder
from firmware_bridge.messages import PadHit
from firmware_bridge.piezo import PadKind, Rig, Strike, make_pad
from firmware_bridge.source import SerialSource
from station.clock import MONOTONIC
from station.errors import OutsideError
from station.hal.address import parse_address
from station.hal.api import StrikeEvent
from station.units import NS_PER_MS, NS_PER_S, NS_PER_US

_PADS = 8
_STRIKES_PER_S = 10.0
# The board settles, and the clocks are tied and then watched as in a take.
_BEGIN_US = 6_000_000
_WITHIN_S = 10.0
_CLICK_NS = 125 * NS_PER_MS
# Real-time, below the station's own engine.
_PRIORITY = 3
_CLICK_LASTS_NS = 40 * NS_PER_MS


def stamps(seconds: float, busy: bool) -> dict[str, Any]:
    """How far the host times of a board's hits are off, in µs.

    Parameters
    ----------
    seconds
        How long somebody plays, ten strikes a second.
    busy
        Whether all cores have something else to do.

    Raises
    ------
    OutsideError
        When the emulator is not there, or hits did not come.
    """
    setup = _played(seconds)
    stamped_us = _stamps_of(setup)
    with load(busy), M3OnPty(setup) as board:
        _run_first(board.pid)
        before = board.tie()
        hits = _heard(board, len(stamped_us), seconds)
        after = board.tie()
    truth = _between(before, after)
    true_ns = np.array([truth.host_ns(us) for us in stamped_us])
    error_us = (np.sort([hit.t_ns for hit in hits]) - true_ns) / NS_PER_US
    late_us = np.array([hit.arrival_ns - hit.t_ns for hit in hits]) / NS_PER_US
    return {
        "busy": busy,
        "hits": len(hits),
        **_summary(error_us),
        "arrival_sd_us": round(float(late_us.std()), 1),
        "truth_bound_us": round(truth.bound_ns / NS_PER_US, 1),
    }


def lights(seconds: float, busy: bool) -> dict[str, Any]:
    """How far a metronome's light is off the host's grid, in µs, and what of it the board was late.

    What is left is how far the station's order was off, which errs of the board's clock.

    Parameters
    ----------
    seconds
        Of a light eight times a second.
    busy
        Whether all cores have something else to do.

    Raises
    ------
    OutsideError
        When the emulator is not there, or no light came.
    """
    with load(busy), M3OnPty() as board:
        _run_first(board.pid)
        before = board.tie()
        source = _open(board)
        try:
            _wait(lambda: source.talk.tied, "tied to the board")  # type: ignore[union-attr]
            # A second of pings, as before a count-in.
            time.sleep(1.0)
            first_ns = MONOTONIC.now_ns() + 500 * NS_PER_MS
            grid_ns = first_ns + np.arange(round(seconds * NS_PER_S / _CLICK_NS)) * _CLICK_NS
            done: list[CueDone | None] = []
            for at_ns in grid_ns.tolist():
                source.cue(at_ns, 0, 1.0, _CLICK_LASTS_NS, done.append)
            time.sleep((grid_ns[-1] - MONOTONIC.now_ns() + NS_PER_S) / NS_PER_S)
            lit_us = [at_us for at_us, output, level in board.lights() if output == 0 and level]
            after = board.tie()
        finally:
            source.close()
    shown = [one for one in done if one is not None]
    if not lit_us or len(shown) != len(lit_us):
        raise OutsideError("The emulated board showed no light; run it again alone.")
    truth = _between(before, after)
    lit_ns = np.array([truth.host_ns(us) for us in lit_us])
    beat = np.rint((lit_ns - first_ns) / _CLICK_NS)
    error_us = (lit_ns - first_ns - beat * _CLICK_NS) / NS_PER_US
    return {
        "busy": busy,
        "lights": len(lit_us),
        "not_lit": len(grid_ns) - len(set(beat.tolist())),
        **_summary(error_us),
        **_parts_of(error_us, shown),
    }


def measure(seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Both, idle and with all cores busy."""
    result: dict[str, Any] = {"stamps": [], "lights": []}
    for busy in (False, True):
        how = "all cores busy" if busy else "idle"
        say(f"stamps of a Cortex-M3 for {seconds:g} s, {how}")
        result["stamps"].append(stamps(seconds, busy))
        say(f"lights of a Cortex-M3 for {seconds:g} s, {how}")
        result["lights"].append(lights(seconds, busy))
    return result


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = [
        f"{'on a Cortex-M3, µs off the truth':36}{'SD':>8}{'mean':>8}{'99 %':>8}{'most':>8}"
        f"{'by arrival, SD':>16}{'ordered, most':>14}{'board late':>12}"
    ]
    for what in ("stamps", "lights"):
        for row in result[what]:
            name = f"{what}, {'all cores busy' if row['busy'] else 'idle'}"
            beside = (
                f"{row['arrival_sd_us']:16.1f}"
                if what == "stamps"
                else f"{'':16}{row['asked_off_max_us']:14.1f}{row['late_on_board_max_us']:12.1f}"
            )
            lines.append(
                f"{name:36}{row['sd_us']:8.1f}{row['mean_us']:8.1f}{row['p99_us']:8.1f}"
                f"{row['max_us']:8.1f}{beside}"
            )
    bound = result["stamps"][0]["truth_bound_us"]
    lines.append(f"(the truth itself is known to {bound:g}; goal for lights: 1,000 at most)")
    return "\n".join(lines)


def _played(seconds: float) -> M3Setup:
    """Singles over eight pads, far enough apart that each is one hit."""
    rng = np.random.default_rng(1)
    rig = Rig(tuple(make_pad(PadKind.MESH, n) for n in range(_PADS)), 1, coupling_db=None)
    count = round(seconds * _STRIKES_PER_S)
    at_us = np.cumsum(rng.uniform(0.6, 1.4, count)) * 1e6 / _STRIKES_PER_S
    strikes = [Strike(float(t), n % _PADS, rng.uniform(40, 110)) for n, t in enumerate(at_us)]
    sweeps = rig.play(strikes, float(at_us[-1]) / 1e6 + 0.5).readings
    return M3Setup(sweeps=sweeps, begin_us=_BEGIN_US)


def _stamps_of(setup: M3Setup) -> list[int]:
    """What the board stamps, on its own clock: the same readings, the same stamps."""
    assert setup.sweeps is not None
    stop_us = _BEGIN_US + len(setup.sweeps) * 125
    said = said_by_m3(M3Setup(setup.boot_id, setup.sweeps, _BEGIN_US, stop_us))
    frames = FrameDecoder().feed(said)
    messages = [decode(frame, newer=True) for frame in frames]
    return sorted(message.t_us for message in messages if isinstance(message, PadHit))


def _open(board: M3OnPty) -> SerialSource:
    source = driver.create(parse_address(f"serial://{board.path}"), MONOTONIC)
    assert isinstance(source, SerialSource)
    source.open(threading.Event().set)
    return source


def _heard(board: M3OnPty, count: int, seconds: float) -> list[StrikeEvent]:
    source = _open(board)
    hits: list[StrikeEvent] = []

    def all_there() -> bool:
        hits.extend(event for event in source.read() if isinstance(event, StrikeEvent))
        return len(hits) >= count

    try:
        _wait(all_there, f"{count} hits", _BEGIN_US / 1e6 + seconds * 1.2 + _WITHIN_S)
    finally:
        source.close()
    return hits


def _wait(done: Callable[[], bool], what: str, within_s: float = _WITHIN_S) -> None:
    give_up = time.monotonic() + within_s
    while not done():
        if time.monotonic() > give_up:
            raise OutsideError(f"The emulated board was not in time: {what}; run it again alone.")
        time.sleep(0.002)


def _between(before: Truth, after: Truth) -> Truth:
    """Both bounds hold for one constant."""
    low = max(before.offset_ns - before.bound_ns, after.offset_ns - after.bound_ns)
    high = min(before.offset_ns + before.bound_ns, after.offset_ns + after.bound_ns)
    if low > high:
        raise OutsideError("The emulator's clock did not follow this computer's; run it again.")
    return Truth((low + high) // 2, (high - low) // 2)


def _run_first(pid: int) -> None:
    """A board has a processor of its own: its emulator gets one when it wants it, if we may."""
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(_PRIORITY))


def _parts_of(error_us: NDArray[np.float64], done: list[CueDone]) -> dict[str, float]:
    """How late the board was by its own account, and how far off it was asked to be."""
    late_us = np.array([one.done_ns - one.wanted_ns for one in done]) / NS_PER_US
    return {
        "late_on_board_max_us": round(float(late_us.max()), 1),
        "asked_off_max_us": round(float(np.abs(error_us - late_us).max()), 1),
    }


def _summary(error_us: NDArray[np.float64]) -> dict[str, float]:
    return {
        "sd_us": round(float(error_us.std()), 1),
        "mean_us": round(float(error_us.mean()), 1),
        "p99_us": round(float(np.percentile(np.abs(error_us), 99)), 1),
        "max_us": round(float(np.abs(error_us).max()), 1),
    }
