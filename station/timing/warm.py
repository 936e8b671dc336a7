"""Compiling the kernels before anybody waits for them, and where they are kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba.core import event

from station.charts.chart import Chart, MetreChange
from station.charts.tempo import TempoMap
from station.model import PAD_INDEX, Note, Pad, Zone
from station.timing import evidence, hit_kernel
from station.timing.beam import HEARD
from station.timing.judging import Judging

# What Python calls; the others are compiled into these.
_ENTRIES: tuple[Any, ...] = (
    hit_kernel.judge,
    evidence.feed,
    evidence.intervals,
)


@dataclass(frozen=True, slots=True)
class KernelCacheState:
    """Where compiled kernels are kept.

    Attributes
    ----------
    directory
        None when there is no place to keep them: they are compiled at every start.
    writable
        Whether new ones can be kept there.
    kept
        Whether all kernels have been compiled there before (by this Python; perhaps by an
        older version of the station).
    """

    directory: Path | None
    writable: bool
    kept: bool


class _Announcer(event.Listener):
    """Tells of every kernel that is really compiled, not of those found on disk."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._told: set[Callable[..., Any]] = set()

    def on_start(self, event: Any) -> None:
        function = event.data["dispatcher"].py_func
        if not function.__module__.startswith("station.") or function in self._told:
            return  # numba's own helpers, and further types of the same kernel
        if not self._told:
            self._progress("Compiling the kernels, once on this machine …")
        self._told.add(function)
        self._progress(f"  {function.__module__}.{function.__name__}")

    def on_end(self, event: Any) -> None:
        pass


def announced(progress: Callable[[str], None]) -> AbstractContextManager[Any]:
    """Tell of every kernel that is compiled meanwhile.

    Parameters
    ----------
    progress
        As for `compile_kernels`.
    """
    told: AbstractContextManager[Any] = event.install_listener(
        "numba:compile", _Announcer(progress)
    )
    return told


def compile_kernels(progress: Callable[[str], None]) -> None:
    """Load or compile every kernel, so that the first hit does not wait for it.

    Parameters
    ----------
    progress
        Gets a line for people before each kernel is compiled; never called when all are
        found on disk.
    """
    pulse = Chart(
        title="pulse",
        tempo=TempoMap.constant(120, ppq=1),
        metre=(MetreChange(0, 4, 4),),
        notes=(Note(0, Pad.SNARE, Zone.HEAD, 38),),
        length_ticks=4,
    )
    hit = np.array([(0, PAD_INDEX[Pad.SNARE], 90, 0, 0, 0)], dtype=HEARD)
    with announced(progress):
        judging = Judging(pulse, calibrated=True)
        judging.hear(hit)
        judging.finish()
        judging.verdict()


def kernel_cache_state() -> KernelCacheState:
    """Where the kernels are kept; loads and compiles nothing."""
    path = _ENTRIES[0].stats.cache_path
    if path is None:
        return KernelCacheState(directory=None, writable=False, kept=False)
    directory = Path(path)
    kept = all(any(directory.glob(_cache_files(entry))) for entry in _ENTRIES)
    return KernelCacheState(directory, os.access(directory, os.W_OK), kept)


def _cache_files(entry: Any) -> str:
    function = entry.py_func
    module = function.__module__.rpartition(".")[2]
    line = function.__code__.co_firstlineno
    return f"{module}.{function.__qualname__}-{line}.*.nbc"
