"""How the station's kernels are compiled: at the first call, once, and kept on disk.

What is kept is valid as long as no file of the kernel's own folder or of `station.timing` has
changed. numba itself would look only at the file of the kernel that was called: a kernel or a
constant that this one takes from another file would stay as it was.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import njit
from numba.core.ccallback import CFunc

_P = ParamSpec("_P")
_R = TypeVar("_R")

_FOLDER = Path(__file__).parent


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorate a function over numbers and arrays so that numba compiles it.

    Of the station, a kernel may use what stands in its own folder and in `station.timing`.
    """
    compiled: Any
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it: a read-only system without a home
        compiled = njit(nogil=True)(function)
    else:
        _stamp(compiled, function)
    return compiled  # type: ignore[no-any-return]


def c_function(function: Callable[..., Any], signature: Any) -> Any:
    """Compile a function so that a library in C can call it, without Python's lock.

    Parameters
    ----------
    function
        May use what a kernel may.
    signature
        numba's.

    Returns
    -------
    CFunc
        Has an `address`, which holds as long as this does.
    """
    compiled = CFunc(function, (signature.args, signature.return_type), locals={}, options={})
    with contextlib.suppress(RuntimeError):
        compiled.enable_caching()
        _stamp(compiled, function)
    compiled.compile()
    return compiled


def _stamp(compiled: Any, function: Callable[..., Any]) -> None:
    """What is kept of it holds for these sources only."""
    kept = compiled._cache._cache_file
    own = Path(function.__code__.co_filename).parent
    stamps = [_digest(_FOLDER)] if own == _FOLDER else [_digest(_FOLDER), _digest(own)]
    kept._source_stamp = (kept._source_stamp, *stamps)


@cache
def _digest(folder: Path) -> str:
    """Of all source files in a folder and below."""
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_bytes()
        told.update(f"{path.relative_to(folder)} {len(text)} ".encode() + text)
    return told.hexdigest()
