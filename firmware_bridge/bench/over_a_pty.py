"""What a hit's stamp is worth over a real pty, and how soon: nothing in between is simulated."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.bench.board_process import BoardProcess, load
from firmware_bridge.board_talk import BoardTalk
from firmware_bridge.driver import driver
from firmware_bridge.source import SerialSource
from station.clock import MONOTONIC
from station.errors import OutsideError
from station.hal.address import parse_address
from station.hal.api import LinkEvent, OverflowEvent, StrikeEvent
from station.units import NS_PER_MS, NS_PER_S, NS_PER_US

_RATE = 50.0
_WITHIN_S = 20.0


class _Ear:
    """A source that is read as the engine reads it: when it wakes."""

    def __init__(self, path: Path) -> None:
        source = driver.create(parse_address(f"serial://{path}"), MONOTONIC)
        assert isinstance(source, SerialSource)
        self.source = source
        self.hits: list[StrikeEvent] = []
        self.lost = 0
        self.breaks = 0
        self._woken = threading.Event()
        source.open(self._woken.set)

    @property
    def talk(self) -> BoardTalk:
        assert isinstance(self.source.talk, BoardTalk)
        return self.source.talk

    def until(self, done: Callable[[], bool], within_s: float = _WITHIN_S) -> None:
        give_up = time.monotonic() + within_s
        while not done():
            if time.monotonic() > give_up:
                raise OutsideError("The simulated board was not heard in time; run it again alone.")
            self._woken.wait(0.001)
            self._woken.clear()
            for event in self.source.read():
                if isinstance(event, StrikeEvent):
                    self.hits.append(event)
                elif isinstance(event, OverflowEvent):
                    self.lost += event.lost
                elif isinstance(event, LinkEvent):
                    self.breaks += 1

    def tied(self) -> bool:
        return self.talk.tied

    def close(self) -> None:
        self.source.close()


def stamp_error(ppm: float, busy: bool, seconds: int) -> dict[str, Any]:
    """How far stamps are off the truth, from the first usable sync on.

    Parameters
    ----------
    ppm
        How much too fast the board's clock runs, beside a wander of 2 ppm.
    busy
        Whether all cores have something else to do.
    seconds
        For how long, fifty hits a second.
    """
    with BoardProcess("--ppm", str(ppm)) as board, load(busy):
        ear = _Ear(board.path)
        try:
            ear.until(ear.tied)
            count = round(seconds * _RATE)
            board.tell(f"play {count} {_RATE}")
            ear.until(lambda: len(ear.hits) + ear.lost >= count, seconds + _WITHIN_S)
            truth_ns = np.array(board.truth_ns(), dtype=np.int64)
        finally:
            ear.close()
    stamps_ns = np.sort(np.array([hit.t_ns for hit in ear.hits], dtype=np.int64))
    if len(stamps_ns) != len(truth_ns):
        raise OutsideError(f"{len(truth_ns)} hits were struck, {len(stamps_ns)} came.")
    error_us = (stamps_ns - np.sort(truth_ns)) / NS_PER_US
    late_us = np.array([hit.arrival_ns - hit.t_ns for hit in ear.hits]) / NS_PER_US
    sigma_us = np.array([hit.t_sigma_ns for hit in ear.hits]) / NS_PER_US
    return {
        "ppm": ppm,
        "busy": busy,
        "hits": len(stamps_ns),
        "sd_us": round(float(error_us.std()), 1),
        "mean_us": round(float(error_us.mean()), 1),
        "p99_us": round(float(np.percentile(np.abs(error_us), 99)), 1),
        "max_us": round(float(np.abs(error_us).max()), 1),
        "said_sigma_us": round(float(np.median(sigma_us)), 1),
        # What the same hits would be worth by their arrival.
        "arrival_sd_us": round(float(late_us.std()), 1),
        "arrival_p99_us": round(float(np.percentile(np.abs(late_us - np.median(late_us)), 99)), 1),
    }


def first_sync(times: int) -> dict[str, Any]:
    """From opening the port to stamps that can be used, and the same after an unplug."""
    opened, back = [], []
    with BoardProcess() as board:
        for _ in range(times):
            began_ns = MONOTONIC.now_ns()
            ear = _Ear(board.path)
            try:
                ear.until(ear.tied)
                opened.append(MONOTONIC.now_ns() - began_ns)
                board.tell("unplug")
                ear.until(lambda ear=ear: ear.breaks == 1)  # type: ignore[misc]
                began_ns = MONOTONIC.now_ns()
                board.tell("plug")
                ear.until(lambda ear=ear: ear.breaks == 2)  # type: ignore[misc]
                back.append(MONOTONIC.now_ns() - began_ns)
            finally:
                ear.close()
    return {
        "times": times,
        "opened_to_synced_ms": _ms(opened),
        "plugged_to_synced_ms": _ms(back),
    }


def flood(rate: int, seconds: int) -> dict[str, Any]:
    """More hits than any drummer plays: how many are lost."""
    count = rate * seconds
    with BoardProcess() as board:
        ear = _Ear(board.path)
        try:
            ear.until(ear.tied)
            began_s = time.process_time()
            board.tell(f"play {count} {rate}")
            ear.until(lambda: len(ear.hits) + ear.lost >= count, seconds + _WITHIN_S)
            spent_s = time.process_time() - began_s
        finally:
            ear.close()
    took_s = (ear.hits[-1].arrival_ns - ear.hits[0].arrival_ns) / NS_PER_S
    return {
        "hits": count,
        "hits_per_s": round(count / took_s),
        "lost": count - len(ear.hits),
        "processor_percent": round(100 * spent_s / took_s),
    }


def decided_to_judged(hits: int) -> dict[str, Any]:
    """From the board's decision to the engine's judgement, in its own process."""
    gaps = random.Random(1)
    with BoardProcess("--decided-after-us", "0") as board:
        out = board.path.parent / "judged.npy"
        listener = subprocess.Popen(
            [sys.executable, "-m", "station.bench.judged", f"serial://{board.path}", str(out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert listener.stdout is not None
        try:
            if listener.stdout.readline().strip() != "ready":
                raise OutsideError("No take could be begun; 'station doctor' may say why.")
            time.sleep(1.0)  # the first pings of the take
            for n in range(hits):
                time.sleep(gaps.uniform(0.02, 0.06))
                board.tell(f"strike {n % 8}")
            time.sleep(0.3)
            decided_ns = np.array(board.truth_ns(), dtype=np.int64)
            listener.communicate(timeout=_WITHIN_S)
            records = np.load(out)
        finally:
            listener.kill()
            listener.communicate()
    heard = records[(records["hit_seq"] >= 0) & (records["confirmed"] == 0)]
    if len(heard) != hits:
        raise OutsideError(f"{hits} hits were struck, {len(heard)} judged; run it again alone.")
    heard = heard[np.argsort(heard["t_ns"], kind="stable")]
    decided_ns.sort()
    return {
        "hits": hits,
        "judged_ms": _ms(heard["judged_ns"] - decided_ns),
        "arrived_ms": _ms(heard["arrival_ns"] - decided_ns),
    }


def _ms(sample_ns: list[int] | NDArray[np.int64]) -> dict[str, float]:
    p50, p99 = np.percentile(sample_ns, [50, 99]) / NS_PER_MS
    return {
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "max_ms": round(float(np.max(sample_ns)) / NS_PER_MS, 3),
    }
