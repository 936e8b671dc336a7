"""How the station's kernels are compiled: at the first call, once, and kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorate a function over numbers and arrays so that numba compiles it.

    A kernel and all kernels that it calls stand in one file: numba compiles again when the
    file of the kernel that was called has changed, but not when a kernel called by it has
    changed in another file.
    """
    compiled: Callable[_P, _R]
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it: a read-only system without a home
        compiled = njit(nogil=True)(function)
    return compiled
