"""How the station's kernels are compiled: at the first call, once, and kept on disk.

What is kept is valid as long as no file of `station.timing` has changed. numba itself would look
only at the file of the kernel that was called: a kernel or a constant that this one takes from
another file would stay as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")

_FOLDER = Path(__file__).parent


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorate a function over numbers and arrays so that numba compiles it.

    Of the station, a kernel may use what stands in its own file and in `station.timing`.
    """
    compiled: Any
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it: a read-only system without a home
        compiled = njit(nogil=True)(function)
    else:
        kept = compiled._cache._cache_file
        kept._source_stamp = (kept._source_stamp, _digest(_FOLDER))
    return compiled  # type: ignore[no-any-return]


@cache
def _digest(folder: Path) -> str:
    """Of all source files in a folder and below."""
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_bytes()
        told.update(f"{path.relative_to(folder)} {len(text)} ".encode() + text)
    return told.hexdigest()
