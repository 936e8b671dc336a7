"""Is the process that records a take still alive?

The recorder holds an advisory lock on a small file beside the database. The system lets go of
it when the process ends, in whatever way, and a restart of the machine forgets it; a number of
a process, or a heartbeat, would say less. (The write-ahead log binds all users of a database
to one host, so a lock of that host is enough.)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int, *, exclusive: bool) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(fd: int, *, exclusive: bool) -> None:
        fcntl.flock(fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)


class TakeLock:
    """Held as long as this process records the take.

    Taken before the take is in the database, released after its end is written there: a take
    that is 'recording' and not locked has lost its recorder.

    Raises
    ------
    OSError
        When the file cannot be made, or the take is locked already.
    """

    def __init__(self, folder: Path, take_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{take_id}.lock"
        self._fd: int | None = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            _try_lock(self._fd, exclusive=True)
        except OSError:
            os.close(self._fd)
            raise

    def release(self) -> None:
        """Let go and tidy up; may be called twice."""
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        forget(self._path.parent, self._path.stem)
        os.close(fd)


def is_recorded_now(folder: Path, take_id: str) -> bool:
    """Whether a living process holds the take's lock."""
    try:
        fd = os.open(folder / f"{take_id}.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        _try_lock(fd, exclusive=False)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def forget(folder: Path, take_id: str) -> None:
    """Remove the lock's file, where the system allows it; its being there means nothing."""
    try:
        (folder / f"{take_id}.lock").unlink(missing_ok=True)
    except OSError:
        return
