"""Where the details of an unexpected error go, so that the screen shows one sentence."""

from __future__ import annotations

import platform
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from station import settings
from station._version import __version__

_NAME = "errors.log"
# Old errors are of no use to anybody: the file begins anew beyond this.
_MAX_BYTES = 1_000_000


def keep_details(error: BaseException, words: Sequence[str]) -> str:
    """Write the traceback to a file; returns one sentence that says where it is."""
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    for directory in (settings.data_dir(), Path(tempfile.gettempdir())):
        try:
            path = _append(directory / _NAME, _entry(error, words))
        except OSError:
            continue
        return f"A fault of ours ({what}); please report it with the details in {path}."
    return f"A fault of ours ({what}); run it again with --debug and please report what it says."


def _entry(error: BaseException, words: Sequence[str]) -> str:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    where = f"Python {platform.python_version()}, {platform.platform()}"
    trace = "".join(traceback.format_exception(error))
    return f"{now}  edrum-station {__version__}, {where}\n$ station {' '.join(words)}\n{trace}\n"


def _append(path: Path, entry: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.exists() and path.stat().st_size > _MAX_BYTES
    with path.open("w" if fresh else "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(entry)
    return path
