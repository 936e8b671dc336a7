"""Where takes are kept and where the engine shares its memory."""

from __future__ import annotations

import shutil
from pathlib import Path

from station import settings
from station.cli.checks.finding import Finding, ok, problem, remark
from station.engine.ring import create_ring
from station.errors import EngineError, StoreError, StoreReason
from station.takes.store import Store

_LITTLE_BYTES = 200_000_000
_WAYS_OUT = {
    StoreReason.FULL: "make room on that disk, or set STATION_DATA_DIR to another",
    StoreReason.IN_USE: "close the program that holds it, then try again",
    StoreReason.NEWER: "update the station, or set STATION_DATA_DIR to another folder",
    StoreReason.DAMAGED: "move that file aside (it is not deleted) and start the station again",
    StoreReason.NO_PERMISSION: "make it yours, or set STATION_DATA_DIR to a folder that is",
}


def check() -> list[Finding]:
    """The store of takes, the room on its disk, and the shared memory."""
    return [_store(), _room(), _shared_memory()]


def _store() -> Finding:
    try:
        with Store.open() as store:
            count = len(store.takes())
            path = store.path
            left_over = store.problem
    except StoreError as error:
        return problem("takes", str(error), _WAYS_OUT.get(error.reason, ""))
    said = f"{count} kept in {path} ({path.stat().st_size / 1e6:.1f} MB)"
    if left_over is not None:
        return remark("takes", f"{said}; {left_over}", _WAYS_OUT.get(left_over.reason, ""))
    return ok("takes", said)


def _room() -> Finding:
    folder = settings.data_dir()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return remark("disk", f"the room in {folder} cannot be asked for ({error.strerror})")
    said = f"{free / 1e9:.1f} GB free for takes"
    if free < _LITTLE_BYTES:
        return remark("disk", said, "make room: a take needs about 1 MB an hour")
    return ok("disk", said)


def _shared_memory() -> Finding:
    directory: Path = settings.runtime_dir()
    try:
        create_ring(directory).unlink()
    except (EngineError, OSError) as error:
        return problem(
            "shared memory", str(error), "set STATION_RUNTIME_DIR to a folder that can be written"
        )
    return ok("shared memory", f"{directory}")
