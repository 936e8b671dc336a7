"""SQLite's and the system's errors as a `StoreError`: one sentence and the way out."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.errors import StoreError, StoreReason

# Extended codes (https://www.sqlite.org/rescode.html) of writes that found no room. SQLite
# knows only ENOSPC as "full": a quota or a file-size limit comes as an I/O error.
_NO_ROOM_CODES = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_REASON_BY_CODE = {
    sqlite3.SQLITE_FULL: StoreReason.FULL,
    sqlite3.SQLITE_BUSY: StoreReason.IN_USE,
    sqlite3.SQLITE_LOCKED: StoreReason.IN_USE,
    sqlite3.SQLITE_PROTOCOL: StoreReason.IN_USE,
    sqlite3.SQLITE_READONLY: StoreReason.NO_PERMISSION,
    sqlite3.SQLITE_CANTOPEN: StoreReason.NO_PERMISSION,
    sqlite3.SQLITE_PERM: StoreReason.NO_PERMISSION,
    sqlite3.SQLITE_AUTH: StoreReason.NO_PERMISSION,
}
_NO_ROOM_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store_error(reason: StoreReason, path: Path, detail: str = "") -> StoreError:
    """The sentence for `reason` about the database at `path`."""
    why = f" ({detail})" if detail else ""
    sentence = {
        StoreReason.FULL: (
            f"There is no room left for the takes in '{path}'{why}; "
            "free some space on that disk and try again."
        ),
        StoreReason.IN_USE: (
            f"The takes in '{path}' are held by another program{why}; "
            "close it, or wait until it is done, and try again."
        ),
        StoreReason.NEWER: (
            f"The takes in '{path}' were written by a newer station{why} and are left as they "
            "are; install that version again."
        ),
        StoreReason.NO_PERMISSION: (
            f"The takes in '{path}' cannot be opened and written{why}; get the right to that "
            "folder, or set STATION_DATA_DIR to one of your own."
        ),
        StoreReason.DAMAGED: (
            f"The takes in '{path}' cannot be read{why} and are left as they are; keep a copy, "
            "export what can still be read ('station export'), and move the file away to "
            "begin anew."
        ),
        StoreReason.NOT_FOUND: (
            f"There is no such take in '{path}'{why}; 'station takes' lists them."
        ),
    }[reason]
    return StoreError(sentence, reason)


def from_database(error: BaseException | None, path: Path) -> StoreError:
    """What an error of the sqlite3 module means."""
    code = getattr(error, "sqlite_errorcode", None)
    if code in _NO_ROOM_CODES:
        reason = StoreReason.FULL
    else:
        reason = _REASON_BY_CODE.get((code or 0) & 0xFF, StoreReason.DAMAGED)
    return store_error(reason, path, str(error))


def from_system(error: OSError, path: Path) -> StoreError:
    """What an error of the operating system means."""
    reason = StoreReason.FULL if error.errno in _NO_ROOM_ERRNO else StoreReason.NO_PERMISSION
    return store_error(reason, path, error.strerror or str(error))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what the database or the system raises inside into a `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise from_database(error.orig, path) from error
    except sqlite3.Error as error:
        raise from_database(error, path) from error
    except OSError as error:
        raise from_system(error, path) from error
